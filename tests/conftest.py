"""A course small enough to build in a moment, which a test can break in one place."""

from __future__ import annotations

import copy
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]
TINY = "01_tiny"

# A job started in the background ignores Ctrl-C, and so would everything it starts; tests press it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

MANIFEST = """\
[tool.course]
title = "A tiny course"
organisation = "org"
repository = "repo"
branch = "main"
edition = "2026"
"""

FRONT: dict[str, Any] = {
    "title": "Tiny",
    "summary": "One exercise, for tests.",
    "minutes": 5,
    "difficulty": "beginner",
    "accelerator": "none",
    "before": ["Nothing at all"],
    "objectives": [{"can": "double a number", "exercises": ["double"]}],
}

SOLUTION = """\
def double(x):
    ### BEGIN SOLUTION
    twice_as_much = x + x
    return twice_as_much
    ### END SOLUTION"""

TESTS = """\
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
assert double(21) == 42, "double(21) is not 42"
assert double("ab") == "abab", "double does not work for text"
### END HIDDEN TESTS"""


def graded(grade_id: str, **changes: Any) -> dict[str, Any]:
    """Return the metadata nbgrader reads in a cell."""
    plain = {"grade": False, "locked": True, "schema_version": 3, "solution": False}
    return {"nbgrader": {**plain, "grade_id": grade_id, **changes}}


def tiny_cells() -> list[Any]:
    """Return the cells of the tiny lesson, in order: text, setup, exercise, check, tests."""
    cells = [
        new_markdown_cell("## Doubling\n\nWrite `double(x)`, which returns twice `x`."),
        new_code_cell("import course", metadata=graded("setup")),
        new_code_cell(SOLUTION, metadata=graded("double", locked=False, solution=True)),
        new_code_cell("callable(double)", metadata=graded("double-check")),
        new_code_cell(TESTS, metadata=graded("double-tests", grade=True, points=3)),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return cells


def write_tiny(
    root: Path,
    *,
    cells: Callable[[list[Any]], list[Any]] = lambda cells: cells,
    front: Callable[[dict[str, Any]], dict[str, Any]] = lambda front: front,
) -> Path:
    """Write the tiny course into `root`, changed by the two functions, and return `root`."""
    source = root / "source" / TINY
    source.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(MANIFEST, "utf-8")
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    metadata = {
        "course": front(copy.deepcopy(FRONT)),
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = new_notebook(cells=cells(tiny_cells()), metadata=metadata)
    nbformat.write(notebook, source / f"{TINY}.ipynb")
    return root


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of this repository."""
    return ROOT


@pytest.fixture
def tiny_course(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes the tiny course, `tiny_course(**changes) -> Path`.

    Changes: `cells`, which gets the list of cells and returns another; `front`, which gets the
    front matter and returns another. The course's only lesson is ``01_tiny``.
    """

    def make(**changes: Any) -> Path:
        return write_tiny(tmp_path / "course", **changes)

    return make


@pytest.fixture
def change_cell() -> Callable[..., Callable[[list[Any]], list[Any]]]:
    """A function that makes a value for `tiny_course(cells=…)`: one cell, changed.

    `change_cell("double-tests", points=0)` changes entries of nbgrader's metadata, and `source`
    the text; `None` takes an entry away.
    """

    def make(cell: str, /, **changes: Any) -> Callable[[list[Any]], list[Any]]:
        def change(cells: list[Any]) -> list[Any]:
            found = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == cell]
            assert len(found) == 1
            found[0].source = changes.pop("source", found[0].source)
            for entry, value in changes.items():
                found[0].metadata.nbgrader[entry] = value
                if value is None:
                    del found[0].metadata.nbgrader[entry]
            return cells

        return change

    return make
