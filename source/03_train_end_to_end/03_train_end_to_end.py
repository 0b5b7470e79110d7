# ---
# jupyter:
#   course:
#     accelerator: gpu
#     before:
#     - Python, a little NumPy, and a first look at PyTorch (`Dataset`, `nn.Module`); nothing about GPUs
#     - The words *network*, *loss* and *gradient* should not be new to you
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     - 'For a GPU on Colab: Runtime, Change runtime type, T4 GPU, before anything else, since it restarts the session'
#     builds-on:
#       save:
#       - model
#       trained-model:
#       - dataset
#       - split
#       - model
#       - train-step
#       - save
#     difficulty: beginner
#     minutes: 120
#     objectives:
#     - can: turn images into a dataset that a network can train on
#       exercises:
#       - dataset
#     - can: split data so that near-copies never stand on both sides
#       exercises:
#       - split
#     - can: write a small convolutional network and the training step that drives it, on any device
#       exercises:
#       - model
#       - train-step
#     - can: save a trained network so that it opens safely anywhere, and show what it is worth
#       exercises:
#       - save
#       - trained-model
#     - can: judge a classifier class by class, with recall and precision-recall curves
#       exercises:
#       - recall
#       - pr-curve
#     summary: 'A complete training run on satellite tiles, from one archive to a saved
#       model and its precision-recall curves: in seconds on a CPU, at full size on
#       a GPU, with the same code.'
#     title: Train end to end
#   jupytext:
#     cell_metadata_filter: nbgrader,tags,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: colab,accelerator,kaggle,course,kernelspec,-language_info,-all
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false}
import course
from course import NotAttempted, check, hint

here = course.setup("03_train_end_to_end")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import matplotlib.pyplot as plt
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Subset

device = torch.device(here.device)  # "cuda" where there is a GPU, else "cpu": never write either below

# %% [markdown]
# ## How this notebook works
#
# Each exercise is a cell with `raise NotAttempted(…)` in it, once or more. Replace each of these lines
# by your code, run the cell, then run the **check** below it. A check answers *passed*, *not yet* (and
# why), or *not attempted*. In a cell of your own, `hint("dataset")` points the way;
# `hint("dataset", level=2)` nearly gives it away. Your instructor tells you where to hand the notebook
# in; then hidden tests look at more cases than the check does.
#
# ## 1. Look at the data
#
# From NASA's picture of the whole Earth we cut grey tiles of 36 × 36 pixels, each showing open
# **water**, a stretch of **coast**, or **land**. They come as *one* archive: a single file moves
# quickly to wherever the notebook runs, thousands of small ones do not.

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false}
tiles = course.load_tiles(
    course.stage("data/tiles.zip", sha256="84b30913054db6408aff45fff71c16ca6f50e38b1c9972afca939d27a348fbdc")
)
for number, name in enumerate(tiles.classes):
    print(f"{name:<6} {np.sum(tiles.labels == number)} tiles")
print("images", tiles.images.shape, tiles.images.dtype)

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(3, 8, figsize=(8, 3.2))
for label, row in enumerate(axes):
    for axis, image in zip(row, tiles.images[tiles.labels == label][::97]):
        axis.imshow(image, cmap="gray", vmin=0, vmax=255)
        axis.set_axis_off()
    row[0].set_title(tiles.classes[label], loc="left")
plt.tight_layout()
plt.show()

# %% [markdown]
# All tiles were given the same grey values, each value as often as in any other tile. Only the places
# differ, so brightness and contrast say nothing about the class. (That is why calm water looks grainy.)
# What is left is *where* the bright pixels are, and that is what a convolutional network is good at.
#
# ### Exercise `dataset` · easy · 10 minutes
#
# A network wants floating-point numbers around zero, with a channel dimension; the archive holds
# bytes from 0 to 255 without one. Write a dataset whose item `i` is a pair:
#
# - the image, `float32`, shape `[1, 36, 36]`, with 0 mapped to -1 and 255 to 1;
# - its label, an `int64` tensor of shape `[]`.

