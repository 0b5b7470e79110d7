# ---
# jupyter:
#   course:
#     accelerator: gpu
#     before:
#     - Python, a little NumPy, and a first look at PyTorch tensors; nothing about GPUs
#     - The words *network*, *gradient* and *optimiser*; each is explained once more when it is needed
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     - Everything also works on a CPU, in seconds. Switch a GPU on if you can get one
#     difficulty: beginner
#     minutes: 110
#     objectives:
#     - can: choose a device that really works, and move any batch to it
#       exercises:
#       - pick-device
#       - move-batch
#     - can: measure how long work takes on a device that answers before it is done
#       exercises:
#       - benchmark
#     - can: work out how much memory training needs before it runs out
#       exercises:
#       - memory
#     - can: train in mixed precision, with the numbers that must stay exact kept exact
#       exercises:
#       - mixed-precision
#     summary: 'What a GPU is good at, how to switch one on, and how to use it well: choose
#       it, feed it, time it honestly, know what fits into its memory, and halve its numbers.'
#     title: 'The GPU: choose it, feed it, time it'
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

here = course.setup("01_gpu_runtime")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import statistics
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

device = torch.device(here.device)  # what the set-up cell found; soon you will find it yourself

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, then run the
# **check** below it. `hint("pick-device")` points the way; `hint("pick-device", level=2)` nearly
# gives it away. After you hand in, hidden tests look at more cases than the check does.
#
# **No GPU? Stay.** Every cell runs on a CPU, with the same code. Where a GPU would behave
# differently, the text says so, and the hidden tests try your code on a pretended one.
#
# ## 1. What a GPU is good at
#
# A CPU has a few cores. Each is quick and clever and can do something different from its neighbour.
# A GPU has thousands of small ones. They are slower, and large groups of them must do *the same
# thing* at the same time, each to another number.

# %% nbgrader={"grade": false, "grade_id": "figure-many-workers", "locked": true, "schema_version": 3, "solution": false}
course.figure("01-many-workers")

# %% [markdown]
# Multiplying matrices is such work, and neural networks consist of little else. Three things follow:
#
# - **Much at once.** A GPU needs many numbers to be busy. For a hundred of them a CPU is faster.
# - **The way there costs.** A GPU has its own memory. Numbers must be copied there before it can use
#   them, and the results back. Copy once, compute a lot.
# - **Same is good.** Loops of plain Python over single numbers gain nothing. Whole tensors do.
#
# ## 2. Switch it on
#
# | Where | How |
# |---|---|
# | Colab | *Runtime ▸ Change runtime type ▸ T4 GPU* |
# | Kaggle | *Settings ▸ Accelerator ▸ GPU T4 x2*; first your phone number must be verified |
# | Studio Lab | choose *GPU* before you start the runtime |
# | a Mac with an Apple chip | nothing: PyTorch calls its GPU `mps` |
# | your own machine | the driver of the GPU, and a PyTorch that was built for it |
#
# Changing the runtime **restarts the session**: variables are gone, so do it first. Then run the
# first cell again and read the line *Device* on its card.
#
# A free GPU is lent to you, for a limited time. As of autumn 2026:
#
# - Colab: a session ends after at most 12 hours, and earlier if you are idle. You are not promised a
#   GPU at all. The usual one is a *T4* with about 15 GB of memory.
# - Kaggle: about 30 GPU hours a week.
# - SageMaker Studio Lab: 4 hours a session on a GPU, 12 on a CPU.
#
# So write and try your code on a CPU with little data, and switch to a GPU for the long part. A
# GPU that waits while you read still counts. And expect the session to end: lesson 4 is about saving.
#
# ## 3. Choose it
#
# PyTorch needs to know *where* a tensor is: its **device**, such as `cpu`, `cuda` (NVIDIA, and AMD
# too) or `mps` (Apple). The rule of this course: **the device is a variable, chosen once, at the
# top.** Below that, write `device`, never `"cuda"`. Then the same notebook runs everywhere.
#
# This is the first choice that most tutorials make:
#
# ```python
# device = "cuda" if torch.cuda.is_available() else "cpu"
# ```
#
# Since PyTorch 2.6 there is also `torch.accelerator.current_accelerator()`, which answers for every
# maker and returns `None` where there is nothing. Both only say what is *there*. They do not say
# that it *works*. PyTorch brings machine code for some kinds of GPU and not for all. On an older
# one, such as the P100 on Kaggle in autumn 2026, `is_available()` is `True`, and the first real
# operation fails: *no kernel image is available for execution on the device*. So try it out.
#
# This cell says what is there:

# %% nbgrader={"grade": false, "grade_id": "offered", "locked": true, "schema_version": 3, "solution": false}
def offered():
    """Return the names of the GPUs that PyTorch sees, best first; none on a plain CPU machine."""
    names = []
    if torch.cuda.is_available():
        names.append("cuda")
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


# %% [markdown]
# ### Exercise `pick-device` · easy · 15 minutes
#
# Write two functions.
#
# 1. `works(device)`: make an 8 × 8 matrix of ones **on the device**, multiply it by itself (`@`),
#    and add up all numbers of the result. That is 8 × 8 × 8 = 512. Return `True` if you can *read*
#    512, `False` if you read something else or if anything raises an error (that takes `try` and
#    `except`). Read the sum with `.item()`: a device may accept an order and fail later, and only
#    reading the result makes sure.
# 2. `pick_device(names, works)`: go through the names, best first, and return the first device that
#    works, as a `torch.device`. If none does, return the CPU. The function `works` is passed in, so
#    that it can be exchanged; call it with a `torch.device`.
#
# The check uses a device called `meta`. It exists on every machine, accepts all orders, and computes
# nothing: its tensors have a shape and no numbers. It is useful for finding mistakes.

