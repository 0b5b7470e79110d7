"""The one door to held-out data: tests ask here and nowhere else.

    tiles = secret("heldout.safetensors")

The files live in ``source/<lesson>/secret/``, which no release, wheel or site contains. Tests that
run in a trusted process read them there; nothing of this reaches the process of a student.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from course.errors import CourseError

# Set by the grader for the process in which grade cells run.
FOLDER = "COURSE_SECRETS"


def secret(name: str) -> dict[str, Any]:
    """Read a safetensors file of the lesson being graded.

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
