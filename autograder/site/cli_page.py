"""The page of the ``course`` command, made from the commands themselves.

A command's docstring is its ``--help`` and its section here. A paragraph that begins with
``Example:`` is shown as one, and ``Exit code 1:`` says what that means of this command.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from autograder.cli import app

_EXAMPLE, _FAILED = "Example: ", "Exit code 1: "
_GROUPS = {
    "course.": "## For everybody\n\nStudents have these, too: "
    "[A notebook as a job](../executor.md) says what to install.",
    "autograder.": "## For instructors",
}
_INTRO = """\
# The `course` command

```console
$ course grade 03
$ course grade --help
```

Run it in the repository with `.venv` activated, or as `.venv/bin/course`. A lesson's number will do
for its name. `course COMMAND --help` says the same as this page.

Each command ends with an exit code: **0** all well; **1** it failed or was refused, and the message
says why and what to do; **2** wrong use, such as an unknown option or no such lesson."""


def commands() -> dict[str, TyperCommand]:
    """Return every command by its name, in the order of ``course --help``."""
    group = cast("TyperGroup", typer.main.get_command(app))
    return cast("dict[str, TyperCommand]", group.commands)


def page() -> str:
    """Return the Markdown of the page."""
    parts = [_INTRO]
    for home, heading in _GROUPS.items():
        parts.append(heading)
        parts += [
            _section(name, command)
            for name, command in commands().items()
            if command.callback.__module__.startswith(home)
        ]
    return "\n\n".join(parts) + "\n"


def usage(name: str, command: TyperCommand) -> str:
    """Return how a command is called, its options left out: ``course collect LESSON FILE.zip``."""
    return " ".join([f"course {name}", *map(_argument, arguments(command))])


def arguments(command: TyperCommand) -> list[TyperArgument]:
    """Return a command's arguments."""
    return [each for each in command.params if isinstance(each, TyperArgument)]


def options(command: TyperCommand) -> list[TyperOption]:
    """Return a command's options."""
    return [each for each in command.params if isinstance(each, TyperOption)]


def example(command: TyperCommand) -> str:
    """Return the command line that the docstring shows."""
    return _begun(_paragraphs(command), _EXAMPLE)


def _section(name: str, command: TyperCommand) -> str:
    first, *rest = _paragraphs(command)
    told = [text for text in rest if not text.startswith((_EXAMPLE, _FAILED))]
    failed = _begun(rest, _FAILED)
    return "\n\n".join(
        [
            f"### course {name} {{ #{name} }}",
            first,
            f"```console\n$ {example(command)}\n```",
            *told,
            f"Usage: `{usage(name, command)}`" + ", and options" * bool(options(command)) + ":",
            "\n".join(_table(command)),
            *([f"Exit code **1**: {failed}"] if failed else []),
        ]
    )


def _paragraphs(command: TyperCommand) -> list[str]:
    return [" ".join(text.split()) for text in (command.help or "").split("\n\n")]


def _begun(paragraphs: list[str], beginning: str) -> str:
    found = (text for text in paragraphs if text.startswith(beginning))
    return next(found, "").removeprefix(beginning)


def _table(command: TyperCommand) -> Iterator[str]:
    yield "| Argument or option | What it is | If left out |"
    yield "|--------------------|------------|-------------|"
    for argument in arguments(command):
        yield _row([_argument(argument)], argument)
    for option in options(command):
        value = "" if option.is_flag else f" {option.metavar}"
        yield _row([f"{name}{value}" for name in option.opts], option)


def _row(names: list[str], parameter: TyperArgument | TyperOption) -> str:
    shown = ", ".join(f"`{name}`" for name in names)
    default = "must be given" if parameter.required else _default(parameter.default)
    return f"| {shown} | {parameter.help} | {default} |"


def _default(value: object) -> str:
    if value in (None, "", False):
        return "–"
    return "the current folder" if value == Path() else f"`{value}`"


def _argument(argument: TyperArgument) -> str:
    name = f"{argument.metavar}…" if argument.nargs != 1 else str(argument.metavar)
    return name if argument.required else f"[{name}]"
