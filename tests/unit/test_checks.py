"""The visible checks of all lessons: right answers pass, stubs are seen, mistakes explained.

A mistake that a check cannot see says so in its docstring: "Only hidden tests see it."
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.contract import TESTS, automatic, exercises
from autograder.build.release import read_notebook, source_notebook
from autograder.build.step import grade_id
from autograder.build.tidy import AFTER_EXERCISES
from autograder.directory import Directory
from autograder.markers import marked, reference, released
from course.exercise import BY_A_PERSON, Result, Verdict, check, hint

ROOT = Path(__file__).parents[2]
COURSE = Directory.open(ROOT)
UNSEEN = "Only hidden tests see it."


@cache
def cells(lesson: str) -> list[Any]:
    return [cell for cell in source_notebook(COURSE, lesson).cells if cell.cell_type == "code"]


def trains(cell: Any) -> bool:
    return AFTER_EXERCISES in cell.metadata.get("tags", [])


def answers(lesson: str) -> dict[str, str]:
    """Return the reference of each exercise that is not about training."""
    return {
        grade_id(cell): reference(cell.source)
        for cell in cells(lesson)
        if utils.is_solution(cell) and not trains(cell)
    }


EXERCISES = [(lesson, name) for lesson in COURSE.lessons() for name in answers(lesson)]
MUTANTS = [
    path
    for lesson, name in EXERCISES
    for path in sorted((ROOT / "tests" / "mutants" / lesson / name).glob("*.py"))
]


@contextlib.contextmanager
def beside(lesson: str) -> Iterator[None]:
    """Go where the lesson's files are."""
    folder = COURSE.folder("source", ".", lesson)
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        yield


@cache
def locked(lesson: str) -> dict[str, Any]:
    """Return what the locked cells of a lesson define, with the references between them."""
    names: dict[str, Any] = {}
    with beside(lesson):
        for cell in cells(lesson):
            if utils.is_solution(cell) and not trains(cell):
                exec(reference(cell.source), names)
            elif utils.is_locked(cell) and not utils.is_grade(cell) and not _asks(cell):
                exec(released(cell.source), names)
    return names


def _asks(cell: Any) -> bool:
    return grade_id(cell).endswith("-check") or cell.source.startswith("course.figure(")


def told(lesson: str, exercise: str, answer: str) -> Result:
    """Return what the check says to an answer, all others being right."""
    names = dict(locked(lesson))
    with beside(lesson):
        exec(answer, names)
        return check(exercise, names)


def named(path: Path) -> str:
    return f"{path.parent.parent.name[:2]}/{path.parent.name}/{path.stem}"


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_the_reference_passes(lesson: str, exercise: str) -> None:
    result = told(lesson, exercise, answers(lesson)[exercise])
    assert result.verdict is Verdict.PASSED, result


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_the_stub_is_not_attempted(lesson: str, exercise: str) -> None:
    release = read_notebook(COURSE.folder("release", ".", lesson) / f"{lesson}.ipynb")
    (stub,) = [cell.source for cell in release.cells if grade_id(cell) == exercise]
    names = dict(locked(lesson))
    with beside(lesson), contextlib.suppress(NotImplementedError):
        exec(stub, names)
    with beside(lesson):
        assert check(exercise, names).verdict is Verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("lesson", COURSE.lessons())
def test_every_exercise_has_a_hint_or_a_rubric(lesson: str) -> None:
    notebook = source_notebook(COURSE, lesson)
    tested = automatic(notebook)
    for exercise in exercises(notebook):
        assert hint(exercise).title == ("Hint 1 of 2" if exercise in tested else BY_A_PERSON)


@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_a_mistake_is_told_in_a_sentence_and_betrays_no_test(mutant: Path) -> None:
    lesson, exercise, text = (
        mutant.parent.parent.name, mutant.parent.name, mutant.read_text("utf-8")
    )  # fmt: skip
    result = told(lesson, exercise, text)
    if UNSEEN in text.split('"""')[1].replace("\n", " "):
        assert result.verdict is Verdict.PASSED, "it is seen: mend the docstring"
        return
    assert result.verdict is Verdict.FAILED
    assert re.search(r"[a-z0-9].*[.?!)]$", result.message, re.DOTALL), "not a sentence"
    assert "your code raised" not in result.message, "an exception is no explanation"
    assert not [said for said in hidden(lesson) if said in result.message]


@cache
def hidden(lesson: str) -> frozenset[str]:
    """Return the sentences that only hidden tests say."""
    tests = [cell.source for cell in cells(lesson) if grade_id(cell).endswith(TESTS)]
    lines = [line for source in tests for line, region in marked(source) if region]
    said = re.compile(r'(?:, |^\s*)"([^"]{12,})"$')  # the message of an assert
    texts = {found[1] for line in lines if (found := said.search(line)) and " " in found[1]}
    assert len(texts) >= len(tests), "the messages of the hidden tests were not found"
    return frozenset(texts)
