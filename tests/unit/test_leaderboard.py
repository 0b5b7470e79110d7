"""Who stands where, under which name, and what the table keeps to itself."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from typer.testing import CliRunner

from autograder import archive
from autograder.cli import app
from autograder.directory import Directory
from autograder.leaderboard import cleaned, disguised, leaderboard, pseudonym, say_nickname
from autograder.metric import credit
from autograder.outcome import Graded, Outcome, State, Status

LESSON = "01_tiny"
MARKS = {"floor": 0.5, "target": 0.9, "points": 4.0}


@pytest.fixture
def course(tiny_course: Any) -> Directory:
    return Directory.open(tiny_course())


@pytest.fixture
def graded(course: Directory, capsys: pytest.CaptureFixture[str]) -> Any:
    """A function that keeps a student's result as grading does."""

    def keep(
        student: str,
        value: float | None,
        nickname: str = "",
        *,
        before: str = "",
        state: State = State.GRADED,
    ) -> None:
        score = 0.0
        print(before, end="")
        if value is not None:
            say_nickname(nickname)
            score = credit("accuracy", value, **MARKS)
        cell = new_code_cell("", metadata={"nbgrader": {"grade_id": "double-tests", "grade": True}})
        cell.outputs = [new_output("stream", name="stdout", text=capsys.readouterr().out)]
        ran = state in (State.GRADED, State.STUDENT_ERROR)
        status = Status.PARTIAL if score else Status.FAILED
        cells = (Graded(LESSON, "double-tests", status, score, MARKS["points"]),) if ran else ()
        notebooks = {LESSON: new_notebook(cells=[cell])} if ran else {}
        archive.keep(course, Outcome(student, LESSON, state, cells, notebooks), "key")

    return keep


def table(course: Directory, **options: Any) -> list[tuple[int | None, str, float | None]]:
    return [(e.rank, e.name, e.value) for e in leaderboard(course, LESSON, **options)]


def test_the_best_comes_first_and_equals_share_a_rank(course: Directory, graded: Any) -> None:
    for student, value in (
        ("s1", 0.71),
        ("s2", 0.82),
        ("s3", 0.8200001),
        ("s4", 0.6),
        ("s5", None),
    ):
        graded(student, value)
    assert table(course, names=True) == [
        (1, "s2", 0.82), (1, "s3", 0.82), (3, "s1", 0.71), (4, "s4", 0.6), (None, "s5", None),
    ]  # fmt: skip


def test_nobody_is_named_unless_asked_for(course: Directory, graded: Any) -> None:
    graded("lovelace-ada", 0.8, "Kestrel")
    graded("babbage-charles", 0.7)
    names = [name for _, name, _ in table(course)]
    assert names[0] == "Kestrel"
    assert names[1] == pseudonym("babbage-charles", course.seed())
    assert {name for _, name, _ in table(course, names=True)} == {"lovelace-ada", "babbage-charles"}


def test_three_decimals_are_all_it_says_of_held_out_data(course: Directory, graded: Any) -> None:
    graded("s1", 0.7654321)
    assert table(course)[0][2] == 0.765


def test_a_result_is_not_forged_by_what_a_student_prints(course: Directory, graded: Any) -> None:
    forged = "nickname = Somebody\naccuracy = 0.99; no points up to 0.5, all 4 from 0.9\n"
    graded("s1", 0.7, "Me", before=forged)
    graded("s2", None, before=forged)
    assert table(course) == [
        (1, "Me", 0.7),
        (None, pseudonym("s2", course.seed()), None),
    ]


def test_an_earlier_notebook_does_not_count(course: Directory, graded: Any) -> None:
    graded("s1", 0.8)
    graded("s1", None, state=State.INVALID_SUBMISSION)
    graded("s2", 0.8)
    graded("s2", None, state=State.INFRA_ERROR)
    assert [(rank, value) for rank, _, value in table(course)] == [(None, None), (None, None)]


def test_a_torn_result_is_left_out(course: Directory, graded: Any) -> None:
    graded("s1", 0.8)
    (course.folder("autograded", "s1", LESSON) / archive.OUTCOME).write_text("{")
    graded("s2", 0.8)
    (course.folder("autograded", "s2", LESSON) / f"{LESSON}.ipynb").write_text("{")
    assert [(rank, value) for rank, _, value in table(course)] == [(None, None)]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Kestrel", "Kestrel"),
        ("  two   words ", "two words"),
        ("=SUM(A1)", "SUM A1"),
        ("-1+2", "1 2"),
        ("[bold]red[/bold]", "bold red bold"),
        ("a\nnickname = b", "a nickname b"),
        ("<b>x</b>", "b x b"),
        ("snake_case", "snake case"),
        ("Zoë 伟", "Zoë 伟"),
        ("x" * 99, "x" * 24),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_a_nickname_is_cleaned(given: str, shown: str) -> None:
    assert cleaned(given) == shown


def test_names_are_unique_and_nobody_elses() -> None:
    chosen = {"s1": "Moss", "s2": "moss", "s3": "S1", "s4": "", "s5": "Fern"}
    stolen = {**chosen, "s6": pseudonym("s4", "seed")}
    shown = disguised(stolen, "seed")
    assert len({name.casefold() for name in shown.values()}) == len(stolen)
    assert shown["s5"] == "Fern"
    assert shown["s1"].startswith("Moss ")
    assert shown["s2"].startswith("moss ")
    assert shown["s3"] == pseudonym("s3", "seed")  # it is somebody's id
    assert shown["s4"] == pseudonym("s4", "seed")
    assert shown["s6"] == pseudonym("s6", "seed")  # it is what another one is called


def test_an_invented_name_depends_on_the_secret_seed() -> None:
    assert pseudonym("s1", "a") == pseudonym("s1", "a")
    assert pseudonym("s1", "a") != pseudonym("s1", "b")
    assert pseudonym("s1", "a") != pseudonym("s2", "a")
    names = {pseudonym(f"s{number}", "a") for number in range(300)}
    assert len(names) == 300


def run(course: Directory, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["leaderboard", LESSON, "--root", str(course.root), *arguments])


def test_the_command_shows_a_table(course: Directory, graded: Any) -> None:
    graded("s1", 0.7123, "Kestrel")
    graded("s2", None)
    done = run(course)
    assert done.exit_code == 0
    assert "Kestrel" in done.output
    assert "0.712" in done.output
    assert "no model" in done.output
    assert "s1" not in done.output


def test_the_command_writes_json_and_csv(course: Directory, graded: Any, tmp_path: Path) -> None:
    graded("s1", 0.7123, "Kestrel")
    graded("s2", None)
    path = tmp_path / "board.csv"
    done = run(course, "--json", "--names", "--csv", str(path))
    printed = json.loads(done.output)
    assert printed["assignment"] == LESSON
    assert printed["entries"] == [
        {"rank": 1, "name": "s1", "metric": "accuracy", "value": 0.712},
        {"rank": None, "name": "s2", "metric": "", "value": None},
    ]
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert [(row["rank"], row["name"], row["value"]) for row in rows] == [
        ("1", "s1", "0.712"), ("", "s2", ""),
    ]  # fmt: skip


def test_the_command_says_when_nobody_was_graded(course: Directory) -> None:
    done = run(course)
    assert done.exit_code == 0
    assert "course grade" in done.output
