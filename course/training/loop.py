"""The training loop: read `fit` from top to bottom, it is what you would write, plus saving."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from torch.utils.data import DataLoader

from course.errors import CourseError
from course.training.arguments import check_loss, check_options, check_parts, find_device
from course.training.budget import TimeBudget
from course.training.checkpoint import Checkpoint, Progress
from course.training.history import History, Mode, best_row
from course.training.interruption import Interruption
from course.training.loader import batches, count
from course.training.notice import notice
from course.training.precision import autocast, gradient_scaler
from course.training.saving import Resume, Saving
from course.training.seeding import seed_everything

Row = dict[str, Any]


def fit(
    model: torch.nn.Module,
    data: DataLoader[Any],
    *,
    epochs: int,
    optimiser: torch.optim.Optimizer,
    loss: Callable[[Any, Any], torch.Tensor],
    scheduler: LRScheduler | None = None,
    scheduler_step: Literal["batch", "epoch"] = "batch",
    scaler: torch.amp.GradScaler | None = None,
    amp: bool = False,
    device: torch.device | str | None = None,
    checkpoint: Checkpoint | str | Path | None = None,
    resume: Resume = "auto",
    every: float = 5.0,
    budget: TimeBudget | None = None,
    on_epoch: Callable[[Row], Mapping[str, float] | None] | None = None,
    monitor: str = "loss",
    mode: Mode = "min",
    seed: int = 0,
) -> History:
    """Train a model, save while training, and go on where an earlier call was cut off.

    Run the same cell again after a stop of any kind: it goes on in the middle of the epoch. On a
    CPU the result is then the same, bit for bit, as without the stop.

    Examples
    --------
    >>> history = fit(net, DataLoader(tiles, 64, shuffle=True), epochs=10,
    ...               optimiser=torch.optim.AdamW(net.parameters()), loss=F.cross_entropy,
    ...               checkpoint=Checkpoint("tiles", keep=course.keep()))

    Parameters
    ----------
    model
        Gets the first half of each batch.
    data
        Yields pairs: inputs and targets. Its order and what is drawn in its dataset and
        `collate_fn` depend on `seed` alone, not on the number of workers.
    epochs
        How many times to go through the data.
    optimiser
        Made with the model's parameters.
    loss
        Called with the model's output and the targets.
    scheduler
        Changes the learning rate.
    scheduler_step
        Whether the scheduler steps after each batch or after each epoch.
    scaler
        Made when `amp` needs one, if you give none.
    amp
        Whether to use automatic mixed precision: float16 on a GPU, bfloat16 on a CPU.
    device
        Where to train; None: where the model is.
    checkpoint
        Where to save: a `Checkpoint`, or a folder. None: nowhere.
    resume
        ``"auto"``: go on from the newest good checkpoint, if there is one. ``"must"``: it is an
        error if there is none. ``"never"``: start from the beginning.
    every
        Minutes between checkpoints: as much work as a sudden end can cost.
    budget
        Stop in time to save.
    on_epoch
        Called after each epoch with its row, ``{"epoch": 1, "loss": 0.9}``; what it returns is
        added to the row. The place for validation.
    monitor
        Which value of a row is watched.
    mode
        Whether its best is the lowest or the highest.
    seed
        Seeds everything at the start.

    Returns
    -------
    History
        A row for each epoch; whether it stopped early, and how to go on.

    Raises
    ------
    CourseError
        If an argument is not what it should be; if the checkpoint belongs to another run or model;
        if it cannot be saved locally.
    KeyboardInterrupt
        After the checkpoint was saved, if the stop button was pressed. SIGTERM is passed on too.
    """
    check_options(
        epochs=epochs,
        scheduler_step=scheduler_step,
        every=every,
        seed=seed,
        on_epoch=on_epoch,
        monitor=monitor,
        mode=mode,
    )
    check_parts(
        model,
        data,
        optimiser=optimiser,
        loss=loss,
        scheduler=scheduler,
        checkpoint=checkpoint,
        budget=budget,
    )
    device = find_device(device, model)
    model.to(device)
    scaler = scaler or gradient_scaler(device, amp=amp)
    budget = budget or TimeBudget(math.inf, reserve=0)
    steps = count(data)
    _check_schedule(scheduler, scheduler_step, steps * epochs)
    saving = Saving(
        Checkpoint(checkpoint) if isinstance(checkpoint, str | Path) else checkpoint,
        (model, optimiser, scheduler, scaler),
        identity=_identity(seed, data, steps, scheduler),
        every=60 * every,
        budget=budget,
    )

    seed_everything(seed)
    now = _Now.after(saving.resume(resume))
    if now.epoch >= epochs:
        notice(
            f"{now.epoch} epochs were trained before: nothing is left to do. "
            'To train anew, use resume="never" or another folder.'
        )
    elif now.step:
        notice(f"Going on in epoch {now.epoch + 1} after {now.batch} of {steps} batches.")
    begun, reason = now.step, ""

    with Interruption() as interruption:

        def stop(*work: str) -> str:
            # At least one step a call: else one that always comes too late would never get on.
            short = now.step > begun and budget.spent_soon(*work)
            return interruption.reason or ("time is nearly up" if short else "")

        while now.epoch < epochs and not reason:
            model.train()
            rest = batches(data, seed=seed, epoch=now.epoch, start=now.batch)
            with closing(rest):
                for batch in budget.timed(rest, "loading"):
                    with budget.measure("step"):
                        inputs, targets = _to(_pair(batch), device)
                        optimiser.zero_grad()
                        with autocast(device, amp=amp):
                            value = loss(model(inputs), targets)
                        check_loss(value)
                        # A scaler that is off changes nothing.
                        scaler.scale(value).backward()  # type: ignore[no-untyped-call]
                        scaler.step(optimiser)
                        scaler.update()
                        if scheduler is not None and scheduler_step == "batch":
                            scheduler.step()
                        now.count(value.item())
                    if reason := stop("loading", "step"):
                        break
                    if now.batch < steps:
                        saving.save_if_due(now.progress)
            if reason := reason or stop("end of epoch"):
                break

            with budget.measure("end of epoch"):
                row = now.end_epoch()
                if scheduler is not None and scheduler_step == "epoch":
                    _step_epoch(scheduler, row["loss"])
                if on_epoch is not None:
                    row.update(_numbers(on_epoch(dict(row)) or {}))
                now.best = best_row(now.rows, monitor, mode)[monitor]
            notice(_line(row))
            saving.save_if_due(now.progress)

        saving.save(now.progress())
        finished = now.epoch >= epochs
        message = _message(now, finished=finished, reason=reason, place=saving.place)
        if not finished:
            notice(message)
    return History(tuple(now.rows), now.step, finished, message)


@dataclass
class _Now:
    """Where the loop is: what a checkpoint holds beside the states of its parts."""

    epoch: int = 0  # complete ones
    batch: int = 0  # done in this epoch
    step: int = 0
    total: float = 0.0  # the sum of the losses of this epoch
    best: float | None = None
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def after(cls, saved: Progress | None) -> _Now:
        if saved is None:
            return cls()
        return cls(saved.epoch, saved.batch, saved.step, best=saved.best, **saved.extra)

    def progress(self) -> Progress:
        extra = {"total": self.total, "rows": [dict(row) for row in self.rows]}
        return Progress(self.epoch, self.batch, self.step, self.best, extra)

    def count(self, loss: float) -> None:
        self.total += loss
        self.batch += 1
        self.step += 1

    def end_epoch(self) -> Row:
        row = {"epoch": self.epoch + 1, "loss": self.total / self.batch}
        self.rows.append(row)
        self.epoch, self.batch, self.total = self.epoch + 1, 0, 0.0
        return row


def _to(value: Any, device: torch.device) -> Any:
    """Move tensors, also those in lists, tuples and dictionaries."""
    if isinstance(value, torch.Tensor):
        return value.to(device, non_blocking=True)
    if isinstance(value, dict):
        return {name: _to(item, device) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_to(item, device) for item in value)
    return value


def _pair(batch: Any) -> Any:
    if not isinstance(batch, list | tuple) or len(batch) != 2:
        raise CourseError(
            "a batch is not a pair of inputs and targets",
            do="let the dataset return (inputs, target) for each sample",
        )
    return batch


def _numbers(values: Mapping[str, Any]) -> Row:
    try:
        return {name: float(value) for name, value in values.items()}
    except (TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CourseError(
            f"on_epoch returned something else than names and numbers ({error})",
            do='return a dictionary such as {"accuracy": 0.9}, or nothing',
        ) from error


def _step_epoch(scheduler: LRScheduler, loss: float) -> None:
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(loss)
    else:
        scheduler.step()


def _schedule_length(scheduler: LRScheduler | None) -> int | None:
    length: int | None = getattr(scheduler, "total_steps", None)
    return length


def _check_schedule(scheduler: LRScheduler | None, step: str, steps: int) -> None:
    length = _schedule_length(scheduler)
    if length is not None and step == "batch" and length < steps:
        raise CourseError(
            f"the scheduler ends after {length} steps, but the training takes {steps}",
            do=f"make the scheduler with total_steps={steps}",
        )


def _identity(
    seed: int, data: DataLoader[Any], steps: int, scheduler: LRScheduler | None
) -> dict[str, Any]:
    return {
        "seed": seed,
        "samples": len(data.dataset),  # type: ignore[arg-type] # `count` has made sure of it
        "batches in an epoch": steps,
        "steps of the scheduler": _schedule_length(scheduler),
    }


def _line(row: Row) -> str:
    values = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "epoch")
    return f"epoch {row['epoch']}: {values}"


def _message(now: _Now, *, finished: bool, reason: str, place: str) -> str:
    done = f"{now.epoch} epochs and {now.batch} batches ({now.step} steps)"
    saved = f"saved in {place}" if place else "not saved"
    if finished:
        return f"Finished: {now.epoch} epochs, {now.step} steps; {saved}."
    how = "Run the same cells again to go on from there" if place else "Give a checkpoint next time"
    return f"Stopped early, since {reason}: {done} done, {saved}. {how}."
