"""Where nbgrader's own autograde is right, we come to the same scores."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbgrader.tests.apps
import pytest
from nbgrader.api import Gradebook

from autograder import pipeline
from autograder.build.release import build
from autograder.classroom import LESSON
from autograder.demo import hand_in_all, prepare
from autograder.directory import Directory
from autograder.execute import execute
from autograder.outcome import State
from autograder.sandbox.limits import Limits
from tests.tools import put_tools_on_path

pytestmark = pytest.mark.integration
PLUGIN = """\
from autograder.nbgrader_plugin import AUTOGRADE_STEPS

c = get_config()
c.Autograde.autograde_preprocessors = AUTOGRADE_STEPS
"""
# A sandboxed notebook leaves no files in autograded/, which this test looks for.
DIFFERS_ON_PURPOSE = {"test_side_effects"}


def run(root: Path, *arguments: str, fails: bool = False, **environment: str) -> str:
    """Run nbgrader; return what it complained of."""
    put_tools_on_path()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root, capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    assert bool(done.returncode) is fails, done.stderr[-3000:]
    return done.stderr


def scores(root: Path, lesson: str = "ps1") -> dict[str, dict[str, tuple[float | None, bool]]]:
    """Return student to cell to automatic score, and whether a person has to look."""
    with Gradebook(Directory.open(root).database) as gradebook:
        return {
            submission.student.id: {
                f"{notebook.name}/{grade.name}": (grade.auto_score, bool(grade.needs_manual_grade))
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(lesson)
        }


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    """nbgrader's quickstart course: a right, an untouched and a half-right submission of ps1."""
    run(tmp_path, "quickstart", "course")
    root = tmp_path / "course"
    run(root, "generate_assignment", "ps1")
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
    run(stock, "autograde", "ps1", "--create")
    outcomes = list(pipeline.grade(pipeline.Batch(Directory.open(quickstart), "ps1", jobs=2)))
    assert {outcome.state for outcome in outcomes} == {State.GRADED}
    theirs = scores(stock)
    assert len(theirs) == 3
    assert len({tuple(sorted(cells.items())) for cells in theirs.values()}) == 3
    assert scores(quickstart) == theirs


# Seconds for a cell: one student's loop never ends, and a busy machine should stop nobody else.
PATIENCE = 30
# Lesson 03's class: what nbgrader gives instead of what is deserved, and where that comes from.
THEIRS_OF_THE_CLASS = {
    # Nothing is on a GPU: no device mistake shows.
    "grace": {f"{LESSON}/train-step-tests": (5.0, False)},
    "pia": "every point there is",  # the tests were emptied, and that is what it ran
    "quin": "no score",  # the deleted tests are gone from the gradebook too
    "otto": "no score",  # the kernel died, and the grading of this student with it
}


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> tuple[Path, Path]:
    """Lesson 03's class, graded by nbgrader and here: the two course directories."""
    ours = tmp_path_factory.mktemp("class") / "ours"
    directory = prepare(Directory.open(repo), ours)
    build(directory, LESSON)
    hand_in_all(directory, LESSON, repo / "tests" / "mutants" / LESSON)
    stock = Path(shutil.copytree(ours, ours.parent / "stock"))
    batch = pipeline.Batch(directory, LESSON, jobs=2)
    for _ in pipeline.grade(batch, functools.partial(execute, limits=Limits(cell=PATIENCE))):
        pass
    run(stock, "generate_assignment", LESSON, "--force")
    return stock, ours


def test_the_class_of_lesson_03(classes: tuple[Path, Path]) -> None:
    stock, ours = classes
    secrets = {"COURSE_SECRETS": str(stock / "source" / LESSON / "secret"), "OMP_NUM_THREADS": "1"}
    grading = ("autograde", LESSON, f"--Execute.timeout={PATIENCE}")
    # A copied cell is enough to end nbgrader's whole batch: nobody after this student is graded.
    said = run(stock, *grading, fails=True, **secrets)
    assert "exists multiple times" in said
    assert "grace" not in scores(stock, LESSON)
    shutil.rmtree(stock / "submitted" / "finn")
    run(stock, *grading, fails=True, **secrets)  # ruth's file cannot be read, otto's kernel died
    theirs, found = scores(stock, LESSON), scores(ours, LESSON)
    everything = found["ada"]
    assert len(everything) == 8
    assert found.pop("finn") == everything
    for student, deserved in found.items():
        differs = THEIRS_OF_THE_CLASS.get(student, {})
        if differs == "no score":
            assert not any(score for score, _ in theirs.get(student, {}).values())
        elif differs == "every point there is":
            assert theirs[student] == everything
            assert not any(score for score, _ in deserved.values())
        else:
            assert theirs[student] == {**deserved, **differs}, student
    assert found["grace"] != theirs["grace"]
    assert "ruth" not in found


FIXTURES = Path(nbgrader.tests.apps.__file__).parent / "files"
CHANGED = (
    "changed", "unchanged", "grade-cell-changed", "locked-cell-changed", "cheat-attempt",
    "cheat-attempt-alternative",
)  # fmt: skip


def test_nbgraders_own_notebooks(tmp_path: Path) -> None:
    stock = tmp_path / "stock"
    (stock / "source" / "ps1").mkdir(parents=True)
    shutil.copy(FIXTURES / "submitted-unchanged.ipynb", stock / "source" / "ps1" / "p1.ipynb")
    run(stock, "generate_assignment", "ps1")
    for name in CHANGED:
        folder = stock / "submitted" / name / "ps1"
        folder.mkdir(parents=True)
        shutil.copy(FIXTURES / f"submitted-{name}.ipynb", folder / "p1.ipynb")
    ours = Path(shutil.copytree(stock, tmp_path / "ours"))
    run(stock, "autograde", "ps1")
    outcomes = list(pipeline.grade(pipeline.Batch(Directory.open(ours), "ps1", jobs=2)))
    assert {outcome.state for outcome in outcomes} == {State.GRADED}
    theirs = scores(stock)
    assert set(theirs) == set(CHANGED)
    assert theirs["changed"] != theirs["unchanged"]
    assert scores(ours) == theirs


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
