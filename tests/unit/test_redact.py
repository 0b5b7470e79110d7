"""What was mended stands on top of the feedback, as text and never as mark-up."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook

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
