"""The commands everybody has, students too: ``course run`` and what belongs to it."""

from __future__ import annotations

import typer

from course.commands import run as run_commands


def add_to(app: typer.Typer) -> None:
    """Add these commands to an application."""
    run_commands.add_to(app)


def application() -> typer.Typer:
    """Return the command line of a machine without the instructors' code."""
    app = typer.Typer(
        add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
    )
    # With a single command typer would leave its name out.
    app.callback()(_nothing)
    add_to(app)
    return app


def _nothing() -> None:
    """Run notebooks as jobs."""
