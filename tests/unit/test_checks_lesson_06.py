"""The visible checks let the reference pass and catch the mistakes that they can see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.lints import notebook_of
from autograder.markers import marked
from autograder.synthetic import reference
from course.exercise import Result, Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "06_notebook_executor"
EXERCISES = ["parameters", "fail-loudly", "run-contract", "run-name", "sweep", "table"]
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))
# What only the hidden tests look at: more cases, and what a single session cannot show.
UNSEEN = {"any-assignment-will-do", "in-this-notebook", "pythons-hash"}


def namespace() -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions, without having run anything."""
    names: dict[str, Any] = {}
    for cell in notebook_of(Directory.open(ROOT), LESSON).cells:
        if utils.is_solution(cell) or grade_id(cell) in {"imports", "cells", "run-cell"}:
            exec(reference(cell.source), names)
    return names


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_passes(exercise: str) -> None:
    assert check(exercise, namespace()).verdict is Verdict.PASSED


def told(mutant: Path) -> Result:
    """Return what the check says to a wrong solution."""
    names = namespace()
    exec(mutant.read_text("utf-8"), names)
    return check(mutant.parent.name, names)


def hidden() -> tuple[set[str], set[str]]:
    """Return what only hidden tests say: their lines, and the texts in them."""
    cells = [c for c in notebook_of(Directory.open(ROOT), LESSON).cells if utils.is_grade(c)]
    lines = {line.strip() for c in cells for line, kind in marked(c.source) if kind}
    texts = {t for line in lines for t in re.findall(r'"([^"]{12,})"', line) if " " in t}
    assert len(lines) > 50, "the hidden tests were not found"
    assert len(texts) > 10, "their messages were not found"
    return {line for line in lines if len(line) > 12}, texts


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told(mutant: Path) -> None:
    result = told(mutant)
    if mutant.stem in UNSEEN:
        assert result.verdict is Verdict.PASSED
        return
    assert result.verdict is Verdict.FAILED
    assert re.search(r"[a-z].*[.?]$", result.message), "not a sentence"
    assert len(result.message.split()) >= 6, "too short to say what is wrong"
    assert not result.message.startswith("your code raised"), "an exception is no explanation"
    lines, texts = hidden()
    assert not [text for text in lines | texts if text in result.message]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_different_mistakes_are_told_apart(exercise: str) -> None:
    said = {told(m).message for m in MUTANTS if m.parent.name == exercise and m.stem not in UNSEEN}
    assert len(said) >= 3
