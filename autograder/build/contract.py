"""Hold a source to the lesson contract before anything is made from it."""

from __future__ import annotations

from typing import Any

from nbgrader import utils

from autograder.build.step import Resources, Step, grade_id, in_cell
from autograder.lesson import Lesson
from course.errors import CourseError

TESTS = "-tests"


class KeepContract(Step):
    """Grade ids unique, points positive, every objective tied to a graded cell and back."""

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Return the notebook as it was, or raise a `CourseError`."""
        lesson = self.lesson(nb, resources)
        _unique(lesson, nb)
        _positive(lesson, nb)
        _named(lesson, nb)
        _tied(lesson, nb)
        return nb, resources


def exercises(nb: Any) -> dict[str, float]:
    """Return the exercises of a notebook and their points: ``{"split": 2.0, …}``, in order.

    An exercise is graded by its tests cell, ``<exercise>-tests``; or by a person, where the cell of
    the answer bears the points.
    """
    return {
        exercise_of(cell): float(cell.metadata.nbgrader["points"])
        for cell in nb.cells
        if utils.is_grade(cell)
    }


def automatic(nb: Any) -> list[str]:
    """Return the exercises that tests grade, in order."""
    return [
        exercise_of(cell)
        for cell in nb.cells
        if utils.is_grade(cell) and not utils.is_solution(cell)
    ]


def exercise_of(cell: Any) -> str:
    """Return the exercise that a cell belongs to: its answer's cell, or its tests."""
    return grade_id(cell).removesuffix(TESTS)


def _unique(lesson: Lesson, nb: Any) -> None:
    seen = set()
    for cell in nb.cells:
        id_ = grade_id(cell)
        if id_ and id_ in seen:
            what = f"a second cell has the grade_id '{id_}'"
            raise in_cell(lesson.id, cell, what, "give one of them another grade_id")
        seen.add(id_)


def _positive(lesson: Lesson, nb: Any) -> None:
    for cell in nb.cells:
        if utils.is_grade(cell) and not float(cell.metadata.nbgrader.get("points", 0)) > 0:
            raise in_cell(
                lesson.id, cell, "a graded cell has no points", "give it `points` above 0"
            )


def _named(lesson: Lesson, nb: Any) -> None:
    for cell in nb.cells:
        if utils.is_grade(cell) and utils.is_solution(cell) == grade_id(cell).endswith(TESTS):
            what = f"the grade_id of tests ends in '{TESTS}', and no other one does"
            raise in_cell(lesson.id, cell, what, f"call it '<exercise>{TESTS}'")


def _tied(lesson: Lesson, nb: Any) -> None:
    graded = set(exercises(nb))
    claimed = {exercise for objective in lesson.objectives for exercise in objective.exercises}
    for exercise in sorted(claimed - graded):
        raise CourseError(
            f"an objective names the exercise '{exercise}', but no cell grades it",
            where=f"lesson {lesson.id}, cell '{exercise}{TESTS}', front matter",
            do=f"add a graded cell with the grade_id '{exercise}{TESTS}', or mend the objective",
        )
    for exercise in sorted(graded - claimed):
        raise CourseError(
            f"the exercise '{exercise}' is graded, but no objective names it",
            where=f"lesson {lesson.id}, cell '{exercise}{TESTS}', front matter",
            do="name it under `exercises` of the objective it shows",
        )
