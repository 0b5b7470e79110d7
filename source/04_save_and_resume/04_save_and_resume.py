# ---
# jupyter:
#   course:
#     accelerator: gpu
#     before:
#     - 'A training loop in PyTorch: network, loss, optimiser (lesson 03 has all of it)'
#     - What a `state_dict()` is; the words *epoch* and *learning rate* should not be new to you
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     - 'Everything runs on a CPU in seconds. For a GPU on Colab: Runtime, Change runtime type, T4 GPU, before anything else'
#     builds-on:
#       resume:
#       - checkpoint-state
#       - atomic-save
#     difficulty: intermediate
#     minutes: 110
#     objectives:
#     - can: gather everything that a training run needs in order to go on, in one file without a pickle
#       exercises:
#       - checkpoint-state
#     - can: tell what kind of file a model came in, and refuse those that can run code
#       exercises:
#       - no-pickle
#     - can: write a file so that a crash leaves the old one whole, and find the newest whole one
#       exercises:
#       - atomic-save
#     - can: resume an interrupted run so that it ends like one that was never interrupted
#       exercises:
#       - resume
#     - can: stop a run in time, before the session is stopped
#       exercises:
#       - time-budget
#     summary: 'A free session ends without asking. Write checkpoints that survive it,
#       go on from them bit for bit, and stop in time: first by hand, then in one call.'
#     title: Save, be interrupted, go on
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

here = course.setup("04_save_and_resume")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import io
import json
import os
import pickle
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

device = torch.device(here.device)  # "cuda" where there is a GPU, else "cpu": never write either below

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, then run the
# **check** below it. `hint("checkpoint-state")` points the way; `hint("checkpoint-state", level=2)`
# nearly gives it away. Hidden tests look at more cases after you hand in.
#
# ## 1. What a session forgets
#
# A rented GPU is yours for a while, not for good. On Colab a free session lasted at most 12 hours in
# autumn 2026, less when nobody touched it, and nobody promised even that. When it ends, nobody asks
# you first. The memory is empty, and so is the disk.
#
# So a long training run has to write **checkpoints**: files from which it can go on. Then a lost
# session costs the steps since the last checkpoint, and nothing else.

# %% nbgrader={"grade": false, "grade_id": "figure-lost-session", "locked": true, "schema_version": 3, "solution": false}
course.figure("04-lost-session")

# %% [markdown]
# "Go on" is meant strictly here. The run that was interrupted shall end with the *same numbers* as one
# that was not. Why so strict? Because then you can test it. "Looks about right" also holds when the
# optimiser was forgotten; "equal to the last bit" does not.
#
# ## 2. A small run to practise on
#
# Two arms of a spiral, one class each, and a network with **dropout**: in training it switches off
# some of its numbers at random. So this run draws random numbers at each step, as most real ones do.

# %% nbgrader={"grade": false, "grade_id": "spirals", "locked": true, "schema_version": 3, "solution": false}
COUNT, BATCH, STEPS = 640, 32, 400  # 20 batches an epoch, 20 epochs


def spirals(count):
    """Return points [N, 2] and their labels [N], 0 or 1."""
    random = np.random.default_rng(4)
    labels = np.arange(count) % 2
    turn = 2 + 6 * np.sqrt(random.random(count))  # how far along its arm, as an angle
    angle = turn + np.pi * labels
    points = np.stack([turn * np.cos(angle), turn * np.sin(angle)], axis=1) / 8
    points += random.normal(0, 0.03, points.shape)
    return torch.tensor(points, dtype=torch.float32), torch.tensor(labels)


points, labels = spirals(COUNT)
print("points", list(points.shape), points.dtype, "labels", list(labels.shape), labels.dtype)

# %% tags=["nbval-ignore-output"]
plt.figure(figsize=(3.2, 3.2))
plt.scatter(points[:, 0], points[:, 1], c=labels, s=6, cmap="cividis")
plt.axis("equal")
plt.title("two classes")
plt.show()

# %% [markdown]
# Three objects change while a network is trained, and each has a `state_dict()`:
#
# - the **network**: its weights;
# - the **optimiser**: AdamW keeps two running means for each weight (its *moments*) and counts steps;
# - the **scheduler**: it changes the learning rate after each step, and must know which step it is.
#
# We call the three together `parts`.

# %% nbgrader={"grade": false, "grade_id": "start", "locked": true, "schema_version": 3, "solution": false}
def start(seed=0):
    """Return a network, its optimiser and its scheduler, as they are before the first step."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(2, 48), nn.ReLU(), nn.Dropout(0.05), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 2)
    ).to(device)
    optimiser = torch.optim.AdamW(net.parameters())
    # The step size rises to max_lr and falls to almost nothing: it differs at each step.
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.02, total_steps=STEPS)
    return net, optimiser, scheduler


def train_step(net, optimiser, scheduler, points, labels):  # points [B, 2], labels [B]
    """Take one step on the device the network is on; return the loss as a number."""
    where = next(net.parameters()).device
    net.train()
    net.zero_grad()
    value = F.cross_entropy(net(points.to(where)), labels.to(where))
    value.backward()
    for part in (optimiser, scheduler):  # first the weights, then the learning rate
        part.step()
    return value.item()


# %% [markdown]
# Two more things change. One is the **random state**: each generator of random numbers remembers where
# in its long list of numbers it is. The other is the **position in the data**.
#
# The position is easy to get wrong. A `DataLoader` with `shuffle=True` draws a new order at the
# start of each epoch. If the session ends in the middle of an epoch, that order is gone: restoring the
# random state of the *middle* does not bring back an order that was drawn at the *start*.
#
# There is a simple way out. Let the order depend on the number of the epoch, and on nothing else. Then
# the step alone says which rows come next, and nothing needs to be stored.

# %% nbgrader={"grade": false, "grade_id": "rows", "locked": true, "schema_version": 3, "solution": false}
def rows_of(step, count, batch=BATCH):
    """Return the rows [B] of the batch of this step (the first step is 0), out of `count` rows."""
    epoch, number = divmod(step, count // batch)
    # A generator of its own: the order neither uses nor disturbs the global random state.
    order = torch.randperm(count, generator=torch.Generator().manual_seed(epoch))  # [count]
    return order[number * batch : (number + 1) * batch]


print("step  0 uses rows", rows_of(0, COUNT)[:5].tolist(), "…")
print("step 20 uses rows", rows_of(20, COUNT)[:5].tolist(), "… (a new epoch, a new order)")
print("step  0 uses rows", rows_of(0, COUNT)[:5].tolist(), "… (the same as before)")

# %% [markdown]
# Here is a run without any interruption. Its losses are what every other run below has to match.

# %% tags=["nbval-ignore-output"]
parts = start()
uninterrupted = []
for step in range(STEPS):
    rows = rows_of(step, COUNT)
    uninterrupted.append(train_step(*parts, points[rows], labels[rows]))
print(f"loss at the start {uninterrupted[0]:.3f}, after {STEPS} steps {uninterrupted[-1]:.3f}")

# %% [markdown]
# **Expected:** the loss starts near 0.7 (guessing one of two classes) and ends below 0.1.
#
# ## 3. What a checkpoint holds
#
# | It has to hold | If it is missing |
# | --- | --- |
# | the weights | you start from the beginning |
# | the optimiser's state | its means start at zero: the loss jumps |
# | the scheduler's state | the learning rate is that of the first step |
# | the step | you train too long, on the wrong rows |
# | the random state | dropout draws other numbers: nothing can be compared |
#
# | It must not hold | Because |
# | --- | --- |
# | a pickle | opening it can run code, see section 4 |
# | paths such as `/content/drive/…` | the next machine has others |
# | the data | they are large, and they do not change |
#
# We use one **safetensors** file, as in lesson 03. It has room for two things: tensors, each under a
# name, and **metadata**, which are texts under names. What is no tensor can be written as text with
# `json.dumps`.

# %% nbgrader={"grade": false, "grade_id": "figure-layout", "locked": true, "schema_version": 3, "solution": false}
course.figure("04-safetensors-layout")

# %% nbgrader={"grade": false, "grade_id": "read-parts", "locked": true, "schema_version": 3, "solution": false}
def read_parts(data):
    """Return the tensors and the metadata that are in the bytes of a safetensors file."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    return safetensors.torch.load(data), header.get("__metadata__", {})


