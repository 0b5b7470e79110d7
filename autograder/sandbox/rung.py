"""Which sandbox there is here: bubblewrap, else a container for each notebook, else none."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.sandbox import bubblewrap, container
from autograder.sandbox.bubblewrap import NoSandbox, Trial
from autograder.sandbox.container import Engine

KINDS = ("bubblewrap", "container")
_NO_ENGINE = Trial(
    works=False, found="there is no container engine (podman, docker)",
    do="install one: `apt-get install podman`" + bubblewrap.UNSAFE,
)  # fmt: skip


@dataclass(frozen=True)
class Rung:
    """A sandbox that works here.

    Attributes
    ----------
    found
        What it is, in a line.
    engine
        What runs containers; None for bubblewrap.
    why
        Why there is none better, in a line.
    do
        What to do to get the better one.
    """

    found: str
    engine: Engine | None = None
    why: str = ""
    do: str = ""

    @property
    def note(self) -> str:
        """What every report says; nothing for the usual sandbox."""
        return f"graded in a container of {self.engine.name}" if self.engine else ""


def choose(environment: dict[str, str], wanted: str = "") -> Rung:
    """Return the best sandbox that works here.

    Parameters
    ----------
    environment
        The variables a worker gets.
    wanted
        One of `KINDS`, if it has to be that one.

    Raises
    ------
    NoSandbox
        If there is none.
    """
    if wanted not in ("", *KINDS):
        raise NoSandbox(
            f"there is no sandbox called '{wanted}'", where="--sandbox",
            do=f"use one of: {', '.join(KINDS)}",
        )  # fmt: skip
    first = Trial(works=False, found="--sandbox container asks for it")
    if wanted != "container":
        first = bubblewrap.attempt()
        if first.works:
            return Rung(first.found)
        if wanted:
            raise NoSandbox(first.found, where="the sandbox", do=first.do)
    second = _NO_ENGINE
    for engine in container.engines():
        trial = container.attempt(environment, engine)
        if trial.works:
            return Rung(trial.found, engine, first.found, first.do)
        # Of several that fail, the first is the one to mend.
        second = trial if second is _NO_ENGINE else second
    if wanted:
        raise NoSandbox(second.found, where="the sandbox", do=second.do)
    raise NoSandbox(
        f"{first.found}; {second.found}", where="the sandbox",
        do=f"{first.do.removesuffix(bubblewrap.UNSAFE)}; or else {second.do}",
    )  # fmt: skip
