"""Names that an exercise asks for are the student's to bind, wherever else they stand."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.intake.expected import bound, expected
from tests.conftest import graded


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    inner = 1", ["f"]),
        ("class A:\n    part = 1", ["A"]),
        ("a, b = 1, 2\nc += 1\nfor i in x:\n    d = i", ["a", "b", "c", "d", "i"]),
        ("%matplotlib inline\ndef area(r):\n    return r", ["area"]),
        ("!ls\nx = 3", ["x"]),
        ("this is no Python", []),
    ],
)
def test_the_names_of_a_cell(source: str, names: list[str]) -> None:
    assert sorted(bound(source)) == sorted(names)


def notebook(text: str) -> object:
    cell = new_code_cell(text, metadata=graded("e", locked=False, solution=True))
    return new_notebook(cells=[cell, new_code_cell("given = 1", metadata=graded("setup"))])


def test_solutions_count_where_stubs_say_nothing(tmp_path: Path) -> None:
    stub, whole = notebook("raise NotAttempted('e')"), notebook("rate = rate * 2")
    path = tmp_path / "n.ipynb"
    assert expected(stub, path) == ()
    nbformat.write(whole, path)
    assert expected(stub, path) == ("rate",)
    path.write_text("no notebook")
    assert expected(stub, path) == ()
