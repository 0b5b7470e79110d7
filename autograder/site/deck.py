"""A slide deck in Markdown, as reveal-md reads it.

    ---
    title: Train end to end
    theme: white
    separator: ---
    verticalSeparator: --
    ---
    # First slide
    Note: what to say
    --
    ## Below it
    ---
    ## To the right

A separator is a line of its own, blanks at its end aside: ``--flag`` in a text, a row of a table
and a line in a block of code are none. (reveal-md takes separators for regular expressions, which
may match anywhere.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from course.errors import CourseError

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_NOTES = re.compile(r"^notes?:[ \t]*", re.MULTILINE | re.IGNORECASE)
# How people write "a line of its own" in a regular expression: that is what we do anyway.
_ANCHORS = re.compile(r"\\r\??|\\n\??|\r|\n|^\^|\$$")


@dataclass(frozen=True)
class Slide:
    """A slide: its Markdown, and what to say to it."""

    text: str
    notes: str = ""


@dataclass(frozen=True)
class Deck:
    """A deck.

    Attributes
    ----------
    name
        The file's name without its ending.
    title
        For people.
    theme, highlight
        Names of reveal.js' themes, for slides and for code.
    options
        What ``Reveal.initialize`` gets.
    columns
        Slides from left to right, each with those below it.
    """

    name: str
    title: str
    theme: str
    highlight: str
    options: dict[str, Any]
    columns: tuple[tuple[Slide, ...], ...]

    @classmethod
    def read(cls, path: Path) -> Deck:
        """Read a deck.

        Raises
        ------
        CourseError
            If its front matter is no YAML, or a separator cannot be a line.
        """
        text = path.read_text("utf-8").replace("\r\n", "\n")
        found = _FRONT.match(text)
        try:
            front = yaml.safe_load(found[1]) if found else {}
        except yaml.YAMLError as error:
            raise _wrong(path, f"the front matter is no YAML ({error})") from error
        front = front or {}
        if not isinstance(front, dict):
            raise _wrong(path, "the front matter is no list of entries")
        body = text[found.end() :] if found else text
        across = _line(path, front.get("separator", "---"))
        down = _line(path, front.get("verticalSeparator", "--"))
        if across == down:
            raise _wrong(path, f"both separators are '{across}'")
        return cls(
            name=path.stem,
            title=str(front.get("title", path.stem)),
            theme=str(front.get("theme", "white")),
            highlight=str(front.get("highlightTheme", "monokai")),
            options=dict(front.get("revealOptions") or {}),
            columns=tuple(
                tuple(_slide(part) for part in _parts(column, down))
                for column in _parts(body, across)
            ),
        )

    @property
    def slides(self) -> tuple[Slide, ...]:
        """All slides in the order of reading."""
        return tuple(slide for column in self.columns for slide in column)


def _line(path: Path, separator: Any) -> str:
    line = _ANCHORS.sub("", str(separator))
    if not line.strip() or re.search(r"[\\^$*+?()\[\]{}|]", line):
        what = f"the separator {separator!r} is no plain line"
        raise _wrong(path, what, "write the line itself, such as `separator: ---`")
    return line.strip()


def _parts(text: str, separator: str) -> Iterator[str]:
    """Split where a line is the separator, outside of blocks of code."""
    part: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip().startswith(fence) and set(line.strip()) == {fence[0]}:
            fence = ""
        if not fence and line.rstrip() == separator:
            yield "\n".join(part)
            part = []
        else:
            part.append(line)
    yield "\n".join(part)


def _slide(text: str) -> Slide:
    shown, *notes = _NOTES.split(text, maxsplit=1)
    return Slide(shown.strip("\n"), notes[0].strip() if notes else "")


def _wrong(path: Path, what: str, do: str = "mend the beginning of the file") -> CourseError:
    return CourseError(what, where=f"docs/slides/{path.name}", do=do)
