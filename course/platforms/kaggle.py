"""Kaggle notebooks: about thirty GPU hours a week."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from course.platforms.base import Published


class Kaggle:
    """Kaggle notebooks, interactive or committed."""

    name = "Kaggle"
    badge = "Open in Kaggle"
    pitfall = "Switch 'Internet' on in the side panel, or nothing can be downloaded."

    def here(self) -> bool:
        """Recognise Kaggle by the variable that says how the notebook was started."""
        return "KAGGLE_KERNEL_RUN_TYPE" in os.environ

    def link(self, notebook: Published) -> str:
        """Import the notebook from its GitHub page."""
        return f"https://kaggle.com/kernels/welcome?src={quote(notebook.blob, safe='')}"

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Say which accelerator the notebook wants; the internet is needed to install `course`."""
        gpu = accelerator == "gpu"
        return {
            "kaggle": {
                "accelerator": "nvidiaTeslaT4" if gpu else "none",
                "dataSources": [],
                "isGpuEnabled": gpu,
                "isInternetEnabled": True,
                "language": "python",
                "sourceType": "notebook",
            }
        }
