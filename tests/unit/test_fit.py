"""`fit` trains like a loop written by hand, stops cleanly, and goes on as if it never had."""

from __future__ import annotations

import math
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, IterableDataset, TensorDataset, WeightedRandomSampler
from training_run import BATCH, BATCHES, EPOCHS, SAMPLES, STEPS, Augmented, Run, one_thread

import course
from course.errors import CourseError
from course.training import Checkpoint, TimeBudget, batches, fit, seed_everything


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def expected(_one_thread: None) -> str:
    """The fingerprint of the run that nothing disturbs."""
    run = Run.new()
    return run.fingerprint(run.fit())


class StepsOnly(TimeBudget):
    """A budget whose time is counted in calls of `spent_soon`: it ends after so many of them."""

    def __init__(self, calls: int) -> None:
        super().__init__(math.inf, reserve=0)
        self.calls = calls

    def spent_soon(self, *work: str) -> bool:
        self.calls -= 1
        return self.calls <= 0


# ---- The loop itself ----------------------------------------------------------------------------


def test_it_is_the_loop_one_would_write() -> None:
    run = Run.new()
    history = run.fit()

    by_hand = Run.new()
    seed_everything(0)
    rows = []
    for epoch in range(EPOCHS):
        by_hand.model.train()
        losses = []
        for x, y in batches(by_hand.loader, seed=0, epoch=epoch):
            by_hand.optimiser.zero_grad()
            loss = cross_entropy(by_hand.model(x), y)
            loss.backward()
            by_hand.optimiser.step()
            by_hand.scheduler.step()
            losses.append(loss.item())
        row = {"epoch": epoch + 1, "loss": sum(losses) / len(losses)}
        rows.append(row | by_hand.validate(row))

    assert history.epochs == tuple(rows)
    assert history.steps == STEPS
    assert history.finished
    assert run.fingerprint(history) == by_hand.fingerprint(history)


def test_it_learns() -> None:
    run = Run.new(epochs=30)
    losses = run.fit(epochs=30)["loss"]
    assert losses[-1] < 0.7 * losses[0]


def test_the_seed_decides_and_what_was_drawn_before_does_not(expected: str) -> None:
    run = Run.new()
    torch.rand(5)
    assert run.fingerprint(run.fit()) == expected
    other = Run.new()
    assert other.fingerprint(other.fit(seed=1)) != expected


def test_the_number_of_workers_does_not_matter(expected: str) -> None:
    run = Run.new(workers=2)
    assert run.fingerprint(run.fit()) == expected


def test_saving_does_not_matter(expected: str, tmp_path: Path) -> None:
    run = Run.new()
    assert run.fingerprint(run.fit(checkpoint=tmp_path / "run", every=0)) == expected


def test_amp_runs_and_differs(expected: str) -> None:
    run = Run.new()
    history = run.fit(amp=True)
    assert run.fingerprint(history) != expected
    assert history["loss"][-1] < history["loss"][0] + 0.5


def test_history_answers() -> None:
    history = Run.new().fit(monitor="accuracy", mode="max")
    assert history["epoch"] == [1, 2, 3]
    best = max(history.epochs, key=lambda row: row["accuracy"])
    assert history.best("accuracy", "max") == best
    assert history.best() == min(history.epochs, key=lambda row: row["loss"])
    assert str(history) == f"Finished: {EPOCHS} epochs, {STEPS} steps; not saved."
    with pytest.raises(CourseError, match=r"no 'recall' in each epoch \(epoch, loss, accuracy\)"):
        history.best("recall")


def test_the_best_value_is_in_the_checkpoint(tmp_path: Path) -> None:
    run = Run.new()
    history = run.fit(checkpoint=tmp_path / "run", monitor="accuracy", mode="max")
    saved = Checkpoint(tmp_path / "run").load(run.model)
    assert saved is not None
    assert saved.best == max(history["accuracy"])
    assert (saved.epoch, saved.batch, saved.step) == (EPOCHS, 0, STEPS)


