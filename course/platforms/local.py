"""Your own machine: a laptop, a workstation, a cluster's node."""

from __future__ import annotations

from typing import Any

from course.platforms.base import Published


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
