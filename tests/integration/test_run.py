"""`course run` on this machine, for real: kernels, deadlines, signals, and what is left behind."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook

from course.executor import processes
from course.executor.folder import Marker, RunFolder
from course.executor.tidy import WHAT, tidy

pytestmark = pytest.mark.integration

BIN = Path(__file__).parents[1] / "standins" / "bin"
PROGRAM = [sys.executable, "-P", "-c", "from course.cli import main; main()"]
# A child in a session of its own and without the run's mark: as hard to find as it gets.
ESCAPE = """\
import json, os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"],
                         start_new_session=True, env={})
pathlib.Path("part").write_text(json.dumps([os.getpid(), child.pid]))
os.rename("part", "pids.json")
time.sleep(300)"""


def notebook(path: Path, *cells: str, parameters: str = "") -> Path:
    made = [new_code_cell(cell) for cell in cells]
    if parameters:
        made.insert(0, new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    write(new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
    return path


@pytest.fixture
def standins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the programs that stand in for those which need an account."""
    home = tmp_path / "standins"
    home.mkdir()
    path = [str(BIN), str(Path(sys.executable).parent), os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    monkeypatch.setenv("STANDIN_HOME", str(home))
    return home


def course(cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )


def eventually(true: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    return not processes.alive(pid, processes.born(pid))


class Slow:
    """A run that sleeps, with the processes that it consists of."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = RunFolder(tmp_path / "runs" / "slow")
        path = notebook(tmp_path / "slow.ipynb", "print('begun', flush=True)", ESCAPE)
        self.caller = subprocess.Popen(
            [*PROGRAM, "run", str(path), "--name", "slow", "--deadline", "5m"],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        eventually((self.folder.artefacts / "pids.json").exists)
        self.pids = json.loads((self.folder.artefacts / "pids.json").read_text())
        self.keeper = self.folder.record().keeper["pid"]

    def ended(self) -> Marker:
        eventually(lambda: self.folder.marker() is not None)
        for pid in self.pids:
            assert gone(pid), f"process {pid} outlived its run"
        marker = self.folder.marker()
        assert marker is not None
        return marker


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    made = Slow(tmp_path)
    yield made
    for pid in (made.caller.pid, made.keeper, *made.pids):
        if not gone(pid):
            os.kill(pid, signal.SIGKILL)
    made.caller.communicate()


def test_a_run_leaves_notebook_page_artefacts_and_marker(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("7")
    path = notebook(
        tmp_path / "lesson.ipynb",
        "import json, pathlib, subprocess, sys\n"
        "seven = int(pathlib.Path('data.txt').read_text())\n"
        "pathlib.Path('metrics.json').write_text(json.dumps({'product': lr * seven}))\n"
        "print('lr is', lr)",
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "pathlib.Path('left.txt').write_text(str(left.pid))",
        parameters="lr = 1.0",
    )
    done = course(tmp_path, "run", path, "-p", "lr=0.5", "--input", "data.txt", "--name", "a")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCEEDED" in done.stdout
    folder = RunFolder(tmp_path / "runs" / "a")
    executed = json.loads(folder.output.read_text())
    assert any("lr is 0.5" in json.dumps(cell.get("outputs")) for cell in executed["cells"])
    assert "lr is 0.5" in folder.page.read_text()
    assert "lr is 0.5" in folder.log.read_text()
    assert folder.metrics() == {"product": 3.5}
    assert json.loads((folder.path / "parameters.json").read_text()) == {"lr": 0.5}
    assert folder.record().state == "SUCCEEDED"
    assert gone(int((folder.artefacts / "left.txt").read_text())), "it outlived its run"
    again = course(tmp_path, "run", path, "-p", "lr=0.5", "--input", "data.txt", "--name", "a")
    assert "succeeded before" in again.stdout


def test_a_cell_that_fails_ends_the_run_and_is_named(tmp_path: Path) -> None:
    path = notebook(tmp_path / "bad.ipynb", "print('before')", "1 / 0", "print('after')")
    done = course(tmp_path, "run", path, "--name", "bad", "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["state"] == "FAILED"
    assert said["what"] == "cell 2 (In [2]) failed: ZeroDivisionError: division by zero"
    folder = RunFolder(tmp_path / "runs" / "bad")
    assert "before" in folder.page.read_text()
    assert "after" not in json.dumps(
        [cell.get("outputs") for cell in json.loads(folder.output.read_text())["cells"]]
    )


def test_at_the_deadline_the_kernel_and_its_children_are_killed(tmp_path: Path) -> None:
    path = notebook(tmp_path / "slow.ipynb", "print('begun')", ESCAPE)
    done = course(tmp_path, "run", path, "--name", "slow", "--deadline", "8s")
    assert done.returncode == 1
    assert "the deadline passed" in done.stderr
    folder = RunFolder(tmp_path / "runs" / "slow")
    marker = folder.marker()
    assert marker is not None
    assert marker.seconds < 24, "the second line of defence had to end it"
    for pid in json.loads((folder.artefacts / "pids.json").read_text()):
        assert gone(pid)
    assert "begun" in folder.page.read_text()


def test_ctrl_c_ends_the_run_and_says_so(slow: Slow) -> None:
    slow.caller.send_signal(signal.SIGINT)
    _, said = slow.caller.communicate(timeout=60)
    assert slow.caller.returncode != 0
    assert "Traceback" not in said
    assert "Ctrl-C" in slow.ended().what
    assert "begun" in slow.folder.page.read_text()


def test_when_the_caller_is_killed_the_keeper_cleans_up(slow: Slow) -> None:
    slow.caller.kill()
    assert "the program that started it was killed" in slow.ended().what


def test_when_the_keeper_is_killed_too_the_run_is_torn(slow: Slow) -> None:
    os.kill(slow.keeper, signal.SIGKILL)
    slow.caller.kill()
    slow.caller.wait()
    # Nobody is left to end the kernel: it ends with its parents.
    eventually(lambda: gone(slow.pids[0]))
    assert slow.folder.torn()
    listed = course(slow.folder.path.parents[1], "runs", "--json")
    assert [run["what"] for run in json.loads(listed.stdout)] == [WHAT]
    assert slow.folder.record().state == "FAILED"


def test_a_heartbeat_that_stopped_tells_on_another_machine(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    record: dict[str, Any] = {
        "id": "none", "name": "x", "notebook": "x.ipynb", "target": "local", "options": {},
        "parameters": {}, "inputs": [], "digest": "", "started": time.time(), "until": 0.0,
        "cost": "", "keeper": {"pid": 1, "born": "0", "host": "another"},
    }  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(record))
    folder.beat()
    assert tidy(folder) is None
    os.utime(folder.heartbeat, (time.time() - 31, time.time() - 31))
    marker = tidy(folder)
    assert marker is not None
    assert marker.state == "FAILED"


def test_a_sweep_resumes_and_writes_one_table(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "grid.ipynb",
        "import json, pathlib\n"
        "if width == 8 and not pathlib.Path('../../../mended').exists():\n"
        "    raise ValueError('too wide')\n"
        "pathlib.Path('metrics.json').write_text(json.dumps({'loss': lr * width}))",
        parameters="lr = 1.0\nwidth = 1",
    )
    wanted = ["run", path, "--sweep", "lr=0.5", "--sweep", "width=4,8", "--parallel", "2"]
    first = course(tmp_path, *wanted)
    assert first.returncode == 1, first.stdout + first.stderr
    table = tmp_path / "runs" / "grid" / "results.csv"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [(row["width"], row["state"], row["loss"]) for row in rows] == [
        ("4", "SUCCEEDED", "2.0"),
        ("8", "FAILED", ""),
    ]
    assert "ValueError: too wide" in rows[1]["why"]
    (tmp_path / "runs" / "mended").touch()
    second = course(tmp_path, *wanted)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "lr-0.5_width-4: SUCCEEDED (before)" in second.stdout
    assert second.stderr.count("It goes on with what the attempt before left") == 1
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["loss"] for row in rows] == ["2.0", "4.0"]


def test_what_is_carried_away_runs_as_it_does_here(tmp_path: Path, standins: Path) -> None:
    (standins / "mode").write_text("real")
    (tmp_path / "data.txt").write_text("7")
    path = notebook(
        tmp_path / "away.ipynb",
        "import json, pathlib\n"
        "value = lr * int(pathlib.Path('data.txt').read_text())\n"
        "pathlib.Path('metrics.json').write_text(json.dumps({'product': value}))",
        "1 / 0",
        parameters="lr = 1.0",
    )
    done = course(
        tmp_path, "run", path, "-p", "lr=0.5", "--target", "colab-cli", "--input", "data.txt",
        "--name", "away", "--json",
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["what"] == "cell 4 (In [4]) failed: ZeroDivisionError: division by zero"
    assert said["metrics"] == {"product": 3.5}
    assert "ZeroDivisionError" in RunFolder(tmp_path / "runs" / "away").page.read_text()
    assert list((standins / "rented").iterdir()) == []


def test_a_machine_is_deleted_when_the_caller_is_killed(tmp_path: Path, standins: Path) -> None:
    (standins / "mode").write_text("never")
    path = notebook(tmp_path / "x.ipynb", "1")
    arguments = ["run", str(path), "--target", "gcloud", "-o", "bucket=b", "--name", "x"]
    caller = subprocess.Popen([*PROGRAM, *arguments], cwd=tmp_path, stdout=subprocess.DEVNULL)
    rented = standins / "rented"
    eventually(lambda: rented.exists() and any(rented.iterdir()))
    caller.kill()
    caller.wait()
    folder = RunFolder(tmp_path / "runs" / "x")
    eventually(lambda: folder.marker() is not None)
    assert list(rented.iterdir()) == []
    marker = folder.marker()
    assert marker is not None
    assert "the program that started it was killed" in marker.what
    assert marker.left == []
