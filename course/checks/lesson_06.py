"""Visible checks and hints of lesson 06, a notebook as a job."""

from __future__ import annotations

import copy
import itertools
import json
import math
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.checks import checks, written


def _code(source: str | list[str], *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def _notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells)}


def _pair(value: Any, what: str, parts: str) -> None:
    written(value, what)
    assert isinstance(value, tuple | list) and len(value) == 2, (
        f"{what} should return two things: {parts}."
    )


@checks(
    "parameters",
    needs=("with_parameters",),
    hints=(
        "Start with copy.deepcopy(notebook). Find the place of the tagged cell with enumerate and "
        "tags_of, compare the names with names_set_by(source_of(cell)), then use list.insert.",
        'lines = [f"{name} = {value!r}" for name, value in values.items()], then '
        'notebook["cells"].insert(place + 1, code("\\n".join(lines), '
        'tags=["injected-parameters"])). The !r writes quotes around text.',
    ),
    praise="values come in after the defaults, and wrong names are refused.",
)
def _parameters(with_parameters: Any) -> None:
    first, last = _code("depth = 2"), _code("print(lr)")
    notebook = _notebook(first, _code("lr = 0.5\nname = 'a'\nflag = None", "parameters"), last)
    before = copy.deepcopy(notebook)
    told = with_parameters(notebook, {"lr": 0.1, "name": "big net", "flag": True})
    written(told, "with_parameters")
    assert notebook == before, (
        "the notebook you were given has changed. Start with copy.deepcopy, which copies cells too."
    )
    cells = told["cells"]
    assert len(cells) == 4, f"three cells should become four, not {len(cells)}."
    tags = cells[2].get("metadata", {}).get("tags", [])
    assert "injected-parameters" in tags, (
        "the cell right after the defaults should be the new one, tagged injected-parameters."
    )
    source = "".join(cells[2]["source"])
    set_by: dict[str, Any] = {}
    try:
        exec(source, set_by)  # noqa: S102 - the student's own code, in the student's own kernel
    except (SyntaxError, NameError) as error:
        raise AssertionError(
            f"the new cell does not run as Python ({error}). How does repr() write a value?"
        ) from error
    got = {name: set_by.get(name) for name in ("lr", "name", "flag")}
    assert got == {"lr": 0.1, "name": "big net", "flag": True}, (
        f"lr, name and flag should be 0.1, 'big net' and True. The new cell sets them to {got}."
    )
    said = _refusal(with_parameters, notebook, "rl", "the name `rl`, which no cell sets,")
    assert "rl" in said and all(name in said for name in ("lr", "name", "flag")), (
        "the error for an unknown name should hold that name and all known ones."
    )
    _refusal(with_parameters, notebook, "depth", "a name that only an untagged cell sets")
    _refusal(with_parameters, _notebook(first, last), "lr", "a notebook without the tag")


def _refusal(with_parameters: Any, notebook: dict[str, Any], name: str, what: str) -> str:
    try:
        with_parameters(notebook, {name: 0.1})
    except ValueError as error:
        return str(error)
    except (IndexError, KeyError, TypeError, NameError) as error:
        raise AssertionError(
            f"{what} should lead to a ValueError of yours, not to a {type(error).__name__}."
        ) from error
    raise AssertionError(f"{what} was not refused: it should lead to a ValueError.")


