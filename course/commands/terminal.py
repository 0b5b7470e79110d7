"""What all commands share: where they write, and how they say what went wrong."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from course.errors import CourseError, UsageError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

P = ParamSpec("P")
T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def explained(command: Callable[P, T]) -> Callable[P, T]:
    """Turn a `CourseError` into a message and the right exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except CourseError as error:
            err.print(str(error), style="red", markup=False)
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from error

    return run


def show_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    # A pipe has no width: give it one at which no row breaks.
    (out if out.is_terminal else Console(width=120, highlight=False)).print(table)
