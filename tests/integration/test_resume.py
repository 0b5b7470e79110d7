"""Real processes, killed for real: what goes on afterwards equals the run nobody touched."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from training_run import EPOCHS, STEPS, Run, one_thread

from course.training import Checkpoint

pytestmark = pytest.mark.integration
KILLED_RUN = Path(__file__).with_name("killed_run.py")
TESTS = Path(__file__).parents[1]


def killed_run(place: Path, *arguments: str) -> Any:
    command = [sys.executable, "-W", "error", KILLED_RUN, place, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("workers", "least"), [(0, 8), (2, 4)])
def test_killed_at_random_times(tmp_path: Path, workers: int, least: int) -> None:
    seed = int(os.environ.get("RESUME_SEED") or random.SystemRandom().randrange(10**6))
    report = killed_run(tmp_path, "random", str(workers), str(seed), str(least))
    again = f"to try it again: RESUME_SEED={seed}; {report}"
    assert report["equal"], again
    assert report["kills"] >= least, again


def test_killed_before_each_operation_that_saving_consists_of(tmp_path: Path) -> None:
    report = killed_run(tmp_path, "everywhere")
    assert report["wrong"] == []
    assert report["killed"] >= 30


def child(code: str, place: Path) -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.path.insert(0, {str(TESTS)!r})\nfrom pathlib import Path\n"
    start += "import torch\ntorch.set_num_threads(1)\nfrom training_run import Run\n"
    return subprocess.run(
        [sys.executable, "-c", start + code, place],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


TERMINATED = """\
import os, signal
run, calls = Run.new(), []
def terminate(*_):
    calls.append(1)
    if len(calls) == 10:
        os.kill(os.getpid(), signal.SIGTERM)
run.model.register_forward_hook(terminate)
run.fit(checkpoint=sys.argv[1])
print("still here")
"""


def test_a_machine_that_asks_to_stop_gets_its_way_after_saving(tmp_path: Path) -> None:
    done = child(TERMINATED, tmp_path / "run")
    assert done.returncode == -signal.SIGTERM, done.stderr
    assert "still here" not in done.stdout
    with one_thread():
        saved = Checkpoint(tmp_path / "run").load(Run.new().model)
        assert saved is not None
        assert (saved.epoch, saved.batch) == (1, 2)  # the tenth is validation
        run, whole = Run.new(), Run.new()
        again, expected = run.fit(checkpoint=tmp_path / "run"), whole.fit()
        assert again.epochs == expected.epochs


ALL_TOLD = """\
import os, subprocess, time
os.setpgid(0, 0)
run, calls = Run.new(workers=2), []
def terminate(*_):
    calls.append(1)
    if len(calls) == 4:
        subprocess.run(["kill", "-TERM", "--", f"-{os.getpgid(0)}"], start_new_session=True)
        time.sleep(0.5)
run.model.register_forward_hook(terminate)
run.fit(checkpoint=sys.argv[1])
"""


def test_a_machine_that_tells_every_process_at_once_gets_a_checkpoint(tmp_path: Path) -> None:
    """As a shutdown does. A worker that died at once would end the training before it can save."""
    done = child(ALL_TOLD, tmp_path / "run")
    assert done.returncode == -signal.SIGTERM, done.stderr
    saved = Checkpoint(tmp_path / "run").load(Run.new().model)
    assert saved is not None
    assert saved.step == 4


ON_AN_ACCELERATOR = """\
from autograder import twin
device = twin.enter()
run = Run.new()
history = run.fit(device="cuda", checkpoint=sys.argv[1], epochs=2, on_epoch=None)
assert all(each.device.type == "cuda" for each in run.model.parameters())
again = Run.new()
again.model.to(device)
history = again.fit(checkpoint=sys.argv[1], on_epoch=None)
assert history.finished and again.model[0].weight.device.type == "cuda"
state = again.optimiser.state[again.model[0].weight]
assert state["exp_avg"].device.type == "cuda"
"""


def test_saved_on_an_accelerator_and_loaded_on_a_cpu(tmp_path: Path) -> None:
    done = child(ON_AN_ACCELERATOR, tmp_path / "run")
    assert done.returncode == 0, done.stderr
    run = Run.new()
    saved = Checkpoint(tmp_path / "run").load(run.model, run.optimiser, run.scheduler)
    assert saved is not None
    assert (saved.epoch, saved.step) == (EPOCHS, STEPS)
    assert run.model[0].weight.device == torch.device("cpu")  # type: ignore[index]
    whole = Run.new()
    with one_thread():
        whole.fit(on_epoch=None)
    close = map(torch.allclose, run.model.parameters(), whole.model.parameters())
    assert all(close)
