"""What ends a test that is nobody's wrong answer. Tests cannot catch these: not ``Exception``s."""

from __future__ import annotations


class Stopped(BaseException):
    """The student's code did not come to an end, or ended its process."""


class TestError(BaseException):
    """A test asks for what cannot be: its author's fault, never the student's."""


class Broken(BaseException):
    """The sandbox could not be made: nobody's fault here, and nothing is known of the student."""
