"""Where a notebook can run. One file a platform; adding one is adding a file and a line here.

Recognition goes from the most to the least particular, because platforms are built on each other:
Kaggle's image is made from Colab's and carries its marks too, and so does Colab Enterprise.
"""

from __future__ import annotations

from course.platforms.base import Platform, Published
from course.platforms.codespaces import Codespaces
from course.platforms.colab import Colab
from course.platforms.colab_enterprise import ColabEnterprise
from course.platforms.kaggle import Kaggle
from course.platforms.lightning import Lightning
from course.platforms.local import Local
from course.platforms.sagemaker import SageMaker
from course.platforms.workbench import Workbench

__all__ = ["PLATFORMS", "Platform", "Published", "detect"]

PLATFORMS: tuple[Platform, ...] = (
    Kaggle(),
    ColabEnterprise(),
    Colab(),
    Workbench(),
    Lightning(),
    SageMaker(),
    Codespaces(),
    Local(),
)


def detect() -> Platform:
    """Return the platform this process runs on; the last one, the own machine, always matches.

    Examples
    --------
    >>> detect().name
    'your own machine'
    """
    return next(platform for platform in PLATFORMS if platform.here())
