"""What `submit` answers: HTML in notebooks, text elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError
from course.panel import GREEN, GREY, RED, panel
from course.submission.artefacts import megabytes
from course.submission.pack import short


@dataclass(frozen=True)
class Receipt:
    """A file that is ready to be handed in.

    Attributes
    ----------
    path
        The zip file.
    where
        A sentence of where it is.
    digest
        The receipt: 64 hexadecimal digits, the same for the same files.
    files
        Name and size in bytes of what is in it.
    answers, unanswered
        Exercises there are, and those without an answer.
    told
        Further sentences.
    stale
        Whether the notebook's file lacks what was run last.
    """

    path: Path
    where: str
    digest: str
    files: tuple[tuple[str, int], ...]
    answers: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    stale: bool = False

    @property
    def short(self) -> str:
        """The receipt's beginning, to be read aloud."""
        return short(self.digest)

    def _title(self) -> tuple[str, str]:
        if self.stale:
            save = "the notebook's file lacks what you ran last. Save (Ctrl+S), then run this again"
            return "✘ Save first", f"{save}. Until then `{self.path.name}` holds what was saved."
        size = megabytes(sum(size for _, size in self.files))
        give = "Give this file to your instructor in the way you agreed on."
        return "✔ Ready to hand in", f"`{self.path.name}`, {size}. {give}"

    def _lines(self) -> Iterator[str]:
        yield self.where
        yield f"Receipt: {self.short} (in full: {self.digest})"
        yield "In it: " + ", ".join(f"{name} ({megabytes(size)})" for name, size in self.files)
        if self.unanswered:
            yield "Not answered yet: " + ", ".join(f"`{name}`" for name in self.unanswered)
        elif self.answers:
            yield f"Answered: {', '.join(f'`{name}`' for name in self.answers)}"
        yield from self.told

    def __str__(self) -> str:
        title, text = self._title()
        return "\n".join([f"{title}: {text}", *(f"  {line}" for line in self._lines())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return panel(*self._title(), RED if self.stale else GREEN, *self._lines())


@dataclass(frozen=True)
class NotPacked:
    """Why there is no file to hand in, and what to do.

    It is returned, not raised: a notebook that is graded, or run by a program, goes on.
    """

    error: CourseError

    @property
    def _title(self) -> str:
        return "○ No file to hand in yet"

    @property
    def _what(self) -> str:
        place = f"`{self.error.where}`: " if self.error.where else ""
        return f"{place}{self.error.what}."

    @property
    def _do(self) -> list[str]:
        return [f"What to do: {self.error.do}."] if self.error.do else []

    def __str__(self) -> str:
        return "\n".join([f"{self._title}: {self._what}", *(f"  {line}" for line in self._do)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return panel(self._title, self._what, GREY, *self._do)
