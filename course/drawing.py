"""The course's drawings, shown in a notebook with a text for whoever cannot see them."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

FIGURES = Path(__file__).with_name("figures")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """A drawing and its description; the last value of a cell shows it."""

    svg: str

    @property
    def description(self) -> str:
        """What is to be seen: the drawing's title."""
        found = _TITLE.search(self.svg)
        return html.unescape(" ".join(found[1].split())) if found else ""

    def __repr__(self) -> str:
        return f"[Figure: {self.description}]"

    def _repr_html_(self) -> str:
        # As an image: what a notebook does with bare SVG differs, and an image has an `alt`.
        data = base64.b64encode(self.svg.encode()).decode()
        style = "max-width:100%;height:auto"
        alt = html.escape(self.description)
        return f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" style="{style}">'


def figure(name: str) -> Figure:
    """Return a drawing of the course; as the last value of a cell it is shown.

    Examples
    --------
    >>> figure("split-by-block")

    Parameters
    ----------
    name
        As the lesson gives it; the drawings are ``course/figures/<name>.svg``.

    Raises
    ------
    CourseError
        If there is none of that name.
    """
    path = FIGURES / f"{name}.svg"
    known = sorted(path.stem for path in FIGURES.glob("*.svg"))
    if name not in known:
        raise CourseError(f"there is no figure '{name}'", do=f"use one of: {', '.join(known)}")
    return Figure(path.read_text("utf-8"))
