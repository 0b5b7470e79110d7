"""A lesson's front matter: the one place for title, objectives, minutes and accelerator.

It stands in the YAML header of the lesson's ``.py`` and so in the notebook's metadata.
``lesson.schema.json`` beside this file says what its entries are, and an example of it all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import schema
from course.errors import CourseError
from course.submission.released import ARTEFACTS

MEASURED = "measured.json"
"""Beside the source: what `course calibrate` found."""
SCHEMA_FILE = Path(__file__).with_name("lesson.schema.json")
SCHEMA = schema.load(SCHEMA_FILE)


@dataclass(frozen=True)
class Objective:
    """Something students can do afterwards, and the exercises that show it."""

    can: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """What every part of the course reads about a lesson: its front matter, and its name.

    Attributes
    ----------
    id
        The folder's name, ``NN_name``.
    foundations
        The entry `builds-on`: ``(exercise, exercises)``, what its tests need beside itself.
    """

    id: str
    title: str
    summary: str
    minutes: int
    difficulty: str
    accelerator: str
    before: tuple[str, ...]
    objectives: tuple[Objective, ...]
    artefacts: tuple[str, ...] = ARTEFACTS
    foundations: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def from_metadata(cls, id_: str, metadata: dict[str, Any]) -> Lesson:
        """Read a lesson from its notebook's metadata.

        Raises
        ------
        CourseError
            Naming the lesson and the entry that is missing or wrong.
        """
        front = metadata.get("course")
        if not isinstance(front, dict):
            raise _wrong(id_, "has no front matter", "add `course:` to the header of its .py file")
        if found := schema.mistake(SCHEMA, front):
            what, do = found
            raise _wrong(id_, f"front matter: {what}", do or "mend the header of its .py file")
        return cls(
            id=id_,
            title=front["title"],
            summary=front["summary"],
            minutes=front["minutes"],
            difficulty=front["difficulty"],
            accelerator=front["accelerator"],
            before=tuple(front["before"]),
            objectives=tuple(
                Objective(each["can"], tuple(each["exercises"])) for each in front["objectives"]
            ),
            artefacts=tuple(front.get("artefacts", ARTEFACTS)),
            foundations=tuple(
                (exercise, tuple(needs)) for exercise, needs in front.get("builds-on", {}).items()
            ),
        )

    @property
    def number(self) -> str:
        """The lesson's number, as in ``"03"``."""
        return self.id.split("_")[0]

    def builds_on(self, exercise: str) -> tuple[str, ...]:
        """Return the exercises whose answers the tests of an exercise need, too."""
        return dict(self.foundations).get(exercise, ())


def _wrong(lesson: str, what: str, do: str) -> CourseError:
    return CourseError(what, where=f"lesson {lesson}", do=do)
