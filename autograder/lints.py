"""What ``course check`` promises. A rule is a function; adding one is adding one here.

A rule takes a course directory and a lesson and yields an error for each thing that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nbgrader import utils

from autograder import platform_page
from autograder.build.contract import TESTS, automatic
from autograder.build.leaks import leaks
from autograder.build.release import read_notebook, stale
from autograder.build.step import grade_id, in_cell
from autograder.directory import Directory
from autograder.sync import outdated, pairs, tracked_files
from course.checks import exercise_checks
from course.errors import CourseError

Rule = Callable[[Directory, str], Iterator[CourseError]]
LEAST_MUTANTS = 3
PRIVATE = re.compile(
    r"(^|/)(submitted|autograded|feedback|downloaded|reports)/|(^|/)gradebook\.db|"
    r"(^|/)grades[^/]*\.csv$|(^|/)roster[^/]*\.csv$|\.roster$|(^|/)\.(env|course-seed)$"
)
_OURS = "autograder/feedback/"  # code of that name, not anybody's data


@dataclass(frozen=True)
class Lint:
    """A rule and what it makes sure of, as a sentence."""

    promise: str
    rule: Rule


LINTS: list[Lint] = []


def lint(promise: str) -> Callable[[Rule], Rule]:
    """Register a rule under the sentence it makes sure of."""

    def register(rule: Rule) -> Rule:
        LINTS.append(Lint(promise, rule))
        return rule

    return register


def notebook_of(directory: Directory, lesson: str) -> Any:
    """Return a lesson's source notebook."""
    return read_notebook(directory.folder("source", ".", lesson) / f"{lesson}.ipynb")


@lint("every source is paired with its notebook")
def _paired(directory: Directory, lesson: str) -> Iterator[CourseError]:
    scripts = pairs(directory, lesson)
    if not scripts:
        where = f"{directory.folder('source', '.', lesson)}/{lesson}.py"
        yield CourseError("the paired source is missing", where=where, do="write the lesson there")
    for script in scripts:
        if outdated(script):
            advice = f"run `course sync {lesson}` and commit both files"
            yield CourseError("the notebook is not up to its .py", where=str(script), do=advice)


@lint("every code cell of a source was executed, and some output is there to compare")
def _executed(directory: Directory, lesson: str) -> Iterator[CourseError]:
    cells = [cell for cell in notebook_of(directory, lesson).cells if cell.cell_type == "code"]
    for cell in cells:
        if cell.execution_count is None:
            advice = f"run `course sync {lesson} --force`"
            yield in_cell(lesson, cell, "the cell was not executed", advice)
    if not any(cell.outputs for cell in cells):
        yield CourseError("no cell has an output: nbval would compare nothing", where=lesson)


@lint("every release is what its source gives")
def _fresh(directory: Directory, lesson: str) -> Iterator[CourseError]:
    difference = stale(directory, lesson)
    if difference:
        advice = f"run `course build {lesson}` and commit release/"
        yield CourseError(
            f"the release is stale:\n{difference}", where=f"lesson {lesson}", do=advice
        )


@lint("no release holds a hidden test, a solution, a marker, a source or held-out data")
def _tight(directory: Directory, lesson: str) -> Iterator[CourseError]:
    yield from leaks(directory, lesson)


@lint("every exercise has a stub, a visible check, two hints and hidden tests")
def _whole(directory: Directory, lesson: str) -> Iterator[CourseError]:
    notebook = notebook_of(directory, lesson)
    cells = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}
    for exercise in automatic(notebook):
        tests = cells.get(f"{exercise}{TESTS}")
        if tests is None:
            continue  # the build says so: its name is not what it should be
        if "BEGIN HIDDEN TESTS" not in tests.source and not utils.is_solution(tests):
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
    for exercise in automatic(notebook_of(directory, lesson)):
        folder = directory.root / "tests" / "mutants" / lesson / exercise
        found = len(list(folder.glob("*.py")))
        if found < LEAST_MUTANTS:
            yield CourseError(
                f"{found} wrong solutions, not {LEAST_MUTANTS}",
                where=str(folder.relative_to(directory.root)),
                do="add mistakes that people really make, one a file",
            )


@lint("the table of platforms is what the registry says")
def _told(directory: Directory, lesson: str) -> Iterator[CourseError]:
    if platform_page.stale(directory):
        advice = "run `course build` and commit docs/platforms.md"
        yield CourseError("the table of platforms is stale", where="docs/platforms.md", do=advice)


@lint("no student data is in git")
def _private(directory: Directory, lesson: str) -> Iterator[CourseError]:
    for name in tracked_files(directory.root):
        if PRIVATE.search(name) and not name.startswith(_OURS):
            advice = f"git rm --cached '{name}', and take it out of the history before you publish"
            yield CourseError("student data is tracked", where=name, do=advice)
