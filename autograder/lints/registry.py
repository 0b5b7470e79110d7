"""The list of rules. A rule takes a course directory and a lesson, and yields what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.directory import Directory
from course.errors import CourseError

Rule = Callable[[Directory, str], Iterator[CourseError]]


@dataclass(frozen=True)
class Lint:
    """A rule.

    Attributes
    ----------
    promise
        What it makes sure of, as a sentence.
    rule
        Yields an error for each thing that is wrong.
    slow
        Whether it takes more than a moment, because it runs what the lesson says.
    """

    promise: str
    rule: Rule
    slow: bool


LINTS: list[Lint] = []


def in_lesson(lesson: str, what: str, do: str) -> CourseError:
    """Return an error that names the lesson."""
    return CourseError(what, where=f"lesson {lesson}", do=do)


def lint(promise: str, *, slow: bool = False) -> Callable[[Rule], Rule]:
    """Register a rule under the sentence it makes sure of."""

    def register(rule: Rule) -> Rule:
        LINTS.append(Lint(promise, rule, slow))
        return rule

    return register
