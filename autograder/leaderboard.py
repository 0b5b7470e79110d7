"""A table of how good the models of a class are, for a lesson that measures one.

The value is what `autograder.metric.credit` printed in the trusted process when the model was
graded. Names are those that the students chose for themselves (`say_nickname`), else invented ones
that only whoever has the course's secret seed can trace back.

Held-out data stay what they are: three decimals of the metric are all that a table says about them.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import hmac
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.metric import credit, measured
from autograder.outcome import Graded, State

if TYPE_CHECKING:
    from autograder.directory import Directory

COLUMNS = ("rank", "name", "metric", "value")
NO_MODEL = "no model"
DECIMALS = 3  # more would help to guess the held-out data, a submission at a time

_LONGEST = 24
_SAID = re.compile(r"^nickname = (?P<name>.+)$", re.MULTILINE)
_COLOURS = (
    "amber", "azure", "coral", "crimson", "golden", "indigo", "ivory", "jade",
    "lilac", "ochre", "olive", "pearl", "russet", "scarlet", "silver", "umber",
)  # fmt: skip
_PLACES = (
    "atoll", "basin", "bay", "canyon", "cape", "delta", "dune", "fjord",
    "glacier", "gulf", "island", "lagoon", "mesa", "plateau", "ridge", "strait",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A line of the table.

    Attributes
    ----------
    rank
        From 1; equal values share one. None without a model.
    name
        Nickname, invented name, or the student's id.
    metric
        What was measured; empty without a model.
    value
        Rounded; None without a model.
    """

    rank: int | None
    name: str
    metric: str
    value: float | None

    def cells(self) -> list[str]:
        """Return the line as a table shows it."""
        value = NO_MODEL if self.value is None else f"{self.value:.{DECIMALS}f}"
        return [str(self.rank or ""), self.name, self.metric, value]


@dataclass(frozen=True)
class Found:
    """What grading left of a student's model; nothing, if there is no model."""

    nickname: str = ""
    metric: str = ""
    value: float | None = None


def say_nickname(name: str) -> None:
    """Print a student's nickname for the leaderboard; for the test that measures the model."""
    print(f"nickname = {cleaned(name)}")  # noqa: T201 - read by `look`


def cleaned(name: str) -> str:
    """Return a nickname as a table can show it: letters, digits and single spaces, dashes, dots."""
    plain = unicodedata.normalize("NFKC", name)
    words = re.sub(r"[^\w.-]+|_+", " ", plain).split()
    return re.sub(r"^\W+", "", " ".join(words))[:_LONGEST].strip()


def leaderboard(directory: Directory, lesson: str, *, names: bool = False) -> list[Entry]:
    """Rank everybody whose submission was graded.

    Parameters
    ----------
    names
        Give the students' ids instead of nicknames and invented names.
    """
    from autograder import archive

    found = {}
    for student in directory.students(lesson, "autograded"):
        outcome = archive.recall(directory, lesson, student)
        if outcome is None:
            continue
        ran = outcome.state in (State.GRADED, State.STUDENT_ERROR)
        folder = directory.folder("autograded", student, lesson)
        # A notebook of an earlier submission may still lie there.
        found[student] = look(folder, outcome.cells) if ran else Found()
    shown = {student: student for student in found}
    if not names:
        shown = disguised({s: model.nickname for s, model in found.items()}, directory.seed())
    return ranked((shown[student], model) for student, model in found.items())


def look(folder: Path, cells: Iterable[Graded]) -> Found:
    """Find the metric in executed notebooks: in the test cell that printed one, and was scored so.

    Parameters
    ----------
    folder
        Where the executed notebooks are.
    cells
        The grade cells' results.
    """
    for cell in cells:
        lines = _printed(folder / f"{cell.notebook}.ipynb", cell.grade_id).splitlines()
        # `credit` comes last; what a student's code printed while it was tested comes before.
        for number in range(len(lines) - 1, -1, -1):
            result = measured(lines[number])
            if result is not None and _fits(cell, *result[1:]):
                said = _SAID.findall("\n".join(lines[:number]))
                return Found(cleaned(said[-1]) if said else "", result[0], result[1])
    return Found()


def disguised(nicknames: dict[str, str], seed: str) -> dict[str, str]:
    """Return a name for each student: the nickname if it is nobody's name, else an invented one.

    A nickname that several chose gets a number for each of them.
    """
    invented = {student: pseudonym(student, seed) for student in nicknames}
    taken = {name.casefold() for name in (*nicknames, *invented.values())}
    often = Counter(name.casefold() for name in nicknames.values())

    def name(student: str, nickname: str) -> str:
        if not nickname or nickname.casefold() in taken:
            return invented[student]
        number = invented[student].rsplit(" ", 1)[1]
        return nickname if often[nickname.casefold()] == 1 else f"{nickname} {number}"

    return {student: name(student, nickname) for student, nickname in nicknames.items()}


def pseudonym(student: str, seed: str) -> str:
    """Return an invented name, such as ``jade delta 4021``, the same for each lesson."""
    number = int.from_bytes(hmac.digest(seed.encode(), student.encode(), hashlib.sha256))
    number, colour = divmod(number, len(_COLOURS))
    number, place = divmod(number, len(_PLACES))
    return f"{_COLOURS[colour]} {_PLACES[place]} {number % 9000 + 1000}"


def ranked(models: Iterable[tuple[str, Found]]) -> list[Entry]:
    """Sort by value, the best first, then by name; who has no model comes last, without a rank."""
    rounded = [
        (name, model.metric, None if model.value is None else round(model.value, DECIMALS))
        for name, model in models
    ]
    values = [value for _, _, value in rounded if value is not None]
    entries = [
        Entry(None if v is None else 1 + sum(other > v for other in values), name, metric, v)
        for name, metric, v in rounded
    ]
    return sorted(entries, key=lambda e: (e.rank or len(entries) + 1, e.name.casefold()))


def write_csv(entries: Iterable[Entry], path: Path) -> None:
    """Write the table as a CSV file; who has no model has no rank and no value."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(vars(entry) for entry in entries)


def _printed(path: Path, grade_id: str) -> str:
    """Return what a cell wrote to standard output; nothing if the notebook cannot be read."""
    import nbformat

    try:
        notebook: Any = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return ""
    return "".join(
        output.text
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )


def _fits(cell: Graded, value: float, floor: float, target: float) -> bool:
    """Say whether a printed metric is the one the cell's points were given for."""
    if cell.score is None or not target > floor:
        return False
    with contextlib.redirect_stdout(io.StringIO()):
        points = credit("", value, floor=floor, target=target, points=cell.max_score)
    return abs(points - cell.score) <= 0.01
