"""The time budget stops early enough to save, and no earlier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.errors import CourseError
from course.training import TimeBudget


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def take(budget: TimeBudget, clock: Clock, work: str, seconds: float) -> None:
    with budget.measure(work):
        clock.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(clock: Clock) -> TimeBudget:
    return TimeBudget(minutes=10, reserve=1, clock=clock)


def test_time_goes_by(budget: TimeBudget, clock: Clock) -> None:
    assert budget.left == 600
    clock.now += 590
    assert budget.left == 10
    clock.now += 20
    assert budget.left == -10
    assert repr(budget) == "TimeBudget(-0.2 of 10 minutes left)"


def test_before_anything_is_measured_only_the_reserve_counts(
    budget: TimeBudget, clock: Clock
) -> None:
    clock.now += 540
    assert not budget.spent_soon()
    clock.now += 1
    assert budget.spent_soon()


def test_a_step_and_saving_must_still_fit(budget: TimeBudget, clock: Clock) -> None:
    take(budget, clock, "step", 10)
    take(budget, clock, "step", 30)
    take(budget, clock, "step", 20)
    take(budget, clock, "saving", 40)
    clock.now += budget.left - (60 + 30 + 40)
    assert not budget.spent_soon()
    clock.now += 1
    assert budget.spent_soon()


def test_other_work_has_its_own_time(budget: TimeBudget, clock: Clock) -> None:
    take(budget, clock, "step", 1)
    take(budget, clock, "end of epoch", 200)
    clock.now += budget.left - (60 + 199)
    assert budget.spent_soon("end of epoch")
    assert not budget.spent_soon()
    assert not budget.spent_soon("never seen")
    clock.now += budget.left - (60 + 201)
    assert not budget.spent_soon("end of epoch")
    assert budget.spent_soon("end of epoch", "step", "end of epoch")


def test_a_slow_first_step_is_forgotten(budget: TimeBudget, clock: Clock) -> None:
    take(budget, clock, "step", 100)
    for _ in range(50):
        take(budget, clock, "step", 1)
    assert budget.slowest("step") == 1


def test_timed_measures_how_long_items_take_not_what_is_done_with_them(
    budget: TimeBudget, clock: Clock
) -> None:
    def items() -> Iterator[int]:
        for item in range(3):
            clock.now += 5
            yield item

    seen = []
    for item in budget.timed(items(), "loading"):
        seen.append(item)
        clock.now += 100
    assert seen == [0, 1, 2]
    assert budget.slowest("loading") == 5


@pytest.mark.parametrize(("minutes", "reserve"), [(2, 2), (1, 2), (5, -1), (0, 0)])
def test_a_budget_without_time(minutes: float, reserve: float) -> None:
    with pytest.raises(CourseError, match="leaves no time"):
        TimeBudget(minutes, reserve=reserve)


def test_the_clock_is_the_real_one() -> None:
    budget = TimeBudget(1, reserve=0)
    first = budget.left
    assert 59 < first <= 60
    assert budget.left < first
