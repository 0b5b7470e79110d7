"""Lesson 07 ends in a text that a person marks."""

from __future__ import annotations

from pathlib import Path

from nbgrader import utils

from autograder.build.release import source_notebook
from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.markers import reference, released

ROOT = Path(__file__).parents[2]
LESSON = "07_beyond_colab"


def test_the_recommendation_is_marked_by_a_person_and_its_model_answer_stays_here() -> None:
    cells = source_notebook(Directory.open(ROOT), LESSON).cells
    (cell,) = [cell for cell in cells if grade_id(cell) == "recommendation"]
    assert utils.is_grade(cell)
    assert utils.is_solution(cell)
    assert cell.cell_type == "markdown"
    assert not released(cell.source).strip(), "all of the answer is between the markers"
    text = (ROOT / "release" / LESSON / f"{LESSON}.ipynb").read_text("utf-8")
    assert text.count("YOUR ANSWER HERE") == 1
    answer = [line for line in reference(cell.source).split("\n") if len(line) > 20]
    assert len(answer) > 10
    assert not [line for line in answer if line in text]
