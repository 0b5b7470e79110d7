"""The second rung under a real engine, podman or docker: the same scores, and nothing in reach.

Every container imports PyTorch anew, so only those attacks are here that a container could let
through where bubblewrap does not. `tests/exploits` has all of them.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder import doctor
from autograder.execute import Limits, execute
from autograder.sandbox import bubblewrap, container
from autograder.sandbox.container import Engine
from autograder.sandbox.rung import Rung, choose
from autograder.sandbox.workers import Workers, variables
from tests.exploits.attack import Attack
from tests.exploits.classroom import Class, grade_class, once
from tests.exploits.probes import HOST, PROBES, SPY
from tests.exploits.survivors import SURVIVORS
from tests.exploits.target import MAXIMUM, reached

pytestmark = pytest.mark.integration

HALF = Attack("half", 15, "right for numbers, not for text", """
def double(x):
    print("half")
    return x + x if not isinstance(x, str) else x
""")  # fmt: skip
LOOKS = [probe for probe in PROBES if probe.name in (
    "canary", "foreign-files", "network", "other-processes",
)]  # fmt: skip
BOMBS = [bomb for bomb in SURVIVORS if bomb.name in ("memory-in-children", "daemon")]
# A container has a name, the kernel's own folder, and a folder of the engine's.
KNOWN = ("files: /etc/hostname", "files: /sys/kernel", "files: /run ")
LIMITS = Limits(memory=512 << 20, disk=128 << 20, processes=64)


@functools.cache
def rung() -> Rung:
    """Return the container engine that is used here; `make system` installs one."""
    return choose(variables("/tmp"), "container")


def engine() -> Engine:
    found = rung().engine
    assert found is not None
    return found


@pytest.fixture(scope="module")
def contained(tmp_path_factory: pytest.TempPathFactory) -> Class:
    run = functools.partial(execute, limits=LIMITS, sandbox="container")
    everybody = [HALF, HOST, SPY, *LOOKS, *BOMBS]
    return once(tmp_path_factory, "contained", lambda root: grade_class(root, everybody, run=run))


@pytest.mark.parametrize("attack", [HOST, SPY, *LOOKS], ids=lambda attack: attack.id)
def test_a_probe_reaches_nothing(contained: Class, attack: Attack) -> None:
    told = contained.printed(attack)
    assert [line for line in reached(told) if not line.startswith(KNOWN)] == []
    assert [line for line in told if line.startswith("BROKEN")] == []
    assert contained.outcomes[attack.name].score == 0


@pytest.mark.parametrize("attack", BOMBS, ids=lambda attack: attack.id)
def test_a_bomb_ends_as_an_outcome(contained: Class, attack: Attack) -> None:
    outcome = contained.outcomes[attack.name]
    assert outcome.state in attack.states, outcome.message
    assert outcome.score == attack.score


def test_nothing_is_left(contained: Class) -> None:
    assert contained.left == 0
    assert contained.touched == ()


def test_scores_are_those_of_bubblewrap_and_say_where_they_are_from(
    contained: Class, tmp_path: Path
) -> None:
    usual = grade_class(tmp_path / "course", [HALF])
    for name in ("honest", "half"):
        here, there = contained.outcomes[name], usual.outcomes[name]
        assert here.cells == there.cells
        assert "graded in a container" in here.message
        assert there.message == ""
    assert contained.outcomes["honest"].score == contained.outcomes["zz-honest"].score == MAXIMUM
    assert 0 < (contained.outcomes["half"].score or 0) < MAXIMUM


def task(*cells: tuple[str, str], cell: float = 8.0) -> dict[str, Any]:
    return {"cells": list(cells), "expected": [], "files": {}, "given": [], "secrets": "",
            "seed": "", "cell": cell, "total": cell + 12, "output": 10_000}  # fmt: skip


def test_time_and_branches_are_kept_in_a_container() -> None:
    """Interrupts come through the line, and a branch is a socket that is passed through it."""
    pair = Workers(choose=rung, words=["torch"])
    try:
        report = pair.run(
            task(
                ("student", "n = 0\ndef bump():\n    global n\n    n += 1\n    return n"),
                ("test", "with student.branch():\n    assert bump() == 1\nassert n == 0"),
                ("student", "while True:\n    pass"),
                ("test", "assert bump() == 1"),
                cell=1.0,
            ),
            Limits(),
        )
    finally:
        pair.close()
    assert not report["fault"], report["fault"]
    assert [cell["finished"] for cell in report["cells"]] == [True, True, False, True], report
    assert "longer than 1 s" in report["cells"][2]["stopped"]


def test_the_engines_limit_of_memory_is_said_to_be_that(monkeypatch: pytest.MonkeyPatch) -> None:
    # Less than the keeper's own limit: the kernel is the first to see it.
    monkeypatch.setattr(container, "_BASE", -(700 << 20))
    pair = Workers(choose=rung, words=["torch"])
    bomb = (
        "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n"
        "        held = bytearray(b'x') * (400 << 20)\n"
        "        time.sleep(50)\n        os._exit(0)\n"
        "held = bytearray(b'x') * (400 << 20)\ntime.sleep(50)"
    )
    try:
        report = pair.run(
            task(("student", bomb), ("test", "assert True"), cell=40.0),
            Limits(memory=1 << 30, disk=1 << 27),
        )
    finally:
        pair.close()
    assert "used more memory" in report["ended"], report
    # podman would leave a file called `oom` in the folder of whoever grades.
    assert not Path("oom").exists()


def test_without_namespaces_for_bubblewrap_a_container_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = bubblewrap.command

    def denied(inner: list[str], environment: dict[str, str]) -> list[str]:
        line = whole(inner, environment)
        return [line[0], "--unshare-user", "--disable-userns", *line[1:]]

    monkeypatch.setattr(bubblewrap, "command", denied)
    finding = doctor._sandbox()
    assert finding.ok
    assert finding.found.startswith(rung().found)
    assert "slower, since bubblewrap does not work here" in finding.found


GRADE = """
import json, sys
from autograder.execute import Limits
from autograder.sandbox.workers import workers
workers(sandbox="container", words=["torch"]).run(json.loads(sys.argv[1]), Limits())
"""


def containers(of: int) -> list[str]:
    where = engine()
    found = where.ask("ps", "--all", "--filter", f"name=course-{of}-", "--format", "{{.Names}}")
    return found.stdout.decode().split()


def wait_for(wanted: Callable[[list[str]], bool], of: int, seconds: float) -> list[str]:
    until = time.monotonic() + seconds
    while not wanted(found := containers(of)):
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def test_a_killed_grader_leaves_no_container(tmp_path: Path) -> None:
    endless = task(("student", "import time\nprint('here')\ntime.sleep(60)"), cell=3.0)
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADE, json.dumps(endless)], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    try:
        trial = wait_for(lambda names: len(names) == 1, grader.pid, 60)
        wait_for(lambda names: bool(names) and names != trial, grader.pid, 60)
        time.sleep(1)
    finally:
        os.kill(grader.pid, signal.SIGKILL)
        grader.wait()
    wait_for(lambda names: not names, grader.pid, 30)
