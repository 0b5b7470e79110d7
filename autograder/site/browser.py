"""A browser without a window: Debian's Chromium, or Chrome."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from course.errors import CourseError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
# Pages here are our own, and root (as in CI) has no sandbox to offer.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser, and end it.

    Raises
    ------
    CourseError
        If there is none.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise _missing("the package playwright is not installed") from error
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise _missing(f"none of these programs is here: {', '.join(_PROGRAMS)}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        try:
            yield started
        finally:
            started.close()


def _missing(what: str) -> CourseError:
    return CourseError(f"a browser is needed: {what}", do="run `make system`")
