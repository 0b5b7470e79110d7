"""Build or serve the site: pages are made first, then MkDocs puts them together, strictly.

Generated pages are plain Markdown below ``docs/``, so any generator that reads Markdown could
publish them. They come from ``release/``, ``docs/slides/`` and the code: what students do not get
is not on the site, and `course site` looks whether that is so.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from autograder.directory import Directory
from autograder.site.check import refuse_bad_site
from autograder.site.lesson_page import write_lessons
from autograder.site.printing import print_decks
from autograder.site.reference import write_reference
from autograder.site.slides import write_decks
from course.drawing import FIGURES
from course.errors import CourseError

GENERATED = ("lessons", "decks")
"""Folders below ``docs/`` in which all is made; in ``reference/`` some pages are written."""
MADE = "COURSE_PAGES_ARE_MADE"
"""Tells the hook, by way of the environment, that there is nothing left to make."""


def build_site(directory: Directory, *, pdf: bool = False) -> Path:
    """Make the pages, build the site and check it; return its folder.

    Parameters
    ----------
    pdf
        Whether to print each deck to a PDF file, too: that takes a browser and some seconds each.

    Raises
    ------
    CourseError
        With what MkDocs said, if it warned of anything; or with what is wrong in the built pages.
    """
    write_pages(directory, pdf=pdf)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"],
        cwd=directory.root, capture_output=True, text=True, check=False,
        env={**environment(), MADE: "1"},
    )  # fmt: skip
    if done.returncode:
        raise CourseError(f"MkDocs refused the site:\n{done.stderr}", where="mkdocs.yml")
    site = directory.root / "site"
    refuse_bad_site(directory, site)
    return site


def serve_site(directory: Directory, address: str) -> NoReturn:
    """Serve the site, and build again when something in ``docs/`` changes.

    This process becomes MkDocs, so that whatever ends the one ends the other.
    """
    write_pages(directory)  # the hook would do, but MkDocs shows its errors as tracebacks
    os.chdir(directory.root)
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address]
    os.execve(sys.executable, command, environment())  # noqa: S606


def write_pages(directory: Directory, *, pdf: bool = False) -> None:
    """Bring the generated pages below ``docs/`` up to date.

    Only what differs is written: MkDocs, when it serves, builds again at each change it sees.
    """
    docs = directory.root / "docs"
    with TemporaryDirectory() as temporary:
        made = Path(temporary)
        write_lessons(directory, made / "lessons")
        shutil.copytree(FIGURES, made / "lessons" / "figures")
        decks = write_decks(directory.root, made / "decks", pdf=pdf)
        if pdf:
            print_decks(decks, made / "decks")
        write_reference(made / "reference")
        for name in GENERATED:
            _clear(docs / name, keep=made / name)
        _place(made, docs)


def _clear(target: Path, keep: Path) -> None:
    for path in [path for path in target.rglob("*") if path.is_file()]:
        if not (keep / path.relative_to(target)).is_file():
            path.unlink()


def _place(made: Path, target: Path) -> None:
    for name in [path.relative_to(made) for path in made.rglob("*") if path.is_file()]:
        old, new = target / name, made / name
        if not old.is_file() or not filecmp.cmp(old, new, shallow=False):
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new, old)


def environment() -> dict[str, str]:
    """Return the environment for MkDocs, which has something to say about its successor."""
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
