"""Kaggle's secrets, its output folder, and the notebook it does not show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course import storage
from course.errors import CourseError
from course.platforms import detect
from course.platforms.kaggle import Kaggle
from tests import standins

NOTEBOOK: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def test_an_attached_secret_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    standins.kaggle(monkeypatch, tmp_path).secrets["KEY"] = "x"  # type: ignore[attr-defined]
    assert storage.secret("KEY") == "x"


def test_without_the_internet_the_advice_is_to_switch_it_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path).internet = False  # type: ignore[attr-defined]
    with pytest.raises(CourseError, match="cannot be reached") as caught:
        storage.secret("KEY")
    assert "Switch 'Internet' on" in caught.value.do


def test_without_a_token_the_advice_is_to_attach_the_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path)
    monkeypatch.delenv("KAGGLE_USER_SECRETS_TOKEN")
    with pytest.raises(CourseError, match="Add-ons ▸ Secrets"):
        storage.secret("KEY")


def test_a_file_from_elsewhere_is_copied_to_the_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path)
    file = tmp_path / "result.txt"
    file.write_text("42")
    copy = tmp_path / "root/kaggle/working/outputs/result.txt"
    assert Kaggle().hand_over(file) == f"{copy} is ready: {Kaggle.pick_up}."
    assert copy.read_text() == "42"


def test_a_file_of_the_output_stays_where_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path)
    file = tmp_path / "root/kaggle/working/result.txt"
    file.write_text("42")
    assert Kaggle().hand_over(file).startswith(f"{file} is ready")


def test_a_version_that_is_run_has_its_notebook(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path, "Batch")
    (tmp_path / "root/kaggle/working/__notebook__.ipynb").write_text(json.dumps(NOTEBOOK))
    assert detect().live_notebook() == NOTEBOOK


def test_an_interactive_session_does_not_take_an_earlier_versions_notebook(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.kaggle(monkeypatch, tmp_path)
    (tmp_path / "root/kaggle/working/__notebook__.ipynb").write_text(json.dumps(NOTEBOOK))
    with pytest.raises(CourseError, match="File ▸ Download Notebook"):
        detect().live_notebook()
