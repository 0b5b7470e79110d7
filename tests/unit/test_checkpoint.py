"""A checkpoint holds everything, loses nothing, and knows when it is damaged."""

from __future__ import annotations

import copy
import errno
import json
import math
import os
import random
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import torch
from safetensors.torch import load_file
from torch import nn
from torch.optim import lr_scheduler
from training_run import one_thread

from course import files, mounted
from course.errors import CourseError
from course.training import Checkpoint, Progress, container
from course.training.container import DamagedError, pack, unpack


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


# ---- Values survive -----------------------------------------------------------------------------


def same(a: Any, b: Any) -> bool:
    """Compare kinds as well as values, and every bit of a number."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return (
            a.dtype is b.dtype
            and a.shape == b.shape
            and a.contiguous()
            .view(-1)
            .view(torch.uint8)
            .equal(b.contiguous().view(-1).view(torch.uint8))
        )
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return a.hex() == b.hex()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple | deque):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def there_and_back(value: Any) -> Any:
    return unpack(pack({"value": value}))["value"]


PLAIN: list[Any] = [
    None, True, False, 0, 1, -3, 2**70, 0.1, 1e-320, -0.0, 5e300, math.inf, -math.inf, math.nan,
    "", "ä \" \\ \n \x00 名", 'with "sha256":"' + "0" * 64, [], {}, (), (1,), [1, (2, [3, ()])],
    {"a": 1, "b": [2.0]}, {1: "int", "1": "str"}, {0: {}}, {(1, 2): 3}, {None: 1, 2.5: 2},
    {"$tuple": [1]}, {"$": 0}, {True: 0}, {1, 2}, frozenset({"a"}), torch.Size([2, 3]),
    OrderedDict([("b", 1), ("a", (2,))]), Counter({3: 2, 5: 1}), deque([1, 2], maxlen=4),
    deque(), 1 + 2j, complex(math.inf, -0.0),
]  # fmt: skip
NUMPY: list[Any] = [
    np.float64(0.1), np.float32("nan"), np.float16(2), np.int64(-5), np.uint8(255), np.bool_(True),
    np.complex128(1 + 2j), np.arange(6, dtype=np.uint32).reshape(2, 3), np.zeros((0, 2)),
    np.array(3.5), np.array([True, False]), np.arange(4, dtype=np.uint64), np.ones(2, np.float16),
    np.array([1 + 2j]), np.arange(12).reshape(3, 4)[:, ::2],
]  # fmt: skip
DTYPES = [
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.int64,
    torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64,
    torch.bool, torch.complex64, torch.complex128,
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN + NUMPY, ids=lambda value: repr(value)[:30])
def test_values_survive(value: Any) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_tensors_survive(dtype: torch.dtype) -> None:
    drawn = torch.Generator().manual_seed(0)
    bits = torch.randint(0, 2 if dtype is torch.bool else 256, (3, 16, 5), generator=drawn)
    tensor = bits.to(torch.uint8).transpose(1, 2).contiguous().view(dtype)
    for value in (tensor, tensor[0, 0, 0], tensor[:0], tensor.transpose(0, 1), tensor[:, 1:]):
        assert same(there_and_back([value])[0], value)


def test_parameters_and_gradients_come_back_as_plain_tensors() -> None:
    value = nn.Parameter(torch.ones(2))
    assert same(there_and_back(value), torch.ones(2))
    assert same(there_and_back(value * 2), 2 * torch.ones(2))


def test_conjugated_tensors_survive() -> None:
    value = torch.tensor([1 + 2j]).conj()
    assert there_and_back(value).resolve_conj().equal(value.resolve_conj())
    assert there_and_back(value.imag).equal(value.imag.resolve_neg())


def test_what_is_shared_stays_shared_and_is_stored_once() -> None:
    weight = torch.randn(100, 100)
    data = pack({"a": {"one": weight, "two": weight, "turned": weight.T, "part": weight[:1]}})
    assert len(data) < 100 * 100 * 4 * 2.5
    back = unpack(data)["a"]
    assert back["one"] is back["two"]
    assert same(back["turned"], weight.T)
    assert same(back["part"], weight[:1])


def test_empty_tensors_are_not_taken_for_one() -> None:
    value = [torch.zeros(0), torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64), torch.zeros(0)]
    back = there_and_back(value)
    assert same(back, value)
    assert back[0] is not back[3]


def test_arrays_that_look_alike_are_not_taken_for_one() -> None:
    """Their copies live for a moment only, so that one may get the memory of another."""
    value = [np.full(50, number) for number in range(20)]
    assert same(there_and_back(value), value)


def test_names_that_look_alike_do_not_collide() -> None:
    value = {"a": {"b": torch.tensor(1)}, "a.b": torch.tensor(2), 0: [torch.tensor(3)]}
    value["0.0"] = torch.tensor(4)
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(
    "value",
    [
        object(), len, {"deep": [1, {2: print}]}, np.array([None]), np.array(["text"]), b"bytes",
        torch.eye(2).to_sparse(), torch.float32, np.datetime64(0, "s"), np.zeros(1, np.longdouble),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_cannot_be_stored_is_said_with_its_place(value: Any) -> None:
    with pytest.raises(CourseError, match="a checkpoint cannot hold a") as caught:
        pack({"extra": {"mine": value}})
    assert caught.value.where.startswith("extra.mine")


# ---- Damage is seen -----------------------------------------------------------------------------

SMALL = pack({"model": {"w": torch.arange(9.0)}, "progress": {"epoch": 3}})


def test_every_bit_that_flips_is_seen() -> None:
    drawn = random.Random(0)
    for place in range(len(SMALL)):
        damaged = bytearray(SMALL)
        damaged[place] ^= 1 << drawn.randrange(8)
        with pytest.raises(DamagedError):
            unpack(bytes(damaged))
    assert unpack(SMALL)["progress"] == {"epoch": 3}


def test_every_length_that_is_wrong_is_seen() -> None:
    for length in range(len(SMALL)):
        with pytest.raises(DamagedError):
            unpack(SMALL[:length])
    with pytest.raises(DamagedError):
        unpack(SMALL + b"\0")


@pytest.mark.parametrize("data", [b"PK\x03\x04" * 99, b"\xff" * 500, bytes(500)])
def test_other_files_are_no_checkpoints(data: bytes) -> None:
    with pytest.raises(DamagedError, match="there is no digest"):
        unpack(data)


def test_a_safetensors_file_of_others_is_no_checkpoint() -> None:
    with pytest.raises(DamagedError):
        unpack(safetensors.torch.save({"w": torch.ones(3)}))


def test_a_newer_format_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, checkpoint = net(), Checkpoint(tmp_path / "run")
    checkpoint.save(model)
    monkeypatch.setattr(container, "FORMAT", container.FORMAT + 1)
    path = checkpoint.save(model)
    monkeypatch.undo()
    with pytest.raises(CourseError, match=r"a newer version .*\(format 2; this one reads up to 1"):
        checkpoint.load(model)
    assert path.exists()  # it is not damaged, and not set aside


# ---- Whole runs ---------------------------------------------------------------------------------


def net(width: int = 4) -> nn.Module:
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.Linear(width, 2))


def step(model: nn.Module, optimiser: torch.optim.Optimizer) -> float:
    x = torch.randn(5, 3)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = (model(x) - x[:, :2]).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    return float(optimiser.step(closure).detach())  # type: ignore[arg-type, union-attr]


OPTIMISERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, amsgrad=True),
    "Adam, fused": lambda p: torch.optim.Adam(p, lr=0.01, fused=True),
    "lr as a tensor": lambda p: torch.optim.Adam(p, lr=torch.tensor(0.01)),
    "NAdam": lambda p: torch.optim.NAdam(p),
    "RMSprop": lambda p: torch.optim.RMSprop(p, momentum=0.5, centered=True),
    "Adagrad": lambda p: torch.optim.Adagrad(p),
    "Rprop": lambda p: torch.optim.Rprop(p),
    "Adafactor": lambda p: torch.optim.Adafactor(p),
    "LBFGS": lambda p: torch.optim.LBFGS(p, max_iter=3),
    "two groups": lambda p: torch.optim.AdamW(
        [{"params": p[:2], "lr": 0.1}, {"params": p[2:], "weight_decay": 0.3}]
    ),
}


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("steps", [0, 3])
def test_optimisers_go_on_as_if_nothing_had_happened(tmp_path: Path, name: str, steps: int) -> None:
    def new() -> tuple[nn.Module, torch.optim.Optimizer]:
        model = net()
        return model, OPTIMISERS[name](list(model.parameters()))

    model, optimiser = new()
    for _ in range(steps):
        step(model, optimiser)
    checkpoint = Checkpoint(tmp_path / "run")
    checkpoint.save(model, optimiser)
    expected = [step(model, optimiser) for _ in range(3)]

    again, its_optimiser = new()
    step(again, its_optimiser)  # so that there is something to overwrite
    torch.manual_seed(77)
    assert checkpoint.load(again, its_optimiser) == Progress()
    assert [step(again, its_optimiser) for _ in range(3)] == expected
    assert same(its_optimiser.state_dict(), optimiser.state_dict())
    assert same(dict(again.state_dict()), dict(model.state_dict()))


Schedule = Callable[[torch.optim.Optimizer], Any]
SCHEDULERS: dict[str, Schedule] = {
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=30),
    "StepLR": lambda o: lr_scheduler.StepLR(o, 2),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [2, 4, 4]),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 9),
    "warm restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, 3),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda n: 0.9**n),
    "SequentialLR": lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o), lr_scheduler.ExponentialLR(o, 0.9)], [3]
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning")  # SequentialLR makes PyTorch warn of itself
@pytest.mark.parametrize("name", SCHEDULERS)
def test_schedulers_go_on_as_if_nothing_had_happened(tmp_path: Path, name: str) -> None:
    def new() -> tuple[nn.Module, torch.optim.Optimizer, Any]:
        model = net()
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        return model, optimiser, SCHEDULERS[name](optimiser)

    def rates(count: int) -> list[float]:
        seen = []
        for _ in range(count):
            loss = step(model, optimiser)
            plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
            scheduler.step(*([loss] if plateau else []))
            seen.append(optimiser.param_groups[0]["lr"])
        return seen

    model, optimiser, scheduler = new()
    rates(3)
    checkpoint = Checkpoint(tmp_path / "run")
    checkpoint.save(model, optimiser, scheduler)
    expected = rates(5)
    model, optimiser, scheduler = new()
    checkpoint.load(model, optimiser, scheduler)
    assert rates(5) == expected


def test_a_scaler_goes_on(tmp_path: Path) -> None:
    def new(scale: float, *, enabled: bool = True) -> torch.amp.GradScaler:
        return torch.amp.GradScaler("cpu", init_scale=scale, enabled=enabled)

    checkpoint = Checkpoint(tmp_path / "run")
    checkpoint.save(net(), scaler=new(64.0))
    scaler = new(2.0)
    checkpoint.load(net(), scaler=scaler)
    assert scaler.get_scale() == 64.0
    checkpoint.save(net(), scaler=new(64.0, enabled=False))
    scaler = new(2.0)
    checkpoint.load(net(), scaler=scaler)
    assert scaler.get_scale() == 2.0  # one that was off has nothing to say


def test_progress_and_extra_come_back(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    extra = {"rows": [{"loss": 0.1}], "names": ("a", 3), "tensor": torch.ones(2)}
    progress = Progress(epoch=3, batch=14, step=159, best=0.26, extra=extra)
    checkpoint.save(net(), progress=progress)
    back = checkpoint.load(net())
    assert back is not None
    assert same(vars(back), vars(progress))


def test_random_states_come_back_or_are_left(tmp_path: Path) -> None:
    def draw() -> tuple[float, float, float]:
        return float(torch.rand(())), float(np.random.rand()), random.random()

    checkpoint = Checkpoint(tmp_path / "run")
    model = net()
    np.random.normal()
    checkpoint.save(model)
    expected = draw()
    checkpoint.load(model)
    assert draw() == expected
    state = random.getstate()
    following = draw()
    random.setstate(state)
    checkpoint.load(model, random=False)
    assert random.random() == following[2]


def test_tied_weights_stay_tied(tmp_path: Path) -> None:
    def tied() -> nn.Module:
        model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
        model[1].weight = model[0].weight
        return model

    model, again = tied(), tied()
    checkpoint = Checkpoint(tmp_path / "run")
    checkpoint.save(model)
    checkpoint.load(again)
    assert again[1].weight is again[0].weight  # type: ignore[index]
    assert same(dict(again.state_dict()), dict(model.state_dict()))


class Extra(nn.Module):
    def __init__(self, seen: int) -> None:
        super().__init__()
        self.seen = seen

    def get_extra_state(self) -> Any:
        return {"seen": self.seen}

    def set_extra_state(self, state: Any) -> None:
        self.seen = state["seen"]


class Versioned(nn.Module):
    _version = 7

    def _load_from_state_dict(self, state: Any, prefix: str, metadata: Any, *rest: Any) -> None:
        self.loaded = metadata.get("version")


def test_what_modules_say_about_themselves_comes_back(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    checkpoint.save(nn.Sequential(Extra(5), Versioned()))
    extra, versioned = Extra(0), Versioned()
    checkpoint.load(nn.Sequential(extra, versioned))
    assert extra.seen == 5
    assert versioned.loaded == 7


class Compiled(nn.Module):
    """Stands in for what `torch.compile` returns: the model under another name."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._orig_mod = model


