"""The visible checks let the reference pass and answer each mistake with a sentence that helps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import read_notebook
from autograder.build.step import grade_id
from autograder.markers import marked, reference
from course.exercise import NotAttempted, Result, Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "00_orientation"
CELLS = read_notebook(ROOT / "source" / LESSON / f"{LESSON}.ipynb").cells
EXERCISES = [grade_id(cell) for cell in CELLS if utils.is_solution(cell)]
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))


def namespace() -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions."""
    names: dict[str, Any] = {}
    for cell in CELLS:
        if grade_id(cell) in ("imports", "page", "plan", *EXERCISES):
            exec(reference(cell.source), names)
    return names


def told(mutant: Path) -> Result:
    """Return what the check says to a wrong solution."""
    names = namespace()
    exec(mutant.read_text("utf-8"), names)
    return check(mutant.parent.name, names)


def hidden() -> set[str]:
    """Return the texts that only hidden tests say."""
    tests = [cell.source for cell in CELLS if utils.is_grade(cell)]
    lines = [line for source in tests for line, kind in marked(source) if kind]
    public = "".join(cell.source for cell in CELLS if not utils.is_grade(cell))
    texts = {text for line in lines for text in re.findall(r'"([^"]{12,})"', line)}
    return {text for text in texts if " " in text and text not in public}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_passes(exercise: str) -> None:
    result = check(exercise, namespace())
    assert result.verdict is Verdict.PASSED, result.message


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_stub_is_not_attempted(exercise: str) -> None:
    def stub(*_: Any) -> None:
        raise NotAttempted(exercise)

    names = {name: stub if callable(value) else value for name, value in namespace().items()}
    assert check(exercise, names).verdict is Verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_in_a_sentence_of_its_own(mutant: Path) -> None:
    result = told(mutant)
    assert result.verdict is Verdict.FAILED
    assert re.search(r"[a-z].*[.?]$", result.message), "not a sentence"
    assert len(result.message.split()) >= 6, "too short to say what is wrong"
    assert not result.message.startswith("your code raised"), "an exception is no explanation"
    assert not [text for text in hidden() if text in result.message]


def test_different_mistakes_are_told_apart() -> None:
    assert len(hidden()) > 10, "the messages of the hidden tests were not found"
    by_exercise: dict[str, list[str]] = {}
    for mutant in MUTANTS:
        by_exercise.setdefault(mutant.parent.name, []).append(told(mutant).message)
    assert all(len(set(said)) == len(said) for said in by_exercise.values()), by_exercise