def test_schedulers_by_epoch() -> None:
    def trained(make: Callable[[Any], Any]) -> list[float]:
        run = Run.new()
        schedule = make(run.optimiser)
        rates = []

        def note(row: dict[str, Any]) -> None:
            rates.append(run.optimiser.param_groups[0]["lr"])

        fit(
            run.model, run.loader, epochs=3, optimiser=run.optimiser, loss=cross_entropy,
            scheduler=schedule, scheduler_step="epoch", on_epoch=note,
        )  # fmt: skip
        return rates

    first = Run.new().optimiser.param_groups[0]["lr"]
    halved = [first / 2, first / 4, first / 8]
    assert trained(lambda o: lr_scheduler.StepLR(o, 1, gamma=0.5)) == halved
    never_good_enough = {"patience": 0, "factor": 0.5, "threshold": 1e9, "threshold_mode": "abs"}
    plateau = trained(lambda o: lr_scheduler.ReduceLROnPlateau(o, **never_good_enough))
    assert plateau == [first, first / 2, first / 4]


def test_inputs_may_be_dictionaries() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 1)

        def forward(self, inputs: dict[str, Any]) -> torch.Tensor:
            out: torch.Tensor = self.layer(inputs["x"] + inputs["more"][0])
            return out

    data = [({"x": torch.ones(2), "more": [torch.ones(2)], "name": "a"}, torch.ones(1))] * 4
    model = Named()
    sgd = torch.optim.SGD(model.parameters())
    loader: Any = DataLoader(data, 2)  # type: ignore[arg-type]
    assert fit(model, loader, epochs=1, optimiser=sgd, loss=mse_loss).finished


# ---- The order of samples -----------------------------------------------------------------------


def order(loader: DataLoader[Any], **place: int) -> list[list[int]]:
    return [batch[0].int().flatten().tolist() for batch in batches(loader, **place)]


def numbers(count: int = 20) -> TensorDataset:
    return TensorDataset(torch.arange(float(count)))


LOADERS: dict[str, Callable[[], DataLoader[Any]]] = {
    "shuffled": lambda: DataLoader(numbers(), 3, shuffle=True),
    "with a generator": lambda: DataLoader(numbers(), 3, shuffle=True, generator=torch.Generator()),
    "weighted": lambda: DataLoader(
        numbers(), 3, sampler=WeightedRandomSampler([1.0, 9.0] * 10, 20), drop_last=True
    ),
}


@pytest.mark.parametrize("name", LOADERS)
def test_an_epoch_has_one_order_and_can_be_entered_anywhere(name: str) -> None:
    loader = LOADERS[name]()
    first = order(loader, seed=1, epoch=0)
    assert order(loader, seed=1, epoch=0) == first == order(LOADERS[name](), seed=1, epoch=0)
    for start in range(len(first) + 1):
        assert order(loader, seed=1, epoch=0, start=start) == first[start:]
    others = [order(loader, seed=1, epoch=1), order(loader, seed=2, epoch=0)]
    assert first not in others
    assert others[0] != others[1]


def test_what_the_loader_says_is_kept() -> None:
    plain = order(DataLoader(numbers(), 8), seed=0, epoch=3)
    assert plain == [list(range(8)), list(range(8, 16)), list(range(16, 20))]
    assert len(order(DataLoader(numbers(), 8, drop_last=True), seed=0, epoch=0)) == 2
    shuffled = order(DataLoader(numbers(), 3, shuffle=True), seed=0, epoch=0)
    assert sorted(row for rows in shuffled for row in rows) == list(range(20))

    def mixed(samples: list[Any]) -> Any:  # MixUp: `collate_fn` draws as well
        return torch.stack([x for (x,) in samples]) * torch.rand(())

    loader: Any = DataLoader(numbers(), 10, collate_fn=mixed)
    first, second = batches(loader, seed=0, epoch=0)
    (again,) = batches(loader, seed=0, epoch=0, start=1)
    assert torch.equal(again, second)
    assert first[1] / 1 != second[1] / 11


