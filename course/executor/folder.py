"""A run's folder: its names, its record, its heartbeat, its marker."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.executor import processes
from course.executor.plan import Undo
from course.files import write_atomic

BEAT = 2.0
STALE = 30.0
SUCCEEDED, FAILED, RUNNING = "SUCCEEDED", "FAILED", "RUNNING"


@dataclass(frozen=True)
class Record:
    """What run.json says of a run; ``run.schema.json`` says what each entry means."""

    id: str
    name: str
    notebook: str
    target: str
    options: dict[str, str]
    parameters: dict[str, Any]
    inputs: list[str]
    digest: str
    started: float
    until: float
    cost: str
    state: str = RUNNING
    keeper: dict[str, Any] = field(default_factory=dict)
    clean_up: list[dict[str, Any]] = field(default_factory=list)

    def undo(self) -> list[Undo]:
        """Return what is noted to be undone."""
        return [Undo(tuple(one["command"]), one["gone"]) for one in self.clean_up]


@dataclass(frozen=True)
class Marker:
    """How a run ended: the content of the file SUCCEEDED or FAILED.

    Attributes
    ----------
    what, do
        Why it failed and what to do; empty after a success.
    left
        Commands of the clean-up that failed: what they should remove may still cost money.
    """

    state: str
    what: str = ""
    do: str = ""
    seconds: float = 0.0
    left: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run. Everything in it is readable without this program."""

    path: Path

    @property
    def input(self) -> Path:
        """The notebook that is executed: parameters in, outputs out."""
        return self.path / "input.ipynb"

    @property
    def output(self) -> Path:
        """The executed notebook."""
        return self.path / "output.ipynb"

    @property
    def page(self) -> Path:
        """The executed notebook as a page."""
        return self.path / "output.html"

    @property
    def log(self) -> Path:
        """Everything that was said."""
        return self.path / "log.txt"

    @property
    def artefacts(self) -> Path:
        """Where the notebook runs, and what it leaves."""
        return self.path / "artefacts"

    @property
    def heartbeat(self) -> Path:
        """A file whose age says whether somebody still looks after the run."""
        return self.path / "heartbeat"

    def exists(self) -> bool:
        """Say whether there is a run in the folder."""
        return (self.path / "run.json").is_file()

    def record(self) -> Record:
        """Read run.json."""
        try:
            return Record(**json.loads((self.path / "run.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise CourseError(
                "run.json cannot be read", where=str(self.path), do="look into log.txt there"
            ) from error

    def write(self, record: Record) -> None:
        """Write run.json."""
        write_atomic(self.path / "run.json", _json(asdict(record)))

    def beat(self) -> None:
        """Say that somebody looks after the run, if that can be written."""
        with contextlib.suppress(OSError):
            self.heartbeat.write_text(f"{time.time():.1f}\n", "utf-8")

    def marker(self) -> Marker | None:
        """Return how the run ended, or None while nobody has said so."""
        for state in (FAILED, SUCCEEDED):
            try:
                return Marker(**json.loads((self.path / state).read_text("utf-8")))
            except FileNotFoundError:
                continue
            except (ValueError, TypeError):
                return Marker(state, "the marker cannot be read")
        return None

    def finish(self, marker: Marker) -> None:
        """Write how the run ended; the marker comes last, so what it stands for is all there."""
        self.write(replace(self.record(), state=marker.state))
        write_atomic(self.path / marker.state, _json(asdict(marker)))

    def metrics(self) -> dict[str, Any]:
        """Return what the notebook wrote into metrics.json in its folder; empty if nothing."""
        try:
            found = json.loads((self.artefacts / "metrics.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def torn(self) -> bool:
        """Say whether the run neither ended nor has anybody who looks after it.

        On the machine that started it, the keeper's process decides; elsewhere (a shared folder)
        and before there is a keeper, the age of the heartbeat.
        """
        if self.marker() is not None:
            return False
        keeper = self.record().keeper
        if keeper and keeper["host"] == socket.gethostname():
            return not processes.alive(keeper["pid"], keeper["born"])
        try:
            return time.time() - self.heartbeat.stat().st_mtime > STALE
        except FileNotFoundError:
            return time.time() - self.record().started > STALE


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n").encode()
