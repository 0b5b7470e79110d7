"""Kaggle notebooks: about thirty GPU hours a week."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from course.errors import CourseError
from course.platforms.base import Platform, Published, existing, made
from course.platforms.saved import read

_RUN_TYPE = "KAGGLE_KERNEL_RUN_TYPE"


class Kaggle(Platform):
    """Kaggle notebooks, interactive or saved and run as a version."""

    key = "kaggle"
    name = "Kaggle"
    badge = "Open in Kaggle"
    session = "About 30 GPU hours a week."
    places = "Outputs in `/kaggle/working`; `/kaggle/input` is read-only."
    lost = "What is outside /kaggle/working, and that too unless you choose Save Version."
    pitfall = "Switch 'Internet' on in the side panel, or nothing can be downloaded."
    secrets = "choose Add-ons ▸ Secrets, add it under this name and tick it for this notebook"
    pick_up = "find it under Output in the side panel; Save Version keeps it"
    download = "File ▸ Download Notebook"

    def here(self) -> bool:
        """Recognise Kaggle by the variable that says how the notebook was started."""
        return _RUN_TYPE in os.environ

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

    def outputs(self) -> Path:
        """Return a folder that Save Version keeps."""
        return made(self._working / "outputs")

    @property
    def _working(self) -> Path:
        return self.root / "kaggle" / "working"

    def stored(self, name: str) -> str:
        """Ask Kaggle's secrets."""
        try:
            return str(import_module("kaggle_secrets").UserSecretsClient().get_secret(name))
        except ConnectionError as error:
            what = "Kaggle's secrets cannot be reached"
            raise CourseError(what, where=self.name, do=self.pitfall.rstrip(".")) from error
        except Exception as error:  # its errors have no common class
            what = f"there is no secret '{name}', or it is not attached to this notebook"
            raise CourseError(what, where=self.name, do=self.secrets) from error

    def hand_over(self, path: Path) -> str:
        """Put the file among the notebook's outputs, if it is not there."""
        file = existing(path).resolve()
        if not file.is_relative_to(self._working.resolve()):
            file = Path(shutil.copy2(file, self.outputs()))
        return f"{file} is ready: {self.pick_up}."

    def live_notebook(self, timeout: float = 60) -> dict[str, Any]:
        """Read the notebook of a version that is being run; an interactive one cannot be had."""
        path = self._working / "__notebook__.ipynb"
        if os.environ.get(_RUN_TYPE) == "Batch" and path.is_file():
            return read(path)
        raise CourseError(
            "Kaggle does not show a notebook its own file",
            where=self.name,
            do=f"get the file by hand: {self.download}",
        )
