"""What handing in answers is readable: as HTML in notebooks, as text elsewhere, never twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from course.errors import CourseError
from course.submission.receipt import NotPacked, Receipt

RECEIPT = Receipt(
    path=Path("/home/ada/01_tiny.zip"),
    where="It is among your downloads.",
    digest="0123456789abcdef" * 4,
    files=(("01_tiny.ipynb", 12_000), ("net.safetensors", 2_000_000)),
    answers=("double", "essay"),
    unanswered=("essay",),
    told=("The cell `setup` is gone.",),
)


def test_as_text_each_thing_has_a_line() -> None:
    assert str(RECEIPT).splitlines() == [
        "✔ Ready to hand in: `01_tiny.zip`, 2 MB. "
        "Give this file to your instructor in the way you agreed on.",
        "  It is among your downloads.",
        f"  Receipt: 0123-4567-89ab (in full: {RECEIPT.digest})",
        "  In it: 01_tiny.ipynb (12 kB), net.safetensors (2 MB)",
        "  Not answered yet: `essay`",
        "  The cell `setup` is gone.",
    ]


def test_the_html_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    shown = RECEIPT._repr_html_()
    for part in (
        "✔ Ready to hand in</b>: <code>01_tiny.zip</code>, 2 MB.",
        "<div>It is among your downloads.</div>",
        f"<div>Receipt: 0123-4567-89ab (in full: {RECEIPT.digest})</div>",
        "<div>Not answered yet: <code>essay</code></div>",
    ):
        assert part in shown
    assert repr(RECEIPT) == str(RECEIPT)
    assert capsys.readouterr().out == ""


def test_what_is_not_saved_comes_first_and_in_another_colour() -> None:
    stale = replace(RECEIPT, stale=True)
    assert str(stale).startswith("✘ Save first: the notebook's file lacks what you ran last.")
    assert "Until then `01_tiny.zip` holds what was saved." in str(stale)
    assert stale._repr_html_().count("#8e1b1b") == 2


def test_names_of_files_are_escaped() -> None:
    odd = replace(RECEIPT, files=(("<script>.safetensors", 1),), path=Path("<b>.zip"))
    assert "<script>" not in odd._repr_html_()
    assert "<b>.zip" not in odd._repr_html_()


def test_a_lesson_without_exercises_says_nothing_of_them() -> None:
    said = str(replace(RECEIPT, answers=(), unanswered=()))
    assert "answered" not in said


def test_why_nothing_was_packed() -> None:
    answer = NotPacked(CourseError("it is torn", where="<x>.ipynb", do="save it again"))
    assert str(answer) == (
        "○ No file to hand in yet: `<x>.ipynb`: it is torn.\n  What to do: save it again."
    )
    assert "<code>&lt;x&gt;.ipynb</code>: it is torn." in answer._repr_html_()
    assert "<div>What to do: save it again.</div>" in answer._repr_html_()
