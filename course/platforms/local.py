"""Your own machine: a laptop, a workstation, a cluster's node."""

from __future__ import annotations

from course.platforms.base import Platform, Published


class Local(Platform):
    """Any machine that none of the other platforms claims."""

    key = "local"
    name = "your own machine"
    badge = "Download"
    session = "As long as your machine runs."
    places = "The working folder; downloaded data in `~/.cache`."
    lost = "Nothing: files stay where they are."
    pitfall = "Close other programs that use the GPU before you start."
    pick_up = "it is on this machine"

    def here(self) -> bool:
        """Match always, so it has to come last."""
        return True

    def link(self, notebook: Published) -> str:
        """Download the notebook."""
        return notebook.raw
