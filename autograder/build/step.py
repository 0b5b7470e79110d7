"""What our build steps share: the lesson they work on, and errors that name the cell and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.lesson import Lesson
from autograder.manifest import Manifest
from course.errors import CourseError

Resources = dict[str, Any]


class Step(NbGraderPreprocessor):
    """A build step of our own."""

    def lesson(self, notebook: Any, resources: Resources) -> Lesson:
        """Return the front matter of the lesson being built."""
        return Lesson.from_metadata(resources["nbgrader"]["assignment"], notebook.metadata)

    def manifest(self) -> Manifest:
        """Return the manifest of the course being built."""
        return Manifest.read(Path(self.config.CourseDirectory.get("root", ".")))


def grade_id(cell: Any) -> str:
    """Return the cell's id for nbgrader, or an empty string."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def in_cell(lesson: str, cell: Any, what: str, do: str, line: int = 1) -> CourseError:
    """Return an error that names lesson, cell and line."""
    name = grade_id(cell) or cell.get("id", "without an id")
    return CourseError(what, where=f"lesson {lesson}, cell '{name}', line {line}", do=do)
