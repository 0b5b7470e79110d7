"""Google Colab: a free GPU in the browser, for some hours."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.platforms.base import Platform, Published, existing, made
from course.platforms.saved import running_shell

FOLDER = "notebook-gpu-course"


class Colab(Platform):
    """Google Colab, free or paid.

    Its helper package exists only there, so each of its modules is imported where it is used.
    """

    key = "colab"
    name = "Google Colab"
    badge = "Open in Colab"
    session = "At most 12 hours, fewer if you are idle. A free account does not always get a GPU."
    places = "`/content` on the session's disk. `course.keep()` gives a folder in your Drive."
    lost = "The whole disk, when the session ends. Drive stays: see course.keep()."
    pitfall = "What a link opens is a view: choose File ▸ Save a copy in Drive before you write."
    secrets = "press the key symbol on the left, add it under this name, switch notebook access on"
    pick_up = "press the folder symbol on the left, right-click the file, then Download"
    download = "File ▸ Download ▸ Download .ipynb"

    def here(self) -> bool:
        """Recognise Colab by its shell; in a script, which has none, by the tag of its image.

        The tag alone would not do: the image can be run anywhere.
        """
        shell = running_shell()
        if shell is None:
            return "COLAB_RELEASE_TAG" in os.environ
        return "google.colab" in str(shell)

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

    def outputs(self) -> Path:
        """Return a folder on the session's disk."""
        return made(self.root / "content" / "outputs")

    def keep(self) -> Path | None:
        """Return the course's folder in Drive; mount Drive first, also after the mount dropped."""
        mount = self.root / "content" / "drive"
        folder = mount / "MyDrive" / FOLDER
        try:
            folder.parent.stat()
        except FileNotFoundError:
            self._mount(mount, again=False)
        except OSError:  # errno 107: the connection to Drive is gone, the folder is still listed
            self._mount(mount, again=True)
        if not os.path.ismount(mount):  # somebody has made a folder of that name
            self._mount(mount, again=False)
        return made(folder)

    def _mount(self, path: Path, *, again: bool) -> None:
        try:
            import_module("google.colab.drive").mount(str(path), force_remount=again)
        except NotImplementedError as error:
            advice = "copy what you want to keep to a bucket: gcloud storage cp FILE gs://BUCKET/"
            raise CourseError("Drive cannot be mounted here", where=self.name, do=advice) from error
        except Exception as error:  # refused, timed out, or not called from a cell: no common class
            raise CourseError(
                f"Drive could not be mounted ({error})",
                where=self.name,
                do="run the cell again and allow access in the window that opens, with the account "
                f"you use Colab with. Without Drive, save files yourself: {self.pick_up}",
            ) from error

    def flush(self) -> str:
        """Send everything to Drive and unmount it."""
        if not os.path.ismount(self.root / "content" / "drive"):
            return "Drive is not connected, so nothing was sent: course.keep() connects it."
        try:
            import_module("google.colab.drive").flush_and_unmount()
        except Exception as error:  # ValueError, or whatever the mount says of itself
            raise CourseError(
                f"not everything could be sent to Drive ({error})",
                where=self.name,
                do="do not end the session yet: run the cell again in a minute",
            ) from error
        return "What you wrote is in Drive. The folder is gone until course.keep() is called again."

    def stored(self, name: str) -> str:
        """Ask Colab's secrets."""
        try:
            return str(import_module("google.colab.userdata").get(name))
        except Exception as error:  # no common class; and a script has no secrets at all
            what = f"there is no secret '{name}'"
            if type(error).__name__ == "NotebookAccessError":
                what = f"this notebook may not read the secret '{name}'"
            raise CourseError(what, where=self.name, do=self.secrets) from error

    def hand_over(self, path: Path) -> str:
        """Start a download in the browser."""
        file = existing(path).resolve()
        try:
            import_module("google.colab.files").download(str(file))
        except Exception:  # a script has no browser: the file is there all the same
            return f"{file} is ready: {self.pick_up}."
        return f"{file.name} is in your browser's downloads. If not: {self.pick_up}."

    def live_notebook(self, timeout: float = 60) -> dict[str, Any]:
        """Ask the browser."""
        return ask_browser(timeout, where=self.name)


def ask_browser(timeout: float, *, where: str) -> dict[str, Any]:
    """Ask Colab's page for the notebook, twice: a large one takes its time, and None means silence.

    Raises
    ------
    CourseError
        If it does not come.
    """
    reason = "no answer"
    for patience in (timeout, 2 * timeout):
        try:
            ask = import_module("google.colab._message").blocking_request
            if reply := ask("get_ipynb", timeout_sec=patience):
                return dict(reply["ipynb"])
        except Exception as error:  # a private interface: anything may have changed
            reason = f"{type(error).__name__}: {error}"
            break
    by_hand = f"get the file by hand: {Colab.download}"
    raise CourseError(
        f"the browser did not hand over the notebook ({reason})",
        where=where,
        do=f"keep its tab open and run the cell again, or {by_hand}",
    )