class Drawn(Augmented):
    """Shows what was drawn, and what a worker does about Ctrl-C."""

    def __getitem__(self, row: int) -> tuple[torch.Tensor, torch.Tensor]:
        ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
        return torch.rand(()), torch.tensor(ignored)


@pytest.mark.parametrize("workers", [0, 2])
def test_each_batch_of_each_epoch_has_its_own_random_numbers(workers: int) -> None:
    loader = DataLoader(Drawn(), BATCH, num_workers=workers)
    places = [(0, 0), (0, 1), (1, 0)]
    runs = [list(batches(loader, seed=seed, epoch=epoch)) for seed, epoch in places]
    drawn = torch.cat([values for run in runs for values, _ in run]).tolist()
    assert len(set(drawn)) == len(drawn)
    # Ctrl-C reaches all processes of a terminal: a worker that died of it would end the training.
    assert all(ignored.all() == (workers > 0) for _, ignored in runs[0])


def test_batches_leave_the_generators_alone() -> None:
    seed_everything(4)
    undisturbed = torch.rand(3)
    seed_everything(4)
    loader = DataLoader(Augmented(), BATCH, shuffle=True)
    assert len(list(batches(loader, seed=0, epoch=0))) == BATCHES
    assert torch.equal(torch.rand(3), undisturbed)


# ---- Stop and go on -----------------------------------------------------------------------------


@pytest.mark.parametrize("calls", range(1, STEPS + EPOCHS + 1))
def test_a_run_cut_anywhere_goes_on_bit_for_bit(tmp_path: Path, expected: str, calls: int) -> None:
    run = Run.new()
    history = run.fit(checkpoint=tmp_path / "run", budget=StepsOnly(calls))
    assert not history.finished
    again = Run.new()
    torch.rand(calls)
    history = again.fit(checkpoint=tmp_path / "run")
    assert history.finished
    assert again.fingerprint(history) == expected


def test_a_run_cut_at_every_step_goes_on_bit_for_bit(tmp_path: Path, expected: str) -> None:
    for lives in range(STEPS):
        run = Run.new(workers=2 if lives == 10 else 0)
        history = run.fit(checkpoint=tmp_path / "run", budget=StepsOnly(1))
        assert history.steps == lives + 1
        assert not history.finished
    run = Run.new()
    history = run.fit(checkpoint=tmp_path / "run", budget=StepsOnly(1))  # the last end of an epoch
    assert history.finished
    assert run.fingerprint(history) == expected


def test_amp_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole = Run.new()
    expected = whole.fingerprint(whole.fit(amp=True))
    Run.new().fit(amp=True, checkpoint=tmp_path / "run", budget=StepsOnly(10))
    run = Run.new()
    assert run.fingerprint(run.fit(amp=True, checkpoint=tmp_path / "run")) == expected


def test_it_says_that_it_stopped_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = Checkpoint(tmp_path / "run", keep=tmp_path)
    history = Run.new().fit(checkpoint=checkpoint, budget=StepsOnly(12))
    assert str(history) == (
        "Stopped early, since time is nearly up: 1 epochs and 4 batches (11 steps) done, saved in "
        f"{tmp_path / 'run'}. Run the same cells again to go on from there."
    )
    assert str(history) in capsys.readouterr().out
    assert len(history.epochs) == 1
    Run.new().fit(checkpoint=checkpoint)
    assert "Going on in epoch 2 after 4 of 7 batches." in capsys.readouterr().out


def test_without_a_checkpoint_it_says_so() -> None:
    history = Run.new().fit(budget=StepsOnly(3))
    assert "not saved. Give a checkpoint next time" in str(history)


