"""The process that looks after a run. It outlives whoever started it, to clean up after them."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from course.executor.engine import carry_out
from course.executor.folder import Marker, Record, RunFolder
from course.executor.plan import Job
from course.executor.processes import adopt_orphans, end_all, this_process
from course.executor.targets import by_name
from course.executor.watch import Watch


def job_of(record: Record, folder: RunFolder) -> Job:
    """Return the job a record describes."""
    return Job(
        name=record.name,
        folder=folder.path,
        until=record.until,
        started=record.started,
        options=record.options,
        notebook=folder.input.read_bytes(),
        inputs={name: folder.artefacts / name for name in record.inputs},
    )


def keep(folder: RunFolder, caller: int) -> Marker:
    """Look after the run in a folder from its start to its marker."""
    record = folder.record()
    plan = by_name(record.target).plan(job_of(record, folder))
    watch = Watch(folder, record.until + plan.grace, caller)
    folder.write(replace(record, keeper=this_process()))
    watch.beat()
    for name, text in plan.files.items():
        (folder.path / name).write_text(text, "utf-8")
    adopt_orphans()
    marker = carry_out(plan, folder, watch, record.id, lambda: end_all(record.id, (os.getpid(),)))
    folder.finish(marker)
    return marker


def main() -> None:
    """Look after the run in the folder named by the first argument."""
    keep(RunFolder(Path(sys.argv[1])), sys.stdin.fileno())


if __name__ == "__main__":
    main()
