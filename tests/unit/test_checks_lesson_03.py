"""The check of lesson 03's training looks at what training left; tests judge the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.exercise import Verdict, check


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
