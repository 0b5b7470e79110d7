"""The instructors' commands. Exit codes: 0 all well, 1 a check or a grading failed, 2 wrong use."""

from __future__ import annotations

import functools
import gc
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.progress import Progress

# A grammar of web addresses that jsonschema asks for, takes a second to compile, and goes without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import course.commands  # noqa: E402
from autograder.outcome import Outcome, State  # noqa: E402
from course.commands.terminal import AsJson, err, explained, out, show_table  # noqa: E402
from course.errors import UsageError  # noqa: E402

if TYPE_CHECKING:
    from autograder.directory import Directory

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)
course.commands.add_to(app)

T = TypeVar("T")
Lessons = Annotated[
    list[str] | None, typer.Argument(metavar="LESSON", help="Lessons or numbers; all if none.")
]
LessonName = Annotated[str, typer.Argument(metavar="LESSON", help="A lesson, or its number.")]
Root = Annotated[
    Path, typer.Option(metavar="DIR", help="The course directory; any nbgrader course will do.")
]
Jobs = Annotated[int, typer.Option(min=1, metavar="N", help="Submissions at once.")]


@contextmanager
def importing() -> Iterator[None]:
    """Look for no garbage while much is imported: there is none, and it takes a while."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def opened(root: Path) -> Directory:
    """Open a course directory; imported late, since nbgrader takes a while to import."""
    with importing():
        from autograder.directory import Directory

    return Directory.open(root)


def chosen(directory: Directory, lessons: list[str] | None) -> list[str]:
    """Return the lessons named, or all."""
    return [directory.lesson(name) for name in lessons] if lessons else directory.lessons()


def followed(items: Iterable[T], total: int, doing: str, *, quiet: bool) -> Iterator[T]:
    """Show a progress bar on a terminal and nothing elsewhere: there, lines are printed instead."""
    if quiet or not out.is_terminal:
        yield from items
        return
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task(doing, total=total)
        for item in items:
            progress.advance(task)
            yield item


@app.command()
@explained
def sync(
    lessons: Lessons = None,
    root: Root = Path(),
    force: Annotated[bool, typer.Option("--force", help="Even what is up to date.")] = False,  # noqa: FBT002
) -> None:
    """Bring each notebook up to its .py and execute it.

    Example: course sync 04

    You edit `source/<lesson>/<lesson>.py` only. The notebook beside it is made from it, and holds
    the outputs that readers of the course see. What has not changed is left alone.

    Exit code 1: a cell failed; the message names it.
    """
    from autograder.sync import pairs
    from autograder.sync import sync as sync_pair

    directory = opened(root)
    for lesson in chosen(directory, lessons):
        for script in pairs(directory, lesson):
            done = sync_pair(script, force=force)
            out.print(f"{lesson}: {'executed' if done else 'up to date'}")


@app.command()
@explained
def build(
    lessons: Lessons = None,
    root: Root = Path(),
    check: Annotated[bool, typer.Option("--check", help="Only say whether it is stale.")] = False,  # noqa: FBT002
) -> None:
    """Build the releases students get, and the table of platforms in docs/.

    Example: course build 04

    Solutions become stubs, hidden tests go, links and the set-up cell are made from
    `pyproject.toml`. If anything secret is found in a release, the old one stays in its place.

    Exit code 1: the source is wrong, or a secret was found; with `--check`, a release is stale.
    """
    from autograder.build import release
    from autograder.build.leaks import refuse_leaks
    from autograder.site import platform_page

    directory = opened(root)
    bad = 0
    for lesson in chosen(directory, lessons):
        if check:
            difference = release.stale(directory, lesson)
            out.print(f"{lesson}: {'stale' if difference else 'up to date'}")
            if difference:
                out.print(difference, markup=False)
                out.print(f"  What to do: run `course build {lesson}` and commit release/.")
                bad += 1
            continue
        release.build(directory, lesson, functools.partial(refuse_leaks, directory, lesson))
        out.print(f"{lesson}: built")
    if not check and platform_page.write(directory):
        out.print("docs/platforms.md: written")
    raise typer.Exit(1 if bad else 0)


@app.command()
@explained
def check(
    lessons: Lessons = None,
    root: Root = Path(),
    quick: Annotated[bool, typer.Option("--quick", help="Leave the grading out.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Check everything that is promised of lessons, releases and the repository.

    Example: course check 04 --quick

    Each promise is a line with ✔ or ✘. Without `--quick` every reference and every wrong solution
    is graded in the real sandbox, which takes minutes.

    Exit code 1: a promise is broken; the message names lesson, cell and line.
    """
    from autograder.lints import LINTS

    directory = opened(root)
    problems = []
    for lint in sorted(LINTS, key=lambda each: each.slow):
        if quick and lint.slow:
            continue
        found = [e for lesson in chosen(directory, lessons) for e in lint.rule(directory, lesson)]
        found = list({str(error): error for error in found}.values())
        problems += [{"promise": lint.promise, "problem": str(error)} for error in found]
        if not as_json:
            out.print(f"{'✘' if found else '✔'} {lint.promise}")
            for error in found:
                err.print(f"  {error}", style="red", markup=False)
    if as_json:
        out.print_json(json.dumps({"problems": problems}))
    raise typer.Exit(1 if problems else 0)


