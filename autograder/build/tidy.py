"""Last step: stable ids, no outputs, no metadata of the instructor's, nbformat 4.5."""

from __future__ import annotations

import hashlib
from typing import Any

from autograder.build.step import Resources, Step, grade_id

# Written by authors on cells that run what students wrote: until then they say "not attempted",
# and `raises-exception` lets Jupyter and nbval go on to the next cell.
AFTER_EXERCISES = "after-exercises"
GOES_ON = "raises-exception"
KEPT_TAGS = ("head", "parameters")


class Tidy(Step):
    """Leave in each cell what students need and nothing that differs between two builds."""

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Rewrite ids and metadata of every cell."""
        nb.nbformat, nb.nbformat_minor = 4, 5
        name_cells(nb)
        for cell in nb.cells:
            cell.metadata = type(cell.metadata)(_kept(cell))
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        return nb, resources


def name_cells(nb: Any) -> None:
    """Give every cell an id that depends on its grade_id or its text, not on when it was written.

    The id is the grade_id where there is one, else eight hexadecimal digits of the text's SHA-256
    (numbered where the same text stands twice).
    """
    taken: dict[str, int] = {}
    for cell in nb.cells:
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        name = grade_id(cell) or f"{cell.cell_type[:4]}-{digest}"
        taken[name] = taken.get(name, 0) + 1
        cell.id = name if taken[name] == 1 else f"{name}-{taken[name]}"


def _kept(cell: Any) -> dict[str, Any]:
    tags = cell.metadata.get("tags", [])
    kept: dict[str, Any] = {
        key: cell.metadata[key]
        for key in ("nbgrader", "deletable", "editable", "cellView")
        if key in cell.metadata
    }
    shown = [tag for tag in tags if tag in KEPT_TAGS]
    if AFTER_EXERCISES in tags:
        shown.append(GOES_ON)
    if shown:
        kept["tags"] = shown
    return kept
