"""Build releases by nbgrader's GenerateAssignment, compare them, and read what the grader needs."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from autograder.directory import Directory, silent, unusable
from course.errors import CourseError

_HIDING = (ClearHiddenTests, ClearMarkScheme)


class _Converter(GenerateAssignment):
    """Remembers why a notebook failed: nbgrader only logs it."""

    reason: Exception | None = None

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.reason = error
            raise


def build(
    directory: Directory, lesson: str, approve: Callable[[Path], None] = lambda fresh: None
) -> Path:
    """Build the release of a lesson into the course's release folder, replacing what was there.

    Parameters
    ----------
    approve
        Called with the fresh release before it replaces the old one; raises to keep the old one.

    Raises
    ------
    CourseError
        Naming lesson, cell and line of what is wrong with the source. The old release stays.
    """
    target = directory.folder("release", ".", lesson)
    with built(directory, lesson) as fresh:
        approve(fresh)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(fresh, target)
    return target


@contextmanager
def built(directory: Directory, lesson: str) -> Iterator[Path]:
    """Build the release of a lesson in a temporary folder, without touching any gradebook."""
    config = Config()
    config.SaveCells.enabled = False
    config.GenerateAssignment.no_database = True
    with _converted(directory, lesson, config) as folder:
        yield folder


def register(directory: Directory, lesson: str) -> dict[str, Any]:
    """Write a lesson's cells and points to the gradebook; return its notebooks with hidden tests.

    Returns
    -------
    dict
        Notebook id to notebook: solutions are stubs, tests are whole. Instructors only.

    Raises
    ------
    CourseError
        If the source is wrong, or its graded cells changed after submissions were recorded.
    """
    steps = list(directory.config.GenerateAssignment.get("preprocessors", []))
    config = Config()
    config.GenerateAssignment.preprocessors = [
        step for step in steps or GenerateAssignment.preprocessors.default() if step not in _HIDING
    ]
    with _converted(directory, lesson, config) as folder:
        return {
            path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))
        }


@contextmanager
def _converted(directory: Directory, lesson: str, changes: Config) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        config = directory.configured(changes)
        config.CourseDirectory.release_directory = scratch
        config.CourseDirectory.assignment_id = lesson
        converter = _Converter(coursedir=CourseDirectory(config=config), config=config, log=silent)
        try:
            converter.start()
        except NbGraderException as error:
            raise _explained(lesson, converter.reason or error) from error
        yield Path(scratch) / lesson


def _explained(lesson: str, reason: Exception) -> CourseError:
    if isinstance(reason, CourseError):
        return reason
    if isinstance(reason.__context__, OperationalError):  # nbgrader's sentence says only part of it
        return unusable(reason.__context__, f"lesson {lesson}")
    advice = "mend the source of the lesson"
    if "there are submissions" in str(reason):
        command = f"`nbgrader db assignment remove {lesson} --force`"
        advice = (
            "graded cells cannot come or go once submissions are recorded: keep the old ids, "
            f"or start over with {command}, which deletes its grades"
        )
    return CourseError(f"nbgrader refused it ({reason})", where=f"lesson {lesson}", do=advice)


def stale(directory: Directory, lesson: str) -> str:
    """Compare the committed release of a lesson with a fresh one.

    Returns
    -------
    str
        A unified diff of the text files and a line for each other difference; empty if none.
    """
    committed = directory.folder("release", ".", lesson)
    with built(directory, lesson) as fresh:
        names = sorted(_files(committed) | _files(fresh))
        return "\n".join(
            difference
            for name in names
            if (difference := _difference(name, committed / name, fresh / name))
        )


def _files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def _difference(name: str, old: Path, new: Path) -> str:
    if not old.is_file():
        return f"missing from the release: {name}"
    if not new.is_file():
        return f"not from the source: {name}"
    before, after = old.read_bytes(), new.read_bytes()
    if before == after:
        return ""
    try:
        texts = before.decode().splitlines(), after.decode().splitlines()
    except UnicodeDecodeError:
        return f"differs: {name}"
    lines = list(difflib.unified_diff(*texts, f"release/{name}", f"built/{name}", lineterm=""))
    return "\n".join(lines[:60]) or f"differs in line ends: {name}"


def source_notebook(directory: Directory, lesson: str) -> Any:
    """Return a lesson's source notebook."""
    return read_notebook(directory.folder("source", ".", lesson) / f"{lesson}.ipynb")


def read_notebook(path: Path) -> Any:
    """Read one of the course's own notebooks.

    Raises
    ------
    CourseError
        If the file is not a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, KeyError, nbformat.ValidationError) as error:
        # What nbformat raises depends on how the file is broken.
        raise CourseError(f"this is not a notebook ({error})", where=str(path)) from error
