"""Of a cell that stands twice one counts; what else was written stays as a cell of one's own."""

from __future__ import annotations

from dataclasses import replace

from autograder.intake.cells import Cell, Lesson


def settle_copies(lesson: Lesson, cells: list[Cell]) -> tuple[list[Cell], list[str]]:
    """Leave one cell for each grade id.

    Of a solution the last changed copy counts, as it would when the notebook is run. Changed
    copies before it run before it, as they did for the student.
    """
    chosen = {
        id_: _best(lesson, cells, id_) for id_ in {c.grade_id for c in cells} & set(lesson.known)
    }
    kept, told = [], []
    for index, cell in enumerate(cells):
        if cell.grade_id not in lesson.known or chosen[cell.grade_id] == index:
            kept.append(cell)
            continue
        which = "the last changed one counts" if lesson.is_solution(cell.grade_id) else "one counts"
        told.append(f"the cell '{cell.grade_id}' stood twice; {which}")
        if lesson.changed(cell):
            kept.append(replace(cell, grade_id=""))
    return kept, told


def _best(lesson: Lesson, cells: list[Cell], id_: str) -> int:
    copies = [index for index, cell in enumerate(cells) if cell.grade_id == id_]
    if not lesson.is_solution(id_):
        return min(copies, key=lambda index: lesson.changed(cells[index]))
    # A copy turned into text is a note of the student's, not the answer.
    kind = lesson.known[id_].cell_type
    return max(copies, key=lambda i: (lesson.changed(cells[i]), cells[i].kind == kind, i))