# %% nbgrader={"grade": false, "grade_id": "dataset", "locked": false, "schema_version": 3, "solution": true}
class TileDataset(Dataset):
    def __init__(self, images, labels):  # uint8 [N, 36, 36] and int64 [N], NumPy arrays
        ### BEGIN SOLUTION
        # All at once: converting a tile each time it is asked for would be slower by far.
        self.images = torch.from_numpy(images).unsqueeze(1).float() / 127.5 - 1  # [N, 1, 36, 36]
        self.labels = torch.from_numpy(labels)  # [N]
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.labels)
        ### END SOLUTION

    def __getitem__(self, i):
        ### BEGIN SOLUTION
        return self.images[i], self.labels[i]
        ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "dataset-check", "locked": true, "schema_version": 3, "solution": false}
check("dataset")

# %% nbgrader={"grade": true, "grade_id": "dataset-tests", "locked": true, "points": 2, "schema_version": 3, "solution": false}
# Graded: 2 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("dataset")
_count = int(_random.integers(7, 14))
_images = _random.integers(0, 256, (_count, 36, 36)).astype(np.uint8)
_images[0, 0, 0], _images[0, 0, 1] = 0, 255
_labels = _random.permutation(np.arange(_count) % 3)
_given = _images.copy()
_data = TileDataset(_images, _labels)
assert len(_data) == _count, "len() of the dataset is not the number of tiles"
for _i in range(_count):
    _image, _label = _data[_i]
    assert tuple(_image.shape) == (1, 36, 36), "an image does not have the shape [1, 36, 36]"
    assert _image.dtype == torch.float32, "an image is not float32"
    assert torch.allclose(_image[0], torch.tensor(_given[_i] / 127.5 - 1, dtype=torch.float32), atol=1e-5), (
        "grey values are not mapped from 0..255 to -1..1"
    )
    assert _label.dtype == torch.int64 and tuple(_label.shape) == (), "a label is not an int64 scalar"
    assert int(_label) == _labels[_i], "image and label do not belong together"
assert np.array_equal(_images, _given), "the dataset changes the arrays it was given"
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Split it honestly
#
# The tiles were cut from 24 **blocks of longitude**; you have 18 of them, the others are kept for
# grading. A network is trained on one part of the tiles and *validated*, that is tried out, on a part
# that it was not trained on. But two neighbouring tiles show the same bay or the same desert: with one
# on either side, the network is praised for remembering. So a whole block goes to one side or the
# other.

# %% nbgrader={"grade": false, "grade_id": "figure-split", "locked": true, "schema_version": 3, "solution": false}
course.figure("split-by-block")

# %% [markdown]
# ### Exercise `split` · easy · 10 minutes
#
# `blocks[i]` is the block of tile `i`. Return two arrays of indices: the tiles *outside* the blocks
# in `held_out`, for training, and the tiles *inside* them, for validation.

# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true}
def split_by_block(blocks, held_out):  # int64 [N], list of block numbers
    ### BEGIN SOLUTION
    inside = np.isin(blocks, held_out)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "split-check", "locked": true, "schema_version": 3, "solution": false}
check("split")

# %% nbgrader={"grade": true, "grade_id": "split-tests", "locked": true, "points": 2, "schema_version": 3, "solution": false}
# Graded: 2 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("split")
for _held in (1, 2, 3, 5):
    _numbers = _random.permutation(30)[:12]  # blocks have any numbers, in any order
    _blocks = _random.permutation(np.repeat(_numbers, _random.integers(1, 6, 12)))
    _held_out = _numbers[:_held].tolist()
    _train, _val = (np.asarray(_rows) for _rows in split_by_block(_blocks, _held_out))
    assert _train.dtype.kind in "iu" and _val.dtype.kind in "iu", "the two arrays do not hold indices"
    assert len(_train) + len(_val) == len(_blocks), "some tiles are lost, or stand on both sides"
    assert not set(_blocks[_train]) & set(_blocks[_val]), "a block stands on both sides"
    assert set(_blocks[_val]) == set(_held_out), "the blocks held out are not the ones asked for"
    assert len(set(_train) | set(_val)) == len(_blocks), "a tile is used twice"
### END HIDDEN TESTS

