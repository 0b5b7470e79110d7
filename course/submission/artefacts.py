"""Files to hand in with a notebook: those that the lesson names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

MOST_A_FILE = 50_000_000
MOST_IN_ALL = 80_000_000
MOST_FILES = 50
"""What graders take is a little more."""


def take_along(
    folders: Iterable[Path], patterns: Iterable[str]
) -> tuple[dict[str, Path], list[str]]:
    """Find the files to take along, and say which stay behind.

    Parameters
    ----------
    folders
        Where to look, but not below; of two files with one name the newer one counts.
    patterns
        Of file names, as in ``"*.safetensors"``.

    Returns
    -------
    dict, list
        Name to file, and a sentence for each file that is too large or older than its namesake.
    """
    found: dict[str, _File] = {}
    told = []
    for file in _files(folders, list(patterns)):
        other = found.setdefault(file.path.name, file)
        if not file.path.samefile(other.path):
            older, newer = sorted((file, other), key=lambda each: each.changed)
            found[file.path.name] = newer
            told.append(_namesakes(newer.path, older.path))
    taken: dict[str, Path] = {}
    total = 0
    for name, (path, size, _) in sorted(found.items()):
        if size > MOST_A_FILE:
            told.append(_left(name, size, f"a file may have {megabytes(MOST_A_FILE)}"))
        elif total + size > MOST_IN_ALL:
            told.append(_left(name, size, f"all files may have {megabytes(MOST_IN_ALL)}"))
        elif len(taken) == MOST_FILES:
            told.append(_left(name, size, f"there may be {MOST_FILES} files"))
        else:
            taken[name] = path
            total += size
    return taken, told


class _File(NamedTuple):
    path: Path
    size: int
    changed: int


def _files(folders: Iterable[Path], patterns: list[str]) -> Iterator[_File]:
    for folder in folders:
        # By name and not by `glob`, which raises for some patterns and reaches other folders.
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if any(fnmatchcase(path.name, pattern) for pattern in patterns) and path.is_file():
                about = path.stat()
                yield _File(path, about.st_size, about.st_mtime_ns)


def megabytes(size: int) -> str:
    """Return a size in bytes for people to read."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".0 MB", " MB")


def _namesakes(newer: Path, older: Path) -> str:
    return f"Of two files `{newer.name}` the newer one counts: `{newer}`, not `{older}`."


def _left(name: str, size: int, why: str) -> str:
    return f"`{name}` ({megabytes(size)}) stays behind: {why}. Ask your instructor if it is needed."
