"""Who is in the class: from what a learning platform calls a person to the id used here."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from course.errors import UsageError

COLUMNS = ("id", "name", "lms_id")
_ID = re.compile(r"\w[\w.@-]*")


@dataclass(frozen=True)
class Person:
    """A line of the roster; what is not known is empty.

    Attributes
    ----------
    id
        The id used here; made from the name if it is not given.
    name
        The name, in any order of its parts.
    lms_id
        The platform's number: Canvas' user id, or the number of Moodle's "Participant 123456".
    """

    id: str
    name: str
    lms_id: str

    def is_called(self, name: str) -> bool:
        """Say whether this may be the person a platform names, whichever name comes first."""
        words = _words(self.name)
        turned = {"".join(words[start:] + words[:start]) for start in range(len(words))}
        return "".join(_words(name)) in turned


def read_roster(path: Path) -> list[Person]:
    """Read a roster: a CSV file with any of the columns ``id``, ``name`` and ``lms_id``.

    Raises
    ------
    UsageError
        If it cannot be read, has none of the columns, or gives an id twice.
    """
    do = f"give a CSV file in UTF-8 with any of the columns {', '.join(COLUMNS)}"
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the roster cannot be read", where=str(path), do=do) from error
    header, _, _ = text.partition("\n")
    # Spreadsheets in many languages write a semicolon.
    rows = csv.reader(text.splitlines(), delimiter=";" if ";" in header else ",")
    columns = [name.strip().lower() for name in next(rows, [])]
    if not set(columns) & set(COLUMNS):
        raise UsageError("the roster has none of the columns", where=str(path), do=do)
    lines = [dict(zip(columns, (cell.strip() for cell in row), strict=False)) for row in rows]
    people = [_person(line) for line in lines if any(line.get(name) for name in COLUMNS)]
    for person in people:
        if not _ID.fullmatch(person.id) or sum(other.id == person.id for other in people) > 1:
            what = f"'{person.id}' stands twice or is no id"
            raise UsageError(what, where=str(path), do="use letters, digits and . _ - @, once each")
    return people


def identify(people: list[Person], named: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return ids for pairs of a platform's name and number.

    The number decides; then the name, where it fits one person. Who is not found gets an id made
    from the name, and two of one name are told apart by their numbers.
    """
    by_number = {re.sub(r"\D", "", p.lms_id): p.id for p in people if p.lms_id}
    certain = {pair: by_number[pair[1]] for pair in named if pair[1] in by_number}
    others = [person for person in people if person.id not in certain.values()]
    ids = {pair: certain.get(pair) or _by_name(others, *pair) for pair in named}
    shared = Counter(ids.values())
    return {
        pair: id_ if pair in certain or shared[id_] == 1 else "-".join([slug(pair[0]), pair[1]])
        for pair, id_ in ids.items()
    }


def _by_name(people: list[Person], name: str, number: str) -> str:
    fitting = [person.id for person in people if person.is_called(name)]
    return fitting[0] if len(fitting) == 1 else slug(name) or number


def slug(name: str) -> str:
    """Return a name as a folder's name: ``"Lovelace, Ada"`` becomes ``"lovelace-ada"``."""
    return "-".join(_words(name))


def _words(name: str) -> list[str]:
    """Return the words of a name without accents, in small letters."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.findall(r"[^\W_]+", plain)


def _person(line: dict[str, str]) -> Person:
    name, number = line.get("name", ""), line.get("lms_id", "")
    return Person(line.get("id", "") or slug(name) or number, name, number)
