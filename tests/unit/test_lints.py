"""`course check`: a whole lesson passes every rule, and each rule fails when its promise breaks."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output

from autograder.build.release import build, source_notebook
from autograder.directory import Directory
from autograder.lints import LINTS
from autograder.measurement import Measured, Sweep, digest
from autograder.site import platform_page
from autograder.sync import wanted
from course.checks import Checks, _registry
from course.errors import CourseError

Tiny = Callable[..., Path]
Whole = Callable[..., Directory]

SECTIONS = "every lesson ends in three errors, costs and cleaning up, a quiz, what to keep and read"
HEADED = "every exercise has a heading with its level and minutes, which fit into the lesson's"
EXPLAINED = "every quiz has five questions with one right option, and explains every option"
DRAWN = "every lesson shows a figure"
MEASURED = (
    "every lesson was measured as it is: grading takes at most 20 s of a core, the source 60 s; "
    "a metric fails at most 1% of right answers"
)
PROVED = (
    "references get all points, stubs none and 'not attempted', every wrong solution loses its own"
)
PAIRED = "every source is paired with its notebook"
EXECUTED = "every code cell of a source was executed, and some output is there to compare"
FRESH = "every release is what its source gives"
TIGHT = "no release holds a hidden test, a solution, a marker, a source or held-out data"
WHOLE = "every exercise has a stub, a visible check, two hints and hidden tests"
TWINNED = "every lesson for a GPU is tested on the accelerator twin"
MUTATED = "every exercise has at least 3 named wrong solutions"
TOLD = "the table of platforms is what the registry says"
PRIVATE = "no student data is in git"

WORDS = "because that is what doubling a number means"
QUESTION = """\
**{number}. What is twice {number}?**

<details><summary>{number} + {number}</summary>Right. It is so {words}.</details>
<details><summary>{number}</summary>No. It is not, {words}.</details>
<details><summary>Nothing</summary>No. It is not, {words}.</details>"""
QUIZ = "\n\n".join(QUESTION.format(number=number, words=WORDS) for number in range(1, 6))
CLOSING = f"""\
## Three errors you will meet

- `TypeError` One.
- `NameError` Two.
- `ValueError` Three.

## What it cost, and cleaning up

Nothing.

## Five questions

{QUIZ}

## Take away

- Twice is plus itself.

## Read on

