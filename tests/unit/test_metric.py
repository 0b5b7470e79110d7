"""Credit grows from floor to target, and what it printed can be read again."""

from __future__ import annotations

import math

import pytest

from autograder.metric import credit, measured


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (0.0, 0),
        (0.65, 0),
        (0.7, 1.5),
        (0.75, 3),
        (0.85, 6),
        (1.0, 6),
        (math.nan, 0),
        (-math.inf, 0),
    ],
)
def test_credit_is_linear_between_floor_and_target(value: float, points: float) -> None:
    got = credit("accuracy", value, floor=0.65, target=0.85, points=6)
    assert got == pytest.approx(points)


def test_what_was_printed_is_read_again(capsys: pytest.CaptureFixture[str]) -> None:
    print("something else = 3")
    credit("balanced accuracy", 0.893333, floor=0.65, target=0.85, points=6)
    printed = capsys.readouterr().out
    assert measured(printed) == ("balanced accuracy", 0.893333, 0.65, 0.85)


def test_other_prints_are_no_metric() -> None:
    assert measured("accuracy = 0.5\n") is None
