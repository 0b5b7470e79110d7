"""Numbers that nobody can look up: the same in each grading, others in another course."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.directory import Directory
from autograder.secret import SEED, generator
from course.errors import CourseError


def drawn(name: str) -> list[int]:
    return list(generator(name).integers(0, 1_000_000, 8))


def test_the_same_seed_and_name_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEED, "abc")
    first = drawn("recall")
    assert drawn("recall") == first
    assert drawn("split") != first
    monkeypatch.setenv(SEED, "abd")
    assert drawn("recall") != first


def test_without_a_grader_the_numbers_are_the_same_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(SEED, raising=False)
    without = drawn("recall")
    monkeypatch.setenv(SEED, "")
    assert drawn("recall") == without


def test_a_course_draws_its_seed_once_and_keeps_it_to_itself(
    tiny_course: Callable[..., Path], tmp_path: Path
) -> None:
    directory = Directory.open(tiny_course())
    seed = directory.seed()
    assert len(seed) >= 32
    assert Directory.open(directory.root).seed() == seed
    (path,) = directory.root.glob(".course-seed")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    assert directory.seed() != seed


def test_a_seed_that_cannot_be_kept_is_named(tiny_course: Callable[..., Path]) -> None:
    directory = Directory.open(tiny_course())
    (directory.root / ".course-seed").mkdir()
    with pytest.raises(CourseError, match="seed cannot be kept"):
        directory.seed()
