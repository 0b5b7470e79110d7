"""`course check` grades a lesson's own answers, and says which of them is not what it should be.

On the tiny course, with one thing wrong at a time. That all real lessons hold is `make check`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder.calibrate import calibrate
from autograder.directory import Directory
from autograder.proof import Grader, prove
from autograder.secret import generator
from course.errors import CourseError

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
LESSON = "01_tiny"
WRONG = {"returns-x": "def double(x):\n    return x", "returns-none": "def double(x):\n    pass"}
Tiny = Callable[..., Path]
TESTS = "# Graded: 3 points.\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def course(root: Path, mutants: dict[str, str] = WRONG) -> Directory:
    folder = root / "tests" / "mutants" / LESSON / "double"
    folder.mkdir(parents=True)
    for name, code in mutants.items():
        (folder / f"{name}.py").write_text(f'"""{name}."""\n{code}\n')
    return Directory.open(root)


def said(directory: Directory) -> list[str]:
    return [str(problem) for problem in prove(directory, LESSON).problems]


def test_a_lesson_that_holds_has_no_problem(tiny_course: Tiny) -> None:
    directory = course(tiny_course())
    proof = prove(directory, LESSON)
    assert proof.problems == ()
    assert proof.mutants == 2
    assert 0 <= proof.cpu_seconds < 5
    assert not (directory.root / "gradebook.db").exists()


def test_a_reference_that_fails_is_named(tiny_course: Tiny, change_cell: Any) -> None:
    tests = TESTS.format("assert double(21) == 43, 'not 43'")
    (problem,) = said(course(tiny_course(cells=change_cell("double-tests", source=tests))))
    assert "cell 'double-tests': the reference gets 0 of 3 points: not 43." in problem


def test_a_reference_that_fails_with_some_seeds_is_named(
    tiny_course: Tiny, change_cell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    for seed in ("first", "second", "third"):
        monkeypatch.setenv("COURSE_SEED", seed)
        drawn.append(int(generator("double").integers(1000)))
    tests = TESTS.format(
        "from autograder.secret import generator\n"
        "_x = int(generator('double').integers(1000))\n"
        f"assert double(_x) == 2 * _x and _x != {drawn[1]}"
    )
    (problem,) = said(course(tiny_course(cells=change_cell("double-tests", source=tests))))
    assert "the reference gets 0 of 3 points" in problem


def test_a_test_that_passes_without_an_answer_is_named(tiny_course: Tiny, change_cell: Any) -> None:
    tests = TESTS.format("assert 1 + 1 == 2")
    problems = said(course(tiny_course(cells=change_cell("double-tests", source=tests))))
    assert any("the stub is 'passed' with 3.0 points" in problem for problem in problems)
    assert sum("the tests give this mistake 3 points" in problem for problem in problems) == 2


def test_a_stub_that_only_fails_is_named(tiny_course: Tiny, change_cell: Any) -> None:
    tests = TESTS.format("assert 'twice' in str(double), 'no'\nassert double(1) == 2")
    problems = said(course(tiny_course(cells=change_cell("double-tests", source=tests))))
    assert any("the stub is 'failed' with 0.0 points" in problem for problem in problems)


def test_a_wrong_solution_that_is_right_is_named(tiny_course: Tiny) -> None:
    right = {"adds": "def double(x):\n    return x + x"}
    (problem,) = said(course(tiny_course(), WRONG | right))
    assert problem.startswith("tests/mutants/01_tiny/double/adds.py: the tests give this mistake")


def two(cells: list[Any]) -> list[Any]:
    """Add an exercise whose tests call the first one's function."""
    more = [cell.copy() for cell in cells[2:]]
    for cell in more:
        cell.metadata = {"nbgrader": dict(cell.metadata["nbgrader"])}
        cell.metadata["nbgrader"]["grade_id"] = cell.metadata["nbgrader"]["grade_id"].replace(
            "double", "four"
        )
        cell.id = f"more-{cell.id}"
    more[0].source = more[0].source.replace("double", "four").replace("x + x", "4 * x")
    more[2].source = TESTS.format("assert four(1) == 4 and double(1) == 2")
    return [*cells, *more]


@pytest.mark.parametrize("builds_on", [{}, {"four": ["double"]}])
def test_a_mistake_that_costs_points_elsewhere_is_named(
    tiny_course: Tiny, builds_on: dict[str, list[str]]
) -> None:
    def front(matter: dict[str, Any]) -> dict[str, Any]:
        both = [{"can": "double", "exercises": ["double", "four"]}]
        return {**matter, "objectives": both, "builds-on": builds_on}

    problems = said(course(tiny_course(cells=two, front=front)))
    assert len(problems) == (0 if builds_on else 2)
    assert all("this mistake costs points in 'four' too" in problem for problem in problems)


# ---- Metrics ------------------------------------------------------------------------------------

TRAINED = """\
SEED = 0
def double(x):
    ### BEGIN SOLUTION
    return 0.9 + 0.001 * SEED
    ### END SOLUTION"""
GRADED = """\
from autograder.metric import credit
credit("closeness", double(1), floor=0.5, target=0.8, points=3)"""


def test_a_sweep_trains_with_each_seed(tiny_course: Tiny, change_cell: Any) -> None:
    def cells(found: list[Any]) -> list[Any]:
        found = change_cell("double", source=TRAINED)(found)
        return list(change_cell("double-tests", source=TESTS.format(GRADED))(found))

    root = tiny_course(cells=cells)
    (root / "source" / LESSON / f"{LESSON}.py").write_text("print('ran')\n")
    seeds: list[str] = []
    found = calibrate(Directory.open(root), LESSON, 5, seeds.append)
    (sweep,) = found.sweeps
    assert (sweep.exercise, sweep.metric, sweep.floor, sweep.target) == (
        "double", "closeness", 0.5, 0.8
    )  # fmt: skip
    assert sweep.values == pytest.approx((0.9, 0.901, 0.902, 0.903, 0.904))
    assert len(seeds) == 4
    assert found.source_seconds > 0


def test_a_metric_without_a_seed_is_named(tiny_course: Tiny, change_cell: Any) -> None:
    constant = GRADED.replace("double(1)", "double(1) / 2")
    root = tiny_course(cells=change_cell("double-tests", source=TESTS.format(constant)))
    with pytest.raises(CourseError, match="no answer has a line `SEED = 0`"):
        calibrate(Directory.open(root), LESSON, 5, print)


def test_honest_work_gets_the_same_score_every_time() -> None:
    grader = Grader.of(Directory.open(ROOT), "03_train_end_to_end")
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda _: grader.grade({}), range(30)))
    scores = {tuple(cell.score for cell in outcome.cells) for outcome in outcomes}
    assert len(scores) == 1
    assert outcomes[0].score == outcomes[0].max_score == 25
