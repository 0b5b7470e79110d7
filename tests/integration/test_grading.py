"""From submitted files to the gradebook and back, with a real kernel and a real gradebook."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

import course as course_package
from autograder import pipeline
from autograder.build.release import build
from autograder.cli import app
from autograder.directory import Directory, schema_version
from autograder.execute import Limits, execute
from autograder.feedback.write import write
from autograder.outcome import Outcome, State, Status
from autograder.submission import Submission
from course.errors import CourseError
from tests.tools import put_tools_on_path

LESSON = "01_tiny"
RIGHT = "def double(x):\n    return x + x"
pytestmark = pytest.mark.integration


@pytest.fixture
def course(tiny_course: Callable[..., Path]) -> Directory:
    directory = Directory.open(tiny_course())
    build(directory, LESSON)
    return directory


def about(cell: dict[str, Any]) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def hand_in(
    directory: Directory, student: str, answer: str | None = None, change: Any = lambda nb: None
) -> Path:
    """Hand in the release with an answer in it; return the file."""
    release = directory.folder("release", ".", LESSON) / f"{LESSON}.ipynb"
    notebook = json.loads(release.read_text())
    for cell in notebook["cells"]:
        if answer is not None and about(cell).get("grade_id") == "double":
            cell["source"] = answer
    change(notebook)
    path = directory.folder("submitted", student, LESSON) / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


def graded(directory: Directory, *, force: bool = False, run: Any = execute) -> dict[str, Outcome]:
    batch = pipeline.Batch(directory, LESSON, jobs=2, force=force)
    return {outcome.student: outcome for outcome in pipeline.grade(batch, run)}


def count_runs(submission: Submission) -> Outcome:
    """Execute, and leave a mark in the student's folder that it happened."""
    mark = next(iter(submission.files.values())).parent / "marks.log"
    mark.write_text(mark.read_text() + "x" if mark.exists() else "x")
    return execute(submission)


def explode(submission: Submission) -> Outcome:
    raise MemoryError("the machine is full")


def recorded(directory: Directory) -> dict[str, float]:
    with Gradebook(directory.database) as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(LESSON)}


def test_scores_reach_nbgraders_gradebook(course: Directory) -> None:
    hand_in(course, "right", RIGHT)
    hand_in(course, "wrong", "def double(x):\n    return 3 * x")
    hand_in(course, "untouched")
    outcomes = graded(course)
    assert {name: o.score for name, o in outcomes.items()} == {
        "right": 3,
        "wrong": 0,
        "untouched": 0,
    }
    assert recorded(course) == {"right": 3, "wrong": 0, "untouched": 0}
    assert outcomes["untouched"].cells[0].status is Status.NOT_ATTEMPTED
    assert outcomes["wrong"].cells[0].message == "double(21) is not 42"


