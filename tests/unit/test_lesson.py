"""A lesson's front matter is read whole or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.lesson import Lesson, Objective
from course.errors import CourseError

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


@pytest.mark.parametrize("entry", ["title", "summary", "minutes", "before", "objectives"])
def test_each_missing_entry_is_named(entry: str) -> None:
    with pytest.raises(CourseError, match=f"^lesson 07_tiny: front matter: '{entry}' is missing"):
        read(**{entry: None})


@pytest.mark.parametrize(
    ("entry", "value", "kind"),
    [("title", 7, "str"), ("minutes", "5", "int"), ("before", "Nothing", "list")],
)
def test_an_entry_of_the_wrong_kind_is_named(entry: str, value: Any, kind: str) -> None:
    with pytest.raises(CourseError, match=f"'{entry}' is missing or not a {kind}"):
        read(**{entry: value})


@pytest.mark.parametrize("value", [0, "", []])
def test_an_empty_entry_counts_as_missing(value: Any) -> None:
    entry = {int: "minutes", str: "title", list: "objectives"}[type(value)]
    with pytest.raises(CourseError, match=f"'{entry}' is missing"):
        read(**{entry: value})


@pytest.mark.parametrize("value", ["hard", None])
def test_an_unknown_difficulty_is_refused_with_those_allowed(value: str | None) -> None:
    with pytest.raises(CourseError, match="'difficulty' is not one of beginner, intermediate, adv"):
        read(difficulty=value)


@pytest.mark.parametrize("value", ["GPU", "tpu", None])
def test_an_unknown_accelerator_is_refused_with_those_allowed(value: str | None) -> None:
    with pytest.raises(CourseError, match="'accelerator' is not one of gpu, none"):
        read(accelerator=value)


@pytest.mark.parametrize(
    "objective", ["double", {"can": "double"}, {"exercises": ["a"]}, {"can": "a", "exercises": []}]
)
def test_an_objective_needs_both_what_and_where_it_shows(objective: Any) -> None:
    with pytest.raises(CourseError, match="needs `can` and `exercises`"):
        read(objectives=[objective])


def test_exercises_that_are_no_list_are_refused() -> None:
    with pytest.raises(CourseError, match="needs `can` and `exercises`"):
        read(objectives=[{"can": "double", "exercises": "double"}])


@pytest.mark.parametrize("value", [-5, True])
def test_minutes_that_are_no_time_are_refused(value: Any) -> None:
    with pytest.raises(CourseError, match="'minutes'"):
        read(minutes=value)
