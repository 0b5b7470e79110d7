"""From what a grade cell did to its points: nbgrader's rules, closed where they are open.

As in nbgrader: full points when the cell ran without an error, a number as its last value is
partial credit, an unchanged answer earns nothing, prose waits for a person. Unlike nbgrader:
standard error costs nothing, and a cell that left no evidence of having run to its end, or whose
value is not between 0 and its points, earns nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbgrader import utils

from autograder.outcome import Graded, Status
from autograder.sentences import TWIN_SENTENCES

_LONGEST_MESSAGE = 300
STUB_ERROR = "NotAttempted"
"""The name of the error that a stub raises (`course.exercise.NotAttempted`)."""
Result = Callable[..., Graded]


@dataclass(frozen=True)
class Ran:
    """What is known of a cell's execution.

    Attributes
    ----------
    finished
        The cell ran to its end without an error.
    value
        Its last value, as text, if it had one.
    error
        ``(name, text)`` of the error that ended it: the student's code may have written both.
    stopped
        Our own sentence about why it had to be stopped, if it had.
    """

    finished: bool
    value: str | None = None
    error: tuple[str, str] | None = None
    stopped: str = ""


def graded(notebook: str, cell: Any, ran: Ran | None, *, untouched: bool = False) -> Graded:
    """Score a grade cell.

    Parameters
    ----------
    ran
        What became of it; None where it never came to run.
    untouched
        The exercise's own cell ended as a stub does: then a test that fails says so.
    """
    grade_id = cell.metadata.nbgrader["grade_id"]
    points = float(cell.metadata.nbgrader["points"])

    def result(status: Status, score: float | None, message: str = "") -> Graded:
        return Graded(notebook, grade_id, status, score, points, message)

    if utils.is_solution(cell) or cell.cell_type != "code":
        if cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell):
            return result(Status.NOT_ATTEMPTED, 0.0, "the answer is as it was released")
        return result(Status.MANUAL, None)
    if ran is None:
        return result(Status.NO_EVIDENCE, 0.0, "the notebook ended before this test could run")
    if ran.stopped:
        return result(Status.FAILED, 0.0, ran.stopped)
    if ran.error is not None:
        error = (STUB_ERROR, "") if untouched else ran.error
        status = Status.NOT_ATTEMPTED if error[0] == STUB_ERROR else Status.FAILED
        return result(status, 0.0, _reason(cell.source, *error))
    if not ran.finished:
        return result(Status.NO_EVIDENCE, 0.0, "the test did not run to its end")
    return _by_value(ran.value, points, result)


def _by_value(value: str | None, points: float, result: Result) -> Graded:
    credit = points if value is None else _number(value)
    if credit is None or not 0 <= credit <= points:
        said = f"the test ended in {value!r}, which is no number from 0 to {points:g}"
        return result(Status.NO_EVIDENCE, 0.0, f"{said}: ask your instructor")
    if credit == points:
        return result(Status.PASSED, points)
    status = Status.PARTIAL if credit > 0 else Status.FAILED
    return result(status, credit, f"{credit:.3g} of {points:g}")


def _number(value: str) -> float | None:
    # NumPy 2 shows its numbers as `np.float64(0.5)`.
    inner = value.removeprefix("np.float64(").removesuffix(")") if "np." in value else value
    try:
        number = float(inner)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _reason(test: str, name: str, text: str) -> str:
    """Say why a test failed without telling what it tried.

    Only sentences of the test's author are passed on; the text of any other error may hold the
    values a hidden test called the student's code with.
    """
    first = text.strip().splitlines()[0] if text.strip() else ""
    if name == "AssertionError":
        ours = first in test or first in TWIN_SENTENCES
        return first[:_LONGEST_MESSAGE] if first and ours else "a hidden test failed"
    if name == STUB_ERROR:
        return "the exercise, or one it builds on, is as it was released"
    if name == "NameError":
        return (
            "your code raised NameError in a hidden test: a name is misspelt, or the cell that "
            "makes it has failed"
        )
    return f"your code raised {name} in a hidden test"