def test_a_compiled_model_and_a_plain_one_share_checkpoints(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    model, again = net(), net()
    nn.init.ones_(model[0].weight)  # type: ignore[index, arg-type]
    checkpoint.save(Compiled(model))
    checkpoint.load(again)
    assert same(dict(again.state_dict()), dict(model.state_dict()))
    checkpoint.load(Compiled(again))


def test_it_can_be_read_without_the_course(tmp_path: Path) -> None:
    model = net()
    path = Checkpoint(tmp_path / "run").save(model, progress=Progress(epoch=2))
    start = "model."
    weights = {n.removeprefix(start): w for n, w in load_file(path).items() if n.startswith(start)}
    again = net()
    nn.init.zeros_(again[0].weight)  # type: ignore[index, arg-type]
    again.load_state_dict(weights)
    assert same(dict(again.state_dict()), dict(model.state_dict()))
    with safetensors.safe_open(path, "pt") as file:
        state = json.loads(file.metadata()["course"])["state"]
    assert state["progress"]["epoch"] == 2


# ---- What does not fit --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda: net(5), r"0.weight is \[4, 3\] in the checkpoint and \[5, 3\] in yours; .*3 more"),
        (lambda: net()[:2], r"another model \(only in the checkpoint: 2.weight"),  # type: ignore[index]
        (lambda: nn.Sequential(*net(), nn.Linear(2, 2)), r"only in your model: 3.weight"),  # type: ignore[misc]
    ],
)
def test_another_model_is_said(tmp_path: Path, other: Any, says: str) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    model = net()
    optimiser = torch.optim.Adam(model.parameters())
    checkpoint.save(model, optimiser)
    another = other()
    before = copy.deepcopy(another.state_dict())
    with pytest.raises(CourseError, match=says) as caught:
        checkpoint.load(another, torch.optim.Adam(another.parameters()))
    assert same(dict(another.state_dict()), dict(before))
    assert caught.value.where == str(tmp_path / "run")