- The docs."""
HEADING = "## Doubling\n\n### Exercise `double` · easy · 5 minutes"

JUPYTEXT = {
    "cell_metadata_filter": "nbgrader,tags,-all",
    "notebook_metadata_filter": "course,kernelspec,-language_info,-all",
}


@pytest.fixture
def whole(tiny_course: Tiny, monkeypatch: pytest.MonkeyPatch) -> Whole:
    """A function that writes the tiny course with all that `course check` asks for, and builds."""
    described = Checks("double", ("double",), ("add", "x + x"), "right.", lambda double: None)
    monkeypatch.setitem(_registry, "double", described)

    def make(**changes: Any) -> Directory:
        root = tiny_course(**changes)
        path = root / "source" / "01_tiny" / "01_tiny.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[0].source = HEADING
        notebook.cells.append(new_markdown_cell(CLOSING, id="closing"))
        notebook.metadata["jupytext"] = JUPYTEXT
        jupytext.write(notebook, path.with_suffix(".py"), fmt="py:percent")
        executed(path)
        folder = root / "tests" / "mutants" / "01_tiny" / "double"
        folder.mkdir(parents=True)
        for name in ("returns-x.py", "returns-none.py", "returns-a-half.py"):
            (folder / name).write_text(f'"""{name}"""\ndef double(x):\n    return x\n')
        directory = Directory.open(root)
        build(directory, "01_tiny")
        measure(directory)
        return directory

    return make


def measure(directory: Directory, *sweeps: Sweep, cpu: float = 1.0, source: float = 2.0) -> None:
    """Write measurements as `course calibrate` would."""
    notebook = source_notebook(directory, "01_tiny")
    known = digest(directory, "01_tiny", notebook)
    Measured(known, "2026-11-24", "2.13.0", cpu, source, sweeps).write(directory, "01_tiny")


def executed(path: Path) -> None:
    """Write the notebook of a script as if it had been executed."""
    notebook = wanted(path.with_suffix(".py"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.execution_count = number
    code[0].outputs = [
        new_output("stream", text="hello\n"),
        new_output("display_data", data={"image/png": ""}),
    ]
    nbformat.write(notebook, path)


def broken(directory: Directory) -> dict[str, list[str]]:
    """Return the promises that are broken, with what the quick rules say."""
    quick = [rule for rule in LINTS if not rule.slow]
    said = {rule.promise: [str(e) for e in rule.rule(directory, "01_tiny")] for rule in quick}
    return {promise: errors for promise, errors in said.items() if errors}


def source(directory: Directory) -> Path:
    return directory.root / "source" / "01_tiny" / "01_tiny.ipynb"


def edit(path: Path, change: Callable[[Any], None]) -> None:
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def test_there_is_a_rule_for_each_promise() -> None:
    files = {PAIRED, EXECUTED, FRESH, TIGHT, TOLD, PRIVATE}
    texts = {SECTIONS, HEADED, EXPLAINED, DRAWN}
    promises = [rule.promise for rule in LINTS]
    assert len(promises) == len(set(promises))
    assert set(promises) == files | texts | {WHOLE, MUTATED, TWINNED, PROVED, MEASURED}
    assert [rule.promise for rule in LINTS if rule.slow] == [PROVED]


def test_a_whole_lesson_breaks_no_promise(whole: Whole) -> None:
    assert broken(whole()) == {}


def test_a_script_changed_alone_is_named(whole: Whole) -> None:
    directory = whole()
    script = source(directory).with_suffix(".py")
    script.write_text(script.read_text("utf-8").replace("## Doubling", "## Halving"), "utf-8")
    said = broken(directory)
    assert list(said) == [PAIRED]
    assert said[PAIRED][0].startswith(f"{script}: the notebook is not up to its .py.")
    assert "course sync 01_tiny" in said[PAIRED][0]


def test_changed_front_matter_of_the_script_is_named(whole: Whole) -> None:
    directory = whole()
    script = source(directory).with_suffix(".py")
    script.write_text(script.read_text("utf-8").replace("minutes: 5", "minutes: 6"), "utf-8")
    assert list(broken(directory)) == [PAIRED]


def test_a_notebook_without_its_script_is_named(whole: Whole) -> None:
    directory = whole()
    source(directory).with_suffix(".py").unlink()
    said = broken(directory)
    assert list(said) == [PAIRED]
    assert "the paired source is missing" in said[PAIRED][0]


def test_a_cell_that_was_not_executed_is_named(whole: Whole) -> None:
    directory = whole()

    def forget(notebook: Any) -> None:
        notebook.cells[3].execution_count = None

    edit(source(directory), forget)
    said = broken(directory)
    assert list(said) == [EXECUTED]
    assert said[EXECUTED][0].startswith(
        "lesson 01_tiny, cell 'double-check', line 1: the cell was not executed."
    )


def test_a_source_without_any_output_is_named(whole: Whole) -> None:
    directory = whole()

    def silence(notebook: Any) -> None:
        notebook.cells[1].outputs = []

    edit(source(directory), silence)
    said = broken(directory)
    assert set(said) == {EXECUTED, DRAWN}
    assert "no cell has an output" in said[EXECUTED][0]


def test_a_stale_release_is_named_with_the_difference(whole: Whole) -> None:
    directory = whole()
    (directory.releases / "01_tiny" / "more.txt").write_text("more")
    said = broken(directory)
    assert list(said) == [FRESH]
    assert "the release is stale:\nnot from the source: more.txt" in said[FRESH][0]
    assert "course build 01_tiny" in said[FRESH][0]


def test_a_leak_is_named(whole: Whole) -> None:
    directory = whole()
    (source(directory).parent / "notes.txt").write_text("twice_as_much = x + x\n")
    build(directory, "01_tiny")
    said = broken(directory)
    assert list(said) == [TIGHT]
    assert said[TIGHT][0].startswith("01_tiny/notes.txt: a line of the solution of cell 'double'")


def test_a_graded_cell_without_hidden_tests_is_named(whole: Whole, change_cell: Any) -> None:
    said = broken(whole(cells=change_cell("double-tests", source="assert double(1) == 2")))
    assert list(said) == [WHOLE]
    assert said[WHOLE][0].startswith(
        "lesson 01_tiny, cell 'double-tests', line 1: the graded cell hides no tests."
    )


@pytest.mark.parametrize(
    ("part", "index", "kind"),
    [("double", 2, "solution cell"), ("double-check", 3, "locked check cell")],
)
def test_an_exercise_that_lacks_a_cell_is_named(
    whole: Whole, part: str, index: int, kind: str
) -> None:
    said = broken(whole(cells=lambda cells: [*cells[:index], *cells[index + 1 :]]))
    assert list(said) == [WHOLE]
    assert f"the exercise has no {kind}" in said[WHOLE][0]
    assert f"add one with the grade_id '{part}'" in said[WHOLE][0]


def test_a_check_cell_that_students_can_change_is_named(whole: Whole, change_cell: Any) -> None:
    said = broken(whole(cells=change_cell("double-check", locked=False)))
    assert "the exercise has no locked check cell" in said[WHOLE][0]


def test_an_exercise_without_a_visible_check_is_named(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = whole()
    monkeypatch.delitem(_registry, "double")
    said = broken(directory)
    assert list(said) == [WHOLE]
    assert "there is no check('double')" in said[WHOLE][0]
    assert "course/checks/lesson_01.py" in said[WHOLE][0]


def test_an_exercise_with_two_wrong_solutions_is_named(whole: Whole) -> None:
    directory = whole()
    (directory.root / "tests/mutants/01_tiny/double/returns-x.py").unlink()
    said = broken(directory)
    assert list(said) == [MUTATED]
    assert said[MUTATED][0].startswith("tests/mutants/01_tiny/double: 2 wrong solutions, not 3.")


def test_a_wrong_solution_that_names_no_mistake_is_named(whole: Whole) -> None:
    directory = whole()
    (directory.root / "tests/mutants/01_tiny/double/returns-x.py").write_text("double = id\n")
    (error,) = broken(directory)[MUTATED]
    assert error.startswith("tests/mutants/01_tiny/double/returns-x.py: the mistake is not named.")


def test_a_gpu_lesson_without_the_twin_is_named(whole: Whole) -> None:
    directory = whole(front=lambda front: {**front, "accelerator": "gpu"})
    said = broken(directory)
    assert list(said) == [TWINNED]


def test_an_exercise_without_wrong_solutions_is_named(whole: Whole) -> None:
    directory = whole()
    shutil.rmtree(directory.root / "tests")
    assert list(broken(directory)) == [MUTATED]


@pytest.mark.parametrize(
    "name",
    [
        "submitted/ada/01_tiny/01_tiny.ipynb",
        "demo/autograded/ada/01_tiny/x.ipynb",
        "feedback/ada/01_tiny/x.html",
        "gradebook.db",
        "grades.csv",
        "grades-2026.csv",
        "lists/roster.csv",
        ".env",
    ],
)
def test_tracked_student_data_is_named(whole: Whole, name: str) -> None:
    directory = whole()
    path = directory.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Ada")
    git(directory.root, "init", "--quiet")
    assert broken(directory) == {}  # not tracked yet
    git(directory.root, "add", "--force", name)
    said = broken(directory)
    assert list(said) == [PRIVATE]
    assert said[PRIVATE][0].startswith(f"{name}: student data is tracked.")
    assert f"git rm --cached '{name}'" in said[PRIVATE][0]


@pytest.mark.parametrize("name", ["autograder/feedback/write.py", "source/01_tiny/data/x.csv"])
def test_code_and_lessons_are_not_taken_for_student_data(whole: Whole, name: str) -> None:
    directory = whole()
    (directory.root / name).parent.mkdir(parents=True)
    (directory.root / name).write_text("1")
    git(directory.root, "init", "--quiet")
    git(directory.root, "add", "--force", name)
    assert PRIVATE not in broken(directory)


def test_a_stale_table_of_platforms_is_named_and_mended(whole: Whole) -> None:
    directory = whole()
    page = directory.root / "docs" / "platforms.md"
    page.parent.mkdir()
    page.write_text(f"above\n{platform_page.BEGIN}\n{platform_page.END}\nbelow\n", "utf-8")
    said = broken(directory)
    assert list(said) == [TOLD]
    assert "run `course build` and commit docs/platforms.md" in said[TOLD][0]
    platform_page.write(directory)
    assert broken(directory) == {}


def test_a_graded_cell_named_otherwise_is_no_crash(whole: Whole) -> None:
    directory = whole()

    def rename(notebook: Any) -> None:
        notebook.cells[4].metadata.nbgrader.grade_id = "double-graded"

    edit(source(directory), rename)
    rules = {rule.promise: rule.rule for rule in LINTS}
    assert list(rules[WHOLE](directory, "01_tiny")) == []  # the build names it
    with pytest.raises(CourseError, match="double-graded"):
        list(rules[FRESH](directory, "01_tiny"))


# ---- Texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "promise", "said"),
    [
        ("## Take away", "## To keep", SECTIONS, "there is no section '## Take away'"),
        ("Nothing.\n\n## Five", "\n\n## Five", SECTIONS, "'## What it cost, and cleaning up'"),
        ("- `NameError` Two.\n", "", SECTIONS, "has 2 entries that begin with an error's text"),
        ("- `NameError` Two.", "- Two.", SECTIONS, "has 2 entries that begin with an error's text"),
        ("**4. What", "4. What", EXPLAINED, "the quiz has 4 questions that can be read"),
        ("Right. It is so", "It is so", EXPLAINED, "'What is twice 1?': 0 explanations begin"),
        ("No. It is not,", "Right. It is,", EXPLAINED, "2 explanations begin with 'Right.'"),
        (f"No. It is not, {WORDS}.", "No.", EXPLAINED, "the option '1' is not explained"),
        (
            f"<details><summary>Nothing</summary>No. It is not, {WORDS}.</details>",
            "",
            EXPLAINED,
            "'What is twice 1?': 2 options, not three",
        ),
    ],
)
def test_a_text_that_lacks_something_is_named(
    whole: Whole, old: str, new: str, promise: str, said: str
) -> None:
    directory = whole()

    def change(notebook: Any) -> None:
        assert old in notebook.cells[-1].source
        notebook.cells[-1].source = notebook.cells[-1].source.replace(old, new, 1)

    edit(source(directory), change)
    rules = {rule.promise: rule.rule for rule in LINTS}
    errors = [str(error) for error in rules[promise](directory, "01_tiny")]
    assert said in errors[0]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("### Exercise `twice` · easy · 5 minutes", "'double' has no heading of the form"),
        ("### Exercise `double` · simple · 5 minutes", "the level is easy, medium, harder"),
        ("### Exercise `double` · easy · 6 minutes", "take 6 minutes, the lesson says 5"),
    ],
)
def test_a_heading_that_does_not_fit_is_named(whole: Whole, heading: str, said: str) -> None:
    directory = whole()

    def change(notebook: Any) -> None:
        notebook.cells[0].source = heading

    edit(source(directory), change)
    rules = {rule.promise: rule.rule for rule in LINTS}
    (error,) = rules[HEADED](directory, "01_tiny")
    assert said in str(error)


def test_a_lesson_without_a_figure_is_named(whole: Whole) -> None:
    directory = whole()

    def undraw(notebook: Any) -> None:
        del notebook.cells[1].outputs[1]

    edit(source(directory), undraw)
    assert list(broken(directory)) == [DRAWN]


# ---- Measurements -------------------------------------------------------------------------------

FAIR = Sweep("double", "accuracy", 0.5, 0.8, tuple(0.9 + 0.001 * (n % 5) for n in range(30)))


def test_a_lesson_that_was_never_measured_is_named(whole: Whole) -> None:
    directory = whole()
    (source(directory).parent / "measured.json").unlink()
    said = broken(directory)
    assert list(said) == [MEASURED]
    assert "source/01_tiny/measured.json is missing" in said[MEASURED][0]
    assert "course calibrate 01_tiny" in said[MEASURED][0]


def test_measurements_of_another_code_are_named(whole: Whole) -> None:
    directory = whole()
    data = source(directory).parent / "data"
    data.mkdir()
    (data / "numbers.txt").write_text("1 2 3")
    build(directory, "01_tiny")
    said = broken(directory)
    assert list(said) == [MEASURED]
    assert "was measured before the code or data changed" in said[MEASURED][0]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ({"cpu": 20.1}, "grading the reference takes 20.1 s, not 20"),
        ({"source": 61.0}, "running the source takes 61 s, not 60"),
    ],
)
def test_a_slow_lesson_is_named(whole: Whole, seconds: dict[str, float], said: str) -> None:
    directory = whole()
    measure(directory, **seconds)
    assert said in broken(directory)[MEASURED][0]


def test_a_fair_metric_is_no_problem(whole: Whole) -> None:
    directory = whole()
    measure(directory, FAIR)
    assert broken(directory) == {}


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        (dataclasses.replace(FAIR, values=FAIR.values[:29]), "was tried with 29 seeds, not 30"),
        (
            dataclasses.replace(FAIR, values=(0.79, *FAIR.values)),
            "the reference misses the target 0.8 with 3.2% of the seeds",
        ),
        # No seed missed it, but they lie so far apart that the next one may.
        (
            dataclasses.replace(FAIR, values=(0.81, 0.99) * 15),
            "misses the target 0.8 with 0.0% of the seeds; 14.57% are to be expected",
        ),
    ],
)
def test_an_unfair_metric_is_named(whole: Whole, sweep: Sweep, said: str) -> None:
    directory = whole()
    measure(directory, sweep)
    assert said in broken(directory)[MEASURED][0]


def test_a_metric_without_a_sweep_is_named(whole: Whole, change_cell: Any) -> None:
    tests = (
        "# Graded: 3 points.\n### BEGIN HIDDEN TESTS\nfrom autograder.metric import credit\n\n"
        'credit("accuracy", 1.0, floor=0.5, target=0.8, points=3)\n### END HIDDEN TESTS'
    )
    said = broken(whole(cells=change_cell("double-tests", source=tests)))
    assert list(said) == [MEASURED]
    assert "no sweep of 'double'" in said[MEASURED][0]


def test_measurements_never_reach_students(whole: Whole) -> None:
    directory = whole()
    build(directory, "01_tiny")
    assert not (directory.releases / "01_tiny" / "measured.json").exists()
