"""The start-up script of a rented machine, run for real with a folder for a bucket."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from executor_contract import Standins, prepared

JOB = """\
import json, pathlib, sys, tarfile, time
{body}
pathlib.Path("outcome.json").write_text(json.dumps({{"ok": True, "what": "", "do": ""}}))
pathlib.Path("artefacts/weights").write_text("w")
with tarfile.open("results.tgz", "w:gz") as archive:
    archive.add("outcome.json")
"""
# The Python of the machine: it has PyTorch and papermill, and runs the job.
PYTHON = """\
#!/bin/sh
[ "$1" = -c ] && exit 0
exec {python} "$@"
"""


class Machine:
    """A machine that is a folder, with its script and its bucket."""

    def __init__(self, tmp_path: Path, standins: Standins, **more: Any) -> None:
        made = prepared(tmp_path, "gcloud", options={"bucket": "b", **more}, deadline=600.0)
        self.name, self.standins = made.record.name, standins
        self.bucket = standins.home / "bucket" / "b" / self.name
        self.work = tmp_path / "machine"
        self.bin = tmp_path / "bin"
        self.bin.mkdir()
        self.command("python3", PYTHON.format(python=f"{sys.executable} -S"))
        self.plan = made.target.plan(made.job)
        self.until = f"{made.job.until:.0f}"
        (standins.home / "rented").mkdir()
        (standins.home / "rented" / self.name).touch()

    def command(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def stage(self, body: str = "") -> None:
        self.bucket.mkdir(parents=True)
        (self.bucket / "input.ipynb").write_text("{}")
        (self.bucket / "job.py").write_text(JOB.format(body=body))

    def script(self, name: str = "startup.sh") -> str:
        text = self.plan.files[name].replace("/var/course-run", str(self.work))
        # Not this machine's own Pythons, and quicker than a driver takes.
        text = text.replace("/opt/", f"{self.work}/opt/").replace("/usr/bin/python3", "/none")
        return text.replace("sleep 10", "sleep 0.01").replace("try * 10", "try / 9")

    def start(self, text: str) -> subprocess.Popen[bytes]:
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, "PATH": path}
        return subprocess.Popen(["bash", "-c", text], env=env, start_new_session=True)

    def run(self, text: str) -> None:
        started = self.start(text)
        try:
            started.wait(timeout=30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)

    def outcome(self) -> Any:
        return json.loads((self.bucket / "outcome.json").read_text())


@pytest.fixture
def machine(tmp_path: Path, standins: Standins) -> Machine:
    return Machine(tmp_path, standins, gpu="none")


def test_it_runs_the_job_gives_back_and_deletes_itself(machine: Machine) -> None:
    machine.stage()
    machine.run(machine.script())
    assert machine.outcome()["ok"] is True
    assert (machine.bucket / "results.tgz").exists()
    assert (machine.bucket / "machine.log").exists()
    assert (machine.bucket / "artefacts" / "weights").read_text() == "w"
    assert machine.standins.running() == []


@pytest.mark.parametrize("body", ["sys.exit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_job_that_ends_without_a_word_is_reported(machine: Machine, body: str) -> None:
    machine.stage(body)
    machine.run(machine.script())
    assert "ended without a word" in machine.outcome()["what"]
    assert machine.standins.running() == []


def test_a_bucket_that_cannot_be_read_is_reported(machine: Machine) -> None:
    machine.run(machine.script())
    assert "staged files could not be read" in machine.outcome()["what"]
    assert machine.standins.running() == []


def test_a_driver_that_does_not_come_up_is_reported(tmp_path: Path, standins: Standins) -> None:
    machine = Machine(tmp_path, standins, gpu="T4")
    machine.command("nvidia-smi", "#!/bin/sh\necho 'no driver' >&2; exit 9\n")
    machine.stage()
    machine.run(machine.script())
    assert "driver did not come up" in machine.outcome()["what"]
    assert standins.running() == []


def test_the_guard_deletes_the_machine_at_the_deadline_even_if_it_hangs(machine: Machine) -> None:
    machine.stage("time.sleep(60)")
    soon = f"{time.time() + 3:.0f}"
    started = machine.start(machine.script().replace(machine.until, soon))
    try:
        until = time.monotonic() + 20
        while machine.standins.running():
            assert time.monotonic() < until, "the machine is still there"
            time.sleep(0.1)
        assert started.poll() is None, "the script itself had ended"
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def test_a_machine_that_is_taken_away_says_so(machine: Machine) -> None:
    machine.stage("pathlib.Path('output.ipynb').write_text('half'); time.sleep(60)")
    started = machine.start(machine.script())
    try:
        until = time.monotonic() + 20
        while not (machine.work / "output.ipynb").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        machine.run(machine.script("shutdown.sh"))
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    assert "spot machines are taken away" in machine.outcome()["what"]
    assert (machine.bucket / "results.tgz").exists()