def test_a_finished_run_is_not_trained_again(
    tmp_path: Path, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Run.new().fit(checkpoint=tmp_path / "run")
    files = sorted((tmp_path / "run").iterdir())
    capsys.readouterr()
    run = Run.new()
    history = run.fit(checkpoint=tmp_path / "run")
    assert run.fingerprint(history) == expected
    assert capsys.readouterr().out == (
        "3 epochs were trained before: nothing is left to do. "
        'To train anew, use resume="never" or another folder.\n'
    )
    assert sorted((tmp_path / "run").iterdir()) == files


def test_a_run_can_be_made_longer(tmp_path: Path) -> None:
    def train(epochs: int, **options: Any) -> Any:
        run = Run.new()
        plain = torch.optim.SGD(run.model.parameters(), lr=0.1)
        history = fit(
            run.model, run.loader, epochs=epochs, optimiser=plain, loss=cross_entropy, **options
        )
        return history.epochs

    train(2, checkpoint=tmp_path / "run")
    assert train(4, checkpoint=tmp_path / "run") == train(4)


def test_checkpoints_are_written_when_they_are_due(tmp_path: Path) -> None:
    def newest(**options: Any) -> int:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        Run.new().fit(checkpoint=folder, **options)
        return int(max(folder.glob("*.safetensors")).stem.split("-")[1])

    assert newest() == 1  # at the end
    # After each step and at each epoch's end; in the last step of an epoch its end does it.
    assert newest(every=0) == STEPS
    slow = {"on_epoch": lambda row: threading.Event().wait(0.2) and None}
    assert EPOCHS <= newest(every=0.15 / 60, **slow) < STEPS


def test_the_budget_learns_how_long_things_take(tmp_path: Path) -> None:
    budget = TimeBudget(5)
    Run.new().fit(checkpoint=tmp_path / "run", budget=budget)
    works = ("loading", "step", "end of epoch", "saving")
    assert all(0 < budget.slowest(work) < 5 for work in works)


def test_a_real_budget_stops_it(tmp_path: Path) -> None:
    budget = TimeBudget(0.3 / 60, reserve=0)
    history = Run.new(epochs=10**6).fit(checkpoint=tmp_path / "run", budget=budget, epochs=10**6)
    assert not history.finished
    assert "time is nearly up" in history.message


# ---- resume -------------------------------------------------------------------------------------


def test_never_starts_again(tmp_path: Path, expected: str) -> None:
    Run.new().fit(checkpoint=tmp_path / "run", budget=StepsOnly(9), seed=3)
    run = Run.new()
    assert run.fingerprint(run.fit(checkpoint=tmp_path / "run", resume="never")) == expected
    assert Run.new().fit(checkpoint=tmp_path / "run", resume="must").finished  # the new one


def test_must_wants_one(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no checkpoint to resume from"):
        Run.new().fit(checkpoint=tmp_path / "run", resume="must")
    with pytest.raises(CourseError, match="needs a place"):
        Run.new().fit(resume="must")
    with pytest.raises(CourseError, match="resume='maybe' is unknown"):
        Run.new().fit(resume="maybe")


def test_a_missing_drive_is_said_before_training(tmp_path: Path) -> None:
    for resume in ("auto", "never", "must"):
        run = Run.new()
        away = Checkpoint(tmp_path / "run", keep=tmp_path / "away")
        with pytest.raises(CourseError, match="mount Drive first"):
            run.fit(checkpoint=away, resume=resume)
        assert not run.optimiser.state


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seed": 1}, "seed: 0 there, 1 here"),
        ({"batch": 5}, "batches in an epoch: 7 there, 6 here"),
        ({"schedule": 99}, "steps of the scheduler: 21 there, 99 here"),
    ],
)
def test_another_run_is_not_gone_on_with(tmp_path: Path, change: dict[str, int], says: str) -> None:
    Run.new().fit(checkpoint=tmp_path / "run", budget=StepsOnly(3))
    run = Run.new()
    if "batch" in change:
        run.loader = DataLoader(Augmented(), change["batch"])
    if "schedule" in change:
        run.scheduler = lr_scheduler.OneCycleLR(
            run.optimiser, max_lr=1, total_steps=change["schedule"]
        )
    before = [each.clone() for each in run.model.parameters()]
    with pytest.raises(CourseError, match=says) as caught:
        run.fit(checkpoint=tmp_path / "run", seed=change.get("seed", 0))
    assert 'resume="never"' in caught.value.do
    assert all(map(torch.equal, before, run.model.parameters()))


