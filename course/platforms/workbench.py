"""Google Cloud Workbench: a paid Deep Learning VM with JupyterLab."""

from __future__ import annotations

import os
from urllib.parse import quote

from course.platforms.base import Platform, Published


class Workbench(Platform):
    """Workbench instances and plain Deep Learning VMs."""

    key = "workbench"
    name = "Workbench"
    badge = "Open in Workbench"
    session = "No limit: the machine runs until you stop it, or until its idle time-out."
    places = "The working folder, on the machine's own disk."
    lost = "Nothing when the machine stops; the whole disk when it is deleted."
    pitfall = "The machine costs money until you stop it: set an idle time-out."

    def here(self) -> bool:
        """Recognise the Deep Learning VM image."""
        return (
            self.root / "opt/deeplearning/metadata/env_version"
        ).exists() or "DL_ANACONDA_HOME" in os.environ

    def link(self, notebook: Published) -> str:
        """Offer to deploy the notebook on an instance."""
        return (
            "https://console.cloud.google.com/vertex-ai/workbench/deploy-notebook?download_url="
            + quote(notebook.raw, safe="")
        )
