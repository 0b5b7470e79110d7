"""The notebook of the running kernel: found as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course.errors import CourseError
from course.platforms.saved import saved_notebook
from tests import standins

NOTEBOOK: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> standins.Shell:
    """The shell of a Jupyter kernel."""
    found = standins.bare(monkeypatch, tmp_path)
    assert found is not None
    return found


@pytest.fixture
def file(shell: standins.Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The kernel's notebook, which the server named."""
    path = tmp_path / "work" / "03.ipynb"
    path.write_text(json.dumps(NOTEBOOK))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    return path


def refused() -> CourseError:
    with pytest.raises(CourseError) as caught:
        saved_notebook("press the button")
    return caught.value


def test_jupyters_server_names_the_file(file: Path) -> None:
    assert saved_notebook("") == NOTEBOOK


def test_an_older_server_names_it_below_its_own_root(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "course/release/03.ipynb")
    assert saved_notebook("") == NOTEBOOK


def test_vs_code_names_it_in_the_notebook(
    shell: standins.Shell, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME")
    shell.user_ns["__vsc_ipynb_file__"] = str(file)
    assert saved_notebook("") == NOTEBOOK


def test_a_script_has_no_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    standins.bare(monkeypatch, tmp_path, None)
    assert refused().do == "get the file by hand: press the button"


def test_a_renamed_notebook_is_said_to_be_one(file: Path) -> None:
    file.rename(file.with_name("04.ipynb"))
    assert "was it renamed?" in refused().what


def test_a_console_is_no_notebook(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    console = file.with_name("console-1")
    console.write_text("{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(console))
    assert "cannot be found" in refused().what


def test_half_a_file_is_refused(file: Path) -> None:
    file.write_text('{"cells": [')
    assert "cannot be read" in refused().what


@pytest.mark.parametrize("text", ["[]", "{}", "3"])
def test_other_json_is_no_notebook(file: Path, text: str) -> None:
    file.write_text(text)
    assert refused().what == "the file is not a notebook"
