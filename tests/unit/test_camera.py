"""The committed tiles of the capstone: their origin, their form, and what is kept from students."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from autograder import camera

ROOT = Path(__file__).parents[2]
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def given() -> Arrays:
    with np.load(ROOT / camera.FILE_PATH) as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def kept() -> Arrays:
    return dict(load_file(ROOT / camera.HELD_OUT_PATH))


def test_they_are_made_from_the_tiles_of_lesson_3(given: Arrays, kept: Arrays) -> None:
    built = camera.build(ROOT)
    committed = {**given, **{f"held_out_{name}": array for name, array in kept.items()}}
    assert set(built) == set(committed)
    assert [name for name in built if not np.array_equal(built[name], committed[name])] == []


def test_both_files_are_small() -> None:
    for path in (camera.FILE_PATH, camera.HELD_OUT_PATH):
        assert (ROOT / path).stat().st_size < 400_000


def test_the_lesson_names_the_digest_of_the_students_file() -> None:
    digest = hashlib.sha256((ROOT / camera.FILE_PATH).read_bytes()).hexdigest()
    assert digest in (ROOT / "source/08_capstone/08_capstone.py").read_text("utf-8")


def test_classes_are_nearly_balanced(given: Arrays, kept: Arrays) -> None:
    for labels in (given["labels"], given["camera_labels"], kept["labels"]):
        counts = np.bincount(labels)
        assert len(counts) == 3
        assert counts.max() <= 1.1 * counts.min()


def test_damage_is_what_the_lesson_tells() -> None:
    white = camera.damage(np.full((2000, 18, 18), 191, np.uint8), seed=1) / 127.5 - 1
    lost = (np.abs(white - white[:, :, :1]) < 1e-9).all(2) & (np.abs(white[:, :, 0]) < 0.01)
    assert abs(lost.mean() - camera.LOST) < 0.01
    means = np.array([image[~gone].mean() for image, gone in zip(white, lost, strict=True)])
    assert abs(means.min() - 0.5 * camera.GAIN[0]) < 0.06
    assert abs(means.max() - 0.5 * camera.GAIN[1]) < 0.06
    dark = camera.damage(np.full((500, 18, 18), 128, np.uint8), seed=2) / 127.5 - 1
    assert abs(dark[dark.any(2)].std() - camera.NOISE * (1 - camera.LOST) ** 0.5) < 0.01


def test_no_picture_is_in_both_files(given: Arrays, kept: Arrays) -> None:
    seen = {image.tobytes() for name in ("images", "camera_images") for image in given[name]}
    assert not seen & {image.tobytes() for image in kept["images"]}