def test_another_optimiser_or_scheduler_is_said(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    model = net()
    adam = torch.optim.Adam(model.parameters())
    checkpoint.save(model, adam, lr_scheduler.StepLR(adam, 3))
    sgd = torch.optim.SGD(model.parameters())
    with pytest.raises(CourseError, match=r"another optimiser \(Adam there, SGD here\)"):
        checkpoint.load(model, sgd)
    with pytest.raises(CourseError, match=r"another optimiser \(.*parameter group"):
        checkpoint.load(model, torch.optim.Adam(list(model.parameters())[:2]))
    with pytest.raises(CourseError, match=r"another scheduler \(StepLR there, Exp"):
        checkpoint.load(model, adam, lr_scheduler.ExponentialLR(adam, 0.9))


def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    model = net()
    adam = torch.optim.Adam(model.parameters(), lr=0.5)
    checkpoint.save(model, adam, lr_scheduler.StepLR(adam, 3))
    fresh = torch.optim.Adam(model.parameters(), lr=0.5, eps=0.25)
    with pytest.raises(CourseError, match="another scheduler"):
        checkpoint.load(model, fresh, lr_scheduler.ExponentialLR(fresh, 0.9))
    assert fresh.param_groups[0]["eps"] == 0.25


def test_other_settings_are_said_and_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    model = net()
    checkpoint.save(model, torch.optim.Adam(model.parameters(), lr=0.5))
    checkpoint.load(model, torch.optim.Adam(model.parameters(), lr=0.5))
    assert capsys.readouterr().out == ""
    other = torch.optim.Adam(model.parameters(), lr=0.25)
    checkpoint.load(model, other)
    said = "The optimiser goes on as the checkpoint has it (learning rate: 0.5 there, 0.25 here).\n"
    assert capsys.readouterr().out == said
    assert other.param_groups[0]["lr"] == 0.5


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "afile").touch()
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / "run").touch()
    for checkpoint, where in (
        (Checkpoint(tmp_path / "afile"), "afile"),
        (Checkpoint(tmp_path / "afile" / "run"), "afile"),
        (Checkpoint(tmp_path / "run", keep=tmp_path / "drive"), "drive/run"),
    ):
        with pytest.raises(CourseError, match="that is a file") as caught:
            checkpoint.paths()
        assert where in caught.value.where
        assert caught.value.do == "choose another name"


