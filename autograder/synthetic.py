"""A class of invented students: what each hands in, and what each deserves.

Answers are the reference, the untouched stub, or one of the named wrong solutions that also prove
the tests (``tests/mutants/<lesson>/<exercise>/<mistake>.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader import utils

from autograder.build.step import grade_id
from autograder.markers import reference

STUB = "stub"
REFERENCE = "reference"
Noise = Callable[[dict[str, Any]], dict[str, Any]]
Span = tuple[float, float]


@dataclass(frozen=True)
class Student:
    """An invented student.

    Attributes
    ----------
    name
        The student's id.
    story
        What is the matter, in a few words.
    answers
        Exercise to ``"reference"``, ``"stub"``, the name of a wrong solution, or literal code
        (anything with a line break).
    otherwise
        The answer to every exercise not in `answers`.
    expected
        Exercise to the least and the most points deserved, where that is neither all (for the
        reference) nor nothing.
    readable
        False if the file is expected to be refused.
    noise
        What a platform or an accident did to the file.
    """

    name: str
    story: str
    answers: dict[str, str] = field(default_factory=dict)
    otherwise: str = REFERENCE
    expected: dict[str, Span] = field(default_factory=dict)
    readable: bool = True
    noise: tuple[Noise, ...] = ()

    def deserves(self, points: dict[str, float]) -> dict[str, Span]:
        """Return the least and the most points for each exercise, given the points there are."""
        if not self.readable:
            return {}
        return {name: self._span(name, most) for name, most in points.items()}

    def _span(self, exercise: str, most: float) -> Span:
        if exercise in self.expected:
            return self.expected[exercise]
        right = self.answers.get(exercise, self.otherwise) == REFERENCE
        return (most, most) if right else (0.0, 0.0)


def answered(
    release: dict[str, Any], source: Any, mutants: Path, answers: dict[str, str], otherwise: str
) -> dict[str, Any]:
    """Fill in a released notebook.

    Parameters
    ----------
    release
        The released notebook, as JSON.
    source
        The instructor's notebook.
    mutants
        The folder of the lesson's wrong solutions.
    answers, otherwise
        As in `Student`.
    """
    solutions = {grade_id(c): c.source for c in source.cells if utils.is_solution(c)}
    notebook: dict[str, Any] = json.loads(json.dumps(release))
    for cell in notebook["cells"]:
        exercise = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if exercise not in solutions:
            continue
        answer = answers.get(exercise, otherwise)
        if answer == REFERENCE:
            cell["source"] = reference(solutions[exercise])
        elif "\n" in answer:
            cell["source"] = answer
        elif answer != STUB:
            cell["source"] = (mutants / exercise / f"{answer}.py").read_text("utf-8")
    return notebook


def hand_in(student: Student, filled: dict[str, Any], folder: Path) -> None:
    """Write a student's file as it would arrive, in the folder of the lesson."""
    folder.mkdir(parents=True, exist_ok=True)
    for noise in student.noise:
        filled = noise(filled)
    text = json.dumps(filled)
    # A download that broke off: the beginning is all there is.
    (folder / f"{folder.name}.ipynb").write_text(
        text if student.readable else text[: len(text) // 2]
    )


def as_colab_saves(notebook: dict[str, Any]) -> dict[str, Any]:
    """Do what Colab does: nbformat 4.0, no cell ids, metadata of its own."""
    notebook["nbformat_minor"] = 0
    notebook["metadata"]["colab"] = {"provenance": [], "gpuType": "T4"}
    notebook["metadata"]["accelerator"] = "GPU"
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id", None)
        cell["metadata"] |= {"id": f"x{number}Yz", "colab": {"base_uri": "https://localhost:8080/"}}
        if cell["cell_type"] == "code":
            cell["metadata"]["outputId"] = f"o{number}"
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    return notebook


def with_widgets(notebook: dict[str, Any]) -> dict[str, Any]:
    """Leave widget metadata without the ``state`` that nbconvert insists on."""
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    return notebook


def with_copies(notebook: dict[str, Any]) -> dict[str, Any]:
    """Copy some cells, which copies their grade ids: what a copied cell in Colab looks like."""
    doubled = []
    for cell in notebook["cells"]:
        doubled.append(cell)
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in ("recall", "split-tests"):
            doubled.append(json.loads(json.dumps(cell)))
    return {**notebook, "cells": doubled}


def with_scratch_cells(notebook: dict[str, Any]) -> dict[str, Any]:
    """Add what people add: a cell that fails, one that waits, one that warns."""
    texts = ("1 / 0", "import time; time.sleep(3)", "import warnings; warnings.warn('look out')")
    blank: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    extra = [{**blank, "source": text} for text in texts]
    return {**notebook, "cells": [*notebook["cells"][:6], *extra, *notebook["cells"][6:]]}


def with_forged_tests(notebook: dict[str, Any]) -> dict[str, Any]:
    """Empty the tests, raise the points, and ask for the tests to be skipped."""
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade"):
            cell["source"] = "pass"
            cell["metadata"]["tags"] = ["skip-execution"]
            about["points"] = 100
    return notebook


def without_tests(notebook: dict[str, Any]) -> dict[str, Any]:
    """Delete the test cells."""
    kept = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]
    return {**notebook, "cells": kept}
