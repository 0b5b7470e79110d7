"""Files: pairs, releases, the table of platforms, and what must not be in git."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.build.leaks import leaks
from autograder.build.release import source_notebook, stale
from autograder.build.step import in_cell
from autograder.directory import Directory
from autograder.lints.registry import lint
from autograder.site import platform_page
from autograder.sync import outdated, pairs, tracked_files
from course.errors import CourseError

PRIVATE = re.compile(
    r"(^|/)(submitted|autograded|feedback|downloaded|reports)/|(^|/)gradebook\.db|"
    r"(^|/)grades[^/]*\.csv$|(^|/)roster[^/]*\.csv$|\.roster$|(^|/)\.(env|course-seed)$"
)
_OURS = "autograder/feedback/"  # code of that name, not anybody's data


@lint("every source is paired with its notebook")
def _paired(directory: Directory, lesson: str) -> Iterator[CourseError]:
    scripts = pairs(directory, lesson)
    if not scripts:
        where = f"{directory.folder('source', '.', lesson)}/{lesson}.py"
        yield CourseError("the paired source is missing", where=where, do="write the lesson there")
    for script in scripts:
        if outdated(script):
            advice = f"run `course sync {lesson}` and commit both files"
            yield CourseError("the notebook is not up to its .py", where=str(script), do=advice)


@lint("every code cell of a source was executed, and some output is there to compare")
def _executed(directory: Directory, lesson: str) -> Iterator[CourseError]:
    cells = [cell for cell in source_notebook(directory, lesson).cells if cell.cell_type == "code"]
    for cell in cells:
        if cell.execution_count is None:
            advice = f"run `course sync {lesson} --force`"
            yield in_cell(lesson, cell, "the cell was not executed", advice)
    if not any(cell.outputs for cell in cells):
        yield CourseError("no cell has an output: nbval would compare nothing", where=lesson)


@lint("every release is what its source gives")
def _fresh(directory: Directory, lesson: str) -> Iterator[CourseError]:
    difference = stale(directory, lesson)
    if difference:
        advice = f"run `course build {lesson}` and commit release/"
        yield CourseError(
            f"the release is stale:\n{difference}", where=f"lesson {lesson}", do=advice
        )


@lint("no release holds a hidden test, a solution, a marker, a source or held-out data")
def _tight(directory: Directory, lesson: str) -> Iterator[CourseError]:
    yield from leaks(directory, lesson)


@lint("the table of platforms is what the registry says")
def _told(directory: Directory, lesson: str) -> Iterator[CourseError]:
    if platform_page.stale(directory):
        advice = "run `course build` and commit docs/platforms.md"
        yield CourseError("the table of platforms is stale", where="docs/platforms.md", do=advice)


@lint("no student data is in git")
def _private(directory: Directory, lesson: str) -> Iterator[CourseError]:
    for name in tracked_files(directory.root):
        if PRIVATE.search(name) and not name.startswith(_OURS):
            advice = f"git rm --cached '{name}', and take it out of the history before you publish"
            yield CourseError("student data is tracked", where=name, do=advice)
