"""One family of errors, each saying what happened, where, and what to do next."""

from __future__ import annotations


class CourseError(Exception):
    """Something a person can put right.

    Parameters
    ----------
    what
        What happened, as a sentence without its full stop.
    where
        The place: a lesson, a cell, a student, a file. Empty if there is none.
    do
        What to do next, as a sentence without its full stop. Empty if nothing helps.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what, where, do)
        self.what, self.where, self.do = what, where, do

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  What to do: {self.do}." if self.do else ""
        return f"{place}{self.what}.{advice}"

    def _render_traceback_(self) -> list[str]:
        """Let IPython print the sentences instead of a traceback (its documented hook)."""
        return str(self).splitlines()


class UsageError(CourseError):
    """A command was called with something that does not exist."""
