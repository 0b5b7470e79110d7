"""The lesson contract: what breaks it is refused with lesson, cell, line and advice."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.build.contract import exercises
from autograder.build.release import build, source_notebook
from autograder.directory import Directory
from course.errors import CourseError

Tiny = Callable[..., Path]


def refused(root: Path) -> str:
    with pytest.raises(CourseError) as caught:
        build(Directory.open(root), "01_tiny")
    return str(caught.value)


def test_the_exercises_are_the_graded_cells_with_their_points(tiny_course: Tiny) -> None:
    assert exercises(source_notebook(Directory.open(tiny_course()), "01_tiny")) == {"double": 3.0}


def test_a_second_cell_with_a_grade_id_is_refused(tiny_course: Tiny) -> None:
    def twice(cells: list[Any]) -> list[Any]:
        again = copy.deepcopy(cells[3])
        again.id = "again"
        return [*cells, again]

    assert refused(tiny_course(cells=twice)) == (
        "lesson 01_tiny, cell 'double-check', line 1: "
        "a second cell has the grade_id 'double-check'.\n"
        "  What to do: give one of them another grade_id."
    )


@pytest.mark.parametrize("points", [0, -1])
def test_a_graded_cell_without_points_is_refused(
    tiny_course: Tiny, change_cell: Any, points: int
) -> None:
    assert refused(tiny_course(cells=change_cell("double-tests", points=points))) == (
        "lesson 01_tiny, cell 'double-tests', line 1: a graded cell has no points.\n"
        "  What to do: give it `points` above 0."
    )


def test_an_objective_without_a_graded_cell_is_refused(tiny_course: Tiny) -> None:
    def claim(front: dict[str, Any]) -> dict[str, Any]:
        front["objectives"][0]["exercises"].append("triple")
        return front

    assert refused(tiny_course(front=claim)) == (
        "lesson 01_tiny, cell 'triple-tests', front matter: "
        "an objective names the exercise 'triple', but no cell grades it.\n"
        "  What to do: add a graded cell with the grade_id 'triple-tests', or mend the objective."
    )


def test_a_graded_cell_without_an_objective_is_refused(tiny_course: Tiny) -> None:
    def ungraded(cells: list[Any]) -> list[Any]:
        more = copy.deepcopy(cells[4])
        more.id, more.metadata.nbgrader.grade_id = "more", "triple-tests"
        return [*cells, more]

    assert refused(tiny_course(cells=ungraded)) == (
        "lesson 01_tiny, cell 'triple-tests', front matter: "
        "the exercise 'triple' is graded, but no objective names it.\n"
        "  What to do: name it under `exercises` of the objective it shows."
    )


def test_wrong_front_matter_stops_the_build(tiny_course: Tiny) -> None:
    message = refused(tiny_course(front=lambda front: {**front, "minutes": "five"}))
    assert message.startswith(
        "lesson 01_tiny: front matter: 'minutes' is not a whole number from 1 on: 'five'"
    )


def test_a_graded_cell_named_otherwise_is_refused(tiny_course: Tiny, change_cell: Any) -> None:
    root = tiny_course(cells=change_cell("double-tests", grade_id="double-graded"))
    assert refused(root) == (
        "lesson 01_tiny, cell 'double-graded', line 1: "
        "the grade_id of tests ends in '-tests', and no other one does.\n"
        "  What to do: call it '<exercise>-tests'."
    )
