"""What a lesson's release held, which the released notebook says itself.

A build step writes it into the notebook's metadata, under ``course``: so that whoever has the
notebook can tell what was changed, without the instructors' code and without a network.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from course.errors import CourseError
from course.submission.notebook import Cell, Notebook, about, text

KEY = "course"
ARTEFACTS = ("*.safetensors", "metrics*.json")
"""Files beside a notebook that belong to what is handed in, unless the lesson names others."""

_KINDS = ("locked", "answer")
_STUB = re.compile(r"^[ \t]*raise NotAttempted\(", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A cell that the release named.

    Attributes
    ----------
    id
        Its grade id.
    answer
        Whether students write in it.
    digest
        Of its text as it was released; empty where that is not known.
    """

    id: str
    answer: bool
    digest: str = ""

    def as_line(self) -> str:
        """Return it in one line, as in ``"answer 0123456789abcdef split"``."""
        return f"{_KINDS[self.answer]} {self.digest} {self.id}"

    @classmethod
    def of_line(cls, line: str) -> Part:
        """Read what `as_line` wrote."""
        kind, digest, id_ = line.split(" ", 2)
        return cls(id_, bool(_KINDS.index(kind)), digest)


@dataclass(frozen=True)
class Released:
    """What is known of a notebook's release.

    Attributes
    ----------
    lesson, edition
        Which lesson of which edition of the course; the edition is empty where not known.
    notebook
        The notebook's name, without ``.ipynb``.
    parts
        Its named cells, in order.
    artefacts
        Patterns of the names of files to take along.
    """

    lesson: str
    edition: str
    notebook: str
    parts: tuple[Part, ...]
    artefacts: tuple[str, ...] = ARTEFACTS

    def as_metadata(self) -> dict[str, Any]:
        """Return what the build step writes and `of` reads."""
        return {
            "lesson": self.lesson,
            "edition": self.edition,
            "notebook": self.notebook,
            "artefacts": list(self.artefacts),
            "cells": [part.as_line() for part in self.parts],
        }

    @classmethod
    def of(cls, notebook: Notebook, name: str) -> Released:
        """Read what a notebook says; where a front end dropped that, make do with its cells.

        Parameters
        ----------
        name
            The notebook's name, for want of a better one.

        Raises
        ------
        CourseError
            If no cell is one of the course's.
        """
        said = notebook["metadata"].get(KEY)
        try:
            released = cls(
                lesson=str(said["lesson"]),
                edition=str(said["edition"]),
                notebook=_plain(str(said["notebook"])),
                parts=tuple(map(Part.of_line, said["cells"])),
                artefacts=tuple(map(str, said["artefacts"])),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            named = [about(cell) for cell in notebook["cells"] if about(cell).get("grade_id")]
            ids = {str(n["grade_id"]): n.get("solution") is True for n in named}
            parts = tuple(Part(id_, answer) for id_, answer in ids.items())
            released = cls(lesson=name, edition="", notebook=_plain(name), parts=parts)
        if not any(copies(part, notebook) for part in released.parts):
            raise CourseError(
                "this notebook holds no cell of a lesson",
                do="hand in the notebook that you opened from the course",
            )
        return released


def _plain(name: str) -> str:
    """Return a name that is one part of a path, on every system."""
    return re.sub(r"[^\w .()-]", "_", name).strip(" .") or "notebook"


def copies(part: Part, notebook: Notebook) -> list[Cell]:
    """Return the cells of a notebook that are a part of its release."""
    # Releases give cells their grade id as their id too: one of the two may be lost.
    return [
        cell
        for cell in notebook["cells"]
        if part.id == (about(cell).get("grade_id") or cell.get("id"))
    ]


def digest_of(source: str) -> str:
    """Return the digest by which a changed text is known; white space around it does not count."""
    return hashlib.sha256(source.strip().encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True)
class Look:
    """What a notebook looks like beside its release.

    Attributes
    ----------
    answers
        The names of its exercises that are there.
    unanswered
        Those where nothing was written, or a stub is still there.
    told
        A sentence for each other thing that is not as it was.
    empty
        Whether there are exercises and all are as they were released, or blank.
    """

    answers: tuple[str, ...]
    unanswered: tuple[str, ...]
    told: tuple[str, ...]
    empty: bool


def look(released: Released, notebook: Notebook) -> Look:
    """Compare a notebook with its release."""
    answers, unanswered, untouched = [], [], []
    gone, lost, changed, twice = [], [], [], []
    for part in released.parts:
        found = copies(part, notebook)
        if part.answer:
            answers += [part.id] if found else []
            twice += [part.id] if len(found) > 1 else []
            if found and all(_untouched(part, cell) for cell in found):
                untouched.append(part.id)
            if found and all(_unanswered(part, cell) for cell in found):
                unanswered.append(part.id)
            lost += [] if found else [part.id]
        elif not found:
            gone.append(part.id)
        elif part.digest and any(digest_of(text(cell)) != part.digest for cell in found):
            changed.append(part.id)
    told = []
    if lost:
        told.append(
            f"{_cells(lost)} gone. If the answer is in another cell, that one counts; "
            "if it is not, the exercise counts as not attempted."
        )
    if twice:
        told.append(
            f"{_cells(twice)} there more than once: the last changed one counts. Delete the others."
        )
    for ids, what in ((gone, "gone"), (changed, "not as released")):
        if ids:
            told.append(
                f"{_cells(ids)} {what}. It does not matter for your marks: the graded notebook "
                "is rebuilt from the lesson."
            )
    empty = bool(answers) and untouched == answers and not lost
    return Look(tuple(answers), tuple(unanswered), tuple(told), empty)


def _untouched(part: Part, cell: Cell) -> bool:
    """Say whether a cell is as released, or blank; where the release is not known, has a stub."""
    source = text(cell)
    if not source.strip():
        return True
    return digest_of(source) == part.digest if part.digest else _has_stub(source)


def _unanswered(part: Part, cell: Cell) -> bool:
    # Code may work with a stub left behind its `return`: such a cell is listed, never refused.
    return _untouched(part, cell) or _has_stub(text(cell))


def _has_stub(source: str) -> bool:
    return _STUB.search(source) is not None


def _cells(ids: list[str]) -> str:
    listed = ", ".join(f"`{id_}`" for id_ in ids)
    return f"The cell {listed} is" if len(ids) == 1 else f"The cells {listed} are"
