"""Large outputs stay behind, and nothing else of a notebook changes."""

from __future__ import annotations

import copy
from typing import Any

from handed_in import answered, cell, get

from course.submission.outputs import MOST_A_CELL, MOST_IN_ALL, lightened


def said(size: int) -> list[Any]:
    return [{"output_type": "stream", "name": "stdout", "text": "x" * size}]


def with_outputs(*sizes: int) -> dict[str, Any]:
    notebook = answered()
    notebook["cells"] += [cell(f"run({size})", outputs=said(size)) for size in sizes]
    return notebook


def kept(notebook: dict[str, Any]) -> list[bool]:
    cells = [c for c in notebook["cells"] if c["source"].startswith("run(")]
    return [bool(c["outputs"]) for c in cells]


def test_small_outputs_stay() -> None:
    notebook = with_outputs(10, 10_000)
    light, told = lightened(notebook)
    assert light == notebook
    assert told == []


def test_an_output_above_the_cap_is_left_out_and_told() -> None:
    light, told = lightened(with_outputs(10, MOST_A_CELL + 1))
    assert kept(light) == [True, False]
    assert told == ["The output of 1 cell was too large and was left out. Nothing is lost by it."]


def test_many_outputs_below_the_cap_are_too_much_together_and_the_largest_go_first() -> None:
    sizes = [900_000] * 12 + [800_000]
    light, told = lightened(with_outputs(*sizes))
    left = sum(size for size, stays in zip(sizes, kept(light), strict=True) if stays)
    assert MOST_IN_ALL - 900_000 < left <= MOST_IN_ALL
    assert kept(light)[-1], "the smaller one could have stayed"
    assert told == ["The output of 2 cells were too large and was left out. Nothing is lost by it."]


def test_the_state_of_widgets_is_left_out_and_other_metadata_stays() -> None:
    notebook = answered()
    notebook["metadata"] |= {"widgets": {"state": {"a": 1}}, "accelerator": "GPU"}
    light, _ = lightened(notebook)
    assert "widgets" not in light["metadata"]
    assert light["metadata"]["accelerator"] == "GPU"


def test_what_handing_in_said_the_last_time_is_left_out() -> None:
    notebook = answered()
    get(notebook, "hand-in").update(outputs=said(10), execution_count=9)
    get(notebook, "double-check").update(outputs=said(10), execution_count=8)
    light, told = lightened(notebook)
    assert (get(light, "hand-in")["outputs"], get(light, "hand-in")["execution_count"]) == (
        [],
        None,
    )
    assert get(light, "double-check")["execution_count"] == 8
    assert told == []


def test_the_notebook_that_came_in_is_not_changed() -> None:
    notebook = with_outputs(MOST_A_CELL + 1)
    get(notebook, "hand-in").update(outputs=said(10), execution_count=9)
    before = copy.deepcopy(notebook)
    lightened(notebook)
    assert notebook == before


def test_text_cells_have_no_outputs_to_lose() -> None:
    notebook = answered(essay="x" * 2 * MOST_A_CELL)
    light, told = lightened(notebook)
    assert get(light, "essay") == get(notebook, "essay")
    assert told == []
