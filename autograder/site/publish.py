"""Publish the site by edition: last year's pages stay where last year's students left them.

`mike` commits the built site to the branch ``gh-pages``, in a folder of the edition's name, and
lets ``latest`` point to the newest. Whoever runs this pushes that branch.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.directory import Directory
from autograder.manifest import Manifest
from autograder.site.build import MADE, build_site, environment
from course.errors import CourseError

BRANCH = "gh-pages"


def publish_site(directory: Directory) -> str:
    """Build and check the site, commit it to the branch; return the edition.

    Raises
    ------
    CourseError
        If the site is refused, or git or mike say why not.
    """
    edition = Manifest.read(directory.root).edition
    build_site(directory, pdf=True)
    _mike(directory, "deploy", "--update-aliases", "--branch", BRANCH, edition, "latest")
    _mike(directory, "set-default", "--branch", BRANCH, "latest")
    return edition


def _mike(directory: Directory, *words: str) -> None:
    # It looks for `mkdocs` in PATH, where this environment may not be.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(  # noqa: S603
        ["mike", *words],  # noqa: S607 - of this environment, by the PATH above
        cwd=directory.root, check=False, capture_output=True, text=True,
        env={**environment(), "PATH": path, MADE: "1", "COURSE_EDITIONS": "mike"},
    )  # fmt: skip
    if done.returncode:
        raise CourseError(
            f"mike could not commit the site:\n{done.stdout}{done.stderr}", where=BRANCH,
            do="mend what it names; the branch is as it was",
        )  # fmt: skip