# %% [markdown]
# ## 3. A small network
#
# ### Exercise `model` · medium · 15 minutes
#
# Write a network that takes images `[N, 1, 36, 36]` and returns **logits** `[N, 3]`: one number a
# class, any size, *not* probabilities. `F.cross_entropy` turns logits into probabilities itself; a
# softmax of yours would be a second one, and training would crawl.
#
# Three convolutions are plenty, two are the least. Each looks at 3 × 3 pixels at a time and writes a
# few new pictures, its *channels*: make it 8, then 16, then 32. The first is
# `nn.Conv2d(1, 8, 3, padding=1)`, 1 because the tiles are grey. After each come `nn.BatchNorm2d(8)`, 8
# being its channels (keeps the numbers in range, so that training is quick), and `nn.ReLU()` (sets
# negative numbers to 0). Then `nn.MaxPool2d(2)` halves height and width; after the last convolution,
# `nn.AdaptiveAvgPool2d(1)` takes the mean of each channel instead. `.flatten(1)` makes `[N, 32]` of its
# `[N, 32, 1, 1]`, and one linear layer turns those 32 means into 3 logits. Stay below 200,000
# parameters.

# %% nbgrader={"grade": false, "grade_id": "model", "locked": false, "schema_version": 3, "solution": true}
class TileNet(nn.Module):
    def __init__(self):
        super().__init__()
        ### BEGIN SOLUTION
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),  # [N, 8, 18, 18]
            nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),  # [N, 16, 9, 9]
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(1),  # [N, 32, 1, 1]
        )
        self.classify = nn.Linear(32, 3)
        ### END SOLUTION

    def forward(self, images):  # float32 [N, 1, 36, 36]
        ### BEGIN SOLUTION
        return self.classify(self.features(images).flatten(1))  # [N, 3]
        ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "model-check", "locked": true, "schema_version": 3, "solution": false}
check("model")

# %% nbgrader={"grade": true, "grade_id": "model-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
torch.manual_seed(5)
_net = TileNet()
for _count in (2, 5, 64):
    _logits = _net(torch.randn(_count, 1, 36, 36))
    assert tuple(_logits.shape) == (_count, 3), "N images do not give logits of shape [N, 3], for some N"
assert not torch.allclose(_logits.exp().sum(1), torch.ones(64), atol=1e-3), "log-probabilities came back, not logits"
assert not torch.allclose(_logits.sum(1), torch.ones(64), atol=1e-3), "probabilities came back, not logits"
_net.eval()
assert tuple(_net(torch.randn(1, 1, 36, 36)).shape) == (1, 3), "one image alone does not work in eval mode"
_net.train()
_parameters = list(_net.parameters())
assert 0 < sum(_p.numel() for _p in _parameters) < 200_000, "the network has no parameters, or 200,000 and more"
assert sum(_p.dim() == 4 for _p in _parameters) >= 2, "fewer than two convolutions are registered as parameters"
F.cross_entropy(_net(torch.randn(8, 1, 36, 36)), torch.arange(8) % 3).backward()
assert all(_p.grad is not None for _p in _parameters), "a layer is defined but not used in forward"
_x = torch.randn(4, 1, 36, 36)
_net.eval()
assert not torch.allclose(_net(_x)[0], _net(_x.flip(0))[0]), "the logits of an image do not depend on the image"
### END HIDDEN TESTS

# %% [markdown]
# ## 4. One training step
#
# ### Exercise `train-step` · medium · 20 minutes
#
# One step takes one batch through the five moves that every training loop makes:
#
# 1. put the model in **training mode**, in which batch normalisation uses the averages of this batch
#    (in evaluation mode it uses stored ones, and somebody may have evaluated the model before);
# 2. move **both** images and labels to the device the model is on;
# 3. clear the gradients of the step before: PyTorch *adds* new ones to old ones;
# 4. forward, cross-entropy, backward;
# 5. let the optimiser step.
#
# The optimiser is the object that changes the weights along the gradients. Return the loss as a
# Python number (`.item()`), not as a tensor: a tensor would keep everything the step computed in memory.

# %% nbgrader={"grade": false, "grade_id": "train-step", "locked": false, "schema_version": 3, "solution": true}
def train_step(model, images, labels, optimiser, device):  # [N, 1, 36, 36], [N], on any device
    ### BEGIN SOLUTION
    model.train()
    images, labels = images.to(device), labels.to(device)
    optimiser.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "train-step-check", "locked": true, "schema_version": 3, "solution": false}
check("train-step")

# %% nbgrader={"grade": true, "grade_id": "train-step-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("train-step")
_seed = int(_random.integers(2**31))


def _small_net():
    torch.manual_seed(_seed)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 34 * 34, 3))


