"""``course demo``: a class of invented students, from sources to feedback, and what each deserves.

Everything happens in ``demo/``, a course directory of its own, so that the gradebook of a real
class is never touched.
"""

from __future__ import annotations

import functools
import json
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder import pipeline
from autograder.build.contract import TESTS, automatic, exercises
from autograder.build.leaks import refuse_leaks
from autograder.build.release import build, source_notebook
from autograder.classroom import LESSON, LOOPS, class_of
from autograder.directory import CONFIG, Directory
from autograder.execute import Limits, execute
from autograder.feedback.write import write
from autograder.gradebook import Records
from autograder.outcome import Outcome, State
from autograder.submission import Submission
from autograder.synthetic import Span, Student, answered, hand_in
from course.errors import CourseError

Say = Callable[..., None]
Table = Callable[[str, list[str], list[list[str]]], None]
_SLACK = 1e-6


def run(course: Directory, *, jobs: int, say: Say, table: Table) -> bool:
    """Run the demonstration; say whether every student got what was deserved.

    Raises
    ------
    CourseError
        If a release has a leak, or a source cannot be built.
    """
    started = time.monotonic()
    directory = prepare(course, course.root / "demo")
    mutants = course.root / "tests" / "mutants"
    rows, lessons = [], directory.lessons()

    def handed_in(lesson: str) -> tuple[Student, ...]:
        build(directory, lesson, functools.partial(refuse_leaks, directory, lesson))
        return hand_in_all(directory, lesson, mutants / lesson)

    # Grading runs in other processes: meanwhile the next lessons are built, and pages written.
    with ThreadPoolExecutor(1) as ahead, ThreadPoolExecutor(1) as printer:
        printed = []
        for lesson, students in zip(lessons, ahead.map(handed_in, lessons), strict=True):
            say(f"{lesson}: built; {len(students)} notebooks handed in, {jobs} graded at a time …")
            rows += graded(directory, lesson, students, jobs=jobs, say=say)
            printed.append(printer.submit(list, write(directory, lesson)))
    pages = sum(len(each.result()) for each in printed)
    columns = ["lesson", "student", "what they did", "state", "score", "expected", ""]
    table("A synthetic class", columns, rows)
    wrong = [" ".join(row[:2]) for row in rows if row[-1] != "✔"]
    seconds = time.monotonic() - started
    say(f"{len(rows)} submissions, {pages} feedback pages, {seconds:.0f} s.")
    if wrong:
        say(f"NOT as expected: {', '.join(wrong)}. See demo/autograded/<student>/.")
    _say_where_next(say)
    return not wrong


def graded(
    directory: Directory, lesson: str, students: tuple[Student, ...], *, jobs: int, say: Say
) -> list[list[str]]:
    """Grade a lesson; return a row for each student, the last entry being the verdict."""
    batch = pipeline.Batch(directory, lesson, jobs=jobs)
    outcomes = {}
    for outcome in pipeline.grade(batch, _hasty):
        outcomes[outcome.student] = outcome
        say(f"  graded {outcome.student} ({outcome.seconds:.1f} s)")
    with Records(directory.database, str(directory.nbgrader.course_id)) as records:
        recorded = records.scores(lesson)
    notebook = source_notebook(directory, lesson)
    worth = exercises(notebook)
    points = {name: worth[name] for name in automatic(notebook)}
    return [
        [lesson[:2], *_row(student, outcomes[student.name], recorded, points)]
        for student in students
    ]


def _hasty(submission: Submission) -> Outcome:
    """Execute, and do not wait a minute for each cell of the student who loops for ever."""
    loops = submission.student == LOOPS
    return execute(submission, Limits(cell=2.5) if loops else Limits())


def prepare(course: Directory, root: Path) -> Directory:
    """Lay out a course anew in `root`: the same sources and configuration, nothing of a class."""
    if not (course.root / "tests" / "mutants").is_dir():
        raise CourseError(
            "the demonstration needs the course's own repository", where=str(course.root),
            do="run it in a clone",
        )  # fmt: skip
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    shutil.copytree(course.sources, root / "source", ignore=ignored)
    for name in (CONFIG, "pyproject.toml"):
        shutil.copy(course.root / name, root / name)
    return Directory.open(root)


def hand_in_all(directory: Directory, lesson: str, mutants: Path) -> tuple[Student, ...]:
    """Let every invented student of a lesson hand in, and return them; it has to be built."""
    source = source_notebook(directory, lesson)
    path = directory.folder("release", ".", lesson) / f"{lesson}.ipynb"
    release = json.loads(path.read_text("utf-8"))
    students = class_of(lesson, automatic(source), mutants)
    for student in students:
        filled = answered(release, source, mutants, student.answers, student.otherwise)
        hand_in(student, filled, directory.folder("submitted", student.name, lesson))
    return students


def _row(
    student: Student,
    outcome: Outcome,
    recorded: dict[str, dict[str, float]],
    points: dict[str, float],
) -> list[str]:
    deserved = student.deserves(points)
    # What a person has to grade has no score yet.
    scores = {k: v for k, v in recorded.get(student.name, {}).items() if k.endswith(TESTS)}
    agrees = _agrees(student, outcome, scores, deserved)
    low, high = (sum(span[side] for span in deserved.values()) for side in (0, 1))
    expected = f"{low:g}" if low == high else f"{low:g}-{high:g}"
    expected = expected if student.readable else "no score"
    got = "no score" if outcome.score is None else f"{outcome.score:g} of {outcome.max_score:g}"
    verdict = "✔" if agrees else "✘ " + _differences(scores, deserved)
    return [student.name, student.story, outcome.state.value, got, expected, verdict]


def _agrees(
    student: Student, outcome: Outcome, scores: dict[str, float], deserved: dict[str, Span]
) -> bool:
    if not student.readable:
        return outcome.state is State.INVALID_SUBMISSION and not any(scores.values())
    graded = outcome.state in (State.GRADED, State.STUDENT_ERROR)
    return graded and len(scores) == len(deserved) and not _differences(scores, deserved)


def _differences(scores: dict[str, float], deserved: dict[str, Span]) -> str:
    """Say where the gradebook, exercise by exercise, is not what was deserved."""
    off = []
    for exercise, (low, high) in deserved.items():
        score = scores.get(exercise + TESTS)
        if score is None or not low - _SLACK <= score <= high + _SLACK:
            off.append(f"{exercise}: {score}, not {low:g}-{high:g}")
    return "; ".join(off)


def _say_where_next(say: Say) -> None:
    say("\nWhere to look next:")
    for place, what in {
        f"demo/feedback/grace/{LESSON}/{LESSON}.html": "what a student gets back",
        "demo/gradebook.db": "the grades, for Formgrader and nbgrader export",
        f"release/{LESSON}/": "what students open",
        f"source/{LESSON}/{LESSON}.py": "how a lesson is written",
        "docs/instructors.md": "from here to a graded class of your own",
    }.items():
        say(f"  {place:<66} {what}")
