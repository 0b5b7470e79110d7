"""A cell whose nbgrader metadata is gone is found again by its place and its likeness.

Conservative: a cell is recognised only between its known neighbours, and it stays where it stands.
So all of a student's code still runs in the student's order, and a wrong guess costs nothing: the
cell it stands for would otherwise have been missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbgrader import utils

from autograder.intake.cells import Cell, Lesson, defined


def recognise(lesson: Lesson, cells: list[Cell]) -> tuple[list[Cell], list[str]]:
    """Give cells that lost their metadata their grade ids back."""
    cells, told = list(cells), []
    lost = [id_ for id_ in lesson.known if id_ not in {cell.grade_id for cell in cells}]
    # Locked cells first: they are known by their text, and then enclose the solutions.
    for id_ in sorted(lost, key=lesson.is_solution):
        find = _solution if lesson.is_solution(id_) else _locked
        index = find(lesson, cells, id_)
        if index is not None:
            cells[index] = replace(cells[index], grade_id=id_)
            told.append(_sentence(lesson, id_))
    return cells, told


def _sentence(lesson: Lesson, id_: str) -> str:
    start = f"the cell '{id_}' had lost its nbgrader metadata"
    if not lesson.is_solution(id_):
        return f"{start} and was known by its text"
    names = ", ".join(sorted(defined(lesson.known[id_].source)))
    likeness = f"defines {names}" if names else "is most like it"
    return (
        f"{start}; the cell in its place that {likeness} was taken for it: "
        "tell your instructor if that is wrong"
    )


def _locked(lesson: Lesson, cells: list[Cell], id_: str) -> int | None:
    text = lesson.released(id_).strip()
    same = (i for i in _strangers(lesson, cells, id_) if cells[i].source.strip() == text)
    return next(same, None) if text else None


def _solution(lesson: Lesson, cells: list[Cell], id_: str) -> int | None:
    stub = lesson.known[id_].source
    asked = defined(stub)
    found = [
        i for i in _strangers(lesson, cells, id_) if cells[i].source.strip() not in lesson.texts
    ]
    if asked:
        # Of several the last, whose definitions count when the notebook is run.
        return next((i for i in reversed(found) if asked <= defined(cells[i].source)), None)
    if utils.is_grade(lesson.known[id_]):
        # A person will look at it, and at its neighbours.
        return max(found, key=lambda i: len(cells[i].source), default=None)
    return next((i for i in reversed(found) if _alike(stub, cells[i].source)), None)


def _alike(stub: str, text: str) -> bool:
    """Say whether half of a stub's lines are still there, not counting the one to be replaced."""
    lines = {line.strip() for line in stub.splitlines() if not line.lstrip().startswith("raise ")}
    lines.discard("")
    kept = lines & {line.strip() for line in text.splitlines()}
    return bool(lines) and 2 * len(kept) >= len(lines)


def _strangers(lesson: Lesson, cells: list[Cell], id_: str) -> Iterator[int]:
    """Yield the unknown cells of the right kind between the nearest known neighbours of a cell."""
    order = list(lesson.known)
    at = order.index(id_)
    places = {cell.grade_id: i for i, cell in enumerate(cells) if cell.grade_id in lesson.known}
    first = next((places[i] + 1 for i in reversed(order[:at]) if i in places), 0)
    last = next((places[i] for i in order[at + 1 :] if i in places), len(cells))
    for index in range(first, last):
        cell = cells[index]
        same_kind = cell.kind == lesson.known[id_].cell_type
        if cell.grade_id not in lesson.known and same_kind and cell.source.strip():
            yield index
