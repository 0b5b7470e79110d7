"""Where a notebook can run. One file a platform; adding one is adding a file and a line here.

Recognition goes from the most to the least particular, because platforms are built on each other:
Kaggle's image is made from Colab's and carries its marks too.
"""

from __future__ import annotations

from course.platforms.base import Platform, Published
from course.platforms.colab import Colab
from course.platforms.kaggle import Kaggle
from course.platforms.local import Local
from course.platforms.sagemaker import StudioLab
from course.platforms.workbench import Workbench

__all__ = ["PLATFORMS", "Platform", "Published", "detect"]

PLATFORMS: tuple[Platform, ...] = (Kaggle(), Colab(), Workbench(), StudioLab(), Local())


def detect() -> Platform:
    """Return the platform this process runs on; the last one, the own machine, always matches."""
    return next(platform for platform in PLATFORMS if platform.here())
