"""The ``course`` command. Instructors' commands appear where the instructors' code is."""

from __future__ import annotations

import importlib
import importlib.util
import sys


def main() -> None:
    """Run the command line."""
    if importlib.util.find_spec("typer") is None:
        sys.exit("The course command needs typer and rich: pip install 'notebook-gpu-course[cli]'")
    if importlib.util.find_spec("autograder") is None:
        sys.exit(
            "Only the student package is installed here, and it has no commands: open a lesson's "
            "notebook instead. Instructors work in a clone of the repository, after `make setup`."
        )
    # By name, since students' code must not depend on instructors'.
    importlib.import_module("autograder.cli").app()
