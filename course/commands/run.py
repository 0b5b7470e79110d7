"""``course run``, ``course runs`` and ``course targets``: a notebook as a job."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from course.commands.terminal import AsJson, err, explained, out, show_table
from course.errors import CourseError, UsageError
from course.executor import duration, notebook, sweep, table
from course.executor.folder import RUNNING, SUCCEEDED, Marker, RunFolder
from course.executor.request import Prepared, Request, prepare
from course.executor.script import as_script
from course.executor.start import finished
from course.executor.start import run as run_one
from course.executor.targets import TARGETS
from course.executor.tidy import runs as runs_below
from course.executor.tidy import tidy

Notebook = Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="The notebook (.ipynb).")]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters", "-p", metavar="NAME=VALUE", help="A parameter's value; may be repeated."
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option", "-o", metavar="NAME=VALUE", help="A target's setting; may be repeated."
    ),
]
Axes = Annotated[
    list[str] | None,
    typer.Option("--sweep", metavar="NAME=V1,V2,…", help="Run with each value; may be repeated."),
]
Inputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--input",
        metavar="PATH",
        help="A file or folder that the notebook finds beside itself; may be repeated.",
    ),
]
Below = Annotated[Path, typer.Argument(metavar="DIR", help="Where to look for runs.")]
# Packed bytes in a generated file, which nobody wants to read.
_PACKED = re.compile(r'(    "[A-Za-z0-9+/=]+"\n){3,}')


def add_to(app: typer.Typer) -> None:
    """Add the commands to an application."""
    for command in (run, runs, targets):
        app.command()(explained(command))


def run(
    path: Notebook,
    target: Annotated[
        str, typer.Option(metavar="NAME", help="Where: see `course targets`.")
    ] = "local",
    parameters: Parameters = None,
    option: Options = None,
    inputs: Inputs = None,
    deadline: Annotated[
        str, typer.Option(metavar="TIME", help="After this it is stopped: 90s, 30m, 2h.")
    ] = "1h",
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The run's folder in `--runs`; made of notebook and time, if not given.",
        ),
    ] = "",
    folder: Annotated[
        Path, typer.Option("--runs", metavar="DIR", help="Where runs are kept.")
    ] = Path("runs"),
    axes: Axes = None,
    parallel: Annotated[int, typer.Option(min=1, metavar="N", help="Runs of a sweep at once.")] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Run a notebook as a job, here or on a rented machine.

    Example: course run lesson.ipynb -p epochs=20 --deadline 30m

    It gets a fresh kernel, a folder of its own, a deadline, and a clean-up in every case. Last
    comes the file `SUCCEEDED` or `FAILED`. With `--sweep` it is one run for each combination of
    the values; the same command again runs only what has not succeeded.

    Exit code 1: the notebook failed, was stopped, or could not be started; of a sweep, one did.
    """
    named = name or (path.stem if axes else f"{path.stem}-{time.strftime('%Y%m%d-%H%M%S')}")
    if Path(named).name != named or named.startswith("."):
        raise UsageError(f"'{named}' cannot be the name of a folder", do="give another --name")
    request = Request(
        notebook=path,
        folder=folder / named,
        target=target,
        options=dict(notebook.assignment(text) for text in option or ()),
        parameters={
            key: notebook.value(right)
            for key, right in (notebook.assignment(text) for text in parameters or ())
        },
        inputs=tuple(inputs or ()),
        deadline=duration.seconds(deadline),
    )
    if dry_run:
        first = sweep.requests(request, axes)[0] if axes else request
        _show(prepare(first), as_json=as_json)
    elif axes:
        _sweep(request, axes, parallel, as_json=as_json)
    else:
        _single(request, as_json=as_json)


def _single(request: Request, *, as_json: bool) -> None:
    marker = finished(request)
    if marker is None:
        if not as_json:
            out.print(prepare(request).record.cost, markup=False)
            out.print(f"Files: {request.folder}", markup=False)
        with err.status("starting") as status:
            marker = run_one(request, lambda folder: status.update(_last(folder)), _note)
    elif not as_json:
        out.print("This very run has succeeded before; nothing to do.")
    if as_json:
        out.print_json(json.dumps(_as_dict(RunFolder(request.folder), marker)))
    else:
        _say(RunFolder(request.folder), marker)
    raise typer.Exit(0 if marker.state == SUCCEEDED else 1)


def _sweep(request: Request, axes: list[str], parallel: int, *, as_json: bool) -> None:
    wanted = sweep.requests(request, axes)
    if not as_json:
        out.print(f"{len(wanted)} runs, {parallel} at a time, in {request.folder}", markup=False)
        out.print(f"Each: {prepare(wanted[0]).record.cost}", markup=False)
    order = {one.folder.absolute(): number for number, one in enumerate(wanted)}
    results = request.folder / "results.csv"
    rows: list[sweep.Row] = []
    for row in sweep.sweep(wanted, parallel, _note):
        rows.append(row)
        rows.sort(key=lambda row: order[row.folder.path.absolute()])
        # After each run, so that a sweep that is stopped leaves the table so far.
        table.write_csv(rows, results)
        if not as_json:
            before = "" if row.again else " (before)"
            out.print(f"{row.folder.path.name}: {row.marker.state}{before}", markup=False)
    heads, lines = table.columns(rows)
    if as_json:
        out.print_json(json.dumps([dict(zip(heads, line, strict=True)) for line in lines]))
    else:
        # The folder's name is made of the parameters, which are there already.
        show_table(str(results), heads[:-1], [[_cell(value) for value in x[:-1]] for x in lines])
        out.print(f"The table: {results}", markup=False)
    raise typer.Exit(0 if all(row.marker.state == SUCCEEDED for row in rows) else 1)


