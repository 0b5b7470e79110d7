"""A lesson's text by its sections, and the quiz that one of them holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

QUIZ = "Five questions"
RIGHT = "Right."
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_QUESTION = re.compile(r"^\*\*\d+\. (.+?)\*\*$(.*?)(?=^\*\*\d+\. |\Z)", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(r"<details><summary>(.*?)</summary>(.*?)</details>", re.DOTALL)


@dataclass(frozen=True)
class Option:
    """A possible answer, with why it is right or wrong. Both are Markdown with HTML."""

    text: str
    explanation: str

    @property
    def right(self) -> bool:
        """Whether this is the answer."""
        return self.explanation.startswith(RIGHT)


@dataclass(frozen=True)
class Question:
    """A question of the quiz."""

    text: str
    options: tuple[Option, ...]


def sections(notebook: Any) -> dict[str, str]:
    """Return a lesson's Markdown by its headings of level 2, in order; code is left out."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    _, *parts = _HEADING.split(text)
    return {
        heading.strip(): body.strip() for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


def quiz(notebook: Any) -> tuple[Question, ...]:
    """Return the questions of a lesson.

    Each is written like this::

    **1. Is it raining?**

    <details><summary>Yes</summary>Right. Look out of the window.</details>
    <details><summary>No</summary>No. That was yesterday.</details>
    """
    return tuple(
        Question(
            _line(text),
            tuple(Option(_line(option), _line(why)) for option, why in _OPTION.findall(body)),
        )
        for text, body in _QUESTION.findall(sections(notebook).get(QUIZ, ""))
    )


def _line(text: str) -> str:
    return " ".join(text.split())
