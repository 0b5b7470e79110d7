"""Handing in where there is a platform: its own notebook, its own way to hand a file over."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from handed_in import LESSON, answered

from course.submission import NotPacked, Receipt, submit
from tests import standins


def holds_the_answer(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt), str(receipt)
    with zipfile.ZipFile(receipt.path) as pack:
        assert b"return x + x" in pack.read(f"{LESSON}.ipynb")
    return receipt


def test_on_colab_the_browser_gives_the_notebook_and_gets_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    colab = standins.colab(monkeypatch, tmp_path)
    colab._message.answers.append(None)  # too slow the first time
    colab._message.answers.append({"ipynb": answered()})
    receipt = holds_the_answer(submit())
    assert colab.files.downloaded == [str(receipt.path)]
    assert "is in your browser's downloads" in str(receipt)
    assert not receipt.stale


def test_on_colab_a_silent_browser_leaves_the_way_by_hand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    colab = standins.colab(monkeypatch, tmp_path)
    answer = submit()
    assert isinstance(answer, NotPacked)
    assert "Download .ipynb" in str(answer)
    assert "course.submit(notebook=" in str(answer)
    path = tmp_path / "by hand.ipynb"
    path.write_text(json.dumps(answered()))
    holds_the_answer(submit(notebook=path))
    assert len(colab.files.downloaded) == 1


def test_on_kaggle_a_version_packs_itself_and_an_open_notebook_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path)
    path = tmp_path / "root" / "kaggle" / "working" / "__notebook__.ipynb"
    path.write_text(json.dumps(answered()))
    answer = submit()
    assert isinstance(answer, NotPacked)
    assert "Kaggle does not show a notebook its own file" in str(answer)
    holds_the_answer(submit(notebook=path))
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Batch")
    receipt = holds_the_answer(submit())
    assert receipt.path.is_relative_to(path.parent)
