"""A lesson's page on the site, made from its release, and the list of all lessons."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from nbgrader import utils

from autograder.build.contract import exercise_of, exercises
from autograder.build.head import head, offered
from autograder.build.release import read_notebook, source_notebook
from autograder.directory import Directory
from autograder.lesson import Lesson
from autograder.manifest import Manifest
from course.drawing import figure

_FIGURE = re.compile(r'^course\.figure\("([^"]+)"\)$', re.MULTILINE)
# Who searches for a lesson's title should meet the lesson first, then its deck and the guides.
_FIRST = "---\nsearch:\n  boost: 2\n---"


def write_lessons(directory: Directory, target: Path) -> None:
    """Write a page for each lesson, and the list of them, into a new folder."""
    target.mkdir()
    lessons = [_lesson(directory, name) for name in directory.lessons()]
    for lesson in lessons:
        (target / f"{lesson.id}.md").write_text(lesson_page(directory, lesson), "utf-8")
    (target / "index.md").write_text(lessons_page(lessons), "utf-8")


def lessons_page(lessons: list[Lesson]) -> str:
    """Return the Markdown of the list of lessons."""
    rows = [
        f"| {lesson.number} | [{lesson.title}]({lesson.id}.md) | {lesson.minutes} min | "
        f"{lesson.difficulty} | {lesson.summary} |"
        for lesson in lessons
    ]
    top = ["| | Lesson | Time | Level | What it is about |", "|---|---|---|---|---|"]
    intro = "Open a lesson, press its first button, and work in the browser."
    return "\n".join(["# Lessons\n", f"{intro}\n", *top, *rows, ""])


def lesson_page(directory: Directory, lesson: Lesson) -> str:
    """Return the Markdown of a lesson, made from its release."""
    path = directory.folder("release", ".", lesson.id) / f"{lesson.id}.ipynb"
    notebook = read_notebook(path)
    buttons = _buttons(Manifest.read(directory.root), lesson.id)
    if (directory.root / "docs" / "slides" / f"{lesson.id}.md").is_file():
        buttons += f"\n[Slides](../decks/{lesson.id}.md){{ .md-button }}"
    opening = head(lesson, buttons, exercises(notebook))
    cells = [_cell(cell) for cell in notebook.cells if "head" not in cell.metadata.get("tags", [])]
    return "\n\n".join([_FIRST, opening, *(text for text in cells if text)]) + "\n"


def _lesson(directory: Directory, name: str) -> Lesson:
    return Lesson.from_metadata(name, source_notebook(directory, name).metadata)


def _buttons(manifest: Manifest, lesson: str) -> str:
    place = manifest.published(lesson, lesson)
    return "\n".join(
        f"[{platform.badge}]({platform.link(place)}){{ .md-button }}" for platform in offered()
    )


def _cell(cell: Any) -> str:
    if utils.is_grade(cell):
        exercise = html.escape(exercise_of(cell))
        points = float(cell.metadata.nbgrader["points"])
        how = "Marked by a person" if utils.is_solution(cell) else "Checked"
        return f'!!! success "{how}: `{exercise}`, {points:g} points"'
    if cell.cell_type == "markdown":
        return str(cell.source)
    drawn = _FIGURE.search(cell.source)
    if drawn:
        return f"![{html.escape(figure(drawn[1]).description)}](figures/{drawn[1]}.svg)"
    return f"```python\n{cell.source}\n```"
