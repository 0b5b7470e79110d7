"""The results of several runs as one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course.executor.sweep import Row
from course.files import write_atomic


def columns(rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    """Return the heads and the lines: parameters, state, seconds, metrics, and why it failed."""
    parameters = _names(row.parameters for row in rows)
    metrics = _names(row.metrics for row in rows)
    # A metric may have the name of a parameter.
    heads = [*parameters, "state", "seconds"]
    heads += [name if name not in heads else f"metrics.{name}" for name in metrics]
    lines = []
    for row in rows:
        found = row.metrics
        line = [row.parameters.get(name, "") for name in parameters]
        line += [row.marker.state, row.marker.seconds]
        line += [found.get(name, "") for name in metrics]
        lines.append([*line, row.marker.what, str(row.folder.path)])
    return [*heads, "why", "folder"], lines


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write the table."""
    heads, lines = columns(rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows(lines)
    write_atomic(path, out.getvalue().encode())


def _names(dictionaries: Any) -> list[str]:
    return list(dict.fromkeys(name for dictionary in dictionaries for name in dictionary))
