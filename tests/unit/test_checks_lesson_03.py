"""The visible checks let the reference pass and catch the mistakes that they can see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import source_notebook
from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.markers import marked
from autograder.synthetic import reference
from course.exercise import Result, Verdict, check

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
    cells = source_notebook(Directory.open(ROOT), LESSON).cells
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


def told(mutant: Path) -> Result:
    """Return what the check says to a wrong solution."""
    names = namespace()
    exec(mutant.read_text("utf-8"), names)
    return check(mutant.parent.name, names)


def hidden() -> tuple[set[str], set[str]]:
    """Return what only hidden tests say: their lines, and the texts in them."""
    cells = [c for c in source_notebook(Directory.open(ROOT), LESSON).cells if utils.is_grade(c)]
    lines = {line.strip() for c in cells for line, kind in marked(c.source) if kind}
    texts = {t for line in lines for t in re.findall(r'"([^"]{12,})"', line) if " " in t}
    assert len(lines) > 50, "the hidden tests were not found"
    assert len(texts) > 10, "their messages were not found"
    return {line for line in lines if len(line) > 12}, texts


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told(mutant: Path) -> None:
    verdict = told(mutant).verdict
    assert verdict is (Verdict.PASSED if mutant.stem in UNSEEN else Verdict.FAILED)


@pytest.mark.parametrize(
    "mutant",
    [mutant for mutant in MUTANTS if mutant.stem not in UNSEEN],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_mistake_is_told_in_a_sentence_of_its_own(mutant: Path) -> None:
    message = told(mutant).message
    assert re.search(r"[a-z].*[.?]$", message), "not a sentence"
    assert len(message.split()) >= 6, "too short to say what is wrong"
    assert "Error" not in message, "an exception is no explanation"
    assert message != "a check failed."
    lines, texts = hidden()
    assert not [text for text in lines | texts if text in message]


def test_different_mistakes_are_told_apart() -> None:
    by_exercise: dict[str, list[str]] = {}
    for mutant in MUTANTS:
        if mutant.stem not in UNSEEN:
            by_exercise.setdefault(mutant.parent.name, []).append(told(mutant).message)
    assert all(len(set(said)) == len(said) for said in by_exercise.values()), by_exercise


@pytest.mark.parametrize(
    ("file", "history", "sentence"),
    [
        (False, [1.0, 0.4], "there is no file tile_net.safetensors here. "),  # never saved
        (True, [1.0, 1.2], "the loss did not fall. "),
        (True, [], "the loss did not fall. "),  # never trained
        (True, [1.12, 1.09], "the loss ended at 1.09; guessing gives 1.10. "),  # labels shuffled
        (True, [1.0, 0.4], None),
    ],
)
def test_what_training_left_is_looked_at(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: bool,
    history: list[float],
    sentence: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    if file:
        (tmp_path / "tile_net.safetensors").write_bytes(b"weights")
    result = check("trained-model", {"history": history})
    assert result.verdict is (Verdict.FAILED if sentence else Verdict.PASSED)
    assert result.message.startswith(sentence or "the model was trained and saved")
    lines, texts = hidden()
    assert not [text for text in lines | texts if text in result.message]
