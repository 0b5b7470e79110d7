"""The other files a student hands in: data, pictures, modules."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from autograder.intake.choose import Bundle, Candidate
from autograder.intake.folder import Found
from autograder.intake.refuse import InvalidSubmission, shown

MOST_FILES = 200
MOST_BYTES = 100_000_000
_OURS = "timestamp.txt"


def extra_files(
    bundles: Iterable[Bundle], used: list[Candidate], aside: list[Candidate], taken: Iterable[str]
) -> tuple[dict[str, Path], list[str]]:
    """Return the files to lay beside the notebook, and a sentence for each left out.

    Parameters
    ----------
    bundles
        The folder, then the zip files.
    used, aside
        The notebooks that count, and those that do not: neither is an extra file.
    taken
        Where the lesson's own files lie.

    Raises
    ------
    InvalidSubmission
        If there are too many, or they are too large.
    """
    files: dict[str, Found] = {}
    notebooks = {candidate.file for candidate in [*used, *aside]}
    for bundle in bundles:
        roots = [c.file.name.rpartition("/")[0] for c in used if c.bundle is bundle]
        if bundle.name and not roots:
            continue
        root = f"{roots[0]}/" if roots and roots[0] else ""
        files |= {
            file.name.removeprefix(root): file
            for file in bundle.files
            if file not in notebooks and (bundle.name or file.name != _OURS)
        }
    _count(files)
    blocked = _blocked(files, set(taken))
    told = [f"'{shown(name)}' is a file where a folder has to be; left out" for name in blocked]
    return {name: file.path for name, file in files.items() if name not in blocked}, told


def _count(files: dict[str, Found]) -> None:
    do = "hand in the notebook and only the files it needs"
    if len(files) > MOST_FILES:
        raise InvalidSubmission(f"there are more than {MOST_FILES} files", do=do)
    if sum(file.size for file in files.values()) > MOST_BYTES:
        raise InvalidSubmission("the files are larger than 100 MB in all", do=do)


def _blocked(files: Iterable[str], taken: set[str]) -> list[str]:
    """Return the files that stand where a folder has to be, or below one of the lesson's files."""
    parents = {name: {str(p) for p in PurePosixPath(name).parents} for name in {*files, *taken}}
    folders = set().union(*parents.values())
    return sorted(name for name in files if name in folders or parents[name] & taken)
