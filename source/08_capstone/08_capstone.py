# ---
# jupyter:
#   course:
#     accelerator: gpu
#     before:
#     - Lesson 03, or any training loop of your own in PyTorch
#     - 'The idea of a checkpoint: what has to be saved so that training can go on after a lost session'
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     builds-on:
#       capstone-model:
#       - robust-batch
#       - budgeted
#       - interruption
#       - model-card
#     difficulty: advanced
#     minutes: 120
#     objectives:
#     - can: damage training images on the device the way a bad sensor does, the same way for the same seed
#       exercises:
#       - robust-batch
#     - can: end a training run within a time budget and keep its best epoch
#       exercises:
#       - budgeted
#     - can: take up an interrupted training run so that it ends as if nothing had happened
#       exercises:
#       - interruption
#     - can: write a model card whose numbers are measured
#       exercises:
#       - model-card
#     - can: deliver a model that holds on data from a sensor it was not trained on
#       exercises:
#       - capstone-model
#     summary: 'The whole course in one piece of work: train a network for a worse camera, within
#       a budget, through an interruption, and hand in the model with its card.'
#     title: 'Capstone: a model within a budget'
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

here = course.setup("08_capstone")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import copy
import json
import shutil
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from course.training import Progress
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

device = torch.device(here.device)  # "cuda" where there is a GPU, else "cpu"
torch.set_num_threads(1)  # as the grader does; a network this small is no faster with more

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, run the
# **check** below it. `hint("budgeted")` points the way, `hint("budgeted", level=2)` nearly gives it
# away. Hidden tests look at more cases after you hand in. The first four exercises stand alone; do
# them in any order. The last one puts them together.
#
# ## 1. The task
#
# A small satellite is up there with a small, old camera. It has half the resolution of the pictures
# of lesson 03, and they arrive damaged. Somebody wants to know what each of them shows: **water**,
# **coast** or **land**.
#
# You have two kinds of tiles, 18 × 18 pixels each:
#
# - 1868 *clean* ones with labels, made from old archives: enough to train on;
# - 382 labelled pictures of *the camera itself*: too few to train on, enough to validate.
#
# They come from different blocks of longitude (slices of the Earth, 15 degrees wide). Your model is
# scored on camera pictures from six blocks more, which you have not got.

# %% nbgrader={"grade": false, "grade_id": "data", "locked": true, "schema_version": 3, "solution": false}
CLASSES = ("water", "coast", "land")
archive = np.load(
    course.stage("data/tiles.npz", sha256="692bd17895a51ba8e217afa785e47a1421a6568148149bef16568182785a245a")
)


def to_floats(grey):
    """Bytes [N, 18, 18] to floats [N, 1, 18, 18]: 0 becomes -1, mid-grey about 0, and 255 becomes 1."""
    return torch.from_numpy(grey).unsqueeze(1).float() / 127.5 - 1


images, labels = to_floats(archive["images"]), torch.from_numpy(archive["labels"])
camera_images, camera_labels = to_floats(archive["camera_images"]), torch.from_numpy(archive["camera_labels"])
print("clean ", tuple(images.shape), torch.bincount(labels).tolist())
print("camera", tuple(camera_images.shape), torch.bincount(camera_labels).tolist())

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(2, 6, figsize=(8, 3))
for row, (name, pictures, classes) in zip(
    axes, [("clean", images, labels), ("camera", camera_images, camera_labels)]
):
    for number, axis in enumerate(row):
        of_class = pictures[classes == number // 2]  # two of each class
        axis.imshow(of_class[40 * (1 + number % 2), 0], cmap="gray", vmin=-1, vmax=1)
        axis.set_title(f"{name}: {CLASSES[number // 2]}", fontsize=8)
        axis.set_axis_off()
plt.tight_layout()
plt.show()

# %% [markdown]
# **Expected:** one row of smooth tiles, and below it a row of grainy ones with stripes of plain grey.
#
# A network that has seen only clean tiles is nearly lost on the camera's pictures: in our runs it was
# right on about half of them. You cannot repair the camera. You can damage the clean tiles in the
# same way while you train: then the network learns to look past the damage.
#
# ## 2. Damage on the device
#
# The makers of the camera tell us what happens to a picture, in this order:
#
# 1. **gain**: all its grey values are multiplied by one number between 0.6 and 1.4. Each picture has
#    its own; all numbers in that range are equally likely;
# 2. **noise**: to each pixel a number is added, normally distributed around 0 with standard
#    deviation 0.15;
# 3. **lost lines**: each line (a row of 18 pixels) is lost with probability 0.15. A lost line arrives
#    as exactly 0, mid-grey. Lines are lost independently, in each picture others.
#
# Where to do that? Each batch is damaged anew, in every epoch. If it is on a GPU, do it *there*: it is a
# little tensor arithmetic, and nothing has to go back to the CPU and come again.
#
# And it must be **reproducible**: the same seed gives the same damage. A `torch.Generator` is a
# source of random numbers of your own. Make one *on the device of the images*, seed it, and pass it
# to `torch.rand` and `torch.randn`. Do not seed PyTorch itself with `torch.manual_seed`: others draw
# from that source too (dropout does), and you would make them repeat themselves.

# %% nbgrader={"grade": false, "grade_id": "sensor", "locked": true, "schema_version": 3, "solution": false}
LOW, HIGH = 0.6, 1.4  # the gain
NOISE = 0.15  # standard deviation
LOST = 0.15  # probability of each line

# %% [markdown]
# ### Exercise `robust-batch` · medium · 20 minutes
#
# Return a damaged copy of a batch. The batch itself stays as it is.
#
# - `torch.Generator(device=…)` makes a source of random numbers; its method `manual_seed` seeds it;
# - `torch.rand(shape, generator=…, device=…)` draws between 0 and 1, all equally likely;
# - `torch.randn(…)`, called likewise, draws from the normal distribution: around 0, with standard
#   deviation 1.

# %% nbgrader={"grade": false, "grade_id": "robust-batch", "locked": false, "schema_version": 3, "solution": true}
def damage(images, seed):  # float32 [N, 1, 18, 18] on any device, whole number
    ### BEGIN SOLUTION
    source = torch.Generator(device=images.device).manual_seed(seed)
    drawn = {"generator": source, "device": images.device}
    count, _, height, _ = images.shape
    gain = LOW + (HIGH - LOW) * torch.rand(count, 1, 1, 1, **drawn)  # one number an image
    noise = NOISE * torch.randn(images.shape, **drawn)  # one a pixel
    arrived = torch.rand(count, 1, height, 1, **drawn) >= LOST  # one a line
    return (gain * images + noise) * arrived
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "robust-batch-check", "locked": true, "schema_version": 3, "solution": false}
check("robust-batch")

