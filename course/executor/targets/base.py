"""What every target can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from course.errors import UsageError
from course.executor.plan import Job, Plan
from course.executor.prices import Price


@dataclass(frozen=True)
class Option:
    """A setting of a target, given as ``-o name=value``.

    Attributes
    ----------
    default
        None if it must be given.
    choices
        The values there are; empty if anything will do.
    """

    name: str
    what: str
    default: str | None = None
    choices: tuple[str, ...] = ()


class Target(Protocol):
    """A place to run a notebook as a job.

    Attributes
    ----------
    name
        What follows ``--target``.
    what
        What it is, in a few words.
    program
        The command it calls, or empty; and `get`, what to do where that is missing.
    insurance
        What ends the job if the machine with ``course run`` goes down.
    """

    name: str
    what: str
    program: str
    get: str
    insurance: str

    @property
    def options(self) -> tuple[Option, ...]:
        """Its settings."""
        ...

    def check(self, job: Job) -> None:
        """Raise a `CourseError` for what cannot work, before anything starts or costs."""
        ...

    def plan(self, job: Job) -> Plan:
        """Return what is to be done. Pure: reads the job's folder at most."""
        ...

    def price(self, options: Mapping[str, str]) -> Price:
        """Return what an hour costs."""
        ...


def filled(target: Target, given: Mapping[str, str]) -> dict[str, str]:
    """Return a target's options with the defaults filled in.

    Raises
    ------
    UsageError
        For an unknown option, a value that is none of the choices, or a missing option.
    """
    known = {option.name: option for option in target.options}
    for name in given:
        if name not in known:
            do = f"it has: {', '.join(known)}" if known else "leave it out"
            raise UsageError(f"the target {target.name} has no option '{name}'", do=do)
    result = {}
    for option in target.options:
        value = given.get(option.name, option.default)
        if value is None:
            raise UsageError(
                f"the target {target.name} needs the option '{option.name}': {option.what}",
                do=f"add -o {option.name}=…",
            )
        same = [choice for choice in option.choices if choice.lower() == value.lower()]
        if option.choices and not same:
            raise UsageError(
                f"'{value}' is no {option.name} of the target {target.name}",
                do=f"use one of: {', '.join(option.choices)}",
            )
        result[option.name] = same[0] if same else value
    return result