def test_what_submit_packs_is_graded_and_its_receipt_comes_back(
    course: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(course, "ada", RIGHT)
    path.rename(tmp_path / path.name)
    monkeypatch.chdir(path.parent)
    packed = course_package.submit(notebook=tmp_path / path.name)
    (path.parent / packed.path.name).exists() or shutil.move(packed.path, path.parent)
    outcome = graded(course)["ada"]
    assert (outcome.score, outcome.receipt, outcome.repairs) == (3, packed.digest, ())
    assert graded(course)["ada"].receipt == packed.digest, "it is not kept"
    list(write(course, LESSON))
    page = (course.folder("feedback", "ada", LESSON) / f"{LESSON}.html").read_text()
    assert f"receipt: {packed.short}" in page
    assert "No file to hand in" not in page
    executed = nbformat.read(
        course.folder("autograded", "ada", LESSON) / f"{LESSON}.ipynb", as_version=4
    )
    (output,) = executed.cells[-1].outputs
    assert "No file to hand in yet" in output.data["text/plain"], "the last cell failed"


def test_a_bad_submission_touches_nobody_else(course: Directory, tmp_path: Path) -> None:
    hand_in(course, "honest", RIGHT)
    hand_in(course, "torn").write_text('{"nbformat": 4, "cells": [')
    hand_in(course, "old", RIGHT, lambda nb: nb.update(nbformat=3))
    hand_in(course, "binary").write_bytes(b"\x00\xff\x00")
    link = hand_in(course, "link", RIGHT)
    link.unlink()
    link.symlink_to(hand_in(course, "victim", RIGHT))
    course.folder("submitted", "empty", LESSON).mkdir(parents=True)
    hand_in(course, "killer", "import os\nos._exit(0)")
    outcomes = graded(course)
    refused = {name for name, o in outcomes.items() if o.state is State.INVALID_SUBMISSION}
    assert refused == {"torn", "old", "binary", "link", "empty"}
    assert all("What to do" in outcomes[name].message for name in refused)
    assert outcomes["killer"].state is State.STUDENT_ERROR
    assert outcomes["killer"].score == 0
    assert "ended the process" in outcomes["killer"].message
    assert outcomes["honest"].score == outcomes["victim"].score == 3


def test_an_infrastructure_error_is_never_a_zero(course: Directory) -> None:
    hand_in(course, "honest", RIGHT)
    outcome = graded(course, run=explode)["honest"]
    assert outcome.state is State.INFRA_ERROR
    assert outcome.score is None
    assert recorded(course) == {}, "a row without a score would be exported as a zero"
    assert graded(course)["honest"].score == 3, "the next run does not try again"


def test_what_has_not_changed_is_not_run_again(course: Directory) -> None:
    path = hand_in(course, "ada", RIGHT)
    (path.parent / "notes.txt").write_text("mine")
    log = path.parent / "marks.log"
    graded(course, run=count_runs)
    log.rename(path.parent.parent / "first.log")
    again = graded(course, run=count_runs)
    assert again["ada"].score == 3
    assert not log.exists(), "it ran again though nothing changed"
    graded(course, run=count_runs, force=True)
    assert log.exists(), "--force did not run it"
    log.unlink()
    hand_in(course, "ada", "def double(x):\n    return 0")
    assert graded(course)["ada"].score == 0


def test_a_manual_score_survives_a_regrade(course: Directory) -> None:
    hand_in(course, "ada", RIGHT)
    graded(course)
    with Gradebook(course.database) as gradebook:
        grade = gradebook.find_grade("double-tests", LESSON, LESSON, "ada")
        grade.manual_score = 1.5
        gradebook.db.commit()
    graded(course, force=True)
    assert recorded(course) == {"ada": 1.5}


def test_metadata_tests_and_points_never_come_from_the_student(course: Directory) -> None:
    def forge(notebook: dict[str, Any]) -> None:
        for cell in notebook["cells"]:
            if about(cell).get("grade"):
                about(cell)["points"] = 100
                cell["source"] = "pass"
                cell["metadata"]["tags"] = ["skip-execution"]

    hand_in(course, "forger", change=forge)
    outcome = graded(course)["forger"]
    assert (outcome.score, outcome.max_score) == (0, 3)
    assert any("not yours to change" in repair for repair in outcome.repairs)


def test_deleted_and_doubled_cells_are_repaired(course: Directory) -> None:
    def drop(notebook: dict[str, Any]) -> None:
        notebook["cells"] = [
            c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")
        ]

    def double(notebook: dict[str, Any]) -> None:
        cells = notebook["cells"]
        at = next(
            i
            for i, c in enumerate(cells)
            if c["metadata"].get("nbgrader", {}).get("grade_id") == "double"
        )
        stub = json.loads(json.dumps(cells[at]))
        stub["source"] = 'def double(x):\n    raise NotAttempted("double")'
        cells.insert(at + 1, stub)

    hand_in(course, "drops", RIGHT, drop)
    hand_in(course, "doubles", RIGHT, double)
    outcomes = graded(course)
    assert {name: o.score for name, o in outcomes.items()} == {"drops": 3, "doubles": 3}
    assert all(o.repairs for o in outcomes.values())


def test_a_warning_on_standard_error_costs_nothing(course: Directory) -> None:
    hand_in(
        course,
        "noisy",
        "import sys\ndef double(x):\n    print('!', file=sys.stderr)\n    return x + x",
    )
    assert graded(course)["noisy"].score == 3


def test_an_endless_loop_ends_and_the_rest_is_graded(course: Directory) -> None:
    hand_in(course, "loop", "def double(x):\n    while True:\n        pass")
    directory = course
    batch = pipeline.Batch(directory, LESSON)
    (outcome,) = pipeline.grade(batch, hasty)
    assert outcome.score == 0
    assert "took longer" in outcome.cells[0].message
    assert outcome.seconds < 30


def hasty(submission: Submission) -> Outcome:
    return execute(submission, Limits(cell=2.0, total=20.0))


def test_a_loop_that_ignores_interrupts_ends_too(course: Directory) -> None:
    stubborn = """
def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass"""
    hand_in(course, "stubborn", stubborn)
    (outcome,) = pipeline.grade(pipeline.Batch(course, LESSON), hasty)
    assert outcome.state is State.STUDENT_ERROR
    assert outcome.score == 0
    assert outcome.seconds < 40


def test_a_flood_of_output_is_capped(course: Directory) -> None:
    hand_in(course, "flood", RIGHT + "\nfor _ in range(400):\n    print('x' * 100_000)")
    outcome = graded(course)["flood"]
    assert outcome.score == 3
    kept = course.folder("autograded", "flood", LESSON) / f"{LESSON}.ipynb"
    assert kept.stat().st_size < 3_000_000


def test_no_environment_of_the_grader_reaches_the_notebook(
    course: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "do-not-tell")
    probe = "import os\ndef double(x):\n    assert 'A_TOKEN' not in os.environ\n    return x + x"
    hand_in(course, "curious", probe)
    assert graded(course)["curious"].score == 3


def test_feedback_shows_the_score_and_hides_the_tests(course: Directory) -> None:
    teller = "def double(x):\n    print('called with', x)\n    return 3 * x"

    def look_back(notebook: dict[str, Any]) -> None:
        cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"].append({**cell, "source": "print(In[-3:])\n%history"})

    hand_in(course, "curious", teller, look_back)
    hand_in(course, "loud", "def double(x):\n    raise ValueError(f'called with {x}')")
    hand_in(course, "torn").write_text("{")
    graded(course)
    assert sum(1 for _ in write(course, LESSON)) == 3
    assert not logging.getLogger("autograder.nbgrader").propagate, "nbgrader's warnings are shown"
    loud = (course.folder("feedback", "loud", LESSON) / f"{LESSON}.html").read_text()
    assert "your code raised ValueError in a hidden test" in loud
    assert "called with 21" not in loud
    folder = course.folder("feedback", "curious", LESSON)
    page = (folder / f"{LESSON}.html").read_text()
    assert "double(21) is not 42" in page
    assert "HIDDEN TESTS" not in page
    assert "abab" not in page, "the second hidden test is shown"
    assert "called with 21" not in page, "a function of the student's tells what it was called with"
    assert [p.name for p in folder.iterdir() if p.suffix != ".html"] == []
    refusal = course.folder("feedback", "torn", LESSON) / f"{LESSON}.html"
    assert "not a whole notebook" in refusal.read_text()


def test_nbgraders_own_feedback_command_hides_the_tests_too(course: Directory) -> None:
    hand_in(course, "ada", "def double(x):\n    return 3 * x")
    graded(course)
    put_tools_on_path()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_feedback", LESSON],
        cwd=course.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (course.folder("feedback", "ada", LESSON) / f"{LESSON}.html").read_text()
    assert "HIDDEN TESTS" not in page
    assert "abab" not in page


def test_a_gradebook_begun_anew_is_filled_again(course: Directory) -> None:
    hand_in(course, "ada", RIGHT)
    graded(course)
    (course.root / "gradebook.db").unlink()
    graded(course)
    assert recorded(course) == {"ada": 3}


@pytest.mark.parametrize(("method", "penalty"), [("zero", 3), ("none", None)])
def test_being_late_costs_what_the_course_says(
    course: Directory, method: str, penalty: float | None
) -> None:
    late = f"c.LateSubmissionPlugin.penalty_method = '{method}'\n"
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + late)
    directory = Directory.open(course.root)
    for student, day in (("ada", 1), ("ben", 3)):
        stamp = hand_in(directory, student, RIGHT).parent / "timestamp.txt"
        stamp.write_text(f"2026-03-0{day} 12:00:00 UTC")
    put_tools_on_path()
    with Gradebook(directory.database) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2026-03-02 12:00:00 UTC")
    for _ in range(2):  # and once more: it does not add up
        graded(directory, force=True)
        assert recorded(directory) == {"ada": 3, "ben": 3}, "the penalty is kept apart"
        with Gradebook(directory.database) as gradebook:
            for student, cost in (("ada", None), ("ben", penalty)):
                (notebook,) = gradebook.find_submission(LESSON, student).notebooks
                assert notebook.late_submission_penalty == cost