# %% nbgrader={"grade": true, "grade_id": "robust-batch-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("robust-batch")
_seed, _other = (int(_n) for _n in _random.choice(100_000, 2, replace=False))
_x = torch.from_numpy(_random.uniform(-1, 1, (300, 1, 18, 18))).float()
_out = damage(_x.clone(), _seed)
assert tuple(_out.shape) == (300, 1, 18, 18) and _out.dtype == torch.float32, "shape or type of the batch changes"
assert torch.equal(damage(_x.clone(), _seed), _out), "the same seed does not give the same damage"
assert not torch.allclose(damage(_x.clone(), _other), _out, atol=0.1), "another seed gives the same damage"

_kept = _x.clone()
damage(_kept, _seed)
assert torch.equal(_kept, _x), "the batch itself is changed"

torch.manual_seed(_other)
_expected = torch.rand(3)
torch.manual_seed(_other)
damage(_x.clone(), _seed)
assert torch.allclose(student.torch.rand(3), _expected), "PyTorch's own source of random numbers is seeded or used"

# What is drawn is looked at in many images: a hundred times the tolerance that chance needs.
_ones = damage(torch.ones(1200, 1, 18, 18), _other)[:, 0]  # [1200, 18, 18]
_lost = (_ones == 0).all(2)  # [1200, 18]
assert torch.equal(_lost, (_ones == 0).any(2)), "a lost line is not 0 all along, or lines are not rows"
assert abs(_lost.float().mean() - 0.15) < 0.02, "not 15 % of the lines are lost"
assert 0.3 < _lost.float().std(0).min(), "the same lines are lost in every image"
assert 0.3 < _lost.float().std(1).mean(), "all lines of an image are lost together"
_pixels = [_image[~_gone].flatten() for _image, _gone in zip(_ones, _lost) if (~_gone).sum() > 8]
_gain = torch.stack([_each.mean() for _each in _pixels])
_noise = torch.stack([_each.std() for _each in _pixels])
assert 0.2 < _gain.std() < 0.26, "the gain is not one number an image, equally likely from 0.6 to 1.4"
assert 0.5 < _gain.min() and _gain.max() < 1.5, "the gain leaves its range from 0.6 to 1.4"
assert abs(_gain.mean() - 1) < 0.05, "the gain is not around 1"
assert abs(_noise.mean() - 0.15) < 0.01, "the noise has not the standard deviation 0.15 within an image"
assert abs(_noise[_gain < 0.8].mean() - _noise[_gain > 1.2].mean()) < 0.01, "the noise is added before the gain"
_zeros = damage(torch.zeros(600, 1, 18, 18), _seed)[:, 0]
assert abs(_zeros.mean()) < 0.01, "the noise is not around 0"
_sent = _zeros[(_zeros != 0).all(2)]  # [lines, 18]
_neighbours = (_sent[:, 1:] * _sent[:, :-1]).mean()
assert abs(_neighbours) < 0.004, "the noise is not drawn for each pixel"
assert not torch.equal(_zeros[0], _zeros[1]), "all images get the same noise"

with student.branch(accelerator="twin") as _there:
    # Parameters stay over there; a plain tensor would come back, and be a copy on the CPU.
    _far = student.put(nn.ParameterList([_x[:16]])).to(_there.device)[0]
    _once, _twice = damage(_far, _seed), damage(_far, _seed)
    if _once.requires_grad:
        _place = student.library("builtins").getattr(_once, "device")
        assert _place.type == _there.device.type, "images on an accelerator do not stay there"
    assert torch.equal(_once.detach().cpu(), _twice.detach().cpu()), "on an accelerator the same seed gives other damage"
### END HIDDEN TESTS

# %% [markdown]
# Look at what your function does.

# %% tags=["after-exercises", "nbval-ignore-output"]
worse = damage(images[:1].repeat(6, 1, 1, 1).to(device), seed=1).cpu()
fig, axes = plt.subplots(1, 7, figsize=(8, 1.5))
for axis, picture in zip(axes, [images[0], *worse]):
    axis.imshow(picture[0], cmap="gray", vmin=-1, vmax=1)
    axis.set_axis_off()