@app.command()
@explained
def calibrate(
    lessons: Lessons = None,
    root: Root = Path(),
    seeds: Annotated[
        int, typer.Option(min=2, metavar="N", help="How often a metric's reference trains.")
    ] = 30,
) -> None:
    """Measure lessons: times, and whether floor and target of a metric are fair.

    Example: course calibrate 03 --seeds 50

    Where a model is graded by a metric, the reference is trained with many seeds, as grading
    does it. All values are written to `source/<lesson>/measured.json`; commit the file.
    """
    from autograder.calibrate import calibrate as measure

    directory = opened(root)
    for lesson in chosen(directory, lessons):
        found = measure(directory, lesson, seeds, out.print)
        out.print(
            f"{lesson}: grading {found.student_cpu_seconds:g} s, source {found.source_seconds:g} s"
        )
        for sweep in found.sweeps:
            out.print(
                f"  {sweep.exercise}: {sweep.metric} {min(sweep.values):.4g} to "
                f"{max(sweep.values):.4g} with {len(sweep.values)} seeds; target {sweep.target:g} "
                f"missed by {sweep.observed:.1%}, {sweep.false_fail:.3%} to be expected"
            )
        found.write(directory, lesson)


@app.command()
@explained
def collect(
    lesson: LessonName,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Canvas' or Moodle's download.")],
    root: Root = Path(),
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="A CSV file with any of the columns id, name, lms_id."
        ),
    ] = None,
) -> None:
    """Spread a learning platform's download of all submissions over submitted/.

    Example: course collect 03 submissions.zip --roster roster.csv

    Prints who is new, late or missing. Nothing is lost: if a student handed in something new, the
    former files move to `earlier/1`, `earlier/2`, and so on.
    """
    from autograder.lms import collect as spread
    from autograder.roster import read_roster

    directory = opened(root)
    people = read_roster(roster) if roster else None
    for line in spread(directory, directory.lesson(lesson), file, people).lines():
        out.print(line, markup=False)


@app.command()
@explained
def receipt(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="What a student handed in.")],
) -> None:
    """Show the receipt of a file that course.submit() made, and whether it is whole.

    Example: course receipt 03_train_end_to_end.zip

    Compare it with what the student was shown. It tells a whole file from a damaged one; it does
    not say who made it.

    Exit code 1: there is no receipt in it, or a file was changed since.
    """
    from autograder.intake.receipt import examine

    said, lines = examine(file)
    if said:
        out.print(f"Receipt: {said}", markup=False)
    for line in lines:
        out.print(line, markup=False)
    raise typer.Exit(0 if said and not lines else 1)


