"""Visible checks and hints of lesson 04, save and resume."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from course.checks import checks, written


def _parts(seed: int, steps: int) -> tuple[Any, Any, Any]:
    """Return a network with a tied weight, its optimiser and scheduler, after some steps."""
    import torch

    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.ReLU(), torch.nn.Linear(3, 3))
    net[2].weight = net[0].weight
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.StepLR(optimiser, 2, gamma=0.5)
    for _ in range(steps):
        optimiser.zero_grad()
        net(torch.randn(4, 3)).pow(2).mean().backward()
        optimiser.step()
        scheduler.step()
    return net, optimiser, scheduler


@checks(
    "checkpoint-state",
    needs=("pack", "unpack"),
    hints=(
        "Put all tensors into one dictionary: model.NAME, optimiser.NUMBER.NAME, random.cpu. Put "
        "the rest into another one and turn it into text with json.dumps.",
        'tensors[f"optimiser.{number}.{name}"] = value on the way out; on the way back split the '
        "name at its dots, and optimiser.load_state_dict({'state': {number: {name: value}}, "
        "'param_groups': …}) with int(number). safetensors.torch.save(tensors, {'rest': text}) "
        "gives the bytes.",
    ),
    praise="everything comes back. Other networks and devices are looked at when you hand in.",
)
def _checkpoint_state(pack: Any, unpack: Any) -> None:
    import torch

    wanted = _parts(seed=0, steps=3)
    torch.manual_seed(5)
    data = _packed(pack, wanted)
    _no_pickle_in(data)
    fresh = _parts(seed=1, steps=1)
    torch.manual_seed(6)
    step = unpack(data, *fresh)
    drawn = torch.rand(4)
    torch.manual_seed(5)
    _compare_parts(wanted, fresh)
    assert step == 123, f"unpack returned {step!r}; the step that was packed is 123."
    assert torch.equal(drawn, torch.rand(4)), (
        "the numbers drawn after unpack are others than those after pack: is the random state put "
        "back, and as the last thing?"
    )


def _packed(pack: Any, parts: tuple[Any, Any, Any]) -> bytes:
    try:
        data = pack(*parts, 123)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise  # the stub
        raise AssertionError(
            "pack fails for a network that uses one weight under two names. Has each tensor memory "
            "of its own, by .contiguous().clone()?"
        ) from error
    written(data, "pack")
    assert isinstance(data, bytes), f"pack returned a {type(data).__name__}; it should be bytes."
    return data


def _no_pickle_in(data: bytes) -> None:
    import safetensors.torch
    import torch
    from safetensors import SafetensorError

    try:
        tensors = safetensors.torch.load(data)
    except SafetensorError as error:
        raise AssertionError(
            "what pack returned is no safetensors file: use safetensors.torch.save(tensors, texts)."
        ) from error
    for name, tensor in tensors.items():
        raw = bytes(tensor.flatten().tolist()) if tensor.dtype == torch.uint8 else b""
        assert not (raw[:1] == b"\x80" and raw[-1:] == b".") and raw[:2] != b"PK", (
            f"the tensor {name} holds a pickle. Store its numbers instead."
        )


def _compare_parts(wanted: tuple[Any, Any, Any], got: tuple[Any, Any, Any]) -> None:
    import torch

    weights = got[0].state_dict()
    assert all(torch.equal(weights[name], v) for name, v in wanted[0].state_dict().items()), (
        "the weights are not those that were packed. Does unpack call net.load_state_dict?"
    )
    want, have = wanted[1].state_dict(), got[1].state_dict()
    texts = [number for number in have["state"] if isinstance(number, str)]
    assert not texts, (
        f"the optimiser has the number of a parameter as a text, {texts[0]!r}. It should be an int."
    )
    same = set(want["state"]) == set(have["state"]) and all(
        torch.equal(have["state"][number][name], value)
        for number, values in want["state"].items()
        for name, value in values.items()
    )
    assert same, (
        "the optimiser's running means or its count of steps are not those that were packed: look "
        'at optimiser.state_dict()["state"].'
    )
    assert want["param_groups"][0]["lr"] == have["param_groups"][0]["lr"], (
        f"the learning rate is {have['param_groups'][0]['lr']} after unpack; it was "
        f"{want['param_groups'][0]['lr']}. It stands in param_groups."
    )
    count, here = wanted[2].state_dict()["last_epoch"], got[2].state_dict()["last_epoch"]
    assert count == here, f"the scheduler thinks that {here} steps were taken; it was {count}."


@checks(
    "no-pickle",
    needs=("kind_of", "load_safely"),
    hints=(
        "Three questions, one after the other: does safe_open open it? Is it a zip archive with "
        "data.pkl in it? Are the first two bytes those of a pickle?",
        'try: safe_open(path, "pt"); return "safetensors", except SafetensorError: pass. Then '
        'zipfile.ZipFile(path).namelist() and name.split("/")[-1]. Then '
        'first = open(path, "rb").read(2), and first[0] == 0x80.',
    ),
    praise="files are told apart by their bytes, and nothing was unpickled.",
)
def _no_pickle(kind_of: Any, load_safely: Any) -> None:
    import io
    import pickle
    import zipfile

    import safetensors.torch
    import torch

    weights = {"weight": torch.arange(3.0)}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as plain:
        plain.writestr("run/metadata.pkl", "nothing here")
    _ran.clear()
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "mine.pt"  # so its data.pkl lies in the folder "mine"
        torch.save(weights, saved)
        for name, content, kind, what in (
            ("a.pt", safetensors.torch.save(weights), "safetensors", "a safetensors file"),
            ("b.safetensors", pickle.dumps(_Harm(), 4), "pickle", "a pickle"),
            ("c.bin", saved.read_bytes(), "torch", "a file written by torch.save"),
            ("d.zip", archive.getvalue(), "other", "a zip archive of metadata.pkl alone"),
            ("e.safetensors", b"", "other", "an empty file"),
        ):
            path = Path(folder) / name
            path.write_bytes(content)
            found = kind_of(str(path))
            written(found, "kind_of")
            assert not _ran, (
                "your code opened a pickle, and what was in it has run. Read bytes only."
            )
            assert found == kind, f'kind_of says "{found}" of {what} called {name}, not "{kind}".'
            _refused(load_safely, str(path), kind, what)
        tensors = load_safely(str(Path(folder) / "a.pt"))
    assert torch.equal(tensors["weight"], weights["weight"]), "load_safely changes the numbers."


_ran: list[bool] = []


def _mark() -> None:
    _ran.append(True)


class _Harm:
    """Leaves a mark when it is unpickled; nothing worse."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _mark, ()


