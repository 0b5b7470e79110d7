"""What somebody asks for, checked and turned into a run that can start."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from course.errors import UsageError
from course.executor import notebook as notebooks
from course.executor.folder import Record, RunFolder
from course.executor.plan import Job
from course.executor.prices import estimate
from course.executor.targets import Target, by_name, filled


@dataclass(frozen=True)
class Request:
    """One run that somebody asks for.

    Attributes
    ----------
    notebook
        The file.
    folder
        Where the run's files go.
    target, options
        Where it runs, and the target's settings.
    parameters
        Values by name.
    inputs
        Files and folders that lie beside the notebook when it runs.
    deadline
        Seconds from the start of everything.
    """

    notebook: Path
    folder: Path
    target: str = "local"
    options: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Path, ...] = ()
    deadline: float = 3600.0


@dataclass(frozen=True)
class Prepared:
    """A request that has passed every check that can be made without starting anything."""

    request: Request
    target: Target
    notebook: notebooks.Notebook
    record: Record

    @property
    def folder(self) -> RunFolder:
        """The run's folder."""
        return RunFolder(self.request.folder)

    @property
    def job(self) -> Job:
        """The run as its target sees it."""
        record = self.record
        return Job(
            name=record.name,
            folder=self.request.folder,
            until=record.until,
            started=record.started,
            options=record.options,
            notebook=written(self.notebook),
            inputs=dict(zip(record.inputs, self.request.inputs, strict=True)),
        )


def prepare(request: Request) -> Prepared:
    """Check a request and number it.

    Raises
    ------
    CourseError
        With what to do, for a notebook, a parameter, an option or an input that will not do.
    """
    request = replace(request, folder=request.folder.absolute())
    target = by_name(request.target)
    options = filled(target, request.options)
    notebook = notebooks.with_parameters(notebooks.read(request.notebook), request.parameters)
    started = round(time.time(), 1)
    number = secrets.token_hex(8)
    record = Record(
        id=number,
        name=f"course-{slug(request.folder.name)[:30].strip('-')}-{number[:6]}",
        notebook=str(request.notebook),
        target=target.name,
        options=options,
        parameters=dict(request.parameters),
        inputs=_names(request.inputs, request.folder),
        digest=notebooks.digest(
            notebook, target=target.name, options=options, inputs=_stamps(request.inputs)
        ),
        started=started,
        until=started + request.deadline,
        cost=estimate(target.price(options), request.deadline),
    )
    return Prepared(request, target, notebook, record)


def slug(text: str) -> str:
    """Return a text as machines, containers and kernels may be called."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "run"


def written(notebook: notebooks.Notebook) -> bytes:
    """Return the bytes of input.ipynb."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _names(inputs: tuple[Path, ...], folder: Path) -> list[str]:
    for path in inputs:
        if not path.exists():
            raise UsageError("there is no such input", where=str(path), do="check the path")
        if folder.resolve().is_relative_to(path.resolve()):
            raise UsageError(
                "this input holds the run's own folder, so it would be copied into itself",
                where=str(path),
                do="give the files in it one by one, or another --runs folder",
            )
    names = [path.resolve().name for path in inputs]
    if len(set(names)) < len(names):
        raise UsageError("two inputs have the same name", do="rename one of them")
    return names


def _stamps(inputs: tuple[Path, ...]) -> list[tuple[str, int, int]]:
    # Size and time instead of the content: inputs may be large, and this is asked before each run.
    files = [
        (path, file)
        for path in inputs
        for file in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if file.is_file()
    ]
    return [
        (str(file.relative_to(path.parent)), file.stat().st_size, file.stat().st_mtime_ns)
        for path, file in files
    ]
