"""Grade the same submissions with ``nbgrader autograde`` and with ``course grade``; print JSON.

    python -m tests.benchmarks.grading --submissions 40                # a light notebook
    python -m tests.benchmarks.grading --submissions 8 --lesson 03     # a training run
    python -m tests.benchmarks.grading --submissions 400 --no-stock    # memory, long class

Both grade copies of one course, one after the other, in one run: compare ratios, not seconds. Both
start from nothing, so our time includes warming up, which is also given by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader import utils
from nbgrader.api import Gradebook

from autograder.build.release import build, register
from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.synthetic import reference
from tests.tools import put_tools_on_path

ROOT = Path(__file__).parents[2]
LIGHT = "light"
_PLAIN = {"schema_version": 3, "grade": False, "locked": True, "solution": False}
_SAMPLE = 0.5
LIGHT_CELLS = [
    ("imports", {}, "import torch\nfrom torch import nn"),
    ("net", {"solution": True, "locked": False}, """\
### BEGIN SOLUTION
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(x.flatten(1))
### END SOLUTION"""),
    ("net-tests", {"grade": True, "points": 2}, """\
net = Net()
assert isinstance(net, nn.Module)
assert tuple(net(torch.zeros(5, 2, 3)).shape) == (5, 3)
assert sum(p.numel() for p in net.parameters()) == 21"""),
    ("mean", {"solution": True, "locked": False}, """\
### BEGIN SOLUTION
def mean(values):
    return sum(values) / len(values)
### END SOLUTION"""),
    ("mean-tests", {"grade": True, "points": 1}, """\
assert mean([1, 2, 6]) == 3
assert mean([0.5]) == 0.5"""),
]  # fmt: skip


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--lesson", default=LIGHT)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-stock", action="store_true", help="Leave nbgrader out.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(Path(scratch), chosen.lesson, chosen.submissions, chosen.jobs,
                         stock=not chosen.no_stock)  # fmt: skip
    print(json.dumps(result, indent=1))


def measure(
    scratch: Path, lesson: str, submissions: int, jobs: int, *, stock: bool
) -> dict[str, Any]:
    """Return what was measured, for one lesson and a number of submissions."""
    course, lesson = _course(scratch, lesson)
    _hand_in(course, lesson, submissions)
    copy = scratch / "stock"
    shutil.copytree(course, copy)
    ours = _ours(course, lesson, jobs)
    result: dict[str, Any] = {"lesson": lesson, "submissions": submissions, "cores": jobs, **ours}
    if stock:
        seconds = _stock(copy, lesson)
        assert _scores(course, lesson) == _scores(copy, lesson), "the scores are not the same"
        result |= {
            "nbgrader_seconds": round(seconds, 2),
            "nbgrader_per_submission": round(seconds / submissions, 3),
            "ratio": round(seconds / ours["seconds"], 1),
            "ratio_without_warm_up": round(seconds / (ours["seconds"] - ours["warm_up"]), 1),
        }
    return result


def _ours(course: Path, lesson: str, jobs: int) -> dict[str, Any]:
    program = [sys.executable, "-c", "from course.cli import main; main()"]
    command = [*program, "grade", lesson, "--jobs", str(jobs), "--json"]
    alone = course.parent / "alone"
    shutil.copytree(course, alone)
    one = _timed([*command, "--student", "s0000"], alone)[0]
    seconds, said, memory = _timed(command, course)
    results = json.loads(said)["results"]
    cpu = sum(result["cpu_seconds"] for result in results)
    count = len(results)
    # One submission takes the warm-up and itself: what is on top is the others'.
    each = (seconds - one) / max(1, count - 1)
    busy, warm_up = each * count, one - each
    return {
        "seconds": round(seconds, 2),
        "warm_up": round(warm_up, 2),
        "per_submission": round(each, 4),
        "student_cpu_seconds": round(cpu, 2),
        "overhead_per_submission": round(each - cpu / jobs / count, 4),
        "wall_over_student_cpu_per_core": round(busy / (cpu / jobs), 3),
        "peak_memory_mb": round(memory / 1e6),
    }


def _timed(command: list[str], folder: Path) -> tuple[float, str, int]:
    """Run a command; return its seconds, what it printed, and the most memory of its family."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COURSE_SECRETS": str(ROOT / "source" / "none")},
    )  # fmt: skip
    peak = [0]
    watching = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watching.start()
    said, complained = process.communicate()
    seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"{command} failed:\n{said}\n{complained}")
    return seconds, said, peak[0]


def _watch(pid: int, peak: list[int]) -> None:
    while psutil.pid_exists(pid):
        total = 0
        try:
            top = psutil.Process(pid)
            for process in (top, *top.children(recursive=True)):
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
        except psutil.Error:
            return
        peak[0] = max(peak[0], total)
        time.sleep(_SAMPLE)


def _stock(course: Path, lesson: str) -> float:
    secrets = course / "source" / lesson / "secret"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", lesson, "--create",
         "--Execute.timeout=300"],
        cwd=course, capture_output=True, text=True, check=False,
        env={**os.environ, "COURSE_SECRETS": str(secrets), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return time.monotonic() - started


def _scores(course: Path, lesson: str) -> dict[str, float]:
    with Gradebook(Directory.open(course).database) as gradebook:
        # Training twice does not end in the same last digit.
        return {s.student.id: round(s.score, 1) for s in gradebook.assignment_submissions(lesson)}


def _course(scratch: Path, lesson: str) -> tuple[Path, str]:
    root = scratch / "course"
    put_tools_on_path()
    shutil.copytree(ROOT / "source", root / "source")
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    if lesson == LIGHT:
        shutil.rmtree(root / "source")
        folder = root / "source" / LIGHT
        folder.mkdir(parents=True)
        (root / "pyproject.toml").unlink()
        (root / "nbgrader_config.py").unlink()
        cells = [
            new_code_cell(text, metadata={"nbgrader": {**_PLAIN, "grade_id": name, **more}})
            for name, more, text in LIGHT_CELLS
        ]
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(new_notebook(cells=cells, metadata=spec), folder / f"{LIGHT}.ipynb")
    directory = Directory.open(root)
    lesson = directory.lesson(lesson)
    if lesson == LIGHT:
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_assignment", LIGHT],
            cwd=root, check=True, capture_output=True,
        )  # fmt: skip
    else:
        build(directory, lesson)
        register(directory, lesson)  # which nbgrader's own autograde asks for
    return root, lesson


def _hand_in(course: Path, lesson: str, count: int) -> None:
    """Hand in right answers, and for every fourth student one that is wrong."""
    directory = Directory.open(course)
    source = nbformat.read(course / "source" / lesson / f"{lesson}.ipynb", as_version=4)
    solutions = {grade_id(c): reference(c.source) for c in source.cells if utils.is_solution(c)}
    release = directory.folder("release", ".", lesson) / f"{lesson}.ipynb"
    for number in range(count):
        notebook = json.loads(release.read_text("utf-8"))
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name in solutions and not (number % 4 == 3 and name == "mean"):
                cell["source"] = solutions[name]
        folder = directory.folder("submitted", f"s{number:04}", lesson)
        folder.mkdir(parents=True)
        (folder / f"{lesson}.ipynb").write_text(json.dumps(notebook), "utf-8")


if __name__ == "__main__":
    main()
