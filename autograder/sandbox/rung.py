"""Which sandbox there is here: bubblewrap, else a container for each notebook, else none."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.sandbox import bubblewrap, container
from autograder.sandbox.bubblewrap import NoSandbox, Trial
from autograder.sandbox.container import Engine

KINDS = ("bubblewrap", "container")


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
    why, do = f"--sandbox {wanted} asks for it", ""
    if wanted != "container":
        first = bubblewrap.attempt()
        if first.works:
            return Rung(first.found)
        why, do = first.found, first.do
        if wanted:
            raise NoSandbox(why, where="the sandbox", do=do)
    failed: list[Trial] = []
    for engine in container.engines():
        trial = container.attempt(environment, engine)
        if trial.works:
            return Rung(trial.found, engine, why, do)
        failed.append(trial)
    return _none(why, do, failed)


def _none(why: str, do: str, failed: list[Trial]) -> Rung:
    no = failed[0] if failed else Trial(
        works=False, found="there is no container engine (podman, docker)",
        do="install one: `apt-get install podman`" + bubblewrap.UNSAFE,
    )  # fmt: skip
    raise NoSandbox(
        f"{why}; {no.found}" if do else no.found, where="the sandbox",
        # The better one's advice, unless only the other was asked for.
        do=f"{do.removesuffix(bubblewrap.UNSAFE)}; else {no.do}" if do and failed else do or no.do,
    )  # fmt: skip
