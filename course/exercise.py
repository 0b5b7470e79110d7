"""Exercises as students meet them: *not attempted*, a check with three outcomes, two hints.

>>> check("split")        # in a notebook
Not attempted yet: split_by_block still holds the stub.
"""

from __future__ import annotations

import html
import sys
from dataclasses import dataclass
from enum import Enum
from typing import Any

from course.checks import exercise_checks


class NotAttempted(NotImplementedError):
    """Raised by a stub. Notebooks show one friendly line instead of a traceback."""

    def __init__(self, exercise: str) -> None:
        super().__init__(f"not attempted: {exercise}")
        self.exercise = exercise

    def _render_traceback_(self) -> list[str]:
        """Let IPython print this instead of a traceback (its documented hook)."""
        return [f"Not attempted yet: write your code for the exercise '{self.exercise}' first."]


class Verdict(Enum):
    """The three outcomes of a visible check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"


_LOOK = {
    Verdict.PASSED: ("✔", "Passed", "#1b5e20"),
    Verdict.FAILED: ("✘", "Not yet", "#8e1b1b"),
    Verdict.NOT_ATTEMPTED: ("○", "Not attempted yet", "#4a4a4a"),
}


@dataclass(frozen=True)
class Result:
    """What a check found; shown as one line by notebooks and by ``print``."""

    exercise: str
    verdict: Verdict
    message: str

    def __str__(self) -> str:
        mark, title, _ = _LOOK[self.verdict]
        return f"{mark} {title}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        mark, title, colour = _LOOK[self.verdict]
        return (
            f'<div style="border-left:4px solid {colour};padding:.3em .8em">'
            f'<b style="color:{colour}">{mark} {title}</b>: {html.escape(self.message)}</div>'
        )


def check(exercise: str, names: dict[str, Any] | None = None) -> Result:
    """Check an exercise against what its text asks for.

    A visible check never raises because of the student's code, and passing it is not yet full
    marks: the hidden tests look at more cases.

    Parameters
    ----------
    exercise
        The exercise's id, as its heading gives it.
    names
        The namespace to look in; by default the caller's globals, that is the notebook.

    Returns
    -------
    Result
        With the verdict *passed*, *failed* (and the reason) or *not attempted*.

    Raises
    ------
    CourseError
        If no exercise has that id.
    """
    described = exercise_checks(exercise)
    found = sys._getframe(1).f_globals if names is None else names
    missing = [name for name in described.needs if name not in found]
    if missing:
        todo = f"`{missing[0]}` does not exist yet. Run the cell that defines it."
        return Result(exercise, Verdict.NOT_ATTEMPTED, todo)
    try:
        described.run(*(found[name] for name in described.needs))
    except NotAttempted:
        todo = f"write your code for '{exercise}', run its cell, then this one."
        return Result(exercise, Verdict.NOT_ATTEMPTED, todo)
    except AssertionError as wrong:
        return Result(exercise, Verdict.FAILED, str(wrong) or "a check failed.")
    except (Exception, SystemExit) as error:
        # A student's code may raise anything; the check's job is to say so, kindly.
        return Result(exercise, Verdict.FAILED, f"your code raised {type(error).__name__}: {error}")
    return Result(exercise, Verdict.PASSED, described.praise)


def hint(exercise: str, level: int = 1) -> None:
    """Print a hint: level 1 points the way, level 2 nearly gives the line.

    Raises
    ------
    CourseError
        If no exercise has that id.
    ValueError
        If the level is neither 1 nor 2.
    """
    if level not in (1, 2):
        raise ValueError("there are two hints: level=1 and level=2")
    described = exercise_checks(exercise)
    print(f"Hint {level} of 2: {described.hints[level - 1]}")  # noqa: T201 - printing is its job
    if level == 1:
        print(f'Still stuck? hint("{exercise}", level=2)')  # noqa: T201