axes[0].set_title("clean", fontsize=8)
plt.tight_layout()
plt.show()

# %% [markdown]
# **Expected:** one tile, and the same tile damaged in six ways, like the camera's pictures above.
#
# ## 3. The parts that are given
#
# A network, a way to judge it, and batches. Read them: the last exercise uses all three.
#
# **Balanced accuracy** is the judge: for each class the share of its pictures that are called right
# (the *recall*), then the mean of the three. Guessing gives about 0.33.
#
# `batch_of(step)` gives the batch of a step: the *same* batch whenever that step is asked for, with
# the same damage. That is worth the few lines it costs: a run that was cut off can go on at step 120
# and meet what it would have met.

# %% nbgrader={"grade": false, "grade_id": "parts", "locked": true, "schema_version": 3, "solution": false}
BATCH = 64
STEPS = len(images) // BATCH  # in an epoch


class SmallNet(nn.Module):
    """Images [N, 1, 18, 18] to logits [N, 3]."""

    def __init__(self, width=16):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2),  # [N, width, 9, 9]
            nn.Conv2d(width, 2 * width, 3, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(2 * width, 4 * width, 3, padding=1), nn.BatchNorm2d(4 * width), nn.ReLU(),  # [N, 4 * width, 4, 4]
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(4 * width, 3),
        )

    def forward(self, images):
        return self.layers(images)


def balanced_accuracy(model, images, labels):
    """The mean of the three recalls, as a Python number; images and labels may be on the CPU."""
    place = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        called = torch.cat([model(batch.to(place)).argmax(1).cpu() for batch in images.split(256)])  # [N]
    recalls = [(called[labels == k] == k).float().mean().item() for k in range(3)]
    return sum(recalls) / 3


def make_batches(seed):
    """Return batch_of(step), which returns damaged images [64, 1, 18, 18] and labels [64] on the device."""

    def of_step(step):
        epoch, number = divmod(step, STEPS)
        order = torch.randperm(len(images), generator=torch.Generator().manual_seed(1000 * seed + epoch))
        rows = order[BATCH * number : BATCH * (number + 1)]
        return damage(images[rows].to(device), 1_000_000 * seed + step), labels[rows].to(device)

    return of_step

# %% [markdown]
# ## 4. Within a budget
#
# Time is what a session is short of. A free one ends after some hours, a rented one costs money each
# minute, and the grader gives each cell of this notebook 60 seconds. A run that is cut off leaves
# nothing. A run that ends *itself* in time leaves its best.
#
# Two rules are enough:
#
# - **Begin another epoch only if it will fit**, were it as slow as the slowest one so far. An epoch
#   here is its training *and* its validation. The first one always begins: nothing is known yet.
# - **Keep the best.** After each epoch ask how good the model is. At the end the model holds the
#   weights of the best epoch, not of the last.
#
# `model.state_dict()` is a dictionary of *all* that a model has learnt, the averages of batch
# normalisation included. But its tensors are the model's own: train on, and they change. Keep a copy:
# `copy.deepcopy(model.state_dict())`.
#
# How do you test a function about time without waiting? Do not ask the clock of the machine: ask the
# one that you are *given*. Then a test can give a false clock on which hours pass in a moment.
#
# ### Exercise `budgeted` · medium · 25 minutes
#
# Train for at most `epochs` epochs within `seconds` seconds from now.
#
# - `run_epoch(number)` trains the model for one epoch; the first has the number 0;
# - `validate()` returns how good the model is now; higher is better;
# - `clock()` returns a time in seconds. When it began to count, nobody knows: only differences mean
#   something.
#
# Return the list of what `validate` returned. When you return, the model is the best one.

# %% nbgrader={"grade": false, "grade_id": "budgeted", "locked": false, "schema_version": 3, "solution": true}
def train_within(seconds, epochs, model, run_epoch, validate, clock=time.monotonic):
    ### BEGIN SOLUTION
    end = clock() + seconds
    values, best, slowest = [], None, 0.0
    for n in range(epochs):
        began = clock()
        if values and began + slowest > end:
            break
        run_epoch(n)
        values.append(validate())
        slowest = max(slowest, clock() - began)
        if values[-1] == max(values):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return values
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "budgeted-check", "locked": true, "schema_version": 3, "solution": false}
check("budgeted")

# %% nbgrader={"grade": true, "grade_id": "budgeted-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student


def _run(net, seconds, lengths, checking, scores, epochs, averages=True):
    """Train a network that is its epoch's number, on a false clock; return history and time used."""
    now = [1e5 * _random.random()]
    began, seen = now[0], []

    def run_epoch(number):
        seen.append(number)
        now[0] += lengths[number]
        if averages:
            net.train()
            net(torch.full((4, 1), 10.0 + number))  # moves the running mean
        net.weight.data.fill_(10.0 + number)

    def validate():
        now[0] += checking[len(seen) - 1]
        return scores[len(seen) - 1]

    history = train_within(seconds, epochs, net, run_epoch, validate, clock=lambda: now[0])
    assert seen == list(range(len(seen))), "run_epoch is not called with 0, 1, 2, …"
    return history, now[0] - began


def _number_that_fit(seconds, lengths, checking, epochs):
    used, slowest = 0.0, 0.0
    for count in range(epochs):
        if count and used + slowest > seconds:
            return count
        used += lengths[count] + checking[count]
        slowest = max(slowest, lengths[count] + checking[count])
    return epochs


