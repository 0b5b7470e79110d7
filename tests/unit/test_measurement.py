"""Records are read as written; a digest knows code and data; Student's distribution is right."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.build.release import source_notebook
from autograder.directory import Directory
from autograder.measurement import Measured, Sweep, digest, student_t
from course.errors import CourseError

LESSON = "01_tiny"


@pytest.fixture
def directory(tiny_course: Callable[..., Path]) -> Directory:
    return Directory.open(tiny_course())


# From closed forms: one degree of freedom is Cauchy's distribution, two an algebraic one.
@pytest.mark.parametrize("t", [-30.0, -2.0, -0.5, 0.0, 0.7, 4.0])
def test_students_distribution(t: float) -> None:
    assert student_t(t, 1) == pytest.approx(0.5 + math.atan(t) / math.pi, abs=1e-6)
    assert student_t(t, 2) == pytest.approx(0.5 + t / (2 * math.sqrt(2 + t * t)), abs=1e-6)


def test_students_distribution_by_the_table() -> None:
    assert student_t(-2.462, 29) == pytest.approx(0.01, abs=2e-5)  # the 1 % point, 29 degrees


def test_equal_values_fail_never_or_always() -> None:
    assert Sweep("a", "b", 0, 0.5, (0.6,) * 30).false_fail == 0
    assert Sweep("a", "b", 0, 0.7, (0.6,) * 30).false_fail == 1


def test_what_was_written_is_read_again(directory: Directory) -> None:
    assert Measured.read(directory, LESSON) is None
    sweep = Sweep("double", "accuracy", 0.5, 0.8, (0.9, 0.91))
    found = Measured("abc", "2026-11-24", "2.13.0", 1.5, 3.0, (sweep,))
    found.write(directory, LESSON)
    assert Measured.read(directory, LESSON) == found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sweeps": [{}]}', '{"sweeps": [], "more": 1}'])
def test_a_broken_file_is_named(directory: Directory, text: str) -> None:
    path = directory.sources / LESSON / "measured.json"
    path.write_text(text)
    with pytest.raises(CourseError, match="course calibrate 01_tiny") as caught:
        Measured.read(directory, LESSON)
    assert str(path) in str(caught.value)


def test_the_digest_knows_code_and_data_and_not_the_text(directory: Directory) -> None:
    notebook = source_notebook(directory, LESSON)
    before = digest(directory, LESSON, notebook)
    notebook.cells[0].source += " In other words."
    assert digest(directory, LESSON, notebook) == before
    notebook.cells[2].source += "\n"
    assert digest(directory, LESSON, notebook) != before
    changed = digest(directory, LESSON, notebook)
    for name in ("data/a.txt", "secret/b.txt"):
        path = directory.sources / LESSON / name
        path.parent.mkdir()
        path.write_text("1")
        assert digest(directory, LESSON, notebook) != changed
        changed = digest(directory, LESSON, notebook)
