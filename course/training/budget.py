"""How much time is left, and whether it suffices for one more step and for saving."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from course.errors import CourseError

_Item = TypeVar("_Item")
_REMEMBERED = 50  # durations of each kind of work; older ones no longer count


class TimeBudget:
    """The time a session has: stop before it is over, with enough left to save.

    The clock starts when the budget is made, so make it in the first cell.

    Examples
    --------
    >>> budget = TimeBudget(minutes=11.5 * 60)
    >>> while not budget.spent_soon():
    ...     with budget.measure("step"):
    ...         train_step()
    ...     with budget.measure("saving"):
    ...         checkpoint.save(model)

    Parameters
    ----------
    minutes
        How long the session may take in all.
    reserve
        Minutes that stay unused, for what cannot be foreseen.
    clock
        Returns seconds; for tests.
    """

    def __init__(
        self,
        minutes: float,
        *,
        reserve: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 <= reserve < minutes:
            raise CourseError(
                f"a budget of {minutes:g} minutes with a reserve of {reserve:g} leaves no time",
                do="give more minutes, or a smaller reserve",
            )
        self.minutes = minutes
        self.reserve = reserve
        self._clock = clock
        self._end = clock() + 60 * minutes
        self._durations: defaultdict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )

    @property
    def left(self) -> float:
        """Seconds until the time is over; negative afterwards."""
        return self._end - self._clock()

    @contextlib.contextmanager
    def measure(self, work: str) -> Iterator[None]:
        """Measure how long this kind of work takes; ``"saving"`` is one that counts always."""
        started = self._clock()
        yield
        self._durations[work].append(self._clock() - started)

    def timed(self, items: Iterable[_Item], work: str) -> Iterator[_Item]:
        """Yield the items, measuring how long each of them takes to come."""
        iterator = iter(items)
        while True:
            with self.measure(work):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item

    def slowest(self, work: str) -> float:
        """Return the seconds of the slowest of the last times; 0 if it was never measured."""
        return max(self._durations[work], default=0.0)

    def spent_soon(self, *work: str) -> bool:
        """Return whether this work, saving after it, and the reserve no longer fit.

        Without an argument the work is one ``"step"``.
        """
        needed = sum(self.slowest(each) for each in (*(work or ("step",)), "saving"))
        return self.left < 60 * self.reserve + needed

    def __repr__(self) -> str:
        return f"TimeBudget({self.left / 60:.1f} of {self.minutes:g} minutes left)"
