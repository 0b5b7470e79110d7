"""A released notebook holds nothing that differs between two builds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.build.release import build, read_notebook
from autograder.build.tidy import Tidy, name_cells
from autograder.directory import Directory

Tiny = Callable[..., Path]


def ids(cells: list[Any]) -> list[str]:
    notebook = new_notebook(cells=cells)
    name_cells(notebook)
    return [cell.id for cell in notebook.cells]


def tidied(cell: Any) -> Any:
    notebook, _ = Tidy().preprocess(new_notebook(cells=[cell]), {})
    return notebook.cells[0]


def test_the_id_of_a_cell_is_its_grade_id() -> None:
    assert ids([new_code_cell("1", metadata={"nbgrader": {"grade_id": "double"}})]) == ["double"]


def test_without_a_grade_id_the_id_comes_from_kind_and_text() -> None:
    first, second = ids([new_markdown_cell("text"), new_code_cell("text")])
    assert re.fullmatch("mark-[0-9a-f]{8}", first)
    assert second == first.replace("mark", "code")


def test_ids_stay_when_other_cells_change() -> None:
    before = ids([new_markdown_cell("one"), new_markdown_cell("two")])
    after = ids([new_code_cell("new"), new_markdown_cell("ONE"), new_markdown_cell("two")])
    assert after[2] == before[1]
    assert after[1] != before[0]


def test_the_same_text_twice_gives_numbered_ids() -> None:
    first, second, third = ids([new_markdown_cell("again") for _ in range(3)])
    assert (second, third) == (f"{first}-2", f"{first}-3")


def test_the_ids_of_the_author_do_not_matter() -> None:
    assert ids([new_code_cell("1", id="aaa")]) == ids([new_code_cell("1", id="bbb")])


def test_outputs_and_counts_are_taken_away() -> None:
    output = new_output("stream", text="5")
    cell = tidied(new_code_cell("print(5)", outputs=[output], execution_count=3))
    assert (cell.outputs, cell.execution_count) == ([], None)


def test_the_metadata_of_the_instructor_is_taken_away() -> None:
    metadata = {"nbgrader": {"grade_id": "a"}, "deletable": False, "editable": False, "note": "x"}
    kept = tidied(new_code_cell("1", metadata=metadata)).metadata
    assert kept == {"nbgrader": {"grade_id": "a"}, "deletable": False, "editable": False}


def test_a_cell_after_exercises_may_raise() -> None:
    cell = tidied(new_code_cell("1", metadata={"tags": ["after-exercises", "parameters", "mine"]}))
    assert cell.metadata.tags == ["parameters", "raises-exception"]


def test_tags_of_the_instructor_leave_no_trace() -> None:
    cell = tidied(new_code_cell("1", metadata={"tags": ["nbval-ignore-output"]}))
    assert cell.metadata == {}


def test_a_release_is_written_in_nbformat_4_5(tiny_course: Tiny) -> None:
    notebook = read_notebook(build(Directory.open(tiny_course()), "01_tiny") / "01_tiny.ipynb")
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_every_cell_of_a_release_has_an_id_of_its_own(tiny_course: Tiny) -> None:
    notebook = read_notebook(build(Directory.open(tiny_course()), "01_tiny") / "01_tiny.ipynb")
    found = [cell.id for cell in notebook.cells]
    assert found[2:6] == ["setup", "double", "double-check", "double-tests"]
    assert found[7:] == ["hand-in"]
    assert len(set(found)) == len(found) == 8


def test_a_notebook_of_an_older_format_becomes_4_5() -> None:
    older = new_notebook(cells=[new_code_cell("1")])
    older.nbformat_minor = 2
    notebook, _ = Tidy().preprocess(older, {})
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
