"""Jupytext pairs: people edit the ``.py``; the ``.ipynb`` holds the outputs nbval compares."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.build.tidy import name_cells
from autograder.directory import Directory
from course.errors import CourseError

_KEPT = ("nbgrader", "tags")


def pairs(directory: Directory, lesson: str) -> list[Path]:
    """Return the ``.py`` files of a lesson."""
    return sorted(directory.folder("source", ".", lesson).glob(f"{lesson}.py"))


def wanted(script: Path) -> Any:
    """Return the notebook a script stands for, without outputs, with stable cell ids."""
    notebook = jupytext.read(script)
    notebook.metadata.pop("jupytext", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    name_cells(notebook)
    return notebook


def outdated(script: Path) -> bool:
    """Say whether the notebook beside a script differs from it, outputs and counts aside."""
    path = script.with_suffix(".ipynb")
    if not path.is_file():
        return True
    return bool(_content(nbformat.read(path, as_version=4)) != _content(wanted(script)))


def sync(script: Path, *, force: bool = False) -> bool:
    """Bring a notebook up to its script and execute it; say whether anything was done.

    Parameters
    ----------
    script
        The paired ``.py``.
    force
        Execute also when the notebook is up to date.

    Raises
    ------
    CourseError
        If a cell of the source fails.
    """
    if not force and not outdated(script):
        return False
    notebook = executed(script)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # time stamps: they would differ each time
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, script.with_suffix(".ipynb"))
    return True


def executed(script: Path, **variables: str) -> Any:
    """Run a script's notebook from top to bottom and return it with its outputs.

    Parameters
    ----------
    variables
        Of the environment, on top of those of this process.

    Raises
    ------
    CourseError
        If a cell of the source fails.
    """
    notebook = wanted(script)
    # In a copy of the lesson's folder, so that what the notebook writes is never released.
    with tempfile.TemporaryDirectory(prefix="sync-") as scratch:
        folder = shutil.copytree(script.parent, Path(scratch) / script.stem)
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        try:
            client.execute(env={**os.environ, **variables})
        except CellExecutionError as error:
            raise CourseError(
                f"the source does not run: {error}", where=str(script), do="mend the cell it names"
            ) from error
    return notebook


def _content(notebook: Any) -> Any:
    metadata = {k: v for k, v in notebook.metadata.items() if k != "language_info"}
    return metadata, [
        (cell.cell_type, cell.source, {k: cell.metadata[k] for k in _KEPT if k in cell.metadata})
        for cell in notebook.cells
    ]


def tracked_files(root: Path) -> list[str]:
    """Return what git tracks below a folder; empty outside a repository."""
    command = ["git", "ls-files", "-z"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    return [name for name in done.stdout.split("\0") if name] if done.returncode == 0 else []