data = safetensors.torch.save({"weight": torch.tensor([1.0, 2.0])}, {"step": "7"})
print(read_parts(data))

# %% [markdown]
# An optimiser's state is nested: dictionaries in a dictionary. Look at a very small one. The numbers
# 0 and 1 are the parameters, in their order; under `param_groups` are the settings, which a scheduler
# changes as it goes.

# %%
tiny = nn.Linear(1, 1)
adam = torch.optim.AdamW(tiny.parameters(), lr=0.5)
tiny(torch.ones(1, 1)).sum().backward()
adam.step()
for number, values in adam.state_dict()["state"].items():
    print(number, {name: list(value.shape) for name, value in values.items()})
group = adam.state_dict()["param_groups"][0]
print({name: group[name] for name in ("lr", "betas", "weight_decay", "params")})

# %% [markdown]
# ### Exercise `checkpoint-state` · harder · 25 minutes
#
# Write two functions. `pack` returns the bytes of one safetensors file that holds everything;
# `unpack` puts all of it back into a network, an optimiser and a scheduler that were made anew, and
# returns the step. (Writing the bytes to a disk comes later.)
#
# Tensors, each under a name of yours:
#
# - the network's: `net.state_dict()`;
# - the optimiser's: those in `optimiser.state_dict()["state"]`, with a flat name such as
#   `optimiser.0.exp_avg`. Keep the number of the parameter: a parameter that is not trained has no
#   entry, so the numbers may have gaps;
# - the random state: `torch.get_rng_state()`, and, if `torch.cuda.is_available()`,
#   `torch.cuda.get_rng_state()`. On the way back, `torch.set_rng_state(…)` and
#   `torch.cuda.set_rng_state(…)`.
#
# As text: the step, `optimiser.state_dict()["param_groups"]` and `scheduler.state_dict()`.
#
# `safetensors.torch.save(tensors, texts)` makes the bytes of the two dictionaries. On the way back
# `read_parts(data)` gives both, and each part has a `load_state_dict(…)`. The optimiser's wants what
# its `state_dict()` gave: `{"state": …, "param_groups": …}`. The numbers of the parameters, which
# became text in your names, have to be an `int` again there.
#
# safetensors is strict about two things. Each tensor must have memory of its own, but a network may
# use one weight under two names (*tied* weights). And its numbers must lie in memory in their order
# (*contiguous*), which those of a network in the `channels_last` format, for example, do not.
# `value.contiguous().clone()` settles both.
#
# Dropout on a GPU draws from the GPU's own generator, hence the second random state. NumPy and
# Python's `random` have more of them; this run does not use them. A checkpoint from a GPU has to open
# on a machine without one, so `unpack` must not insist on the second.

# %% nbgrader={"grade": false, "grade_id": "checkpoint-state", "locked": false, "schema_version": 3, "solution": true}
def pack(net, optimiser, scheduler, step):  # returns bytes: those of one safetensors file
    ### BEGIN SOLUTION
    state = optimiser.state_dict()
    tensors = {f"model.{name}": value for name, value in net.state_dict().items()}
    for number, values in state["state"].items():
        for name, value in values.items():
            tensors[f"optimiser.{number}.{name}"] = value
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    tensors = {name: value.cpu().contiguous().clone() for name, value in tensors.items()}
    rest = {"step": step, "groups": state["param_groups"], "scheduler": scheduler.state_dict()}
    return safetensors.torch.save(tensors, {"rest": json.dumps(rest)})
    ### END SOLUTION


def unpack(data, net, optimiser, scheduler):  # changes the three in place; returns the step, an int
    ### BEGIN SOLUTION
    tensors, metadata = read_parts(data)
    rest = json.loads(metadata["rest"])
    weights, state = {}, {}
    for name, value in tensors.items():
        kind, _, name = name.partition(".")
        if kind == "model":
            weights[name] = value
        if kind == "optimiser":
            number, name = name.split(".")
            state.setdefault(int(number), {})[name] = value
    net.load_state_dict(weights)
    optimiser.load_state_dict({"state": state, "param_groups": rest["groups"]})
    scheduler.load_state_dict(rest["scheduler"])
    torch.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])
    return rest["step"]
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "checkpoint-state-check", "locked": true, "schema_version": 3, "solution": false}
check("checkpoint-state")

# %% nbgrader={"grade": true, "grade_id": "checkpoint-state-tests", "locked": true, "points": 6, "schema_version": 3, "solution": false}
# Graded: 6 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("checkpoint-state")


def _tied(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 6))
    net[3].weight = net[0].weight  # one weight, two names
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.02, weight_decay=0.1)
    return net, optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.3, total_steps=90)


def _channels_last(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()).to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    return net, optimiser, torch.optim.lr_scheduler.StepLR(optimiser, 3, gamma=0.5)


def _frozen(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4), nn.Linear(4, 2))
    net[2].requires_grad_(False)  # parameters 2 and 3 have no state
    first = {"params": list(net[0].parameters()), "lr": 0.03}
    rest = {"params": [*net[2].parameters(), *net[3].parameters()], "lr": 0.01}
    optimiser = torch.optim.RMSprop([first, rest], momentum=0.5)
    return net, optimiser, torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 50)


