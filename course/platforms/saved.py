"""The notebook of the running kernel as a file, found without asking Jupyter.

Jupyter's server names it in ``JPY_SESSION_NAME`` when it starts a kernel, VS Code in a variable of
the notebook. Neither tells a kernel what is on the screen: who needs to know compares the file
with what was run.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from course.errors import CourseError

_AGAIN = "save the notebook (Ctrl+S), then run this cell again"


def running_shell() -> Any:
    """Return the IPython shell this code runs in; None in a script. Never imports IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def saved_notebook(by_hand: str) -> dict[str, Any]:
    """Read the notebook of the running kernel from the disk.

    Parameters
    ----------
    by_hand
        How the user can get the file without this, as advice.

    Raises
    ------
    CourseError
        If it is not known which file it is, or if it cannot be read.
    """
    path = notebook_file()
    if path is None:
        raise CourseError(
            "the notebook's own file cannot be found from inside it (was it renamed?)",
            do=f"get the file by hand: {by_hand}",
        )
    return read(path)


def read(path: Path) -> dict[str, Any]:
    """Read a notebook file as plain JSON.

    Raises
    ------
    CourseError
        If it cannot be read.
    """
    try:
        notebook = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        message = f"the notebook cannot be read ({error})"
        raise CourseError(message, where=str(path), do=_AGAIN) from error
    if not isinstance(notebook, dict) or "cells" not in notebook:
        raise CourseError("the file is not a notebook", where=str(path), do=_AGAIN)
    return notebook


def notebook_file() -> Path | None:
    """Return the file that holds the notebook of the running kernel; None where nobody says."""
    shell = running_shell()
    told = [
        shell.user_ns.get("__vsc_ipynb_file__") if shell is not None else None,
        os.environ.get("JPY_SESSION_NAME"),
    ]
    for name in filter(None, told):
        # An older server gives a path below its own root; the kernel starts beside the notebook.
        for path in (Path(name), Path.cwd() / Path(name).name):
            if path.suffix == ".ipynb" and path.is_file():
                return path
    return None
