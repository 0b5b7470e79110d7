"""Take in one student's folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from autograder.intake.cells import Cell, Lesson
from autograder.intake.choose import Bundle, Candidate, candidates, left_aside, only_notebook
from autograder.intake.expected import expected
from autograder.intake.extras import extra_files
from autograder.intake.folder import Found, contents, look_into
from autograder.intake.names import is_notebook
from autograder.intake.read import LARGEST, read
from autograder.intake.rebuild import rebuild
from autograder.intake.receipt import compare, set_apart
from autograder.intake.refuse import AGAIN, InvalidSubmission, shown
from autograder.intake.unpack import LARGEST_ZIP, unpack
from autograder.lesson import MEASURED
from autograder.submission import Submission

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
    bundles, repairs = _bundles(folder)
    bundles, manifests = set_apart(bundles)
    found = candidates(bundles, sources)
    if not found:
        found, told = _by_content(bundles, sources, folder)
        repairs += told
    notebooks: dict[str, Any] = {}
    for name, source in sources.items():
        if name in found:
            repairs += left_aside(found[name])
            notebooks[name], mended = rebuild(source, _read(found[name][0]))
            repairs += mended
    materials = given(source_folder, sources)
    used = [files[0] for files in found.values()]
    aside = [candidate for files in found.values() for candidate in files[1:]]
    files, told = extra_files(bundles, used, aside, materials)
    receipt = ""
    for bundle in dict.fromkeys(candidate.bundle for candidate in used):
        if bundle.name in manifests:
            receipt, changes = compare(bundle, manifests[bundle.name], lesson)
            told += changes
    return Submission(
        student=student,
        lesson=lesson,
        notebooks=notebooks,
        files=files,
        materials=materials,
        secrets=source_folder / "secret",
        repairs=tuple(repairs + told),
        expected={
            name: expected(source, source_folder / f"{name}.ipynb")
            for name, source in sources.items()
        },
        receipt=receipt,
    )


def _bundles(folder: Path) -> tuple[list[Bundle], list[str]]:
    """Return the folder, and each zip file in it that holds a notebook; any other is a file."""
    files, odd = look_into(folder)
    for name in odd:
        if is_notebook(name):
            what = "this is a link or a device, not a file"
            raise InvalidSubmission(what, where=shown(name), do=AGAIN)
    told = [f"'{shown(name)}' is a link or a device and was left out" for name in odd]
    loose, packed = [], []
    troubles: list[InvalidSubmission] = []
    for file in files:
        try:
            unpacked = _unpacked(file)
        except InvalidSubmission as error:
            troubles.append(error)
            unpacked = []
        if unpacked:
            packed.append(Bundle(file.name, tuple(unpacked)))
        else:
            loose.append(file)
    bundles = [Bundle("", tuple(loose)), *packed]
    if troubles and not any(is_notebook(file.name) for b in bundles for file in b.files):
        raise troubles[0]
    return bundles, told + [f"'{e.where}' was not looked into: {e.what}" for e in troubles]


def _unpacked(file: Found) -> list[Found]:
    if not file.name.lower().endswith(".zip") or "/" in file.name:
        return []
    return unpack(contents(file, LARGEST_ZIP), file.name)


def _read(candidate: Candidate) -> list[Cell]:
    return read(contents(candidate.file, LARGEST), candidate.file.name.rpartition("/")[2])


def _by_content(
    bundles: list[Bundle], sources: dict[str, Any], folder: Path
) -> tuple[dict[str, list[Candidate]], list[str]]:
    """Take the only notebook for the lesson's only notebook, if it holds a cell of the lesson's.

    Raises
    ------
    InvalidSubmission
        If it is another notebook, or there is none.
    """
    only = only_notebook(bundles)
    if only and len(sources) == 1:
        ((name, source),) = sources.items()
        if Lesson(source).known.keys() & {cell.grade_id for cell in _read(only)}:
            return {name: [only]}, [f"'{only.label}' was taken for '{name}.ipynb'"]
    wanted = ", ".join(f"{name}.ipynb" for name in sources)
    what = "the notebook is not there"
    raise InvalidSubmission(what, where=folder.name, do=f"hand in a file named {wanted}")


def given(folder: Path, sources: dict[str, Any]) -> dict[str, Path]:
    """Return the lesson's files that a notebook may read.

    What a run of the source has left beside it is no material: it would stand in for the model that
    a student has to train.
    """
    results = [MEASURED] + [
        pattern
        for source in sources.values()
        for pattern in source.metadata.get("course", {}).get("artefacts", [])
    ]
    return {
        name: path
        for name, path in files_in(folder, [f"{name}.ipynb" for name in sources]).items()
        if "/" in name or not any(fnmatch(name, pattern) for pattern in results)
    }


def files_in(folder: Path, exclude: Iterable[str]) -> dict[str, Path]:
    """Return the lesson's regular files that students may have; links are passed over."""
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
