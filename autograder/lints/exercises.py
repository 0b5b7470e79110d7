"""Exercises: whole, with wrong solutions, and proved in the real grader."""

from __future__ import annotations

from collections.abc import Iterator

from nbgrader import utils

from autograder.build.contract import TESTS, automatic
from autograder.build.release import source_notebook
from autograder.build.step import grade_id, in_cell
from autograder.directory import Directory
from autograder.lesson import Lesson
from autograder.lints.registry import in_lesson, lint
from autograder.proof import prove
from course.checks import exercise_checks
from course.errors import CourseError

LEAST_MUTANTS = 3


@lint("every exercise has a stub, a visible check, two hints and hidden tests")
def _whole(directory: Directory, lesson: str) -> Iterator[CourseError]:
    notebook = source_notebook(directory, lesson)
    cells = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}
    for exercise in automatic(notebook):
        tests = cells.get(f"{exercise}{TESTS}")
        if tests is None:
            continue  # the build says so: its name is not what it should be
        if "BEGIN HIDDEN TESTS" not in tests.source:
            yield in_cell(lesson, tests, "the graded cell hides no tests", "add a hidden region")
        for part, wanted in (("", utils.is_solution), ("-check", utils.is_locked)):
            cell = cells.get(exercise + part)
            if cell is None or not wanted(cell):
                kind = "solution cell" if not part else "locked check cell"
                advice = f"add one with the grade_id '{exercise}{part}'"
                yield in_cell(lesson, tests, f"the exercise has no {kind}", advice)
        try:
            exercise_checks(exercise)
        except CourseError:
            advice = f"write one in course/checks/lesson_{lesson[:2]}.py"
            yield in_cell(lesson, tests, f"there is no check('{exercise}')", advice)


@lint(f"every exercise has at least {LEAST_MUTANTS} named wrong solutions")
def _mutated(directory: Directory, lesson: str) -> Iterator[CourseError]:
    for exercise in automatic(source_notebook(directory, lesson)):
        folder = directory.root / "tests" / "mutants" / lesson / exercise
        found = len(list(folder.glob("*.py")))
        if found < LEAST_MUTANTS:
            yield CourseError(
                f"{found} wrong solutions, not {LEAST_MUTANTS}",
                where=str(folder.relative_to(directory.root)),
                do="add mistakes that people really make, one a file",
            )
        for path in folder.glob("*.py"):
            if not path.read_text("utf-8").startswith('"""'):
                where = str(path.relative_to(directory.root))
                yield CourseError(
                    "the mistake is not named", where=where, do="begin with a docstring"
                )


@lint("every lesson for a GPU is tested on the accelerator twin")
def _twinned(directory: Directory, lesson: str) -> Iterator[CourseError]:
    notebook = source_notebook(directory, lesson)
    if Lesson.from_metadata(lesson, notebook.metadata).accelerator != "gpu":
        return
    tests = [cell.source for cell in notebook.cells if utils.is_grade(cell)]
    if not any('accelerator="twin"' in source for source in tests):
        advice = 'use `with student.branch(accelerator="twin")`; docs/grading.md shows it'
        yield in_lesson(lesson, "no hidden test runs on the accelerator twin", advice)


@lint(
    "references get all points, stubs none and 'not attempted', every wrong solution loses its own",
    slow=True,
)
def _proved(directory: Directory, lesson: str) -> Iterator[CourseError]:
    yield from prove(directory, lesson).problems
