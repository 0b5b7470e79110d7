"""What students import: platforms, data, checks and hints. Nothing here needs Jupyter.

Importing this package is cheap (no torch): each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.data import Pictures, Tiles, load_folder, load_tiles, stage, unpack
    from course.errors import CourseError
    from course.exercise import NotAttempted, check, hint
    from course.runtime import setup
    from course.storage import flush, keep, secret

__version__ = "0.1.0"
__all__ = [
    "CourseError",
    "NotAttempted",
    "Pictures",
    "Tiles",
    "check",
    "flush",
    "hint",
    "keep",
    "load_folder",
    "load_tiles",
    "secret",
    "setup",
    "stage",
    "unpack",
]

_HOME = {
    "CourseError": "course.errors",
    "NotAttempted": "course.exercise",
    "Pictures": "course.data",
    "Tiles": "course.data",
    "check": "course.exercise",
    "flush": "course.storage",
    "hint": "course.exercise",
    "keep": "course.storage",
    "load_folder": "course.data",
    "load_tiles": "course.data",
    "secret": "course.storage",
    "setup": "course.runtime",
    "stage": "course.data",
    "unpack": "course.data",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
