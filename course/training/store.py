"""Where checkpoints lie: numbered files in a local folder, and the same files where they last.

``checkpoint-000041.safetensors`` comes before ``checkpoint-000042.safetensors``. A number is never
used twice, so the highest one is the newest, whichever of the two places it lies in.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from course.errors import CourseError
from course.files import PART, copy_atomic, write_atomic
from course.training.notice import notice

_NAME = re.compile(r"checkpoint-(\d{6,})\.safetensors")
_DAMAGED = ".damaged"


@dataclass
class Store:
    """Numbered files in one or two places.

    Attributes
    ----------
    folder
        The local folder; made when it is needed.
    copies
        The persistent folder, or None. Its parent must exist.
    last
        How many files stay in each place.
    copied
        Whether the newest file is in the persistent folder, too; True if there is none.
    """

    folder: Path
    copies: Path | None
    last: int
    _next: int = field(default=1, init=False)
    _first: bool = field(default=True, init=False)
    _failing: bool = field(default=False, init=False)  # the last attempt to copy, and it was said
    copied: bool = field(default=True, init=False)

    def open(self) -> list[Path]:
        """Return the files of both places, the newest first, of two with one number the local one.

        Raises
        ------
        CourseError
            If one of the places cannot be used: better now than after hours of training.
        """
        found = self._find()
        found.sort(key=_number, reverse=True)  # stable: local files stay in front
        self._next = _number(found[0]) + 1 if found else 1
        newest = [path for path in found if _number(path) == self._next - 1]
        self.copied = self.copies is None or not newest or newest[-1].parent == self.copies
        return found

    def put(self, data: bytes) -> Path:
        """Write the next file, copy it, remove the oldest ones, and return the local path.

        A copy that fails stops nothing: it is said once, and tried again with the next file.

        Raises
        ------
        CourseError
            If the local file cannot be written.
        """
        if self._first:
            self.open()
            self._sweep()
            self._first = False
        path = self.folder / f"checkpoint-{self._next:06d}.safetensors"
        write_atomic(path, data)
        self._next = _number(path) + 1
        _prune(self.folder, self.last)
        if self.copies is not None:
            self._copy(path, self.copies)
        return path

    def _copy(self, path: Path, copies: Path) -> None:
        try:
            _make(copies)
            copy_atomic(path, copies / path.name)
            _prune(copies, self.last)
        except (CourseError, OSError) as error:
            if not self._failing:
                notice(
                    f"Checkpoints cannot be copied to {copies} at the moment: "
                    f"{_reason(error)}. Training goes on with local ones; the next checkpoint is "
                    "tried again."
                )
            self._failing = True
            self.copied = False
        else:
            if self._failing:
                notice(f"Checkpoints are copied to {copies} again.")
            self._failing = False
            self.copied = True

    def _places(self) -> list[Path]:
        return [self.folder] if self.copies is None else [self.folder, self.copies]

    def _sweep(self) -> None:
        """Take away what a writer that was killed has left. Not done by those who only read."""
        for place in self._places():
            for part in place.glob(f".checkpoint-*{PART}"):
                with contextlib.suppress(OSError):
                    part.unlink()

    def _find(self) -> list[Path]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.copies is not None:
                _make(self.copies)
            return [path for place in self._places() for path in _files(place)]
        except (FileExistsError, NotADirectoryError) as error:
            raise CourseError(
                "that is a file, so no folder for checkpoints can be there",
                where=str(error.filename or self.folder),
                do="choose another name",
            ) from error
        except OSError as error:
            raise CourseError(
                f"the folder for checkpoints cannot be used ({error.strerror or error})",
                where=str(error.filename or self.folder),
                do="if it is on Drive, mount Drive first (course.keep() does); else choose another",
            ) from error


def set_aside(path: Path) -> None:
    """Give a damaged file another name, so that it does not take the place of a good one."""
    with contextlib.suppress(OSError):
        path.rename(path.with_name(path.name + _DAMAGED))


def _make(copies: Path) -> None:
    """Make the folder but not its parent: without its mount, a path on Drive is a local one."""
    copies.mkdir(exist_ok=True)


def _files(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if _NAME.fullmatch(path.name)]


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    assert match is not None  # noqa: S101 - only names that match are listed
    return int(match[1])


def _prune(place: Path, last: int) -> None:
    for old in sorted(_files(place), key=_number)[:-last]:
        # Drive's bin counts as used space: what goes there should be empty.
        with contextlib.suppress(OSError):
            old.open("wb").close()
        with contextlib.suppress(OSError):
            old.unlink()


def _reason(error: Exception) -> str:
    return error.what if isinstance(error, CourseError) else str(error)
