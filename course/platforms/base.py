"""What every platform can say of itself, and what holds where nothing else is known."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from course.errors import CourseError
from course.platforms.saved import saved_notebook


@dataclass(frozen=True)
class Published:
    """A notebook's place in the course's public repository.

    Attributes
    ----------
    organisation, repository, branch
        The public repository students reach.
    path
        The notebook's path in it, with forward slashes.
    """

    organisation: str
    repository: str
    branch: str
    path: str

    @property
    def blob(self) -> str:
        """Address of the notebook's page on GitHub."""
        return f"https://github.com/{self.organisation}/{self.repository}/blob/{self.branch}/{self.path}"

    @property
    def raw(self) -> str:
        """Address of the notebook's bytes."""
        return (
            f"https://raw.githubusercontent.com/{self.organisation}/{self.repository}"
            f"/{self.branch}/{self.path}"
        )


class Platform(ABC):
    """A place to run notebooks.

    What is not overridden holds for a JupyterLab on a machine whose disk stays.

    Attributes
    ----------
    key
        A short id, such as ``"colab"``.
    name, badge
        What people call it, and the text of its link.
    session, places, lost, pitfall
        A sentence each: the limits of a session, where files go, what is lost when the session
        ends, and the one thing to mind.
    secrets
        How to store a secret here, as advice.
    pick_up
        How to get a file from here to one's own machine, as advice.
    download
        How to save the notebook as a file by hand, as advice.
    root
        Where absolute paths begin. Tests move it; nobody else should.
    """

    key: ClassVar[str]
    name: ClassVar[str]
    badge: ClassVar[str]
    session: ClassVar[str]
    places: ClassVar[str]
    lost: ClassVar[str]
    pitfall: ClassVar[str]
    secrets: ClassVar[str] = (
        "type it in: import os, getpass; os.environ['NAME'] = getpass.getpass()"
    )
    pick_up: ClassVar[str] = "right-click it in the list of files, then Download"
    download: ClassVar[str] = "File ▸ Download"
    root: ClassVar[Path] = Path("/")

    @abstractmethod
    def here(self) -> bool:
        """Say whether this process runs on the platform."""

    @abstractmethod
    def link(self, notebook: Published) -> str:
        """Return the address that opens the notebook there with one click."""

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Return notebook metadata that preselects the accelerator (``"gpu"`` or ``"none"``).

        Nothing by default: on most platforms the machine is chosen before the notebook opens.
        """
        return {}

    def outputs(self) -> Path:
        """Return the folder where a run's files go."""
        return made(Path.cwd() / "outputs")

    def keep(self) -> Path | None:
        """Return the folder that outlives the session, connecting to it first if need be.

        Returns
        -------
        Path or None
            None where the working folder itself stays, or where nothing does: `lost` says which.

        Raises
        ------
        CourseError
            If the connection fails or is refused.
        """
        return None

    def flush(self) -> str:
        """Make sure that what was written to `keep` is really there; return what is true then.

        Raises
        ------
        CourseError
            If it is not.
        """
        return "There was nothing to wait for: the files are on the disk."

    def secret(self, name: str) -> str:
        """Return a secret from the platform's own store, or else from the environment.

        Raises
        ------
        CourseError
            If neither has it, with what to do.
        """
        try:
            return self.stored(name)
        except CourseError:
            if value := os.environ.get(name):
                return value
            raise

    def stored(self, name: str) -> str:
        """Return a secret from the platform's own store.

        Raises
        ------
        CourseError
            If it has none of that name, or if there is no such store here.
        """
        advice = self.secrets.replace("NAME", name)
        raise CourseError(f"there is no secret '{name}'", where=self.name, do=advice)

    def hand_over(self, path: Path) -> str:
        """Give a file to the user; return a sentence that says where it is.

        Raises
        ------
        CourseError
            If there is no such file.
        """
        return f"{existing(path).resolve()} is ready: {self.pick_up}."

    def live_notebook(self, timeout: float = 60) -> dict[str, Any]:
        """Return the notebook as it is now, as nbformat JSON: a source may be a list of lines.

        Parameters
        ----------
        timeout
            How long to wait for the browser, in seconds, where it has to be asked.

        Raises
        ------
        CourseError
            If it cannot be had, with how to download it by hand.
        """
        return saved_notebook(self.download)


def made(folder: Path) -> Path:
    """Return a folder after making it.

    Raises
    ------
    CourseError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "check that the disk is not full and that you may write there"
        raise CourseError(
            f"the folder cannot be made ({error.strerror})", where=str(folder), do=advice
        ) from error
    return folder


def existing(path: Path) -> Path:
    """Return the path of a file that is there.

    Raises
    ------
    CourseError
        If it is not.
    """
    if not path.is_file():
        advice = "run the cell that writes it, then this one again"
        raise CourseError("there is no such file", where=str(path), do=advice)
    return path
