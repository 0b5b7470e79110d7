"""The visible checks of lesson 04 let the reference pass and say what a mistake is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import read_notebook
from autograder.build.step import grade_id
from autograder.markers import reference
from course.exercise import Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "04_save_and_resume"
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))
GIVEN = ("spirals", "start", "rows", "read-parts", "is-whole")  # cells that answers build on
# What only the hidden tests look at: other networks, unlucky bytes, full and other disks.
UNSEEN = {
    "not-contiguous", "numbered-anew", "pickle-first", "removed-first", "elsewhere",
    "error-swallowed",
}  # fmt: skip


def namespace() -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions."""
    names: dict[str, Any] = {}
    cells = read_notebook(ROOT / "source" / LESSON / f"{LESSON}.ipynb").cells
    imports = next(cell.source for cell in cells if grade_id(cell) == "imports")
    exec(imports.split("device = ")[0] + "device = torch.device('cpu')", names)
    for cell in cells:
        if utils.is_solution(cell) or grade_id(cell) in GIVEN:
            exec(reference(cell.source), names)
    return names


@pytest.mark.parametrize(
    "exercise", ["checkpoint-state", "no-pickle", "atomic-save", "resume", "time-budget"]
)
def test_the_reference_passes(exercise: str) -> None:
    result = check(exercise, namespace())
    assert result.verdict is Verdict.PASSED, result.message


def test_each_mistake_is_told_in_a_sentence_of_its_own() -> None:
    told: dict[tuple[str, str], str] = {}
    for mutant in MUTANTS:
        names = namespace()
        exec(mutant.read_text("utf-8"), names)
        result = check(mutant.parent.name, names)
        if mutant.stem in UNSEEN:
            assert result.verdict is Verdict.PASSED, mutant
            continue
        assert result.verdict is Verdict.FAILED, mutant
        assert re.search(r"[a-z0-9].*[.?]$", result.message), result.message
        assert len(result.message.split()) >= 6, result.message
        assert not result.message.startswith("your code raised"), result.message
        told[mutant.parent.name, mutant.stem] = result.message
    exercises = {exercise for exercise, _ in told}
    for exercise in exercises:
        said = [message for (name, _), message in told.items() if name == exercise]
        assert len(set(said)) > len(said) // 2, said
