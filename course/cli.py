"""The ``course`` command. Instructors' commands appear where the instructors' code is."""

from __future__ import annotations

import importlib
import importlib.util
import sys


def main() -> None:
    """Run the command line."""
    if importlib.util.find_spec("typer") is None or importlib.util.find_spec("rich") is None:
        sys.exit(
            "The course command needs typer and rich, and `course run` papermill: "
            "pip install typer rich papermill ipykernel nbconvert nbformat"
        )
    if importlib.util.find_spec("autograder") is None:
        from course.commands import application

        application()()
    # By name, since students' code must not depend on instructors'. They add their own commands
    # to those of `course.commands`.
    importlib.import_module("autograder.cli").app()