_images = torch.from_numpy(_random.standard_normal((12, 1, 36, 36))).float()
_labels = torch.from_numpy(_random.permutation(np.arange(12) % 3))
_here = torch.device("cpu")

# Three steps equal three steps done by hand: gradients cleared, nothing stepped twice.
def _net_and_sgd():
    net = _small_net()
    return net, torch.optim.SGD(net.parameters(), lr=0.05)


_ours, _our_sgd = _net_and_sgd()
_theirs, _their_sgd = student.put(_net_and_sgd())
_theirs.eval()
for _ in range(3):
    _ours.train()
    _our_sgd.zero_grad()
    _loss = F.cross_entropy(_ours(_images), _labels)
    _loss.backward()
    _our_sgd.step()
    _returned = train_step(_theirs, _images, _labels, _their_sgd, _here)
    assert isinstance(_returned, float), "the loss is not returned as a Python number"
    assert abs(_returned - _loss.item()) < 1e-4, "the loss is not the cross-entropy of this batch, in training mode"
    assert _theirs.training, "the model is not in training mode"
for _a, _b in zip(_ours.parameters(), _theirs.parameters()):
    assert torch.allclose(_a, _b, atol=1e-5), "after three steps the weights are not what they should be: are gradients cleared?"

# And on an accelerator, or what behaves like one: whatever is not moved raises there.
with student.branch(accelerator="twin") as _there:
    _net = student.put(_small_net()).to(_there.device)
    _adam = student.torch.optim.Adam(_net.parameters(), lr=0.01)
    _losses = [train_step(_net, _images, _labels, _adam, _there.device) for _ in range(4)]
    assert _losses[-1] < _losses[0], "on an accelerator the loss does not fall"
### END HIDDEN TESTS

# %% [markdown]
# ## 5. Save it
#
# ### Exercise `save` · easy · 10 minutes
#
# A file written by `torch.save` is a *pickle*: opening one from a stranger can run the stranger's code.
# (Since PyTorch 2.6 `torch.load` refuses most of it by default; older ones, and other readers, do not.)
# A **safetensors** file holds numbers and names, nothing else. Save the model's `state_dict()`, a
# dictionary of all its numbers, with `save_file(dictionary, path)`. To load, read that dictionary with
# `load_file(path)`, put it into a fresh `TileNet` with `load_state_dict`, move the network to `device`,
# and return it in evaluation mode.

# %% nbgrader={"grade": false, "grade_id": "save", "locked": false, "schema_version": 3, "solution": true}
def save_model(model, path):
    ### BEGIN SOLUTION
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path)
    ### END SOLUTION


def load_model(path, device):
    ### BEGIN SOLUTION
    model = TileNet()
    model.load_state_dict(load_file(path))
    return model.to(device).eval()
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "save-check", "locked": true, "schema_version": 3, "solution": false}
check("save")

# %% nbgrader={"grade": true, "grade_id": "save-tests", "locked": true, "points": 2, "schema_version": 3, "solution": false}
# Graded: 2 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

torch.manual_seed(int(generator("save").integers(2**31)))
_net = TileNet()
_net.train()
_net(torch.randn(16, 1, 36, 36))  # moves the running statistics, which must be saved too
_net.eval()
_x = torch.randn(5, 1, 36, 36)
save_model(_net, "saved.safetensors")
save_model(TileNet(), "another.safetensors")  # what is loaded has to come from the file, not from memory
try:
    _saved = load_file(student.file("saved.safetensors"))
except AssertionError:
    raise
except Exception:
    raise AssertionError("the file is not a safetensors file") from None
assert set(_saved) == set(_net.state_dict()), "the file does not hold the whole state_dict"
_again = load_model("saved.safetensors", torch.device("cpu"))
assert _again is not None, "load_model returns nothing"
assert not _again.training, "the loaded model is not in evaluation mode"
with torch.no_grad():
    assert torch.allclose(_again(_x), _net(_x), atol=1e-6), "the loaded model does not compute what the saved one did"
### END HIDDEN TESTS

# %% [markdown]
# ## 6. Train
#
# The loop is given; it calls *your* step. Read it once, it is short.

# %% nbgrader={"grade": false, "grade_id": "fit", "locked": true, "schema_version": 3, "solution": false}
def predict(model, dataset):
    """Return logits [N, 3] and labels [N] of a whole dataset, on the CPU."""
    model.eval()
    with torch.no_grad():
        pairs = [(model(images.to(device)).cpu(), labels) for images, labels in DataLoader(dataset, 256)]
    logits, labels = zip(*pairs)
    return torch.cat(logits), torch.cat(labels)


