"""A released notebook for the tests of handing in, and a platform to do it on."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.submission.released import Part, Released, digest_of

LESSON = "01_tiny"
TEXTS = {
    "setup": "import course",
    "double": 'def double(x):\n    raise NotAttempted("double")',
    "double-check": 'check("double")',
    "double-tests": "# Graded: 3 points.",
    "essay": "YOUR ANSWER HERE",
    "hand-in": "course.submit()",
}
ANSWERS = ("double", "essay")
RIGHT = "def double(x):\n    return x + x"


def released() -> dict[str, Any]:
    """The notebook as students get it."""
    parts = tuple(Part(id_, id_ in ANSWERS, digest_of(text)) for id_, text in TEXTS.items())
    said = Released(LESSON, "2026", LESSON, parts)
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"course": said.as_metadata()},
        "cells": [cell(text, id_) for id_, text in TEXTS.items()],
    }


def cell(text: str, id_: str = "", outputs: list[Any] | None = None) -> dict[str, Any]:
    about = {"nbgrader": {"grade_id": id_, "solution": id_ in ANSWERS}} if id_ else {}
    kind: dict[str, Any] = {"cell_type": "markdown"}
    if id_ != "essay":
        kind = {"cell_type": "code", "outputs": outputs or [], "execution_count": None}
    return {**kind, "id": id_ or "own", "metadata": about, "source": text}


def get(notebook: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell["id"] == id_)


def without(notebook: dict[str, Any], *ids: str) -> dict[str, Any]:
    return {**notebook, "cells": [c for c in notebook["cells"] if c["id"] not in ids]}


def answered(**texts: str) -> dict[str, Any]:
    """The notebook with answers; by default the exercise is done and the essay is not."""
    notebook = released()
    for id_, text in (texts or {"double": RIGHT}).items():
        get(notebook, id_)["source"] = text
    return notebook


class FakePlace:
    """A platform whose front end gives the notebook, or fails to."""

    def __init__(self, folder: Path, live: dict[str, Any] | CourseError) -> None:
        self.folder, self.live = folder, live
        self.handed_over: list[Path] = []
        self.refuses = False

    def outputs(self) -> Path:
        return self.folder

    def live_notebook(self, timeout: float = 60) -> dict[str, Any]:
        if isinstance(self.live, CourseError):
            raise self.live
        return copy.deepcopy(self.live)

    def hand_over(self, path: Path) -> str:
        if self.refuses:
            raise CourseError("the browser refused the download", do="press the folder icon")
        self.handed_over.append(path)
        return "It is among your downloads."
