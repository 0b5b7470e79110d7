"""The visible checks and hints, one file a lesson: ``lesson_NN.py``.

An exercise's checks are one function. It takes the student's objects by the names in ``needs`` and
asserts what the exercise's text asks for, with messages a beginner can act on.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from course.errors import CourseError

Runner = Callable[..., None]


@dataclass(frozen=True)
class Checks:
    """What a student can ask about one exercise."""

    exercise: str
    needs: tuple[str, ...]
    hints: tuple[str, str]
    praise: str
    run: Runner


_registry: dict[str, Checks] = {}


def checks(
    exercise: str, *, needs: tuple[str, ...], hints: tuple[str, str], praise: str
) -> Callable[[Runner], Runner]:
    """Register the decorated function as the visible check of an exercise.

    Exercise ids are unique over the whole course, so that ``check("split")`` needs no lesson.

    Parameters
    ----------
    exercise
        The exercise's id.
    needs
        Names of the student's objects; the decorated function gets them in this order.
    hints
        One that points the way, and one that nearly gives the line.
    praise
        What a student reads whose code passes.

    Raises
    ------
    CourseError
        If another exercise has that id.
    """

    def register(run: Runner) -> Runner:
        if exercise in _registry:
            raise CourseError(f"two exercises are called '{exercise}'", where=run.__module__)
        _registry[exercise] = Checks(exercise, needs, hints, praise, run)
        return run

    return register


def written(value: Any, what: str) -> None:
    """Make sure that a student's function returned something.

    Raises
    ------
    AssertionError
        If it returned None: nearly always the ``return`` is missing.
    """
    if value is None:
        raise AssertionError(f"{what} returns nothing. Is there a `return`?")


@cache
def _load() -> dict[str, Any]:
    return {
        module.name: import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if module.name.startswith("lesson_")
    }


def exercise_checks(exercise: str) -> Checks:
    """Return the checks of an exercise.

    Raises
    ------
    CourseError
        If no exercise has that id.
    """
    _load()
    if exercise not in _registry:
        known = ", ".join(sorted(_registry))
        raise CourseError(f"there is no exercise '{exercise}'", do=f"use one of: {known}")
    return _registry[exercise]