_random = generator("budgeted")
for _case in range(7):
    _lengths, _checking = _random.uniform(50, 400, 12).tolist(), _random.uniform(20, 200, 12).tolist()
    _scores = _random.permutation(12).tolist()
    _scores = [0.3 + _score / 20 for _score in _scores]
    _epochs = int(_random.integers(3, 13))
    # From far too little time to more than enough; the third never has enough for a second epoch.
    _seconds = [900.0, 1500.0, 30.0, 2200.0, 1e6, 1200.0, 1100.0][_case] + _random.random()
    if _case == 6:  # two epochs fit: a slow one, then a quick one, after which the slow one counts
        _epochs = 5
        _lengths = [500 + _length / 20 if _n == 0 else 200 + _length / 20 for _n, _length in enumerate(_lengths)]
        _checking = [_length / 20 for _length in _checking]
    _net = student.put(nn.BatchNorm1d(1, momentum=1.0))
    _history, _used = _run(_net, _seconds, _lengths, _checking, _scores, _epochs)
    assert isinstance(_history, list), "train_within does not return a list"
    _count = _number_that_fit(_seconds, _lengths, _checking, _epochs)
    assert len(_history) >= 1, "the first epoch does not begin, though it always should"
    assert len(_history) <= _epochs, "there are more epochs than asked for"
    assert len(_history) <= _count, "an epoch begins that may not fit: it ends after the budget"
    assert len(_history) >= _count, "training ends although another epoch would fit"
    assert [float(_score) for _score in _history] == _scores[:_count], "the list is not what validate returned"
    _best = 10.0 + max(range(_count), key=_scores.__getitem__)
    assert abs(_net.weight.item() - _best) < 1e-5, "at the end the model has not the weights of the best epoch"
    assert abs(_net.running_mean.item() - _best) < 1e-5, (
        "the weights are those of the best epoch, the averages of batch normalisation are not"
    )

with student.branch(accelerator="twin") as _there:
    _net = student.put(nn.BatchNorm1d(1, momentum=1.0)).to(_there.device)
    _history, _ = _run(_net, 1e6, [1.0] * 3, [1.0] * 3, [0.5, 0.9, 0.7], 3, averages=False)
    assert abs(_net.weight.detach().cpu().item() - 11) < 1e-5, "on an accelerator the best epoch is not kept"
    _place = student.library("builtins").getattr(_net.weight, "device")
    assert _place.type == _there.device.type, "the model does not stay on its device"
### END HIDDEN TESTS

# %% [markdown]
# ## 5. Through an interruption
#
# Suppose that Colab takes the machine back at step 137. What must have been saved, so that tomorrow
# the run goes on **as if nothing had happened**, to the same final weights?

# %% nbgrader={"grade": false, "grade_id": "figure-interruption", "locked": true, "schema_version": 3, "solution": false}
course.figure("08-interruption")

# %% [markdown]
# More than the weights:
#
# - the **optimiser**: AdamW remembers averages of past gradients for each weight;
# - the **scheduler**, which changes the step size (the learning rate) from step to step: how far it is;
# - the **step**: how many are done, so that no batch is met twice and none is left out;
# - PyTorch's **random numbers**: dropout draws from them at each step.
#
# `course.Checkpoint` takes care of all five, writes to a file that is whole or not there, and keeps the
# last two:
#
# ```python
# checkpoint.save(model, optimiser, scheduler, progress=Progress(step=140))
# done = checkpoint.load(model, optimiser, scheduler)  # a Progress; None if there is no checkpoint
# ```
#
# `done.step` is then 140. `save` stores the state of the random numbers too, and `load` puts it back.
# Nobody announces an interruption, so save while all is well: every so many steps. On a CPU the
# weights then are the same to the last digit. A GPU adds up in varying order, so there the last digits
# may differ.
#
# ### Exercise `interruption` · harder · 25 minutes
#
# Train until `steps` steps are done **in all**, those before an interruption included.
#
# - Go on from the checkpoint if there is one.
# - `batch_of(step)` gives images and labels of a step, wherever they are; the model is on `device`.
#   The first step has the number 0.
# - A step is the one you know: training mode, clear the gradients, cross-entropy, backward, a step of
#   the optimiser; and then a step of the scheduler, whose method has the same name.
# - Save whenever the number of steps done is a multiple of `every`, and when all are done.
# - If `steps` steps or more are done already, train none.

# %% nbgrader={"grade": false, "grade_id": "interruption", "locked": false, "schema_version": 3, "solution": true}
def train_to(steps, model, optimiser, scheduler, batch_of, checkpoint, device, every=20):
    ### BEGIN SOLUTION
    done = checkpoint.load(model, optimiser, scheduler) or Progress()
    model.train()
    for step in range(done.step, steps):
        images, labels = (part.to(device) for part in batch_of(step))
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model(images), labels).backward()
        for each in (optimiser, scheduler):  # first the weights, then the step size
            each.step()
        if (step + 1) % every == 0 or step + 1 == steps:
            checkpoint.save(model, optimiser, scheduler, progress=Progress(step=step + 1))
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "interruption-check", "locked": true, "schema_version": 3, "solution": false}
check("interruption")

# %% nbgrader={"grade": true, "grade_id": "interruption-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("interruption")
_tables = [
    (torch.from_numpy(_random.normal(size=(8, 6))).float(), torch.from_numpy(_random.integers(0, 3, 8)))
    for _step in range(24)
]
_first = int(_random.integers(1_000_000))


