"""From a platform's name and number to an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.roster import Person, identify, read_roster, slug
from course.errors import UsageError

ADA = Person("s1", "Ada Lovelace", "")
CHARLES = Person("s2", "Charles Babbage", "42")


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding)
    return path


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("id,name,lms_id\ns1,Ada Lovelace,7\n", Person("s1", "Ada Lovelace", "7")),
        ("name\nAda Lovelace\n", Person("ada-lovelace", "Ada Lovelace", "")),
        ("lms_id\n7\n", Person("7", "", "7")),
        ("id\ns1\n\n", Person("s1", "", "")),
        ('ID;Name;mail\ns1;"Lovelace, Ada";x\n', Person("s1", "Lovelace, Ada", "")),
        ("\ufeffid , name\r\ns1, Ada\r\n", Person("s1", "Ada", "")),
        ("id,name\ns1\n", Person("s1", "", "")),
    ],
)
def test_any_of_the_columns_will_do(tmp_path: Path, text: str, person: Person) -> None:
    assert read_roster(written(tmp_path, text)) == [person]


@pytest.mark.parametrize(
    "text", ["", "mail\nx\n", "id\ns1\ns1\n", "id\n../x\n", "id\n.\n", "id\na/b\n", "name\n!!\n"]
)
def test_a_roster_that_says_nothing_or_too_much_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        read_roster(written(tmp_path, text))


def test_a_roster_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="cannot be read"):
        read_roster(written(tmp_path, "name\nÉmile\n", "latin-1"))


@pytest.mark.parametrize("name", ["lovelaceada", "Ada Lovelace", "Lovelace Ada", "ADA LOVELACE"])
def test_a_name_is_found_whichever_part_comes_first(name: str) -> None:
    assert identify([ADA, CHARLES], [(name, "1")]) == {(name, "1"): "s1"}


def test_accents_and_other_scripts_are_found() -> None:
    people = [Person("s1", "Émile Zólà", ""), Person("s2", "王 伟", "")]
    assert set(identify(people, [("zolaemile", "1"), ("王伟", "2")]).values()) == {"s1", "s2"}


def test_the_number_is_surer_than_the_name() -> None:
    pair = ("Ada Lovelace", "42")
    assert identify([ADA, CHARLES], [pair]) == {pair: "s2"}
    moodle = Person("s3", "", "Participant 42")
    assert identify([ADA, moodle], [pair]) == {pair: "s3"}


def test_a_namesake_never_gets_the_id_of_one_known_by_number() -> None:
    pairs = [("Charles Babbage", "42"), ("Charles Babbage", "43")]
    assert list(identify([CHARLES], pairs).values()) == ["s2", "charles-babbage"]


def test_two_of_one_name_are_told_apart_by_their_numbers() -> None:
    pairs = [("Li Wei", "1"), ("Li Wei", "2")]
    expected = ["li-wei-1", "li-wei-2"]
    assert list(identify([], pairs).values()) == expected
    assert list(identify([Person("s9", "Li Wei", "")], pairs).values()) == expected


def test_a_name_that_fits_two_people_is_nobodys() -> None:
    people = [Person("s1", "Li Wei", ""), Person("s2", "Wei Li", "")]
    assert identify(people, [("liwei", "7")]) == {("liwei", "7"): "liwei"}


def test_who_is_not_in_the_roster_gets_an_id_of_the_name() -> None:
    assert identify([ADA], [("hoppergrace", "3")]) == {("hoppergrace", "3"): "hoppergrace"}
    assert slug("Hopper, Grace M.") == "hopper-grace-m"
    assert identify([], [("!!", "3")]) == {("!!", "3"): "3"}


def test_an_id_in_the_place_of_a_name_is_found() -> None:
    assert identify([Person("ada-l", "", "")], [("Ada L", "3")]) == {("Ada L", "3"): "ada-l"}
