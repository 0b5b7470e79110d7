"""What was mended stands on top of the feedback, as text and never as mark-up."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.feedback.redact import Redact


def test_repairs_are_listed_and_escaped() -> None:
    about = {"message": "it took <long>", "repairs": ["the cell 'a' was missing", "<script>x"]}
    notebook = new_notebook(cells=[new_code_cell("x = 1")], metadata={"course": about})
    notebook, _ = Redact().preprocess(notebook, {})
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert "- mended: the cell &#x27;a&#x27; was missing" in first.source
    assert "- mended: &lt;script&gt;x" in first.source
    assert "it took &lt;long&gt;" in first.source
    assert len(notebook.cells) == 2


def test_without_repairs_nothing_is_put_on_top() -> None:
    notebook, _ = Redact().preprocess(new_notebook(cells=[new_code_cell("x = 1")]), {})
    assert len(notebook.cells) == 1


def test_the_receipt_is_shown_so_that_it_can_be_compared() -> None:
    notebook = new_notebook(metadata={"course": {"repairs": [], "receipt": "3f9a-02bc-71de"}})
    notebook, _ = Redact().preprocess(notebook, {})
    assert "- receipt: 3f9a-02bc-71de" in notebook.cells[0].source


def test_what_the_hand_in_cell_said_to_the_grader_is_not_shown() -> None:
    output = new_output("stream", text="No file to hand in yet")
    about = {"nbgrader": {"grade_id": "hand-in"}}
    cells = [
        new_code_cell("course.submit()", outputs=[output], metadata=about),
        new_code_cell("print('mine')", outputs=[output]),
    ]
    notebook, _ = Redact().preprocess(new_notebook(cells=cells), {})
    assert [len(cell.outputs) for cell in notebook.cells] == [0, 1]