def _a_net(dropout):
    torch.manual_seed(_first)
    return nn.Sequential(nn.Linear(6, 10), nn.BatchNorm1d(10), nn.ReLU(), nn.Dropout(dropout), nn.Linear(10, 3))


def _session(folder, dropout, device):
    """What a session makes anew: model, optimiser, scheduler and checkpoint, over there."""
    net = student.put(_a_net(dropout)).to(device)
    adam = student.torch.optim.AdamW(net.parameters(), lr=0.05)
    scheduler = student.torch.optim.lr_scheduler.StepLR(adam, 5, gamma=0.6)
    return net, adam, scheduler, student.library("course").Checkpoint(folder)


def _weights(net):
    return [_value.detach().cpu().clone() for _value in net.parameters()]


def _same(ours, theirs):
    return all(torch.allclose(_a, _b, atol=1e-5) for _a, _b in zip(ours, theirs))


def _interrupted(steps, lost, every, device=torch.device("cpu")):
    """Train once to the end; go on from what was on the disk when `lost` steps were done."""
    folder = student.library("tempfile").mkdtemp()
    asked = []

    def batch_of(step):
        if step == lost and not asked.count(step):  # what a machine leaves that dies at this moment
            student.library("shutil").copytree(folder + "/run", folder + "/left")
        asked.append(step)
        return _tables[step]

    student.library("os").mkdir(folder + "/run")
    torch.manual_seed(_first)
    whole = _session(folder + "/run", 0.4, device)
    train_to(steps, *whole[:3], batch_of, whole[3], device, every=every)
    assert asked == list(range(steps)), "without an interruption, the steps are not 0, 1, 2, … in order"
    asked.clear()
    asked.append(lost)  # leave the disk alone this time
    torch.manual_seed(_first + 1)
    rest = _session(folder + "/left", 0.4, device)
    train_to(steps, *rest[:3], batch_of, rest[3], device, every=every)
    return _weights(whole[0]), _weights(rest[0]), asked[1:]


# 1. What a run without any interruption does, worked out here.
_net = _a_net(0.0)
_adam = torch.optim.AdamW(_net.parameters(), lr=0.05)
_schedule = torch.optim.lr_scheduler.StepLR(_adam, 5, gamma=0.6)
for _x, _y in _tables[:12]:
    _adam.zero_grad()
    F.cross_entropy(_net(_x), _y).backward()
    _adam.step()
    _schedule.step()
_folder = student.library("tempfile").mkdtemp()
_here = torch.device("cpu")
_theirs = _session(_folder, 0.0, _here)
_theirs[0].eval()  # as validation leaves it
train_to(12, *_theirs[:3], lambda step: _tables[step], _theirs[3], _here, every=5)
assert _same(_weights(_net), _weights(_theirs[0])), "without an interruption, the weights are not those of a plain loop"

# 2. Called again for more steps, in the same session, it goes on; and for as many, it does nothing.
_asked = []


def _and_note(step):
    _asked.append(step)
    return _tables[step]


train_to(12, *_theirs[:3], _and_note, _theirs[3], _here, every=5)
assert _asked == [], "all steps were done, and yet some are done again"
train_to(14, *_theirs[:3], _and_note, _theirs[3], _here, every=5)
assert _asked == [12, 13], "called for more steps, it does not go on where it was: is it saved at the end?"

# 3. Interrupted, at moments that nobody knows.
for _every, _steps in ((1, 11), (4, 18), (6, 24)):
    _lost = int(_random.integers(_every + 1, _steps))
    _end, _again, _asked = _interrupted(_steps, _lost, _every)
    assert _asked, "after an interruption it does not go on"
    assert _asked[0] >= _lost - _every, "after an interruption it begins too early: is it saved every so many steps?"
    assert _asked == list(range(_asked[0], _steps)), "after an interruption, steps are left out or met twice"
    assert _asked[0] == _lost // _every * _every, "after an interruption it goes on at another step than the saved one"
    assert _same(_end, _again), (
        "after an interruption the weights end elsewhere: are model, optimiser, scheduler, step and random numbers saved?"
    )

# 4. On an accelerator.
with student.branch(accelerator="twin") as _there:
    _end, _again, _asked = _interrupted(9, int(_random.integers(4, 9)), 3, _there.device)
    assert _same(_end, _again), "on an accelerator, the weights end elsewhere after an interruption"
### END HIDDEN TESTS

# %% [markdown]
# ## 6. The card
#
# A file of weights says nothing about itself. What was it trained on? How good is it, on what? What
# must it *not* be used for? A **model card** answers that, in a page that travels with the model.
# Ours travels *in* it: a safetensors file has room for texts beside its numbers.
#
# A card is worth as much as its numbers are true. So do not type numbers: let the code measure them.
# The tests measure them again.
#
# ### Exercise `model-card` · easy · 20 minutes
#
# Return a dictionary with these entries. It becomes a text in JSON, so use only texts, Python numbers
# and dictionaries of them.
#
# | Entry | Content |
# | --- | --- |
# | `nickname` | a name for the leaderboard; not your real one, if you like |
# | `task` | what goes in and what comes out |
# | `data` | what the model was trained on |
# | `split` | which data it was judged on, and why they are others |
# | `metric` | a dictionary: `name`, a text, and `value`, the balanced accuracy of *this* model on these images |
# | `parameters` | how many numbers the model learns: all entries of all its parameters |
# | `training_seconds` | `seconds`, rounded to whole seconds if you like |
# | `intended_use` | what it is good for |
# | `limits` | where it fails, or was never tried |
# | `licence` | under which licence others may use it |
#
# `task`, `data`, `split`, `intended_use` and `limits` are sentences: at least five words each, and no
# two the same. Frozen parameters (`requires_grad` is False) count too; what batch normalisation
# stores (its *buffers*) does not.

