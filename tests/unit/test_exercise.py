"""Checks and hints as students meet them, tried on the exercise `split` of lesson 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course import CourseError, NotAttempted, check, hint
from course.checks import checks
from course.exercise import Result, Verdict

EXERCISES = (
    "dataset", "split", "model", "train-step", "save", "trained-model", "recall", "pr-curve",
)  # fmt: skip


def right(blocks: Any, held_out: Any) -> Any:
    inside = np.isin(blocks, held_out)
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def swapped(blocks: Any, held_out: Any) -> Any:
    return right(blocks, held_out)[::-1]


def stub(blocks: Any, held_out: Any) -> Any:
    raise NotAttempted("split")


def checked(function: Callable[..., Any]) -> Result:
    return check("split", {"split_by_block": function})


def test_a_right_solution_passes() -> None:
    assert checked(right).verdict is Verdict.PASSED


def test_a_wrong_solution_fails_with_a_reason() -> None:
    result = checked(swapped)
    assert result.verdict is Verdict.FAILED
    assert len(result.message) > 20


def test_a_stub_is_not_attempted() -> None:
    result = checked(stub)
    assert result.verdict is Verdict.NOT_ATTEMPTED
    assert result.message == "write your code for 'split', run its cell, then this one."


def test_a_name_that_does_not_exist_is_not_attempted() -> None:
    result = check("split", {})
    assert result.verdict is Verdict.NOT_ATTEMPTED
    assert result.message == "`split_by_block` does not exist yet. Run the cell that defines it."


def test_code_that_raises_fails_without_raising() -> None:
    result = checked(lambda blocks, held_out: 1 // 0)
    assert result.verdict is Verdict.FAILED
    assert result.message == (
        "your code raised ZeroDivisionError: integer division or modulo by zero"
    )


def test_an_assertion_without_a_message_still_gives_a_sentence() -> None:
    def silent(blocks: Any, held_out: Any) -> Any:
        raise AssertionError

    assert checked(silent).message == "a check failed."


def test_a_check_looks_in_the_callers_globals() -> None:
    names: dict[str, Any] = {"check": check, "split_by_block": right}
    exec('result = check("split")', names)
    assert names["result"].verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        (Verdict.PASSED, "✔ Passed: well done."),
        (Verdict.FAILED, "✘ Not yet: well done."),
        (Verdict.NOT_ATTEMPTED, "○ Not attempted yet: well done."),
    ],
)
def test_each_verdict_is_one_line_and_more_than_a_colour(verdict: Verdict, line: str) -> None:
    result = Result("split", verdict, "well done.")
    assert str(result) == repr(result) == line
    mark_and_title = line.split(":")[0]
    assert f"{mark_and_title}</b>: well done.</div>" in result._repr_html_()


def test_the_message_is_escaped_in_html() -> None:
    def hostile(blocks: Any, held_out: Any) -> Any:
        raise ValueError("<script>alert('1')</script> & more")

    shown = checked(hostile)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; more" in shown


def test_an_unknown_exercise_is_refused_with_those_known() -> None:
    with pytest.raises(CourseError, match="there is no exercise 'spilt'") as caught:
        check("spilt", {})
    assert "split" in caught.value.do


def test_the_first_hint_says_how_to_get_the_second() -> None:
    first, more = str(hint("split")).splitlines()
    assert first.startswith("Hint 1 of 2: ")
    assert more == 'Still stuck? hint("split", level=2)'


def test_the_second_hint_says_more_than_the_first() -> None:
    (second,) = str(hint("split", level=2)).splitlines()
    assert second.startswith("Hint 2 of 2: ")
    assert second.removeprefix("Hint 2 of 2: ") not in str(hint("split"))


def test_a_hint_is_shown_once_and_by_whoever_asked(capsys: pytest.CaptureFixture[str]) -> None:
    shown = hint("split")
    assert capsys.readouterr().out == "", "a notebook would show it twice"
    assert str(shown) == repr(shown)


def test_a_hint_is_readable_html_in_notebooks() -> None:
    shown = hint("split")._repr_html_()
    assert "Hint 1 of 2</b>: np.isin(blocks, held_out) says" in shown
    assert "<div>Still stuck? hint(&quot;split&quot;, level=2)</div>" in shown


def test_every_exercise_has_two_hints_that_differ_and_show_as_html() -> None:
    for exercise in EXERCISES:
        first, second = hint(exercise), hint(exercise, level=2)
        assert len(first.text) > 20
        assert len(second.text) > 20
        assert first.text != second.text
        assert "<div" in first._repr_html_()


def test_what_stands_between_backticks_is_shown_as_code() -> None:
    shown = Result("x", Verdict.FAILED, "is there a `return <value>`?")._repr_html_()
    assert "is there a <code>return &lt;value&gt;</code>?" in shown


def test_a_panel_brings_its_own_paper_for_dark_pages() -> None:
    shown = checked(right)._repr_html_()
    assert "background:#fff;color:#1a1a1a" in shown


@pytest.mark.parametrize("level", [0, 3])
def test_there_are_two_hints_and_no_more(level: int) -> None:
    with pytest.raises(CourseError, match="use level=1 or level=2"):
        hint("split", level=level)


def test_a_hint_for_an_unknown_exercise_is_refused() -> None:
    with pytest.raises(CourseError, match="there is no exercise 'spilt'"):
        hint("spilt")


def test_of_what_a_person_marks_the_hint_is_where_the_rubric_is() -> None:
    (line,) = str(hint("recommendation")).splitlines()
    assert line.startswith("A person marks this one: no hint fits every good answer. Read the")


def test_what_a_person_marks_has_no_check_but_something_to_read() -> None:
    with pytest.raises(CourseError, match="a person marks 'recommendation'") as caught:
        check("recommendation", {})
    assert caught.value.do.startswith("read the table above its cell")


def test_two_exercises_cannot_share_an_id() -> None:
    register = checks("split", needs=(), hints=("", ""), praise="")
    with pytest.raises(CourseError, match="two exercises are called 'split'"):
        register(lambda: None)


def test_not_attempted_renders_as_one_line() -> None:
    assert NotAttempted("split")._render_traceback_() == [
        "Not attempted yet: write your code for the exercise 'split' first."
    ]


def test_not_attempted_names_its_exercise() -> None:
    error = NotAttempted("split")
    assert (error.exercise, str(error)) == ("split", "not attempted: split")
    assert isinstance(error, NotImplementedError)


def test_code_that_calls_exit_fails_without_raising() -> None:
    def leaving(blocks: Any, held_out: Any) -> Any:
        raise SystemExit

    assert checked(leaving).verdict is Verdict.FAILED
