"""Points need evidence; reasons never tell what a hidden test tried."""

from __future__ import annotations

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import compute_checksum

from autograder.outcome import Graded, Status
from autograder.score import Ran, graded

TEST = 'assert f(3) == 9, "three squared is not nine"'


def cell(points: float = 4, *, solution: bool = False, source: str = TEST) -> Any:
    about = {"grade": True, "grade_id": "f-tests", "locked": True, "points": points}
    return new_code_cell(source, metadata={"nbgrader": {**about, "solution": solution}})


def score(ran: Ran | None) -> Graded:
    return graded("nb", cell(), ran)


def test_running_to_the_end_earns_all() -> None:
    assert (score(Ran(finished=True)).score, score(Ran(finished=True)).status) == (4, Status.PASSED)


def test_no_evidence_earns_nothing() -> None:
    assert score(None).score == 0
    assert score(Ran(finished=False)).score == 0
    assert score(None).status is Status.NO_EVIDENCE


@pytest.mark.parametrize(
    ("value", "credit"),
    [("2.5", 2.5), ("0", 0), ("4", 4), ("np.float64(1.5)", 1.5), ("4.0", 4)],
)
def test_a_number_is_partial_credit(value: str, credit: float) -> None:
    assert score(Ran(finished=True, value=value)).score == credit


@pytest.mark.parametrize("value", ["-1", "5", "nan", "inf", "'all of it'", "None", "True", "[4]"])
def test_anything_else_earns_nothing(value: str) -> None:
    result = score(Ran(finished=True, value=value))
    assert (result.score, result.status) == (0, Status.NO_EVIDENCE)


def test_an_error_after_a_value_earns_nothing() -> None:
    assert score(Ran(finished=False, value="4", error=("KeyError", "x"))).score == 0


def test_the_authors_sentence_is_passed_on() -> None:
    said = "three squared is not nine"
    assert score(Ran(finished=False, error=("AssertionError", said))).message == said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AssertionError", "called with 3"),
        ("TimeoutError", "called with 3"),
        ("ValueError", "called with 3"),
    ],
)
def test_other_texts_are_not(name: str, text: str) -> None:
    result = score(Ran(finished=False, error=(name, text)))
    assert "called with" not in result.message
    assert result.status is Status.FAILED


def test_a_name_that_was_never_made_points_to_the_cell_that_makes_it() -> None:
    result = score(Ran(finished=False, error=("NameError", "name 'f' is not defined")))
    assert "the cell that makes it has failed" in result.message


def test_not_attempted_is_told_from_wrong() -> None:
    result = score(Ran(finished=False, error=("NotAttempted", "not attempted: f")))
    assert (result.score, result.status) == (0, Status.NOT_ATTEMPTED)


def test_a_stub_that_fails_in_another_way_is_told_from_wrong() -> None:
    """A test of a trained model asks first for a file; the stub wrote none."""
    failed = Ran(finished=False, error=("AssertionError", "there is no file"))
    result = graded("nb", cell(), failed, untouched=True)
    assert (result.score, result.status) == (0, Status.NOT_ATTEMPTED)
    assert "as it was released" in result.message
    assert graded("nb", cell(), Ran(finished=True), untouched=True).score == 4


def test_a_changed_answer_waits_for_a_person_and_an_unchanged_one_earns_nothing() -> None:
    answer = cell(solution=True, source="# my words")
    assert graded("nb", answer, None).status is Status.MANUAL
    assert graded("nb", answer, None).score is None
    answer.metadata.nbgrader["checksum"] = compute_checksum(answer)
    assert graded("nb", answer, None).score == 0
    prose = new_markdown_cell("my words", metadata=cell().metadata)
    assert graded("nb", prose, None).status is Status.MANUAL


def test_our_own_sentence_says_why_a_cell_was_stopped() -> None:
    result = score(Ran(finished=False, stopped="this cell took longer than 2 s and was stopped"))
    assert (result.score, result.status) == (0, Status.FAILED)
    assert "longer than 2 s" in result.message
