"""The visible checks let the reference pass and catch the mistakes that they can see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import read_notebook
from autograder.build.step import grade_id
from autograder.markers import marked, released
from autograder.synthetic import reference
from course.exercise import Result, Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "07_beyond_colab"
EXERCISES = ("where-am-i", "paths", "choose", "break-even")
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))
# What only the hidden tests look at: more marks at once, and what else a call changes.
UNSEEN = {"weak-marks-first", "value-not-looked-at", "offers-sorted-in-place"}
SEEN = [mutant for mutant in MUTANTS if mutant.stem not in UNSEEN]


def cells() -> list[Any]:
    return list(read_notebook(ROOT / "source" / LESSON / f"{LESSON}.ipynb").cells)


def namespace() -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions."""
    names: dict[str, Any] = {}
    for cell in cells():
        if grade_id(cell) == "imports":
            exec(cell.source, names)
        elif cell.cell_type == "code" and utils.is_solution(cell):
            exec(reference(cell.source), names)
    return names


def told(mutant: Path) -> Result:
    """Return what the check says to a wrong solution."""
    names = namespace()
    exec(mutant.read_text("utf-8"), names)
    return check(mutant.parent.name, names)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_passes(exercise: str) -> None:
    assert check(exercise, namespace()).verdict is Verdict.PASSED


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_if_it_can_be_seen(mutant: Path) -> None:
    result = told(mutant)
    assert result.verdict is (Verdict.PASSED if mutant.stem in UNSEEN else Verdict.FAILED)


@pytest.mark.parametrize("mutant", SEEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_in_a_sentence_that_no_hidden_test_says(mutant: Path) -> None:
    message = told(mutant).message
    assert re.search(r"[a-z0-9].*[.?]$", message), "not a sentence"
    assert "your code raised" not in message, "an exception is no explanation"
    graded = [cell.source for cell in cells() if utils.is_grade(cell) and utils.is_locked(cell)]
    hidden = {line.strip() for source in graded for line, region in marked(source) if region}
    texts = {text for line in hidden for text in re.findall(r'"([^"]{12,})"', line) if " " in text}
    assert len(texts) > 30, "the messages of the hidden tests were not found"
    assert not [text for text in texts if text in message]


@pytest.mark.parametrize(
    ("mutant", "words"),
    [
        ("where-am-i/colab-asked-first", "Which question has to come first?"),
        ("where-am-i/image-label-trusted", "the label of Colab's image alone proves nothing"),
        ("paths/unknown-platform-fails", "take the entry 'local'"),
        ("paths/the-global-registry", "look in the registry that it is given"),
        ("paths/writes-into-the-input", "for a read-only data folder"),
        ("paths/results-on-the-lost-disk", "does that outlive the session?"),
        ("choose/more-than-needed-asked", "exactly the memory that is needed"),
        ("choose/must-be-equal", "a need of False is met by every offer"),
        ("choose/first-reason-only", "rejected for 'gpu_gb' and 'budget'"),
        ("choose/nothing-fits-crashes", "ask first whether there is one"),
        ("break-even/waiting-is-free", "48 watts while waiting"),
        ("break-even/divided-by-zero", "return math.inf before you divide"),
        ("break-even/months-below-zero", "power costs more than the rent"),
    ],
)
def test_the_message_names_the_mistake(mutant: str, words: str) -> None:
    assert words in told(ROOT / "tests" / "mutants" / LESSON / f"{mutant}.py").message


def test_the_recommendation_is_marked_by_a_person_and_its_model_answer_stays_here() -> None:
    (cell,) = [cell for cell in cells() if grade_id(cell) == "recommendation"]
    assert utils.is_grade(cell)
    assert utils.is_solution(cell)
    assert cell.cell_type == "markdown"
    assert not released(cell.source).strip(), "all of the answer is between the markers"
    text = (ROOT / "release" / LESSON / f"{LESSON}.ipynb").read_text("utf-8")
    assert text.count("YOUR ANSWER HERE") == 1
    answer = [line for line in reference(cell.source).split("\n") if len(line) > 20]
    assert len(answer) > 10
    assert not [line for line in answer if line in text]