@checks(
    "fail-loudly",
    needs=("run_cells",),
    hints=(
        "One try around the whole loop. An except that catches BaseException notes state and why; "
        "finally calls clean_up; the return comes after all of that.",
        "try: for number, cell in enumerate(executed['cells'], start=1): if it is a code cell, "
        "run_cell(cell, namespace). except BaseException as error: state, why = 'FAILED', "
        "f'cell {number}: {type(error).__name__}: {error}'. finally: clean_up().",
    ),
    praise="a failure stops the run, is reported, and nothing stays behind.",
)
def _fail_loudly(run_cells: Any) -> None:
    calls: list[int] = []
    prose = {"cell_type": "markdown", "metadata": {}, "source": "# not code"}
    good = _notebook(prose, _code("a = 20"), _code("print(a + 1)"))
    before = copy.deepcopy(good)
    report = _reported(run_cells, good, lambda: calls.append(1))
    assert report["state"] == "SUCCEEDED", (
        f"two good cells ended as {report['state']} ({report['why']}). Do they share a namespace?"
    )
    assert good == before, "the notebook you were given has changed: run a cleared copy."
    assert len(calls) == 1, f"after a success clean_up was called {len(calls)} times, not once."
    stale = _reported(run_cells, _notebook(_code("print(a)")), lambda: None)
    assert stale["state"] == "FAILED", (
        "a run knew the name `a` of the run before it: begin each run with a new, empty dictionary."
    )
    for source, name in (
        ("raise ValueError('too hot')", "ValueError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ):
        calls.clear()
        bad = _notebook(_code("print('before')"), prose, _code(source), _code("print('after')"))
        report = _reported(run_cells, bad, lambda: calls.append(1))
        assert report["state"] == "FAILED", f"cell 3 raised {name}, and the run is not FAILED."
        assert len(calls) == 1, f"after a {name} clean_up was called {len(calls)} times, not once."
        cells = report["notebook"]["cells"]
        assert not cells[3]["outputs"], "a cell after the failed one has run."
        assert cells[0]["outputs"], "what the first cell printed is lost in the report's notebook."
        why = str(report["why"])
        assert re.search(r"\b3\b", why) and name in why, (
            f"why should name cell 3 and {name}; it says '{why}'."
        )
    with tempfile.TemporaryDirectory() as folder:
        machine = Path(folder) / "machine"
        machine.touch()
        needs_it = _notebook(_code(f"open({str(machine)!r}).close()"))
        report = _reported(run_cells, needs_it, machine.unlink)
        assert report["state"] == "SUCCEEDED", "clean_up was called before the cells had run."


def _reported(run_cells: Any, notebook: dict[str, Any], clean_up: Callable[[], None]) -> Any:
    try:
        report = run_cells(notebook, clean_up)
    except (KeyboardInterrupt, SystemExit, ValueError) as error:
        raise AssertionError(
            f"a {type(error).__name__} in a cell came out of run_cells. It should be in the report."
        ) from error
    written(report, "run_cells")
    assert isinstance(report, dict) and {"state", "why", "notebook"} <= set(report), (
        "the report should be a dictionary with state, why and notebook."
    )
    assert isinstance(report["notebook"], dict) and "cells" in report["notebook"], (
        "the notebook in the report should be the executed copy, also after a failure."
    )
    return report


@checks(
    "run-contract",
    needs=("state_of",),
    hints=(
        "Four questions in order: is FAILED there, is SUCCEEDED there, when was the last sign of "
        "life, is that at most 30 seconds ago? Reading JSON goes into a try: half a file raises "
        "ValueError, a missing one OSError, a missing key KeyError.",
        "(folder / 'heartbeat').stat().st_mtime raises FileNotFoundError if there is none: only "
        "then read json.loads(...)['started'] from run.json. If that fails too, take -math.inf.",
    ),
    praise="a run that nobody looks after is no success.",
)
def _run_contract(state_of: Any) -> None:
    now = 1_700_000_000.0
    record = json.dumps({"state": "RUNNING", "started": now - 5000})
    failed = json.dumps({"state": "FAILED", "what": "cell 3: ValueError: no"})
    half = '{"state": "FAILED", "wh'
    table: list[tuple[str, dict[str, str], float | None, str, str | None]] = [
        ("a FAILED", {"run.json": record, "FAILED": failed}, 9, "FAILED", "cell 3: ValueError: no"),
        ("a SUCCEEDED", {"run.json": record, "SUCCEEDED": "{}"}, 9000, "SUCCEEDED", ""),
        ("both markers", {"FAILED": failed, "SUCCEEDED": "{}"}, 9, "FAILED", None),
        ("a half-written FAILED", {"FAILED": half}, 9, "FAILED", "the marker cannot be read"),
        ("no marker and a heartbeat of 29 s ago", {"run.json": record}, 29, "RUNNING", ""),
        ("no marker and a heartbeat of 31 s ago", {"run.json": record}, 31, "TORN", None),
        (
            "no marker, an old heartbeat, and SUCCEEDED in run.json",
            {"run.json": record.replace("RUNNING", "SUCCEEDED")},
            9000,
            "TORN",
            None,
        ),
        (
            "no heartbeat yet and a start of 5 s ago",
            {"run.json": json.dumps({"state": "RUNNING", "started": now - 5})},
            None,
            "RUNNING",
            "",
        ),
        ("no heartbeat and half a run.json", {"run.json": '{"sta'}, None, "TORN", None),
    ]
    for what, files, beat, state, why in table:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for file, text in files.items():
                (folder / file).write_text(text, "utf-8")
            if beat is not None:
                (folder / "heartbeat").write_text(f"{now - beat:.1f}\n", "utf-8")
                os.utime(folder / "heartbeat", (now - beat, now - beat))
            try:
                answer = state_of(folder, now)
            except (OSError, ValueError, KeyError) as error:
                raise AssertionError(
                    f"a folder with {what} made state_of raise {type(error).__name__}. A file that "
                    "is missing or half-written must not do that."
                ) from error
        _pair(answer, "state_of", "the state and the reason")
        assert answer[0] == state, f"a folder with {what} is {state}, not {answer[0]}."
        assert why is None or answer[1] == why, (
            f"a folder with {what}: the reason should be '{why}', not '{answer[1]}'."
        )


@checks(
    "run-name",
    needs=("run_name",),
    hints=(
        "Join names and values of sorted(point.items()), replace every unsafe character by a dash "
        "with re.sub, cut it, and add eight characters of a digest of the whole point.",
        "json.dumps(point, sort_keys=True) is a text that is the same whatever the order; "
        'hashlib.sha256(text.encode()).hexdigest()[:8] is its digest. re.sub(r"[^A-Za-z0-9._-]", '
        '"-", readable)[:60] is safe and short.',
    ),
    praise="names are stable, different, safe and readable.",
)
def _run_name(run_name: Any) -> None:
    point = {"lr": 0.1, "width": 8}
    name = run_name(point)
    written(name, "run_name")
    assert isinstance(name, str), f"a name is a {type(name).__name__}, not a text."
    assert all(part in name for part in ("lr", "0.1", "width", "8")), (
        f"lr 0.1 and width 8 should be readable in the name '{name}'."
    )
    assert run_name(point) == name, "asked twice, the same point got two different names."
    assert run_name({"width": 8, "lr": 0.1}) == name, (
        "with its parameters in another order the same point has another name."
    )
    values = ["a b", "a/b", "a-b", "../a", "ä", "ö", "x" * 200, "x" * 200 + "y", "1", 1]
    names = {value: run_name({"value": value}) for value in values}
    for value, got in names.items():
        shown = value if len(str(value)) < 20 else "a long text"
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", got), (
            f"'{got}', the name for '{shown}', has a character that is not safe."
        )
        assert len(got) <= 100, f"the name for {shown} has {len(got)} characters, more than 100."
    for one, two in itertools.combinations(values, 2):
        assert names[one] != names[two], (
            f"the values {_short(one)} and {_short(two)} lead to the same name."
        )


def _short(value: Any) -> str:
    return repr(value) if len(str(value)) < 20 else f"'{value[:3]}…{value[-3:]}'"


@checks(
    "sweep",
    needs=("sweep",),
    hints=(
        "itertools.product(*axes.values()) gives the values of all points in the right order; "
        "dict(zip(axes, values)) makes a point of them. Count the failures of this call.",
        "For each point: now = state(point). If now is neither SUCCEEDED nor RUNNING and failures "
        "< most_failures: now = run(point), and add 1 to failures if that is not SUCCEEDED. Then "
        "append (point, now), in every case.",
    ),
    praise="what is done is kept, what failed is tried again, and failures are limited.",
)
def _sweep(sweep: Any) -> None:
    ran, states = _swept(sweep, {}, 3)
    assert ran == [0, 1, 2, 3], "where nothing has run yet, all four points should run, in order."
    _states(states, ["SUCCEEDED"] * 4)
    ran, states = _swept(sweep, {0: "SUCCEEDED", 1: "FAILED", 2: "RUNNING", 3: "TORN"}, 1)
    assert 0 not in ran, "a point that had SUCCEEDED was run again."
    assert 2 not in ran, "a point that is RUNNING was started a second time."
    assert ran == [1, 3], "a point that had FAILED or was TORN was not run again, just once."
    _states(states, ["SUCCEEDED", "SUCCEEDED", "RUNNING", "SUCCEEDED"])
    ran, states = _swept(sweep, {}, 2, ends="FAILED")
    assert ran == [0, 1], f"every run failed and most_failures is 2, but {len(ran)} were started."
    _states(states, ["FAILED", "FAILED", None, None])


def _swept(
    sweep: Any, stood: dict[int, str], most: int, ends: str = "SUCCEEDED"
) -> tuple[list[int], list[Any]]:
    """Return which of four points a sweep ran, and the states that it returned."""
    grid = [{"lr": lr, "width": width} for lr in (0.1, 0.01) for width in (8, 16)]
    ran: list[int] = []

    def number(point: Any) -> int:
        assert point in grid, f"{point} is not a point of the grid."
        return grid.index(point)

    def run(point: Any) -> str:
        ran.append(number(point))
        return ends

    axes = {"lr": [0.1, 0.01], "width": [8, 16]}
    rows = sweep(axes, lambda point: stood.get(number(point)), run, most)
    written(rows, "sweep")
    assert isinstance(rows, list) and all(len(row) == 2 for row in rows), (
        "sweep should return a list of pairs: point and state."
    )
    assert [row[0] for row in rows] == grid, (
        "the list should hold all four points, also those that were not started, with the last "
        f"axis changing fastest. It holds {[row[0] for row in rows]}."
    )
    return ran, [row[1] for row in rows]


def _states(states: list[Any], wanted: list[Any]) -> None:
    assert states == wanted, f"the states in the end should be {wanted}, not {states}."


@checks(
    "table",
    needs=("table",),
    hints=(
        "list(dict.fromkeys(name for run in runs for name in run['metrics'])) collects the names "
        "of all runs in order. sorted(runs, key=rank) keeps the order of runs whose rank is equal.",
        "rank(run) returns (1, 0.0) for a run that did not succeed or whose metric is missing or "
        "nan, else (0, value). A line uses run['metrics'].get(name, '').",
    ),
    praise="the best run is on top, and nothing is hidden.",
)
def _table(table: Any) -> None:
    good = {"point": {"lr": 0.1}, "state": "SUCCEEDED", "metrics": {"loss": 0.5}, "why": ""}
    best = {
        "point": {"lr": 0.2, "width": 8},
        "state": "SUCCEEDED",
        "metrics": {"loss": 0.25, "time": 3},
        "why": "",
    }
    dead = {"point": {"lr": 9.0}, "state": "FAILED", "metrics": {"loss": 0.1, "gb": 2}, "why": "no"}
    none = {"point": {"lr": 0.3}, "state": "SUCCEEDED", "metrics": {}, "why": ""}
    nan = {"point": {"lr": 0.4}, "state": "SUCCEEDED", "metrics": {"loss": math.nan}, "why": ""}
    runs = [nan, dead, good, none, best]
    before = list(runs)
    result = table(runs, "loss")
    _pair(result, "table", "the heads and the lines")
    assert runs == before, "the list of runs has changed: use sorted(), which makes a new list."
    heads, lines = list(result[0]), [list(line) for line in result[1]]
    wanted = ["lr", "width", "state", "loss", "gb", "time", "why"]
    assert heads == wanted, f"the heads should be {wanted}, not {heads}."
    assert len(lines) == len(runs), f"five runs should give five lines, not {len(lines)}."
    order = [line[0] for line in lines]
    assert order[:2] == [0.2, 0.1], (
        f"the runs that succeeded and have a loss come first, lr 0.2 and 0.1; here it is {order}. "
        "A failed run is no candidate, and nan counts as missing."
    )
    assert order[2:] == [0.4, 9.0, 0.3], (
        f"the others come after them in the order in which they came: 0.4, 9.0, 0.3; not {order}."
    )
    entry = lines[order.index(0.3)]
    assert entry == [0.3, "", "SUCCEEDED", "", "", "", ""], (
        f"what a run does not have should be an empty text; here a line is {entry}."
    )
