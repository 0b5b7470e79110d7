"""The table in ``docs/platforms.md``: made from the registry, between two markers."""

from __future__ import annotations

from pathlib import Path

from autograder.build.head import ordered
from autograder.directory import Directory
from autograder.manifest import Manifest
from course.errors import CourseError
from course.platforms import Platform, Published

BEGIN = "<!-- `course build` writes this table: change course/platforms/ instead -->"
END = "<!-- end of the table -->"
_HEAD = "| Platform | A session | Where files go | What is lost | Mind |\n|---|---|---|---|---|"


def write(directory: Directory) -> bool:
    """Bring the table up to the registry; return whether it was not.

    Raises
    ------
    CourseError
        If the page lacks the markers.
    """
    page = _page(directory)
    if not stale(directory):
        return False
    page.write_text(_refreshed(directory, page), "utf-8")
    return True


def stale(directory: Directory) -> bool:
    """Say whether the table differs from the registry; a course without the page has none.

    Raises
    ------
    CourseError
        If the page lacks the markers.
    """
    page = _page(directory)
    return page.is_file() and page.read_text("utf-8") != _refreshed(directory, page)


def table(notebook: Published) -> str:
    """Return the Markdown of the table, with links that open a notebook."""
    return "\n".join([_HEAD, *(_row(platform, notebook) for platform in ordered())])


def _row(platform: Platform, notebook: Published) -> str:
    name = platform.name[0].upper() + platform.name[1:]
    link = f"**{name}**<br>[{platform.badge}]({platform.link(notebook)})"
    cells = [link, platform.session, platform.places, platform.lost, platform.pitfall]
    return f"| {' | '.join(cells)} |"


def _refreshed(directory: Directory, page: Path) -> str:
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        advice = f"put the line {BEGIN} and, below it, the line {END} back"
        raise CourseError("the markers of the table are gone", where=str(page), do=advice)
    lesson = directory.lessons()[0]
    notebook = Manifest.read(directory.root).published(lesson, lesson)
    return f"{before}{BEGIN}\n\n{table(notebook)}\n\n{END}{after}"


def _page(directory: Directory) -> Path:
    return directory.root / "docs" / "platforms.md"
