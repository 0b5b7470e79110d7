"""Build the notebook to grade from the instructor's, with the student's answers in it."""

from __future__ import annotations

import copy
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.intake.cells import Cell, Lesson, Repair
from autograder.intake.copies import settle_copies
from autograder.intake.edited import restore
from autograder.intake.lost import recognise
from autograder.intake.missing import put_back
from autograder.intake.moved import put_in_order
from autograder.intake.retyped import retype

# Each relies on those before it: only what is recognised can be a copy, only what is in order can
# have a gap.
REPAIRS: tuple[Repair, ...] = (
    recognise, settle_copies, retype, put_in_order, put_back, restore,
)  # fmt: skip
_NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def rebuild(source: Any, cells: list[Cell]) -> tuple[Any, tuple[str, ...]]:
    """Put a student's answers into the instructor's notebook.

    Parameters
    ----------
    source
        The instructor's notebook, with stubs and whole tests.
    cells
        The student's cells.

    Returns
    -------
    notebook, repairs
        The notebook to run, and what was mended, a sentence each.
    """
    lesson, repairs = Lesson(source), []
    for repair in REPAIRS:
        cells, told = repair(lesson, cells)
        repairs += told
    notebook = copy.copy(source)
    notebook.metadata = copy.deepcopy(source.metadata)
    notebook.cells = [_built(lesson, cell) for cell in cells]
    return notebook, tuple(dict.fromkeys(repairs))


def _built(lesson: Lesson, cell: Cell) -> Any:
    """Make a cell anew: of the student's own nothing is kept but its kind and text."""
    if cell.grade_id not in lesson.known:
        built = _NEW[cell.kind](cell.source)
    else:
        built = copy.deepcopy(lesson.known[cell.grade_id])
        built.source = cell.source
    if cell.pictures and built.cell_type == "markdown":
        built.attachments = copy.deepcopy(cell.pictures)
    return built
