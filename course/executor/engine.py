"""Carry out a plan: its steps in order, then its clean-up in every case, then the marker."""

from __future__ import annotations

import contextlib
import json
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from course.errors import CourseError
from course.executor import job as job_program
from course.executor.command import call
from course.executor.folder import FAILED, SUCCEEDED, Marker, RunFolder
from course.executor.plan import (
    Again,
    Command,
    Done,
    Failed,
    Plan,
    Step,
    Undo,
    Verdict,
    explained,
    shown,
)
from course.executor.watch import Stopped, Watch

_CLEAN_LIMIT = 180.0
_CLEAN_TRIES = 3
_CLEAN_PAUSE = 5.0
_RENDER_LIMIT = 60.0


def carry_out(
    plan: Plan,
    folder: RunFolder,
    watch: Watch,
    run: str,
    end_rest: Callable[[], object] = lambda: None,
) -> Marker:
    """Do what the plan says and return how it ended; never raises for what goes wrong in it.

    Parameters
    ----------
    run
        The mark that processes of the run carry.
    end_rest
        Called after the last step: ends whatever the steps have left running.
    """
    started = time.monotonic()
    # What is noted in run.json is for others: here it must not depend on a file.
    undo: list[Undo] = []
    try:
        failed = _steps(plan, folder, watch, run, undo) or _outcome(folder)
    except Stopped as stopped:
        failed = Failed(str(stopped))
    except CourseError as error:
        failed = Failed(error.what, error.do)
    except Exception as error:  # Whatever it is, what costs money must still be removed.
        failed = Failed(f"a mistake in the executor: {type(error).__name__}: {error}")
    try:
        end_rest()
    except Exception as error:  # The same.
        failed = failed or Failed(f"what the run started cannot be ended: {error}")
    left = clean_up(undo, folder, watch.beat, pause=_CLEAN_PAUSE)
    with contextlib.suppress(OSError):
        _page(folder, watch)
    state = FAILED if failed else SUCCEEDED
    failed = failed or Failed("")
    return Marker(
        state, failed.what, failed.do, round(time.monotonic() - started, 1), [list(c) for c in left]
    )


def clean_up(
    undo: Sequence[Undo], folder: RunFolder, beat: Callable[[], None], *, pause: float
) -> list[Command]:
    """Call each command, up to three times if it fails; return those that failed to the end.

    What they say is kept apart from the log until they have ended: on a full disk they might fail
    for want of a place to say it.
    """
    left = []
    for one in undo:
        for attempt in range(_CLEAN_TRIES):
            if attempt:
                _sleep(pause * attempt, beat)
            say(folder.log, f"clean up: {shown(one.command)}")
            try:
                result = call(one.command, None, beat, limit=_CLEAN_LIMIT)
            except Exception as error:  # The next command must still be called.
                say(folder.log, f"{type(error).__name__}: {error}")
                continue
            if result.output.strip():
                say(folder.log, result.output.strip())
            if one.done(result):
                break
        else:
            left.append(one.command)
    return left


def say(log: Path, line: str) -> None:
    """Write a line of the executor's own into the log, if that can be written."""
    # A full disk, or a folder that somebody removed, must not keep anything from its clean-up.
    with contextlib.suppress(OSError), log.open("a", encoding="utf-8") as out:
        out.write(f"--- {time.strftime('%H:%M:%S')} {line}\n")


def _steps(
    plan: Plan, folder: RunFolder, watch: Watch, run: str, undo: list[Undo]
) -> Failed | None:
    """Do the steps; `undo` tells at each moment how to clean up."""
    for step in plan.steps:
        say(folder.log, step.does)
        if step.undo:
            undo.insert(0, Undo(step.undo, step.gone))
            _note(folder, undo)
        failed = _step(step, plan, folder, watch, run)
        if failed and not step.optional:
            return failed
        if step.settles:
            undo.clear()
            _note(folder, undo)
    return None


def _note(folder: RunFolder, undo: list[Undo]) -> None:
    """Write down how to clean up, before there is anything: whoever finds the run torn reads it."""
    folder.write(replace(folder.record(), clean_up=[asdict(one) for one in undo]))


def _step(step: Step, plan: Plan, folder: RunFolder, watch: Watch, run: str) -> Failed | None:
    before, tries = "", 0
    while True:
        result = call(
            step.command,
            None if step.quiet else folder.log,
            watch.check,
            run=run,
            limit=step.limit,
        )
        if step.quiet and result.output != before:
            say(folder.log, result.output.strip()[-2000:])
            before = result.output
        verdict: Verdict = step.judge(result)
        if isinstance(verdict, Done):
            return None
        if isinstance(verdict, Again):
            tries = 0
        else:
            verdict = explained(verdict, result, plan.causes)
            tries += 1
            if verdict.final or tries >= step.tries:
                return Failed(f"{step.does}: {verdict.what}", verdict.do)
        _sleep(step.every, watch.check)


def _sleep(seconds: float, check: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        check()
        time.sleep(min(0.1, seconds))


def _outcome(folder: RunFolder) -> Failed | None:
    """Return why the notebook failed, from what came back; None if it ran to its end."""
    results = folder.path / "results.tgz"
    if results.exists():
        try:
            with tarfile.open(results) as archive:
                archive.extractall(folder.path, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            return Failed(f"results.tgz cannot be unpacked: {error}", "see log.txt")
        results.unlink()
    try:
        outcome = json.loads((folder.path / "outcome.json").read_text("utf-8"))
        return None if outcome["ok"] else Failed(str(outcome["what"]), str(outcome["do"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Failed("no word came back of how the notebook ended", "see log.txt")


def _page(folder: RunFolder, watch: Watch) -> None:
    """Make the page of a notebook that was stopped in the middle, if there is something to show."""
    # job.py, if it came to its end, has tried already.
    if not folder.output.exists() or (folder.path / "outcome.json").exists():
        return
    program = (sys.executable, "-P", job_program.__file__, str(folder.path), "--render")
    call(program, folder.log, watch.beat, limit=_RENDER_LIMIT)
