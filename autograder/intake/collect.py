"""Take in one student's folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.intake.read import InvalidSubmission, read
from autograder.intake.rebuild import rebuild
from autograder.submission import Submission

__all__ = ["InvalidSubmission", "take_in"]

_NOT_MATERIAL = ("secret", "__pycache__", ".ipynb_checkpoints")


def take_in(
    student: str, lesson: str, folder: Path, sources: dict[str, Any], source_folder: Path
) -> Submission:
    """Read and repair what a student handed in.

    Parameters
    ----------
    student, lesson
        Their ids.
    folder
        ``submitted/<student>/<lesson>``.
    sources
        The instructor's notebooks by their names, with stubs and whole tests.
    source_folder
        The lesson's source, for the files a notebook may read.

    Raises
    ------
    InvalidSubmission
        If a notebook cannot be read or none of the lesson's notebooks is there.
    """
    if folder.is_symlink():
        raise InvalidSubmission("the folder is a link", where=folder.name, do="hand in files")
    notebooks: dict[str, Any] = {}
    repairs: list[str] = []
    for name, source in sources.items():
        path = folder / f"{name}.ipynb"
        if not os.path.lexists(path):
            continue
        notebooks[name], mended = rebuild(source, read(path))
        repairs += mended
    if not notebooks:
        expected = ", ".join(f"{name}.ipynb" for name in sources)
        raise InvalidSubmission(
            "the notebook is not there", where=folder.name, do=f"hand in a file named {expected}"
        )
    handed_in = files_in(folder, exclude=[f"{name}.ipynb" for name in sources])
    return Submission(
        student=student,
        lesson=lesson,
        notebooks=notebooks,
        files={name: path for name, path in handed_in.items() if name != "timestamp.txt"},
        materials=files_in(source_folder, exclude=[f"{name}.ipynb" for name in sources]),
        secrets=source_folder / "secret",
        repairs=tuple(repairs),
    )


def files_in(folder: Path, exclude: Iterable[str]) -> dict[str, Path]:
    """Return regular files below a folder; links are passed over, also links to folders."""
    found = {}
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name not in _NOT_MATERIAL]
        for name in names:
            path = Path(parent) / name
            relative = path.relative_to(folder).as_posix()
            paired = path.suffix == ".py" and path.with_suffix(".ipynb").exists()
            if path.is_file() and not path.is_symlink() and relative not in exclude and not paired:
                found[relative] = path
    return found