@app.command()
@explained
def grade(
    lesson: LessonName,
    root: Root = Path(),
    student: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this one; may be repeated.")
    ] = None,
    jobs: Jobs = 2,
    force: Annotated[bool, typer.Option("--force", help="Even what has not changed.")] = False,  # noqa: FBT002
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Do without a sandbox.")] = False,  # noqa: FBT002
    sandbox: Annotated[
        str,
        typer.Option(
            metavar="KIND", help="bubblewrap or container; the best there is, if not given."
        ),
    ] = "",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Grade what is in submitted/ and write it to the gradebook.

    Example: course grade 03 --student s1042 --student s1043 --jobs 4

    Student code runs in a sandbox, tests outside it. What has not changed since the last time is
    not graded again. Manual scores stay.

    Exit code 1: there is no sandbox, or a submission ended as `infra_error`, which is never a
    zero: it is not recorded.
    """
    from autograder.sandbox.rung import KINDS
    from autograder.sandbox.workers import begin

    if sandbox not in ("", *KINDS):
        raise UsageError(
            f"there is no sandbox called '{sandbox}'",
            where="--sandbox",
            do=f"use one of: {', '.join(KINDS)}",
        )
    # Warming up takes as long as importing nbgrader: the two at once.
    begin((root / "source").glob(f"{lesson}*/*.ipynb"), unsafe=unsafe, sandbox=sandbox)
    with importing():
        from autograder import pipeline

    directory = opened(root)
    lesson = directory.lesson(lesson)
    known = directory.students(lesson)
    for name in student or []:
        if name not in known:
            raise UsageError(
                f"'{name}' has not handed in lesson {lesson}",
                where=str(directory.folder("submitted", name, lesson)),
                do=f"use one of: {', '.join(known) or 'nobody has'}",
            )
    if unsafe:
        err.print("WITHOUT A SANDBOX: student code runs with your rights here.", style="bold red")
    batch = pipeline.Batch(directory, lesson, tuple(student or ()), jobs, force, unsafe, sandbox)
    total = len(student or known)
    outcomes = []
    for outcome in followed(pipeline.grade(batch), total, f"Grading {lesson}", quiet=as_json):
        outcomes.append(outcome)
        if not as_json:
            _say(outcome)
    outcomes.sort(key=lambda outcome: outcome.student)
    if as_json:
        results = [outcome.as_dict() for outcome in outcomes]
        sys.stdout.write(
            json.dumps({"assignment": lesson, "unsafe": unsafe, "results": results}, indent=1)
            + "\n"
        )
    else:
        _summarise(outcomes)
    raise typer.Exit(1 if any(o.state is State.INFRA_ERROR for o in outcomes) else 0)


def _say(outcome: Outcome) -> None:
    score = "no score" if outcome.score is None else f"{outcome.score:g} of {outcome.max_score:g}"
    out.print(f"{outcome.student}: {outcome.state.value}, {score}, {outcome.seconds:.1f} s")
    if outcome.message:
        out.print(f"  {outcome.message}", markup=False)


def _summarise(outcomes: list[Outcome]) -> None:
    counts = {state: sum(o.state is state for o in outcomes) for state in State}
    listed = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    out.print(f"{len(outcomes)} submissions: {listed or 'nothing to grade'}")
    if counts[State.INFRA_ERROR]:
        out.print("An infra_error is ours, never a zero: nothing was recorded. Run it again.")


@app.command()
@explained
def leaderboard(
    lesson: LessonName,
    root: Root = Path(),
    names: Annotated[bool, typer.Option("--names", help="The students' own ids.")] = False,  # noqa: FBT002
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a CSV file, too.")] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Rank the graded models of a lesson, under nicknames or invented names.

    Example: course leaderboard 08 --csv board.csv

    Nicknames are the students' own words, from their model's card: look before you show them.
    """
    from autograder import leaderboard as board

    directory = opened(root)
    lesson = directory.lesson(lesson)
    entries = board.leaderboard(directory, lesson, names=names)
    if csv is not None:
        board.write_csv(entries, csv)
    if as_json:
        out.print_json(json.dumps({"assignment": lesson, "entries": [vars(e) for e in entries]}))
    elif not entries:
        out.print(f"Nobody was graded in {lesson} yet: run `course grade {lesson}` first.")
    else:
        columns = [column.capitalize() for column in board.COLUMNS]
        show_table(f"Leaderboard of {lesson}", columns, [entry.cells() for entry in entries])