def _trained(make, x, steps):
    net, optimiser, scheduler = make(1)
    for _ in range(steps):
        optimiser.zero_grad()
        net(x).pow(2).mean().backward()
        optimiser.step()
        scheduler.step()
    return net, optimiser, scheduler


def _plain(value):
    return json.loads(json.dumps(value))  # tuples become lists, as they do in a file


def _compare(want, got):
    _net, _optimiser, _scheduler = got
    _theirs = _net.state_dict()
    for _name, _value in want[0].state_dict().items():
        assert torch.equal(_theirs[_name].cpu(), _value), "a tensor of the network does not come back"
    _state, _wanted = _optimiser.state_dict(), want[1].state_dict()
    assert set(_state["state"]) == set(_wanted["state"]), (
        "the optimiser's state does not come back for every parameter that has one"
    )
    for _number, _values in _wanted["state"].items():
        for _name, _value in _values.items():
            assert torch.equal(_state["state"][_number][_name].cpu(), _value), (
                "the optimiser's state does not come back, or at another parameter"
            )
    assert _plain(_state["param_groups"]) == _plain(_wanted["param_groups"]), (
        "the optimiser's settings (param_groups) do not come back: learning rate, betas, …"
    )
    assert _plain(_scheduler.state_dict()) == _plain(want[2].state_dict()), (
        "the scheduler's state does not come back"
    )


for _make, _shape in ((_tied, (5, 6)), (_channels_last, (5, 3, 4, 4)), (_frozen, (5, 6))):
    _x = torch.tensor(_random.normal(size=_shape), dtype=torch.float32)
    _want = _trained(_make, _x, int(_random.integers(2, 6)))
    _step = int(_random.integers(100, 1_000_000))
    _given = student.put(_want)
    _seed = int(_random.integers(1_000, 1_000_000))
    torch.manual_seed(_seed)  # the random state that is to be saved, on both sides
    try:
        _data = pack(*_given, _step)
    except NotAttempted:
        raise
    except (RuntimeError, ValueError):
        raise AssertionError("pack fails where two names share one weight, or a tensor is not contiguous") from None
    assert isinstance(_data, bytes), "pack does not return bytes"
    try:
        _tensors, _texts = read_parts(_data)
    except Exception:
        raise AssertionError("what pack returns is not a safetensors file") from None
    for _tensor in _tensors.values():
        _bytes = _tensor.numpy().tobytes() if _tensor.dtype in (torch.uint8, torch.int8) else b""
        _hidden = (_bytes[:1] == b"\x80" and _bytes[-1:] == b".") or _bytes[:2] == b"PK"
        assert not _hidden, "there is a pickle in one of the tensors"
    assert not any("gASV" in _text or "8004" == _text[:4] for _text in _texts.values()), (
        "there is a pickle in the metadata"
    )
    _compare(_want, _given)  # saving changes nothing
    # Into new objects, in a session that has drawn other numbers meanwhile.
    _fresh = student.put(_make(2))
    torch.manual_seed(_seed + 1)
    assert unpack(_data, *_fresh) == _step, "unpack does not return the step"
    _drawn = student.torch.rand(8)
    torch.manual_seed(_seed)
    assert torch.equal(_drawn, torch.rand(8)), "the random state does not come back"
    _compare(_want, _fresh)

# Before the first step the optimiser has no state at all.
_want = _tied(3)
_data = pack(*student.put(_want), 0)
_fresh = student.put(_trained(_tied, torch.ones(5, 6), 2))
assert unpack(_data, *_fresh) == 0, "unpack does not return step 0"
_compare(_want, _fresh)

# From an accelerator: it must open there again, and on a CPU.
def _opened(data, where):
    parts = student.put(_tied(5))
    parts[0].to(where)
    unpack(data, *parts)
    return parts


_want = _trained(_tied, torch.tensor(_random.normal(size=(5, 6)), dtype=torch.float32), 3)
_data = pack(*student.put(_want), 3)
with student.branch(accelerator="twin") as _there:
    _data = pack(*_opened(_data, _there.device), 3)
    _compare(_want, _opened(_data, _there.device))
_compare(_want, _opened(_data, "cpu"))
### END HIDDEN TESTS

# %% [markdown]
# ## 4. A file can bite
#
# Why all this work, when `torch.save(optimiser.state_dict(), path)` is one line? Because of what it
# writes: a **pickle**. A pickle is not a list of numbers. It is a list of *instructions* for building
# objects, and one of the instructions is "call this function". See for yourself:

# %%
class Surprise:
    def __reduce__(self):  # says how to rebuild the object: by calling print
        return print, ("This line was printed while a pickle was being read.",)


stranger = pickle.dumps(Surprise())
pickle.loads(stranger)

# %% [markdown]
# It was only `print`. It could have deleted your Drive. (Since PyTorch 2.6 `torch.load` refuses
# unknown functions unless somebody writes `weights_only=False`. Many programs do write it.)
#
# The name of a file proves nothing: anybody can rename a file. But the **first bytes** tell the kinds
# apart, and reading bytes runs nothing:

# %%
numbers = {"weight": torch.zeros(3)}
new, old = io.BytesIO(), io.BytesIO()
torch.save(numbers, new)
torch.save(numbers, old, _use_new_zipfile_serialization=False)  # as PyTorch wrote before 2020
for what, data in (
    ("torch.save", new.getvalue()),
    ("torch.save, old", old.getvalue()),
    ("pickle", pickle.dumps([1, 2], protocol=4)),
    ("safetensors", safetensors.torch.save(numbers)),
):
    print(f"{what:<16} starts with the bytes {data[:2].hex(' ')}")
print("safetensors      goes on after 8 bytes with", data[8:20].decode(), "…")

# %% [markdown]
# **Expected:** the file of `torch.save` starts with `50 4b`, the letters `PK`: it is a zip archive. The
# next two start with `80`, followed by the version of the pickle format. The safetensors file starts
# with a number, the length of its header (8 bytes, lowest byte first), and then comes a `{`.
#
# ### Exercise `no-pickle` · medium · 15 minutes
#
# `kind_of(path)` returns one of four texts:
#
# - `"safetensors"`: `safe_open(path, "pt")` opens it without a `SafetensorError` (`"pt"` stands for
#   PyTorch). Ask this first: the 8 bytes of the length can be anything, also `80 02`;
# - `"torch"`: a zip archive (`zipfile.is_zipfile(path)`) with a file called exactly `data.pkl` in
#   whatever folder inside: among the names of `zipfile.ZipFile(path).namelist()` may be
#   `model/data.pkl` (`metadata.pkl` is another file);
# - `"pickle"`: it starts with the byte `0x80`, then a byte from 2 to 5;
# - `"other"`: anything else, for example a plain zip archive, a picture or an empty file.
#
# `load_safely(path)` returns the tensors of a safetensors file as a dictionary
# (`safetensors.torch.load_file(path)`), and raises a `ValueError` that names the kind for everything
# else. Never unpickle anything, not even to find out what it is.

