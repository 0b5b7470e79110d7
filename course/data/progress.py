"""How far a long job is: one line that changes, for people who wait, and nothing for programs."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from course.platforms.saved import running_shell

_PATIENCE = 0.5
"""Seconds before the line is shown: what is quick needs none."""
_EVERY = 0.25
_WIDTH = 20

Screen = Callable[[str], None]


def megabytes(count: int) -> str:
    """Write a number of bytes for people: ``"94.7 MB"``."""
    return f"{count / 1e6:.1f} MB"


class Progress:
    """One line about a job, in a ``with`` block.

    Parameters
    ----------
    title
        What is on its way, such as the name of a file.
    total
        The number of bytes in all, or `None` where unknown.
    amount
        Writes a number of bytes, or of whatever is counted, for people.

    Attributes
    ----------
    last_word
        What stays in the end instead of the size and the time. It is shown even if all was quick.
    """

    def __init__(
        self, title: str, total: int | None = None, amount: Callable[[int], str] = megabytes
    ) -> None:
        self.title, self.total, self._amount = title, total, amount
        self._screen = screen()
        self._began = self._shown = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._done = 0
        self._visible = False
        self.last_word = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._screen is None or not (self._visible or self.last_word):
            return
        seconds = time.monotonic() - self._began
        end = self.last_word or f"{self._amount(self._done)} in {seconds:.0f} s"
        self._screen(f"{self.title}: {end if kind is None else 'stopped'}\n")

    def at(self, done: int) -> None:
        """Say how many bytes are done. Shown four times a second, at most."""
        now = time.monotonic()
        self._done = done
        if self._first is None or done < self._first[1]:
            self._first = now, done
        if now - self._began >= _PATIENCE and now - self._shown >= _EVERY:
            self._show(f"{self.title} {self._state(now)}", now)

    def say(self, text: str) -> None:
        """Show a sentence in the place of the line, at once."""
        self._show(f"{self.title}: {text}", time.monotonic())

    def _show(self, line: str, now: float) -> None:
        if self._screen is not None:
            self._screen(line)
            self._visible = True
            self._shown = now

    def _state(self, now: float) -> str:
        if not self.total:
            return self._amount(self._done)
        share = min(self._done / self.total, 1.0)
        full = round(_WIDTH * share)
        text = f"[{'#' * full}{'.' * (_WIDTH - full)}] {share:.0%} of {self._amount(self.total)}"
        began, before = self._first or (now, self._done)
        if self._done > before and now > began:
            left = (self.total - self._done) * (now - began) / (self._done - before)
            text += f", {left:.0f} s left"
        return text


def screen() -> Screen | None:
    """Return what shows a line in the place of the one before, or `None` if nobody looks on."""
    if _kernel_is_watched():
        return _notebook()
    if sys.stderr is not None and sys.stderr.isatty():
        return _terminal
    return None


def _kernel_is_watched() -> bool:
    """Say whether a person is at this notebook: a program that runs one cannot be asked questions.

    So the outputs of a notebook that is graded, tested or executed for publication hold no line
    that differs from run to run.
    """
    kernel = getattr(running_shell(), "kernel", None)
    return kernel is not None and (
        bool(getattr(kernel, "_allow_stdin", False)) or "google.colab" in sys.modules
    )


def _notebook() -> Screen:
    from IPython.display import display

    handle: list[Any] = []

    def show(line: str) -> None:
        data = {"text/plain": line.strip()}
        if handle:
            handle[0].update(data, raw=True)
        else:
            handle.append(display(data, raw=True, display_id=True))  # type: ignore[no-untyped-call]

    return show


def _terminal(line: str) -> None:
    if not line.endswith("\n"):  # one that wraps could not be written over
        line = line[: shutil.get_terminal_size().columns - 1]
    # Back to the beginning of the line, and away with what stood there.
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()
