"""What goes to the trusted side, and what comes back: a notebook, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STUDENT, LOCKED, TEST = "student", "locked", "test"
"""Where a cell runs: over there; over there and, as far as it is pure, here; here."""


@dataclass(frozen=True)
class Task:
    """A notebook to go through.

    Attributes
    ----------
    cells
        ``(kind, source)`` of each cell; kind is one of the three above.
    expected
        Names that the exercises define: a student may bind them whatever a locked cell says.
    files
        Relative path to absolute path of what lies beside the notebook.
    given
        Those of them that are the lesson's: a test always reads the lesson's own.
    secrets
        The folder of held-out data, for tests alone.
    seed
        What tests draw their inputs from (`autograder.secret.generator`).
    cell, total
        Wall-clock seconds for a cell and for all.
    output
        Bytes of output kept for a cell.
    """

    cells: list[tuple[str, str]]
    expected: list[str]
    files: dict[str, str]
    given: list[str]
    secrets: str
    seed: str
    cell: float
    total: float
    output: int


@dataclass
class Found:
    """What became of a cell, in words that `autograder.score` reads."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    finished: bool = False
    value: str | None = None
    error: tuple[str, str] | None = None
    stopped: str = ""
    seconds: float = 0.0


@dataclass
class Report:
    """What became of a notebook.

    Attributes
    ----------
    cells
        One entry a cell that was come to, in order.
    ended
        Why the student's process ended before the notebook did.
    fault
        What is wrong with the course: nothing may be recorded.
    cpu
        Seconds of processor time of the student's cells, by their own account.
    """

    cells: list[Found] = field(default_factory=list)
    ended: str = ""
    fault: str = ""
    cpu: float = 0.0
