"""What execution found out about a submission."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The end of the road for a submission."""

    GRADED = "graded"
    STUDENT_ERROR = "student_error"
    """Graded, but the student's code did not let the notebook run to its end."""
    INVALID_SUBMISSION = "invalid_submission"
    """Could not be read: nothing was run."""
    INFRA_ERROR = "infra_error"
    """Our fault. Never a zero: no score is recorded."""


class Status(StrEnum):
    """What became of one grade cell."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"
    MANUAL = "needs manual grading"
    NO_EVIDENCE = "did not run"


@dataclass(frozen=True)
class Graded:
    """One grade cell's result.

    Attributes
    ----------
    notebook, grade_id
        The cell.
    status
        What became of it.
    score
        Points from 0 to `max_score`; None where a person has to grade.
    max_score
        Points to be had.
    message
        Why points were lost, in a line; never the source of a test.
    """

    notebook: str
    grade_id: str
    status: Status
    score: float | None
    max_score: float
    message: str = ""


@dataclass(frozen=True)
class Outcome:
    """The result of one submission.

    Attributes
    ----------
    student, lesson
        Their ids.
    state
        Where the road ended.
    cells
        One entry a grade cell, in order; empty unless the notebook could be read.
    notebooks
        Notebook id to executed notebook, with whole tests: for instructors.
    seconds
        Wall-clock time of the execution.
    cpu_seconds
        Processor time of the student's cells alone, by their own account.
    repairs
        What intake mended.
    unsafe
        Whether student code ran without a sandbox.
    receipt
        The receipt of what was handed in, if it was packed by `course.submit`.
    message
        For an invalid submission or an infrastructure error: what happened and what to do.
    """

    student: str
    lesson: str
    state: State
    cells: tuple[Graded, ...] = ()
    notebooks: dict[str, Any] = field(default_factory=dict, repr=False)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    repairs: tuple[str, ...] = ()
    message: str = ""
    unsafe: bool = False
    receipt: str = ""

    @classmethod
    def ours(cls, student: str, lesson: str, message: str) -> Outcome:
        """Return an infrastructure error: never a zero."""
        return cls(student, lesson, State.INFRA_ERROR, message=message)

    @property
    def score(self) -> float | None:
        """Points so far, without what a person has yet to grade; None if nothing was graded."""
        if self.state in (State.INFRA_ERROR, State.INVALID_SUBMISSION):
            return None
        return sum(cell.score or 0.0 for cell in self.cells)

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return sum(cell.max_score for cell in self.cells)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``course grade --json`` prints for a student."""
        return {
            "student": self.student,
            "state": self.state.value,
            "score": self.score,
            "max_score": self.max_score,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "unsafe": self.unsafe,
            "cells": [asdict(cell) for cell in self.cells],
            "repairs": list(self.repairs),
            "receipt": self.receipt,
            "message": self.message,
        }
