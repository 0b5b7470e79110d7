"""Visible checks and hints of lesson 03, train end to end."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

from course.checks import checks, written

SIDE = 36
CLASSES = 3


@checks(
    "dataset",
    needs=("TileDataset",),
    hints=(
        "Convert everything once, in __init__; the other two methods are then one line each.",
        "torch.from_numpy(images).unsqueeze(1).float() gives [N, 1, 36, 36]; then divide by 127.5 "
        "and subtract 1.",
    ),
    praise="items have the right shape, type and range.",
)
def _dataset(TileDataset: Any) -> None:  # noqa: N803 - the student's name
    import torch

    images = np.zeros((3, SIDE, SIDE), dtype=np.uint8)
    images[1], images[2] = 255, 51
    data = TileDataset(images, np.array([0, 2, 1]))
    assert len(data) == 3, f"three tiles went in, but len() says {len(data)}."
    item = data[1]
    assert isinstance(item, tuple) and len(item) == 2, "an item should be a pair: image, label."
    image, label = item
    shape = tuple(image.shape)
    assert shape == (1, SIDE, SIDE), f"an image has the shape {shape}, not (1, {SIDE}, {SIDE})."
    assert image.dtype == torch.float32, f"an image is {image.dtype}, not torch.float32."
    low, high = float(data[0][0].min()), float(image.max())
    assert abs(low + 1) < 1e-4 and abs(high - 1) < 1e-4, (
        f"0 became {low:.3f} and 255 became {high:.3f}; they should become -1 and 1."
    )
    middle = float(data[2][0].mean())
    assert abs(middle + 0.6) < 1e-4, f"51 became {middle:.3f}; it should become -0.6."
    assert torch.is_tensor(label) and label.dtype == torch.int64, "a label is not an int64 tensor."
    assert label.shape == (), f"a label has the shape {tuple(label.shape)}; it is one number: ()."
    assert int(label) == 2, "item 1 has not the label of tile 1."


@checks(
    "split",
    needs=("split_by_block",),
    hints=(
        "np.isin(blocks, held_out) says for each tile whether its block is held out.",
        "np.flatnonzero(mask) gives the indices where a mask is True; ~mask is its opposite.",
    ),
    praise="whole blocks go to one side or the other.",
)
def _split(split_by_block: Any) -> None:
    blocks = np.array([0, 0, 1, 2, 2, 2, 3, 3])
    result = split_by_block(blocks, [2, 0])
    written(result, "split_by_block")
    assert len(result) == 2, "split_by_block should return two arrays: training, validation."
    train, val = (np.asarray(rows) for rows in result)
    assert train.dtype.kind in "iu" and val.dtype.kind in "iu", (
        "the arrays should hold indices (whole numbers), not True and False."
    )
    assert sorted(val.tolist()) == [0, 1, 3, 4, 5], (
        f"with the blocks {blocks.tolist()}, of which 2 and 0 are held out, the indices for "
        f"validation are 0, 1, 3, 4, 5, not {val.tolist()}."
    )
    assert sorted(train.tolist()) == [2, 6, 7], (
        f"the indices for training are 2, 6, 7, not {train.tolist()}."
    )


@checks(
    "model",
    needs=("TileNet",),
    hints=(
        "nn.Sequential of nn.Conv2d(…, padding=1), nn.BatchNorm2d, nn.ReLU(), nn.MaxPool2d(2), "
        "three times, the last time with nn.AdaptiveAvgPool2d(1); then flatten(1) and nn.Linear.",
        "After nn.Conv2d(16, 32, 3, padding=1) and nn.AdaptiveAvgPool2d(1) there are 32 numbers an "
        "image, so the last layer is nn.Linear(32, 3), called with features(images).flatten(1).",
    ),
    praise="a batch of images gives a batch of logits.",
)
def _model(TileNet: Any) -> None:  # noqa: N803 - the student's name
    import torch

    net = TileNet()
    try:
        logits = net(torch.randn(4, 1, SIDE, SIDE))
    except (RuntimeError, ValueError) as error:
        if isinstance(error, NotImplementedError):
            raise  # the stub
        raise AssertionError(
            f"4 images do not go through the network ({error}). Does it fit any number of images?"
        ) from error
    written(logits, "forward")
    shape = tuple(logits.shape)
    assert shape == (4, CLASSES), f"4 images gave the shape {shape}, not (4, {CLASSES})."
    shape = tuple(net.eval()(torch.randn(1, 1, SIDE, SIDE)).shape)
    assert shape == (1, CLASSES), (
        f"1 image gave the shape {shape}, not (1, {CLASSES}). Is a dimension of size 1 dropped?"
    )
    _layers(net, logits)
    one, logits = torch.ones(4), logits.detach()
    probabilities = (torch.allclose(x.sum(1), one, atol=1e-3) for x in (logits, logits.exp()))
    assert not any(probabilities), (
        "these look like probabilities or their logarithms. Return logits, without a softmax."
    )


def _layers(net: Any, logits: Any) -> None:
    import torch

    parameters = dict(net.named_parameters())
    count = sum(parameter.numel() for parameter in parameters.values())
    assert count < 200_000, f"the network has {count:,} parameters; keep it below 200,000."
    convolutions = sum(parameter.dim() == 4 for parameter in parameters.values())
    assert convolutions >= 2, (
        f"PyTorch finds {convolutions} convolutions in the network; it takes two or more. Are they "
        "attributes of self? In a plain list nobody finds them."
    )
    torch.nn.functional.cross_entropy(logits, torch.arange(4) % CLASSES).backward()  # type: ignore[no-untyped-call]
    unused = [name for name, parameter in parameters.items() if parameter.grad is None]
    assert not unused, f"forward does not use `{unused[0]}`: use that layer, or take it out."


@checks(
    "train-step",
    needs=("train_step",),
    hints=(
        "Five moves, about one line each: model.train(), .to(device) for both, zero_grad, the loss "
        "and its backward, step. Then return loss.item().",
        "images, labels = images.to(device), labels.to(device); loss = F.cross_entropy("
        "model(images), labels); loss.backward(); optimiser.step().",
    ),
    praise="the weights move and the loss is a number. Devices are looked at when you hand in.",
)
def _train_step(train_step: Any) -> None:
    import torch

    torch.manual_seed(0)
    linear = torch.nn.Linear(SIDE * SIDE, CLASSES)
    model = torch.nn.Sequential(torch.nn.Flatten(), linear)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    images, labels = torch.randn(8, 1, SIDE, SIDE), torch.arange(8) % CLASSES
    before = linear.weight.detach().clone()
    model.eval()
    loss = train_step(model, images, labels, optimiser, torch.device("cpu"))
    written(loss, "train_step")
    assert isinstance(loss, float), f"the loss is a {type(loss).__name__}; return loss.item()."
    assert model.training, "train_step left the model in evaluation mode: call model.train() first."
    moved = linear.weight.detach()
    assert not torch.equal(before, moved), "the weights did not move. Did the optimiser step?"
    # What a second step should do, worked out on a copy that never had a gradient.
    fresh = copy.deepcopy(model)
    fresh.zero_grad()
    loss_again = torch.nn.functional.cross_entropy(fresh(images), labels)
    loss_again.backward()  # type: ignore[no-untyped-call]
    wanted = [p.detach() - 0.01 * p.grad for p in fresh.parameters() if p.grad is not None]
    train_step(model, images, labels, optimiser, torch.device("cpu"))
    got = list(model.parameters())
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(wanted, got, strict=True)), (
        "the second step is not what it should be: were the gradients of the first one cleared?"
    )


@checks(
    "save",
    needs=("save_model", "load_model", "TileNet"),
    hints=(
        "save_file takes a dictionary of tensors and a path; model.state_dict() is such a "
        "dictionary.",
        "In load_model: model = TileNet(); model.load_state_dict(load_file(path)); "
        "return model.to(device).eval().",
    ),
    praise="what was saved comes back the same.",
)
def _save(save_model: Any, load_model: Any, TileNet: Any) -> None:  # noqa: N803
    import tempfile

    import torch

    net = TileNet()
    net.train()(torch.randn(8, 1, SIDE, SIDE) + 1)  # moves what batch normalisation stores
    net.eval()
    images = torch.randn(2, 1, SIDE, SIDE)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "net.safetensors")
        save_model(net, path)
        assert Path(path).is_file(), "save_model wrote no file at the path it was given."
        assert _is_safetensors(path), (
            "the file that save_model wrote is not in the safetensors format: use save_file."
        )
        again = load_model(path, torch.device("cpu"))
    written(again, "load_model")
    assert not again.training, "what load_model returns is still in training mode: call .eval()."
    with torch.no_grad():
        assert torch.allclose(net(images), again(images), atol=1e-6), (
            "the loaded model computes something else than the saved one."
        )


def _is_safetensors(path: str) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt"):
            return True
    except SafetensorError:
        return False


@checks(
    "trained-model",
    needs=("history",),
    hints=(
        "Six lines: dataset, the rows of both sides, a Subset for each, TileNet().to(device), "
        "history = fit(model, train_set, val_set, EPOCHS), save_model(…).",
        "If the accuracy stays near 33 %, look at train_step, then at the range of the images.",
    ),
    praise="the model was trained and saved; `course.submit()` takes the file along.",
)
def _trained_model(history: Any) -> None:
    assert Path("tile_net.safetensors").is_file(), (
        "there is no file tile_net.safetensors here. Run the training cell to its end."
    )
    assert (len(history) > 0 and history[-1] < history[0]) or len(history) == 1, (
        "the loss did not fall. Look at train_step again."
    )
    assert history[-1] < 1.0, (
        f"the loss ended at {history[-1]:.2f}; guessing gives 1.10. Look at train_step again."
    )


@checks(
    "recall",
    needs=("recall_per_class",),
    hints=(
        "For class k, look only at the tiles with labels == k, and ask how many were called k.",
        "(predicted[labels == k] == k).mean() is the recall of class k, if there is such a tile.",
    ),
    praise="recalls are counted class by class.",
)
def _recall(recall_per_class: Any) -> None:
    labels, predicted = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 1, 1, 1, 0, 0])
    recalls = recall_per_class(labels, predicted, 4)
    written(recalls, "recall_per_class")
    got = np.asarray(recalls, dtype=float)
    assert got.shape == (4,), f"four classes should give four recalls, not the shape {got.shape}."
    assert np.isclose(got[0], 0.5), f"1 of 2 tiles of class 0 was found: 0.5, not {got[0]:.3f}."
    assert np.isclose(got[1], 0.5), f"2 of 4 tiles of class 1 were found: 0.5, not {got[1]:.3f}."
    assert np.isnan(got[2]), f"class 2 has no tile: nan, not {got[2]:.3f}."


@checks(
    "pr-curve",
    needs=("pr_curve",),
    hints=(
        "Sort the tiles by falling score. Among the first n, how many are positive? np.cumsum "
        "counts that for every n at once.",
        "Precision is that count divided by n, recall is it divided by the number of positives. "
        "Where scores are equal keep only the last n: "
        "keep = np.append(np.diff(sorted_scores) != 0, True).",
    ),
    praise="the curve goes through the right points.",
)
def _pr_curve(pr_curve: Any) -> None:
    positive = np.array([True, False, True, False])
    result = pr_curve(positive, np.array([0.9, 0.6, 0.4, 0.1]))
    written(result, "pr_curve")
    assert len(result) == 2, "pr_curve should return two arrays: precision, recall."
    precision, recall = (np.asarray(values, dtype=float) for values in result)
    assert precision.shape == recall.shape == (4,), (
        "four different scores should give four points each for precision and recall."
    )
    assert np.allclose(recall, [0.5, 0.5, 1, 1]), f"recall should be 0.5, 0.5, 1, 1, not {recall}."
    assert np.allclose(precision, [1, 1 / 2, 2 / 3, 1 / 2]), (
        f"precision should be 1, 1/2, 2/3, 1/2, not {precision}."
    )
    tied, _ = pr_curve(positive, np.array([0.5, 0.5, 0.2, 0.2]))
    assert len(tied) == 2, "tiles with equal scores should share one point of the curve."
