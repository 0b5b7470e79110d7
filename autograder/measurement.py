"""What is measured of a lesson and written beside it, in ``source/<lesson>/measured.json``."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np

from autograder.directory import Directory
from autograder.lesson import MEASURED
from course.errors import CourseError


@dataclass(frozen=True)
class Sweep:
    """A metric of the reference, trained with many seeds.

    Attributes
    ----------
    exercise, metric
        Which one, and what is measured.
    floor, target
        No points up to `floor`, all from `target`.
    values
        One for each seed: 0, 1, 2, …
    """

    exercise: str
    metric: str
    floor: float
    target: float
    values: tuple[float, ...]

    @property
    def observed(self) -> float:
        """The share of seeds with which the reference does not get all points."""
        return sum(value < self.target for value in self.values) / len(self.values)

    @property
    def false_fail(self) -> float:
        """The probability that a right answer with a new seed does not get all points.

        Estimated from n values with mean m and standard deviation s as P(T < t) of Student's
        distribution with n - 1 degrees of freedom, t = (target - m) / (s * sqrt(1 + 1/n)): the
        prediction interval for one more draw from a normal distribution.
        """
        n, spread = len(self.values), stdev(self.values)
        distance = self.target - fmean(self.values)
        if not spread:
            return float(distance > 0)
        return student_t(distance / (spread * math.sqrt(1 + 1 / n)), n - 1)


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    digest
        Of what it depends on (`digest`).
    date
        As ``2026-11-24``.
    torch
        Its version.
    student_cpu_seconds
        Processor time of the student's cells when the reference is graded, on one core.
    source_seconds
        Wall-clock time of the source from its first to its last cell, kernel start included.
    sweeps
        One for each exercise that is graded by a metric.
    """

    digest: str
    date: str
    torch: str
    student_cpu_seconds: float
    source_seconds: float
    sweeps: tuple[Sweep, ...] = ()

    @classmethod
    def read(cls, directory: Directory, lesson: str) -> Measured | None:
        """Read what was written beside a lesson; None if nothing was.

        Raises
        ------
        CourseError
            If the file is not what `write` writes.
        """
        path = _path(directory, lesson)
        if not path.is_file():
            return None
        try:
            found = json.loads(path.read_text("utf-8"))
            sweeps = tuple(
                Sweep(**{**sweep, "values": tuple(sweep["values"])}) for sweep in found["sweeps"]
            )
            return cls(**{**found, "sweeps": sweeps})
        except (ValueError, TypeError, KeyError) as error:
            advice = f"run `course calibrate {lesson}`"
            raise CourseError(f"it cannot be read ({error})", where=str(path), do=advice) from error

    def write(self, directory: Directory, lesson: str) -> Path:
        """Write it beside the lesson; return where."""
        path = _path(directory, lesson)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")
        return path


def _path(directory: Directory, lesson: str) -> Path:
    return directory.folder("source", ".", lesson) / MEASURED


def digest(directory: Directory, lesson: str, notebook: Any) -> str:
    """Return a digest of what measurements depend on: a lesson's code and data, not its text."""
    found = hashlib.sha256()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found.update(f"{cell.source}\n".encode())
    folder = directory.folder("source", ".", lesson)
    for path in sorted([*folder.glob("data/**/*"), *folder.glob("secret/**/*")]):
        if path.is_file():
            found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def student_t(t: float, freedom: int) -> float:
    """Return P(T < t) of Student's distribution: its density, summed by Simpson's rule.

    With t = tan(a) * sqrt(freedom) the density is proportional to cos(a)^(freedom - 1), and the
    range is finite.
    """
    end = math.atan(t / math.sqrt(freedom))
    angles = np.linspace(-math.pi / 2, math.pi / 2, 20_001)
    upto = np.linspace(-math.pi / 2, end, 20_001)

    def area(a: Any) -> float:
        heights = np.maximum(np.cos(a), 0.0) ** (freedom - 1)
        weights = np.ones(len(a))
        weights[1:-1:2], weights[2:-1:2] = 4, 2
        return float((heights * weights).sum() * (a[1] - a[0]) / 3)

    return area(upto) / area(angles)
