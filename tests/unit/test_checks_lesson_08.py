"""The check of the capstone looks at what training left; hidden tests judge the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from autograder.build.release import source_notebook
from autograder.build.step import grade_id
from autograder.directory import Directory
from course.exercise import Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "08_capstone"
GIVEN = ("imports", "sensor", "parts")


def namespace() -> dict[str, Any]:
    """Return what the locked cells of the lesson define, without its data."""
    names: dict[str, Any] = {"images": torch.zeros(640, 1, 18, 18)}
    for cell in source_notebook(Directory.open(ROOT), LESSON).cells:
        if grade_id(cell) in GIVEN:
            exec(cell.source.split("device = ")[0], names)
    return names


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
        ({"value": 0.34}, "the card says 0.34, and the best epoch reached 0.80"),
    ],
)
def test_what_training_left_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    net = namespace()["SmallNet"]
    model = net(change.get("wide", change.get("width", 16)))
    count = sum(parameter.numel() for parameter in model.parameters())
    said = {"parameters": change.get("count", count), "metric": {"value": change.get("value", 0.8)}}
    card = {"card": json.dumps(said)}
    save_file(model.state_dict(), "capstone.safetensors", change.get("metadata", card))
    if "file" in change:
        Path(change["file"]).unlink()
    history = change.get("history", [0.5, 0.8])
    names = {"history": history, "make_net": lambda: net(change.get("wide", 16))}
    result = check("capstone-model", names)
    assert result.verdict is (Verdict.FAILED if change else Verdict.PASSED)
    assert result.message.startswith(sentence), result.message
