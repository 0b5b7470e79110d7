"""intake -> execute -> record, and nothing else.

    submitted/<student>/<lesson>/ --intake--> Submission --execute--> Outcome --record--> gradebook

`execute` is the seam: any function from a Submission to an Outcome fits, in any process.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import archive
from autograder.build.release import register
from autograder.directory import Directory
from autograder.execute import execute
from autograder.gradebook import Records
from autograder.intake import InvalidSubmission, take_in
from autograder.outcome import Outcome, State
from autograder.submission import Submission

Execute = Callable[[Submission], Outcome]


@dataclass(frozen=True)
class Batch:
    """The submissions of one lesson that are to be graded.

    Attributes
    ----------
    directory, lesson
        Where and what.
    students
        Their ids; all who handed in, if empty.
    jobs
        How many submissions run at once.
    force
        Grade also what has not changed since it was graded.
    """

    directory: Directory
    lesson: str
    students: tuple[str, ...] = ()
    jobs: int = 1
    force: bool = False


def grade(batch: Batch, run: Execute = execute) -> Iterator[Outcome]:
    """Grade a batch; yield each outcome once it is recorded, in the order they are done.

    Nothing a submission does stops the others: what goes wrong with one is its outcome.
    """
    directory, lesson = batch.directory, batch.lesson
    sources = register(directory, lesson)
    records = Records(directory.database, str(directory.nbgrader.course_id))
    todo: dict[str, str] = {}
    for student in batch.students or directory.students(lesson):
        key = _key(directory, lesson, student, sources)
        known = None if batch.force else archive.recall(directory, lesson, student, key)
        if known is None:
            todo[student] = key
        else:
            yield known
    for outcome in _executed(directory, lesson, sources, list(todo), batch.jobs, run):
        handed_in = directory.nbgrader.get_existing_timestamp(
            str(directory.folder("submitted", outcome.student, lesson))
        )
        records.record(outcome, handed_in)
        archive.keep(directory, outcome, todo[outcome.student])
        yield outcome


def _executed(
    directory: Directory,
    lesson: str,
    sources: dict[str, Any],
    students: list[str],
    jobs: int,
    run: Execute,
) -> Iterator[Outcome]:
    source_folder = directory.folder("source", ".", lesson)
    # Spawned, not forked: torch and ZeroMQ threads of this process must not be copied.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=context) as pool:
        running: dict[Future[Outcome], str] = {}
        for student in students:
            folder = directory.folder("submitted", student, lesson)
            try:
                submission = take_in(student, lesson, folder, sources, source_folder)
            except InvalidSubmission as error:
                yield Outcome(student, lesson, State.INVALID_SUBMISSION, message=str(error))
                continue
            running[pool.submit(run, submission)] = student
        for done in as_completed(running):
            try:
                yield done.result()
            except (Exception, BrokenExecutor) as error:
                said = f"grading failed ({type(error).__name__}: {error}); run the command again"
                yield Outcome(running[done], lesson, State.INFRA_ERROR, message=said)


def _key(directory: Directory, lesson: str, student: str, sources: dict[str, Any]) -> str:
    """Return a digest of everything a result depends on: lesson, submission, grader."""
    digest = hashlib.sha256()
    digest.update(json.dumps(sources, sort_keys=True).encode())
    for folder in (
        directory.folder("source", ".", lesson),
        directory.folder("submitted", student, lesson),
        Path(__file__).parent,
    ):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            if path.suffix not in (".pyc", ".ipynb_checkpoints"):
                digest.update(str(path.relative_to(folder)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
