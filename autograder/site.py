"""Build the site: lesson pages from the releases, the reference, then MkDocs, strictly.

Pages are made before ``mkdocs build`` and are plain Markdown, so any generator that reads Markdown
could publish them. They come from ``release/`` alone: what students do not get is not on the site.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from nbgrader import utils

from autograder import reference
from autograder.build.contract import exercise_of, exercises
from autograder.build.head import head, offered
from autograder.build.release import read_notebook, source_notebook
from autograder.directory import Directory
from autograder.lesson import Lesson
from autograder.manifest import Manifest
from autograder.slides import write_decks
from course.drawing import FIGURES, figure
from course.errors import CourseError

_FIGURE = re.compile(r'^course\.figure\("([^"]+)"\)$', re.MULTILINE)


def build_site(directory: Directory) -> Path:
    """Generate pages, decks and reference, and build the site; return its folder.

    Raises
    ------
    CourseError
        With what MkDocs said, if it warned of anything.
    """
    pages = directory.root / "docs" / "lessons"
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir(parents=True)
    shutil.copytree(FIGURES, pages / "figures")
    write_decks(directory.root)
    reference.write(directory.root)
    lessons = [_lesson(directory, name) for name in directory.lessons()]
    for lesson in lessons:
        (pages / f"{lesson.id}.md").write_text(lesson_page(directory, lesson), "utf-8")
    (pages / "index.md").write_text(lessons_page(lessons), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"],
        cwd=directory.root, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    if done.returncode:
        raise CourseError(f"MkDocs refused the site:\n{done.stderr}", where="mkdocs.yml")
    return directory.root / "site"


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
    opening = head(lesson, buttons, exercises(notebook))
    cells = [_cell(cell) for cell in notebook.cells if "head" not in cell.metadata.get("tags", [])]
    return "\n\n".join([opening, *(text for text in cells if text)]) + "\n"


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
