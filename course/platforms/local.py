"""Your own machine: a laptop, a workstation, a cluster's node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.platforms.base import Published
from course.platforms.jupyter import notebook_path, read_notebook


class Local:
    """Any machine that none of the other platforms claims."""

    name = "your own machine"
    badge = "Download"
    pitfall = "Close other programs that use the GPU before you start."

    def here(self) -> bool:
        """Match always, so it has to come last."""
        return True

    def link(self, notebook: Published) -> str:
        """Download the notebook."""
        return notebook.raw

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Nothing: what is there is there."""
        return {}

    def outputs(self) -> Path:
        """Return the working folder."""
        return Path.cwd()

    def hand_over(self, path: Path) -> str:
        """Say where the file is: it is on the user's own disk already."""
        return f"It is here: {path}"

    def live_notebook(self, timeout: float = 60) -> dict[str, Any]:
        """Read the notebook's file.

        Raises
        ------
        CourseError
            If nobody says which file that is, or it is not there.
        """
        path = notebook_path()
        if path is None:
            raise CourseError(
                "from here it cannot be told which file this notebook is",
                do='save it and name its file: `course.submit(notebook="name.ipynb")`',
            )
        found: dict[str, Any] = read_notebook(path)
        return found
