"""SageMaker Studio Lab: four GPU hours a session, after an approval."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from course.platforms.base import Published


class StudioLab:
    """Amazon SageMaker Studio Lab, and SageMaker's own containers."""

    name = "SageMaker Studio Lab"
    badge = "Open in Studio Lab"
    pitfall = "Ask for the account some days before you need it; GPU sessions end after 4 hours."

    def here(self) -> bool:
        """Recognise SageMaker by its folder or its variables."""
        return Path("/opt/ml").exists() or any(name.startswith("SM_") for name in os.environ)

    def link(self, notebook: Published) -> str:
        """Import the notebook from GitHub."""
        return notebook.blob.replace(
            "https://github.com/", "https://studiolab.sagemaker.aws/import/github/"
        )

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Nothing: the runtime is chosen before the notebook opens."""
        return {}