# %% nbgrader={"grade": false, "grade_id": "no-pickle", "locked": false, "schema_version": 3, "solution": true}
def kind_of(path):  # "safetensors", "torch", "pickle" or "other"
    ### BEGIN SOLUTION
    try:
        with safe_open(path, "pt"):
            return "safetensors"
    except (SafetensorError, OSError, ValueError):
        pass
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [name.split("/")[-1] for name in archive.namelist()]
        return "torch" if "data.pkl" in names else "other"
    with open(path, "rb") as file:
        first = file.read(2)
    return "pickle" if len(first) == 2 and first[0] == 0x80 and 2 <= first[1] <= 5 else "other"
    ### END SOLUTION


def load_safely(path):  # a dictionary of tensors, or a ValueError
    ### BEGIN SOLUTION
    kind = kind_of(path)
    if kind != "safetensors":
        raise ValueError(f"{path} is not a safetensors file (its kind: {kind})")
    return safetensors.torch.load_file(path)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "no-pickle-check", "locked": true, "schema_version": 3, "solution": false}
check("no-pickle")

# %% nbgrader={"grade": true, "grade_id": "no-pickle-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import builtins as _builtins
import io as _io
import pickle as _pickle
import zipfile as _zipfile

from autograder.secret import generator
from autograder.student import student

_random = generator("no-pickle")
_MARK = "no-pickle-was-run.txt"


# Written in another way than the one shown above: no line of a hidden test may be known.
_Harm = type("_Harm", (), {"__reduce__": lambda _: (_builtins.open, (_MARK, "w"))})


def _torch_file(value, new=True):
    buffer = _io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=new)
    return buffer.getvalue()


def _archive(names):
    buffer = _io.BytesIO()
    with _zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, _pickle.dumps(_Harm()))
    return buffer.getvalue()


def _unlucky():
    """A safetensors file that begins like a pickle: its header is 0x0480 = 1152 bytes long."""
    for size in range(900, 1152):
        found = safetensors.torch.save({"a": torch.arange(3)}, {"note": "x" * size})
        if found[:2] == b"\x80\x04":
            return found
    raise RuntimeError("no size gives this header")


_numbers = torch.tensor(_random.normal(size=(3, 4)), dtype=torch.float32)
_good = safetensors.torch.save({"weight": _numbers})
_files = [
    ("weights.safetensors", _good, "safetensors"),
    ("model.pt", _good, "safetensors"),  # the name proves nothing
    ("unlucky.bin", _unlucky(), "safetensors"),
    ("empty.safetensors", safetensors.torch.save({}), "safetensors"),
    ("new.pt", _torch_file({"a": _numbers}), "torch"),
    ("model.safetensors", _torch_file(_Harm()), "torch"),
    ("renamed.safetensors", _archive(["a/b/version", "a/b/data.pkl"]), "torch"),
    ("flat.zip", _archive(["data.pkl"]), "torch"),
    ("plain.zip", _archive(["notes.txt", "my-data.pkl"]), "other"),
    ("old.pt", _torch_file({"a": _numbers}, new=False), "pickle"),
    *((f"p{_n}.safetensors", _pickle.dumps(_Harm(), protocol=_n), "pickle") for _n in (2, 3, 4, 5)),
    ("ancient.pkl", _pickle.dumps(_Harm(), protocol=0), "other"),
    ("nothing.safetensors", b"", "other"),
    ("one.bin", b"\x80", "other"),
    ("picture.jpg", b"\xff\xd8\xff\xe0" + bytes(60), "other"),
    ("eighty.bin", b"\x80\x09" + bytes(30), "other"),
]
_SAYS = {
    "safetensors": "a safetensors file is not recognised (by its bytes, not by its name)",
    "torch": "a file of torch.save, an archive with data.pkl in it, is not recognised",
    "pickle": "a pickle of protocol 2 to 5 is not recognised",
    "other": "a file that is none of the three is taken for one of them",
}
for _name, _content, _kind in (_files[_i] for _i in _random.permutation(len(_files))):
    student.write(_name, _content)
    assert kind_of(_name) == _kind, _SAYS[_kind]
    if _kind == "safetensors":
        _loaded = load_safely(_name)
        assert isinstance(_loaded, dict), "load_safely does not return a dictionary of tensors"
        continue
    try:
        load_safely(_name)
    except ValueError:  # as it should be
        pass
    except Exception:
        raise AssertionError("load_safely raises something else than a ValueError") from None
    else:
        raise AssertionError("load_safely loads a file that is not a safetensors file")
assert torch.equal(load_safely("model.pt")["weight"], _numbers), "the tensors are not those in the file"

# A file that was torn off in the middle: any error will do, but there must be one.
student.write("torn.safetensors", _good[:-5])
try:
    load_safely("torn.safetensors")
except Exception:
    pass
else:
    raise AssertionError("a torn file is loaded")

try:
    student.file(_MARK)
except AssertionError:
    pass
else:
    raise AssertionError("a pickle was opened: the code in it has run")
for _name, _, _ in (*_files, ("torn.safetensors", b"", "")):
    student.library("os").remove(_name)
### END HIDDEN TESTS

# %% [markdown]
# ## 5. A write that cannot go half wrong
#
# Suppose the session ends while `path.write_bytes(data)` is at work. The old file was emptied at the
# start; the new one is half there. You have lost *both*. And long writes are where a long-running
# program often is when it dies.
#
# The remedy is old and always the same. Write the new file under another name, beside the old one.
# When it is complete, rename it. On one disk, renaming is **atomic**: whoever looks finds the old file
# or the new one, never half of one.

# %% nbgrader={"grade": false, "grade_id": "figure-atomic", "locked": true, "schema_version": 3, "solution": false}
course.figure("04-atomic-write")

# %% [markdown]
# Each of the four moves has a reason:
#
# 1. **The same folder.** A rename works within one disk only; `/tmp` may be another one.
# 2. **Flush.** Python collects what you write; the file's method `flush` hands all of it to the
#    operating system.
# 3. **`os.fsync`** waits until the operating system has it on the disk. It wants the number of the
#    open file, which the method `fileno` gives. Without it, a power cut can leave a file with the new
#    name and nothing inside.
# 4. **`os.replace(old_name, new_name)`** renames, also over an existing file.
#
# ### Exercise `atomic-save` · medium · 20 minutes
#
# `save_atomic(path, data)` writes bytes in this way. If anything goes wrong (the disk is full, say),
# let the error through: whoever called must know. What stood at `path` before is still there then.
#
# `newest(folder)` returns the `Path` of the checkpoint with the highest step that is whole, or `None`
# if there is none. Checkpoints are called `step-20.safetensors`, `step-1000.safetensors` and so on.
# Other files may lie there too: `best.safetensors`, notes, the remains of a write that died. Do not go
# by the time of the file, since a copy from Drive has a new one. And mind how texts are sorted:
# `"step-1000"` comes before `"step-20"`. Your temporary file needs a name that `newest` does not take
# for a checkpoint.
#
# Use the function `is_whole` below. Its limit: it notices a file that is too short, but not a changed
# number in the middle. For that, one stores a digest; `course.Checkpoint` in section 8 does.

