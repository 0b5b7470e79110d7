"""Visible checks and hints of lesson 01, the GPU: choose it, feed it, time it."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

from course.checks import checks, written

Pair = namedtuple("Pair", "images labels")


@checks(
    "pick-device",
    needs=("works", "pick_device"),
    hints=(
        "In works: three lines inside `try:`, and `except Exception: return False` below. In "
        "pick_device: a loop with an `if`, and one `return` after the loop.",
        "ones = torch.ones(8, 8, device=device); return (ones @ ones).sum().item() == 512. And: "
        "for name in names: if works(torch.device(name)): return torch.device(name).",
    ),
    praise="what works is chosen, and what only looks so is not.",
)
def _pick_device(works: Any, pick_device: Any) -> None:
    import torch

    answer = works(torch.device("cpu"))
    written(answer, "works")
    assert answer is True or answer is False, (
        f"works should return True or False, not {answer!r}. Compare a number that you have read."
    )
    assert answer, "works says False for the CPU, and the CPU does work."
    for name in ("cuda:99", "xpu:99"):
        try:
            answer = works(torch.device(name))
        except Exception as error:
            raise AssertionError(
                f"a device that is not there, {name}, makes works stop with "
                f"{type(error).__name__}. PyTorch may raise any of several: catch `Exception`."
            ) from error
        assert answer is False, (
            f"works trusts {name}, and nobody has a hundred GPUs. Are the ones made on the device?"
        )
    try:
        answer = works(torch.device("meta"))
    except Exception as error:
        raise AssertionError(
            f"the device meta makes works stop with {type(error).__name__}. Catch it, return False."
        ) from error
    assert answer is False, (
        "works trusts the device meta, which computes nothing. Read the sum with .item()."
    )
    _picks(pick_device)


def _picks(pick_device: Any) -> None:
    import torch

    def only(*good: str) -> Any:
        return lambda device: str(device) in good

    found = pick_device(["cuda", "mps"], only("mps", "cpu"))
    written(found, "pick_device")
    assert isinstance(found, torch.device), (
        f"pick_device returned {found!r}; wrap the name in torch.device(…)."
    )
    assert found.type == "mps", (
        f"of cuda, which fails, and mps, which works, pick_device took {found}. Does it ask works?"
    )
    found = pick_device(["cuda", "mps"], only("cuda", "mps", "cpu"))
    assert found.type == "cuda", f"cuda and mps both work and cuda is first, but {found} was taken."
    found = pick_device(["cuda"], only("cpu"))
    assert found is not None, "if nothing in the list works, pick_device returns None, not the CPU."
    assert str(found) == "cpu", f"nothing in the list works: the CPU should be left, not {found}."


@checks(
    "move-batch",
    needs=("move_batch",),
    hints=(
        "Ask what it is, in this order: a tensor? a dict? a list or tuple? Return at once in each "
        "case. For what is inside, call move_batch again. At the end: return batch.",
        "Tensor: batch.to(device). dict: {key: move_batch(value, device) for key, value in "
        "batch.items()}. For the rest make a list of moved entries; then type(batch)(*entries) if "
        'hasattr(batch, "_fields"), else type(batch)(entries).',
    ),
    praise="tensors move, everything else stays, and the form is kept.",
)
def _move_batch(move_batch: Any) -> None:
    import torch

    meta = torch.device("meta")  # a device that every machine has, so a move can be seen
    x = torch.ones(2, 3)
    moved = move_batch(x, meta)
    written(moved, "move_batch")
    assert torch.is_tensor(moved) and moved.device == meta, (
        "a batch that is a single tensor did not move to the device that was given. Keep what "
        ".to(device) returns."
    )
    assert move_batch(torch.arange(3), meta).device == meta, (
        "whole numbers, such as labels, did not move. Move every tensor, whatever its type."
    )
    for value in ("a.png", 7, None):
        try:
            same = move_batch(value, meta)
        except (RecursionError, TypeError, AttributeError) as error:
            raise AssertionError(
                f"{value!r} has nothing to move, but it stops with {type(error).__name__}. "
                "Enter only dict, list and tuple; return the rest."
            ) from error
        assert same == value, f"{value!r} should stay as it is, not become {same!r}."
    for batch in ([x, "a.png"], (x, "a.png"), {"x": x, "name": "a.png"}):
        _moves(move_batch, batch)
    try:
        pair = move_batch(Pair(x, [x]), meta)
    except TypeError as error:
        raise AssertionError(
            f"a namedtuple cannot be rebuilt like that ({error}). Use type(batch)(*entries)."
        ) from error
    assert isinstance(pair, Pair), f"a namedtuple became a {type(pair).__name__}; keep its type."
    assert pair.labels[0].device == meta, "a list inside a namedtuple was not entered."
    deep = {"a": [(x, {"b": x})]}
    moved = move_batch(deep, meta)
    assert moved["a"][0][0].device == moved["a"][0][1]["b"].device == meta, (
        "a tensor deep inside did not move. Call move_batch for each entry."
    )
    assert deep["a"][0][0] is x, "the batch you were given was changed; build a new one."


def _moves(move_batch: Any, batch: Any) -> None:
    import torch

    kind = type(batch).__name__
    moved = move_batch(batch, torch.device("meta"))
    assert type(moved) is type(batch), (
        f"a {kind} became a {type(moved).__name__}; return a {kind} again."
    )
    assert len(moved) == 2, f"two entries of a {kind} went in, {len(moved)} came out."
    tensor, name = moved.values() if isinstance(moved, dict) else moved
    assert torch.is_tensor(tensor) and tensor.device.type == "meta", (
        f"the tensor in a {kind} did not move to the device that was asked for."
    )
    assert name == "a.png", f"the text in a {kind} became {name!r}."
    first = batch["x"] if isinstance(batch, dict) else batch[0]
    assert first.device.type == "cpu", f"the {kind} you were given was changed; build a new one."


class _Clockwork:
    """A machine whose time the check controls: work is queued, and done while somebody waits."""

    def __init__(self, costs: list[float]) -> None:
        self.costs = costs
        self.said: list[str] = []
        self.now = self.queued = 0.0
        self.early = False

    def work(self) -> None:
        number = self.said.count("work")
        self.queued += self.costs[min(number, len(self.costs) - 1)]
        self.said.append("work")

    def synchronise(self) -> None:
        self.now, self.queued = self.now + self.queued, 0.0
        self.said.append("synchronise")

    def clock(self) -> float:
        self.early = self.early or self.queued > 0
        self.said.append("clock")
        return self.now


@checks(
    "benchmark",
    needs=("benchmark",),
    hints=(
        "Two loops. The second appends one time to a list: synchronise, read, work, synchronise, "
        "read. The module statistics has a median.",
        "In the second loop: synchronise(); start = clock(); work(); synchronise(); "
        "times.append(clock() - start). At the end: return statistics.median(times).",
    ),
    praise="it warms up, waits, and takes the median.",
)
def _benchmark(benchmark: Any) -> None:
    machine = _Clockwork([64.0, 32.0, 1.0, 2.0, 16.0, 3.0, 2.5])
    result = benchmark(machine.work, machine.clock, machine.synchronise, warm_up=2, repeats=5)
    written(result, "benchmark")
    assert not isinstance(result, (list, tuple)), (
        f"benchmark returned a {type(result).__name__} of times; return their median, one number."
    )
    calls = machine.said.count("work")
    assert calls == 7, f"2 calls to warm up and 5 to measure are 7 calls of work, not {calls}."
    assert "clock" in machine.said, "the clock that was passed in is never read. Use clock()."
    assert "synchronise" in machine.said, (
        "synchronise was never called, so you timed how quickly orders are handed over."
    )
    first = machine.said.index("clock")
    assert machine.said[:first].count("work") == 2, (
        "read the clock for the first time after the 2 calls that warm up, before the next one."
    )
    assert machine.said[first - 1] == "synchronise", (
        "the first time still holds what is left of the warm-up: synchronise before you read."
    )
    assert not machine.early, (
        "the clock was read before the work was done: synchronise between work() and clock()."
    )
    got = float(result)
    assert abs(got - 4.9) > 1e-6, "that is the mean; the slow call pulls it up. Take the median."
    assert abs(got - 1.0) > 1e-6, "that is the quickest call, which is luck. Take the median."
    assert abs(got - 2.5) < 1e-6, f"the calls took 1, 2, 16, 3 and 2.5 s: not {got:g} but 2.5."


@checks(
    "memory",
    needs=("training_bytes", "largest_batch"),
    hints=(
        "for a, b in zip(sizes, sizes[1:]) gives each layer's two sizes. What goes into the layers "
        "is sizes without its last entry. largest_batch: what is left after the three fixed parts, "
        "divided by the activations of one example.",
        "parameters = sum(a * b + b for a, b in zip(sizes, sizes[1:])); activations = batch * "
        "sum(sizes[:-1]); all times bytes_each. Then max(0, left // activations_of_one).",
    ),
    praise="the four parts add up, and the batch just fits.",
)
def _memory(training_bytes: Any, largest_batch: Any) -> None:
    # 3 · 2 + 2 parameters and 2 · 1 + 1 are 11.
    asked: dict[str, Any] = {"sizes": [3, 2, 1], "batch": 10}
    for optimiser, copies in (("sgd", 0), ("momentum", 1), ("adam", 2)):
        parts = training_bytes([3, 2, 1], 10, optimiser)
        written(parts, "training_bytes")
        wanted = {
            "parameters": (44, "count a · b weights and b biases in each layer"),
            "gradients": (44, "there is one for each parameter"),
            "optimiser": (44 * copies, f"{optimiser} remembers {copies} numbers a parameter"),
            "activations": (200, "10 examples, and 3 + 2 numbers go into the layers"),
        }
        for part, (number, why) in wanted.items():
            assert part in parts, f'the dictionary has no entry "{part}".'
            assert parts[part] == number, (
                f"sizes {asked['sizes']}, batch 10, {optimiser}: {part} should take {number} "
                f"bytes, not {parts[part]}: {why}."
            )
    parts = training_bytes([3, 2, 1], 10, "adam", bytes_each=2)
    assert parts["parameters"] == 22 and parts["activations"] == 100, (
        "with bytes_each=2 everything should take half as much: do you use bytes_each?"
    )
    # Fixed with Adam: 4 times 44. Each example: 20.
    for budget, number in ((176 + 60, 3), (176 + 79, 3), (176 + 19, 0), (100, 0)):
        found = largest_batch([3, 2, 1], "adam", budget)
        written(found, "largest_batch")
        assert found == number, (
            f"sizes [3, 2, 1] with adam take 176 bytes and 20 for each example: into {budget} "
            f"bytes fits a batch of {number}, not {found}."
        )
    found = largest_batch([3, 2, 1], "adam", 118, bytes_each=2)
    assert found == 3, (
        f"with bytes_each=2 a batch of 3 fits into 118 bytes, not {found}: does largest_batch hand "
        "bytes_each on?"
    )


@checks(
    "mixed-precision",
    needs=("make_scaler", "mixed_step"),
    hints=(
        "make_scaler is one line; `dtype == torch.float16` is True or False. In mixed_step only "
        "the network and the loss stand inside `with torch.autocast(…):`.",
        "with torch.autocast(device.type, dtype=dtype): loss = F.cross_entropy(model(inputs), "
        "labels). After it, outside: scaler.scale(loss).backward(); scaler.step(optimiser); "
        "scaler.update(); return loss.item().",
    ),
    praise="16 bits inside, 32 where it counts. Devices are looked at when you hand in.",
)
def _mixed_precision(make_scaler: Any, mixed_step: Any) -> None:
    import torch

    cpu = torch.device("cpu")
    for dtype, wanted in ((torch.float16, True), (torch.bfloat16, False), (torch.float32, False)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a scaler for a GPU that is not there warns
            scaler = make_scaler(cpu, dtype)
        written(scaler, "make_scaler")
        assert scaler.is_enabled() == wanted, (
            f"for {dtype} the scaler should{'' if wanted else ' not'} be enabled. "
            "Is it for the device that was given?"
        )
    torch.manual_seed(0)
    inputs, labels = torch.randn(16, 6), torch.arange(16) % 3
    for dtype in (torch.bfloat16, torch.float16):
        model = torch.nn.Linear(6, 3)
        before = model.weight.detach().clone()
        optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, enabled=dtype == torch.float16)
        arguments = (model, inputs, labels, optimiser, scaler, cpu, dtype)
        _steps(mixed_step, arguments, _full_steps(model, inputs, labels), before)
    # The gradients overflow at this scale.
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**60)
    before = model.weight.detach().clone()
    mixed_step(model, inputs, labels, optimiser, scaler, cpu, torch.float16)
    assert torch.equal(model.weight, before), (
        "gradients that overflow should leave the weights alone, but they moved. Use the scaler."
    )


def _full_steps(model: Any, inputs: Any, labels: Any) -> Any:
    """Return the weight after two steps in full precision, to compare with."""
    import copy

    import torch

    model = copy.deepcopy(model)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(2):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs), labels).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return model.weight.detach()


def _stepped(mixed_step: Any, arguments: Any) -> Any:
    """Train one step; say in plain words what the scaler complains of."""
    try:
        return mixed_step(*arguments)
    except (RuntimeError, AssertionError) as error:
        if "last update" in str(error):
            raise AssertionError(
                "the second step stops: call scaler.update() at the end of each one."
            ) from error
        if "No inf checks" in str(error):
            raise AssertionError(
                "scaler.update() comes after scaler.step(optimiser), which steps in place of "
                "optimiser.step()."
            ) from error
        if "_scale is None" in str(error):
            raise AssertionError(
                "the scaler has scaled nothing: call backward on what scaler.scale(loss) returns."
            ) from error
        raise


def _steps(mixed_step: Any, arguments: Any, wanted: Any, before: Any) -> None:
    import torch

    model, inputs, labels, *_, dtype = arguments
    full = torch.nn.functional.cross_entropy(model(inputs), labels).item()
    seen: list[Any] = []
    model.register_forward_hook(lambda layer, given, logits: seen.append(logits.dtype))
    loss = _stepped(mixed_step, arguments)
    written(loss, "mixed_step")
    assert isinstance(loss, float), f"the loss is a {type(loss).__name__}; return loss.item()."
    kind = model.weight.dtype
    assert kind == torch.float32, f"the parameters became {kind}; leave the model as it is."
    assert seen == [dtype], (
        f"the network ran in {seen}, not once in {dtype}. Is it under autocast, with this device "
        "and this dtype?"
    )
    rounded = torch.tensor(loss).to(dtype).item()
    assert rounded != loss, (
        f"the loss was rounded to {dtype}. Work it out inside the `with` block as well."
    )
    assert abs(loss - full) < 0.1, (
        f"the loss is about {full:.2f}, but mixed_step returned {loss:.2f}. Keep the scaled loss "
        "apart and return the unscaled one."
    )
    _stepped(mixed_step, arguments)
    weight = model.weight.detach()
    assert not torch.equal(weight, before), "the weights do not move. Is scaler.step called?"
    off, far = float((weight - wanted).abs().max()), float((wanted - before).abs().max())
    assert off < 10 * far, (
        "the weights jump much too far: scaler.step(optimiser) divides the gradients again, "
        "optimiser.step() does not."
    )
    moved = float((weight - before).abs().max())
    assert moved > far / 10, (
        "the weights hardly move: is it scaler.scale(loss) whose backward is called?"
    )
    assert off < far / 8, "the second step is not what it should be: are old gradients cleared?"