# %% nbgrader={"grade": false, "grade_id": "model-card", "locked": false, "schema_version": 3, "solution": true}
def make_card(model, images, labels, seconds):  # [N, 1, 18, 18] and [N] to judge it on; training time
    ### BEGIN SOLUTION
    return {
        "nickname": "reference",
        "task": "Says whether a grey tile of 18 × 18 pixels shows water, coast or land.",
        "data": "Clean tiles of NASA's Blue Marble between 60° south and 60° north, damaged at random.",
        "split": "Judged on camera pictures from blocks of longitude that no training tile comes from.",
        "metric": {"name": "balanced accuracy", "value": round(balanced_accuracy(model, images, labels), 4)},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "training_seconds": round(seconds, 1),
        "intended_use": "Sorting pictures of this camera for a course; a person looks at what matters.",
        "limits": "Never tried near the poles, at night, under clouds, or with another camera.",
        "licence": "MIT",
    }
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "model-card-check", "locked": true, "schema_version": 3, "solution": false}
check("model-card")

# %% nbgrader={"grade": true, "grade_id": "model-card-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_TEXTS = ("task", "data", "split", "intended_use", "limits")
_random = generator("model-card")
torch.manual_seed(int(_random.integers(1_000_000)))


def _judged(net, x, y):
    net.eval()
    with torch.no_grad():
        called = net(x).argmax(1)
    return sum((called[y == k] == k).float().mean().item() for k in range(3)) / 3


def _looked_at(net, x, y, seconds, device="cpu"):
    """Ask for the card of a network and compare its numbers with ours."""
    count, value = sum(p.numel() for p in net.parameters()), _judged(net, x, y)
    net.train()
    theirs = student.put(net).to(device)
    card = make_card(theirs, x, y, seconds)
    assert isinstance(card, dict), "make_card does not return a dictionary"
    for entry in (*_TEXTS, "nickname", "metric", "parameters", "training_seconds", "licence"):
        assert entry in card, "an entry of the card is missing"
    try:
        json.dumps(card, sort_keys=True)
    except (TypeError, ValueError):
        raise AssertionError("the card cannot be written as JSON: it holds more than texts and Python numbers") from None
    for entry in (*_TEXTS, "nickname", "licence"):
        assert isinstance(card[entry], str) and card[entry].strip(), "an entry that should be a text is none, or empty"
    assert all(len(card[entry].split()) >= 5 for entry in _TEXTS), "a sentence of the card has fewer than five words"
    assert len({card[entry].strip() for entry in _TEXTS}) == len(_TEXTS), "two sentences of the card are the same"
    assert type(card["parameters"]) is int and card["parameters"] == count, "the number of parameters is wrong"
    assert isinstance(card["metric"], dict) and {"name", "value"} <= set(card["metric"]), "metric has not name and value"
    assert isinstance(card["metric"]["name"], str) and card["metric"]["name"].strip(), "the metric has no name"
    assert isinstance(card["metric"]["value"], float), "the metric's value is not a Python number"
    assert abs(card["metric"]["value"] - value) < 0.006, "the metric's value is not what the model reaches on these images"
    assert isinstance(card["training_seconds"], (int, float)), "training_seconds is not a number"
    assert abs(card["training_seconds"] - seconds) <= 1, "training_seconds is not the time that was given"