@app.command()
@explained
def feedback(lesson: LessonName, root: Root = Path()) -> None:
    """Write the pages that students get back, without hidden tests.

    Example: course feedback 03

    Give back what is in `feedback/`, never `autograded/`, which holds the hidden tests.
    """
    from autograder.feedback.write import write

    directory = opened(root)
    lesson = directory.lesson(lesson)
    count = sum(1 for _ in write(directory, lesson))
    out.print(f"{count} students: {directory.folder('feedback', '*', lesson)}")


@app.command()
@explained
def demo(
    root: Root = Path(),
    jobs: Jobs = 2,
) -> None:
    """Grade a synthetic class from nothing and compare with what each student deserves.

    Example: course demo

    Everything happens in `demo/`; a real gradebook is never touched.

    Exit code 1: a score differs from what the student deserves.
    """
    from autograder.sandbox.workers import begin

    begin()
    from autograder import demo as demonstration

    agreed = demonstration.run(opened(root), jobs=jobs, say=out.print, table=show_table)
    raise typer.Exit(0 if agreed else 1)


@app.command()
@explained
def doctor(root: Root = Path(), as_json: AsJson = False) -> None:  # noqa: FBT002
    """Say whether this machine can build and grade, and what to do if it cannot.

    Example: course doctor

    Exit code 1: something is not as it should be; also while the course's links still point to
    `your-organisation`.
    """
    from dataclasses import asdict

    from autograder.doctor import examine

    findings = list(examine(root.resolve()))
    if as_json:
        out.print_json(json.dumps([asdict(finding) for finding in findings]))
    for finding in [] if as_json else findings:
        out.print(f"{'✔' if finding.ok else '✘'} {finding.topic:<9} {finding.found}", markup=False)
        if not finding.ok:
            out.print(f"  {'':<9} What to do: {finding.do}.", markup=False)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command()
@explained
def site(
    root: Root = Path(),
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the decks to PDF files, too.")] = False,  # noqa: FBT002
    serve: Annotated[bool, typer.Option("--serve", help="Show it here, until Ctrl-C.")] = False,  # noqa: FBT002
    address: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to serve.")
    ] = "127.0.0.1:8000",
    publish: Annotated[bool, typer.Option("--publish", help="Commit it to gh-pages.")] = False,  # noqa: FBT002
) -> None:
    """Build the site into site/ and check it; or serve it while you write; or publish it.

    Example: course site --serve

    Pages of lessons are made from the releases, so nothing is on them that students do not get.
    The reference is made from the code, slides from `docs/slides/`. Then MkDocs does the rest, and
    any warning is an error. So is, in the pages it wrote, a link that leads nowhere, an image
    without a description, a page that is too heavy, or a line of a hidden test or a solution.

    `--publish` commits the site to the branch gh-pages, in a folder of the edition's name, beside
    those of earlier years; then push that branch.

    Exit code 1: MkDocs warned of something, or something is wrong in the pages.
    """
    from autograder.site.build import build_site, serve_site
    from autograder.site.publish import BRANCH, publish_site

    directory = opened(root)
    if serve:
        serve_site(directory, address)
    elif publish:
        edition = publish_site(directory)
        out.print(f"Edition {edition} is in the branch {BRANCH}: `git push origin {BRANCH}`")
    else:
        out.print(f"The site is in {build_site(directory, pdf=pdf)}")
