"""A grid of runs: some at a time, resumed where it was left, in one table."""

from __future__ import annotations

import hashlib
import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from course.errors import UsageError
from course.executor import notebook
from course.executor.folder import Marker, RunFolder
from course.executor.request import Request, prepare
from course.executor.start import Running, finished, start

_PAUSE = 0.1


@dataclass(frozen=True)
class Row:
    """One run of a sweep and how it ended; `again` says whether it ran now or had run before."""

    folder: RunFolder
    parameters: Mapping[str, Any]
    marker: Marker
    again: bool

    @property
    def metrics(self) -> dict[str, Any]:
        """What the run wrote into metrics.json."""
        return self.folder.metrics()


def grid(axes: Sequence[str]) -> list[dict[str, Any]]:
    """Return every combination of ``["lr=0.1,0.01", "width=8,16"]``, the last axis fastest."""
    named = {}
    for axis in axes:
        key, right = notebook.assignment(axis)
        named[key] = [notebook.value(part) for part in right.split(",")]
    return [dict(zip(named, values, strict=True)) for values in itertools.product(*named.values())]


def requests(base: Request, axes: Sequence[str]) -> list[Request]:
    """Return one request for each point of the grid, each with a folder below the base's.

    Raises
    ------
    UsageError
        If two points are the same: two runs in one folder would remove each other's files.
    """
    points = {}
    for point in grid(axes):
        if name(point) in points:
            said = ", ".join(f"{key}={value}" for key, value in point.items())
            raise UsageError(f"the sweep has {said} twice", do="give each value once")
        points[name(point)] = point
    return [
        replace(base, folder=base.folder / folder, parameters={**base.parameters, **point})
        for folder, point in points.items()
    ]


def name(point: Mapping[str, Any]) -> str:
    """Return a point's name for its folder: the same each time, and another's for no other."""
    text = "_".join(f"{key}-{value}" for key, value in point.items())
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:60]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def sweep(
    wanted: Sequence[Request], parallel: int, say: Callable[[str], object] = lambda line: None
) -> Iterator[Row]:
    """Run what has not succeeded yet, at most `parallel` at a time; yield each run as it ends.

    `say` is called with a line on what became of an earlier run of a name.

    Whatever ends the loop over it, Ctrl-C too, the runs that go on are stopped and cleaned up.
    """
    for request in wanted:
        prepare(request)  # Every mistake in the grid, before anything starts.
    waiting, running = list(wanted), list[Running]()
    try:
        while waiting or running:
            while waiting and len(running) < parallel:
                request = waiting.pop(0)
                marker = finished(request)
                if marker is not None:
                    yield Row(RunFolder(request.folder), request.parameters, marker, again=False)
                else:
                    running.append(start(prepare(request), say))
            for one in list(running):
                if (marker := one.marker()) is not None:
                    running.remove(one)
                    yield Row(one.folder, one.prepared.request.parameters, marker, again=True)
            time.sleep(_PAUSE if running else 0)
    finally:
        for one in running:
            one.stop()
        for one in running:
            one.keeper.wait()
            one.marker()
