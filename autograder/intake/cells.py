"""What intake keeps of a cell, and what it knows of the lesson."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nbgrader import utils

from autograder.markers import released

_DEFINED = re.compile(r"^(?:(?:async +)?def +|class +)(\w+)|^(\w+) *(?::[^=\n]*)?=(?!=)", re.M)


@dataclass(frozen=True)
class Cell:
    """What intake keeps of a student's cell.

    Attributes
    ----------
    kind
        ``"code"``, ``"markdown"`` or ``"raw"``.
    source
        Its text with Unix line ends.
    grade_id
        What its metadata claims to be; empty for a cell of the student's own.
    claims
        The rest of what its metadata says to nbgrader. Never used, only compared.
    tags
        Its tags. Never used, only compared.
    pictures
        Pictures pasted into its text.
    """

    kind: str
    source: str
    grade_id: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)


class Lesson:
    """What is known of a notebook: the instructor's cells.

    Parameters
    ----------
    source
        The instructor's notebook, with stubs and whole tests.

    Attributes
    ----------
    known
        Grade id to cell, in the lesson's order.
    texts
        What students got and are not asked to change: the texts of all cells but solutions.
    """

    def __init__(self, source: Any) -> None:
        self.known: dict[str, Any] = {_id(cell): cell for cell in source.cells if _id(cell)}
        self.texts = frozenset(
            released(cell.source).strip() for cell in source.cells if not utils.is_solution(cell)
        )

    def is_solution(self, grade_id: str) -> bool:
        """Say whether students write in this cell."""
        return grade_id in self.known and bool(utils.is_solution(self.known[grade_id]))

    def released(self, grade_id: str) -> str:
        """Return the text of a known cell as students got it."""
        return released(self.known[grade_id].source)

    def changed(self, cell: Cell) -> bool:
        """Say whether a student wrote something into a known cell."""
        return cell.source.strip() not in ("", self.released(cell.grade_id).strip())


Repair = Callable[[Lesson, list[Cell]], tuple[list[Cell], list[str]]]
"""From a student's cells to mended ones, and a sentence for each thing mended."""


def defined(source: str) -> set[str]:
    """Return the names a cell defines at its top level, also of code that is not Python yet."""
    return {function or name for function, name in _DEFINED.findall(source)}


def _id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
