"""The last cell of every lesson: hand in."""

from __future__ import annotations

from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.build.step import Resources, Step, grade_id

HAND_IN = "hand-in"
TEXT = """\
## Hand in

Save the notebook, then run the next cell. It packs your work into one file, says what is still
unanswered, and shows a receipt. Nothing is sent: give the file to your instructor in the way you
agreed on. You may do this as often as you like."""


class AddHandIn(Step):
    """Put a locked cell at the end that packs what is handed in.

    Sources have no such cell: run by a program, it has nothing to pack.
    """

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Append a text and the cell."""
        about = {
            "grade": False,
            "grade_id": HAND_IN,
            "locked": True,
            "schema_version": 3,
            "solution": False,
        }
        if not any(grade_id(cell) == HAND_IN for cell in nb.cells):
            nb.cells += [
                new_markdown_cell(TEXT),
                new_code_cell("course.submit()", metadata={"nbgrader": about}),
            ]
        return nb, resources