def test_half_a_character_stops_nothing(course: Directory) -> None:
    hand_in(course, "ada", RIGHT + "\n# \ud83d")
    assert graded(course)["ada"].score == 3


def test_nbgrader_exports_what_was_recorded(course: Directory) -> None:
    hand_in(course, "ada", RIGHT)
    graded(course)
    put_tools_on_path()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export"],
        cwd=course.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    header, row = (course.root / "grades.csv").read_text().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["raw_score"] == "3.0"


def test_the_command_prints_json(course: Directory) -> None:
    hand_in(course, "ada", RIGHT)
    done = CliRunner().invoke(app, ["grade", "01", "--root", str(course.root), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["assignment"] == LESSON
    (result,) = told["results"]
    assert set(result) >= {"student", "state", "score", "max_score", "seconds", "cells"}
    assert (result["student"], result["state"], result["score"]) == ("ada", "graded", 3.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["grade", "99"],
        ["grade", "01", "--student", "nobody"],
        ["grade", "01", "--jobs", "0"],
        ["grade"],
    ],
)
def test_wrong_use_exits_with_2(course: Directory, arguments: list[str]) -> None:
    hand_in(course, "ada", RIGHT)
    where = ["--root", str(course.root)] if len(arguments) > 1 else []
    assert CliRunner().invoke(app, [*arguments, *where]).exit_code == 2


def test_a_plain_nbgrader_course_is_graded_too(course: Directory) -> None:
    """No front matter, no manifest, no configuration of ours; two notebooks in one assignment."""
    root = course.root.parent / "plain"
    assignment = root / "source" / "ps1"
    assignment.mkdir(parents=True)
    source = nbformat.read(course.folder("source", ".", LESSON) / f"{LESSON}.ipynb", as_version=4)
    del source.metadata["course"]
    for name in ("one", "two"):
        nbformat.write(source, assignment / f"{name}.ipynb")
    handed_in = root / "submitted" / "bitdiddle" / "ps1"
    handed_in.mkdir(parents=True)
    for name, answer in (("one", RIGHT), ("two", "def double(x):\n    return 0")):
        for cell in source.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
                cell.source = answer
        nbformat.write(source, handed_in / f"{name}.ipynb")
    done = CliRunner().invoke(app, ["grade", "ps1", "--root", str(root), "--json"])
    assert done.exit_code == 0, done.output
    (result,) = json.loads(done.stdout)["results"]
    assert (result["score"], result["max_score"]) == (3, 6)


def test_changed_graded_cells_are_explained(course: Directory, tiny_course: Any) -> None:
    hand_in(course, "ada", RIGHT)
    graded(course)
    shutil.rmtree(course.sources)

    def renamed(cells: list[Any]) -> list[Any]:
        for cell in cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "double-check":
                cell.metadata.nbgrader.grade_id = "another-check"
        return cells

    again = Directory.open(tiny_course(cells=renamed))
    with pytest.raises(CourseError, match="there are submissions") as caught:
        graded(again)
    assert "nbgrader db assignment remove" in caught.value.do


def test_odd_folders_stop_nothing(course: Directory) -> None:
    hand_in(course, "honest", RIGHT)
    for student, stamp in (
        ("never", b"when it was done"),
        ("binary", b"\xff\x00"),
        ("far", b"9" * 40),
    ):
        (hand_in(course, student, RIGHT).parent / "timestamp.txt").write_bytes(stamp)
    pipe = hand_in(course, "pipe", RIGHT).parent / "timestamp.txt"
    os.mkfifo(pipe)
    deep = hand_in(course, "deep", RIGHT).parent
    here = os.open(deep, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        here, left = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(left)
    os.close(here)
    with (hand_in(course, "sparse", RIGHT).parent / "data.bin").open("wb") as file:
        file.truncate(1 << 40)
    try:
        outcomes = graded(course)
    finally:
        # Deeper than Python's own tidying up goes.
        subprocess.run(["rm", "-rf", str(deep)], check=True)
    assert len(outcomes) == 7
    assert {name for name, o in outcomes.items() if o.state is State.INVALID_SUBMISSION} == {
        "deep", "sparse",
    }  # fmt: skip
    assert {o.score for name, o in outcomes.items() if name not in ("deep", "sparse")} == {3}


def test_a_new_gradebook_has_the_version_that_nbgrader_would_give_it() -> None:
    put_tools_on_path()
    ask = "from nbgrader.api import get_alembic_version; print(get_alembic_version())"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == schema_version()


def test_nbgraders_exchange_takes_the_feedback(course: Directory, tmp_path: Path) -> None:
    handed_in = hand_in(course, "ada", RIGHT).parent
    (handed_in / "timestamp.txt").write_text("2026-03-01 12:00:00.000000 UTC")
    (handed_in / "submission_secret.txt").write_text("what nbgrader put there")
    hand_in(course, "eve", RIGHT)
    (course.folder("submitted", "eve", LESSON) / "submission_secret.txt").symlink_to(
        "/etc/hostname"
    )
    graded(course)
    assert len(list(write(course, LESSON))) == 2
    assert not (course.folder("feedback", "eve", LESSON) / "submission_secret.txt").exists()
    shutil.rmtree(course.folder("feedback", "eve", LESSON))
    put_tools_on_path()
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "release_feedback", LESSON,
         f"--Exchange.root={exchange}"],
        cwd=course.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (page,) = exchange.glob("*/feedback/*.html")
    assert (
        page.read_text()
        == (course.folder("feedback", "ada", LESSON) / f"{LESSON}.html").read_text()
    )
