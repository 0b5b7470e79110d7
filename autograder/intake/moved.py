"""Cells run in the lesson's order, wherever they were moved."""

from __future__ import annotations

from difflib import SequenceMatcher

from autograder.intake.cells import Cell, Lesson


def put_in_order(lesson: Lesson, cells: list[Cell]) -> tuple[list[Cell], list[str]]:
    """Sort known cells; a cell of the student's own goes with the solution it stands next to."""
    given = [cell.grade_id for cell in cells if cell.grade_id in lesson.known]
    wanted = [id_ for id_ in lesson.known if id_ in given]
    if given == wanted:
        return cells, []
    blocks = _blocks(lesson, cells)
    ordered = [cell for id_ in ["", *wanted] for cell in blocks[id_]]
    same = SequenceMatcher(None, wanted, given, autojunk=False).get_matching_blocks()
    stayed = {id_ for match in same for id_ in wanted[match.a : match.a + match.size]}
    return ordered, [
        f"the cell '{id_}' had been moved and was put back in its place"
        for id_ in wanted
        if id_ not in stayed
    ]


def _blocks(lesson: Lesson, cells: list[Cell]) -> dict[str, list[Cell]]:
    """Return each known cell with the student's own that go with it; under "" those in front."""
    blocks: dict[str, list[Cell]] = {"": []}
    last, waiting = "", list[Cell]()
    for cell in cells:
        id_ = cell.grade_id
        if id_ not in lesson.known:
            waiting.append(cell)
        # A helper in front of a solution belongs to it, unless it follows another solution.
        elif last and lesson.is_solution(id_) and not lesson.is_solution(last):
            blocks[id_] = [*waiting, cell]
            last, waiting = id_, []
        else:
            blocks[last] += waiting
            blocks[id_] = [cell]
            last, waiting = id_, []
    blocks[last] += waiting
    return blocks
