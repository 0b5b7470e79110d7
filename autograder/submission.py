"""What intake hands on: a submission made whole again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Submission:
    """One student's work on one lesson, rebuilt from the instructor's source.

    Attributes
    ----------
    student, lesson
        Their ids.
    notebooks
        Notebook id to rebuilt notebook: metadata, tests and locked cells are the instructor's.
    files
        Other files the student handed in: path relative to the notebook, to absolute path.
    materials
        Files of the lesson that a notebook may read: relative path to absolute path.
    secrets
        The folder of the lesson's held-out data, for grade cells alone.
    repairs
        What was mended, one sentence each, for the student to read.
    expected
        Notebook id to the names that its exercises define, which a student may bind whatever the
        instructor's cells say.
    receipt
        The receipt of a zip file that `course.submit` made, from what is in it now; else empty.
    seed
        The course's secret, from which tests draw inputs that nobody can look up.
    """

    student: str
    lesson: str
    notebooks: dict[str, Any]
    files: dict[str, Path]
    materials: dict[str, Path]
    secrets: Path
    repairs: tuple[str, ...]
    expected: dict[str, tuple[str, ...]] = field(default_factory=dict)
    receipt: str = ""
    seed: str = ""
