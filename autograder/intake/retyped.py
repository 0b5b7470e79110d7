"""A cell that became text runs again, and text that became code is text again."""

from __future__ import annotations

from dataclasses import replace

from autograder.intake.cells import Cell, Lesson


def retype(lesson: Lesson, cells: list[Cell]) -> tuple[list[Cell], list[str]]:
    """Give known cells the kind they were released with."""
    mended, told = [], []
    for cell in cells:
        kind = lesson.known[cell.grade_id].cell_type if cell.grade_id in lesson.known else cell.kind
        if kind != cell.kind:
            told.append(f"the cell '{cell.grade_id}' had become a {cell.kind} cell")
        mended.append(replace(cell, kind=kind))
    return mended, told