# %% nbgrader={"grade": false, "grade_id": "pick-device", "locked": false, "schema_version": 3, "solution": true}
def works(device):  # torch.device -> True or False
    ### BEGIN SOLUTION
    try:
        ones = torch.ones(8, 8, device=device)  # [8, 8]
        return (ones @ ones).sum().item() == 512
    except Exception:  # which error it is depends on how PyTorch was built
        return False
    ### END SOLUTION


def pick_device(names, works):  # list of texts, best first; function torch.device -> True or False
    ### BEGIN SOLUTION
    for name in names:
        if works(torch.device(name)):
            return torch.device(name)
    return torch.device("cpu")
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "pick-device-check", "locked": true, "schema_version": 3, "solution": false}
check("pick-device")

# %% nbgrader={"grade": true, "grade_id": "pick-device-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import numpy as _np

from autograder.secret import generator
from autograder.student import student


def _answer(device):
    try:
        said = works(device)
    except Exception:
        raise AssertionError("works lets an error through where it should return False") from None
    assert isinstance(said, (bool, _np.bool_)), "works returns something else than True or False"
    return bool(said)


assert works(torch.device("cpu")), "works does not find that a CPU works"
assert _answer(torch.device("cpu")), "works does not find that a CPU works, the second time"
assert not _answer(torch.device("meta")), "a device without numbers is said to work: is the result read?"
for _name in ("cuda:99", "xpu:99"):  # nobody has a hundred of them
    assert not _answer(torch.device(_name)), "a device that is not there is said to work"

_random = generator("pick-device")
for _round in range(8):
    _names = _random.permutation(["cuda", "mps", "xpu", "cuda:1", "cuda:2"]).tolist()[: _round % 5]
    _good = {_name: _round > 1 and bool(_random.random() < 0.4) for _name in _names}
    _want = next((_name for _name in _names if _good[_name]), "cpu")
    _found = pick_device(list(_names), lambda device, good=_good: good.get(str(device), True))
    assert isinstance(_found, torch.device), "pick_device does not return a torch.device"
    assert _found == torch.device(_want), "pick_device does not return the first device that works, else the CPU"

with student.branch(accelerator="twin") as _there:
    assert _answer(_there.device), "on a machine with a GPU that works, works does not say so"
    _found = pick_device([_there.device.type], works)
    assert _found.type == _there.device.type, "on a machine with a GPU that works, it is not chosen"
### END HIDDEN TESTS

# %% tags=["after-exercises"]
found = pick_device(offered(), works)
print("the set-up cell and you agree:", found == device)

# %% [markdown]
# **Expected:** `True`. The set-up cell does the same as you.
#
# ## 4. Feed it
#
# A tensor moves with `x.to(device)`. For a tensor this returns a *copy* over there and leaves `x`
# where it is, so keep what comes back: `x = x.to(device)`. (A network is changed in place:
# `model.to(device)` is enough.) Whatever meets in one operation must be on one device.
#
# Batches are seldom one tensor. They come as pairs, as dictionaries, as dictionaries that hold
# lists, together with texts such as file names. One function can move them all.
#
# ### Exercise `move-batch` · medium · 15 minutes
#
# Return a batch of the same form in which every tensor is on `device`:
#
# - a **tensor**: moved;
# - a **dictionary**: the same keys, each value moved by these rules;
# - a **list** or a **tuple**: of the same type, each entry moved by these rules;
# - a **namedtuple** (a tuple whose places have names; it has an attribute `_fields`): of the same
#   type. It is made from its entries like this: `type(batch)(*entries)`;
# - **anything else**, such as a text, a number, `None` or a NumPy array: as it is.
#
# Do not change the batch you were given. The function may call itself.