def fit(model, train_set, val_set, epochs, lr=0.01):
    """Train and print one line an epoch; return the mean training loss of each epoch."""
    batches = DataLoader(train_set, batch_size=64, shuffle=True)
    optimiser = torch.optim.AdamW(model.parameters())
    # The step size rises to lr and falls to almost nothing: a few epochs are enough that way.
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=lr, total_steps=epochs * len(batches))
    history = []
    for epoch in range(epochs):
        losses = []
        for images, labels in batches:
            losses.append(train_step(model, images, labels, optimiser, device))
            schedule.step()
        history.append(sum(losses) / len(losses))
        logits, labels = predict(model, val_set)
        accuracy = (logits.argmax(1) == labels).float().mean().item()
        print(f"epoch {epoch + 1}: loss {history[-1]:.3f}, validation accuracy {accuracy:.1%}")
    return history


# %% [markdown]
# ### Exercise `trained-model` · medium · 15 minutes
#
# Put the pieces together: make the dataset, split it with the blocks in `VAL_BLOCKS` held out
# (`Subset(dataset, rows)` is the part of a dataset with those indices), make a network on the
# device, `history = fit(…)`, and save the network as `tile_net.safetensors`.
#
# The saved file is your result. It is scored on tiles from parts of the world that you have not got:
# below 65 % balanced accuracy it earns nothing, from 85 % on all 6 points, in between a share. (The
# recall of a class is the share of its tiles that were found; balanced accuracy is the mean of the
# three.) An *epoch* is one pass over the training tiles; on a CPU a few of them take seconds, on a GPU
# there are more.
#
# **Expected:** the loss falls, and the validation accuracy ends near 95 %. It will be some points lower
# on the tiles you have not got: those blocks are harder.

# %% nbgrader={"grade": false, "grade_id": "trained-model", "locked": false, "schema_version": 3, "solution": true} tags=["after-exercises"]
EPOCHS = 20 if device.type == "cuda" else 4
VAL_BLOCKS = [4, 9, 12]

SEED = 0
torch.manual_seed(SEED)
### BEGIN SOLUTION
dataset = TileDataset(tiles.images, tiles.labels)
train_rows, val_rows = split_by_block(tiles.blocks, VAL_BLOCKS)
train_set, val_set = Subset(dataset, train_rows), Subset(dataset, val_rows)

model = TileNet().to(device)
history = fit(model, train_set, val_set, EPOCHS)
save_model(model, "tile_net.safetensors")
### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "trained-model-check", "locked": true, "schema_version": 3, "solution": false}
check("trained-model")

# %% nbgrader={"grade": true, "grade_id": "trained-model-tests", "locked": true, "points": 6, "schema_version": 3, "solution": false}
# Graded: up to 6 points, by balanced accuracy on held-out tiles.
### BEGIN HIDDEN TESTS
from pathlib import Path as _Path

from autograder.metric import credit
from autograder.secret import secret

assert _Path("tile_net.safetensors").is_file(), "there is no file tile_net.safetensors: the training cell did not write it"
_held_out = secret("heldout.safetensors")
_x = _held_out["images"].unsqueeze(1).float() / 127.5 - 1  # [N, 1, 36, 36]
_net = TileNet()
_net.load_state_dict(load_file("tile_net.safetensors"))
_net.eval()
with torch.no_grad():
    _predicted = torch.cat([_net(_batch) for _batch in _x.split(256)]).argmax(1)
_truth = _held_out["labels"]
_balanced = sum((_predicted[_truth == _k] == _k).float().mean().item() for _k in range(3)) / 3
credit("balanced accuracy", _balanced, floor=0.65, target=0.85, points=6)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. What is it worth?
#
# Accuracy is one number over all classes. Suppose a flood service needs the coasts: then the question
# is *how many of the coasts are found* (recall) and *how many of the finds are coasts* (precision).
#
# ### Exercise `recall` · easy · 10 minutes
#
# Return the recall of each class: of the tiles that *are* class `k`, the share that was *called*
# class `k`. A class without any tile has no recall: give `nan` for it.

