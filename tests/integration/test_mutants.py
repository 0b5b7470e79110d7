"""Every named wrong solution loses its exercise; the reference gets all; the stub gets none.

Each runs in the real grader. Where the exercise is not about training, the cells that train are
left out, since nothing graded depends on them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import register
from autograder.build.step import grade_id
from autograder.build.tidy import AFTER_EXERCISES
from autograder.directory import Directory
from autograder.execute import execute
from autograder.intake.collect import files_in
from autograder.lints import notebook_of
from autograder.outcome import Outcome, Status
from autograder.submission import Submission
from autograder.synthetic import REFERENCE, STUB, reference

ROOT = Path(__file__).parents[2]
LESSON = "03_train_end_to_end"
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))
TRAINED = "trained-model"
pytestmark = pytest.mark.integration


@cache
def whole(tmp: str) -> Any:
    """Return the lesson with stubs and hidden tests, registered in a throw-away gradebook."""
    directory = Directory.open(ROOT)
    directory.config.CourseDirectory.db_url = f"sqlite:///{tmp}/gradebook.db"
    return register(directory, LESSON)[LESSON]


def run(tmp: Path, answers: dict[str, str], otherwise: str = REFERENCE, *, train: bool) -> Outcome:
    directory = Directory.open(ROOT)
    solutions = {grade_id(c): c.source for c in notebook_of(directory, LESSON).cells}
    notebook = whole(str(tmp)).copy()
    notebook.cells = [cell.copy() for cell in notebook.cells]
    for cell in notebook.cells:
        if utils.is_solution(cell):
            answer = answers.get(grade_id(cell), otherwise)
            right = reference(solutions[grade_id(cell)])
            cell.source = {STUB: cell.source, REFERENCE: right}.get(answer, answer)
    if not train:
        notebook.cells = [c for c in notebook.cells if not trains(c)]
    source = directory.folder("source", ".", LESSON)
    materials = {"data/tiles.zip": files_in(source, ())["data/tiles.zip"]}
    return execute(
        Submission("m", LESSON, {LESSON: notebook}, {}, materials, source / "secret", ())
    )


def trains(cell: Any) -> bool:
    return AFTER_EXERCISES in cell.metadata.get("tags", [])


def scores(outcome: Outcome) -> dict[str, float | None]:
    return {cell.grade_id.removesuffix("-tests"): cell.score for cell in outcome.cells}


@pytest.fixture(scope="module")
def tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants")


def test_the_reference_gets_everything_in_few_seconds(tmp: Path) -> None:
    outcome = run(tmp, {}, train=True)
    assert outcome.score == outcome.max_score == 25
    assert outcome.seconds < 30


def test_honest_work_gets_the_same_score_every_time(tmp: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda _: run(tmp, {}, train=True), range(30)))
    assert {tuple(scores(outcome).items()) for outcome in outcomes} == {
        tuple(scores(outcomes[0]).items())
    }
    assert outcomes[0].score == 25


def test_the_untouched_stub_gets_nothing(tmp: Path) -> None:
    outcome = run(tmp, {}, otherwise=STUB, train=True)
    assert outcome.score == 0
    # The trained model leaves a file or it does not: without one, that test says what is missing.
    assert {c.status for c in outcome.cells if c.grade_id != f"{TRAINED}-tests"} == {
        Status.NOT_ATTEMPTED
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_wrong_solution_loses_its_points(tmp: Path, mutant: Path) -> None:
    exercise = mutant.parent.name
    outcome = run(tmp, {exercise: mutant.read_text("utf-8")}, train=exercise == TRAINED)
    found = scores(outcome)
    assert found.pop(exercise) == 0, "the hidden tests let this mistake pass"
    depends = {TRAINED} | ({"save"} if exercise == "model" else set())
    kept = {name: score for name, score in found.items() if name not in depends}
    assert all(kept.values()), "a mistake in one exercise costs points in another"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_wrong_solution_says_what_mistake_it_is(mutant: Path) -> None:
    assert mutant.read_text("utf-8").startswith('"""')
