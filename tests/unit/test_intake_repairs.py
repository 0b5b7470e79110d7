"""Each thing that happens to a notebook is repaired, said, and costs nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from intake_lesson import (
    ANSWERS,
    ESSAY,
    FIT,
    LESSON,
    MEAN,
    TESTS,
    Desk,
    at,
    get,
    handed_in,
    id_of,
    order,
    own,
    source,
    texts,
)

Notebook = dict[str, Any]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def whole(found: dict[str, str]) -> bool:
    """Say whether all answers are the student's and all else is the instructor's."""
    wanted = {id_of(cell): cell.source for cell in source().cells if id_of(cell)}
    return found == wanted | ANSWERS


def test_a_right_notebook_needs_no_repair(desk: Desk) -> None:
    found, repairs = desk.graded(lambda nb: None)
    assert whole(found)
    assert repairs == []


def test_metadata_of_the_rebuilt_notebook_is_the_instructors(desk: Desk) -> None:
    desk.graded(lambda nb: get(nb, "mean-tests")["metadata"].update(mine=1))
    cells = desk.take().notebooks[LESSON].cells
    theirs = {id_of(c): c.metadata for c in source().cells if id_of(c)}
    assert {id_of(c): c.metadata for c in cells if id_of(c)} == theirs


# --- noise that needs no telling ---------------------------------------------------------------


def as_colab(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU"}
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id", None)
        cell["metadata"] |= {"id": f"x{number}", "outputId": "o"}
        cell["source"] = cell["source"].splitlines(keepends=True)


def as_kaggle(notebook: Notebook) -> None:
    notebook["metadata"]["kaggle"] = {"dataSources": [], "accelerator": "nvidiaTeslaT4"}
    for cell in notebook["cells"]:
        cell["metadata"] |= {"_uuid": "1", "trusted": True, "execution": {"iopub": "now"}}


@pytest.mark.parametrize(
    "noise",
    [
        as_colab,
        as_kaggle,
        lambda nb: nb["metadata"].update(widgets={"application/x": {}}),
        lambda nb: nb["metadata"].update(kernelspec={"name": "julia-1.9", "language": "julia"}),
        lambda nb: nb.update(nbformat_minor=99),
        lambda nb: nb.pop("metadata"),
    ],
    ids=["colab", "kaggle", "widgets", "kernel", "minor", "no metadata"],
)
def test_what_platforms_add_is_not_told(desk: Desk, noise: Any) -> None:
    found, repairs = desk.graded(noise)
    assert whole(found)
    assert repairs == []
    assert set(desk.take().notebooks[LESSON].metadata) == set(source().metadata)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_and_line_ends_are_not_told(desk: Desk, encoding: str, line_end: str) -> None:
    notebook = handed_in({**ANSWERS, "mean": MEAN.replace("\n", line_end) + "  # é"})
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\r\n", "\n").replace("\n", line_end)
    text = json.dumps(notebook, indent=1, ensure_ascii=False).replace("\n", line_end)
    desk.put(text.encode(encoding))
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN + "  # é"
    assert taken.repairs == ()


def test_utf_16_of_the_other_kind_is_read(desk: Desk) -> None:
    desk.put(b"\xfe\xff" + json.dumps(handed_in()).encode("utf-16-be"))
    assert whole(texts(desk.take()))


def test_doubled_keys_are_harmless(desk: Desk) -> None:
    desk.put(json.dumps(handed_in())[:-1].encode() + b', "nbformat": 4}')
    assert whole(texts(desk.take()))


@pytest.mark.parametrize("text", ["x = '\ud83d'", "x = '\0'"], ids=["half", "zero"])
def test_characters_that_nothing_can_write_are_replaced(desk: Desk, text: str) -> None:
    found, _ = desk.graded(lambda nb: get(nb, "mean").update(source=text))
    assert found["mean"] in ("x = '?'", "x = '\ufffd'")
    found["mean"].encode()


# --- deleted ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["setup", "mean-check", "mean-tests", "fit-tests"])
def test_a_deleted_cell_is_put_back(desk: Desk, lost: str) -> None:
    found, repairs = desk.graded(lambda nb: nb["cells"].pop(at(nb, lost)))
    assert whole(found)
    assert [id_ for id_ in order(desk.take()) if id_ in found] == list(found)
    assert repairs == [f"the cell '{lost}' was missing and was put back as it was released"]


def test_a_deleted_test_comes_back_behind_the_students_own_cells(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"][at(notebook, "mean-tests")] = own("mean = better")

    desk.graded(change)
    ids = order(desk.take())
    assert ids.index("mean = better") < ids.index("mean-tests") < ids.index("fit")


def test_a_deleted_solution_comes_back_as_its_stub(desk: Desk) -> None:
    found, repairs = desk.graded(lambda nb: nb["cells"].pop(at(nb, "mean")))
    assert "NotAttempted" in found["mean"]
    assert repairs == ["the cell 'mean' was missing and was put back as it was released"]


def test_a_stub_never_undoes_what_was_written_in_another_cell(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].pop(at(notebook, "mean"))
        get(notebook, "fit")["source"] += f"\n{MEAN}"

    found, repairs = desk.graded(change)
    assert found["mean"] == ""
    assert "what it asks for is in another cell, which counts" in repairs[0]


def test_a_definition_in_a_locked_cell_is_not_the_students(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].pop(at(notebook, "mean"))
        get(notebook, "setup")["source"] = MEAN

    found, _ = desk.graded(change)
    assert "NotAttempted" in found["mean"]


# --- copied -------------------------------------------------------------------------------------


def copied(grade_id: str, text: str | None = None, **changes: Any) -> Any:
    def change(notebook: Notebook) -> None:
        cell = copy.deepcopy(get(notebook, grade_id)) | changes
        cell["source"] = cell["source"] if text is None else text
        notebook["cells"].insert(at(notebook, grade_id) + 1, cell)

    return change


def test_of_copies_the_last_changed_one_counts_and_the_first_still_runs(desk: Desk) -> None:
    found, repairs = desk.graded(copied("mean", "def mean(values):\n    return 0"))
    assert found["mean"] == "def mean(values):\n    return 0"
    assert order(desk.take())[2:4] == [MEAN, "mean"]
    assert repairs == ["the cell 'mean' stood twice; the last changed one counts"]


@pytest.mark.parametrize("text", ["", 'def mean(values):\n    raise NotAttempted("mean")\n'])
def test_an_untouched_or_emptied_copy_does_not_count(desk: Desk, text: str) -> None:
    found, repairs = desk.graded(copied("mean", text))
    assert whole(found)
    assert len(order(desk.take())) == len(source().cells)
    assert len(repairs) == 1


def test_a_copy_turned_into_text_is_a_note(desk: Desk) -> None:
    found, repairs = desk.graded(copied("mean", "def mean(old): ...", cell_type="markdown"))
    assert whole(found)
    assert len(repairs) == 1
    kept = next(c for c in desk.take().notebooks[LESSON].cells if c.source == "def mean(old): ...")
    assert kept.cell_type == "markdown"


def test_code_in_a_copy_of_a_locked_cell_still_runs(desk: Desk) -> None:
    found, repairs = desk.graded(copied("mean-check", "helper = 1"))
    assert whole(found)
    assert "helper = 1" in order(desk.take())
    assert repairs == ["the cell 'mean-check' stood twice; one counts"]


def test_a_copy_of_a_test_runs_once(desk: Desk) -> None:
    found, repairs = desk.graded(copied("mean-tests"))
    assert whole(found)
    assert order(desk.take()).count("mean-tests") == 1
    assert TESTS.splitlines()[0] not in order(desk.take())
    assert repairs == ["the cell 'mean-tests' stood twice; one counts"]


# --- moved --------------------------------------------------------------------------------------


def test_a_moved_test_runs_in_its_place(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].insert(1, notebook["cells"].pop(at(notebook, "mean-tests")))

    found, repairs = desk.graded(change)
    assert whole(found)
    assert [id_ for id_ in order(desk.take()) if id_ in found] == list(ids_of_source())
    assert repairs == ["the cell 'mean-tests' had been moved and was put back in its place"]


def ids_of_source() -> list[str]:
    return [id_of(cell) for cell in source().cells if id_of(cell)]


def test_a_helper_before_its_solution_moves_with_it(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        cells = notebook["cells"]
        tests = cells.pop(at(notebook, "mean-tests"))
        start = at(notebook, "mean")
        cells[start:start] = [tests, own("helper = 1")]

    desk.graded(change)
    ids = order(desk.take())
    assert ids.index("helper = 1") < ids.index("mean") < ids.index("mean-tests")


def test_exercises_that_changed_places_keep_their_helpers(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        cells, second = notebook["cells"], at(notebook, "fit")
        first = at(notebook, "mean")
        notebook["cells"] = [
            *cells[:first],
            *cells[second : second + 2],
            own("before = 1"),
            cells[first],
            own("after = 1"),
            *cells[first + 1 : second],
            *cells[second + 2 :],
        ]

    desk.graded(change)
    ids = order(desk.take())
    assert [i for i in ids if i in ids_of_source()] == ids_of_source()
    assert ids.index("before = 1") < ids.index("mean") < ids.index("after = 1")
    assert ids.index("after = 1") < ids.index("mean-check")


def test_a_cell_between_two_solutions_stays_with_the_first(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        cells = notebook["cells"]
        fit = cells.pop(at(notebook, "fit"))
        place = at(notebook, "mean")
        cells[place:place] = [fit, own("after_fit = 1")]

    desk.graded(change)
    ids = order(desk.take())
    assert ids.index("mean") < ids.index("fit") < ids.index("after_fit = 1")


def test_cells_in_order_stay_where_they_are(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        for place in (9, 6, 3, 0):
            notebook["cells"].insert(place, own(f"mine_{place} = 1"))

    desk.graded(change)
    mine = [i for i, text in enumerate(order(desk.take())) if text.startswith("mine")]
    assert mine == [0, 4, 8, 12]


# --- retyped ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("grade_id", ["mean", "mean-tests"])
def test_code_that_became_text_is_code_again(desk: Desk, grade_id: str, kind: str) -> None:
    found, repairs = desk.graded(lambda nb: get(nb, grade_id).update(cell_type=kind))
    assert whole(found)
    assert [c.cell_type for c in desk.take().notebooks[LESSON].cells if id_of(c)] == [
        c.cell_type for c in source().cells if id_of(c)
    ]
    assert repairs == [f"the cell '{grade_id}' had become a {kind} cell"]


def test_code_that_became_text_counts_as_written(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].pop(at(notebook, "mean"))
        get(notebook, "fit").update(cell_type="markdown", source=f"{FIT}\n{MEAN}")

    assert desk.graded(change)[0]["mean"] == ""


# --- metadata gone ------------------------------------------------------------------------------


def stripped(*ids: str) -> Any:
    def change(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            if not ids or id_of(cell) in ids:
                cell["metadata"] = {}

    return change


def test_a_solution_without_metadata_is_found_by_what_it_defines(desk: Desk) -> None:
    found, repairs = desk.graded(stripped("mean"))
    assert whole(found)
    (repair,) = repairs
    assert "'mean' had lost its nbgrader metadata" in repair
    assert "defines mean" in repair
    assert "tell your instructor" in repair


def test_code_that_is_not_python_yet_is_found_too(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        get(notebook, "mean").update(source="%time 1\ndef mean(values):\n    return (", metadata={})

    found, repairs = desk.graded(change)
    assert found["mean"].startswith("%time")
    assert len(repairs) == 1


def test_a_solution_that_defines_nothing_is_found_by_its_lines(desk: Desk) -> None:
    found, repairs = desk.graded(stripped("fit"))
    assert whole(found)
    assert "is most like it" in repairs[0]


def test_prose_without_metadata_is_found_by_its_place(desk: Desk) -> None:
    found, repairs = desk.graded(stripped("essay"))
    assert found["essay"] == ESSAY
    assert len(repairs) == 1


def test_a_locked_cell_without_metadata_is_known_by_its_text(desk: Desk) -> None:
    found, repairs = desk.graded(stripped("mean-tests"))
    assert whole(found)
    assert "# Graded: 3 points." not in order(desk.take()), "the released text runs too"
    assert repairs == [
        "the cell 'mean-tests' had lost its nbgrader metadata and was known by its text"
    ]


def test_a_notebook_without_any_metadata_is_whole_again(desk: Desk) -> None:
    found, repairs = desk.graded(stripped())
    assert whole(found)
    assert len(repairs) == len(ids_of_source())


def test_a_cell_is_recognised_only_between_its_neighbours(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].pop(at(notebook, "mean"))
        notebook["cells"].append(own(MEAN))

    found, repairs = desk.graded(change)
    assert MEAN in order(desk.take())
    assert found["mean"] == "", "the stub would undo it"
    assert "had lost" not in repairs[0]


def test_text_of_the_lesson_is_not_taken_for_an_answer(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"].pop(at(notebook, "essay"))
        notebook["cells"].append(own("## Training", "markdown"))

    found, _ = desk.graded(change)
    assert found["essay"] == "YOUR ANSWER HERE"


def test_a_cell_unlike_the_stub_is_not_taken_for_it(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"][at(notebook, "fit")] = own("plot(loss)")

    found, repairs = desk.graded(change)
    assert "NotAttempted" in found["fit"]
    assert "plot(loss)" in order(desk.take())
    assert "was missing" in repairs[0]


def test_a_cell_that_defines_something_else_is_not_taken_for_it(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        notebook["cells"][at(notebook, "mean")] = own("helper = 1")

    found, _ = desk.graded(change)
    assert "NotAttempted" in found["mean"]
    assert "helper = 1" in order(desk.take())


def test_a_note_is_not_taken_for_code(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        stripped("mean")(notebook)
        notebook["cells"].insert(3, own("def mean(values): a note of mine", "markdown"))

    assert whole(desk.graded(change)[0])


def test_locked_cells_are_known_first_and_bound_the_rest(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        stripped()(notebook)
        notebook["cells"].append(own(FIT + "\ndraft = 1"))

    assert whole(desk.graded(change)[0])


def test_of_two_that_define_it_the_last_counts_and_both_run(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        place = at(notebook, "mean")
        notebook["cells"][place : place + 1] = [own("def mean(v): return 0"), own(MEAN)]

    found, _ = desk.graded(change)
    assert whole(found)
    assert order(desk.take())[2:4] == ["def mean(v): return 0", "mean"]


# --- tests, points, tags ------------------------------------------------------------------------


def test_an_edited_test_is_the_instructors_again(desk: Desk) -> None:
    found, repairs = desk.graded(lambda nb: get(nb, "mean-tests").update(source="pass"))
    assert whole(found)
    assert repairs == ["the cell 'mean-tests' is not yours to change; the released one was used"]


def test_edited_points_are_told(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        get(notebook, "mean-tests")["metadata"]["nbgrader"]["points"] = 100

    _, repairs = desk.graded(change)
    cell = get(desk.take().notebooks[LESSON], "mean-tests")
    assert cell.metadata.nbgrader.points == 3
    assert repairs == ["the points of the cell 'mean-tests' had been changed; the lesson's count"]


def test_the_same_points_written_differently_are_no_change(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        get(notebook, "mean-tests")["metadata"]["nbgrader"]["points"] = 3.0

    assert desk.graded(change)[1] == []


def test_edited_marks_are_told(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        get(notebook, "mean-tests")["metadata"]["nbgrader"]["solution"] = True

    found, repairs = desk.graded(change)
    assert whole(found)
    assert "nbgrader metadata of the cell 'mean-tests' had been changed" in repairs[0]


@pytest.mark.parametrize("grade_id", ["mean-tests", "mean"])
def test_a_tag_to_skip_a_cell_is_told_and_gone(desk: Desk, grade_id: str) -> None:
    def change(notebook: Notebook) -> None:
        get(notebook, grade_id)["metadata"]["tags"] = ["skip-execution"]

    _, repairs = desk.graded(change)
    assert "tags" not in get(desk.take().notebooks[LESSON], grade_id).metadata
    assert repairs == [f"the cell '{grade_id}' asked to be skipped; it was run"]


def test_a_tag_on_a_cell_of_ones_own_is_told_too(desk: Desk) -> None:
    cell = own("x = 1") | {"metadata": {"tags": ["skip-execution"]}}
    _, repairs = desk.graded(lambda nb: nb["cells"].append(cell))
    assert repairs == ["a cell of your own asked to be skipped; it was run"]


# --- pictures -----------------------------------------------------------------------------------


def test_a_picture_in_an_answer_stays_and_nothing_else_does(desk: Desk) -> None:
    attached = {
        "plot.png": {"image/png": "iVBORw0KGgo=", "text/html": "<script>"},
        "bad.png": {"image/png": '"><script>', "image/svg+xml": "PHN2Zz4="},
    }
    desk.graded(lambda nb: get(nb, "essay").update(attachments=attached))
    cell = get(desk.take().notebooks[LESSON], "essay")
    assert cell.attachments == {"plot.png": {"image/png": "iVBORw0KGgo="}, "bad.png": {}}


def test_a_repair_is_said_once(desk: Desk) -> None:
    def change(notebook: Notebook) -> None:
        for _ in range(3):
            copied("mean-tests")(notebook)

    assert len(desk.graded(change)[1]) == 1


def test_only_our_cells_are_named_in_repairs(desk: Desk) -> None:
    cell = own(FIT) | {"metadata": {"nbgrader": {"grade_id": "<b>mine</b>"}}}
    assert desk.graded(lambda nb: nb["cells"].append(cell))[1] == []
