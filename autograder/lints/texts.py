"""Texts: what every lesson says besides its exercises, in a form that can be read by programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.build.contract import exercises
from autograder.build.release import source_notebook
from autograder.directory import Directory
from autograder.lesson import Lesson
from autograder.lints.registry import in_lesson, lint
from autograder.sections import QUIZ, RIGHT, Question, quiz, sections
from course.errors import CourseError

ERRORS = "Three errors you will meet"
NEEDED = (ERRORS, "What it cost, and cleaning up", QUIZ, "Take away", "Read on")
FEWEST_WORDS = 6
_EXERCISE = re.compile(r"^### Exercise `([a-z0-9-]+)` · (\w+) · (\d+) minutes$", re.MULTILINE)
_LEVELS = ("easy", "medium", "harder")


@lint("every lesson ends in three errors, costs and cleaning up, a quiz, what to keep and read")
def _sections(directory: Directory, lesson: str) -> Iterator[CourseError]:
    found = sections(source_notebook(directory, lesson))
    for heading in NEEDED:
        if not found.get(heading):
            yield in_lesson(lesson, f"there is no section '## {heading}'", "write it")
    errors = re.findall(r"^- `", found.get(ERRORS, ""), re.MULTILINE)
    if ERRORS in found and len(errors) != 3:
        what = f"'## {ERRORS}' has {len(errors)} entries that begin with an error's text"
        yield in_lesson(lesson, what, "write three: a list, each beginning with `the error`")


@lint("every exercise has a heading with its level and minutes, which fit into the lesson's")
def _headed(directory: Directory, lesson: str) -> Iterator[CourseError]:
    notebook = source_notebook(directory, lesson)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = {name: (level, int(minutes)) for name, level, minutes in _EXERCISE.findall(text)}
    form = "### Exercise `name` · easy · 10 minutes"
    for exercise in exercises(notebook):
        level, _ = headings.get(exercise, ("", 0))
        if level not in _LEVELS:
            what = f"the exercise '{exercise}' has no heading of the form '{form}'"
            yield in_lesson(lesson, what, f"write one; the level is {', '.join(_LEVELS)}")
    total = sum(minutes for _, minutes in headings.values())
    front = Lesson.from_metadata(lesson, notebook.metadata)
    if total > front.minutes:
        what = f"the exercises take {total} minutes, the lesson says {front.minutes}"
        yield in_lesson(lesson, what, "mend `minutes` in the front matter")


@lint("every quiz has five questions with one right option, and explains every option")
def _explained(directory: Directory, lesson: str) -> Iterator[CourseError]:
    questions = quiz(source_notebook(directory, lesson))
    if len(questions) != 5:
        what = f"the quiz has {len(questions)} questions that can be read"
        yield in_lesson(lesson, what, "write five; autograder/sections.py shows the form")
    for question in questions:
        for what in _faults(question):
            yield in_lesson(lesson, f"question '{question.text}': {what}", "mend it")


def _faults(question: Question) -> Iterator[str]:
    if len(question.options) < 3:
        yield f"{len(question.options)} options, not three"
    right = sum(option.right for option in question.options)
    if right != 1:
        yield f"{right} explanations begin with '{RIGHT}', not one"
    for option in question.options:
        if len(option.explanation.split()) < FEWEST_WORDS:
            yield f"the option '{option.text}' is not explained"


@lint("every lesson shows a figure")
def _drawn(directory: Directory, lesson: str) -> Iterator[CourseError]:
    cells = source_notebook(directory, lesson).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [output.get("data", {}) for output in outputs]
    if not any("image/png" in data or "<img " in str(data.get("text/html")) for data in shown):
        yield in_lesson(lesson, "no cell shows a figure", "draw one, or show `course.figure(…)`")
