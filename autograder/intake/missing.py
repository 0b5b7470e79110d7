"""Deleted cells are put back."""

from __future__ import annotations

from autograder.intake.cells import Cell, Lesson, defined


def put_back(lesson: Lesson, cells: list[Cell]) -> tuple[list[Cell], list[str]]:
    """Put each missing cell in front of the next known one; the known ones are in order."""
    present = {cell.grade_id for cell in cells}
    written = {name for cell in cells for name in _written(lesson, cell)}
    missing = [id_ for id_ in lesson.known if id_ not in present]
    order = {id_: place for place, id_ in enumerate(lesson.known)}
    whole: list[Cell] = []
    for cell in cells:
        while missing and cell.grade_id in order and order[missing[0]] < order[cell.grade_id]:
            whole.append(_restored(lesson, missing.pop(0), written))
        whole.append(cell)
    whole += [_restored(lesson, id_, written) for id_ in missing]
    return whole, [_sentence(lesson, id_, written) for id_ in order if id_ not in present]


def _restored(lesson: Lesson, id_: str, written: set[str]) -> Cell:
    original = lesson.known[id_]
    source = "" if _is_elsewhere(lesson, id_, written) else lesson.released(id_)
    return Cell(original.cell_type, source, id_)


def _sentence(lesson: Lesson, id_: str, written: set[str]) -> str:
    if _is_elsewhere(lesson, id_, written):
        return f"the cell '{id_}' was missing; what it asks for is in another cell, which counts"
    return f"the cell '{id_}' was missing and was put back as it was released"


def _is_elsewhere(lesson: Lesson, id_: str, written: set[str]) -> bool:
    """Say whether other cells do what a solution asks for: its stub would undo their work."""
    asked = defined(lesson.known[id_].source) if lesson.is_solution(id_) else set()
    return bool(asked) and asked <= written


def _written(lesson: Lesson, cell: Cell) -> set[str]:
    theirs = cell.grade_id not in lesson.known or lesson.is_solution(cell.grade_id)
    return defined(cell.source) if theirs and cell.kind == "code" else set()