# %% nbgrader={"grade": false, "grade_id": "is-whole", "locked": true, "schema_version": 3, "solution": false}
def is_whole(path):
    """Return whether this is a complete safetensors file: as long as its header says."""
    try:
        with safe_open(path, "pt"):
            return True
    except (SafetensorError, OSError, ValueError):
        return False


# %% nbgrader={"grade": false, "grade_id": "atomic-save", "locked": false, "schema_version": 3, "solution": true}
def save_atomic(path, data):  # Path or text, bytes
    path = Path(path)
    ### BEGIN SOLUTION
    temporary = path.with_name(path.name + ".part")  # beside it, and not called like a checkpoint
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    ### END SOLUTION


def newest(folder):  # the Path of a checkpoint, or None
    ### BEGIN SOLUTION
    found = {}
    for path in Path(folder).glob("step-*.safetensors"):
        number = path.stem.removeprefix("step-")
        if number.isdigit() and is_whole(path):
            found[int(number)] = path
    return found[max(found)] if found else None
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "atomic-save-check", "locked": true, "schema_version": 3, "solution": false}
check("atomic-save")

# %% nbgrader={"grade": true, "grade_id": "atomic-save-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import inspect as _inspect
import re as _re

from autograder.secret import generator
from autograder.student import student

_random = generator("atomic-save")
_os, _shutil = student.library("os"), student.library("shutil")
_resource = student.library("resource")
_FOLDER = "atomic-save-test"
_shutil.rmtree(_FOLDER, ignore_errors=True)
_os.makedirs(_FOLDER)


def _file(step, size=200):
    return safetensors.torch.save({"a": torch.tensor(_random.normal(size=size)), "step": torch.tensor(step)})


def _found():
    path = newest(_FOLDER)
    return None if path is None else str(path).split("/")[-1]


# What was saved is there, also over an older file.
_low = int(_random.integers(2, 9))
_path = f"{_FOLDER}/step-{_low}.safetensors"
save_atomic(_path, _file(_low))
_old = _file(_low)
save_atomic(_path, _old)
assert student.file(_path).read_bytes() == _old, "the file does not hold the bytes that were saved last"
assert _found() == f"step-{_low}.safetensors", "newest does not find the only checkpoint there is"

# The disk is full in the middle of a write: of an existing file, and of a new one.
_much = _file(_low, 250_000)  # 2 MB, and room for 1 MB
for _target in (_path, f"{_FOLDER}/step-{_low + 90}.safetensors"):
    _limits = _resource.getrlimit(_resource.RLIMIT_FSIZE)
    _resource.setrlimit(_resource.RLIMIT_FSIZE, (1_000_000, _limits[1]))
    try:
        save_atomic(_target, _much)
    except OSError:
        _said = True
    else:
        _said = False
    finally:
        _resource.setrlimit(_resource.RLIMIT_FSIZE, tuple(_limits))
    assert student.file(_path).read_bytes() == _old, "after a write that failed the old file is damaged or gone"
    assert _said, "the disk was full, and save_atomic raised no error"
    _named = [_n for _n in _os.listdir(_FOLDER) if _re.fullmatch(r"step-\d+\.safetensors", _n)]
    assert _named == [f"step-{_low}.safetensors"], "half a file was left under the name of a checkpoint"
    assert _found() == f"step-{_low}.safetensors", "the remains of a write that failed are taken for a checkpoint"

# On the disk before it gets its name.
_new, _target = _file(1), f"{_FOLDER}/step-{_low + 1}.safetensors"
with student.branch():
    _seen, _fsync = [], _os.fsync

    def _spy(descriptor):
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        _seen.append((_os.fstat(number).st_size, _os.path.exists(_target)))

    _os.fsync = _spy
    try:
        save_atomic(_target, _new)
    finally:
        _os.fsync = _fsync
    assert _seen or "fsync(" in _inspect.getsource(save_atomic), "os.fsync is not called"
    assert not _seen or any(_size == len(_new) for _size, _ in _seen), (
        "fsync comes before the file is complete: a flush is missing, or the order is wrong"
    )
    assert not _seen or (len(_new), False) in _seen, "the file gets its name before it is on the disk"

# Another disk than the one of the notebook and of /tmp, where there is one.
if _os.path.isdir("/dev/shm"):
    _other = "/dev/shm/atomic-save-test.safetensors"
    try:
        save_atomic(_other, _new)
    except OSError:
        raise AssertionError("the temporary file is not in the folder of the file: on another disk it fails") from None
    assert student.library("pathlib").Path(_other).read_bytes() == _new, "a file on another disk is not written"
    _os.remove(_other)

# Which one is the newest? The highest is written first, so neither time nor text order helps.
_shutil.rmtree(_FOLDER)
_os.makedirs(_FOLDER)
assert newest(_FOLDER) is None, "in an empty folder newest does not return None"
student.write(f"{_FOLDER}/step-5000.safetensors.part", _file(5000))
student.write(f"{_FOLDER}/best.safetensors", _file(0))
student.write(f"{_FOLDER}/notes.txt", b"step-9999")
assert newest(_FOLDER) is None, "something that is not called like a checkpoint is taken for one"
_high = int(_random.integers(1_000, 2_000))
for _step in (_high, int(_random.integers(20, 99)), int(_random.integers(300, 999)), _low):
    student.write(f"{_FOLDER}/step-{_step}.safetensors", _file(_step))
assert _found() == f"step-{_high}.safetensors", "the newest checkpoint is the one with the highest step"
_whole = _file(1)
for _step, _content in ((_high + 1, _whole[:-8]), (_high + 2, b""), (_high + 3, _whole[:20]), (_high + 4, bytes(500))):
    student.write(f"{_FOLDER}/step-{_step}.safetensors", _content)
assert _found() == f"step-{_high}.safetensors", "a broken file is taken for the newest checkpoint"
_shutil.rmtree(_FOLDER)
### END HIDDEN TESTS

