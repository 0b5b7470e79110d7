"""A training run that is killed with SIGKILL again and again until it is through.

    python killed_run.py FOLDER random WORKERS SEED KILLS
    python killed_run.py FOLDER everywhere

PyTorch is imported once; each life is a fork. Prints what happened as JSON.

`random`: each life ends after a random time. Then, now and then, the local disk is lost, or the
newest files are torn or have a bit flipped. A machine fast enough to get through with fewer than
KILLS starts another run from nothing. `everywhere`: a life each for every single operation on
files that saving consists of; it ends just before that operation.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from training_run import EPOCHS, Run

from course.training import Checkpoint, TimeBudget

LONG = 12  # epochs
FILE_OPERATIONS = {"open", "os.rename", "os.remove", "os.mkdir", "os.listdir", "os.scandir"}


def life(place: Path, workers: int, epochs: int, **options: Any) -> str:
    """Train to the end, or as far as this life goes; return the fingerprint if it is the end."""
    run = Run.new(workers, epochs)
    checkpoint = Checkpoint(place / "session" / "run", keep=place / "drive")
    history = run.fit(epochs=epochs, checkpoint=checkpoint, every=0, **options)
    return run.fingerprint(history) if history.finished else ""


def fork(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def newest(place: Path) -> list[Path]:
    """Return the newest file and its copy."""
    found = sorted(place.rglob("*.safetensors"), key=lambda path: path.name)
    return [path for path in found if path.name == found[-1].name]


def spoil(place: Path, drawn: random.Random) -> str:
    """Do to the files what disks and sessions do; leave one older checkpoint whole."""
    what = drawn.choice(["nothing"] * 6 + ["session lost", "torn", "flipped"])
    if what == "session lost":
        shutil.rmtree(place / "session", ignore_errors=True)
    if (
        what in ("torn", "flipped")
        and len(list((place / "drive" / "run").glob("*.safetensors"))) > 1
    ):
        for path in newest(place):
            data = bytearray(path.read_bytes())
            if what == "torn":
                del data[drawn.randrange(len(data)) :]
            elif data:
                data[drawn.randrange(len(data))] ^= 1 << drawn.randrange(8)
            path.write_bytes(data)
    return what


def at_random(place: Path, workers: int, seed: int, least: int) -> dict[str, Any]:
    drawn = random.Random(seed)
    expected = life(place / "undisturbed", 0, LONG)
    report: dict[str, Any] = {
        "equal": True,
        "kills": 0,
        "while writing": 0,
        "spoilt": Counter(),
        "runs": 0,
    }
    while report["equal"] and report["kills"] < least:
        here = place / f"run {report['runs']}"
        (here / "drive").mkdir(parents=True)
        report["equal"] = lives(here, workers, drawn, report) == expected
        report["runs"] += 1
    return report


def lives(place: Path, workers: int, drawn: random.Random, report: dict[str, Any]) -> str:
    """Kill one training run until a life gets to its end; count in `report`, return the result."""
    result = place / "result"
    reach = 0.08  # seconds; longer when a busy machine gets nothing done in that time
    last = ""
    while True:
        child = fork(lambda: result.write_text(life(place, workers, LONG)))
        time.sleep(drawn.uniform(0, reach))
        os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        # A loader's worker whose parent dies while it starts waits for ever.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if code != -signal.SIGKILL:
            return result.read_text() if code == 0 else f"ended with {code}"
        report["kills"] += 1
        report["while writing"] += any(place.rglob("*.part"))
        found = newest(place)[:1]
        if [path.name for path in found] == [last]:
            reach *= 1.05
        last = found[0].name if found else ""
        report["spoilt"][spoil(place, drawn)] += 1


class Operations:
    """Counts operations on files below a folder, and kills this process before a given one."""

    def __init__(self, folder: Path, fatal: int | None = None) -> None:
        self.folder, self.fatal, self.seen = str(folder), fatal, 0
        sys.addaudithook(self.note)

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in FILE_OPERATIONS or self.folder not in str(arguments[0]):
            return
        self.seen += 1
        if self.seen == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class TwoSteps(TimeBudget):
    """Ends a life after two steps: enough for saving, copying and removing."""

    def __init__(self) -> None:
        super().__init__(1, reserve=0)
        self.calls = 0

    def spent_soon(self, *work: str) -> bool:
        self.calls += 1
        return self.calls >= 2


def everywhere(place: Path) -> dict[str, Any]:
    expected = life(place / "undisturbed", 0, EPOCHS)
    begun = place / "begun"
    for _ in range(2):  # so that there is something to lose, and something to remove
        assert not life(begun, 0, EPOCHS, budget=TwoSteps())
    killed, wrong = 0, []
    for fatal in itertools.count(1):
        here = place / "here"
        shutil.copytree(begun, here)

        def work(here: Path = here, fatal: int = fatal) -> None:
            Operations(here, fatal)
            life(here, 0, EPOCHS, budget=TwoSteps())

        child = fork(work)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != 0:
            killed += code == -signal.SIGKILL
        if code not in (0, -signal.SIGKILL) or life(here, 0, EPOCHS) != expected:
            wrong.append(fatal)
        shutil.rmtree(here)
        if code == 0:
            return {"killed": killed, "wrong": wrong}
    raise AssertionError


def main() -> None:
    torch.set_num_threads(1)
    place = Path(sys.argv[1])
    for folder in ("undisturbed/drive", "begun/drive"):
        (place / folder).mkdir(parents=True)
    reported = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what `fit` says
    if sys.argv[2] == "random":
        report = at_random(place, *map(int, sys.argv[3:]))
    else:
        report = everywhere(place)
    os.write(reported, json.dumps(report).encode())


if __name__ == "__main__":
    main()
