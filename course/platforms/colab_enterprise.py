"""Colab Enterprise: Colab's notebooks on paid machines of Google Cloud."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from course.platforms.base import Platform, Published
from course.platforms.colab import Colab, ask_browser


class ColabEnterprise(Platform):
    """Colab Enterprise: the look of Colab, without Drive and without Colab's secrets."""

    key = "colab-enterprise"
    name = "Colab Enterprise"
    badge = "Open in Colab Enterprise"
    session = "As long as its runtime runs; the runtime costs money."
    places = "The working folder, on the runtime's disk."
    lost = "The whole disk, when the runtime is deleted: copy results to a bucket."
    pitfall = "Drive cannot be mounted here, and the runtime costs money until you stop it."
    download = Colab.download

    def here(self) -> bool:
        """Recognise it by the product's name; it carries Colab's marks too."""
        return os.environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE"

    def link(self, notebook: Published) -> str:
        """Import the notebook's bytes."""
        return "https://console.cloud.google.com/vertex-ai/colab/import/" + quote(
            notebook.raw, safe=""
        )

    def live_notebook(self, timeout: float = 60) -> dict[str, Any]:
        """Ask the browser, as on Colab."""
        return ask_browser(timeout, where=self.name)
