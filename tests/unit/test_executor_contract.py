"""What a run leaves is what its contract says: real records, held against `run.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import pytest
from executor_contract import CONTRACT, a_notebook, breach, records
from typer.testing import CliRunner

from autograder import schema
from course.commands import application
from course.executor.folder import Marker, Record, RunFolder
from course.executor.plan import Undo
from course.executor.processes import this_process

PARTS = CONTRACT["$defs"]
_TYPES: dict[Any, str] = {
    str: "string", float: "number", dict: "object", list: "array", tuple: "array",
}  # fmt: skip


def mistake(part: str, value: Any) -> tuple[str, str] | None:
    """The first mistake in one part of the records."""
    return schema.mistake({"$ref": f"#/$defs/{part}", "$defs": PARTS}, value)


def command(*arguments: object) -> Any:
    """What a command prints for programs."""
    done = CliRunner().invoke(application(), [*map(str, arguments), "--json"])
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `course run` says of two real runs, one of which fails."""
    root = tmp_path_factory.mktemp("contract")
    told = {}
    for name, last in {
        "good": "open('metrics.json', 'w').write('{\"loss\": 1}')",
        "bad": "1/0",
    }.items():
        path = a_notebook(root / f"{name}.ipynb", "print('hello')", last)
        told[name] = command("run", path, "--name", name, "--runs", root / "runs")
    return told


def test_the_records_of_a_run_that_succeeded_are_as_they_should_be(ended: dict[str, Any]) -> None:
    folder = RunFolder(Path(ended["good"]["folder"]))
    assert breach(folder) is None
    assert set(records(folder)) == set(CONTRACT["properties"]) - {"FAILED"}
    assert records(folder)["run.json"]["keeper"].keys() == this_process().keys()


def test_the_records_of_a_run_that_failed_are_as_they_should_be(ended: dict[str, Any]) -> None:
    folder = RunFolder(Path(ended["bad"]["folder"]))
    assert breach(folder) is None
    assert "SUCCEEDED" not in records(folder)
    assert "ZeroDivisionError" in records(folder)["FAILED"]["what"]


Break = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda all_: all_["run.json"].pop("until"), "'run.json': 'until' is missing"),
        (lambda all_: all_["run.json"].update(started="noon"), "'started' is not a number: 'noon'"),
        (lambda all_: all_["run.json"].update(digest="abc"), "is not a SHA-256 in 64"),
        (lambda all_: all_["run.json"].update(keeper={"pid": 1}), "'keeper' breaks the rule anyOf"),
        (lambda all_: all_["run.json"].update(colour="red"), "no entry 'colour'"),
        (lambda all_: all_["SUCCEEDED"].update(state="FAILED"), "'SUCCEEDED', 'state' is not"),
        (lambda all_: all_["SUCCEEDED"].update(left=["rm"]), "'left', no. 1 is not a list: 'rm'"),
        (lambda all_: all_["outcome.json"].update(ok="yes"), "'ok' is not a truth value: 'yes'"),
        (lambda all_: all_.pop("SUCCEEDED"), "it breaks the rule oneOf"),
        (lambda all_: all_.update(FAILED={"state": "FAILED"}), "it breaks the rule oneOf"),
        (lambda all_: all_.pop("run.json"), "'run.json' is missing"),
    ],
)
def test_broken_records_are_refused(ended: dict[str, Any], spoil: Break, what: str) -> None:
    whole = records(RunFolder(Path(ended["good"]["folder"])))
    spoil(whole)
    found = schema.mistake(CONTRACT, whole)
    assert found is not None
    assert what in found[0]


def test_what_the_commands_print_for_programs_is_as_it_should_be(ended: dict[str, Any]) -> None:
    runs = Path(ended["good"]["folder"]).parent
    (runs / "torn").mkdir(exist_ok=True)
    (runs / "torn" / "run.json").write_text("[]")
    listed = command("runs", runs)
    assert [run["state"] for run in listed] == ["FAILED", "SUCCEEDED", "UNREADABLE"]
    for report in [*ended.values(), *listed]:
        assert mistake("report", report) is None
    assert mistake("report", {**listed[0], "metrics": 7}) is not None


@pytest.mark.parametrize(("part", "kind"), [("record", Record), ("marker", Marker), ("undo", Undo)])
def test_the_schema_has_the_entries_of_the_code(part: str, kind: type) -> None:
    entries, known = PARTS[part]["properties"], fields(kind)
    assert list(entries) == [field.name for field in known]
    if part != "undo":  # An `Undo` is written with all it has.
        assert PARTS[part]["required"] == [field.name for field in known if not _default(field)]
    types = get_type_hints(kind)
    for name, entry in entries.items():
        if "type" in entry:
            assert entry["type"] == _TYPES[get_origin(types[name]) or types[name]], name


def _default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def test_defaults_in_the_schema_are_those_of_the_code() -> None:
    for part, kind in {"record": Record, "marker": Marker}.items():
        for field in filter(_default, fields(kind)):
            made = field.default if field.default is not MISSING else field.default_factory()
            assert made == PARTS[part]["properties"][field.name].get("default", made), field.name
