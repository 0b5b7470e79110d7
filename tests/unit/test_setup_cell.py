"""The set-up cell, run in a real IPython: it gets what is missing, never torch, and only once."""

from __future__ import annotations

import atexit
import copy
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.build.release import build, read_notebook
from autograder.build.setup_cell import TEMPLATE
from autograder.build.step import grade_id
from autograder.directory import Directory
from course import runtime
from course.errors import CourseError

Tiny = Callable[..., Path]
INSTALL = "install --quiet --no-deps --retries 1 --disable-pip-version-check"


class Shell:
    """A real IPython whose `%pip` only writes down what it was asked."""

    def __init__(self) -> None:
        self.ip = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
        self.asked: list[str] = []
        self.ip.register_magic_function(self.asked.append, "line", "pip")

    def run(self, source: str) -> BaseException | None:
        """Run a cell; return what it raised."""
        result = self.ip.run_cell(source)
        return result.error_before_exec or result.error_in_exec


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setattr(runtime, "_cards", {})
    monkeypatch.setattr(runtime, "_base_url", "")
    shell = Shell()
    yield shell
    shell.ip.atexit_operations()
    atexit.unregister(shell.ip.atexit_operations)


@pytest.fixture
def cell(tiny_course: Tiny) -> str:
    """The text of the released set-up cell."""
    cells = read_notebook(build(Directory.open(tiny_course()), "01_tiny") / "01_tiny.ipynb").cells
    return str(next(cell.source for cell in cells if grade_id(cell) == "setup"))


def without(monkeypatch: pytest.MonkeyPatch, *absent: str) -> None:
    """Make the import system say that some packages are not installed."""
    monkeypatch.setitem(sys.modules, "course", sys.modules["course"])  # what is put there goes
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in absent else real(name)
    )


def refused(root: Path) -> str:
    with pytest.raises(CourseError) as caught:
        build(Directory.open(root), "01_tiny")
    return str(caught.value)


def test_the_cell_knows_package_lesson_and_address(cell: str) -> None:
    assert cell == TEMPLATE.format(
        package="https://github.com/org/repo/archive/refs/heads/main.zip",
        lesson="01_tiny",
        base_url="https://raw.githubusercontent.com/org/repo/main/release/01_tiny/",
    )


def test_on_colab_only_the_title_shows(tiny_course: Tiny) -> None:
    cells = read_notebook(build(Directory.open(tiny_course()), "01_tiny") / "01_tiny.ipynb").cells
    (setup,) = (cell for cell in cells if grade_id(cell) == "setup")
    assert setup.source.startswith("# @title Run me first")
    assert setup.metadata["cellView"] == "form"


def test_what_the_author_wrote_in_the_cell_is_replaced(tiny_course: Tiny, change_cell: Any) -> None:
    root = tiny_course(cells=change_cell("setup", source="import pdb"))
    folder = build(Directory.open(root), "01_tiny")
    assert "pdb" not in (folder / "01_tiny.ipynb").read_text("utf-8")


def test_a_lesson_without_a_set_up_cell_is_refused(tiny_course: Tiny) -> None:
    assert refused(tiny_course(cells=lambda cells: [cells[0], *cells[2:]])) == (
        "lesson 01_tiny, cell 'setup', line 1: there are 0 set-up cells, not one.\n"
        "  What to do: give the first code cell the grade_id 'setup' and lock it."
    )


def test_a_lesson_with_two_set_up_cells_is_refused(tiny_course: Tiny) -> None:
    def twice(cells: list[Any]) -> list[Any]:
        again = copy.deepcopy(cells[1])
        again.id = "again"
        return [again, *cells]

    assert "a second cell has the grade_id 'setup'" in refused(tiny_course(cells=twice))


def test_where_nothing_is_missing_nothing_is_installed(shell: Shell, cell: str) -> None:
    assert shell.run(cell) is None
    assert shell.asked == []


def test_the_card_is_printed_once_however_often_the_cell_runs(
    shell: Shell, cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run(cell) is None
    first = shell.ip.user_ns["here"]
    assert shell.run(cell) is None
    assert shell.ip.user_ns["here"] is first
    assert capsys.readouterr().out == f"{first}\n"


def test_the_cell_brings_what_the_exercises_use(shell: Shell, cell: str) -> None:
    assert shell.run(cell) is None
    assert {"course", "NotAttempted", "check", "hint", "here"} <= set(shell.ip.user_ns)
    assert runtime.base_url().endswith("/release/01_tiny/")


def test_only_what_is_missing_is_installed_and_alone(
    shell: Shell, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "PIL", "safetensors")
    assert shell.run(cell) is None
    assert shell.asked == [f"{INSTALL} pillow safetensors"]


def test_torch_is_never_installed_even_where_everything_is_missing(
    shell: Shell, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "course", "PIL", "safetensors", "torch", "numpy")
    shell.run(cell)
    (asked,) = shell.asked
    assert asked == (
        f"{INSTALL} https://github.com/org/repo/archive/refs/heads/main.zip pillow safetensors"
    )


def test_without_the_package_plain_python_goes_on(
    shell: Shell, cell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without(monkeypatch, "course")
    assert shell.run(cell) is None
    assert capsys.readouterr().out.count("Settings, Internet") == 1
    assert shell.ip.user_ns["here"].device in ("cpu", "cuda")
    assert isinstance(shell.run('raise NotAttempted("double")'), NotImplementedError)
    assert shell.run('check("double")\nhint("double", level=2)\ncourse.submit()') is None
    assert capsys.readouterr().out.count("Settings, Internet") == 3
    assert "restart the session" in str(shell.run('course.stage("data/tiles.zip", sha256="")'))


def test_plain_python_too_can_run_the_cell_twice(
    shell: Shell, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    without(monkeypatch, "course")
    shell.run(cell)
    monkeypatch.setattr(importlib.util, "find_spec", real)
    assert shell.run(cell) is None
    assert len(shell.asked) == 1


def test_a_folder_called_course_is_not_taken_for_the_package(
    shell: Shell, cell: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "beside" / "course").mkdir(parents=True)
    spec = importlib.machinery.PathFinder.find_spec("course", [str(tmp_path / "beside")])
    assert spec is not None
    without(monkeypatch, "course")
    known = importlib.util.find_spec
    found = lambda name: spec if name == "course" else known(name)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", found)
    assert shell.run(cell) is None
    assert shell.asked == [f"{INSTALL} https://github.com/org/repo/archive/refs/heads/main.zip"]
    assert "restart the session" in str(shell.run("course.stage"))


def test_a_stub_shows_one_line_instead_of_a_traceback(
    shell: Shell, cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run(cell)
    capsys.readouterr()
    shell.run('def double(x):\n    raise NotAttempted("double")\n\ndouble(1)')
    assert capsys.readouterr().out == (
        "Not attempted yet: write your code for the exercise 'double' first.\n"
    )
