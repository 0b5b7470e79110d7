"""Every release ends with a cell that hands in, and knows what it held."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.build.hand_in import HAND_IN
from autograder.build.release import build, register
from autograder.build.step import grade_id
from autograder.directory import Directory
from course.errors import CourseError
from course.submission.notebook import valid
from course.submission.released import Released, look

Tiny = Callable[..., Path]


def release(root: Path) -> dict[str, Any]:
    path = build(Directory.open(root), "01_tiny") / "01_tiny.ipynb"
    return valid(json.loads(path.read_text("utf-8")))


def test_the_last_cell_hands_in_and_is_locked(tiny_course: Tiny) -> None:
    text, cell = release(tiny_course())["cells"][-2:]
    assert "".join(text["source"]).startswith("## Hand in")
    assert "".join(cell["source"]) == "course.submit()"
    assert (cell["metadata"]["deletable"], cell["metadata"]["editable"]) == (False, False)
    assert cell["metadata"]["nbgrader"]["grade_id"] == HAND_IN


def test_a_lesson_may_have_such_a_cell_of_its_own(tiny_course: Tiny, change_cell: Any) -> None:
    root = tiny_course(cells=change_cell("double-check", grade_id=HAND_IN))
    ids = [grade_id_of(cell) for cell in release(root)["cells"]]
    assert ids.count(HAND_IN) == 1
    assert ids[-1] == "double-tests"


def grade_id_of(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def test_the_release_knows_its_cells_and_finds_nothing_amiss(tiny_course: Tiny) -> None:
    notebook = release(tiny_course())
    found = Released.of(notebook, "")
    assert (found.lesson, found.edition, found.notebook) == ("01_tiny", "2026", "01_tiny")
    assert [part.id for part in found.parts] == [
        "setup", "double", "double-check", "double-tests", "hand-in",
    ]  # fmt: skip
    looked = look(found, notebook)
    assert looked.answers == looked.unanswered == ("double",)
    assert looked.told == ()


def test_the_front_matter_may_name_artefacts(tiny_course: Tiny) -> None:
    named = release(tiny_course(front=lambda front: {**front, "artefacts": ["map.png"]}))
    assert Released.of(named, "").artefacts == ("map.png",)


@pytest.mark.parametrize("wrong", ["*.png", [1], [""], ["../x"], None])
def test_artefacts_are_a_list_of_names(tiny_course: Tiny, wrong: Any) -> None:
    root = tiny_course(front=lambda front: {**front, "artefacts": wrong})
    with pytest.raises(CourseError, match=r"'artefacts'(, no\. 1)? is not a (list|text|file name)"):
        release(root)


def test_digests_are_of_what_students_get_and_not_of_hidden_tests(tiny_course: Tiny) -> None:
    """From a digest of a hidden test, guesses at it could be checked."""
    directory = Directory.open(tiny_course())
    whole = register(directory, "01_tiny")["01_tiny"]
    hidden = next(cell for cell in whole.cells if grade_id(cell) == "double-tests")
    from course.submission.released import digest_of

    found = Released.of(release(directory.root), "")
    assert digest_of(hidden.source) not in {part.digest for part in found.parts}
