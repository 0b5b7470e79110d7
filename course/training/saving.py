"""When a training run saves, what belongs into its checkpoints, and whether one is its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import torch
from torch.optim.lr_scheduler import LRScheduler

from course.errors import CourseError
from course.training.budget import TimeBudget
from course.training.checkpoint import Checkpoint, Progress, Stateful
from course.training.settings import Settings, differences, settings_of

Resume = Literal["auto", "never", "must"]


@dataclass
class Saving:
    """Saves one run and brings it back.

    Attributes
    ----------
    checkpoint
        Where to; None: nowhere.
    parts
        Model, optimiser, scheduler and scaler, as `Checkpoint.save` takes them.
    identity
        What must be the same for two runs to be one, by names that people understand.
    every
        Seconds between two checkpoints.
    budget
        Learns how long saving takes.
    """

    checkpoint: Checkpoint | None
    parts: tuple[torch.nn.Module, torch.optim.Optimizer, LRScheduler | None, Stateful]
    identity: dict[str, Any]
    every: float
    budget: TimeBudget
    _last: float = field(default=0.0, init=False)
    _saved: Progress | None = field(default=None, init=False)
    _made_with: Settings = field(default_factory=list, init=False)  # the optimiser, at the start

    def resume(self, how: Resume) -> Progress | None:
        """Load the newest checkpoint, if that is wanted and there is one.

        Raises
        ------
        CourseError
            If the checkpoint belongs to another run, or if there must be one and there is none.
        """
        if how not in get_args(Resume):
            raise CourseError(f"resume={how!r} is unknown", do=f"use one of {get_args(Resume)}")
        self._last = time.monotonic()
        self._made_with = self._settings()
        if self.checkpoint is None:
            if how == "must":
                raise CourseError(
                    'resume="must" needs a place to resume from', do="give a checkpoint folder"
                )
            return None
        if how == "never":
            self.checkpoint.paths()  # says at once if one of the places cannot be used
            return None
        self._saved = self._load(self.checkpoint)
        if self._saved is None and how == "must":
            raise CourseError(
                "there is no checkpoint to resume from",
                where=str(self.checkpoint.folder),
                do='look whether the folder is the right one, or use resume="auto"',
            )
        return self._saved

    def save_if_due(self, progress: Callable[[], Progress]) -> None:
        """Save if the last checkpoint is old enough."""
        if time.monotonic() - self._last >= self.every:
            self.save(progress())

    def save(self, progress: Progress) -> None:
        """Save, unless exactly this was saved already and is where it should be."""
        if self.checkpoint is None or (progress == self._saved and self.checkpoint.copied):
            return
        with self.budget.measure("saving"):
            settings = {"made with": self._made_with, "now": self._settings()}
            extra = {**progress.extra, "run": {**self.identity, "optimiser": settings}}
            self.checkpoint.save(
                *self.parts,
                progress=Progress(
                    progress.epoch, progress.batch, progress.step, progress.best, extra
                ),
            )
        self._last = time.monotonic()
        self._saved = progress

    @property
    def place(self) -> str:
        """Where the newest checkpoint is, in words; empty if nothing is saved."""
        if self.checkpoint is None:
            return ""
        if self.checkpoint.keep is None or not self.checkpoint.copied:
            only = "" if self.checkpoint.copied else " only (the copy failed)"
            return f"{self.checkpoint.folder}{only}"
        return f"{self.checkpoint.folder} and {self.checkpoint.keep}"

    def _load(self, checkpoint: Checkpoint) -> Progress | None:
        progress = checkpoint.load(*self.parts, check=self._check)
        if progress is None:
            return None
        extra = {name: value for name, value in progress.extra.items() if name != "run"}
        return Progress(progress.epoch, progress.batch, progress.step, progress.best, extra)

    def _check(self, progress: Progress) -> None:
        there = progress.extra.get("run", {})
        differing = [
            f"{name}: {there.get(name)} there, {here} here"
            for name, here in self.identity.items()
            if there.get(name) != here
        ]
        _refuse("run", differing, 'use another folder, or resume="never" to start again')
        if "optimiser" in there:
            self._check_optimiser(there["optimiser"])

    def _check_optimiser(self, there: dict[str, Settings]) -> None:
        """Refuse settings that neither the first cell gave nor the training came to.

        The latter are what an optimiser has that is used again, where learning rates change by hand
        or with a `ReduceLROnPlateau`.
        """
        differing = differences(there["made with"], self._made_with)
        if differing and differences(there["now"], self._made_with):
            do = 'make it as it was; or use another folder, or resume="never" to start again'
            _refuse("optimiser", differing, do)
        self._made_with = there["made with"]

    def _settings(self) -> Settings:
        _, optimiser, scheduler, _ = self.parts
        return settings_of(optimiser.param_groups, scheduler)


def _refuse(owner: str, differing: list[str], do: str) -> None:
    if differing:
        what = f"the checkpoint belongs to another {owner} ({'; '.join(differing)})"
        raise CourseError(what, do=do)
