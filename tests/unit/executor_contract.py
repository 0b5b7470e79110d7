"""What the tests of all targets share: a run against stand-ins, and what it must leave behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from autograder import schema
from autograder.site import reference
from course.executor import engine
from course.executor.folder import Marker, RunFolder
from course.executor.plan import Plan
from course.executor.request import Prepared, Request, prepare
from course.executor.start import _stage
from course.executor.watch import Watch

BIN = Path(__file__).parents[1] / "standins" / "bin"
CONTRACT = schema.load(reference.RUN)
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Standins:
    """The folder of the stand-ins: how they fail, what they were called with, what runs."""

    home: Path

    def fail(self, *modes: str) -> None:
        (self.home / "mode").write_text(" ".join(modes))

    def calls(self) -> list[str]:
        path = self.home / "calls.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [" ".join(json.loads(line)) for line in lines]

    def called(self, beginning: str) -> bool:
        return any(call.startswith(beginning) for call in self.calls())

    def running(self) -> list[str]:
        return [path.name for path in (self.home / "rented").glob("*")]


@pytest.fixture
def standins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standins:
    home = tmp_path / "standins"
    home.mkdir()
    monkeypatch.setenv("STANDIN_HOME", str(home))
    path = [str(BIN), str(Path(sys.executable).parent), os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    monkeypatch.setattr(engine, "_CLEAN_PAUSE", 0.01)
    return Standins(home)


def a_notebook(path: Path, *cells: str) -> Path:
    made = [
        {"id": f"c{number}", "cell_type": "code", "metadata": {}, "outputs": [], "source": cell}
        for number, cell in enumerate(cells or ("print('hello')",))
    ]
    whole = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole))
    return path


def prepared(tmp_path: Path, target: str, **more: Any) -> Prepared:
    path = a_notebook(tmp_path / "lesson.ipynb")
    return prepare(Request(path, tmp_path / "runs" / "one", target=target, **more))


@contextmanager
def kept_signals() -> Iterator[None]:
    before = [signal.getsignal(number) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def quick(plan: Plan) -> Plan:
    """The same plan, with less patience between two calls."""
    return replace(plan, steps=tuple(replace(step, every=0.01) for step in plan.steps))


def carried_out(made: Prepared, seconds: float = 30.0) -> tuple[Marker, RunFolder]:
    """Carry out a run's plan here, as its keeper does."""
    made.target.check(made.job)
    _stage(made)
    plan = quick(made.target.plan(made.job))
    for name, text in plan.files.items():
        (made.folder.path / name).write_text(text)
    ours, callers = os.pipe()
    with kept_signals():
        watch = Watch(made.folder, time.time() + seconds, ours)
        marker = engine.carry_out(plan, made.folder, watch, made.record.id)
    os.close(ours)
    os.close(callers)
    made.folder.finish(marker)
    assert breach(made.folder) is None
    return marker, made.folder


def records(folder: RunFolder) -> dict[str, Any]:
    """The records in a run's folder, as the contract has them: file name to content."""
    paths = {name: folder.path / name for name in CONTRACT["properties"]}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def breach(folder: RunFolder) -> tuple[str, str] | None:
    """What of a run that has ended is not as its contract says."""
    return schema.mistake(CONTRACT, records(folder))
