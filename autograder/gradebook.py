"""The only code that opens the gradebook: nbgrader's schema, one writer, one student at a time."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from autograder.directory import unusable
from autograder.outcome import Outcome, State


class Records:
    """A gradebook, open from ``with`` to its end; every student is one transaction.

    Parameters
    ----------
    url
        SQLAlchemy's URL of the database.
    course_id
        nbgrader's id of the course.
    config
        nbgrader's configuration: how late submissions are penalised.
    """

    def __init__(self, url: str, course_id: str, config: Config | None = None) -> None:
        self.url, self.course_id = url, course_id
        self._late = AssignLatePenalties(config=config)

    def __enter__(self) -> Self:
        with self._explained():
            self._gradebook = Gradebook(self.url, self.course_id)
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                # nbgrader's own doing, when it adds a submission; it is harmless.
                warnings.filterwarnings("ignore", "Object of type <Submitted")
                yield
        except OperationalError as error:
            raise unusable(error, self.url) from error

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """Hold back nbgrader's own commits: all of a student's rows, or none."""
        session = self._gradebook.db
        commit = session.commit
        with self._explained():
            try:
                session.commit = session.flush
                yield self._gradebook
                commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                del session.commit
                session.expire_all()

    def record(self, outcome: Outcome, handed_in: datetime.datetime | None) -> None:
        """Write a student's scores in one transaction; manual scores and comments stay.

        An infrastructure error or an unreadable submission leaves the gradebook as it is: with a
        row of its own it would be exported as a zero.
        """
        if outcome.state not in (State.GRADED, State.STUDENT_ERROR):
            return
        with self._transaction() as gradebook:
            gradebook.update_or_create_student(outcome.student)
            submission = gradebook.update_or_create_submission(
                outcome.lesson, outcome.student, **({"timestamp": handed_in} if handed_in else {})
            )
            self._write_scores(gradebook, submission, outcome)
            self._penalise(gradebook, submission)

    def _write_scores(self, gradebook: Any, submission: Any, outcome: Outcome) -> None:
        # Asking the gradebook for each cell by name takes as long as grading a small notebook: it
        # is asked only for what is not there, and says so.
        place = (outcome.lesson, outcome.student)
        grades = {(n.name, g.name): g for n in submission.notebooks for g in n.grades}
        comments = {(n.name, c.name): c for n in submission.notebooks for c in n.comments}
        for cell in outcome.cells:
            known = grades.get((cell.notebook, cell.grade_id))
            grade = known or gradebook.find_grade(cell.grade_id, cell.notebook, *place)
            grade.auto_score = cell.score
            grade.needs_manual_grade = cell.score is None or grade.manual_score is not None
        for name, notebook in outcome.notebooks.items():
            for cell in notebook.cells:
                if utils.is_solution(cell) or utils.is_task(cell):
                    unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(
                        cell
                    )
                    grade_id = cell.metadata.nbgrader["grade_id"]
                    comment = comments.get((name, grade_id)) or gradebook.find_comment(
                        grade_id, name, *place
                    )
                    comment.auto_comment = "No response." if unchanged else None

    def _penalise(self, gradebook: Any, submission: Any) -> None:
        """Ask the course's own rule for what being late costs: between nothing and all."""
        late = submission.total_seconds_late
        self._late.init_plugin()
        rule = self._late.plugin_inst.late_submission_penalty
        gradebook.db.flush()
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
            if late <= 0:
                continue
            gradebook.db.refresh(notebook, ["score"])
            penalty = rule(submission.student_id, notebook.score, late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(0.0, penalty), notebook.score)

    def scores(self, lesson: str) -> dict[str, dict[str, float]]:
        """Return what the gradebook holds: student to grade cell to score."""
        with self._explained():
            try:
                submissions = self._gradebook.assignment_submissions(lesson)
            except MissingEntry:
                return {}
            return {
                submission.student.id: {
                    grade.name: grade.score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                }
                for submission in submissions
            }