def test_what_was_not_saved_is_not_asked_for(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run")
    model = net()
    checkpoint.save(model)
    adam = torch.optim.Adam(model.parameters())
    checkpoint.load(model, adam, lr_scheduler.StepLR(adam, 3))
    assert not adam.state


# ---- Two places ---------------------------------------------------------------------------------


def save(checkpoint: Checkpoint, epoch: int) -> Path:
    return checkpoint.save(net(), progress=Progress(epoch=epoch))


def epoch(checkpoint: Checkpoint) -> int | None:
    progress = checkpoint.load(net())
    return None if progress is None else progress.epoch


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    path = tmp_path / "drive"
    path.mkdir()
    return path


@pytest.fixture
def both(tmp_path: Path, drive: Path) -> Checkpoint:
    return Checkpoint(tmp_path / "run", keep=drive)


def test_nothing_is_there_at_first(both: Checkpoint) -> None:
    assert epoch(both) is None
    assert both.copied


def test_the_last_two_stay_in_both_places(both: Checkpoint, tmp_path: Path, drive: Path) -> None:
    for number in range(1, 5):
        save(both, number)
    last = ["checkpoint-000003.safetensors", "checkpoint-000004.safetensors"]
    assert names(tmp_path / "run") == names(drive / "run") == last
    for name in last:
        assert (tmp_path / "run" / name).read_bytes() == (drive / "run" / name).read_bytes()
    assert epoch(both) == 4


def test_numbers_go_on_in_a_new_session(both: Checkpoint, tmp_path: Path, drive: Path) -> None:
    save(both, 1)
    save(both, 2)
    other = Checkpoint(tmp_path / "new session" / "run", keep=drive)
    assert epoch(other) == 2
    assert save(other, 3).name == "checkpoint-000003.safetensors"
    assert epoch(both) == 3


def test_more_than_two_may_stay_but_not_fewer(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run", last=3)
    for number in range(5):
        save(checkpoint, number)
    assert len(names(tmp_path / "run")) == 3
    with pytest.raises(CourseError, match="nothing to fall back on"):
        Checkpoint(tmp_path / "run", last=1)


def test_a_folder_is_no_copy_of_itself(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run", keep=tmp_path)
    save(checkpoint, 1)
    assert checkpoint.keep is None
    assert epoch(checkpoint) == 1


def test_damage_falls_back_to_the_one_before(
    both: Checkpoint, tmp_path: Path, drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(both, 1)
    save(both, 2)
    newest = "checkpoint-000002.safetensors"
    with (tmp_path / "run" / newest).open("r+b") as file:
        file.truncate(900)
    assert epoch(both) == 2  # the copy is good
    assert f"run/{newest} is damaged (" in capsys.readouterr().out
    copy_there = drive / "run" / newest
    copy_there.write_bytes(b"")
    assert epoch(both) == 1
    assert f"{copy_there} is damaged (it is empty); it is set aside" in capsys.readouterr().out
    # The damaged ones do not count, so the good one stays, and numbers do not repeat.
    assert save(both, 3).name == "checkpoint-000003.safetensors"
    good = ["checkpoint-000001.safetensors", "checkpoint-000003.safetensors"]
    assert [name for name in names(drive / "run") if name.endswith("s")] == good


def test_if_all_are_damaged_there_is_none(both: Checkpoint, tmp_path: Path, drive: Path) -> None:
    save(both, 1)
    for folder in (tmp_path / "run", drive / "run"):
        (folder / "checkpoint-000001.safetensors").write_bytes(b"?" * 999)
    assert epoch(both) is None


def test_what_a_killed_writer_left_is_swept_by_the_next_one(
    both: Checkpoint, tmp_path: Path, drive: Path
) -> None:
    save(both, 1)
    left = ".checkpoint-000002.safetensors.12ab.part"
    for folder in (tmp_path / "run", drive / "run"):
        (folder / left).touch()
    again = Checkpoint(tmp_path / "run", keep=drive)
    assert epoch(again) == 1
    assert left in names(drive / "run")  # a reader leaves alone what somebody may be writing
    save(again, 2)
    assert left not in names(drive / "run") + names(tmp_path / "run")


def test_a_persistent_folder_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "run", keep=tmp_path / "not mounted")
    for use in (epoch, lambda checkpoint: save(checkpoint, 1)):
        with pytest.raises(CourseError, match="mount Drive first"):
            use(checkpoint)
    assert not (tmp_path / "not mounted").exists()


def test_a_persistent_folder_that_goes_and_comes_back(
    both: Checkpoint, tmp_path: Path, drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(both, 1)
    drive.rename(tmp_path / "unmounted")
    save(both, 2)
    save(both, 3)
    said = capsys.readouterr().out
    assert said.count("cannot be copied") == said.count("\n") == 1
    assert not both.copied
    (tmp_path / "unmounted").rename(drive)
    save(both, 4)
    assert "are copied to" in capsys.readouterr().out
    assert both.copied
    assert epoch(Checkpoint(tmp_path / "elsewhere" / "run", keep=drive)) == 4


@pytest.mark.parametrize("code", [errno.ENOTCONN, errno.ENOSPC])
def test_a_copy_that_fails_does_not_stop_training(
    both: Checkpoint,
    drive: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
) -> None:
    """Stands in for Drive: what is opened for writing there fails as it does on a dropped mount."""
    real = Path.open

    def fail(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if path.is_relative_to(drive) and "r" not in mode:
            raise OSError(code, os.strerror(code), str(path))
        return real(path, mode, *rest, **more)

    save(both, 1)
    monkeypatch.setattr(files, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(Path, "open", fail)
    save(both, 2)
    assert f"({os.strerror(code)})" in capsys.readouterr().out
    assert epoch(both) == 2
    assert names(drive / "run") == ["checkpoint-000001.safetensors"]


def test_a_new_session_sees_that_the_copy_is_missing(
    both: Checkpoint, tmp_path: Path, drive: Path
) -> None:
    save(both, 1)
    (drive / "run" / "checkpoint-000001.safetensors").unlink()
    again = Checkpoint(tmp_path / "run", keep=drive)
    assert epoch(again) == 1
    assert not again.copied


def test_a_local_file_that_cannot_be_written_is_an_error(both: Checkpoint, tmp_path: Path) -> None:
    save(both, 1)
    (tmp_path / "run").rename(tmp_path / "moved")
    with pytest.raises(CourseError, match="could not be written"):
        save(both, 2)


def test_a_mount_that_drops_while_a_checkpoint_is_read_is_waited_for(
    both: Checkpoint, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands in for Drive: the first opening fails as it does on a dropped mount."""
    save(both, 1)
    real, failures = Path.open, [errno.ENOTCONN]

    def fail_once(path: Path, *rest: Any, **more: Any) -> Any:
        if path.suffix == ".safetensors" and failures:
            raise OSError(failures.pop(), "not connected", str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(mounted, "_PAUSE", 0.0)
    monkeypatch.setattr(Path, "open", fail_once)
    assert both.read() is not None
    assert not failures
