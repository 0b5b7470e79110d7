"""The visible checks of lesson 01 let right answers pass and tell mistakes apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import read_notebook
from autograder.build.step import grade_id
from autograder.markers import marked
from autograder.synthetic import reference
from course.exercise import Result, Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "01_gpu_runtime"
CELLS = read_notebook(ROOT / "source" / LESSON / f"{LESSON}.ipynb").cells
ANSWERS = {grade_id(c): reference(c.source) for c in CELLS if utils.is_solution(c)}
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))
# What only the hidden tests look at.
UNSEEN = {"labels-not-moved"}
# Without a GPU this is the same as `copy-not-kept`: nothing moves.
ALIKE = {"device-written-out"}


def told(exercise: str, answer: str) -> Result:
    """Return what the check says to an answer."""
    names: dict[str, Any] = {}
    imports = next(cell.source for cell in CELLS if grade_id(cell) == "imports")
    exec(imports.split("device = ")[0], names)
    exec(answer, names)
    return check(exercise, names)


@pytest.mark.parametrize("exercise", ANSWERS)
def test_the_reference_passes(exercise: str) -> None:
    assert told(exercise, ANSWERS[exercise]).verdict is Verdict.PASSED


def hidden() -> set[str]:
    """Return what only hidden tests say: their lines, and the texts in them."""
    cells = [cell for cell in CELLS if utils.is_grade(cell)]
    lines = {line.strip() for c in cells for line, kind in marked(c.source) if kind}
    texts = {t for line in lines for t in re.findall(r'"([^"]{12,})"', line) if " " in t}
    assert len(texts) > 20, "the messages of the hidden tests were not found"
    return {line for line in lines if len(line) > 12} | texts


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_in_a_sentence(mutant: Path) -> None:
    said = told(mutant.parent.name, mutant.read_text("utf-8"))
    if mutant.stem in UNSEEN:
        assert said.verdict is Verdict.PASSED
        return
    assert said.verdict is Verdict.FAILED
    assert re.search(r"[a-z].*[.?]$", said.message), "not a sentence"
    assert len(said.message.split()) >= 6, "too short to say what is wrong"
    assert not said.message.startswith("your code raised"), "an exception is no explanation"
    assert not [text for text in hidden() if text in said.message]


def test_different_mistakes_are_told_apart() -> None:
    said: dict[str, list[str]] = {}
    for mutant in MUTANTS:
        if mutant.stem not in UNSEEN | ALIKE:
            message = told(mutant.parent.name, mutant.read_text("utf-8")).message
            said.setdefault(mutant.parent.name, []).append(message)
    for exercise, messages in said.items():
        twice = {message for message in messages if messages.count(message) > 1}
        assert not twice, (exercise, twice)
