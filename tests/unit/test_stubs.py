"""Stubs come from the solution and can never say something else than it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.build.release import build, read_notebook
from autograder.build.step import grade_id
from autograder.directory import Directory
from course.errors import CourseError

Tiny = Callable[..., Path]
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def stub(root: Path) -> str:
    """Return the text of the exercise's cell in the release."""
    folder = build(Directory.open(root), "01_tiny")
    cells = read_notebook(folder / "01_tiny.ipynb").cells
    return str(next(cell.source for cell in cells if grade_id(cell) == "double"))


def refused(root: Path) -> str:
    with pytest.raises(CourseError) as caught:
        build(Directory.open(root), "01_tiny")
    return str(caught.value)


def test_a_stub_keeps_the_signature_and_names_its_exercise(tiny_course: Tiny) -> None:
    assert stub(tiny_course()) == 'def double(x):\n    raise NotAttempted("double")'


def test_each_region_of_a_class_becomes_a_line_of_its_own(
    tiny_course: Tiny, change_cell: Any
) -> None:
    source = (
        "class Doubler:\n"
        "    def __init__(self, x):  # a number\n"
        f"        {BEGIN}\n        self.x = x\n        {END}\n\n"
        "    def __call__(self):\n"
        f"        {BEGIN}\n        return self.x + self.x\n        {END}"
    )
    assert stub(tiny_course(cells=change_cell("double", source=source))) == (
        "class Doubler:\n"
        "    def __init__(self, x):  # a number\n"
        '        raise NotAttempted("double")\n\n'
        "    def __call__(self):\n"
        '        raise NotAttempted("double")'
    )


def test_the_stub_raises_not_attempted_when_called(tiny_course: Tiny) -> None:
    from course import NotAttempted

    names: dict[str, Any] = {"NotAttempted": NotAttempted}
    exec(stub(tiny_course()), names)
    with pytest.raises(NotAttempted, match="not attempted: double"):
        names["double"](1)


def test_a_def_inside_the_region_is_refused_with_a_diff(
    tiny_course: Tiny, change_cell: Any
) -> None:
    source = f"FACTOR = 2\n{BEGIN}\ndef double(x, *, times=2):\n    return x * times\n{END}"
    assert refused(tiny_course(cells=change_cell("double", source=source))) == (
        "lesson 01_tiny, cell 'double', line 2: "
        "the stub does not define what the solution defines:\n"
        "--- solution\n"
        "+++ stub\n"
        "@@ -1 +0,0 @@\n"
        "-def double(x, *, times=2).\n"
        "  What to do: move the `def` or `class` line, with the signature, "
        "out of the solution region."
    )


def test_a_method_inside_the_region_is_refused(tiny_course: Tiny, change_cell: Any) -> None:
    source = (
        f"class Doubler:\n    factor = 2\n    {BEGIN}\n    def go(self):\n        pass\n    {END}"
    )
    message = refused(tiny_course(cells=change_cell("double", source=source)))
    assert "\n class Doubler\n-Doubler: def go(self)." in message


def test_a_helper_inside_a_function_may_be_part_of_the_solution(
    tiny_course: Tiny, change_cell: Any
) -> None:
    source = (
        f"def double(x):\n    {BEGIN}\n    def add(y):\n        return x + y\n"
        f"    return add(x)\n    {END}"
    )
    assert "def add" not in stub(tiny_course(cells=change_cell("double", source=source)))


def test_a_solution_cell_without_markers_is_refused(tiny_course: Tiny, change_cell: Any) -> None:
    root = tiny_course(cells=change_cell("double", source="def double(x):\n    return x + x"))
    assert refused(root) == (
        "lesson 01_tiny, cell 'double', line 1: the solution cell marks no solution.\n"
        "  What to do: put what students must not see between "
        "### BEGIN SOLUTION and ### END SOLUTION."
    )


def test_a_region_that_never_ends_is_refused(tiny_course: Tiny, change_cell: Any) -> None:
    source = f"def double(x):\n    {BEGIN}\n    return x + x"
    assert "lesson 01_tiny" in refused(tiny_course(cells=change_cell("double", source=source)))


def test_a_syntax_error_is_refused_with_its_line(tiny_course: Tiny, change_cell: Any) -> None:
    source = f"def double(x):\n    {BEGIN}\n    return x +\n    {END}"
    message = refused(tiny_course(cells=change_cell("double", source=source)))
    assert message.startswith(
        "lesson 01_tiny, cell 'double', line 3: the stub or the solution is not Python"
    )
