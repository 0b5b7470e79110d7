"""Releases: the same bytes from the same source, and never more than students may see."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autograder.build.release import build, built, read_notebook, register, stale
from autograder.directory import Directory
from course.errors import CourseError

Tiny = Callable[..., Path]
NOTEBOOK = "release/01_tiny/01_tiny.ipynb"


def content(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its relative name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def course(tiny_course: Tiny) -> Directory:
    """The tiny course with data, held-out data and a paired source, built once."""
    root = tiny_course()
    source = root / "source" / "01_tiny"
    for name in ("data/tiles.bin", "secret/heldout.bin", "weights.safetensors", "01_tiny.py"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_bytes(f"content of {name}".encode())
    directory = Directory.open(root)
    build(directory, "01_tiny")
    return directory


def test_a_release_holds_the_notebook_and_its_data_only(course: Directory) -> None:
    # Not the paired .py, nothing of secret/, no *.safetensors.
    assert set(content(course.releases)) == {"01_tiny/01_tiny.ipynb", "01_tiny/data/tiles.bin"}


def test_built_twice_a_release_has_the_same_bytes(course: Directory) -> None:
    before = content(course.releases)
    build(course, "01_tiny")
    assert content(course.releases) == before


def test_built_in_another_place_a_release_has_the_same_bytes(
    course: Directory, tmp_path: Path
) -> None:
    copy = shutil.copytree(course.root, tmp_path / "somewhere" / "else")
    shutil.rmtree(copy / "release")
    build(Directory.open(copy), "01_tiny")
    assert content(copy / "release") == content(course.releases)


def test_built_from_another_working_folder_a_release_has_the_same_bytes(
    course: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(course.releases)
    monkeypatch.chdir(tmp_path)
    build(course, "01_tiny")
    assert content(course.releases) == before


def test_building_replaces_what_was_there(course: Directory) -> None:
    (course.releases / "01_tiny" / "old.txt").write_text("old")
    assert not (build(course, "01_tiny") / "old.txt").exists()


def test_a_failing_build_leaves_the_old_release(
    course: Directory, tiny_course: Tiny, change_cell: Any
) -> None:
    before = content(course.releases)
    tiny_course(cells=change_cell("double-tests", points=0))
    with pytest.raises(CourseError, match="no points"):
        build(course, "01_tiny")
    assert content(course.releases) == before


def test_a_failure_of_nbgraders_own_names_the_lesson(tiny_course: Tiny, change_cell: Any) -> None:
    directory = Directory.open(tiny_course(cells=change_cell("double", schema_version=99)))
    with pytest.raises(CourseError, match=r"^lesson 01_tiny: nbgrader refused it") as caught:
        build(directory, "01_tiny")
    assert caught.value.do


def test_looking_at_a_build_touches_neither_release_nor_gradebook(tiny_course: Tiny) -> None:
    root = tiny_course()
    before = content(root)
    with built(Directory.open(root), "01_tiny") as folder:
        assert (folder / "01_tiny.ipynb").is_file()
    assert content(root) == before
    assert not folder.exists()


def test_a_fresh_release_is_not_stale(course: Directory) -> None:
    assert stale(course, "01_tiny") == ""


def test_a_changed_release_is_stale_with_a_unified_diff(course: Directory) -> None:
    path = course.root / NOTEBOOK
    path.write_text(path.read_text("utf-8").replace("## Doubling", "## Halving"), "utf-8")
    lines = stale(course, "01_tiny").splitlines()
    assert lines[:2] == ["--- release/01_tiny.ipynb", "+++ built/01_tiny.ipynb"]
    assert lines[2].startswith("@@ ")
    assert [line.strip() for line in lines if line.startswith("-  ")] == [r'-    "## Halving\n",']
    assert [line.strip() for line in lines if line.startswith("+  ")] == [r'+    "## Doubling\n",']


def test_a_changed_source_makes_its_release_stale(course: Directory, tiny_course: Tiny) -> None:
    tiny_course(front=lambda front: {**front, "title": "Tinier"})
    assert '+    "# 01 · Tinier\\n",' in stale(course, "01_tiny")


def test_a_file_missing_from_the_release_makes_it_stale(course: Directory) -> None:
    (course.releases / "01_tiny" / "data" / "tiles.bin").unlink()
    assert stale(course, "01_tiny") == "missing from the release: data/tiles.bin"


def test_a_file_too_many_in_the_release_makes_it_stale(course: Directory) -> None:
    (course.releases / "01_tiny" / "more.txt").write_text("more")
    assert stale(course, "01_tiny") == "not from the source: more.txt"


def test_a_changed_binary_file_makes_the_release_stale(course: Directory) -> None:
    (course.releases / "01_tiny" / "data" / "tiles.bin").write_bytes(b"\xff\xfe")
    assert stale(course, "01_tiny") == "differs: data/tiles.bin"


def test_other_line_ends_make_the_release_stale(course: Directory) -> None:
    path = course.root / NOTEBOOK
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert stale(course, "01_tiny") == "differs in line ends: 01_tiny.ipynb"


def test_a_lesson_never_released_is_stale(tiny_course: Tiny) -> None:
    directory = Directory.open(tiny_course())
    assert stale(directory, "01_tiny") == "missing from the release: 01_tiny.ipynb"


@pytest.mark.parametrize("text", ["", "no JSON"])
def test_what_is_no_notebook_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(CourseError, match="this is not a notebook") as caught:
        read_notebook(path)
    assert caught.value.where == str(path)


def test_a_notebook_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="this is not a notebook"):
        read_notebook(tmp_path / "x.ipynb")


def test_a_lesson_without_its_notebook_cannot_be_built(tiny_course: Tiny) -> None:
    root = tiny_course()
    source = root / "source" / "01_tiny"
    (source / "01_tiny.ipynb").rename(source / "01_tiny.py")
    directory = Directory.open(root)
    assert directory.lessons() == ["01_tiny"]
    with pytest.raises(CourseError, match="01_tiny"):
        build(directory, "01_tiny")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[]", b"{}"])
def test_other_content_is_refused_as_no_notebook_too(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(CourseError, match="this is not a notebook"):
        read_notebook(path)


def test_a_gradebook_in_use_is_not_a_fault_of_the_lesson(tiny_course: Tiny) -> None:
    root = tiny_course()
    with (root / "nbgrader_config.py").open("a") as config:
        # Wait for a tenth of a second, not for five.
        config.write(f"c.CourseDirectory.db_url = 'sqlite:///{root}/gradebook.db?timeout=0.1'\n")
    directory = Directory.open(root)
    register(directory, "01_tiny")
    with closing(sqlite3.connect(root / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CourseError, match=r"cannot be used \(database is locked\)") as caught:
            register(directory, "01_tiny")
    assert "close other programs" in str(caught.value)
