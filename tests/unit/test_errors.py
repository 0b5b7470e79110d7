"""Errors that people can mend: sentences, not tracebacks."""

from __future__ import annotations

import atexit

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.errors import CourseError


def test_it_says_what_where_and_what_to_do() -> None:
    error = CourseError("the file is gone", where="data/tiles.zip", do="run the first cell again")
    assert str(error) == (
        "data/tiles.zip: the file is gone.\n  What to do: run the first cell again."
    )
    assert str(CourseError("the file is gone")) == "the file is gone."


def test_a_notebook_shows_the_sentences_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        shell.run_cell(
            "from course.errors import CourseError\nraise CourseError('it is gone', do='look')"
        )
    finally:
        shell.atexit_operations()
        atexit.unregister(shell.atexit_operations)
    assert capsys.readouterr().out == "it is gone.\n  What to do: look.\n"
