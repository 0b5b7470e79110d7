"""What a run started is removed also where nothing can be written down any more."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from executor_contract import kept_signals, prepared

from course.executor import engine
from course.executor.command import call
from course.executor.folder import Marker
from course.executor.plan import Command, Plan, Step
from course.executor.start import _stage
from course.executor.watch import Watch

FULL = Path("/dev/full")


def carried_out(
    tmp_path: Path, *then: Command, end_rest: Callable[[], object] = lambda: None
) -> Marker:
    """Rent something (a file), do what follows, and clean up."""
    one = prepared(tmp_path, "local")
    _stage(one)
    rented = str(tmp_path / "rented")
    rent = Step("rent", ("touch", rented), undo=("rm", rented))
    plan = Plan((rent, *(Step(command[0], command) for command in then)))
    ours, callers = os.pipe()
    with kept_signals():
        watch = Watch(one.folder, time.time() + 30, ours)
        marker = engine.carry_out(plan, one.folder, watch, one.record.id, end_rest)
    os.close(ours)
    os.close(callers)
    return marker


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CLEAN_PAUSE", 0.01)
    monkeypatch.setattr("course.executor.watch.BEAT", 0.0)


def test_a_folder_that_is_removed_in_a_run_keeps_nothing_from_the_clean_up(tmp_path: Path) -> None:
    marker = carried_out(tmp_path, ("rm", "-r", str(tmp_path / "runs")), ("true",))
    assert not (tmp_path / "rented").exists()
    assert (marker.state, marker.left) == ("FAILED", [])


def test_a_full_disk_keeps_nothing_from_the_clean_up(tmp_path: Path) -> None:
    log, heart = (str(tmp_path / "runs" / "one" / name) for name in ("log.txt", "heartbeat"))
    marker = carried_out(tmp_path, ("ln", "-sf", str(FULL), log), ("ln", "-sf", str(FULL), heart))
    assert (tmp_path / "runs" / "one" / "log.txt").resolve() == FULL
    assert not (tmp_path / "rented").exists()
    assert marker.left == []


def test_nothing_is_started_that_cannot_be_noted(tmp_path: Path) -> None:
    one = prepared(tmp_path, "local")
    _stage(one)
    (one.folder.path / "run.json").unlink()
    rented = tmp_path / "rented"
    plan = Plan((Step("rent", ("touch", str(rented)), undo=("test", "!", "-e", str(rented))),))
    ours, callers = os.pipe()
    with kept_signals():
        watch = Watch(one.folder, time.time() + 30, ours)
        marker = engine.carry_out(plan, one.folder, watch, one.record.id)
    os.close(ours)
    os.close(callers)
    assert "run.json cannot be read" in marker.what
    assert marker.left == []


def test_what_cannot_be_ended_keeps_nothing_from_the_clean_up(tmp_path: Path) -> None:
    def fail() -> None:
        raise PermissionError("no")

    marker = carried_out(tmp_path, ("true",), end_rest=fail)
    assert not (tmp_path / "rented").exists()
    assert marker.left == []


def test_a_clean_up_that_cannot_be_called_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sometimes(command: Command, *rest: object, **more: object) -> object:
        if command == ("first",):
            raise OSError("too many open files")
        return call(command, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "call", sometimes)
    one = prepared(tmp_path, "local")
    second = tmp_path / "second"
    undo = [engine.Undo(("first",)), engine.Undo(("touch", str(second)))]
    left = engine.clean_up(undo, one.folder, lambda: None, pause=0.0)
    assert left == [("first",)]
    assert second.exists()


def test_a_command_says_what_it_says_where_there_is_no_log(tmp_path: Path) -> None:
    done = call(("echo", "hello"), tmp_path / "none" / "log.txt", lambda: None)
    assert (done.code, done.output) == (0, "hello\n")
