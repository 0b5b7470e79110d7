"""Your own machine: a laptop, a workstation, a cluster's node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course.platforms.base import Published
from course.platforms.saved import saved_notebook


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
        """Read the notebook's file."""
        return saved_notebook("File ▸ Download")