def trained(folder: Path, make: Callable[[Any], torch.optim.Optimizer], **options: Any) -> Run:
    """Train with an optimiser made like this, and with a scheduler if one is told."""
    run = Run.new()
    run.optimiser = make(run.model.parameters())
    given = {"epochs": 1, "loss": cross_entropy, "checkpoint": folder, **options}
    schedule = given.pop("schedule", None)
    scheduler = schedule and schedule(run.optimiser)
    fit(run.model, run.loader, optimiser=run.optimiser, scheduler=scheduler, **given)
    return run


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ({"lr": 0.001}, {"lr": 1.0}, "(learning rate: 0.001 there, 1.0 here)"),
        ({"weight_decay": 0.1}, {}, "(weight decay: 0.1 there, 0 here)"),
        ({"momentum": 0.9}, {"momentum": 0.5}, "(momentum: 0.9 there, 0.5 here)"),
    ],
)
@pytest.mark.parametrize("schedule", [None, lambda sgd: lr_scheduler.StepLR(sgd, 3, 0.5)])
def test_another_setting_of_the_optimiser_is_not_gone_on_with(
    tmp_path: Path, before: dict[str, float], after: dict[str, float], says: str, schedule: Any
) -> None:
    trained(tmp_path / "run", lambda p: torch.optim.SGD(p, **before), schedule=schedule)
    with pytest.raises(CourseError) as caught:
        trained(
            tmp_path / "run", lambda p: torch.optim.SGD(p, **after), epochs=2, schedule=schedule
        )
    assert caught.value.what == f"the checkpoint belongs to another optimiser {says}"
    assert 'resume="never"' in caught.value.do
    again = {"epochs": 2, "schedule": schedule}
    trained(tmp_path / "run", lambda p: torch.optim.SGD(p, **before), **again)
    trained(tmp_path / "run", lambda p: torch.optim.SGD(p, **after), resume="never", **again)
    trained(tmp_path / "run", lambda p: torch.optim.SGD(p, **after), resume="must", **again)


def test_another_group_or_schedule_is_said_by_its_name(tmp_path: Path) -> None:
    def groups(lr: float) -> Callable[[Any], torch.optim.Optimizer]:
        def make(parameters: Any) -> torch.optim.Optimizer:
            first, *rest = parameters
            return torch.optim.AdamW([{"params": [first]}, {"params": rest, "lr": lr}])

        return make

    trained(tmp_path / "groups", groups(0.1))
    with pytest.raises(CourseError, match=r"\(learning rate of group 2: 0.1 there, 0.2 here\)"):
        trained(tmp_path / "groups", groups(0.2), epochs=2)
    Run.new(lr=0.02).fit(checkpoint=tmp_path / "cycle", budget=StepsOnly(9))
    with pytest.raises(CourseError, match=r"highest learning rate: 0\.02 there, 0\.05 here"):
        Run.new(lr=0.05).fit(checkpoint=tmp_path / "cycle")


