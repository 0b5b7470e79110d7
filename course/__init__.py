"""What students import: platforms, data, checks and hints. Nothing here needs Jupyter.

Importing this package is cheap (no torch): each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.data import Pictures, Tiles, load_folder, load_tiles, stage, unpack
    from course.drawing import figure
    from course.errors import CourseError
    from course.exercise import NotAttempted, check, hint
    from course.runtime import setup
    from course.storage import flush, keep, secret
    from course.submission import submit
    from course.training import Checkpoint, TimeBudget, fit, seed_everything

__version__ = "0.1.0"
__all__ = [
    "Checkpoint",
    "CourseError",
    "NotAttempted",
    "Pictures",
    "Tiles",
    "TimeBudget",
    "check",
    "figure",
    "fit",
    "flush",
    "hint",
    "keep",
    "load_folder",
    "load_tiles",
    "secret",
    "seed_everything",
    "setup",
    "stage",
    "submit",
    "unpack",
]

_HOME = {
    "Checkpoint": "course.training",
    "CourseError": "course.errors",
    "NotAttempted": "course.exercise",
    "Pictures": "course.data",
    "Tiles": "course.data",
    "TimeBudget": "course.training",
    "check": "course.exercise",
    "figure": "course.drawing",
    "fit": "course.training",
    "flush": "course.storage",
    "hint": "course.exercise",
    "keep": "course.storage",
    "load_folder": "course.data",
    "load_tiles": "course.data",
    "secret": "course.storage",
    "seed_everything": "course.training",
    "setup": "course.runtime",
    "stage": "course.data",
    "submit": "course.submission",
    "unpack": "course.data",
}


def __dir__() -> list[str]:
    return [*globals(), *__all__]  # so that the Tab key offers what is not loaded yet


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
