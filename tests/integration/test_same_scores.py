"""Where nbgrader's own autograde is right, we come to the same scores."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import pipeline
from autograder.directory import Directory, put_tools_on_path
from autograder.outcome import State

pytestmark = pytest.mark.integration
PLUGIN = """\
from autograder.nbgrader_plugin import AUTOGRADE_STEPS

c = get_config()
c.Autograde.autograde_preprocessors = AUTOGRADE_STEPS
"""
# A sandboxed notebook leaves no files in autograded/, which this test looks for.
DIFFERS_ON_PURPOSE = {"test_side_effects"}


def nbgrader(root: Path, *arguments: str) -> None:
    put_tools_on_path()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


def scores(root: Path) -> dict[str, dict[str, tuple[float | None, bool]]]:
    """Return student to cell to automatic score, and whether a person has to look."""
    with Gradebook(Directory.open(root).database) as gradebook:
        return {
            submission.student.id: {
                f"{notebook.name}/{grade.name}": (grade.auto_score, bool(grade.needs_manual_grade))
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions("ps1")
        }


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    """nbgrader's quickstart course: a right, an untouched and a half-right submission of ps1."""
    nbgrader(tmp_path, "quickstart", "course")
    root = tmp_path / "course"
    nbgrader(root, "generate_assignment", "ps1")
    shutil.copytree(root / "source" / "ps1", root / "submitted" / "right" / "ps1")
    shutil.copytree(root / "release" / "ps1", root / "submitted" / "untouched" / "ps1")
    shutil.copytree(root / "submitted" / "right" / "ps1", root / "submitted" / "half" / "ps1")
    for notebook in (root / "submitted" / "half" / "ps1").glob("*.ipynb"):
        text = notebook.read_text("utf-8").replace("n < 1", "n < -1").replace("i ** 2", "i ** 3")
        notebook.write_text(text, "utf-8")
    return root


def test_the_quickstart_course(quickstart: Path) -> None:
    stock = quickstart.parent / "stock"
    shutil.copytree(quickstart, stock)
    nbgrader(stock, "autograde", "ps1", "--create")
    outcomes = list(pipeline.grade(pipeline.Batch(Directory.open(quickstart), "ps1", jobs=2)))
    assert {outcome.state for outcome in outcomes} == {State.GRADED}
    theirs = scores(stock)
    assert len(theirs) == 3
    assert len({tuple(sorted(cells.items())) for cells in theirs.values()}) == 3
    assert scores(quickstart) == theirs


def test_nbgraders_own_autograde_suite_passes_with_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(PLUGIN)
    put_tools_on_path()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "-rfE",
         f"--basetemp={tmp_path / 'pytest'}",
         "--pyargs", "nbgrader.tests.apps.test_nbgrader_autograde"],
        cwd=tmp_path, env={**os.environ, "JUPYTER_CONFIG_PATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S*::(\w+)", said, re.MULTILINE))
    assert failed == DIFFERS_ON_PURPOSE, said[-3000:]
    assert int(re.findall(r"(\d+) passed", said)[-1]) >= 38, said[-500:]
