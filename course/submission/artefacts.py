"""Files to hand in with a notebook: those that the lesson names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

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
        Where to look, but not below; of two files with one name the first one found counts.
    patterns
        Of file names, as in ``"*.safetensors"``.

    Returns
    -------
    dict, list
        Name to file, and a sentence for each file that is too large.
    """
    patterns = list(patterns)
    found: dict[str, Path] = {}
    for folder in folders:
        for pattern in patterns:
            for path in sorted(folder.glob(pattern)):
                if path.parent == folder and path.is_file():
                    found.setdefault(path.name, path)
    taken: dict[str, Path] = {}
    told, total = [], 0
    for name, path in sorted(found.items()):
        size = path.stat().st_size
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


def megabytes(size: int) -> str:
    """Return a size in bytes for people to read."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".0 MB", " MB")


def _left(name: str, size: int, why: str) -> str:
    return f"`{name}` ({megabytes(size)}) stays behind: {why}. Ask your instructor if it is needed."
