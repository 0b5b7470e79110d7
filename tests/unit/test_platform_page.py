"""The table of platforms in the docs is what the registry says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.directory import Directory
from autograder.site import platform_page
from autograder.site.platform_page import BEGIN, END, stale, table, write
from course.errors import CourseError
from course.platforms import PLATFORMS, Published
from course.platforms.kaggle import Kaggle

PLACE = Published("org", "repo", "main", "release/01_tiny/01_tiny.ipynb")


@pytest.fixture
def page(tiny_course: Callable[..., Path]) -> Path:
    """The page of the tiny course, with an empty table."""
    path = tiny_course() / "docs" / "platforms.md"
    path.parent.mkdir()
    path.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n", "utf-8")
    return path


def course(page: Path) -> Directory:
    return Directory.open(page.parents[1])


def test_every_platform_has_a_row_with_all_it_says(page: Path) -> None:
    rows = table(PLACE).splitlines()[2:]
    assert len(rows) == len(PLATFORMS)
    for platform in PLATFORMS:
        (row,) = [row for row in rows if f"[{platform.badge}]({platform.link(PLACE)})" in row]
        assert platform.name in row.lower() or platform.name in row
        said = (platform.session, platform.places, platform.lost, platform.pitfall)
        assert all(f"| {sentence} |" in row for sentence in said)
        assert row.count("|") == 6


def test_the_table_is_written_between_the_markers_and_the_rest_stays(page: Path) -> None:
    assert stale(course(page))
    assert write(course(page))
    text = page.read_text("utf-8")
    assert text == f"above\n{BEGIN}\n\n{table(PLACE)}\n\n{END}\nbelow\n"
    assert not stale(course(page))
    assert not write(course(page))


def test_a_word_of_the_registry_makes_it_stale(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(course(page))
    monkeypatch.setattr(Kaggle, "session", "About 20 GPU hours a week.")
    assert stale(course(page))


def test_a_page_without_markers_is_refused(page: Path) -> None:
    page.write_text("nothing", "utf-8")
    with pytest.raises(CourseError, match="the markers of the table are gone"):
        write(course(page))


def test_a_course_without_the_page_needs_none(page: Path) -> None:
    page.unlink()
    assert not stale(course(page))
    assert not write(course(page))
    assert not page.exists()


def test_the_page_of_this_course_is_up_to_date(repo: Path) -> None:
    assert not platform_page.stale(Directory.open(repo))