# %% nbgrader={"grade": false, "grade_id": "move-batch", "locked": false, "schema_version": 3, "solution": true}
def move_batch(batch, device):  # tensors of any shape in dict, list, tuple, namedtuple; torch.device
    ### BEGIN SOLUTION
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {key: move_batch(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        entries = [move_batch(entry, device) for entry in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return batch
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "move-batch-check", "locked": true, "schema_version": 3, "solution": false}
check("move-batch")

# %% nbgrader={"grade": true, "grade_id": "move-batch-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from collections import namedtuple as _namedtuple

import numpy as _np

from autograder.secret import generator
from autograder.student import student

_Pair = _namedtuple("Pair", "images labels")
_random = generator("move-batch")


def _tensor():
    return torch.from_numpy(_random.standard_normal(tuple(_random.integers(1, 4, 2))))


def _same(one, other):
    """Compare two batches: the kinds of containers, the numbers, the rest."""
    if isinstance(other, torch.Tensor):
        return isinstance(one, torch.Tensor) and torch.equal(one, other)
    if isinstance(other, _np.ndarray):
        return isinstance(one, _np.ndarray) and _np.array_equal(one, other)
    if isinstance(other, dict):
        return type(one) is dict and list(one) == list(other) and all(_same(one[_k], other[_k]) for _k in other)
    if isinstance(other, (list, tuple)):
        kind = list if isinstance(other, list) else tuple
        fields = getattr(other, "_fields", ()) == getattr(one, "_fields", ())
        return isinstance(one, kind) and fields and len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


_cpu = torch.device("cpu")
for _batch, _wrong in (
    (_tensor(), "a batch that is one tensor does not come back as it was"),
    ([_tensor(), _tensor()], "a list of tensors does not come back as a list of the same tensors"),
    ((_tensor(), _tensor(), _tensor()), "a tuple of tensors does not come back as a tuple of the same tensors"),
    ({"x": _tensor(), "y": _tensor()}, "a dictionary of tensors does not come back the same"),
    (_Pair(_tensor(), _tensor()), "a namedtuple does not come back as the same namedtuple"),
    ({"name": "a.png", "index": 7, "mask": None, "x": _tensor()}, "texts, numbers or None are changed or lost"),
    ([_np.arange(3), "ab", 2.5, _tensor()], "arrays, texts or numbers in a list are changed or lost"),
    ({"a": [(_tensor(), {"b": _Pair([_tensor()], "text")})]}, "a batch nested deeply does not come back the same"),
    (([], {}, (), ""), "empty containers do not come back the same"),
    ("only a text", "a batch that is a text does not come back as it was"),
):
    assert _same(move_batch(_batch, _cpu), _batch), _wrong

# On which device a tensor is has to be asked over there: results that arrive here are copies.
_paths = (
    ("x",), ("list", 0), ("list", 1, "deep", 0), ("tuple", 0), ("tuple", 1, 0), ("pair", 0), ("pair", 1, "z"),
)
_batch = {
    "x": _tensor(),
    "list": [torch.arange(4), {"deep": (_tensor(), "b.png")}],
    "tuple": (_tensor() > 0, [_tensor(), None]),
    "pair": _Pair(_tensor(), {"z": torch.arange(3)}),
}


def _devices(device):
    """Return the kinds of devices on which the tensors of the moved batch are."""
    each, operator = student.library("builtins").map, student.library("operator")
    kinds = set()
    for path in _paths:
        found = each(move_batch, [_batch], [device])
        for step in path:
            found = each(operator.itemgetter(step), found)
        kinds |= {place.type for place in each(operator.attrgetter("device"), found)}
    return kinds


assert _devices(torch.device("meta")) == {"meta"}, "a tensor is not moved to the device that was given"
with student.branch(accelerator="twin") as _there:
    assert _devices(_there.device) == {_there.device.type}, "on an accelerator, a tensor in the batch is not moved"
    assert _same(move_batch(_batch, _there.device), _batch), "on an accelerator, a batch does not come back the same"

# On the device "meta" numbers are lost: a batch that was changed shows it.
_x, _y = _tensor(), _tensor()
_given = {"x": _x, "list": [_y, "b.png"]}
move_batch(_given, torch.device("meta"))
assert _given["x"] is _x and _given["list"][0] is _y, "the batch that was given is changed"
### END HIDDEN TESTS

# %% tags=["after-exercises"]
Pair = namedtuple("Pair", "images labels")
batch = {"pair": Pair(torch.zeros(2, 1, 36, 36), torch.arange(2)), "names": ["a.png", "b.png"]}
moved = move_batch(batch, device)
print("a Pair again, and on the device:", moved["pair"].labels.device.type == device.type)
print("names as they were:", moved["names"])

# %% [markdown]
# Two options keep a GPU fed. `DataLoader(…, num_workers=2)` prepares the next batches while the GPU
# works on this one. With `pin_memory=True` batches lie in memory that the system promises not to
# move; from there `x.to(device, non_blocking=True)` copies while the CPU already goes on. Use
# `non_blocking` on the way *to* the GPU only: on the way back you might read numbers that have not
# arrived.
#
# ## 5. Time it honestly
#
# When Python runs `a @ b` on a GPU, it only *hands over the order*. The call returns at once, long
# before the result exists. Python hands over the next order, and the GPU works through them, one
# after the other. This is called **asynchronous**, and it is good: both are busy. But a clock in
# Python then measures how long it takes to hand over orders.

# %% nbgrader={"grade": false, "grade_id": "figure-two-clocks", "locked": true, "schema_version": 3, "solution": false}
course.figure("01-two-clocks")

# %% [markdown]
# A helper thread can play the GPU. It is given one order, which takes it 0.2 seconds:

# %% nbgrader={"grade": false, "grade_id": "pretended", "locked": true, "schema_version": 3, "solution": false}
with ThreadPoolExecutor(max_workers=1) as queue:
    start = time.perf_counter()
    order = queue.submit(time.sleep, 0.2)  # like a @ b on a GPU: returns at once
    handed_over = time.perf_counter() - start
    order.result()  # like torch.cuda.synchronize(): waits until the work is done
    done = time.perf_counter() - start
print(f"handed over after {handed_over:.1f} s, done after {done:.1f} s")

# %% [markdown]
# **Expected:** handed over after 0.0 s, done after 0.2 s.
#
# To wait for the real one, PyTorch has `torch.cuda.synchronize()`, `torch.mps.synchronize()`, and,
# for whatever GPU is there, `torch.accelerator.synchronize()`. Reading a number (`.item()`,
# `print`, `.cpu()`) waits as well, since the number has to exist first. That is why a `print` in
# every step makes training slow. In this notebook `wait()` waits for whatever device we are on:

# %% nbgrader={"grade": false, "grade_id": "wait", "locked": true, "schema_version": 3, "solution": false}
# torch.cuda.synchronize or torch.mps.synchronize; torch.cpu has one too, with nothing to wait for.
wait = torch.get_device_module(device).synchronize

# %% [markdown]
# Two more things spoil a measurement. **The first calls are slow**: libraries are loaded, memory is
# fetched, the best method is looked for. So run the work a few times before you start to count. And
# **now and then a call is slow** because the machine does something else. The mean follows such a
# call; the **median**, the one in the middle when all are sorted, does not.
#
# ### Exercise `benchmark` · medium · 20 minutes
#
# Return the time of one call of `work`, in seconds, as the clock counts them:
#
# 1. call `work()` `warm_up` times without counting;
# 2. then `repeats` times: wait until all earlier work is done, read the clock, call `work()`, wait
#    until that is done, read the clock again;
# 3. return the median of those `repeats` times (`repeats` is always odd).
#
# `clock` returns seconds when you call it, and `synchronise` waits. Use these two and no others:
# they are passed in, so that the check can pass a clock that it controls.

# %% nbgrader={"grade": false, "grade_id": "benchmark", "locked": false, "schema_version": 3, "solution": true}
def benchmark(work, clock, synchronise, warm_up=3, repeats=7):  # three functions, two whole numbers
    ### BEGIN SOLUTION
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        synchronise()  # or the first time would hold what is left of the warm-up
        start = clock()
        work()
        synchronise()
        times.append(clock() - start)
    return statistics.median(times)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "benchmark-check", "locked": true, "schema_version": 3, "solution": false}
check("benchmark")

# %% nbgrader={"grade": true, "grade_id": "benchmark-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import statistics as _statistics

from autograder.secret import generator

_TICK = 1 / 1024  # exact in every floating-point type


class _Machine:
    """A pretended GPU: an order returns after a tick; its work is done while somebody waits."""

    def __init__(self, costs):
        self.costs, self.now, self.waiting = list(costs), 37.0, 0.0
        self.calls, self.early = 0, False

    def work(self):
        self.waiting += self.costs[min(self.calls, len(self.costs) - 1)]
        self.calls += 1
        self.now += _TICK

    def wait(self):
        self.now, self.waiting = self.now + self.waiting, 0.0

    def clock(self):
        self.early = self.early or self.waiting > 0
        return self.now


_random = generator("benchmark")
for _warm_up, _repeats in ((3, 7), (0, 5), (2, 9), (5, 3), (1, 1)):
    _first = [4096 * _TICK] * _warm_up
    _usual = (_random.integers(20, 60, _repeats) * _TICK).tolist()
    if _repeats > 1:
        _usual[int(_random.integers(_repeats))] = 2048 * _TICK  # the machine did something else
    _machine = _Machine(_first + _usual)
    _got = benchmark(_machine.work, _machine.clock, _machine.wait, warm_up=_warm_up, repeats=_repeats)
    assert _got is not None, "benchmark returns nothing"
    assert _machine.calls == _warm_up + _repeats, "work is not called warm_up + repeats times"
    assert not _machine.early, "the clock is read while work is still waiting to be done"
    _want = _statistics.median(_usual) + _TICK
    assert abs(float(_got) - _want) < 1e-5, "the result is not the median time of one call, without the warm-up"

_machine = _Machine([4096 * _TICK] * 3 + [32 * _TICK] * 7)
_got = benchmark(_machine.work, _machine.clock, _machine.wait)
assert _machine.calls == 10, "without being told, it does not warm up 3 times and repeat 7 times"
assert abs(float(_got) - 33 * _TICK) < 1e-5, "without being told how often, the result is wrong"
### END HIDDEN TESTS

# %% [markdown]
# Now measure something real. To multiply two n × n matrices takes about 2 n³ operations. So many
# operations, divided by the seconds, is the speed.

# %% tags=["after-exercises", "nbval-ignore-output"]
def speed(n, where, synchronise):
    """Return the speed of multiplying two n × n matrices, in 10^9 operations a second."""
    a, b = torch.randn(n, n, device=where), torch.randn(n, n, device=where)  # [n, n]
    seconds = benchmark(lambda: a @ b, time.perf_counter, synchronise)
    return 2 * n**3 / seconds / 1e9


def do_not_wait():
    """Do nothing: what a careless benchmark does."""


small, large = [32, 64, 128, 256, 512, 1024], [2048, 4096]
sizes = small if device.type == "cpu" else small + large  # a CPU would take long for the large ones

plt.figure(figsize=(4.5, 3.6))
honest = [speed(n, device, wait) for n in sizes]
careless = [speed(n, device, do_not_wait) for n in sizes]
plt.loglog(sizes, honest, "o-", label=f"{device.type}, honest")
plt.loglog(sizes, careless, "x--", label=f"{device.type}, without waiting")
if device.type != "cpu":
    on_cpu = [speed(n, torch.device("cpu"), do_not_wait) for n in small]
    plt.loglog(small, on_cpu, "s-", label="cpu")
plt.xlabel("n, for matrices of n × n")
plt.ylabel("10⁹ operations a second")
plt.legend()
plt.show()

# %% [markdown]
# **Expected, on a CPU:** both lines lie on each other, since a CPU is done when the call returns.
# They climb, because small matrices are not worth the effort of starting, and then level off at
# what this machine can do. A dip on the way is real too: from some size on PyTorch shares the work
# among the cores, and if another program is on one of them, all wait for the slowest.
#
# **Expected, on a GPU:** the honest line starts low, below the CPU perhaps, climbs much longer and
# levels off much higher. The line without waiting goes on climbing, past anything the GPU can do:
# it shows how quickly orders are handed over. If somebody tells you of a wonderful speed, ask
# whether they waited.
#
# ## 6. Will it fit?
#
# The memory of a GPU has a fixed size, and when it is full, training stops with an error. You can
# know that before it happens.
#
# First the words. A **network** is a chain of layers. A step of training has three parts. The
# *forward pass* sends a batch through the network; at its end is the **loss**, one number that says
# how wrong the answers are. The *backward pass* works out the **gradients**: how much the loss
# changes when a parameter grows a little. Then the **optimiser** changes the parameters so that the
# loss becomes smaller.
#
# A number in `float32`, the usual type, takes 4 bytes. Four things are in memory meanwhile:
#
# - the **parameters**, which are the numbers that are learnt. A linear layer from a to b numbers
#   has a × b weights and b biases;
# - the **gradients**: one for each parameter;
# - the **optimiser's state**, what it remembers from step to step. Plain SGD: nothing. SGD with
#   momentum: one number for each parameter. Adam: two. (And a counter for each tensor, too small to
#   count here.)
# - the **activations**: what the forward pass keeps because the backward pass will need it. Here,
#   each linear layer keeps the numbers that went *into* it: `batch` × a. What comes out of the last
#   one is not kept. (A ReLU keeps what it puts out; that goes into the next layer and is the same
#   memory, so it counts once.)
#
# Only the activations grow with the batch. That is why a smaller batch helps when memory is full.
#
# ### Exercise `memory` · medium · 20 minutes
#
# The networks here are chains of linear layers. Between each two is a ReLU, which turns negative
# numbers into 0. The sizes come as a list: `[784, 64, 10]` means that 784 numbers go in, one layer
# makes 64 of them, and another one 10.
#
# 1. `training_bytes` returns a dictionary with the bytes of the four parts: `"parameters"`,
#    `"gradients"`, `"optimiser"`, `"activations"`. `optimiser` is `"sgd"`, `"momentum"` or `"adam"`.
# 2. `largest_batch` returns the largest batch, a whole number, with which all four together fit into
#    `budget` bytes. If not even a batch of 1 fits, it is 0.

# %% nbgrader={"grade": false, "grade_id": "memory", "locked": false, "schema_version": 3, "solution": true}
def training_bytes(sizes, batch, optimiser, bytes_each=4):  # bytes_each: of one number, 4 in float32
    ### BEGIN SOLUTION
    parameters = sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
    remembered = {"sgd": 0, "momentum": 1, "adam": 2}[optimiser]
    return {
        "parameters": parameters * bytes_each,
        "gradients": parameters * bytes_each,
        "optimiser": remembered * parameters * bytes_each,
        "activations": batch * sum(sizes[:-1]) * bytes_each,
    }
    ### END SOLUTION


def largest_batch(sizes, optimiser, budget, bytes_each=4):  # budget in bytes
    ### BEGIN SOLUTION
    one = training_bytes(sizes, 1, optimiser, bytes_each)
    left = budget - one["parameters"] - one["gradients"] - one["optimiser"]
    return max(0, left // one["activations"])
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "memory-check", "locked": true, "schema_version": 3, "solution": false}
check("memory")

# %% nbgrader={"grade": true, "grade_id": "memory-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import torch as _torch

from autograder.secret import generator

_MAKE = {
    "sgd": lambda parameters: _torch.optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: _torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "adam": lambda parameters: _torch.optim.Adam(parameters),
}


def _bytes(tensors):
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _measured(sizes, batch, optimiser, dtype):
    """Train one step for real and add up what is there."""
    layers = [_torch.nn.Linear(a, b, dtype=dtype) for a, b in zip(sizes, sizes[1:])]
    chain = [part for layer in layers for part in (layer, _torch.nn.ReLU())][:-1]
    net = _torch.nn.Sequential(*chain)
    parameters, kept = list(net.parameters()), {}

    def keep(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with _torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = net(_torch.randn(batch, sizes[0], dtype=dtype))
    for parameter in parameters:
        kept.pop(parameter.untyped_storage().data_ptr(), None)
    activations = _bytes(kept.values())
    output.sum().backward()
    step = _MAKE[optimiser](parameters)
    step.step()
    state = [v for s in step.state.values() for v in s.values() if _torch.is_tensor(v) and v.dim() > 0]
    return {
        "parameters": _bytes(parameters),
        "gradients": _bytes([parameter.grad for parameter in parameters]),
        "optimiser": _bytes(state),
        "activations": activations,
    }


_random = generator("memory")
for _optimiser in ("sgd", "momentum", "adam"):
    for _dtype in (_torch.float32, _torch.float64):
        _sizes = [int(_n) for _n in _random.integers(2, 40, int(_random.integers(2, 6)))]
        _batch = int(_random.integers(1, 30))
        _want = _measured(_sizes, _batch, _optimiser, _dtype)
        _got = training_bytes(list(_sizes), _batch, _optimiser, _dtype.itemsize)
        assert set(_got) == set(_want), "training_bytes does not return a dictionary of the four parts"
        assert _got["parameters"] == _want["parameters"], "the bytes of the parameters are not those of a real network"
        assert _got["gradients"] == _want["gradients"], "the bytes of the gradients are not those of a real step"
        assert _got["optimiser"] == _want["optimiser"], "the bytes of the optimiser are not those of a real one"
        assert _got["activations"] == _want["activations"], "the bytes of the activations are not what a real network keeps"
        _fixed = _want["parameters"] + _want["gradients"] + _want["optimiser"]
        _each = _want["activations"] // _batch
        for _budget, _largest in (
            (_fixed + 17 * _each, 17),
            (_fixed + 17 * _each - 1, 16),
            (_fixed + _each - 1, 0),
            (_fixed - 3 * _each, 0),
            (0, 0),
        ):
            _got = largest_batch(list(_sizes), _optimiser, _budget, _dtype.itemsize)
            assert _got == _largest, "the largest batch does not just fit, for some budget"
_got = training_bytes([100, 10], 8, "adam")
assert _got["activations"] == 3200, "without being told, a number does not take 4 bytes"
assert largest_batch([100, 10], "sgd", 2 * 4040 + 1000) == 2, "without being told, a number does not take 4 bytes"
### END HIDDEN TESTS

# %% [markdown]
# Is it true? This cell trains one step for real and adds up what is there. PyTorch lets us look at
# each tensor that the forward pass keeps (`saved_tensors_hooks`). You need not understand it all.

# %% nbgrader={"grade": false, "grade_id": "measured", "locked": true, "schema_version": 3, "solution": false}
OPTIMISERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.01),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters),
}


