"""``course calibrate``: measure a lesson's times, and whether its metrics are fair.

A metric is fair if the reference, trained with a seed that nobody chose, nearly always gets all
points. So the reference is trained with many seeds: the line ``SEED = 0`` of the cell that trains
is changed, everything else is as in grading.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nbgrader import utils

from autograder.build.contract import exercise_of
from autograder.build.release import source_notebook
from autograder.directory import Directory
from autograder.measurement import Measured, Sweep, digest
from autograder.metric import measured
from autograder.outcome import Outcome
from autograder.proof import JOBS, Grader
from autograder.sync import executed, pairs
from course.errors import CourseError

_SEED = re.compile(r"^SEED = 0$", re.MULTILINE)
Say = Callable[[str], None]


def calibrate(directory: Directory, lesson: str, seeds: int, say: Say) -> Measured:
    """Measure a lesson; `Measured.write` keeps the result.

    Raises
    ------
    CourseError
        If the reference cannot be graded, or a metric's training cell has no ``SEED = 0``.
    """
    grader = Grader.of(directory, lesson)
    first = grader.grade({})
    metrics = _metrics(lesson, first)
    answers = [cell.source for cell in grader.source.cells if utils.is_solution(cell)]
    if metrics and not any(_SEED.search(answer) for answer in answers):
        raise CourseError(
            "no answer has a line `SEED = 0`, so it cannot be trained with other seeds",
            where=f"lesson {lesson}", do="write it in the cell that trains, and use SEED there",
        )  # fmt: skip
    outcomes = [first, *_sweep(grader, range(1, seeds) if metrics else [], say)]
    values = [_metrics(lesson, outcome) for outcome in outcomes]
    started = time.monotonic()
    # One thread, as in grading: several on a busy machine wait for each other.
    executed(pairs(directory, lesson)[0], OMP_NUM_THREADS="1")
    source_seconds = time.monotonic() - started
    return Measured(
        digest=digest(directory, lesson, source_notebook(directory, lesson)),
        date=datetime.date.today().isoformat(),
        torch=importlib.metadata.version("torch"),
        student_cpu_seconds=round(max(outcome.cpu_seconds for outcome in outcomes), 2),
        source_seconds=round(source_seconds, 1),
        sweeps=tuple(
            Sweep(exercise, name, floor, target, tuple(found[exercise][1] for found in values))
            for exercise, (name, _, floor, target) in metrics.items()
        ),
    )


def _sweep(grader: Grader, seeds: Any, say: Say) -> list[Outcome]:
    def one(seed: int) -> Outcome:
        def reseeded(cells: list[Any]) -> list[Any]:
            for cell in cells:
                cell.source = _SEED.sub(f"SEED = {seed}", cell.source)
            return cells

        outcome = grader.grade({}, change=reseeded)
        say(f"{grader.lesson.id}: seed {seed}")
        return outcome

    with ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(one, seeds))


def _metrics(lesson: str, outcome: Outcome) -> dict[str, tuple[str, float, float, float]]:
    """Return name, value, floor and target of each exercise that is graded by a metric."""
    if outcome.score is None:
        raise CourseError(f"grading failed: {outcome.message}", where=f"lesson {lesson}")
    found = {}
    for cell in outcome.notebooks[lesson].cells:
        printed = "".join(output.get("text", "") for output in cell.get("outputs", []))
        metric = measured(printed)
        if metric is not None:
            found[exercise_of(cell)] = metric
    return found
