"""The visible checks let the reference pass and catch the mistakes that they can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.lints import notebook_of
from autograder.synthetic import reference
from course.exercise import Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "03_train_end_to_end"
# The check of `trained-model` looks at what training left; only the hidden test judges the model.
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("[!t]*/*.py")) + sorted(
    (ROOT / "tests" / "mutants" / LESSON).glob("train-step/*.py")
)
# What only the hidden tests look at: other devices, other batch sizes, more cases.
UNSEEN = {
    "labels-not-moved", "images-not-moved", "first-block-only", "layers-in-a-list",
}  # fmt: skip


def namespace() -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions, without its training."""
    names: dict[str, Any] = {}
    cells = notebook_of(Directory.open(ROOT), LESSON).cells
    imports = next(cell.source for cell in cells if grade_id(cell) == "imports")
    exec(imports.split("device = ")[0], names)
    for cell in cells:
        if utils.is_solution(cell) and grade_id(cell) != "trained-model":
            exec(reference(cell.source), names)
    return names


@pytest.mark.parametrize(
    "exercise", ["dataset", "split", "model", "train-step", "save", "recall", "pr-curve"]
)
def test_the_reference_passes(exercise: str) -> None:
    assert check(exercise, namespace()).verdict is Verdict.PASSED


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told(mutant: Path) -> None:
    names = namespace()
    exec(mutant.read_text("utf-8"), names)
    verdict = check(mutant.parent.name, names).verdict
    assert verdict is (Verdict.PASSED if mutant.stem in UNSEEN else Verdict.FAILED)
