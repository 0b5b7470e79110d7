"""The one door to what students cannot know: held-out data, and numbers drawn from a secret seed.

    tiles = secret("heldout.safetensors")
    _random = generator("recall")  # for inputs that nobody can look up, the same in each grading

The files live in ``source/<lesson>/secret/``, which no release, wheel or site contains. The seed is
the course's own (`autograder.directory.Directory.seed`). Tests that run in a trusted process read
both there; nothing of this reaches the process of a student.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.errors import CourseError

if TYPE_CHECKING:
    import numpy as np

# Set by the grader for the process in which grade cells run.
FOLDER = "COURSE_SECRETS"
SEED = "COURSE_SEED"


def secret(name: str) -> dict[str, Any]:
    """Read a safetensors file of the lesson being graded.

    Examples
    --------
    >>> _far_away = secret("far_away.safetensors")

    Parameters
    ----------
    name
        The file's name in the lesson's ``secret`` folder.

    Returns
    -------
    dict
        Tensor names to torch tensors.

    Raises
    ------
    CourseError
        If it is not there: the fault is the course's, never the student's.
    """
    from safetensors.torch import load_file

    # Without a grader (nbval, JupyterLab) a source runs in its own folder.
    path = Path(os.environ.get(FOLDER, "secret")) / name
    if not path.is_file():
        raise CourseError(
            f"the secret file '{name}' is not there",
            where=str(path.parent),
            do="grade with `course grade`, which says where the lesson's secrets are",
        )
    return dict(load_file(path))


def generator(name: str) -> np.random.Generator:
    """Return a random generator that depends on the course's secret seed and on ``name``.

    Grading twice gives the same numbers, another course gives others. Where there is no grader
    (nbval, JupyterLab) the seed is empty and the numbers are the same everywhere.

    Examples
    --------
    >>> _values = generator("mean").normal(size=100).tolist()

    Parameters
    ----------
    name
        Of the exercise, so that no two exercises draw the same numbers.
    """
    import numpy as np

    digest = hashlib.sha256(f"{os.environ.get(SEED, '')} {name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest))
