"""Where a Jupyter server or an editor keeps the notebook that a kernel belongs to."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from course.errors import CourseError


def notebook_path() -> Path | None:
    """Return the file of the notebook that runs this code; None where nobody says.

    Jupyter servers set ``JPY_SESSION_NAME`` when they start a kernel, so it is stale after the
    notebook was renamed. VS Code puts ``__vsc_ipynb_file__`` among the notebook's own names.
    """
    named = _of_editor() or os.environ.get("JPY_SESSION_NAME", "")
    path = Path(named)
    return path.absolute() if path.suffix == ".ipynb" else None


def read_notebook(path: Path) -> Any:
    """Read a notebook's file as JSON.

    Raises
    ------
    CourseError
        If it is not there, or is no JSON.
    """
    do = 'name the notebook\'s file: `course.submit(notebook="name.ipynb")`'
    try:
        return json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        what = "the file is not there (was the notebook renamed while it was open?)"
        raise CourseError(what, where=str(path), do=do) from error
    except (OSError, ValueError, RecursionError) as error:
        raise CourseError("this is not a whole notebook", where=str(path), do=do) from error


def _of_editor() -> str:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return str(getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__", ""))