# %% [markdown]
# **Where to put it?** First on the local disk, which is quick and always there. Then copy it to a disk
# that outlasts the session, on Colab your Drive. Not directly to Drive: its connection may drop in
# the middle of a run, and then your training should not stop. `course.keep()` gives you the folder
# that lasts, on each platform.
#
# ## 6. Go on
#
# ### Exercise `resume` · medium · 20 minutes
#
# Now put the pieces together. `train` trains until `steps` steps are done **in all**, and goes on from
# a checkpoint in `folder` if there is one:
#
# 1. find the newest checkpoint; if there is one, `unpack` its bytes (`path.read_bytes()`) into the
#    parts: that gives the step. Else the step is 0;
# 2. while there are steps left: ask `stop()` first. If it says `True`, end the loop. Else take one step
#    on the rows `rows_of(step, len(labels))`, keep its loss, and count the step;
# 3. whenever `every` divides the number of steps done, save. Save also at the end, stopped or not. The
#    file is `step-N.safetensors`, N being the number of steps done;
# 4. return a list: the losses of the steps that *this* call took.
#
# `stop` is a function without arguments; the next exercise makes a useful one.

# %% nbgrader={"grade": false, "grade_id": "resume", "locked": false, "schema_version": 3, "solution": true}
def train(parts, points, labels, folder, steps, every=50, stop=lambda: False):
    # parts: network, optimiser, scheduler; points [N, 2]; labels [N]; folder: exists already
    folder = Path(folder)
    ### BEGIN SOLUTION

    def save():
        save_atomic(folder / f"step-{step}.safetensors", pack(*parts, step))

    path = newest(folder)
    step = unpack(path.read_bytes(), *parts) if path else 0
    losses = []
    while step < steps and not stop():
        rows = rows_of(step, len(labels))
        losses.append(train_step(*parts, points[rows], labels[rows]))
        step += 1
        if step % every == 0:
            save()
    save()
    return losses
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "resume-check", "locked": true, "schema_version": 3, "solution": false}
check("resume")

# %% nbgrader={"grade": true, "grade_id": "resume-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("resume")
_os, _shutil = student.library("os"), student.library("shutil")
_FOLDER = "resume-test"
_x = torch.tensor(_random.normal(size=(100, 2)), dtype=torch.float32)  # 3 batches an epoch
_y = (_x[:, 0] * _x[:, 1] > 0).long()
_total, _every = int(_random.integers(24, 32)), int(_random.integers(4, 8))


def _net(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.4), nn.Linear(16, 2))


def _made(net, library=student.torch):
    optimiser = library.optim.AdamW(net.parameters())
    return net, optimiser, library.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.05, total_steps=40)


def _new(seed):
    """The parts of a run at its start, on the student's side."""
    return _made(student.put(_net(seed)))


def _empty():
    _shutil.rmtree(_FOLDER, ignore_errors=True)
    _os.makedirs(_FOLDER)


def _numbers(parts):
    """All numbers that a run leaves, fetched: weights, moments, settings."""
    net, optimiser, _ = parts
    state = optimiser.state_dict()
    found = {"lr": torch.tensor(state["param_groups"][0]["lr"]), **net.state_dict()}
    for number, values in state["state"].items():
        found |= {f"{number}.{name}": value for name, value in values.items()}
    return {name: value.clone() for name, value in found.items()}


def _same(first, second):
    return set(first) == set(second) and all(torch.equal(first[name], second[name]) for name in first)


def _after(asked):
    """A stop that says yes when it is asked for this time, counted from 0."""
    times = []
    return lambda: times.append(1) or len(times) > asked


def _names():
    return set(_os.listdir(_FOLDER))


# Without an interruption.
_empty()
_parts = _new(1)
torch.manual_seed(7)
_losses = train(_parts, _x, _y, _FOLDER, _total, every=_every)
assert isinstance(_losses, list) and len(_losses) == _total, "a new run does not return one loss for each step"
_end = _numbers(_parts)
_wanted = {f"step-{_n}.safetensors" for _n in (*range(_every, _total + 1, _every), _total)}
assert _wanted <= _names(), "a checkpoint is missing: one whenever `every` divides the steps done, and one at the end"
_mine = _made(_net(1), torch)
torch.manual_seed(7)
for _step in range(_total):
    _rows = rows_of(_step, 100)
    _loss = train_step(*_mine, _x[_rows], _y[_rows])
    assert abs(_loss - _losses[_step]) < 1e-3, "a run without interruption does not take the steps it should, on its rows"
assert train(_new(2), _x, _y, _FOLDER, _total) == [], "a run that is complete takes more steps when it is called again"

for _k in (int(_random.integers(1, _every)), int(_random.integers(_every + 1, _total - 1)), 2 * _every):
    # Told to stop after k steps; then a new session, which has drawn other numbers.
    _empty()
    _first = _new(1)
    torch.manual_seed(7)
    _before = train(_first, _x, _y, _FOLDER, _total, every=_every, stop=_after(_k))
    assert len(_before) == _k, "train does not end when stop says so, or takes one step too many"
    assert f"step-{_k}.safetensors" in _names(), "stopped, train does not save, or under the number of another step"
    _second = _new(3)
    torch.manual_seed(99)
    _after_it = train(_second, _x, _y, _FOLDER, _total, every=_every)
    assert len(_before) + len(_after_it) == _total, "the two calls together do not take as many steps as one"
    assert _before + _after_it == _losses, "after an interruption the losses are not those of the run without one"
    assert _same(_numbers(_second), _end), "after an interruption weights or optimiser end differently"


def _crash(asked):
    """A stop that fails when it is asked for this time, counted from 0."""
    times = []

    def stop():
        times.append(1)
        if len(times) > asked:
            raise RuntimeError
        return False

    return stop


# It dies without a warning, and the newest file is torn.
_k = int(_random.integers(2 * _every + 1, 3 * _every))
_empty()
_first = _new(1)
torch.manual_seed(7)
try:
    train(_first, _x, _y, _FOLDER, _total, every=_every, stop=_crash(_k))
except Exception:
    pass
else:
    raise AssertionError("an error that stop raises does not come through")
student.write(f"{_FOLDER}/step-{_k + 1}.safetensors", b"half a file")
_second = _new(4)
torch.manual_seed(11)
_rest = train(_second, _x, _y, _FOLDER, _total, every=_every)
assert 0 < len(_rest) <= _total - 2 * _every, "after a crash the run does not go on from the last checkpoint"
assert _rest == _losses[-len(_rest) :], "after a crash the losses are not those of the run without one"
assert _same(_numbers(_second), _end), "after a crash weights or optimiser end differently"

# The data stay on the CPU, the network is on an accelerator.
_empty()
with student.branch(accelerator="twin") as _there:

    def _moved(seed):
        return _made(student.put(_net(seed)).to(_there.device))

    _first, _second = _moved(1), _moved(2)
    torch.manual_seed(7)
    _before = train(_first, _x, _y, _FOLDER, _total, every=_every, stop=_after(_every + 1))
    torch.manual_seed(5)
    _rest = train(_second, _x, _y, _FOLDER, _total, every=_every)
    assert len(_before) + len(_rest) == _total, "on an accelerator a run does not go on where it stopped"
    assert np.allclose(_before + _rest, _losses, atol=1e-3), "on an accelerator the losses are not those of one run"
