"""Take hidden tests out of feedback: their source, their tracebacks, and what they printed."""

from __future__ import annotations

import html
from typing import Any

from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests

from autograder.build.hand_in import HAND_IN
from autograder.build.step import grade_id

Resources = dict[str, Any]


class Redact(ClearHiddenTests):
    """Show of a grade cell what its release shows, its score, and one line of why.

    Everything a grade cell put out is dropped: a student's function could print what a hidden test
    called it with.
    """

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Redact every cell, and put on top what was mended before grading."""
        nb, resources = super().preprocess(nb, resources)
        about = nb.metadata.get("course", {})
        lines = [about["message"]] if about.get("message") else []
        lines += [f"mended: {repair}" for repair in about.get("repairs", [])]
        if about.get("receipt"):
            lines.append(f"receipt: {about['receipt']}")
        if lines:
            listed = "\n".join(f"- {html.escape(line)}" for line in lines)
            nb.cells.insert(0, new_markdown_cell(f"**About your submission**\n\n{listed}"))
        return nb, resources

    def preprocess_cell(
        self, cell: Any, resources: Resources, cell_index: int
    ) -> tuple[Any, Resources]:
        """Redact one cell."""
        if utils.is_grade(cell) and cell.cell_type == "code" and not utils.is_solution(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
            cell.outputs = [_why(cell)]
        elif grade_id(cell) == HAND_IN:
            # Run by the grader it finds nothing to pack, which is no news to the student.
            cell.outputs = []
        return cell, resources


def _why(cell: Any) -> Any:
    about = cell.metadata.get("course", {})
    text = f"<b>{html.escape(about.get('status', 'graded'))}</b>"
    if about.get("message"):
        text += f": {html.escape(about['message'])}"
    return new_output("display_data", data={"text/html": text})
