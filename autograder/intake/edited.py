"""Tests, locked cells, points and tags are the instructor's, whatever a file says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograder.intake.cells import Cell, Lesson

_MARKS = ("grade", "solution", "locked", "task")
_SKIP = "skip-execution"


def restore(lesson: Lesson, cells: list[Cell]) -> tuple[list[Cell], list[str]]:
    """Take the instructor's text of all but solution cells; say what had been changed."""
    mended: list[Cell] = []
    told: list[str] = []
    for cell in cells:
        told += _changes(lesson, cell)
        if cell.grade_id in lesson.known and not lesson.is_solution(cell.grade_id):
            cell = replace(cell, source=lesson.known[cell.grade_id].source, pictures={})
        mended.append(cell)
    return mended, told


def _changes(lesson: Lesson, cell: Cell) -> Iterator[str]:
    name = f"the cell '{cell.grade_id}'" if cell.grade_id in lesson.known else "a cell of your own"
    if _SKIP in cell.tags:
        yield f"{name} asked to be skipped; it was run"
    if cell.grade_id not in lesson.known:
        return
    released = lesson.released(cell.grade_id)
    if not lesson.is_solution(cell.grade_id) and cell.source.rstrip() != released.rstrip():
        yield f"{name} is not yours to change; the released one was used"
    ours = lesson.known[cell.grade_id].metadata.nbgrader
    if _differ(cell, ours, "points"):
        yield f"the points of {name} had been changed; the lesson's count"
    if any(_differ(cell, ours, mark) for mark in _MARKS):
        yield f"the nbgrader metadata of {name} had been changed; the lesson's count"


def _differ(cell: Cell, ours: dict[str, object], entry: str) -> bool:
    return entry in cell.claims and cell.claims[entry] != ours.get(entry, cell.claims[entry])
