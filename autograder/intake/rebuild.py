"""Build the notebook to grade from the instructor's, with the student's answers in it."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader import utils

from autograder.intake.read import Cell

_NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def rebuild(source: Any, answers: list[Cell]) -> tuple[Any, tuple[str, ...]]:
    """Put a student's answers into the instructor's notebook.

    Cells that nbgrader knows come in the instructor's order; a cell of the student's own follows
    the known cell it stood behind. Of an answer that stands twice, the last one that was changed
    counts, as it would when the notebook is run; changed copies before it stay as they are.

    Parameters
    ----------
    source
        The instructor's notebook, with stubs and whole tests.
    answers
        The student's cells.

    Returns
    -------
    notebook, repairs
        The notebook to run, and what was mended, a sentence each.
    """
    known = {_id(cell): cell for cell in source.cells if _id(cell)}
    given, own, repairs = _sort(known, answers)
    cells = list(own[""])
    for id_, original in known.items():
        cell = copy.deepcopy(original)
        if utils.is_solution(cell) and id_ in given:
            if given[id_].kind != cell.cell_type:
                repairs.append(f"the cell '{id_}' had become a {given[id_].kind} cell")
            cell.source = given[id_].source
        elif id_ not in given:
            repairs.append(f"the cell '{id_}' was missing and was put back as it was released")
        elif given[id_].source.rstrip() != _released(cell).rstrip():
            repairs.append(f"the cell '{id_}' is not yours to change; the released one was used")
        cells += [cell, *own[id_]]
    notebook = copy.deepcopy(source)
    notebook.cells = cells
    return notebook, tuple(repairs)


def _sort(
    known: dict[str, Any], answers: list[Cell]
) -> tuple[dict[str, Cell], defaultdict[str, list[Any]], list[str]]:
    """Tell answers from the student's own cells; the latter by the known cell before them."""
    chosen = _chosen(known, answers)
    own: defaultdict[str, list[Any]] = defaultdict(list)
    repairs: list[str] = []
    before = ""
    for index, cell in enumerate(answers):
        if cell.grade_id not in known:
            own[before].append(_NEW[cell.kind](cell.source))
        elif chosen[cell.grade_id] == index:
            before = cell.grade_id
        else:
            repairs.append(f"the cell '{cell.grade_id}' stood twice; the last changed one counts")
            if utils.is_solution(known[cell.grade_id]) and _changed(known, cell):
                own[before].append(_NEW[cell.kind](cell.source))
    return {id_: answers[index] for id_, index in chosen.items()}, own, repairs


def _chosen(known: dict[str, Any], answers: list[Cell]) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for index, cell in enumerate(answers):
        if cell.grade_id in known and (cell.grade_id not in chosen or _changed(known, cell)):
            chosen[cell.grade_id] = index
    return chosen


def _changed(known: dict[str, Any], cell: Cell) -> bool:
    return bool(cell.source.strip() != known[cell.grade_id].source.strip())


def _released(cell: Any) -> str:
    """Return a locked cell's text as students have it, without its hidden tests."""
    kept, hidden = [], False
    for line in cell.source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hidden = True
        elif "END HIDDEN TESTS" in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def _id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