_shutil.rmtree(_FOLDER)
### END HIDDEN TESTS

# %% [markdown]
# Now the proof, on the spirals. The first session is stopped after 70 steps; the second one starts
# with other weights and other random numbers, and goes on. A third run gets only the *weights* of the
# checkpoint, as many programs do it.

# %% tags=["after-exercises", "nbval-ignore-output"]
folder = Path(tempfile.mkdtemp())
asked = iter(range(STEPS))
before = train(start(), points, labels, folder, STEPS, stop=lambda: next(asked) == 70)
after = train(start(seed=1), points, labels, folder, STEPS)
print("The same losses as without interruption, to the last bit:", before + after == uninterrupted)

stored, weights_only = start(seed=2), start(seed=1)
unpack((folder / "step-70.safetensors").read_bytes(), *stored)
weights_only[0].load_state_dict(stored[0].state_dict())
careless = []
for step in range(70, STEPS):
    rows = rows_of(step, COUNT)
    careless.append(train_step(*weights_only, points[rows], labels[rows]))


def smooth(losses, width=15):
    """Return the mean of each `width` losses in a row."""
    return np.convolve(losses, np.ones(width) / width, mode="valid")


plt.figure(figsize=(6, 3.2))
plt.plot(smooth(uninterrupted), color="0.75", linewidth=6, label="never interrupted")
plt.plot(smooth(before + after), color="#1f5fa8", linewidth=1.5, label="resumed with everything")
plt.plot(range(70, STEPS - 14), smooth(careless), color="#c8641e", linestyle="--", label="resumed with the weights only")
plt.axvline(70, color="0.4", linestyle=":")
plt.xlabel("step")
plt.ylabel("loss (mean of 15)")
plt.legend()
plt.show()

# %% [markdown]
# **Expected:** on a CPU the line says `True`, and the blue curve lies exactly on the grey one. The
# dashed curve leaves it: its learning rate starts from the beginning and it has other dropout. It may
# even end well. But it is another training run, and nobody can say which one you report. (On a GPU the
# line may say `False`: a GPU adds numbers up in varying order, so the last digits differ, even
# between two runs without any interruption.)
#
# ## 7. Stop before you are stopped
#
# With a checkpoint every 50 steps you lose at most 50 steps. You can do better if you know when the
# session ends: stop by yourself, just before, and save. How much before? As long as one more step may
# take, plus a **reserve** for saving and for surprises. Steps do not all take the same time, so we go by
# the *longest* one so far.
#
# ### Exercise `time-budget` · easy · 10 minutes
#
# Write a class whose method `stop` is asked before each step, as `train` does.
#
# - The clock starts when the budget is made. `clock()` returns seconds; use nothing else to ask for the
#   time, so that a test can bring a clock of its own.
# - What lies between two questions is one step. Remember the longest. (Before the *first* question
#   there was no step yet, only preparation: do not count it.)
# - `stop()` returns `True` if the time left is less than the longest step so far plus the reserve, else
#   `False`.
#
# Why `time.monotonic` and not `time.time`? The latter is the time of day, and that can be set back.

# %% nbgrader={"grade": false, "grade_id": "time-budget", "locked": false, "schema_version": 3, "solution": true}
class Budget:
    def __init__(self, seconds, reserve=10.0, clock=time.monotonic):  # seconds in all, seconds, function
        ### BEGIN SOLUTION
        self.clock, self.reserve = clock, reserve
        self.end = clock() + seconds
        self.longest = 0.0
        self.asked = None  # when stop was asked last
        ### END SOLUTION

    def stop(self):  # True or False
        ### BEGIN SOLUTION
        now = self.clock()
        if self.asked is not None:
            self.longest = max(self.longest, now - self.asked)
        self.asked = now
        return self.end - now < self.longest + self.reserve
        ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "time-budget-check", "locked": true, "schema_version": 3, "solution": false}
check("time-budget")

# %% nbgrader={"grade": true, "grade_id": "time-budget-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("time-budget")


def _clock(start):
    now = [float(start)]

    def clock():
        return now[0]

    return now, clock


for _ in range(6):
    _total, _reserve = float(_random.integers(200, 400)), float(_random.integers(1, 30))
    _now, _ask = _clock(_random.integers(0, 100_000))
    _budget = Budget(_total, _reserve, _ask)
    _end = _now[0] + _total
    _now[0] += float(_random.integers(40, 60))  # preparation: longer than any step
    assert not _budget.stop(), "asked for the first time, with much time left, stop does not say False"
    _longest = 0.0
    while True:
        _step = float(_random.integers(1, 25)) + 0.5
        _now[0] += _step
        _longest = max(_longest, _step)
        _left = _end - _now[0]
        _said = _budget.stop()
        assert _said is not None, "stop does not return True or False"
        if _left < _longest + _reserve - 0.01:
            assert _said, "stop says False, though the longest step so far and the reserve no longer fit"
            break
        if _left > _longest + _reserve + 0.01:
            assert not _said, "stop says True, though the longest step so far and the reserve still fit"

# One long step long ago counts to the end, whatever the others took.
_now, _ask = _clock(_random.integers(0, 100_000))
_budget = Budget(200, 5, _ask)
_end = _now[0] + 200
_budget.stop()
_now[0] += 40
_budget.stop()
while _end - _now[0] > 45:
    assert not _budget.stop(), "stop says True, though the longest step so far and the reserve still fit"
    _now[0] += 2
_now[0] += 1
assert _budget.stop(), "stop says False, though the longest step so far and the reserve no longer fit"

# Two budgets do not disturb each other, and the reserve is 10 seconds if none is given.
_now, _ask = _clock(50)
_long, _short = Budget(1_000, 0, _ask), Budget(30, clock=_ask)
assert not _short.stop() and not _long.stop(), "with all of its time left a budget says stop"
_now[0] += 2
assert not _short.stop() and not _long.stop(), "a budget says stop too early"
_now[0] += 20
assert _short.stop(), "when its time is over but for less than the reserve of 10 seconds, a budget does not say stop"
assert not _long.stop(), "a budget says stop because another one is spent"
_now[0] += 2_000
assert _long.stop(), "after its end a budget does not say stop"
### END HIDDEN TESTS

# %% [markdown]
# Try it with a clock that runs faster than yours: each step "takes" 60 seconds, and the session lasts
# an hour.

# %% tags=["after-exercises"]
seconds = [0]


def fast_clock():
    return seconds[0]


budget = Budget(3600, reserve=120, clock=fast_clock)


def stop():
    answer = budget.stop()
    seconds[0] += 60  # the step that follows
    return answer


folder = Path(tempfile.mkdtemp())
losses = train(start(), points, labels, folder, STEPS, stop=stop)
print(f"{len(losses)} steps, the newest file is {newest(folder).name}")

