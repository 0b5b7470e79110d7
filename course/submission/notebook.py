"""A notebook as JSON: any front end may have written it, or a person."""

from __future__ import annotations

import re
from typing import Any

from course.errors import CourseError

Notebook = dict[str, Any]
Cell = dict[str, Any]

_SUBMITS = re.compile(r"\bsubmit\(")


def valid(found: Any, where: str = "") -> Notebook:
    """Return what was read if it is a notebook.

    Raises
    ------
    CourseError
        If it is not.
    """
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise CourseError(
            "this is not a notebook of format 4",
            where=where,
            do="hand in the notebook that you opened from the course",
        )
    return {**found, "metadata": _dict(found.get("metadata"))}


def text(cell: Cell) -> str:
    """Return a cell's text, which files hold whole or by lines, with Unix line ends."""
    source = cell.get("source", "")
    whole = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return whole.replace("\r\n", "\n")


def about(cell: Cell) -> dict[str, Any]:
    """Return what a cell's metadata says to nbgrader."""
    return _dict(_dict(cell.get("metadata")).get("nbgrader"))


def submits(cell: Cell) -> bool:
    """Say whether a cell hands in."""
    return cell.get("cell_type") == "code" and _SUBMITS.search(text(cell)) is not None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
