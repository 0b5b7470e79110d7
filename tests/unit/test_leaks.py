"""Every kind of leak is planted once and found; a clean release has none."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.build.leaks import MARKERS, gather, leaks
from autograder.build.release import build
from autograder.directory import Directory

Tiny = Callable[..., Path]
HIDDEN = 'assert double("ab") == "abab", "double does not work for text"'
FOUND_HIDDEN = f"a line of the hidden test of cell 'double-tests' is in {{}}: {HIDDEN}"
SOLUTION = "twice_as_much = x + x"
FOUND_SOLUTION = f"a line of the solution of cell 'double' is in {{}}: {SOLUTION}"
# Of more than eight different bytes, and so regular that a zip file does not hold it as it is.
SECRET = bytes(range(256)) * 16


@pytest.fixture
def course(tiny_course: Tiny) -> Directory:
    """The tiny course, built, with all kinds of secrets in its source folder."""
    root = tiny_course()
    source = root / "source" / "01_tiny"
    (source / "secret" / "deep").mkdir(parents=True)
    (source / "secret" / "deep" / "heldout.bin").write_bytes(SECRET)
    (source / "01_tiny.py").write_text(f"{HIDDEN}\n{SOLUTION}\n")
    directory = Directory.open(root)
    build(directory, "01_tiny")
    return directory


def found(course: Directory) -> list[str]:
    return [leak.what for leak in leaks(course, "01_tiny")]


def change_notebook(course: Directory, change: Callable[[dict[str, Any]], object]) -> None:
    path = course.releases / "01_tiny" / "01_tiny.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook, indent=1), "utf-8")


def write(course: Directory, name: str, text: str) -> None:
    (course.releases / "01_tiny" / name).write_text(text, "utf-8")


def test_a_clean_release_has_no_leak(course: Directory) -> None:
    assert found(course) == []


def test_a_leak_says_where_it_is_and_what_to_do(course: Directory) -> None:
    write(course, "notes.txt", SOLUTION)
    (leak,) = leaks(course, "01_tiny")
    assert leak.where == "01_tiny/notes.txt"
    assert "course build" in leak.do


def test_a_hidden_test_in_a_markdown_cell_is_found(course: Directory) -> None:
    change_notebook(course, lambda nb: nb["cells"][1]["source"].append(f"\n`{HIDDEN}`"))
    assert found(course) == [FOUND_HIDDEN.format("01_tiny.ipynb")]


def test_a_hidden_test_in_an_output_is_found(course: Directory) -> None:
    output = {"name": "stdout", "output_type": "stream", "text": [HIDDEN]}
    change_notebook(course, lambda nb: nb["cells"][2]["outputs"].append(output))
    assert found(course) == [FOUND_HIDDEN.format("01_tiny.ipynb")]


def test_a_hidden_test_in_the_notebooks_metadata_is_found(course: Directory) -> None:
    change_notebook(course, lambda nb: nb["metadata"].update(note={"deep": ["x", HIDDEN]}))
    assert found(course) == [FOUND_HIDDEN.format("01_tiny.ipynb")]


def test_a_hidden_test_as_a_name_in_metadata_is_found(course: Directory) -> None:
    change_notebook(course, lambda nb: nb["metadata"].update({HIDDEN: 1}))
    assert found(course) == [FOUND_HIDDEN.format("01_tiny.ipynb")]


def test_a_hidden_test_in_a_cells_metadata_is_found(course: Directory) -> None:
    change_notebook(course, lambda nb: nb["cells"][3]["metadata"].update(note=HIDDEN))
    assert found(course) == [FOUND_HIDDEN.format("01_tiny.ipynb")]


@pytest.mark.parametrize("name", ["notes.txt", "helper.py", "README"])
def test_a_hidden_test_in_any_other_file_is_found(course: Directory, name: str) -> None:
    write(course, name, f"see:\n\t{HIDDEN}\n")
    assert found(course) == [FOUND_HIDDEN.format(name)]


def test_escaped_quotes_do_not_hide_a_line(course: Directory) -> None:
    text = json.dumps({"a": [HIDDEN]})
    assert HIDDEN not in text
    write(course, "facts.json", text)
    assert found(course) == [FOUND_HIDDEN.format("facts.json")]


def test_other_white_space_does_not_hide_a_line(course: Directory) -> None:
    write(course, "notes.txt", HIDDEN.replace(" == ", "\n  ==\t"))
    assert found(course) == [FOUND_HIDDEN.format("notes.txt")]


def test_a_line_of_a_solution_is_found(course: Directory) -> None:
    change_notebook(course, lambda nb: nb["cells"][3]["source"].append(f"\n# {SOLUTION}"))
    assert found(course) == [FOUND_SOLUTION.format("01_tiny.ipynb")]


def test_a_line_in_a_file_of_an_archive_is_found(course: Directory) -> None:
    with zipfile.ZipFile(
        course.releases / "01_tiny" / "more.zip", "w", zipfile.ZIP_DEFLATED
    ) as pack:
        pack.writestr("a/old.ipynb", json.dumps({"source": [HIDDEN]}))
    assert found(course) == [FOUND_HIDDEN.format("more.zip!a/old.ipynb")]


@pytest.mark.parametrize("marker", MARKERS)
def test_each_marker_is_found(course: Directory, marker: str) -> None:
    change_notebook(course, lambda nb: nb["cells"][1]["source"].append(f"\n### {marker}"))
    assert found(course) == [f"the marker '{marker}' is in 01_tiny.ipynb"]


def test_the_markers_are_those_nbgrader_takes_away() -> None:
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

    hidden, scheme, solution = ClearHiddenTests(), ClearMarkScheme(), ClearSolutions()
    assert {
        solution.begin_solution_delimeter,
        solution.end_solution_delimeter,
        hidden.begin_test_delimeter,
        hidden.end_test_delimeter,
        scheme.begin_mark_scheme_delimeter,
        scheme.end_mark_scheme_delimeter,
    } <= set(MARKERS)


def test_the_paired_source_is_found(course: Directory) -> None:
    write(course, "01_tiny.py", "# nothing secret\n")
    assert found(course) == ["the paired source of the notebook is here"]


def test_a_script_that_is_no_pair_is_no_leak(course: Directory) -> None:
    write(course, "helper.py", "# nothing secret\n")
    assert found(course) == []


@pytest.mark.parametrize(
    "piece",
    [SECRET, b"some header" + SECRET[:1024], SECRET[-300:] + b"end", b"x" * 99 + SECRET[2048:2400]],
    ids=["all", "beginning", "end", "middle"],
)
def test_bytes_of_a_secret_file_are_found(course: Directory, piece: bytes) -> None:
    (course.releases / "01_tiny" / "data.bin").write_bytes(piece)
    assert found(course) == ["bytes of the secret file 'heldout.bin' are in data.bin"]


def test_bytes_of_a_secret_file_are_found_in_an_archive(course: Directory) -> None:
    path = course.releases / "01_tiny" / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("inner.bin", SECRET)
    assert SECRET[:256] not in path.read_bytes()
    assert found(course) == ["bytes of the secret file 'heldout.bin' are in data.zip!inner.bin"]


def test_leaks_are_listed_in_the_order_of_files(course: Directory) -> None:
    for name in ("z.txt", "a.txt", "m.txt"):
        write(course, name, SOLUTION)
    names = [leak.where for leak in leaks(course, "01_tiny")]
    assert names == ["01_tiny/a.txt", "01_tiny/m.txt", "01_tiny/z.txt"]


def test_a_hidden_line_too_short_to_mean_anything_is_no_secret(course: Directory) -> None:
    lines = gather(course, "01_tiny").lines
    assert SOLUTION in lines
    assert all(len(line) >= 12 for line in lines)


def test_a_hidden_line_that_also_stands_in_the_open_is_no_secret(
    tiny_course: Tiny, change_cell: Any
) -> None:
    root = tiny_course(cells=change_cell("double-check", source=HIDDEN))
    directory = Directory.open(root)
    build(directory, "01_tiny")
    assert leaks(directory, "01_tiny") == []


def test_flat_bytes_of_a_secret_file_say_nothing(course: Directory) -> None:
    secret = course.root / "source" / "01_tiny" / "secret" / "zeros.bin"
    secret.write_bytes(bytes(4096))
    (course.releases / "01_tiny" / "data.bin").write_bytes(bytes(4096))
    assert found(course) == []


def test_a_hidden_test_in_a_markdown_cell_of_the_source_is_found(tiny_course: Tiny) -> None:
    def blab(cells: list[Any]) -> list[Any]:
        cells[0].source += f"\n\n    {HIDDEN}"
        return cells

    directory = Directory.open(tiny_course(cells=blab))
    build(directory, "01_tiny")
    assert leaks(directory, "01_tiny")


def test_a_line_in_an_archive_inside_an_archive_is_found(course: Directory) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("notes.txt", f"{HIDDEN}\n" * 3)
    with zipfile.ZipFile(course.releases / "01_tiny" / "outer.zip", "w") as pack:
        pack.writestr("inner.zip", inner.getvalue())
    assert found(course)
