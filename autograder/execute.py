"""Run a submission and score it: a pure function ``Submission -> Outcome``.

No database, no course folder, no network: so it runs the same in a thread, in a process of a pool,
or on another machine. Student cells run in a sandbox, tests in a process that the student's code
cannot reach (`autograder.sandbox`, `autograder.isolation`); what a test did becomes points in
`autograder.score`.
"""

from __future__ import annotations

import time
from typing import Any

from nbgrader import utils

from autograder.build.contract import exercise_of
from autograder.isolation.job import LOCKED, STUDENT, TEST
from autograder.outcome import Outcome, State
from autograder.sandbox.limits import Limits
from autograder.sandbox.workers import WorkerError, workers
from autograder.score import STUB_ERROR, Ran, graded
from autograder.submission import Submission

__all__ = ["IN_KERNEL", "Limits", "execute"]

UNSAFE = "graded without a sandbox, as --unsafe asks for"
IN_KERNEL = "in-kernel"
"""Tag of a grade cell that runs on the student's side, where the student's code can reach it."""
_USUAL = Limits()


def execute(
    submission: Submission,
    limits: Limits = _USUAL,
    unsafe: bool = False,  # noqa: FBT001, FBT002
    sandbox: str = "",
) -> Outcome:
    """Run every notebook of a submission and score its grade cells.

    Nothing a submission does raises here: it ends as an outcome.

    Parameters
    ----------
    unsafe
        Run student code without a sandbox.
    sandbox
        Which one it has to be, if any does not do (`autograder.sandbox.rung`).

    Raises
    ------
    NoSandbox
        If there is no place where student code could run safely.
    """
    started = time.monotonic()
    found, ended, cpu, note = [], [], 0.0, UNSAFE if unsafe else ""
    for name, notebook in submission.notebooks.items():
        try:
            pair = workers(unsafe=unsafe, sandbox=sandbox)
            report = pair.run(task(submission, name, limits), limits)
        except WorkerError as error:
            return Outcome.ours(submission.student, submission.lesson, str(error))
        if report["fault"]:
            message = f"{name}: {report['fault']}"
            return Outcome.ours(submission.student, submission.lesson, message)
        note = note or pair.note
        ran = annotate(notebook, report)
        untouched = _untouched(notebook, ran)
        found += [
            graded(name, cell, ran.get(index), untouched=exercise_of(cell) in untouched)
            for index, cell in enumerate(notebook.cells)
            if utils.is_grade(cell)
        ]
        ended += [report["ended"]] if report["ended"] else []
        cpu += report["cpu"]
    return Outcome(
        student=submission.student,
        lesson=submission.lesson,
        state=State.STUDENT_ERROR if ended else State.GRADED,
        cells=tuple(found),
        notebooks=submission.notebooks,
        seconds=time.monotonic() - started,
        cpu_seconds=cpu,
        repairs=submission.repairs,
        message="; ".join([*ended, *([note] if note else [])]),
        unsafe=unsafe,
        receipt=submission.receipt,
    )


def task(submission: Submission, name: str, limits: Limits) -> dict[str, Any]:
    """Return a notebook as the trusted side takes it (`autograder.isolation.job.Task`)."""
    # The lesson's files win over a student's of the same name.
    files = {**submission.files, **submission.materials}
    return {
        "cells": [(kind(cell), cell.source) for cell in _code(submission.notebooks[name])],
        "expected": list(submission.expected.get(name, ())),
        "files": {relative: str(path) for relative, path in files.items()},
        "given": list(submission.materials),
        "secrets": str(submission.secrets),
        "seed": submission.seed,
        "cell": limits.cell,
        "total": limits.total,
        "output": limits.output,
    }


def kind(cell: Any) -> str:
    """Return where a cell runs (`autograder.isolation.job`)."""
    if utils.is_grade(cell) and not utils.is_solution(cell):
        return STUDENT if IN_KERNEL in cell.metadata.get("tags", []) else TEST
    return LOCKED if utils.is_locked(cell) else STUDENT


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def annotate(notebook: Any, report: dict[str, Any]) -> dict[int, Ran]:
    """Put outputs into the cells; return what each cell did, by its place in the notebook."""
    from nbformat import from_dict

    ran: dict[int, Ran] = {}
    results = iter(report["cells"])
    count = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        found = next(results, None) if cell.source.strip() else None
        if found is None:
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = [from_dict(_numbered(output, count)) for output in found["outputs"]]
        ran[index] = Ran(found["finished"], found["value"], found["error"], found["stopped"])
    return ran


def _untouched(notebook: Any, ran: dict[int, Ran]) -> set[str]:
    """Return the exercises whose own cell ended as a stub does."""
    return {
        exercise_of(notebook.cells[index])
        for index, cell in ran.items()
        if cell.error is not None and cell.error[0] == STUB_ERROR
    }


def _numbered(output: dict[str, Any], count: int) -> dict[str, Any]:
    return {**output, "execution_count": count} if "execution_count" in output else output
