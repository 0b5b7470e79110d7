"""What is kept beside the gradebook: executed notebooks for formgrader, and each outcome."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat

from autograder.directory import Directory
from autograder.outcome import Graded, Outcome, State, Status
from course.submission.pack import short

OUTCOME = "outcome.json"


def keep(directory: Directory, outcome: Outcome, key: str) -> None:
    """Write a student's executed notebooks and outcome to nbgrader's autograded folder.

    Parameters
    ----------
    key
        The digest of everything the outcome depends on.
    """
    folder = directory.folder("autograded", outcome.student, outcome.lesson)
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in outcome.notebooks.items():
        _annotate(notebook, name, outcome)
        _replace(folder / f"{name}.ipynb", nbformat.writes(notebook))
    # An infrastructure error is not a result: the next run tries again.
    kept_key = "" if outcome.state is State.INFRA_ERROR else key
    _replace(folder / OUTCOME, json.dumps({"key": kept_key, **outcome.as_dict()}, indent=1))


def recall(directory: Directory, lesson: str, student: str, key: str = "") -> Outcome | None:
    """Return what was kept, without its notebooks; None if there is nothing with that key."""
    path = directory.folder("autograded", student, lesson) / OUTCOME
    try:
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if key and kept["key"] != key:
            return None
        return Outcome(
            student=student,
            lesson=lesson,
            state=State(kept["state"]),
            cells=tuple(_graded(cell) for cell in kept["cells"]),
            seconds=kept["seconds"],
            cpu_seconds=kept["cpu_seconds"],
            unsafe=kept["unsafe"],
            repairs=tuple(kept["repairs"]),
            message=kept["message"],
            receipt=kept["receipt"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or torn: grade again


def _graded(cell: dict[str, Any]) -> Graded:
    return Graded(**{**cell, "status": Status(cell["status"])})


def _annotate(notebook: Any, name: str, outcome: Outcome) -> None:
    """Leave in the notebook what feedback says: why points were lost, what was repaired."""
    found = {cell.grade_id: cell for cell in outcome.cells if cell.notebook == name}
    notebook.metadata["course"] = {
        "repairs": list(outcome.repairs),
        "message": outcome.message,
        "receipt": short(outcome.receipt),
    }
    for cell in notebook.cells:
        graded = found.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if graded is not None:
            cell.metadata["course"] = {"status": graded.status.value, "message": graded.message}


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    os.replace(part, path)  # noqa: PTH105 - the atomic one, by name