def runs(below: Below = Path("runs"), as_json: AsJson = False) -> None:  # noqa: FBT002
    """Say how runs ended or that they go on; clean up after those that were torn off.

    Example: course runs

    A run is torn off when nobody looks after it any more, for example since the machine went down.
    It is marked as failed, and what it started and may still cost money is removed. A clean-up
    that failed before is tried again.
    """
    found = [_seen(folder) for folder in runs_below(below)]
    if as_json:
        out.print_json(json.dumps(found))
        return
    rows = [
        [run["folder"], run["target"], run["state"], duration.words(run["seconds"]), run["what"]]
        for run in found
    ]
    show_table(f"Runs in {below}", ["run", "target", "state", "time", "why"], rows)
    for run in found:
        _warn(run["left"])


def targets(as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the places a notebook can run, with their options.

    Example: course targets

    For each: the program that it needs, and what ends the job if this machine goes down.
    """
    if as_json:
        listed = [
            {
                "name": target.name,
                "what": target.what,
                "program": target.program,
                "insurance": target.insurance,
                "options": [asdict(one) for one in target.options],
            }
            for target in TARGETS
        ]
        out.print_json(json.dumps(listed))
        return
    for target in TARGETS:
        needs = f" Needs the command `{target.program}`." if target.program else ""
        out.print(f"{target.name}: {target.what}.{needs}", markup=False)
        out.print(f"  If this machine goes down: {target.insurance}.", markup=False)
        for one in target.options:
            values = f" ({', '.join(one.choices)})" if one.choices else ""
            default = "must be given" if one.default is None else f"default: {one.default or '-'}"
            out.print(f"  -o {one.name}=…  {one.what}{values}; {default}", markup=False)


def _show(prepared: Prepared, *, as_json: bool) -> None:
    job = prepared.job
    prepared.target.check(job)
    plan = prepared.target.plan(job)
    script = as_script(plan)
    if as_json:
        shown = {"cost": prepared.record.cost, "files": dict(plan.files), "script": script}
        out.print_json(json.dumps(shown))
        return
    plain = Console(highlight=False, soft_wrap=True)
    plain.print(f"Nothing was started. {prepared.record.cost}", markup=False)
    files = {"input.ipynb": "the notebook, parameters in it, outputs out of it\n", **plan.files}
    if "job.py" in files:
        files["job.py"] = "the program that runs the notebook; the same on every target\n"
    for name, text in files.items():
        plain.print(f"\n### {prepared.request.folder / name}\n", markup=False)
        plain.print(_PACKED.sub('    "…"\n', text), markup=False, end="")
    plain.print("\n### The commands\n", markup=False)
    plain.print(script, markup=False, end="")


def _seen(folder: RunFolder) -> dict[str, Any]:
    """Return what is known of a run; one that cannot be read hides no other."""
    try:
        return _as_dict(folder, tidy(folder))
    except CourseError as error:
        unknown = Marker("UNREADABLE", error.what, error.do)
        return {"folder": str(folder.path), "target": "", **asdict(unknown)}


def _last(folder: RunFolder) -> str:
    try:
        with folder.log.open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - 2000))
            lines = log.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return "starting"
    shown = next((line for line in reversed(lines) if line.strip()), "starting")
    return shown.strip()[:100].replace("[", r"\[")


def _note(line: str) -> None:
    err.print(line, markup=False)


def _say(files: RunFolder, marker: Marker) -> None:
    if marker.state == SUCCEEDED:
        out.print(f"SUCCEEDED in {duration.words(marker.seconds)}: {files.page}")
        return
    err.print(f"FAILED: {marker.what}.", style="red", markup=False)
    if marker.do:
        err.print(f"  What to do: {marker.do}.", markup=False)
    err.print(f"  The log: {files.log}", markup=False)
    _warn(marker.left)


def _warn(left: list[list[str]]) -> None:
    for command in left:
        err.print(
            f"  NOT CLEANED UP, it may cost money. Run: {' '.join(command)}",
            style="bold red",
            markup=False,
        )


def _as_dict(folder: RunFolder, marker: Marker | None) -> dict[str, Any]:
    record = folder.record()
    ended = asdict(marker or Marker(RUNNING, seconds=round(time.time() - record.started, 1)))
    known = {"folder": str(folder.path), "target": record.target, "cost": record.cost}
    return {**known, "parameters": record.parameters, **ended, "metrics": folder.metrics()}


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
