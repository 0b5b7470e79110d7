"""Where a job can run. One file a target; adding one is adding a file and a line here."""

from __future__ import annotations

from course.errors import UsageError
from course.executor.targets.base import Option, Target, filled
from course.executor.targets.colab import Colab
from course.executor.targets.docker import Docker
from course.executor.targets.gcloud import GCloud
from course.executor.targets.kaggle import Kaggle
from course.executor.targets.local import Local

__all__ = ["TARGETS", "Option", "Target", "by_name", "filled"]

TARGETS: tuple[Target, ...] = (Local(), Docker(), GCloud(), Kaggle(), Colab())


def by_name(name: str) -> Target:
    """Return the target of that name."""
    for target in TARGETS:
        if target.name == name:
            return target
    known = ", ".join(target.name for target in TARGETS)
    raise UsageError(f"there is no target '{name}'", do=f"use one of: {known}")