for _size in (150, 240):
    _x = torch.randn(_size, 1, 18, 18)
    # Classes of unequal sizes, and a network that knows one class better than the others.
    _y = torch.cat([torch.zeros(_size // 2), torch.ones(_size // 3), torch.full((_size - _size // 2 - _size // 3,), 2)]).long()
    _x[_y == 0] += 0.4
    _wide = int(_random.integers(5, 30))
    _frozen = nn.Conv2d(1, 4, 3).requires_grad_(False)
    _net = nn.Sequential(_frozen, nn.BatchNorm2d(4), nn.Flatten(), nn.Dropout(0.5), nn.Linear(1024, _wide), nn.Linear(_wide, 3))
    with torch.no_grad():
        _net[1](_net[0](_x))
        _net[-1].bias[0] += 0.5
    _looked_at(_net, _x, _y, float(_random.uniform(20, 900)))

with student.branch(accelerator="twin") as _there:
    _looked_at(nn.Sequential(nn.Flatten(), nn.Linear(324, 3)), _x, _y, 12.5, _there.device)
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Train, and hand in
#
# ### Exercise `capstone-model` · medium · 20 minutes
#
# All of it together. The network, its optimiser and so on are made for you; the scheduler lets the
# step size rise to 0.01 and fall to almost nothing. Write the rest, with the names that are there:
#
# 1. `run_epoch(number)`, which trains until `(number + 1) * STEPS` steps are done in all;
# 2. `validate()`, which returns the balanced accuracy on the camera's pictures;
# 3. call `train_within` with both, and keep what it returns as `history`;
# 4. make the card; `time.monotonic() - began` are the seconds of training;
# 5. save the model's `state_dict()` as `capstone.safetensors`, *with the card in it*: `save_file` takes
#    `metadata=`, a dictionary of texts. Put the card there under the name `card`, as the text that
#    `json.dumps` makes of it. So the two cannot get separated.
#
# The file of weights is scored on camera pictures that you have not got: up to 62 % balanced accuracy
# it earns nothing, from 72 % on all 6 points, in between a share. A model without a true card earns
# nothing. The grader runs this cell again, on a CPU and within 60 seconds: keep `SECONDS` for the CPU
# well below that.
#
# **Was the session lost?** Set `START_ANEW = False` and run all cells again. Epochs that were done
# before pass in a moment; each shows the value of the checkpoint, and the best is looked for from there
# on. On Colab the disk is lost with the session: `course.Checkpoint(RUN, keep=course.keep())` copies
# the checkpoints to your Drive.
#
# **More?** `make_net` may return any network of fewer than 200,000 parameters that takes images
# `[N, 1, 18, 18]` and returns logits `[N, 3]`; define its class in this cell. Your instructor can show a
# **leaderboard** by nickname.
#
# **Expected:** the numbers rise, not always, and end near 0.8. On the pictures that you have not got
# it will be some points lower: other places, and the best of several is partly luck.

# %% nbgrader={"grade": false, "grade_id": "capstone-model", "locked": false, "schema_version": 3, "solution": true} tags=["after-exercises", "nbval-ignore-output"]
SEED = 0
EPOCHS, SECONDS = (40, 120) if device.type == "cuda" else (6, 45)
RUN = "run"  # the folder of the checkpoints
START_ANEW = True  # False: go on from the last checkpoint


def make_net():
    return SmallNet()


def run_epoch(number):
    ### BEGIN SOLUTION
    train_to((number + 1) * STEPS, model, optimiser, scheduler, batch_of, checkpoint, device)
    ### END SOLUTION


def validate():
    ### BEGIN SOLUTION
    return balanced_accuracy(model, camera_images, camera_labels)
    ### END SOLUTION


torch.manual_seed(SEED)
if START_ANEW:
    shutil.rmtree(RUN, ignore_errors=True)
model = make_net().to(device)
optimiser = torch.optim.AdamW(model.parameters())
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.01, total_steps=EPOCHS * STEPS)
batch_of, checkpoint = make_batches(SEED), course.Checkpoint(RUN)
began = time.monotonic()
### BEGIN SOLUTION
history = train_within(SECONDS, EPOCHS, model, run_epoch, validate)
card = make_card(model, camera_images, camera_labels, time.monotonic() - began)
save_file(model.state_dict(), "capstone.safetensors", metadata={"card": json.dumps(card)})
### END SOLUTION
print("after each epoch:", ", ".join(f"{value:.3f}" for value in history))

# %% nbgrader={"grade": false, "grade_id": "capstone-model-check", "locked": true, "schema_version": 3, "solution": false} tags=["nbval-ignore-output"]
check("capstone-model")

# %% nbgrader={"grade": true, "grade_id": "capstone-model-tests", "locked": true, "points": 6, "schema_version": 3, "solution": false} tags=["nbval-ignore-output"]
# Graded: up to 6 points, by balanced accuracy on held-out pictures of the camera.
### BEGIN HIDDEN TESTS
import io
from contextlib import redirect_stdout as _redirect_stdout
from pathlib import Path as _Path

from autograder.leaderboard import say_nickname
from autograder.metric import credit
from autograder.secret import secret


def _floats(grey):
    return torch.as_tensor(grey).unsqueeze(1).float() / 127.5 - 1


def _reached(net, x, y):
    # A student's network could print what looks like our result.
    with _redirect_stdout(io.StringIO()), torch.no_grad():
        called = torch.cat([net(batch).argmax(1) for batch in x.split(256)])
    return sum((called[y == k] == k).float().mean().item() for k in range(3)) / 3


assert _Path("capstone.safetensors").is_file(), "there is no file capstone.safetensors: the training cell did not write it"
with safe_open("capstone.safetensors", framework="pt") as _file:
    _text = (_file.metadata() or {}).get("card")
assert _text is not None, "there is no card in the metadata of capstone.safetensors: a model without its card earns nothing"
with _redirect_stdout(io.StringIO()):
    _net = make_net()
    _net.load_state_dict(load_file("capstone.safetensors"))
    _net.eval()
_count = sum(_p.numel() for _p in _net.parameters())
assert 0 < _count < 200_000, "the network has no parameters, or 200,000 and more"
try:
    _card = json.loads(_text)
    _said, _claimed, _nickname = _card["parameters"], float(_card["metric"]["value"]), str(_card["nickname"])
except (ValueError, KeyError, TypeError):
    raise AssertionError("the card in capstone.safetensors is not one as make_card returns it") from None
assert _said == _count, "the card says another number of parameters than this model has"
_given = np.load("data/tiles.npz")
_measured = _reached(_net, _floats(_given["camera_images"]), torch.from_numpy(_given["camera_labels"]))
assert abs(_claimed - _measured) < 0.02, "the card says another balanced accuracy than this model reaches on the camera's pictures"
_held_out = secret("camera.safetensors")
_balanced = _reached(_net, _floats(_held_out["images"]), _held_out["labels"])
say_nickname(_nickname)
credit("balanced accuracy on held-out pictures", _balanced, floor=0.62, target=0.72, points=6)
### END HIDDEN TESTS

# %% [markdown]
# From here on the notebook uses only that file, as whoever receives it would.

# %% tags=["after-exercises", "nbval-ignore-output"]
with safe_open("capstone.safetensors", framework="pt") as file:
    card = json.loads(file.metadata()["card"])
for entry, value in card.items():
    print(f"{entry:<17} {value}")

received = make_net().eval().to(device)
received.load_state_dict(load_file("capstone.safetensors"))
with torch.no_grad():
    called = received(camera_images.to(device)).argmax(1).cpu()  # [N]
wrong = torch.nonzero(called != camera_labels).flatten()[::12][:6]
fig, axes = plt.subplots(1, 6, figsize=(8, 1.9))
for axis in axes:
    axis.set_axis_off()
for axis, number in zip(axes, wrong):
    axis.imshow(camera_images[number, 0], cmap="gray", vmin=-1, vmax=1)
    axis.set_title(f"{CLASSES[camera_labels[number]]},\ncalled {CLASSES[called[number]]}", fontsize=8)
plt.tight_layout()
plt.show()

# %% [markdown]
# **Expected:** your card, and six pictures that the model gets wrong. Could you tell them? If some are
# of one kind, the card's `limits` should say so.
#
# ## Three errors you will meet
#
# - `Expected a 'cuda' device type for generator but found 'cpu'` The random source was made on the
#   CPU, the numbers are wanted on the GPU: `torch.Generator(device=images.device)`.
# - `CourseError: the checkpoint belongs to another model` You have changed the network, and the
#   folder `RUN` holds a run of the old one. Set `START_ANEW = True`, or use another folder.
# - `TypeError: Object of type Tensor is not JSON serializable` A number on the card is still a
#   tensor: `.item()` makes it a Python number. For NumPy's numbers, `float(…)` does.
#
# ## What it cost, and cleaning up
#
# On a CPU this lesson trains for a few seconds, on a GPU for two minutes at most: your `SECONDS` say
# so, which is the point. The folder `run` holds two checkpoints of a few hundred kilobytes; delete it
# when you are done. Download `capstone.safetensors` before you end the session (on Colab: *Runtime,
# Disconnect and delete runtime*). A rented machine costs until you stop it.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. You have 382 labelled pictures of the real camera. Why not train on them as well, and then
# report the balanced accuracy on them?**
#
# <details><summary>Because training would take too long</summary>No. They are few; a fifth more
# data costs a fifth more time.</details>
# <details><summary>Because the number would then say nothing about new pictures</summary>Right. You may
# train on them, but then you have nothing left to judge the model with, and the card cannot give an
# honest number.</details>
# <details><summary>Because damaged pictures cannot be learnt from</summary>No. Learning from damaged
# pictures is what this whole lesson does.</details>
#
# **2. You keep the best of 40 epochs, judged on the camera's pictures. The best value is 0.83. What do
# you expect on new pictures?**
#
# <details><summary>A little less than 0.83</summary>Right. The best of many tries is partly luck, and the
# luck does not come along to new pictures. Other places add to it.</details>
# <details><summary>Just 0.83, since no weight was trained on them</summary>Not quite. Choosing by a
# number is a weak kind of training: the choice fits these pictures.</details>
# <details><summary>A little more, since the model is the best one</summary>No. It was best on these
# pictures; nothing makes new ones easier.</details>
#
# **3. A run is interrupted. You load the weights into a new model and train on with a new optimiser.
# What happens?**
#
# <details><summary>An error: the optimiser does not know the model</summary>No. A new optimiser accepts
# any model, which is why nobody notices.</details>
# <details><summary>The same as without the interruption</summary>No. AdamW has forgotten its averages, and
# the scheduler begins again with other step sizes.</details>
# <details><summary>It trains on, but ends with other weights</summary>Right. Often the loss jumps at
# first. Save optimiser, scheduler, step and random numbers too.</details>
#
# **4. Why is the damage of a batch drawn from the number of its step?**
#
# <details><summary>So that a step gives the same batch whenever it is run</summary>Right. Whether
# the run was interrupted before it or not then makes no difference.</details>
# <details><summary>So that the damage grows stronger from step to step</summary>No. The number only seeds
# the random source; all steps are damaged equally strongly.</details>
# <details><summary>So that all batches get the same damage</summary>No. Each step has its own number,
# so each has its own damage, which is what teaches the network.</details>
#
# **5. A colleague's card says "accuracy: 97 %" and nothing else. What do you ask first?**
#
# <details><summary>Which network it is and how many layers it has</summary>Interesting, but it changes
# little about whether you can trust the model.</details>
# <details><summary>How long it was trained, and on which GPU</summary>That tells you the price. It does
# not tell you what the number means.</details>
# <details><summary>On which data this was measured, and how they were kept apart</summary>Right. Without
# that, 97 % may be memory, one easy class, or another sensor than yours.</details>
#
# ## Take away
#
# - Train on what you have as if it came from where the model will be used: damage it likewise, on the
#   device.
# - A budget is a rule in the loop: begin only what fits, keep the best.
# - What depends on the step alone can be taken up at any step. The state of a run is weights,
#   optimiser, scheduler, step and random numbers.
# - Measure the numbers of a card; write down its limits.
# - Give your code its clock, its seed and its batches: then you can test it.
#
# ## Read on
#
# - M. Mitchell and others, [Model cards for model reporting](https://arxiv.org/abs/1810.03993), 2019
# - [PyTorch: reproducibility](https://docs.pytorch.org/docs/stable/notes/randomness.html)
# - [PyTorch: torch.Generator](https://docs.pytorch.org/docs/stable/generated/torch.Generator.html)
# - The talk this course grew from: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science
#   38, 2019. That sessions end, and that long runs need checkpoints, is in it already.
