"""Training that survives a lost session: seeds, checkpoints, a time budget, and the loop itself.

Importing this package is cheap (no torch): each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.training.budget import TimeBudget
    from course.training.checkpoint import Checkpoint, Progress
    from course.training.history import History
    from course.training.loader import batches
    from course.training.loop import fit
    from course.training.seeding import seed_everything

__all__ = [
    "Checkpoint",
    "History",
    "Progress",
    "TimeBudget",
    "batches",
    "fit",
    "seed_everything",
]

_HOME = {
    "Checkpoint": "checkpoint",
    "History": "history",
    "Progress": "checkpoint",
    "TimeBudget": "budget",
    "batches": "loader",
    "fit": "loop",
    "seed_everything": "seeding",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'course.training' has no attribute {name!r}")
    return getattr(import_module(f"course.training.{_HOME[name]}"), name)
