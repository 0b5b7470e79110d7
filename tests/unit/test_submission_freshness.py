"""A file that is older than what was run is noticed, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from handed_in import RIGHT, answered

from course.submission.freshness import Lacking, lacks_what_ran, what_ran, when_saved

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SUBMIT = "course.submit()"


@pytest.mark.parametrize(
    ("before", "ago"),
    [
        (timedelta(seconds=-3), "just now"),  # clocks differ
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_the_age_of_a_file(before: timedelta, ago: str) -> None:
    said = when_saved("a.ipynb", NOW - before, NOW)
    assert said == f"What counts is the file `a.ipynb` as it was saved {ago}."


@pytest.mark.parametrize(
    ("ran", "lacks"),
    [
        ([RIGHT, SUBMIT], False),
        ([f"{RIGHT}\n", f"  {SUBMIT}\n"], False),  # white space is no work
        ([RIGHT, 'check("double")', 'hint("double")', SUBMIT], False),
        ([RIGHT, "double = 2", SUBMIT], True),
        (["double = 2", RIGHT, SUBMIT], False),  # tried, and written anew since
        ([RIGHT, "double = 2", 'check("double")', SUBMIT], True),
        (["double = 2", "plot(double)", SUBMIT], True),  # "Run all" goes on after an answer
        (["double = 2", "other = 3", SUBMIT], True),
        ([RIGHT, "double(3)", "!nvidia-smi", "%pip list", SUBMIT], False),  # a look, since deleted
        ([RIGHT, "mine = 3", SUBMIT], False),  # nothing of the file's
        ([f"# my comment\n{RIGHT}  # and one more", SUBMIT], False),
        (["%timeit 1\ndouble = 2", SUBMIT], True),
        (["double = = 2", SUBMIT], False),  # it defined nothing
        ([SUBMIT], False),
        ([], False),
    ],
)
def test_what_ran_last_has_to_be_in_the_file(ran: list[str], lacks: bool) -> None:
    assert lacks_what_ran(answered(), ran) is lacks


TRIAL = "double = 3"


@pytest.mark.parametrize(
    ("since", "lacks"),
    [
        ([], False),  # tried, deleted, saved
        (['check("double")'], False),
        (["double = 2"], True),  # and worked on since
        ([TRIAL], False),
    ],
)
def test_what_ran_before_the_file_was_saved_need_not_be_in_it(
    since: list[str], lacks: bool
) -> None:
    settled = ["", RIGHT, TRIAL, "import course; course.submit()"]
    ran = [*settled, *since, "import course; course.submit()"]
    assert lacks_what_ran(answered(), ran)
    assert lacks_what_ran(answered(), ran, settled) is lacks


def test_what_ran_is_settled_once_the_file_is_saved_again() -> None:
    lacking = Lacking(10.0, ("", TRIAL, SUBMIT))
    assert lacking.settled(10.0, ("", TRIAL, SUBMIT, SUBMIT)) == ()
    assert lacking.settled(11.0, ("", TRIAL, SUBMIT, SUBMIT)) == lacking.ran
    assert lacking.settled(11.0, ("", SUBMIT)) == (), "the history was cleared"


def test_outside_of_ipython_nothing_ran() -> None:
    assert what_ran() == ()