# %% nbgrader={"grade": false, "grade_id": "recall", "locked": false, "schema_version": 3, "solution": true}
def recall_per_class(labels, predicted, classes=3):  # int64 [N], int64 [N], number of classes
    ### BEGIN SOLUTION
    recalls = np.full(classes, np.nan)
    for k in range(classes):
        of_class = labels == k
        if of_class.any():
            recalls[k] = (predicted[of_class] == k).mean()
    return recalls
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "recall-check", "locked": true, "schema_version": 3, "solution": false}
check("recall")

# %% nbgrader={"grade": true, "grade_id": "recall-tests", "locked": true, "points": 2, "schema_version": 3, "solution": false}
# Graded: 2 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator


def _counted(truth, called, k):
    calls = [call for true, call in zip(truth, called) if true == k]
    return calls.count(k) / len(calls) if calls else np.nan


_random = generator("recall")
for _classes, _size in ((3, 5), (3, 80), (4, 80), (7, 300)):
    _absent, *_present = _random.permutation(_classes)  # one class has no tile, but is called
    _truth = _random.choice(_present, _size)
    _called = np.where(_random.random(_size) < 0.5, _truth, _random.integers(0, _classes, _size))
    _called[0] = _absent
    _expected = [_counted(_truth.tolist(), _called.tolist(), _k) for _k in range(_classes)]
    _got = np.asarray(recall_per_class(_truth, _called, _classes), dtype=float)
    assert _got.shape == (_classes,), "there is not one recall a class"
    assert np.allclose(_got, _expected, equal_nan=True), "a recall is not what counting by hand gives"
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise `pr-curve` · harder · 15 minutes
#
# Call a tile "coast" whenever its score is at least some threshold. Lower the threshold step by step
# and you find more coasts (recall rises), with more false alarms among them (precision mostly falls).
# The pairs make the **precision-recall curve**.
#
# Return `precision` and `recall`, one entry for every *different* score, from the highest threshold
# to the lowest. Tiles with equal scores cross the threshold together. There is always at least one
# coast.

# %% nbgrader={"grade": false, "grade_id": "pr-curve", "locked": false, "schema_version": 3, "solution": true}
def pr_curve(positive, scores):  # bool [N]: is it a coast?, float [N]: how sure is the network?
    ### BEGIN SOLUTION
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(positive[order])  # coasts among the first 1, 2, … N tiles
    called = np.arange(1, len(scores) + 1)
    last_of_ties = np.append(np.diff(scores[order]) != 0, True)
    return (found / called)[last_of_ties], (found / positive.sum())[last_of_ties]
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "pr-curve-check", "locked": true, "schema_version": 3, "solution": false}
check("pr-curve")

# %% nbgrader={"grade": true, "grade_id": "pr-curve-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator


def _by_definition(positive, scores):
    points = []
    for threshold in sorted(set(scores.tolist()), reverse=True):
        called = scores >= threshold
        points.append(((called & positive).sum() / called.sum(), (called & positive).sum() / positive.sum()))
    return np.array(points).T


_random = generator("pr-curve")
for _size, _step in ((6, 0.25), (40, 0.1), (200, 0.0)):
    _scores = _random.random(_size)
    if _step:
        _scores = np.round(_scores / _step) * _step  # ties
    _positive = _random.random(_size) < 0.4
    _positive[0] = True
    _precision, _recall = (np.asarray(_a, dtype=float) for _a in pr_curve(_positive, _scores))
    _want_precision, _want_recall = _by_definition(_positive, _scores)
    assert _precision.shape == _want_precision.shape, "there is not one point for every different score"
    assert np.allclose(_recall, _want_recall), "a recall on the curve is wrong"
    assert np.allclose(_precision, _want_precision), "a precision on the curve is wrong"
### END HIDDEN TESTS

# %% [markdown]
# From here on the notebook uses only the saved file, as another notebook on another machine would.

# %% tags=["after-exercises", "nbval-ignore-output"]
model = load_model("tile_net.safetensors", device)
_, val_rows = split_by_block(tiles.blocks, VAL_BLOCKS)
logits, labels = predict(model, Subset(TileDataset(tiles.images, tiles.labels), val_rows))
scores, labels = F.softmax(logits, dim=1).numpy(), labels.numpy()  # [N, 3], [N]
recalls = recall_per_class(labels, scores.argmax(1), len(tiles.classes))

