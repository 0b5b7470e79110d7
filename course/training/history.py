"""What a training run returns: a row for each epoch, and whether it came to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from course.errors import CourseError

Mode = Literal["min", "max"]


@dataclass(frozen=True)
class History:
    """The course of a training run.

    Examples
    --------
    >>> history["loss"]
    [0.91, 0.52, 0.40]

    Attributes
    ----------
    epochs
        One dictionary an epoch: ``epoch`` (from 1 on), ``loss`` (the mean over its batches), and
        what `on_epoch` returned. Epochs from before an interruption are there as well.
    steps
        How many steps the optimiser has taken.
    finished
        Whether all epochs were trained.
    message
        A sentence: how it ended, and how to go on if it stopped early.
    """

    epochs: tuple[dict[str, Any], ...]
    steps: int
    finished: bool
    message: str

    def __getitem__(self, name: str) -> list[float]:
        return [row[name] for row in self.epochs]

    def __str__(self) -> str:
        return self.message

    def best(self, name: str = "loss", mode: Mode = "min") -> dict[str, Any]:
        """Return the row of the epoch in which this value was lowest, or with "max" highest."""
        return best_row(self.epochs, name, mode)


def best_row(rows: Sequence[dict[str, Any]], name: str, mode: Mode) -> dict[str, Any]:
    """Return the first of the rows with the best value of that name.

    Raises
    ------
    CourseError
        If there is no row, or no such value in one of them.
    """
    if not rows or any(name not in row for row in rows):
        known = ", ".join(rows[0]) if rows else "nothing yet"
        raise CourseError(f"there is no '{name}' in each epoch ({known})", do="use another name")
    choose = min if mode == "min" else max
    return choose(rows, key=lambda row: row[name])
