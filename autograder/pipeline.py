"""intake -> execute -> record, and nothing else.

    submitted/<student>/<lesson>/ --intake--> Submission --execute--> Outcome --record--> gradebook

`execute` is the seam: any function from a Submission to an Outcome fits, in any process.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import autograder
import course
from autograder import archive
from autograder.build.release import register
from autograder.directory import Directory
from autograder.execute import execute
from autograder.gradebook import Records
from autograder.intake import InvalidSubmission, take_in
from autograder.intake.folder import contents, look_into
from autograder.intake.unpack import LARGEST_ZIP
from autograder.outcome import Outcome, State
from autograder.sandbox.bubblewrap import NoSandbox
from autograder.submission import Submission
from course.errors import CourseError

_LONGEST_STAMP = 200
"""Bytes of a date."""
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
    unsafe
        Run student code without a sandbox.
    sandbox
        Which sandbox it has to be; the best there is, if empty.
    """

    directory: Directory
    lesson: str
    students: tuple[str, ...] = ()
    jobs: int = 1
    force: bool = False
    unsafe: bool = False
    sandbox: str = ""


def grade(batch: Batch, run: Execute = execute) -> Iterator[Outcome]:
    """Grade a batch; yield each outcome once it is recorded, in the order they are done.

    Nothing a submission does stops the others: what goes wrong with one is its outcome.

    Raises
    ------
    NoSandbox
        If there is no place where student code could run safely; nothing was recorded then.
    """
    directory, lesson = batch.directory, batch.lesson
    sources = register(directory, lesson)
    if batch.unsafe or batch.sandbox:
        run = functools.partial(execute, unsafe=batch.unsafe, sandbox=batch.sandbox)
    course_id = str(directory.nbgrader.course_id)
    with Records(directory.database, course_id, directory.config) as records:
        recorded = records.scores(lesson)
        common = _common_key(directory, lesson, sources, unsafe=batch.unsafe)
        todo: dict[str, str] = {}
        for student in batch.students or directory.students(lesson):
            key = _key(common, directory.folder("submitted", student, lesson))
            known = None if batch.force else archive.recall(directory, lesson, student, key)
            # A gradebook that was put away and begun anew knows nothing of what was kept.
            if known is None or (known.score is not None and student not in recorded):
                todo[student] = key
            else:
                yield known
        for outcome in _executed(directory, lesson, sources, list(todo), batch.jobs, run):
            try:
                archive.keep(directory, outcome, todo[outcome.student])
                records.record(outcome, _handed_in(directory, outcome.student, lesson))
            except CourseError:
                raise  # of the gradebook: it would be the same for the next one
            except Exception as error:
                outcome = Outcome.ours(outcome.student, lesson, _failed(error))
                archive.keep(directory, outcome, "")
            # Whoever asked for the outcomes keeps scores, not whole notebooks.
            yield dataclasses.replace(outcome, notebooks={})


def _executed(
    directory: Directory,
    lesson: str,
    sources: dict[str, Any],
    students: list[str],
    jobs: int,
    run: Execute,
) -> Iterator[Outcome]:
    """Take in and execute, a few at a time: memory does not grow with the class."""
    source_folder, seed = directory.folder("source", ".", lesson), directory.seed()

    def one(student: str) -> Outcome:
        folder = directory.folder("submitted", student, lesson)
        try:
            submission = take_in(student, lesson, folder, sources, source_folder)
            return run(dataclasses.replace(submission, seed=seed))
        except InvalidSubmission as error:
            return Outcome(student, lesson, State.INVALID_SUBMISSION, message=str(error))
        except NoSandbox:
            raise
        except Exception as error:
            # Whatever it is, it is this submission's alone: the batch goes on.
            return Outcome.ours(student, lesson, _failed(error))

    # Threads wait; the work is done in the processes that the warm workers fork.
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        waiting = iter(students)
        running = {pool.submit(one, student) for student in islice(waiting, 2 * jobs)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(one, student) for student in islice(waiting, len(done))}
            for future in done:
                yield future.result()


def _failed(error: Exception) -> str:
    return f"grading failed ({type(error).__name__}: {error}); run the command again"


def _common_key(
    directory: Directory, lesson: str, sources: dict[str, Any], *, unsafe: bool
) -> bytes:
    """Return a digest of what all results depend on: the lesson, the grader, torch."""
    digest = hashlib.sha256(json.dumps(sources, sort_keys=True).encode())
    digest.update(f"{importlib.metadata.version('torch')} {unsafe}".encode())
    for folder in (
        directory.folder("source", ".", lesson),
        Path(autograder.__file__).parent,
        Path(course.__file__).parent,
    ):
        _add(digest, folder)
    return digest.digest()


def _key(common: bytes, submitted: Path) -> str:
    """Return a digest of everything a student's result depends on."""
    digest = hashlib.sha256(common)
    try:
        files, odd = look_into(submitted)
        for file in files:
            digest.update(f"{file.name} {file.size} ".encode("utf-8", "replace"))
            digest.update(contents(file, LARGEST_ZIP))
        digest.update(repr(odd).encode("utf-8", "replace"))
    except (InvalidSubmission, OSError) as error:
        # What cannot be read is intake's to explain.
        digest.update(type(error).__name__.encode())
    return digest.hexdigest()


def _add(digest: Any, folder: Path) -> None:
    """Add names and contents of our own files."""
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts or path.is_symlink() or not path.is_file():
            continue
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())


def _handed_in(directory: Directory, student: str, lesson: str) -> datetime.datetime | None:
    """Return when a student says to have handed in, if that can be read."""
    folder = directory.folder("submitted", student, lesson)
    stamp = folder / "timestamp.txt"
    if not stamp.is_file() or stamp.is_symlink() or stamp.stat().st_size > _LONGEST_STAMP:
        return None
    try:
        found: datetime.datetime | None = directory.nbgrader.get_existing_timestamp(str(folder))
    except Exception:
        return None  # anything can stand in that file
    return found
