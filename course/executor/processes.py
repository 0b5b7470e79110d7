"""End everything a run started, wherever it has hidden: a kernel leaves its parent's group."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

MARK = "COURSE_RUN"
_CHILD_SUBREAPER = 36
_PROC = Path("/proc")


def end_all(run: str, roots: tuple[int, ...] = (), patience: float = 5.0) -> int:
    """Kill the processes below `roots` and those that carry the run's mark; return how many.

    The mark is an environment variable that every child inherits, so a process that was orphaned
    or made itself a session is found too. Kills again until nothing is left, or patience ends.
    """
    ended: set[int] = set()
    until = time.monotonic() + patience
    while found := _living(run, roots) - {os.getpid()}:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        ended |= found
        if time.monotonic() > until:
            break
        time.sleep(0.02)
    return len(ended)


def adopt_orphans() -> None:
    """Make this process the parent of everything below it that loses its own (Linux only).

    So what a notebook started and cut off from its kernel is still found below this process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)


def born(pid: int) -> str:
    """Return a text that tells this process from a later one of the same number; empty if gone."""
    fields = _stat(pid)
    if fields is None:
        return ""
    return fields[19] if fields else "unknown"


def this_process() -> dict[str, Any]:
    """Return number, birth and machine of this process, for another that asks whether it lives."""
    return {"pid": os.getpid(), "born": born(os.getpid()), "host": socket.gethostname()}


def alive(pid: int, birth: str) -> bool:
    """Say whether the process born then is still there, and no zombie."""
    fields = _stat(pid)
    return bool(birth) and born(pid) == birth and (not fields or fields[0] != "Z")


def _living(run: str, roots: tuple[int, ...]) -> set[int]:
    if not _PROC.joinpath("self/stat").exists():
        return _living_elsewhere(run, roots)
    parents, states = {}, {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            states[int(entry.name)], parents[int(entry.name)] = fields[0], int(fields[1])
    found = {pid for pid in roots if pid in parents} | {pid for pid in parents if _marked(pid, run)}
    while new := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= new
    return {pid for pid in found if states[pid] != "Z"}


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the state on; None if there is no such process."""
    if not _PROC.joinpath("self/stat").exists():
        try:
            os.kill(pid, 0)
        except PermissionError:
            return []
        except OSError:
            return None
        return []
    try:
        # The second field is the name, in brackets, and may hold brackets and spaces itself.
        return (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None


def _marked(pid: int, run: str) -> bool:
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"{MARK}={run}".encode() in environment.split(b"\0")


def _living_elsewhere(run: str, roots: tuple[int, ...]) -> set[int]:
    """Without /proc, psutil (which ipykernel brings) knows; without both, only `roots` are."""
    try:
        import psutil
    except ImportError:
        return {pid for pid in roots if _stat(pid) is not None}
    found: set[int] = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid in roots or process.environ().get(MARK) == run:
                found |= {process.pid, *(child.pid for child in process.children(recursive=True))}
    return found