def chain(sizes):
    """Return linear layers with a ReLU between each two."""
    layers = [(nn.Linear(a, b), nn.ReLU()) for a, b in zip(sizes, sizes[1:])]
    return nn.Sequential(*[part for pair in layers for part in pair][:-1])


def in_bytes(tensors):
    """Add up the memory of tensors: how many numbers, times the bytes of one."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def measured(sizes, batch, optimiser):
    """Train one step and return the bytes of the four parts."""
    model = chain(sizes).to(device)
    parameters = list(model.parameters())
    kept = {}  # by address: what is kept twice in the same memory counts once

    def keep(tensor):
        kept[tensor.data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = model(torch.randn(batch, sizes[0], device=device))  # [batch, sizes[-1]]
    output.sum().backward()
    step = OPTIMISERS[optimiser](parameters)
    step.step()
    ours = {parameter.data_ptr() for parameter in parameters}
    remembered = [value for state in step.state.values() for value in state.values()]
    return {
        "parameters": in_bytes(parameters),
        "gradients": in_bytes(parameter.grad for parameter in parameters),
        "optimiser": in_bytes(value for value in remembered if value.dim() > 0),  # no counters
        "activations": in_bytes(kept[address] for address in kept if address not in ours),
    }


for part, number in measured([784, 256, 64, 10], 128, "adam").items():
    print(f"{part:<12}{number:>10,} bytes")

# %% [markdown]
# Next to it, what you worked out:

# %% tags=["after-exercises"]
for part, number in training_bytes([784, 256, 64, 10], 128, "adam").items():
    print(f"{part:<12}{number:>10,} bytes")
batch = largest_batch([784, 4096, 4096, 10], "adam", 15 * 10**9)
print(f"a larger network on a GPU of 15 GB: batches of up to {batch:,}")

# %% [markdown]
# **Expected:** the same four numbers twice. The last line shows that linear layers need little
# memory for each example; layers for pictures need far more. In practice leave a part of the memory
# free: the libraries need some for themselves, and results that are used for a moment need some
# too.
#
# ## 7. Half the bits
#
# `float32` uses 32 bits for a number. There are two types of 16 bits. They take half the memory,
# and many GPUs have units that compute several times faster with them. They save the bits in
# different places:

# %% nbgrader={"grade": false, "grade_id": "types", "locked": true, "schema_version": 3, "solution": false}
print("type             largest   above zero   next after 1")
for kind in (torch.float32, torch.float16, torch.bfloat16):
    facts = torch.finfo(kind)
    smallest = facts.smallest_normal * facts.eps
    print(f"{str(kind):<15} {facts.max:8.1e}     {smallest:8.1e}     {1 + facts.eps:.7f}")

gradient = torch.tensor(1e-8)
print("a small gradient in float16: ", gradient.to(torch.float16).item())
print("the same, 1024 times as large:", (1024 * gradient).to(torch.float16).item())

# %% [markdown]
# - **float16** ends at 65504, and very small numbers become 0. Gradients often are very small: they
#   vanish, and nothing is learnt.
# - **bfloat16** reaches as far as `float32`, but after 1 its next number is 1.0078: it is coarse.
#
# Neither is fit for everything. Adding 0.001 to a weight of 1 changes nothing in `bfloat16`. So
# **mixed precision** uses each type where it is good:
#
# - `with torch.autocast(device.type, dtype=…):` runs matrix products in 16 bits, and what needs
#   care, such as the loss (`F.cross_entropy`), in `float32`. The network and the loss go
#   inside. `backward()` and the optimiser stay outside.
# - The **parameters stay `float32`**. Never call `model.half()` for training.
# - With float16, a **scaler** multiplies the loss by a large number, so that no gradient vanishes,
#   and divides the gradients by it before the optimiser sees them. If they got so large that they
#   overflowed, it leaves this step out and takes a smaller number. bfloat16 needs no scaler.
#
# The T4 of a free session has fast units for float16 and none for bfloat16, so there you need the
# scaler.
#
# ### Exercise `mixed-precision` · harder · 20 minutes
#
# 1. `make_scaler` returns a `torch.amp.GradScaler(device.type, enabled=…)` that is enabled for
#    float16 and for nothing else. One that is not enabled lets everything pass unchanged.
# 2. `mixed_step` trains one step. Clear the gradients. Move both tensors to the device. Run the
#    network and `F.cross_entropy` under autocast with this `dtype`. Then the scaler comes in:
#    `scaler.scale` makes a larger loss of the loss, and *that* one goes backward; `scaler.step` is
#    given the optimiser and steps in its place; `scaler.update` ends the step. Return the loss, the
#    unscaled one, as a Python number.

# %% nbgrader={"grade": false, "grade_id": "mixed-precision", "locked": false, "schema_version": 3, "solution": true}
def make_scaler(device, dtype):  # torch.device; torch.float16, torch.bfloat16 or torch.float32
    ### BEGIN SOLUTION
    return torch.amp.GradScaler(device.type, enabled=dtype == torch.float16)
    ### END SOLUTION


def mixed_step(model, inputs, labels, optimiser, scaler, device, dtype):  # [N, …] and [N], on any device
    ### BEGIN SOLUTION
    inputs, labels = inputs.to(device), labels.to(device)
    optimiser.zero_grad()
    with torch.autocast(device.type, dtype=dtype):
        loss = F.cross_entropy(model(inputs), labels)  # float32: autocast takes care of that
    scaler.scale(loss).backward()
    scaler.step(optimiser)
    scaler.update()
    return loss.item()
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "mixed-precision-check", "locked": true, "schema_version": 3, "solution": false}
check("mixed-precision")

# %% nbgrader={"grade": true, "grade_id": "mixed-precision-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import torch as _torch

from autograder.secret import generator
from autograder.student import student

_random = generator("mixed-precision")
_seed = int(_random.integers(2**31))
_x = _torch.from_numpy(_random.standard_normal((3, 32, 12))).float()  # three batches
_y = _torch.from_numpy(_random.integers(0, 4, (3, 32)))
_RATE = 0.5


def _start():
    _torch.manual_seed(_seed)
    net = _torch.nn.Sequential(_torch.nn.Linear(12, 24), _torch.nn.ReLU(), _torch.nn.Linear(24, 4))
    return net, _torch.optim.SGD(net.parameters(), lr=_RATE)


_cpu = _torch.device("cpu")
for _dtype, _on in ((_torch.float16, True), (_torch.bfloat16, False), (_torch.float32, False)):
    _scaler = make_scaler(_cpu, _dtype)
    assert _scaler is not None, "make_scaler returns nothing"
    assert bool(_scaler.is_enabled()) == _on, "the scaler is not enabled for float16 and for nothing else"

# What three steps do in full precision: half precision comes close to it.
_want, _sgd = _start()
_losses = []
for _inputs, _labels in zip(_x, _y):
    _sgd.zero_grad()
    _loss = _torch.nn.functional.cross_entropy(_want(_inputs), _labels)
    _loss.backward()
    _sgd.step()
    _losses.append(_loss.item())

with student.branch(accelerator="twin") as _there:
    assert make_scaler(_there.device, _torch.float16).is_enabled(), "on an accelerator, the scaler for float16 is off"
    for _dtype in (_torch.float16, _torch.bfloat16):
        _net, _sgd = student.put(_start())
        _net = _net.to(_there.device)
        _seen = []
        _net[0].register_forward_hook(lambda layer, inputs, output: _seen.append(output.dtype))
        _scaler = student.torch.amp.GradScaler(
            _there.device.type, init_scale=1024.0, enabled=_dtype == _torch.float16
        )
        _got = []
        for _inputs, _labels in zip(_x, _y):
            try:
                _got.append(mixed_step(_net, _inputs, _labels, _sgd, _scaler, _there.device, _dtype))
            except (RuntimeError, AssertionError) as _error:
                if "last update" in str(_error):
                    raise AssertionError("the scaler is not updated after a step") from None
                if "_scale is None" in str(_error):
                    raise AssertionError("the scaler is to step, but the loss was never scaled") from None
                raise
        assert all(isinstance(_loss, float) for _loss in _got), "the loss is not returned as a Python number"
        assert set(_seen) == {_dtype}, "the network does not run under autocast with the type that was asked for"
        assert len(_seen) == 3, "the network does not run once in each step"
        _weights = list(_net.parameters())
        assert all(_p.dtype == _torch.float32 for _p in _weights), "the parameters do not stay float32"
        assert any(_torch.tensor(_loss).to(_dtype).item() != _torch.tensor(_loss).item() for _loss in _got), (
            "the loss is worked out in 16 bits: it belongs under autocast, or needs float32 logits"
        )
        assert all(abs(_one - _other) < 0.03 for _one, _other in zip(_got, _losses)), (
            "the losses are far from those in full precision: is something scaled, or not cleared?"
        )
        for _one, _other in zip(_weights, _want.parameters()):
            assert _torch.allclose(_one, _other, atol=0.03), (
                "the weights are far from those in full precision: do scaling and unscaling both happen?"
            )

    # So large a scale that the gradients overflow: nothing may move, and the scale has to shrink.
    _net, _sgd = student.put(_start())
    _net, _before = _net.to(_there.device), [_p.detach().clone() for _p in _start()[0].parameters()]
    _scaler = student.torch.amp.GradScaler(_there.device.type, init_scale=2.0**60)
    mixed_step(_net, _x[0], _y[0], _sgd, _scaler, _there.device, _torch.float16)
    assert all(_torch.equal(_one.detach(), _other) for _one, _other in zip(_net.parameters(), _before)), (
        "a step whose gradients overflow is not left out: who calls the optimiser?"
    )
    assert _scaler.get_scale() < 2.0**60, "after gradients overflow, the scale does not get smaller"
### END HIDDEN TESTS

# %% [markdown]
# Does it pay here? This trains a small network both ways and measures one step of each, with your
# benchmark.

# %% tags=["after-exercises", "nbval-ignore-output"]
def plain_step(model, inputs, labels, optimiser):
    optimiser.zero_grad()
    F.cross_entropy(model(inputs), labels).backward()
    optimiser.step()


half = torch.float16 if device.type == "cuda" else torch.bfloat16
width = 4096 if device.type == "cuda" else 512
model = chain([256, width, width, 10]).to(device)
optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
inputs = torch.randn(256, 256, device=device)  # [256, 256]
labels = torch.randint(10, (256,), device=device)  # [256]
scaler = make_scaler(device, half)

steps = {
    "float32": lambda: plain_step(model, inputs, labels, optimiser),
    f"mixed, {half}": lambda: mixed_step(model, inputs, labels, optimiser, scaler, device, half),
}
for name, step in steps.items():
    print(f"{name:<24}{1000 * benchmark(step, time.perf_counter, wait):8.2f} ms a step")

# %% [markdown]
# **Expected:** it depends, and that is the lesson. Where the hardware has units for 16 bits and the
# layers are large, the mixed step is faster. On the CPU on which this lesson was written it is
# *slower*: numbers are converted back and forth, and nothing is gained. Then leave it: mixed
# precision is a tool for speed and memory, never a duty. Measure, then choose.
#
# ## Three errors you will meet
#
# - `AssertionError: Torch not compiled with CUDA enabled` Somewhere `"cuda"` is written into the
#   code, and this PyTorch was built without it. Use the variable `device`.
# - `TypeError: can't convert cuda:0 device type tensor to numpy.` NumPy and matplotlib only know
#   the CPU's memory. Bring the result back first: `x.cpu().numpy()`, or `x.detach().cpu().numpy()`
#   if it has gradients.
# - `RuntimeError: CUDA out of memory` Work out what should fit (section 6), make the batch smaller,
#   and restart the session if a cell was stopped half-way: its tensors may still be there.
#
# ## What it cost, and cleaning up
#
# Nothing on a free platform, but the hours with a GPU are limited, and they count while you read.
# When you are done: on Colab *Runtime ▸ Disconnect and delete runtime*; on Kaggle switch the
# session off. On a paid machine, stop the machine. This lesson leaves no files behind.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. `torch.cuda.is_available()` is `True`, and the first operation says *no kernel image is
# available*. What happened?**
#
# <details><summary>The GPU is broken</summary>Hardly ever. The same GPU works with a PyTorch that was
# built for it.</details>
# <details><summary>The GPU is there, but this PyTorch holds no code for it</summary>Right. Being
# there and working are two things: try a small operation and read its result.</details>
# <details><summary>The GPU's memory is full</summary>No. That has an error of its own, which says
# <em>out of memory</em>.</details>
#
# **2. On a GPU, a product of two huge matrices takes 0.00002 s by your clock. What did you measure?**
#
# <details><summary>How long it takes to hand over the order</summary>Right. The work goes on after
# the call has returned. Wait for the device before you read the clock.</details>
# <details><summary>A very fast GPU</summary>Too fast to be true. Work out the operations a second,
# and compare with what its maker promises.</details>
# <details><summary>A result that was kept from the call before</summary>No. PyTorch does not keep
# results of products to use them again.</details>
#
# **3. You double the batch. Which part of the memory doubles?**
#
# <details><summary>All of it</summary>No. Parameters, gradients and the optimiser's state do not
# know how large the batch is.</details>
# <details><summary>The gradients</summary>No. There is one gradient for each parameter, whatever
# the number of examples.</details>
# <details><summary>The activations</summary>Right. Each example has its own, and they are kept
# until the backward pass.</details>
#
# **4. You train in float16 without a scaler, and the loss hardly moves. Why?**
#
# <details><summary>float16 is too slow</summary>No. It would be quick, but quick at learning
# nothing.</details>
# <details><summary>Small gradients become 0</summary>Right. They are below the smallest number that
# float16 has; a scaled loss lifts them above it.</details>
# <details><summary>The loss became infinite</summary>Then you would see <em>inf</em> or
# <em>nan</em>, not a loss that stands still.</details>
#
# **5. Your network has 1,000 parameters and your table 200 rows. On the GPU it trains more slowly than
# on the CPU. What do you do?**
#
# <details><summary>Use the CPU</summary>Right. There is too little to do at once, so that handing
# over orders takes longest. Keep your GPU hours for something large.</details>
# <details><summary>Look for the mistake in the code</summary>There need not be one. Small work is
# slower on a GPU, as your plot showed at small sizes.</details>
# <details><summary>Use mixed precision</summary>It makes large matrix products faster. Here there are
# none, and the conversions come on top.</details>
#
# ## Take away
#
# - A GPU does the same thing to many numbers at once. Little work is quicker on a CPU.
# - The device is a variable, chosen once, and tried out before it is trusted.
# - Everything that meets must be on one device: move whole batches with one function.
# - Warm up, wait, take the median: otherwise you measure something else.
# - Memory is arithmetic: parameters, gradients, optimiser, and activations times the batch.
# - Half the bits where they do, all of them where they must be: parameters and loss stay `float32`.
#
# ## Read on
#
# - [PyTorch: CUDA semantics](https://docs.pytorch.org/docs/stable/notes/cuda.html), with a part on
#   asynchronous execution
# - [PyTorch: automatic mixed precision](https://docs.pytorch.org/docs/stable/amp.html)
# - [PyTorch: performance tuning guide](https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html)
# - [Colab: frequently asked questions](https://research.google.com/colaboratory/faq.html), with the
#   limits of today
# - The talk this course grew from, and whose slide on "GPU option" and "limited in time" is this
#   lesson: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science 38, 2019.
