"""What a notebook says of its release, and how far it is from it."""

from __future__ import annotations

from typing import Any

import pytest
from handed_in import ANSWERS, RIGHT, TEXTS, answered, cell, get, released, without

from course.errors import CourseError
from course.submission.released import ARTEFACTS, Look, Part, Released, digest_of, look


def looked(notebook: dict[str, Any]) -> Look:
    return look(Released.of(notebook, "01_tiny"), notebook)


def test_a_release_reads_what_it_wrote() -> None:
    first = Released.of(released(), "")
    assert [part.id for part in first.parts] == list(TEXTS)
    assert [part.id for part in first.parts if part.answer] == list(ANSWERS)
    again = {**released(), "metadata": {"course": first.as_metadata()}}
    assert Released.of(again, "") == first
    assert first.artefacts == ARTEFACTS


def test_an_id_may_hold_spaces() -> None:
    part = Part("my cell", answer=False, digest=digest_of("x"))
    assert Part.of_line(part.as_line()) == part


def test_untouched_is_unanswered_and_nothing_is_told() -> None:
    found = looked(released())
    assert found.unanswered == found.answers == ANSWERS
    assert found.empty
    assert found.told == ()


@pytest.mark.parametrize(
    ("text", "done"),
    [
        (RIGHT, True),
        ("", False),
        (TEXTS["double"] + "\n\n", False),
        ('def double(x):\n    y = x\n    raise NotAttempted("double")', False),
        ('def double(x):\n    # raise NotAttempted("double")\n    return 2 * x', True),
        ("def double(x):\r\n    return 2 * x\r\n", True),
    ],
)
def test_a_stub_is_not_an_answer(text: str, done: bool) -> None:
    assert ("double" not in looked(answered(double=text)).unanswered) is done


LEFT_BEHIND = f'{RIGHT}\n    raise NotAttempted("double")'


def test_code_with_the_stub_left_behind_is_listed_but_not_nothing() -> None:
    found = looked(answered(double=LEFT_BEHIND))
    assert found.unanswered == ANSWERS
    assert not found.empty


def test_where_the_release_is_not_known_a_stub_is_nothing() -> None:
    notebook = without(answered(double=LEFT_BEHIND), "essay")
    notebook["metadata"] = {}
    assert looked(notebook).empty
    get(notebook, "double")["source"] = RIGHT
    assert not looked(notebook).empty


def test_blank_cells_are_nothing() -> None:
    assert looked(answered(double=" \n", essay="")).empty


def test_a_text_is_answered_once_it_differs() -> None:
    assert looked(answered(essay="YOUR ANSWER HERE ")).unanswered == ANSWERS
    assert looked(answered(essay="Because.")).unanswered == ("double",)


def test_of_a_copied_answer_one_that_is_written_will_do() -> None:
    notebook = released()
    copied = cell(RIGHT, "double")
    copied["id"] = "fresh"
    notebook["cells"].append(copied)
    assert "double" not in looked(notebook).unanswered


def test_line_ends_and_lists_of_lines_change_nothing() -> None:
    notebook = released()
    for each in notebook["cells"]:
        each["source"] = [line + "\r\n" for line in each["source"].split("\n")]
    assert looked(notebook) == looked(released())


def test_a_cell_that_lost_its_metadata_is_known_by_its_id_and_the_other_way_round() -> None:
    notebook = answered()
    get(notebook, "setup")["metadata"] = {}
    del get(notebook, "double-tests")["id"]
    assert looked(notebook).told == ()


def test_one_deleted_cell_is_one_sentence() -> None:
    assert looked(without(answered(), "setup")).told == (
        "The cell `setup` is gone. It does not matter for your marks: the graded notebook is "
        "rebuilt from the lesson.",
    )


def test_a_deleted_answer_is_another_matter() -> None:
    found = looked(without(answered(), "double"))
    assert found.told == (
        "The cell `double` is gone. If the answer is in another cell, that one counts; if it is "
        "not, the exercise counts as not attempted.",
    )
    assert "double" not in found.unanswered
    assert not found.empty


def test_a_changed_locked_cell_is_told_but_its_outputs_are_not() -> None:
    notebook = answered()
    get(notebook, "setup")["outputs"] = [{"output_type": "stream"}]
    assert looked(notebook).told == ()
    get(notebook, "setup")["source"] = "import course as c"
    assert looked(notebook).told[0].startswith("The cell `setup` is not as released.")


@pytest.mark.parametrize(
    "said",
    [
        None, "text", {}, {"lesson": "x"}, {"cells": 5}, ["cells"],
        {"lesson": "x", "edition": "", "notebook": "x", "artefacts": [], "cells": [5]},
        {"lesson": "x", "edition": "", "notebook": "x", "artefacts": [], "cells": ["a b"]},
        {"lesson": "x", "edition": "", "notebook": "x", "artefacts": [], "cells": ["odd 1 b"]},
        {"repairs": [], "message": ""},
    ],
)  # fmt: skip
def test_without_a_word_of_the_release_the_cells_themselves_tell(said: Any) -> None:
    notebook = answered()
    notebook["metadata"]["course"] = said
    found = Released.of(notebook, "my notebook")
    assert (found.lesson, found.notebook) == ("my notebook", "my notebook")
    assert [part.id for part in found.parts if part.answer] == list(ANSWERS)
    assert looked(without(notebook, "setup")).told == ()


def test_another_lessons_notebook_is_not_this_one() -> None:
    notebook = answered()
    notebook["cells"] = [cell("print(1)")]
    with pytest.raises(CourseError, match="this notebook holds no cell of a lesson"):
        Released.of(notebook, "x")
