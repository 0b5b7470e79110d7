"""What students import: platforms, data, checks and hints. Nothing here needs Jupyter.

Importing this package is cheap (no torch): each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.data import Tiles, load_tiles, stage
    from course.errors import CourseError
    from course.exercise import NotAttempted, check, hint
    from course.runtime import setup
    from course.submission import submit

__version__ = "0.1.0"
__all__ = [
    "CourseError",
    "NotAttempted",
    "Tiles",
    "check",
    "hint",
    "load_tiles",
    "setup",
    "stage",
    "submit",
]

_HOME = {
    "CourseError": "course.errors",
    "NotAttempted": "course.exercise",
    "Tiles": "course.data",
    "check": "course.exercise",
    "hint": "course.exercise",
    "load_tiles": "course.data",
    "setup": "course.runtime",
    "stage": "course.data",
    "submit": "course.submission",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
