"""Exercises as students meet them: *not attempted*, a check with three outcomes, two hints."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from typing import Any

from course.checks import exercise_checks
from course.errors import CourseError
from course.panel import GREEN, GREY, RED, panel


class NotAttempted(NotImplementedError):
    """Raised by a stub. Notebooks show one friendly line instead of a traceback."""

    def __init__(self, exercise: str) -> None:
        super().__init__(f"not attempted: {exercise}")
        self.exercise = exercise

    def _render_traceback_(self) -> list[str]:
        """Let IPython print this instead of a traceback (its documented hook)."""
        return [f"Not attempted yet: write your code for the exercise '{self.exercise}' first."]


class Verdict(Enum):
    """The three outcomes of a visible check.

    Attributes
    ----------
    PASSED
        The code does what the visible check asks for.
    FAILED
        It does not, or it raised an error.
    NOT_ATTEMPTED
        There is the stub still, or nothing yet.
    """

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"


_LOOK = {
    Verdict.PASSED: ("✔", "Passed", GREEN),
    Verdict.FAILED: ("✘", "Not yet", RED),
    Verdict.NOT_ATTEMPTED: ("○", "Not attempted yet", GREY),
}


@dataclass(frozen=True)
class Result:
    """What a check found; shown as one line by notebooks and by ``print``.

    Attributes
    ----------
    exercise
        The exercise's id.
    verdict
        The outcome.
    message
        Why, in a sentence.
    """

    exercise: str
    verdict: Verdict
    message: str

    def __str__(self) -> str:
        mark, title, _ = _LOOK[self.verdict]
        return f"{mark} {title}: {self.message}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        mark, title, colour = _LOOK[self.verdict]
        return panel(f"{mark} {title}", self.message, colour)


@dataclass(frozen=True)
class Hint:
    """A hint; shown by notebooks and by ``print``, like a `Result`.

    Attributes
    ----------
    exercise
        The exercise's id.
    level
        1 or 2.
    text
        The hint.
    """

    exercise: str
    level: int
    text: str

    @property
    def _title(self) -> str:
        return f"Hint {self.level} of 2"

    @property
    def _more(self) -> list[str]:
        """How to get the next hint, if there is one."""
        return [f'Still stuck? hint("{self.exercise}", level=2)'] if self.level == 1 else []

    def __str__(self) -> str:
        return "\n".join([f"{self._title}: {self.text}", *self._more])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return panel(self._title, self.text, GREY, *self._more)


def check(exercise: str, names: dict[str, Any] | None = None) -> Result:
    """Check an exercise against what its text asks for.

    A visible check never raises because of the student's code, and passing it is not yet full
    marks: the hidden tests look at more cases.

    Examples
    --------
    >>> check("split")
    ○ Not attempted yet: `split_by_block` does not exist yet. Run the cell that defines it.

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
    except NotAttempted as stub:  # perhaps of an exercise that this one builds on
        todo = f"write your code for '{stub.exercise}', run its cell, then this one."
        return Result(exercise, Verdict.NOT_ATTEMPTED, todo)
    except AssertionError as wrong:
        return Result(exercise, Verdict.FAILED, str(wrong) or "a check failed.")
    except (Exception, SystemExit) as error:
        # A student's code may raise anything; the check's job is to say so, kindly.
        return Result(exercise, Verdict.FAILED, f"your code raised {type(error).__name__}: {error}")
    return Result(exercise, Verdict.PASSED, described.praise)


def hint(exercise: str, level: int = 1) -> Hint:
    """Return a hint: level 1 points the way, level 2 nearly gives the line.

    Examples
    --------
    >>> hint("split")
    Hint 1 of 2: np.isin(blocks, held_out) says for each tile whether its block is held out.
    Still stuck? hint("split", level=2)

    Parameters
    ----------
    exercise
        The exercise's id, as its heading gives it.
    level
        1 or 2.

    Raises
    ------
    CourseError
        If no exercise has that id, or the level is neither 1 nor 2.
    """
    if level not in (1, 2):
        raise CourseError(f"there is no hint {level!r}", do="use level=1 or level=2")
    return Hint(exercise, level, exercise_checks(exercise).hints[level - 1])