def _refused(load_safely: Any, path: str, kind: str, what: str) -> None:
    if kind == "safetensors":
        written(load_safely(path), "load_safely")
        return
    try:
        load_safely(path)
    except ValueError as error:
        said = str(error)
    except Exception as error:
        raise AssertionError(
            f"for {what} load_safely raised {type(error).__name__}; it should be a ValueError."
        ) from error
    else:
        raise AssertionError(f"load_safely loaded {what}; it should raise a ValueError.")
    assert kind in said.lower(), (
        f'for {what} the ValueError says "{said}". It should name the kind, "{kind}".'
    )


@checks(
    "atomic-save",
    needs=("save_atomic", "newest"),
    hints=(
        "Write to path.with_name(path.name + '.part'), then rename that. For newest: look at all "
        "files that fit step-*.safetensors, keep the whole ones, compare their steps as numbers.",
        "file.write(data); file.flush(); os.fsync(file.fileno()); after the with block "
        "os.replace(temporary, path). And int(path.stem.removeprefix('step-')) is the step.",
    ),
    praise="files are replaced in one step, and the newest whole one is found.",
)
def _atomic_save(save_atomic: Any, newest: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _saved(save_atomic, Path(folder) / "step-5.safetensors")
    with tempfile.TemporaryDirectory() as folder:
        _newest(newest, Path(folder))


def _saved(save_atomic: Any, path: Path) -> None:
    old, new = b"the old checkpoint", b"the new one"
    path.write_bytes(old)
    flushed: list[int] = []
    fsync = os.fsync

    def watched(file: Any) -> None:
        flushed.append(os.fstat(file if isinstance(file, int) else file.fileno()).st_size)
        fsync(file)

    with path.open("rb") as before, patch.object(os, "fsync", watched):
        save_atomic(path, new)
        assert path.is_file(), "save_atomic left no file at the path it was given."
        assert path.read_bytes() == new, "the file does not hold the bytes that were to be saved."
        assert before.read() == old, (
            "the old file was overwritten in place: after a crash half-way neither is whole. Write "
            "beside it, then os.replace."
        )
    imported = "fsync" in getattr(getattr(save_atomic, "__code__", None), "co_names", ())
    assert flushed or imported, (
        "os.fsync was not called: the new name could be on the disk before the bytes are."
    )
    assert not flushed or len(new) in flushed, (
        f"when fsync was called the file held {flushed[0]} of {len(new)} bytes. The rest was still "
        "with Python: is there a file.flush() before it?"
    )
    left = sorted(other.name for other in path.parent.iterdir() if other != path)
    assert not left, f"after a save that went well, other files lie there too: {', '.join(left)}."


def _newest(newest: Any, folder: Path) -> None:
    import safetensors.torch
    import torch

    def found() -> str | None:
        path = newest(folder)
        return None if path is None else Path(path).name

    try:
        empty = found()
    except NotImplementedError:
        raise  # the stub
    except Exception as error:
        raise AssertionError(
            f"in an empty folder newest fails ({error}); it should return None there."
        ) from error
    assert empty is None, f"in an empty folder newest should return None, not {empty}."
    content = safetensors.torch.save({"a": torch.arange(4)})
    for step in (1000, 20, 300):  # the highest is the oldest, and "300" the last among texts
        path = folder / f"step-{step}.safetensors"
        path.write_bytes(content)
        os.utime(path, (1e9 - step, 1e9 - step))
    (folder / "best.safetensors").write_bytes(content)
    name = found()
    assert name is not None, "newest returned None, though there are three whole checkpoints."
    assert name != "step-20.safetensors", (
        "newest chose step-20, the file that was written last. Go by the step in its name."
    )
    assert name == "step-1000.safetensors", (
        f"of the steps 20, 300 and 1000 newest chose {name}. Are steps compared as numbers?"
    )
    (folder / "step-2000.safetensors").write_bytes(content[:-1])
    assert found() == name, "step-2000 is torn: newest should skip it and return step-1000."


@checks(
    "resume",
    needs=("train", "pack", "unpack", "save_atomic", "newest"),
    hints=(
        "step is where you are: 0, or what unpack returned. One while loop takes steps until "
        "step == steps; nothing else in it has to know whether the run was interrupted.",
        "path = newest(folder); step = unpack(path.read_bytes(), *parts) if path else 0. In the "
        "loop: rows = rows_of(step, len(labels)), train_step(*parts, points[rows], labels[rows]), "
        "step += 1. To save: save_atomic(folder / f'step-{step}.safetensors', pack(*parts, step)).",
    ),
    praise="stopped and resumed, the run has the same losses as without a stop.",
)
def _resume(train: Any, *_: Any) -> None:
    import torch

    generator = torch.Generator().manual_seed(0)
    points = torch.randn(96, 2, generator=generator)  # 3 batches an epoch
    data = points, (points[:, 0] > 0).long()
    with tempfile.TemporaryDirectory() as folder:
        whole = _losses(train(_dropping(1), *data, folder, 9, every=4), 9, "a run of 9 steps")
        names = {path.name for path in Path(folder).iterdir()}
    for number in (4, 8, 9):
        assert f"step-{number}.safetensors" in names, (
            f"after 9 steps with every=4 there is no step-{number}.safetensors. There should be 4, "
            "8 and, at the end, 9."
        )
    asked = iter(range(100))
    with tempfile.TemporaryDirectory() as folder:
        first = train(_dropping(1), *data, folder, 9, every=4, stop=lambda: next(asked) == 5)
        _losses(first, 5, "a run that is told to stop after 5 steps")
        assert (Path(folder) / "step-5.safetensors").is_file(), (
            "a run that was told to stop after 5 steps should leave step-5.safetensors."
        )
        second = train(_dropping(2), *data, folder, 9, every=4)
    _losses(second, 4, "going on from step 5 to step 9")
    for step, (want, got) in enumerate(zip(whole, [*first, *second], strict=True)):
        assert want == got, (
            f"with a stop after 5 steps, the loss of step {step} is {got:.6f}; without one it is "
            f"{want:.6f}. Same rows? Same random state?"
        )


def _dropping(seed: int) -> tuple[Any, Any, Any]:
    """Return the parts of a run with dropout, on the CPU, and leave the generator at a new seed."""
    import torch

    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(8, 2)
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.01)
    return net, optimiser, torch.optim.lr_scheduler.StepLR(optimiser, 3)


