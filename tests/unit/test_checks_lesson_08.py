"""The visible checks let the reference pass and catch the mistakes that they can see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from nbgrader import utils
from safetensors.torch import save_file

from autograder.build.release import source_notebook
from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.markers import reference
from course.exercise import Result, Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "08_capstone"
GIVEN = ("imports", "sensor", "parts")
EXERCISES = ("robust-batch", "budgeted", "interruption", "model-card")
# The check of `capstone-model` looks at what training left; only the hidden test judges the model.
MUTANTS = [p for e in EXERCISES for p in sorted((ROOT / "tests/mutants" / LESSON / e).glob("*.py"))]
# What only the hidden tests look at: other devices, what needs many cases.
UNSEEN = {
    "drawn-on-the-cpu", "noise-before-gain", "last-duration", "batch-not-moved", "end-not-saved",
}  # fmt: skip


def namespace() -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions, without data and training."""
    names: dict[str, Any] = {"images": torch.zeros(640, 1, 18, 18)}
    for cell in source_notebook(Directory.open(ROOT), LESSON).cells:
        if grade_id(cell) in GIVEN:
            exec(cell.source.split("device = ")[0], names)
        elif utils.is_solution(cell) and grade_id(cell) in EXERCISES:
            exec(reference(cell.source), names)
    return names


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_passes(exercise: str) -> None:
    result = check(exercise, namespace())
    assert result.verdict is Verdict.PASSED, result.message


def told(mutant: Path) -> Result:
    """Return what the check says to a wrong solution."""
    names = namespace()
    exec(mutant.read_text("utf-8"), names)
    return check(mutant.parent.name, names)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_in_a_sentence_of_its_own(mutant: Path) -> None:
    result = told(mutant)
    if mutant.stem in UNSEEN:
        assert result.verdict is Verdict.PASSED, result.message
        return
    assert result.verdict is Verdict.FAILED
    assert re.search(r"[a-z].*[.?]$", result.message), "not a sentence"
    assert len(result.message.split()) >= 6, "too short to say what is wrong"
    assert "your code raised" not in result.message, "an exception is no explanation"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "model and card are there"),
        ({"file": "capstone.safetensors"}, "there is no file capstone.safetensors here. "),
        ({"metadata": {}}, "the metadata of capstone.safetensors have no card"),
        ({"count": 7}, "the card is not the one of this model"),
        ({"width": 8}, "the saved weights do not fit the network of make_net"),
        ({"wide": 64}, "the network has 37"),
        ({"history": [0.33, 0.35]}, "the best epoch reaches 0.35"),
    ],
)
def test_what_training_left_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    net = namespace()["SmallNet"]
    model = net(change.get("wide", change.get("width", 16)))
    count = sum(parameter.numel() for parameter in model.parameters())
    card = {"card": json.dumps({"parameters": change.get("count", count)})}
    save_file(model.state_dict(), "capstone.safetensors", change.get("metadata", card))
    if "file" in change:
        Path(change["file"]).unlink()
    history = change.get("history", [0.5, 0.8])
    names = {"history": history, "make_net": lambda: net(change.get("wide", 16))}
    result = check("capstone-model", names)
    assert result.verdict is (Verdict.FAILED if change else Verdict.PASSED)
    assert result.message.startswith(sentence), result.message
