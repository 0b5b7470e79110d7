"""Call one program: its output into the log, its end waited for, all it started ended with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from course.executor.job import die_with_parent
from course.executor.plan import Command, Result
from course.executor.processes import MARK, end_all

_TAIL = 64_000
_PAUSE = 0.05


def call(
    command: Command,
    log: Path | None,
    check: Callable[[], None],
    *,
    run: str = "",
    limit: float | None = None,
) -> Result:
    """Call a program and return how it ended.

    Parameters
    ----------
    command
        The program and its arguments; never a shell's text.
    log
        Where its output goes while it runs; None, or a log that cannot be opened, keeps it for the
        result only.
    check
        Called many times a second; what it raises ends the program and is raised on.
    run
        The mark its processes carry. Whatever carries it is killed when the program ends, and
        when `check` raises. Empty: only the program's own group is.
    limit
        Seconds after which the program is killed.
    """
    with _opened(log) as out:
        begin = out.seek(0, os.SEEK_END)
        try:
            child = subprocess.Popen(  # noqa: S603 - that is what this is for
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **({MARK: run} if run else {})},
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        except OSError as error:
            return Result(command, 127, f"{command[0]}: {error.strerror}")
        try:
            hung = _wait(child, check, limit)
        finally:
            _end(child, run)
        out.seek(max(begin, out.seek(0, os.SEEK_END) - _TAIL))
        return Result(command, child.returncode, out.read(_TAIL).decode("utf-8", "replace"), hung)


def _opened(log: Path | None) -> IO[bytes]:
    if log:
        with contextlib.suppress(OSError):
            return log.open("a+b")
    # In memory where that can be had, since the disk may be full.
    memory = getattr(os, "memfd_create", None)
    return os.fdopen(memory("output"), "w+b") if memory else tempfile.TemporaryFile()


def _wait(child: subprocess.Popen[bytes], check: Callable[[], None], limit: float | None) -> float:
    started = time.monotonic()
    while child.poll() is None:
        check()
        if limit is not None and time.monotonic() - started > limit:
            return limit
        time.sleep(_PAUSE)
    return 0.0


def _end(child: subprocess.Popen[bytes], run: str) -> None:
    if run:
        end_all(run, (child.pid,) if child.returncode is None else ())
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
