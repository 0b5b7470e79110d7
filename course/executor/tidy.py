"""Find runs that nobody looks after any more, clean up after them, and say that they failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course.executor import processes
from course.executor.engine import clean_up
from course.executor.folder import FAILED, Marker, Record, RunFolder
from course.executor.plan import Undo

WHAT = "the run was torn off: its heartbeat stopped (the machine went down, or it was killed)"
DO = "run it again"


def runs(below: Path) -> Iterator[RunFolder]:
    """Return the runs in and below a folder, by path; what a run's notebook wrote is not one."""
    folder = RunFolder(below)
    if folder.exists():
        yield folder
        return
    try:
        inside = sorted(path for path in below.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return
    for path in inside:
        yield from runs(path)


def tidy(folder: RunFolder) -> Marker | None:
    """Mark a torn run as failed, after its clean-up; call again what an earlier one left undone.

    Returns how the run ended, or None if it goes on.
    """
    marker = folder.marker()
    if marker is not None and not marker.left:
        return marker
    if marker is None and not folder.torn():
        return None
    record = folder.record()
    processes.end_all(record.id)
    left = clean_up(_undo(record, marker), folder, lambda: None, pause=1.0)
    was = marker or Marker(FAILED, WHAT, DO, _lasted(folder))
    ended = Marker(was.state, was.what, was.do, was.seconds, [list(c) for c in left])
    folder.finish(ended)
    return ended


def _undo(record: Record, marker: Marker | None) -> list[Undo]:
    if marker is None:
        return record.undo()
    noted = {one.command: one for one in record.undo()}
    return [noted.get(tuple(command), Undo(tuple(command))) for command in marker.left]


def _lasted(folder: RunFolder) -> float:
    try:
        return max(0.0, round(folder.heartbeat.stat().st_mtime - folder.record().started, 1))
    except FileNotFoundError:
        return 0.0
