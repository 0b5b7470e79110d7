"""Write the feedback of a lesson."""

from __future__ import annotations

import html
import shutil
from collections.abc import Iterator

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder import archive
from autograder.directory import Directory, silent
from autograder.feedback import FEEDBACK_STEPS
from autograder.feedback.page import Page
from autograder.outcome import Outcome, State
from course.errors import CourseError

_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
_LARGEST = 1000
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family:sans-serif;max-width:40em;margin:2em auto;padding:0 1em">
<h1>{title}</h1><p>{text}</p></body></html>
"""


def write(directory: Directory, lesson: str) -> Iterator[Outcome]:
    """Write the feedback of every graded student; yield each outcome once its page is there.

    Raises
    ------
    CourseError
        If nothing was graded yet, or nbgrader cannot make a page.
    """
    outcomes = [
        outcome
        for student in directory.students(lesson)
        if (outcome := archive.recall(directory, lesson, student)) is not None
    ]
    if not outcomes:
        raise CourseError(
            "nothing was graded yet", where=f"lesson {lesson}", do=f"run `course grade {lesson}`"
        )
    for outcome in outcomes:
        if outcome.state is State.INVALID_SUBMISSION:
            _write_refusal(directory, outcome)
        elif outcome.state is not State.INFRA_ERROR:
            _write_page(directory, outcome)
        _address(directory, outcome)
        yield outcome


def _write_page(directory: Directory, outcome: Outcome) -> None:
    config = directory.configured(Config())
    config.CourseDirectory.assignment_id = outcome.lesson
    config.CourseDirectory.student_id = outcome.student
    config.GenerateFeedback.force = True
    # Also for a course whose own configuration would show the hidden tests.
    config.GenerateFeedback.preprocessors = FEEDBACK_STEPS
    config.GenerateFeedback.exporter_class = Page
    # The outcome is ours, not the student's; nbgrader would copy it into the feedback folder.
    config.CourseDirectory.ignore = [*CourseDirectory(config=config).ignore, archive.OUTCOME]
    converter = GenerateFeedback(
        coursedir=CourseDirectory(config=config), config=config, log=silent
    )
    try:
        converter.start()
    except NbGraderException as error:
        raise CourseError(
            f"the feedback could not be written ({error})",
            where=f"lesson {outcome.lesson}, student {outcome.student}",
            do="grade this student again with --force",
        ) from error


def _address(directory: Directory, outcome: Outcome) -> None:
    """Put beside the page what nbgrader's exchange put beside the submission, and looks for."""
    place = (outcome.student, outcome.lesson)
    submitted, target = (directory.folder(step, *place) for step in ("submitted", "feedback"))
    for name in _EXCHANGE:
        file = submitted / name
        ours = file.is_file() and not file.is_symlink() and not submitted.is_symlink()
        if ours and target.is_dir() and file.stat().st_size <= _LARGEST:
            shutil.copyfile(file, target / name)


def _write_refusal(directory: Directory, outcome: Outcome) -> None:
    folder = directory.folder("feedback", outcome.student, outcome.lesson)
    folder.mkdir(parents=True, exist_ok=True)
    text = html.escape(outcome.message).replace("\n", "<br>")
    page = _PAGE.format(title="Your submission could not be read", text=text)
    (folder / f"{outcome.lesson}.html").write_text(page, "utf-8")
