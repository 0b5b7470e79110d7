"""Measurements: written beside each lesson by ``course calibrate``, current, and good enough."""

from __future__ import annotations

from collections.abc import Iterator

from nbgrader import utils

from autograder.build.contract import exercise_of
from autograder.build.release import source_notebook
from autograder.directory import Directory
from autograder.lesson import MEASURED
from autograder.lints.registry import in_lesson, lint
from autograder.measurement import Measured, Sweep, digest
from course.errors import CourseError

MOST_CPU = 20.0
MOST_SOURCE = 60.0
FEWEST_SEEDS = 30
MOST_FALSE_FAILS = 0.01


@lint(
    f"every lesson was measured as it is: grading takes at most {MOST_CPU:g} s of a core, the "
    f"source {MOST_SOURCE:g} s; a metric fails at most {MOST_FALSE_FAILS:.0%} of right answers"
)
def _measured(directory: Directory, lesson: str) -> Iterator[CourseError]:
    notebook = source_notebook(directory, lesson)
    found = Measured.read(directory, lesson)
    if found is None or found.digest != digest(directory, lesson, notebook):
        state = "is missing" if found is None else "was measured before the code or data changed"
        yield in_lesson(
            lesson, f"source/{lesson}/{MEASURED} {state}", f"run `course calibrate {lesson}`"
        )
        return
    for what, seconds, most in (
        ("grading the reference", found.student_cpu_seconds, MOST_CPU),
        ("running the source", found.source_seconds, MOST_SOURCE),
    ):
        if seconds > most:
            yield in_lesson(lesson, f"{what} takes {seconds:g} s, not {most:g}", "make it smaller")
    with_metric = {
        exercise_of(cell)
        for cell in notebook.cells
        if utils.is_grade(cell) and "credit(" in cell.source
    }
    for name in sorted(with_metric - {sweep.exercise for sweep in found.sweeps}):
        yield in_lesson(lesson, f"no sweep of '{name}'", f"run `course calibrate {lesson}`")
    for sweep in found.sweeps:
        yield from _unfair(lesson, sweep)


def _unfair(lesson: str, sweep: Sweep) -> Iterator[CourseError]:
    if len(sweep.values) < FEWEST_SEEDS:
        what = f"'{sweep.exercise}' was tried with {len(sweep.values)} seeds, not {FEWEST_SEEDS}"
        yield in_lesson(lesson, what, f"run `course calibrate {lesson}`")
    elif max(sweep.observed, sweep.false_fail) > MOST_FALSE_FAILS:
        what = (
            f"'{sweep.exercise}': the reference misses the target {sweep.target:g} with "
            f"{sweep.observed:.1%} of the seeds; {sweep.false_fail:.2%} are to be expected"
        )
        yield in_lesson(lesson, what, "lower the target, or make the training steadier")