plt.figure(figsize=(4.5, 3.6))
for number, name in enumerate(tiles.classes):
    precision, recall = pr_curve(labels == number, scores[:, number])
    plt.plot(recall, precision, label=f"{name}: recall {recalls[number]:.0%} at the most likely class")
plt.xlabel("recall: how many of them are found")
plt.ylabel("precision: how many of the finds are right")
plt.ylim(0, 1.03)
plt.legend(loc="lower left", fontsize=8)
plt.show()

# %% [markdown]
# **Expected:** water and land hug the upper right corner; the coast falls off earlier. It is the
# class that looks a little like both others.
#
# ## Three errors you will meet
#
# - `Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!`
#   Something was not moved. Usually the labels.
# - `mat1 and mat2 shapes cannot be multiplied (64x512 and 32x3)` The linear layer expects another
#   number of features than arrive. Print the shape just before the linear layer and count.
# - `RuntimeError: CUDA out of memory` Halve the batch size; if a cell was stopped half-way, restart
#   the session, since its tensors are still there.
#
# ## What it cost, and cleaning up
#
# Nothing on Colab or Kaggle, but GPU hours are limited: when you are done, choose *Runtime,
# Disconnect and delete runtime*. Before you do, download `tile_net.safetensors` (folder icon on the
# left); it goes with the session. On a paid machine, stop the machine.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. Your validation accuracy is 99 % with a random split and 88 % with a split by block. Which one
# do you report?**
#
# <details><summary>99 %: more data of each region was seen</summary>No. Neighbouring tiles are nearly
# copies of each other; with them on both sides the number measures memory.</details>
# <details><summary>88 %: it is what new places will give</summary>Right. The network will be used on
# places it has not seen, and this number was measured on such places.</details>
# <details><summary>The mean of both</summary>No. A mean of an honest number and a flattering one is
# still flattering.</details>
#
# **2. Where does the softmax belong?**
#
# <details><summary>At the end of the network</summary>No. <code>F.cross_entropy</code> expects logits
# and applies a softmax itself; two of them flatten the gradients.</details>
# <details><summary>Inside the loss, and once more when you want to show probabilities</summary>Right.
# For the most likely class you need none at all: softmax keeps the order.</details>
# <details><summary>Nowhere: probabilities are never needed</summary>Not quite. The loss needs it
# inside, and people like to read probabilities.</details>
#
# **3. What happens if you never clear the gradients?**
#
# <details><summary>An error</summary>No, and that is what makes it nasty: nothing complains.</details>
# <details><summary>Gradients of all steps so far add up</summary>Right. Every step is steered by old
# batches too.</details>
# <details><summary>Only the first batch is learnt</summary>No. Every batch still counts, the old ones
# too much.</details>
#
# **4. A colleague sends you `model.pt` and asks you to load it. What do you think of?**
#
# <details><summary>Whether it fits into memory</summary>That too, but something is worse than
# that.</details>
# <details><summary>That it is a pickle and may run code on your machine</summary>Right. Ask for
# safetensors, which holds numbers and nothing else.</details>
# <details><summary>Nothing: model files hold only numbers</summary>Safetensors files do. Pickles hold
# instructions for rebuilding objects, and those can be anything.</details>
#
# **5. The service must miss as few coasts as possible and can live with false alarms. What do you
# do?**
#
# <details><summary>Lower the threshold for "coast"</summary>Right. You move along the curve to higher
# recall and pay with precision.</details>
# <details><summary>Raise the threshold for "coast"</summary>No. That makes false alarms rarer and
# misses more frequent.</details>
# <details><summary>Train until the accuracy is higher</summary>It may help: a better network has a
# better curve. But the threshold picks your point on it.</details>
#
# ## Take away
#
# - One archive, one dataset, one split by *place*: honest numbers start with the data.
# - `device` is a variable. The same step runs on a CPU and on a GPU.
# - Mode, move, clear, backward, step: every training loop you will read is these five.
# - Save numbers, not pickles.
# - Look class by class; then choose the threshold by what a mistake costs.
#
# ## Read on
#
# - [PyTorch: saving and loading models](https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html)
# - [safetensors: the format and why it is safe](https://huggingface.co/docs/safetensors/index)
# - [NASA Visible Earth: Blue Marble](https://visibleearth.nasa.gov/collection/1484/blue-marble)
# - The talk this course grew from: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science 38, 2019.
