"""The demonstration notices a score that is not what a student deserves."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom import CLASSROOM, LESSON
from autograder.demo import _agrees, _differences
from autograder.outcome import Outcome, State
from autograder.synthetic import REFERENCE, STUB, Student

POINTS = {"split": 2.0, "model": 3.0}
ADA = Student("ada", "right")
MUTANTS = Path(__file__).parents[1] / "mutants" / LESSON


def outcome(state: State = State.GRADED) -> Outcome:
    return Outcome("ada", LESSON, state)


def test_the_deserved_score_agrees() -> None:
    scores = {"split-tests": 2.0, "model-tests": 3.0}
    assert _agrees(ADA, outcome(), scores, ADA.deserves(POINTS))


@pytest.mark.parametrize(
    "scores",
    [
        {"split-tests": 2.0, "model-tests": 2.5},
        {"split-tests": 3.0, "model-tests": 2.0},  # the same sum from other cells
        {"split-tests": 2.0},
        {"split-tests": 2.0, "model-tests": None},
        {},
    ],
)
def test_any_other_does_not(scores: dict[str, float]) -> None:
    assert not _agrees(ADA, outcome(), scores, ADA.deserves(POINTS))
    assert _differences(scores, ADA.deserves(POINTS))


def test_an_infrastructure_error_does_not_agree() -> None:
    scores = {"split-tests": 2.0, "model-tests": 3.0}
    assert not _agrees(ADA, outcome(State.INFRA_ERROR), scores, ADA.deserves(POINTS))


def test_a_file_that_should_be_refused_must_be() -> None:
    torn = Student("ada", "torn", readable=False)
    assert _agrees(torn, outcome(State.INVALID_SUBMISSION), {}, {})
    assert not _agrees(torn, outcome(), {"split-tests": 2.0}, {})


def test_wrong_answers_deserve_nothing_unless_said_otherwise() -> None:
    student = Student("x", "", {"split": "at-random"}, expected={"model": (1.0, 2.0)})
    assert student.deserves(POINTS) == {"split": (0.0, 0.0), "model": (1.0, 2.0)}


def test_the_class_is_a_class() -> None:
    assert len(CLASSROOM) >= 12
    assert len({student.name for student in CLASSROOM}) == len(CLASSROOM)
    for student in CLASSROOM:
        for exercise, answer in student.answers.items():
            named = (MUTANTS / exercise / f"{answer}.py").is_file()
            assert named or "\n" in answer or answer in (REFERENCE, STUB), answer
