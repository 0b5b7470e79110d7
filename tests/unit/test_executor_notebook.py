"""Notebooks are read, told their parameters, and refused with advice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from executor_contract import a_notebook

from course.errors import CourseError
from course.executor import duration, notebook


def with_defaults(text: str = "lr = 1.0\nwidth: int = 4") -> dict[str, Any]:
    tagged = {
        "cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]}, "outputs": [],
        "source": text.splitlines(keepends=True),
    }  # fmt: skip
    last = {"cell_type": "code", "id": "l", "metadata": {}, "outputs": [], "source": "lr"}
    return {"cells": [tagged, last], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("0.5", 0.5), ("1e-3", 1e-3), ("true", True), ("False", False), ("None", None),
        ("[1, 2]", [1, 2]), ("adam", "adam"), ('"1"', "1"), ("a=b", "a=b"), ("", ""),
    ],
)  # fmt: skip
def test_a_value_is_what_it_looks_like(text: str, value: object) -> None:
    found = notebook.value(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["lr", "=1", "for=1", "a-b=1", "1a=1"])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(CourseError, match="not of the form name=value"):
        notebook.assignment(text)


def test_parameters_come_after_the_tagged_cell_and_can_be_executed() -> None:
    made = notebook.with_parameters(with_defaults(), {"lr": float("inf"), "width": 'a"b\n'})
    assert [cell["id"] for cell in made["cells"]] == ["p", "injected-parameters", "l"]
    names: dict[str, Any] = {}
    exec(made["cells"][1]["source"], names)
    assert (names["lr"], names["width"]) == (float("inf"), 'a"b\n')


def test_parameters_of_an_earlier_run_are_replaced() -> None:
    once = notebook.with_parameters(with_defaults(), {"lr": 2})
    twice = notebook.with_parameters(once, {"lr": 3})
    assert [cell["source"] for cell in twice["cells"][1:-1]] == ["# Parameters\nlr = 3"]


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": None},
        {"metadata": {"kernelspec": None}},
        {"cells": [{"cell_type": "code", "metadata": None, "source": ""}]},
        {"cells": [{"cell_type": "code", "metadata": {"tags": None}, "source": ""}]},
        {"cells": [{"cell_type": "code", "metadata": {}, "source": None}]},
        {"cells": ["cell_type"]},
    ],
)
def test_what_is_null_in_a_notebook_is_no_traceback(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({**with_defaults(), **changes}))
    with pytest.raises(CourseError, match="not a notebook of version 4"):
        notebook.read(path)


def test_a_notebook_that_the_disk_does_not_give_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.symlink_to("/proc/self/mem")  # Root may open it; nobody can read its beginning.
    with pytest.raises(CourseError, match="it cannot be read"):
        notebook.read(path)


def test_an_unknown_parameter_is_refused_with_the_nearest() -> None:
    with pytest.raises(CourseError, match=r"no parameter 'widht'[\s\S]*did you mean 'width'"):
        notebook.with_parameters(with_defaults(), {"widht": 1})
    with pytest.raises(CourseError, match="use one of: lr, width"):
        notebook.with_parameters(with_defaults(), {"momentum": 1})


def test_a_magic_in_the_tagged_cell_does_not_hide_the_names() -> None:
    made = notebook.with_parameters(with_defaults("%matplotlib inline\nlr = 1"), {"lr": 2})
    assert "lr = 2" in made["cells"][1]["source"]


def test_a_notebook_without_the_tag_takes_no_parameters(tmp_path: Path) -> None:
    plain = notebook.read(a_notebook(tmp_path / "x.ipynb"))
    assert notebook.with_parameters(plain, {}) == plain
    with pytest.raises(CourseError, match="no cell of this notebook has the tag 'parameters'"):
        notebook.with_parameters(plain, {"lr": 1})


IN_R = '{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "R"}}}'


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.ipynb", None, "there is no such notebook"),
        ("x.py", "1", "jupytext --to ipynb"),
        ("x.ipynb", "not json", "not a notebook of version 4"),
        ("x.ipynb", '{"nbformat": 3, "worksheets": []}', "not a notebook of version 4"),
        ("x.ipynb", IN_R, "is in R"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_refused(
    tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(CourseError, match=words):
        notebook.read(tmp_path / name)


def test_old_outputs_are_neither_run_nor_part_of_the_digest(tmp_path: Path) -> None:
    path = a_notebook(tmp_path / "x.ipynb")
    clean = notebook.read(path)
    data = json.loads(path.read_text())
    data["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    path.write_text(json.dumps(data))
    again = notebook.read(path)
    assert again["cells"][0]["outputs"] == []
    assert notebook.digest(again) == notebook.digest(clean)
    again["cells"][0]["source"] += "\n"
    assert notebook.digest(again) != notebook.digest(clean)
    assert notebook.digest(clean, target="a") != notebook.digest(clean, target="b")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2.5h", 9000), ("45", 45)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert duration.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5m", "5x", "0s", "m5"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(CourseError):
        duration.seconds(text)


def test_lengths_as_people_read_them() -> None:
    assert [duration.words(x) for x in (1.24, 90, 3600, 5400)] == [
        "1.2 s", "2 min", "1 h", "1 h 30 min",
    ]  # fmt: skip