# %% [markdown]
# **Expected:** `58 steps, the newest file is step-58.safetensors`. After 58 steps, 120 seconds are
# left: less than the 60 of a step plus the reserve of 120.
#
# ## 8. All of this in one call
#
# You have built the parts by hand, and you know now what they are for. For your own projects,
# `course.fit` has all of them. `course.Checkpoint` also stores a digest, keeps only the last two files
# (a full disk is a common end of long runs), and copies each file to a second folder.
#
# Below, `session` stands for the disk that is lost, and `drive` for the one that stays. In a real run
# you write `keep=course.keep()`.

# %% nbgrader={"grade": false, "grade_id": "with-fit", "locked": true, "schema_version": 3, "solution": false} tags=["nbval-ignore-output"]
session, drive = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
loader = DataLoader(TensorDataset(points, labels), batch_size=BATCH, shuffle=True)


def fit(epochs, **where):
    net, optimiser, _ = start()
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.02, total_steps=6 * len(loader))
    history = course.fit(
        net, loader, epochs=epochs, optimiser=optimiser, scheduler=scheduler, loss=F.cross_entropy, **where
    )
    return history["loss"]


print("-- first session: it gets as far as epoch 3")
fit(3, checkpoint=course.Checkpoint(session / "spirals", keep=drive))

shutil.rmtree(session)  # the session ends: its disk is gone
session.mkdir()

print("-- second session: run the same cell again")
resumed = fit(6, checkpoint=course.Checkpoint(session / "spirals", keep=drive))
print("-- without interruption")
print("The same losses:", resumed == fit(6))

# %% [markdown]
# **Expected:** the second session says `Going on in epoch 4 after 0 of 20 batches.`, and on a CPU the
# last line says `The same losses: True`.
#
# Give it a time budget as well, and it stops in time by itself. For example, in the first cell of a
# notebook, for a session of 12 hours, with half an hour to spare:
#
# ```python
# budget = course.TimeBudget(minutes=11.5 * 60)
# history = course.fit(…, checkpoint=course.Checkpoint("run-1", keep=course.keep()), budget=budget)
# ```
#
# Did the session end? Open the notebook again, and run all cells. That is the whole procedure.
#
# ## Three errors you will meet
#
# - `RuntimeError: Some tensors share memory, this will lead to duplicate memory on disk` The network
#   uses a weight under two names. Give each tensor memory of its own: `.contiguous().clone()`.
# - `ValueError: loaded state dict contains a parameter group that doesn't match the size of optimizer's group`
#   The optimiser was made for another network than the one in the file. Look which one you changed.
# - `OSError: [Errno 107] Transport endpoint is not connected` The connection to Drive has dropped.
#   Mount it again. The checkpoint on the local disk is still there: copy it.
#
# ## What it cost, and cleaning up
#
# Nothing: a minute of computing. But checkpoints add up in real runs. AdamW keeps two more numbers for
# each weight, so a checkpoint is about three times as large as the network. Keep the last two, delete
# the rest, and empty the bin of Drive: what lies in it counts. At the end of the day choose *Runtime,
# Disconnect and delete runtime*, since GPU hours are limited. On a paid machine, stop the machine.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. You resume with the right weights, but with a new AdamW optimiser. What happens?**
#
# <details><summary>An error, because the states do not fit together</summary>No. Nothing complains: a
# new optimiser fits any network it is made for.</details>
# <details><summary>Nothing: the optimiser holds only settings</summary>No. It holds running means for
# each weight, and those are gone now.</details>
# <details><summary>It trains, but its moments start at zero, so the run is another one</summary>Right.
# You often see a jump in the loss where it went on.</details>
#
# **2. Why does the temporary file lie in the same folder as the file it will become?**
#
# <details><summary>Renaming is atomic within one disk only</summary>Right. From one disk to another a
# file has to be copied, and a copy can be cut in half.</details>
# <details><summary>Because `/tmp` is too small for checkpoints</summary>It may be, but that is not the
# reason. A large `/tmp` would not help.</details>
# <details><summary>So that it is found when the session is over</summary>No. A temporary file is of no
# use afterwards, and nobody should find it.</details>
#
# **3. What does `os.fsync` protect you from that `os.replace` does not?**
#
# <details><summary>Two programs that write the same file</summary>No. It does not keep anybody from
# writing; for that you would need a lock.</details>
# <details><summary>A new name on a file whose content never reached the disk</summary>Right. The
# operating system may write the name first and the bytes later, unless told to wait.</details>
# <details><summary>A disk that is full</summary>No. A full disk is an error either way, and the old
# file stays as it was.</details>
#
# **4. You stored the random state in the middle of an epoch. Is the order of the samples safe?**
#
# <details><summary>Only if it depends on the number of the epoch, or is stored as well</summary>Right.
# It was drawn at the start of the epoch, from a state that is no longer there.</details>
# <details><summary>Yes, the random state decides everything that follows</summary>Everything that is
# drawn *after* that moment. The order was drawn before it.</details>
# <details><summary>Yes, a DataLoader stores its position by itself</summary>No. PyTorch's DataLoader
# begins a new epoch each time that you iterate over it.</details>
#
# **5. A stranger's `model.safetensors` begins with the bytes `80 04`. What do you do?**
#
# <details><summary>Load it with pickle, since that is what it is</summary>No. If it is a pickle, then
# loading it is just what you must not do.</details>
# <details><summary>Delete it: those bytes are the sign of a pickle</summary>Too quick. A header of
# 1152 bytes also begins with 80 04, in a perfectly good file.</details>
# <details><summary>Open it with safetensors only, and refuse it if that fails</summary>Right. That
# reader cannot run code, whatever the file holds.</details>
#
# ## Take away
#
# - A checkpoint holds weights, optimiser, scheduler, step and random state. The position in the data
#   follows from the step, if the order follows from the epoch.
# - Numbers and text, no pickle: a file that can only be read cannot run.
# - Another name, flush, fsync, replace: then there is always one whole file.
# - Resuming is right when it gives the *same* numbers. Test it on a CPU, where that is possible.
# - Stop before you are stopped, and save first to the local disk, then to the one that lasts.
#
# ## Read on
#
# - [PyTorch: saving and loading a general checkpoint](https://docs.pytorch.org/tutorials/recipes/recipes/saving_and_loading_a_general_checkpoint.html)
# - [PyTorch: reproducibility](https://docs.pytorch.org/docs/stable/notes/randomness.html)
# - [Python: why a pickle is not secure](https://docs.python.org/3/library/pickle.html)
# - [safetensors: the format and why it is safe](https://huggingface.co/docs/safetensors/index)
# - The talk this course grew from: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science 38,
#   2019, which names long runs without a guarantee as Colab's first limit.
