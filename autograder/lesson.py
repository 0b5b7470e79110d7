"""A lesson's front matter: the one place for title, objectives, minutes and accelerator.

It stands in the YAML header of the lesson's ``.py`` and so in the notebook's metadata::

    course:
      title: Train end to end
      minutes: 75
      accelerator: gpu
      objectives:
      - can: split tiles so that neighbours never sit on both sides
        exercises: [split]
      artefacts: ["*.safetensors"]      # may be left out, as what follows
      builds-on:                        # exercises that call what another one defines
        trained-model: [train-step]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course.errors import CourseError
from course.submission.released import ARTEFACTS

MEASURED = "measured.json"
"""Beside the source: what `course calibrate` found."""
ACCELERATORS = ("gpu", "none")
DIFFICULTIES = ("beginner", "intermediate", "advanced")
_KINDS = {"title": str, "summary": str, "minutes": int, "before": list, "objectives": list}


@dataclass(frozen=True)
class Objective:
    """Something students can do afterwards, and the exercises that show it."""

    can: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """What every part of the course reads about a lesson.

    Attributes
    ----------
    id
        The folder's name, ``NN_name``.
    title, summary
        For people.
    minutes
        Working time of a student, in minutes.
    difficulty
        ``"beginner"``, ``"intermediate"`` or ``"advanced"``.
    accelerator
        ``"gpu"`` or ``"none"``.
    before
        What to know or have before starting.
    objectives
        Each tied to at least one exercise.
    artefacts
        Patterns of the names of files that are handed in with the notebook.
    foundations
        ``(exercise, exercises)``: what its tests need beside the exercise itself.
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
        for entry, kind in _KINDS.items():
            if not isinstance(front.get(entry), kind) or not front[entry]:
                raise _wrong(id_, f"front matter: '{entry}' is missing or not a {kind.__name__}")
        if front["minutes"] < 1 or front["minutes"] is True:
            raise _wrong(id_, "front matter: 'minutes' is not a number of minutes")
        for entry, allowed in (("difficulty", DIFFICULTIES), ("accelerator", ACCELERATORS)):
            if front.get(entry) not in allowed:
                raise _wrong(id_, f"front matter: '{entry}' is not one of {', '.join(allowed)}")
        return cls(
            id=id_,
            title=front["title"],
            summary=front["summary"],
            minutes=front["minutes"],
            difficulty=front["difficulty"],
            accelerator=front["accelerator"],
            before=tuple(front["before"]),
            objectives=tuple(_objective(id_, entry) for entry in front["objectives"]),
            artefacts=_artefacts(id_, front.get("artefacts", list(ARTEFACTS))),
            foundations=_foundations(id_, front.get("builds-on", {})),
        )

    @property
    def number(self) -> str:
        """The lesson's number, as in ``"03"``."""
        return self.id.split("_")[0]

    def builds_on(self, exercise: str) -> tuple[str, ...]:
        """Return the exercises whose answers the tests of an exercise need, too."""
        return dict(self.foundations).get(exercise, ())


def _objective(lesson: str, entry: Any) -> Objective:
    named = entry.get("exercises") if isinstance(entry, dict) else None
    if not isinstance(named, list) or not named or not entry.get("can"):
        raise _wrong(lesson, f"front matter: objective {entry!r} needs `can` and `exercises`")
    return Objective(str(entry["can"]), tuple(str(name) for name in named))


def _artefacts(lesson: str, entry: Any) -> tuple[str, ...]:
    listed = isinstance(entry, list) and all(isinstance(name, str) and name for name in entry)
    if not listed or any("/" in name for name in entry):
        raise _wrong(lesson, "front matter: 'artefacts' is not a list of file names or patterns")
    return tuple(entry)


def _foundations(lesson: str, entry: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(entry, dict) or not all(isinstance(names, list) for names in entry.values()):
        raise _wrong(lesson, "front matter: 'builds-on' is not a list of exercises for each name")
    return tuple((str(name), tuple(map(str, names))) for name, names in entry.items())


def _wrong(lesson: str, what: str, do: str = "mend the header of its .py file") -> CourseError:
    return CourseError(what, where=f"lesson {lesson}", do=do)