@pytest.mark.parametrize(
    "schedule",
    [
        lambda o: lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=STEPS),
        lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=3),
        lambda o: lr_scheduler.StepLR(o, 2, gamma=0.5),
        lambda o: lr_scheduler.SequentialLR(
            o,
            [
                lr_scheduler.ConstantLR(o, 0.5),
                lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=3),
            ],
            milestones=[4],
        ),
    ],
)
def test_what_a_scheduler_changes_is_no_other_setting(
    tmp_path: Path, schedule: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def sgd(parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)

    more: dict[str, Any] = {"epochs": EPOCHS, "schedule": schedule}
    whole = trained(tmp_path / "whole", sgd, **more)
    trained(tmp_path / "cut", sgd, budget=StepsOnly(9), **more)
    capsys.readouterr()
    cut = trained(tmp_path / "cut", sgd, **more)
    assert "The optimiser goes on" not in capsys.readouterr().out
    assert all(map(torch.equal, whole.model.parameters(), cut.model.parameters()))
    # The same objects again, after a step that was not saved: only the cell with `fit` was run.
    run = Run.new()
    with pytest.raises(ZeroDivisionError):
        run.fit(checkpoint=tmp_path / "again", every=0, on_epoch=lambda row: 1 / 0)
    assert run.fit(checkpoint=tmp_path / "again").finished


def test_a_learning_rate_may_be_changed_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def sgd(parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=0.4)

    kept: list[torch.optim.Optimizer] = []

    def same_one(parameters: Any) -> torch.optim.Optimizer:
        kept.append(sgd(parameters))
        return kept[0]

    def halve(row: dict[str, Any]) -> None:
        for group in kept[0].param_groups:
            group["lr"] /= 2

    for epochs in (1, 2):
        kept.clear()
        run = trained(tmp_path / "run", same_one, epochs=epochs, on_epoch=halve)
        assert run.optimiser.param_groups[0]["lr"] == 0.4 / 2**epochs
    said = "The optimiser goes on as the checkpoint has it (learning rate: 0.2 there, 0.4 here)."
    assert said in capsys.readouterr().out
    fit(  # the same objects, with the rate they came to
        run.model, run.loader, epochs=3, optimiser=run.optimiser, loss=cross_entropy,
        checkpoint=tmp_path / "run", on_epoch=halve,
    )  # fmt: skip
    kept.clear()
    trained(tmp_path / "run", same_one, epochs=4, on_epoch=halve)
    assert kept[0].param_groups[0]["lr"] == 0.4 / 2**4


# ---- Signals ------------------------------------------------------------------------------------


class Signalling:
    """Sends this process a signal in mid-epoch, as the stop button or the machine would."""

    def __init__(self, run: Run, *signals: signal.Signals, at: int = 10) -> None:
        self.left, self.signals = at, signals
        run.model.register_forward_hook(self)

    def __call__(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            for each in self.signals:
                os.kill(os.getpid(), each)


def test_the_stop_button_saves_and_stops(
    tmp_path: Path, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run = Run.new()
    Signalling(run, signal.SIGINT, signal.SIGINT)  # passed on twice is not pressed twice
    with pytest.raises(KeyboardInterrupt):
        run.fit(checkpoint=tmp_path / "run")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert "since interrupted: 1 epochs and 1 batches (8 steps) done, saved" in (
        capsys.readouterr().out.replace("(9 steps)", "(8 steps)").replace("2 batches", "1 batches")
    )
    again = Run.new()
    assert again.fingerprint(again.fit(checkpoint=tmp_path / "run")) == expected


def test_sigterm_saves_and_goes_to_whom_it_would_have_gone(tmp_path: Path, expected: str) -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        run = Run.new()
        Signalling(run, signal.SIGTERM)
        history = run.fit(checkpoint=tmp_path / "run")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert seen == [signal.SIGTERM]
    assert not history.finished
    assert "since the machine asked to stop (SIGTERM)" in history.message
    again = Run.new()
    assert again.fingerprint(again.fit(checkpoint=tmp_path / "run")) == expected


def test_pressing_again_later_stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.training.interruption._IMPATIENT", 0.0)
    before = signal.getsignal(signal.SIGINT)
    run = Run.new()
    Signalling(run, signal.SIGINT, signal.SIGINT, at=1)
    with pytest.raises(KeyboardInterrupt):
        run.fit()
    assert not run.optimiser.state  # not even this step was done
    assert signal.getsignal(signal.SIGINT) == before


def test_an_error_puts_the_handlers_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    run = Run.new()
    run.model.register_forward_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.fit()
    assert signal.getsignal(signal.SIGINT) == before


def test_in_another_thread_signals_are_left_alone(expected: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[Any] = []

    def work() -> None:
        run = Run.new()
        run.model.register_forward_hook(
            lambda *_: seen.append(signal.getsignal(signal.SIGINT) == before)
        )
        seen.append(run.fingerprint(run.fit()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen.pop() == expected
    assert seen
    assert all(seen)


# ---- Mistakes of the caller ---------------------------------------------------------------------


class Endless(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield torch.ones(1), torch.ones(1)


@pytest.mark.parametrize(
    ("loader", "says"),
    [
        (DataLoader(Endless(), 2), "the order of this DataLoader cannot be repeated"),
        (DataLoader(numbers(), batch_size=None), "the order of this DataLoader cannot be repeated"),
        (DataLoader(numbers(3), 4, drop_last=True), r"has no batches \(3 samples\)"),
        (DataLoader(numbers(), 4), "not a pair of inputs and targets"),
    ],
)
def test_data_that_do_not_fit(loader: DataLoader[Any], says: str) -> None:
    run = Run.new()
    with pytest.raises(CourseError, match=says):
        fit(run.model, loader, epochs=1, optimiser=run.optimiser, loss=cross_entropy)


def test_a_schedule_that_is_too_short_is_said_at_once() -> None:
    run = Run.new()
    with pytest.raises(CourseError, match=r"after 21 steps, but the training takes 28") as caught:
        run.fit(epochs=4)
    assert "total_steps=28" in caught.value.do


@pytest.mark.parametrize(
    ("options", "says", "do"),
    [
        ({"scheduler_step": "epochs"}, "scheduler_step='epochs' is unknown", '"batch" or "epoch"'),
        ({"mode": "minimum"}, "mode='minimum' is unknown", '"min" or "max"'),
        ({"epochs": 0}, "epochs=0 is not a whole number from 1 on", "epochs=10"),
        ({"epochs": -1}, "epochs=-1 is not", "epochs=10"),
        ({"epochs": 2.5}, "epochs=2.5 is not", "epochs=10"),
        ({"epochs": "3"}, "epochs='3' is not", "epochs=10"),
        ({"epochs": True}, "epochs=True is not", "epochs=10"),
        ({"seed": -1}, "seed=-1 is not", "seed=0"),
        ({"seed": 0.5}, "seed=0.5 is not", "seed=0"),
        ({"every": "5"}, "every='5' is not a number of minutes", "every=5"),
        ({"every": math.nan}, "every=nan is not", "every=5"),
        ({"every": -5}, "every=-5 is not", "every=5"),
        ({"on_epoch": {"accuracy": 0.9}}, "on_epoch is of the kind dict", "without ()"),
        ({"on_epoch": None, "monitor": "accuracy"}, "only the loss", "{'accuracy': …}"),
        ({"model": nn.Linear}, "model is the class Linear", "net = TileNet()"),
        ({"data": Augmented()}, "data is of the kind Augmented, not a DataLoader", "DataLoader("),
        ({"data": [1, 2]}, "data is of the kind list, not a DataLoader", "DataLoader("),
        ({"device": "gpu"}, "device='gpu' is unknown", '"cuda"'),
        ({"device": 2.5}, "device=2.5 is unknown", '"cuda"'),
        ({"device": "cuda:99"}, "'cuda:99' cannot be used here (", 'device="cpu"'),
        ({"budget": 60}, "budget is of the kind int, not a TimeBudget", "TimeBudget(minutes=60)"),
        ({"checkpoint": 5}, "checkpoint is of the kind int, not a Checkpoint or a", "a folder"),
        ({"loss": nn.CrossEntropyLoss}, "loss is the class CrossEntropyLoss", "CrossEntropyLoss()"),
        ({"loss": None}, "loss is None, not a function", "CrossEntropyLoss()"),
        ({"loss": lambda out, y: 0.5}, "the loss returned a float, not a tensor", ".item()"),
        ({"loss": lambda out, y: out}, "the loss returned 8 numbers, not one", ".mean()"),
        ({"loss": lambda out, y: out.sum().detach()}, "no trainable parameter", ".detach()"),
        ({"optimiser": torch.optim.AdamW}, "optimiser is the class AdamW", "AdamW(model.param"),
        ({"scheduler": lr_scheduler.StepLR}, "scheduler is the class StepLR", "lr_scheduler"),
    ],
)
def test_a_mistake_is_said_at_once(
    tmp_path: Path, options: dict[str, Any], says: str, do: str
) -> None:
    run = Run.new()
    whole: Any = {
        "model": run.model, "data": run.loader, "epochs": 1, "optimiser": run.optimiser,
        "loss": cross_entropy, "checkpoint": tmp_path / "run", "on_epoch": lambda row: {},
    }  # fmt: skip
    given = whole | options
    with pytest.raises(CourseError) as caught:
        fit(given.pop("model"), given.pop("data"), **given)
    assert says in caught.value.what
    assert do in caught.value.do
    assert not run.optimiser.state
    assert not list(tmp_path.glob("run/*"))


def test_whole_numbers_of_numpy_will_do() -> None:
    assert Run.new().fit(epochs=np.int64(1), seed=np.int64(2)).finished


def test_an_optimiser_of_another_model_is_said() -> None:
    """What running only the cell with `net = TileNet()` again leaves behind."""
    run, again = Run.new(), Run.new()
    with pytest.raises(CourseError, match="optimiser trains another model") as caught:
        fit(again.model, run.loader, epochs=1, optimiser=run.optimiser, loss=cross_entropy)
    assert "make the optimiser (and the scheduler) again" in caught.value.do
    run.scheduler = again.scheduler
    with pytest.raises(CourseError, match="scheduler belongs to another optimiser"):
        run.fit()


def test_an_optimiser_of_a_part_of_the_model_will_do() -> None:
    run = Run.new()
    head = torch.optim.SGD(list(run.model.children())[-1].parameters())
    assert fit(run.model, run.loader, epochs=1, optimiser=head, loss=cross_entropy).finished


@pytest.mark.parametrize("returned", [{"accuracy": "high"}, {"confusion": torch.eye(2)}, 0.9])
def test_on_epoch_returns_names_and_numbers(returned: Any) -> None:
    with pytest.raises(CourseError, match="something else than names and numbers"):
        Run.new().fit(on_epoch=lambda row: returned)


def test_a_value_to_watch_that_is_not_there() -> None:
    with pytest.raises(CourseError, match="no 'recall' in each epoch"):
        Run.new().fit(monitor="recall")


def test_the_size_of_the_run_is_what_these_tests_think() -> None:
    assert math.ceil(SAMPLES / BATCH) == BATCHES


def test_the_page_about_training_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    """Every block of Python in docs/training.md, with small things in place of large ones."""
    page = (repo / "docs" / "training.md").read_text("utf-8")
    whole, own_loop, reading = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.setattr(course, "keep", lambda: tmp_path / "drive", raising=False)
    (tmp_path / "drive").mkdir()
    monkeypatch.chdir(tmp_path)

    def train_step(net: nn.Module, x: Any, y: Any, optimiser: Any, device: Any) -> None:
        optimiser.zero_grad()
        cross_entropy(net(x), y).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    names: dict[str, Any] = {
        "torch": torch,
        "course": course,
        "TileNet": lambda: Run.new().model,
        "device": torch.device("cpu"),
        "train_set": Augmented(),
        "train_step": train_step,
    }
    exec(whole.replace("epochs=40", "epochs=2"), names)
    assert names["history"].finished
    names |= {"optimiser": torch.optim.AdamW(names["net"].parameters()), "loader": Run.new().loader}
    exec(own_loop, names)
    assert len(list((tmp_path / "drive" / "mine").iterdir())) == 2
    newest = max(Path("tile-net").iterdir())
    exec(reading.replace("tile-net/checkpoint-000042.safetensors", str(newest)), names)
