"""GitHub Codespaces: VS Code and a clone of the repository in the browser, without a GPU."""

from __future__ import annotations

import os

from course.platforms.base import Platform, Published


class Codespaces(Platform):
    """GitHub Codespaces."""

    key = "codespaces"
    name = "GitHub Codespaces"
    badge = "Open in Codespaces"
    session = "Stops after 30 minutes without activity; free accounts have some hours a month."
    places = "The working folder, in the clone of the repository."
    lost = "Nothing when it stops; everything when it is deleted, by default after 30 days unused."
    pitfall = "There is no GPU, and a codespace uses up your quota until you stop and delete it."
    secrets = "add it at github.com/settings/codespaces for this repository, then restart it"
    pick_up = "right-click it in the Explorer, then Download"
    download = "right-click the notebook in the Explorer, then Download"

    def here(self) -> bool:
        """Recognise a codespace by the variable that is always set in one."""
        return os.environ.get("CODESPACES") == "true"

    def link(self, notebook: Published) -> str:
        """Start a codespace with the whole repository: a link to one notebook does not exist."""
        return f"https://codespaces.new/{notebook.organisation}/{notebook.repository}"
