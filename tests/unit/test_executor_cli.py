"""`course run`, `runs` and `targets` from the terminal, without anything being run."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from executor_contract import BIN, a_notebook
from typer.testing import CliRunner

from course.commands import application
from course.executor.folder import RunFolder
from course.executor.prices import Price, estimate, machine

ALONE = """\
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in {hidden} else find(name, *more)
from course.cli import main
sys.argv = ["course", *sys.argv[1:]]
main()
"""


RECORD = {
    "id": "1", "name": "x", "notebook": "x.ipynb", "target": "local", "options": {},
    "parameters": {"lr": 1}, "inputs": [], "digest": "", "started": 0.0, "until": 1.0,
    "cost": "Free.",
}  # fmt: skip


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(application(), [str(argument) for argument in arguments])


def alone(hidden: set[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command where some packages are not installed."""
    code = ALONE.format(hidden=hidden)
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_students_have_the_command_without_the_instructors_code() -> None:
    done = alone({"autograder"}, "--help")
    assert done.returncode == 0, done.stderr
    for name in ("run", "runs", "targets"):
        assert f" {name} " in done.stdout
    assert "grade" not in done.stdout


def test_instructors_have_both() -> None:
    done = alone(set(), "--help")
    assert done.returncode == 0, done.stderr
    for name in ("run", "runs", "targets", "grade", "build"):
        assert f" {name} " in done.stdout


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_terminals_packages_one_sentence_says_what_to_install(missing: str) -> None:
    done = alone({missing}, "run")
    assert done.returncode == 1
    assert "pip install typer rich papermill" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_papermill_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *m: None if name == "papermill" else find(name)
    )
    done = invoke("run", a_notebook(tmp_path / "x.ipynb"), "--runs", tmp_path / "runs")
    assert done.exit_code == 1
    assert "papermill cannot be imported here" in done.stderr
    assert "python -m pip install papermill ipykernel" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_command_does_not_load_what_runs_notebooks() -> None:
    code = (
        "import sys\nimport course.commands.run, course.executor.start\n"
        "print({n.split('.')[0] for n in sys.modules} & "
        "{'papermill', 'nbclient', 'nbformat', 'nbconvert', 'torch', 'numpy', 'autograder'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_dry_run_shows_files_and_commands_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    path = a_notebook(tmp_path / "x.ipynb")
    done = invoke(
        "run", path, "--target", "gcloud", "-o", "bucket=b", "-o", "gpu=L4", "--deadline", "30m",
        "--dry-run", "--runs", tmp_path / "runs",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "At most 0.36 USD: 30 min at 0.71 USD an hour" in done.stdout
    assert "Check the current price: https://" in done.stdout
    assert "gcloud compute instances create course-x-" in done.stdout
    assert "startup.sh" in done.stdout
    assert not (tmp_path / "runs").exists()
    shown = invoke("run", path, "--target", "colab-cli", "--dry-run", "--json")
    assert "colab stop -s course-x-" in json.loads(shown.stdout)["script"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--deadline", "soon"], "'soon' is not a length of time"),
        (["--target", "moon"], "there is no target 'moon'"),
        (["-p", "lr"], "'lr' is not of the form name=value"),
        (["-p", "lr=1"], "has the tag 'parameters'"),
        (["--sweep", "lr=1,2"], "has the tag 'parameters'"),
        (["--input", "none.csv"], "there is no such input"),
        (["--name", "../up"], "cannot be the name of a folder"),
        (["--target", "gcloud"], "needs the option 'bucket'"),
    ],
)
def test_wrong_use_ends_with_2_and_advice(tmp_path: Path, arguments: list[str], words: str) -> None:
    path = a_notebook(tmp_path / "x.ipynb")
    done = invoke("run", path, "--runs", tmp_path / "runs", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "What to do" in done.stderr


def test_a_missing_program_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = a_notebook(tmp_path / "x.ipynb")
    done = invoke("run", path, "--target", "colab-cli", "--runs", tmp_path / "runs")
    assert done.exit_code == 1
    assert "there is no `colab` command here" in done.stderr
    assert "uv tool install google-colab-cli" in done.stderr


def test_a_folder_that_is_no_run_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    (tmp_path / "runs" / "mine" / "thesis.txt").write_text("years")
    path = a_notebook(tmp_path / "x.ipynb")
    done = invoke("run", path, "--runs", tmp_path / "runs", "--name", "mine")
    assert done.exit_code == 2
    assert "holds no run" in done.stderr
    assert (tmp_path / "runs" / "mine" / "thesis.txt").exists()


def test_runs_lists_how_each_ended(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(RECORD))
    (tmp_path / "a" / "SUCCEEDED").write_text('{"state": "SUCCEEDED", "seconds": 3.0}')
    listed = json.loads(invoke("runs", tmp_path, "--json").stdout)
    assert [run["state"] for run in listed] == ["SUCCEEDED", "FAILED"]
    assert "its heartbeat stopped" in listed[1]["what"]
    assert RunFolder(tmp_path / "b").marker() is not None
    table = invoke("runs", tmp_path).stdout
    assert "SUCCEEDED" in table


def test_what_a_notebook_calls_run_json_hides_no_run(tmp_path: Path) -> None:
    artefacts = tmp_path / "a" / "artefacts"
    artefacts.mkdir(parents=True)
    (artefacts / "run.json").write_text('{"lr": 0.1}')
    for name, text in {"a": json.dumps(RECORD), "b": "[]", "c": json.dumps(RECORD)}.items():
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "run.json").write_text(text)
    listed = json.loads(invoke("runs", tmp_path, "--json").stdout)
    assert [(Path(run["folder"]).name, run["state"]) for run in listed] == [
        ("a", "FAILED"),
        ("b", "UNREADABLE"),
        ("c", "FAILED"),
    ]
    assert listed[1]["what"] == "run.json cannot be read"
    table = invoke("runs", tmp_path)
    assert table.exit_code == 0
    assert "UNREADABLE" in table.stdout


def test_targets_lists_every_target() -> None:
    listed = json.loads(invoke("targets", "--json").stdout)
    assert [target["name"] for target in listed][:3] == ["local", "docker", "gcloud"]
    assert "-o bucket=…" in invoke("targets").stdout


def test_a_cost_is_hours_times_price_or_said_to_be_unknown() -> None:
    assert estimate(Price(0, "yours"), 60) == "Free: yours."
    assert "At most 1.00 USD: 2 h at 0.50 USD an hour" in estimate(Price(0.5, "x"), 7200)
    assert "Cost unknown" in estimate(machine("z9", "T4", spot=False), 60)
    assert "Check the current price" in estimate(machine("z9", "T4", spot=False), 60)


def test_the_stand_ins_are_programs() -> None:
    for name in ("docker", "gcloud", "kaggle", "colab"):
        assert (BIN / name).stat().st_mode & 0o111
