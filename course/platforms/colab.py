"""Google Colab: a free GPU in the browser, for some hours."""

from __future__ import annotations

import os
import sys
from typing import Any

from course.platforms.base import Published


class Colab:
    """Google Colab, free or paid."""

    name = "Google Colab"
    badge = "Open in Colab"
    pitfall = "Everything on the disk is gone when the session ends: save a copy to Drive."

    def here(self) -> bool:
        """Recognise Colab by the release tag of its image or its helper package."""
        return "COLAB_RELEASE_TAG" in os.environ or "google.colab" in sys.modules

    def link(self, notebook: Published) -> str:
        """Open the notebook from GitHub, as an unsaved view."""
        return notebook.blob.replace(
            "https://github.com/", "https://colab.research.google.com/github/"
        )

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Name the runtime type, which Colab reads from the notebook itself."""
        colab: dict[str, Any] = {"name": name, "provenance": [], "toc_visible": True}
        if accelerator != "gpu":
            return {"colab": colab}
        return {"accelerator": "GPU", "colab": {**colab, "gpuType": "T4"}}
