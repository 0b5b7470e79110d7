"""A lesson's front matter is read whole or refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.build.release import source_notebook
from autograder.directory import Directory
from autograder.lesson import SCHEMA, Lesson, Objective
from course.errors import CourseError
from course.submission.released import ARTEFACTS

FRONT: dict[str, Any] = {
    "title": "Tiny",
    "summary": "One exercise.",
    "minutes": 5,
    "difficulty": "beginner",
    "accelerator": "gpu",
    "before": ["Nothing"],
    "objectives": [{"can": "double", "exercises": ["double", "triple"]}],
}


def read(**changes: Any) -> Lesson:
    front = {k: v for k, v in {**FRONT, **changes}.items() if v is not None}
    return Lesson.from_metadata("07_tiny", {"course": front})


def test_front_matter_is_read_whole() -> None:
    assert read() == Lesson(
        id="07_tiny",
        title="Tiny",
        summary="One exercise.",
        minutes=5,
        difficulty="beginner",
        accelerator="gpu",
        before=("Nothing",),
        objectives=(Objective("double", ("double", "triple")),),
    )


def test_the_number_is_the_beginning_of_the_id() -> None:
    assert read().number == "07"


@pytest.mark.parametrize("metadata", [{}, {"course": "Tiny"}, {"course": None}])
def test_a_notebook_without_front_matter_is_refused(metadata: dict[str, Any]) -> None:
    with pytest.raises(CourseError) as caught:
        Lesson.from_metadata("07_tiny", metadata)
    assert str(caught.value) == (
        "lesson 07_tiny: has no front matter.\n"
        "  What to do: add `course:` to the header of its .py file."
    )


@pytest.mark.parametrize("entry", FRONT)
def test_each_missing_entry_is_named(entry: str) -> None:
    with pytest.raises(CourseError, match=f"^lesson 07_tiny: front matter: '{entry}' is missing"):
        read(**{entry: None})


@pytest.mark.parametrize(
    ("entry", "value", "kind"),
    [
        ("title", 7, "a text: 7"),
        ("minutes", "5", "a whole number from 1 on: '5'"),
        ("before", "Nothing", "a list: 'Nothing'"),
    ],
)
def test_an_entry_of_the_wrong_kind_is_named(entry: str, value: Any, kind: str) -> None:
    with pytest.raises(CourseError, match=f"'{entry}' is not {kind}"):
        read(**{entry: value})


@pytest.mark.parametrize(("entry", "value"), [("title", ""), ("before", []), ("objectives", [])])
def test_an_empty_entry_is_named(entry: str, value: Any) -> None:
    with pytest.raises(CourseError, match=f"'{entry}' is empty"):
        read(**{entry: value})


def test_a_misspelt_entry_is_refused_with_the_one_that_is_meant() -> None:
    with pytest.raises(CourseError, match=r"no entry 'artifacts'\.\s+What to do: write 'artef"):
        read(artifacts=["*.png"])


def test_an_unknown_difficulty_is_refused_with_those_allowed() -> None:
    with pytest.raises(CourseError, match="'difficulty' is not one of beginner, intermediate, adv"):
        read(difficulty="hard")


@pytest.mark.parametrize("value", ["GPU", "tpu"])
def test_an_unknown_accelerator_is_refused_with_those_allowed(value: str) -> None:
    with pytest.raises(CourseError, match="'accelerator' is not one of gpu, none"):
        read(accelerator=value)


@pytest.mark.parametrize(
    ("objective", "what"),
    [
        ("double", "'objectives', no. 1 is not a mapping"),
        ({"can": "double"}, "'objectives', no. 1: 'exercises' is missing"),
        ({"exercises": ["a"]}, "'objectives', no. 1: 'can' is missing"),
        ({"can": "a", "exercises": []}, "'objectives', no. 1, 'exercises' is empty"),
        ({"can": "a", "exercises": "double"}, "'objectives', no. 1, 'exercises' is not a list"),
    ],
)
def test_an_objective_needs_both_what_and_where_it_shows(objective: Any, what: str) -> None:
    with pytest.raises(CourseError, match=what):
        read(objectives=[objective])


@pytest.mark.parametrize("value", ["*.png", ["figures/a.png"], [""]])
def test_artefacts_are_names_without_a_folder(value: Any) -> None:
    with pytest.raises(CourseError, match="'artefacts'"):
        read(artefacts=value)
    assert read(artefacts=["*.png"]).artefacts == ("*.png",)


def test_what_an_exercise_builds_on_is_read_or_refused() -> None:
    assert read(**{"builds-on": {"triple": ["double"]}}).builds_on("triple") == ("double",)
    with pytest.raises(CourseError, match="'builds-on', 'triple' is not a list"):
        read(**{"builds-on": {"triple": "double"}})


@pytest.mark.parametrize("value", [-5, True])
def test_minutes_that_are_no_time_are_refused(value: Any) -> None:
    with pytest.raises(CourseError, match="'minutes'"):
        read(minutes=value)


def test_the_schema_says_which_artefacts_there_are_by_default() -> None:
    assert SCHEMA["properties"]["artefacts"]["default"] == list(ARTEFACTS) == list(read().artefacts)


def test_the_schemas_example_is_a_lesson() -> None:
    (example,) = SCHEMA["examples"]
    assert Lesson.from_metadata("07_tiny", {"course": example}).minutes == 90


def test_all_our_lessons_are_read(repo: Path) -> None:
    directory = Directory.open(repo)
    names = directory.lessons()
    assert len(names) == 9
    for name in names:
        lesson = Lesson.from_metadata(name, source_notebook(directory, name).metadata)
        assert lesson.id == name