def _losses(losses: Any, count: int, what: str) -> Any:
    written(losses, "train")
    assert isinstance(losses, list), f"train returned a {type(losses).__name__}, not a list."
    assert len(losses) == count, f"{what} returned {len(losses)} losses, not {count}."
    return losses


@checks(
    "time-budget",
    needs=("Budget",),
    hints=(
        "Remember four things: the clock, the reserve, the end, and when stop was asked last. The "
        "longest step begins with 0.",
        "In stop: now = self.clock(); if it was asked before, self.longest = max(self.longest, "
        "now - self.asked); self.asked = now; return self.end - now < self.longest + self.reserve.",
    ),
    praise="it stops in time, and not too early.",
)
def _time_budget(Budget: Any) -> None:  # noqa: N803 - the student's name
    now = [1000.0]

    def asked(seconds: float, reserve: float, *times: float) -> bool:
        """Return what the last of several questions gives, so many seconds after the start."""
        begin = now[0] = now[0] + 500
        budget = Budget(seconds, reserve, lambda: now[0])
        for time in times:
            now[0] = begin + time
            answer = budget.stop()
            written(answer, "stop")
        return bool(answer)

    assert asked(100, 0, 0, 200), (
        "the clock says that the time is over, but stop says False. Does stop ask self.clock()?"
    )
    assert asked(100, 0, 101), (
        "asked for the first time when the time is over, stop says False. The clock starts when "
        "the budget is made, not at the first question."
    )
    assert asked(100, 0, 0, 40, 80), (
        "20 seconds left, steps of 40 seconds, no reserve: another step does not fit, but stop "
        "says False."
    )
    assert asked(100, 10, 0, 2, 4, *range(5, 96)), (
        "5 seconds left, steps of 1 or 2 seconds, a reserve of 10: stop should say True."
    )
    assert asked(100, 10, 0, 30, 31, 62, 66), (
        "34 seconds left, steps of 30, 1, 31 and 4 seconds, a reserve of 10: stop should say True. "
        "What counts is the longest step so far."
    )
    assert not asked(100, 10, 40, 42, 55), (
        "45 seconds left, steps of 2 and 13 seconds, a reserve of 10: stop should say False. The "
        "40 seconds before the first question were preparation, no step."
    )
    assert not asked(100, 10, 0, 5, 10), (
        "90 seconds left, steps of 5 seconds, a reserve of 10: stop should say False."
    )
