"""Refuse what cannot be repaired, in a sentence the student can act on."""

from __future__ import annotations

from course.errors import CourseError

AGAIN = "open the notebook where you worked, download it again as .ipynb and hand that in"
_LONGEST_NAME = 80


class InvalidSubmission(CourseError):
    """A submission that cannot be run, with a sentence the student can act on."""


def shown(name: str) -> str:
    """Return a student's file name fit to be shown: no control characters, no mark-up."""
    harmless = (c if c.isalnum() or c in " ._-()+,/" else "?" for c in name)
    return "".join(harmless)[-_LONGEST_NAME:]
