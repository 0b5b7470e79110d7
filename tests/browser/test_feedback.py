"""A feedback page, opened by an instructor: nothing a student's code shows may run there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from autograder import pipeline
from autograder.build.release import build
from autograder.directory import Directory
from autograder.feedback.write import write

LESSON = "01_tiny"
MARK = "window.ran = (window.ran || '') + '{}'"
TAG = '<img src=x onerror="' + MARK + '"><script>' + MARK + "</script>"
SHOWS = {
    "html": "from IPython.display import *\ndisplay(HTML({!r}))",
    "javascript": "display(Javascript({!r}))",
    "markdown": "display(Markdown({!r}))",
    "latex": "display(Latex({!r}))",
    "svg": "display(SVG(data='<svg xmlns=\"http://www.w3.org/2000/svg\">' + {!r} + '</svg>'))",
    "printed": "print({!r})",
    "raised": "raise ValueError({!r})",
    "named": "raise type({!r}, (ValueError,), {{}})('x')",
    "link": "display(HTML('<a href=\"javascript:' + {!r} + '\" id=\"tempting\">look</a>'))",
}
BARE = ("javascript", "link")
CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
pytestmark = pytest.mark.browser


def page_of(root: Path) -> Path:
    """Hand in a notebook that shows all sorts of things; return its feedback."""
    directory = Directory.open(root)
    build(directory, LESSON)
    release = directory.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    notebook = json.loads(release.read_text())
    new: list[dict[str, Any]] = [
        {**CELL, "source": show.format((MARK if kind in BARE else TAG).replace("{}", kind))}
        for kind, show in SHOWS.items()
    ]
    new += [
        {"cell_type": kind, "metadata": {}, "source": TAG.replace("{}", f"a {kind} cell")}
        for kind in ("markdown", "raw")
    ]
    table = "HTML('<table><tr><td>17.25</td></tr></table>')"
    new.append({**CELL, "source": table})
    notebook["cells"] += new
    path = directory.folder("submitted", "eve", LESSON) / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))
    (outcome,) = pipeline.grade(pipeline.Batch(directory, LESSON))
    assert outcome.state.value == "graded", outcome.message
    assert sum(1 for _ in write(directory, LESSON)) == 1
    return directory.folder("feedback", "eve", LESSON) / f"{LESSON}.html"


def test_what_a_student_shows_does_not_run(
    tiny_course: Callable[..., Path], browser: Browser
) -> None:
    path = page_of(tiny_course())
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_load_state()
    page.locator("#tempting").click()
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran || ''") == ""
    text = page.inner_text("body")
    assert "not attempted" in text
    assert page.locator("td", has_text="17.25").count() == 1, "a table is gone"
    assert asked == [path.as_uri()], "the page asks for something in the network"
    page.close()
