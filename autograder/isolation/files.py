"""Files beside a notebook lie on both sides: what a student writes is fetched for tests."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

MOST_FILES, MOST_BYTES = 200, 128 << 20
"""That are fetched at once."""


class Folder:
    """The notebook's folder on the student's side."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._seen: dict[str, tuple[int, int]] = {}

    def changed(self) -> list[Any]:
        """Return files that are new or changed: path and content."""
        found: list[Any] = []
        total = 0
        for parent, folders, names in os.walk(self._home):
            folders[:] = sorted(n for n in folders if not n.startswith((".", "__pycache__")))
            for path in (Path(parent) / name for name in sorted(names)):
                if not os.access(path, os.R_OK) or path.is_symlink() or not path.is_file():
                    continue
                about = path.lstat()
                mark = (about.st_mtime_ns, about.st_size)
                if self._seen.get(str(path)) == mark:
                    continue
                total += about.st_size
                if total > MOST_BYTES or len(found) >= MOST_FILES:
                    return found
                self._seen[str(path)] = mark
                with contextlib.suppress(OSError):
                    found.append([str(path.relative_to(self._home)), path.read_bytes()])
        return found

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises
        ------
        FileNotFoundError
            If it is not there.
        """
        return Path(path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        """Write a file, relative to the notebook, that does not count as the student's."""
        target = self._home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        about = target.lstat()
        self._seen[str(target)] = (about.st_mtime_ns, about.st_size)


def unfollowed(path: str) -> bytes:
    """Read a file that intake has seen: exchanged for a link since, it is not followed."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read()


def inside(folder: Path, path: str) -> Path | None:
    """Return where a relative path of the student's may be written, if anywhere."""
    relative = Path(path)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts or "\0" in path:
        return None
    return folder / relative


def keep(target: Path, content: bytes) -> Path:
    """Write a file anew; what was there, a link included, goes."""
    for folder in reversed(target.parents):
        if folder.is_file():
            folder.unlink()  # a file that has become a folder
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    target.write_bytes(content)
    return target
