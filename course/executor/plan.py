"""What a target does for a run, as data: files to write, commands in order, how to clean up.

The same plan is run, shown by ``--dry-run`` and tested.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Command = tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """One run, as a target sees it.

    Attributes
    ----------
    name
        Its name in lower case letters, digits and dashes; unique among the runs of a machine.
    folder
        The run's folder, absolute.
    until
        The deadline, in seconds since 1970.
    started
        When it began, in seconds since 1970.
    options
        The target's options, defaults filled in.
    notebook
        The bytes of ``input.ipynb``.
    inputs
        The files and folders that lie in ``artefacts/`` from the start, by their names there.
    """

    name: str
    folder: Path
    until: float
    started: float
    options: Mapping[str, str]
    notebook: bytes = b""
    inputs: Mapping[str, Path] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        """The time the run may take, in whole seconds."""
        return max(1, round(self.until - self.started))


@dataclass(frozen=True)
class Result:
    """How one call of a command ended; `hung` if it was killed at its own time limit."""

    command: Command
    code: int
    output: str
    hung: float = 0.0


@dataclass(frozen=True)
class Done:
    """The step is done."""


@dataclass(frozen=True)
class Again:
    """Not yet: ask again in a moment."""


@dataclass(frozen=True)
class Failed:
    """The step failed. What happened, what to do, and whether trying again is useless."""

    what: str
    do: str = ""
    final: bool = False


Verdict = Done | Again | Failed
Judge = Callable[[Result], Verdict]


def by_exit(result: Result) -> Verdict:
    """Judge a call by its exit code."""
    if result.hung:
        return Failed(f"`{shown(result.command)}` did not answer within {result.hung:.0f} s")
    if result.code == 0:
        return Done()
    lines = [line.strip() for line in result.output.splitlines() if line.strip()]
    said = f": {lines[-1]}" if lines else ""
    return Failed(f"`{shown(result.command)}` ended with exit code {result.code}{said}")


@dataclass(frozen=True)
class Undo:
    """A command of the clean-up, and the pattern of its saying that there is nothing any more."""

    command: Command
    gone: str = ""

    def done(self, result: Result) -> bool:
        """Say whether a call of the command has left nothing."""
        if result.code == 0:
            return True
        return bool(self.gone) and not result.hung and bool(re.search(self.gone, result.output))


@dataclass(frozen=True)
class Step:
    """One command of a plan.

    Attributes
    ----------
    does
        What it does, in words.
    command
        The program and its arguments.
    judge
        What its end means.
    tries
        How often it may fail before the run has failed.
    every
        Seconds between two calls.
    limit
        Seconds that one call may take; the run's deadline holds in any case.
    quiet
        Keep its output out of the log unless it changes (for what is asked again and again).
    optional
        If it fails, go on.
    undo
        A command that ends and removes what this step starts. It is noted before the step begins
        and called in every case. It may be called twice.
    gone
        A pattern of what `undo` says where there is nothing left to remove. It must fit nothing
        else: that one is logged out, or asks the wrong project, is often "not found" as well.
    settles
        Once it is done nothing runs and costs any more: the notes of what to undo are struck out.
    """

    does: str
    command: Command
    judge: Judge = by_exit
    tries: int = 1
    every: float = 5.0
    limit: float | None = 120.0
    quiet: bool = False
    optional: bool = False
    undo: Command = ()
    gone: str = ""
    settles: bool = False


@dataclass(frozen=True)
class Cause:
    """A known failure of a target's program: how it is recognised and what it means."""

    pattern: str
    what: str
    do: str
    final: bool = True


@dataclass(frozen=True)
class Plan:
    """Everything a target does for a run.

    Attributes
    ----------
    files
        Files to write into the run's folder beforehand, by path in it.
    steps
        The commands, in order. They bring ``outcome.json`` or ``results.tgz`` into the folder.
    causes
        Known failures, the most telling first.
    grace
        Seconds past the deadline before the steps are killed, for a step that keeps it itself.
    """

    steps: tuple[Step, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    grace: float = 0.0

    @property
    def clean_up(self) -> tuple[Command, ...]:
        """Every command of the clean-up, in the order in which they are called."""
        return tuple(step.undo for step in reversed(self.steps) if step.undo)


def explained(failed: Failed, result: Result, causes: tuple[Cause, ...]) -> Failed:
    """Return the failure in words a person can act on, if its cause is known."""
    for cause in causes:
        if re.search(cause.pattern, result.output):
            return Failed(cause.what, cause.do, cause.final)
    return failed


def shown(command: Command) -> str:
    """Return a command as one would type it, cut where it gets long."""
    text = shlex.join(command)
    return text if len(text) <= 100 else text[:99] + "…"
