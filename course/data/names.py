"""Names in an archive: each must mean the same place, below one folder, on every system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_LONGEST_PART, _LONGEST = 255, 1024


class Unfit(Exception):
    """An archive, or an entry of it, must not be unpacked; the message says why."""


def safe(name: str) -> PurePosixPath:
    """Return an entry's path, relative and without dots.

    Raises
    ------
    Unfit
        If it could be written elsewhere, or not at all.
    """
    path = PurePosixPath(name)
    if name.startswith("/") or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        raise Unfit(f"'{shown(name)}' in it would be written elsewhere")
    if "\\" in name or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise Unfit(f"'{shown(name)}' in it has characters that not every system allows")
    size = len(name.encode())
    if size > _LONGEST or any(len(part.encode()) > _LONGEST_PART for part in path.parts):
        raise Unfit(f"'{shown(name)}' in it is too long for a name")
    return path


def shown(name: str) -> str:
    """Return a name for a sentence: short, and without characters that change the screen."""
    short = name if len(name) <= 60 else f"{name[:57]}..."
    return short if short.isprintable() else short.encode("unicode_escape").decode()


class Places:
    """The places that are taken, so that no entry is written over another on any system.

    Windows and macOS do not tell ``Water`` from ``water``.
    """

    def __init__(self) -> None:
        root = PurePosixPath()
        self._taken = {str(root): (root, True)}

    def take(self, path: PurePosixPath, *, folder: bool) -> None:
        """Take a place, and those of the folders above it.

        Raises
        ------
        Unfit
            If another entry has it.
        """
        for above in reversed(path.parents[:-1]):
            self._put(above, folder=True)
        if path.parts or not folder:
            self._put(path, folder=folder)

    def _put(self, path: PurePosixPath, *, folder: bool) -> None:
        folded = unicodedata.normalize("NFC", str(path)).casefold()
        other, other_is_folder = self._taken.setdefault(folded, (path, folder))
        if other is path:
            return
        if not (folder and other_is_folder and other == path):
            raise Unfit(f"'{shown(str(path))}' and '{shown(str(other))}' in it are in one place")
