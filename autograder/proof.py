"""Prove a lesson's tests in the real grader: right answers get all, wrong ones and stubs nothing.

Three kinds of notebooks are made from the source and graded as a student's would be: the reference
(several times, each with another secret seed), the untouched stub, and one for each named wrong
solution (``tests/mutants/<lesson>/<exercise>/<mistake>.py``), right in everything else.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import from_dict

from autograder.build.contract import TESTS
from autograder.build.release import register, source_notebook
from autograder.build.step import grade_id
from autograder.build.tidy import GOES_ON
from autograder.directory import Directory
from autograder.execute import execute
from autograder.intake.collect import given
from autograder.intake.expected import expected
from autograder.lesson import Lesson
from autograder.outcome import Outcome, Status
from autograder.submission import Submission
from autograder.synthetic import REFERENCE, STUB, answered
from course.errors import CourseError

SEEDS = ("first", "second", "third")
JOBS = 2


@dataclass(frozen=True)
class Proof:
    """What the grader made of a lesson's own answers.

    Attributes
    ----------
    problems
        What is wrong; empty if the lesson holds.
    mutants
        How many wrong solutions were tried.
    cpu_seconds
        Processor time of the student's cells, for the reference: the most of all tries.
    """

    problems: tuple[CourseError, ...]
    mutants: int
    cpu_seconds: float


@dataclass(frozen=True)
class Grader:
    """A lesson made ready: notebooks with any answers, graded in the sandbox."""

    directory: Directory
    lesson: Lesson
    released: Any
    source: Any

    @classmethod
    def of(cls, directory: Directory, lesson: str) -> Grader:
        """Build a lesson; no gradebook of the course is touched."""
        apart = copy.deepcopy(directory.config)
        with tempfile.TemporaryDirectory(prefix="proof-") as scratch:
            apart.CourseDirectory.db_url = f"sqlite:///{scratch}/gradebook.db"
            released = register(Directory(directory.root, apart), lesson)[lesson]
        source = source_notebook(directory, lesson)
        return cls(directory, Lesson.from_metadata(lesson, source.metadata), released, source)

    @property
    def mutants(self) -> list[Path]:
        """The named wrong solutions."""
        return sorted(self._mutants.glob("*/*.py"))

    @property
    def _mutants(self) -> Path:
        return self.directory.root / "tests" / "mutants" / self.lesson.id

    def grade(
        self,
        answers: dict[str, str],
        otherwise: str = REFERENCE,
        *,
        seed: str = "",
        change: Callable[[list[Any]], list[Any]] = lambda cells: cells,
    ) -> Outcome:
        """Grade a notebook.

        Parameters
        ----------
        answers, otherwise
            As in `autograder.synthetic.Student`.
        seed
            The course's secret seed.
        change
            Gets the cells, returns others.
        """
        filled = answered(self.released, self.source, self._mutants, answers, otherwise)
        notebook = from_dict(filled)
        notebook.cells = change(notebook.cells)
        name = self.lesson.id
        folder = self.directory.folder("source", ".", name)
        return execute(
            Submission(
                student="proof", lesson=name, notebooks={name: notebook}, files={},
                materials=given(folder, {name: notebook}), secrets=folder / "secret",
                repairs=(), seed=seed,
                expected={name: expected(self.released, folder / f"{name}.ipynb")},
            )
        )  # fmt: skip

    def mutant(self, path: Path) -> Outcome:
        """Grade a wrong solution; training that it does not touch is left out, to be quick."""
        exercise = path.parent.name

        def needed(cells: list[Any]) -> list[Any]:
            rest = [cell for cell in cells if grade_id(cell) != exercise]
            trains = [cell for cell in rest if GOES_ON in cell.metadata.get("tags", [])]
            tests = {grade_id(cell) + TESTS for cell in trains if grade_id(cell)}
            return [c for c in cells if c not in trains and grade_id(c) not in tests]

        return self.grade({exercise: path.stem}, change=needed)


def prove(directory: Directory, lesson: str) -> Proof:
    """Grade a lesson's reference, stub and wrong solutions.

    Raises
    ------
    NoSandbox
        If there is no place where code could run safely.
    CourseError
        If the lesson cannot be built.
    """
    grader = Grader.of(directory, lesson)
    with ThreadPoolExecutor(JOBS) as pool:
        references = pool.map(lambda seed: grader.grade({}, seed=seed), SEEDS)
        stub = pool.submit(grader.grade, {}, STUB)
        mutants = list(zip(grader.mutants, pool.map(grader.mutant, grader.mutants), strict=True))
        right = list(references)
    problems = [error for outcome in right for error in _not_all(lesson, outcome)]
    problems += _not_nothing(lesson, stub.result())
    for path, outcome in mutants:
        problems += _let_through(grader, path, outcome)
    cpu = max(outcome.cpu_seconds for outcome in right)
    once = {str(error): error for error in problems}
    return Proof(tuple(once.values()), len(mutants), cpu)


def _not_all(lesson: str, outcome: Outcome) -> Iterator[CourseError]:
    yield from _ours(lesson, outcome)
    for cell in outcome.cells:
        if cell.score is not None and cell.score < cell.max_score:
            yield CourseError(
                f"the reference gets {cell.score:g} of {cell.max_score:g} points: {cell.message}",
                where=f"lesson {lesson}, cell '{cell.grade_id}'",
                do="mend the reference or the test",
            )


def _not_nothing(lesson: str, outcome: Outcome) -> Iterator[CourseError]:
    yield from _ours(lesson, outcome)
    for cell in outcome.cells:
        if cell.score or cell.status is not Status.NOT_ATTEMPTED:
            yield CourseError(
                f"the stub is '{cell.status}' with {cell.score} points, not 'not attempted' with 0",
                where=f"lesson {lesson}, cell '{cell.grade_id}'",
                do="let the test need what the exercise defines",
            )


def _let_through(grader: Grader, path: Path, outcome: Outcome) -> Iterator[CourseError]:
    exercise, where = path.parent.name, str(path.relative_to(grader.directory.root))
    yield from _ours(where, outcome)
    for cell in outcome.cells:
        name = cell.grade_id.removesuffix(TESTS)
        if name == exercise and cell.score:
            yield CourseError(
                f"the tests give this mistake {cell.score:g} points",
                where=where, do="test what it does wrong, or take it out if it is right",
            )  # fmt: skip
        if name != exercise and cell.score == 0 and exercise not in grader.lesson.builds_on(name):
            yield CourseError(
                f"this mistake costs points in '{name}' too: {cell.message}",
                where=where,
                do="make the tests independent, or name it under `builds-on` in the front matter",
            )


def _ours(where: str, outcome: Outcome) -> Iterator[CourseError]:
    if outcome.score is None:
        yield CourseError(f"grading failed: {outcome.message}", where=where, do="mend the test")
