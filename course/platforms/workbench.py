"""Google Cloud Workbench: a paid Deep Learning VM with JupyterLab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from course.platforms.base import Published


class Workbench:
    """Workbench instances and plain Deep Learning VMs."""

    name = "Workbench"
    badge = "Open in Workbench"
    pitfall = "The machine costs money until you stop it: set an idle time-out."

    def here(self) -> bool:
        """Recognise the Deep Learning VM image."""
        return (
            Path("/opt/deeplearning/metadata/env_version").exists()
            or "DL_ANACONDA_HOME" in os.environ
        )

    def link(self, notebook: Published) -> str:
        """Offer to deploy the notebook on an instance."""
        return (
            "https://console.cloud.google.com/vertex-ai/workbench/deploy-notebook?download_url="
            + quote(notebook.raw, safe="")
        )

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Nothing: the accelerator belongs to the machine."""
        return {}
