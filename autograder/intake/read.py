"""Read a notebook file that anybody may have made."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.errors import CourseError

LARGEST = 50_000_000
"""Bytes. Colab refuses to save notebooks above 20 MB; nothing honest comes near this."""


class InvalidSubmission(CourseError):
    """A submission that cannot be run, with a sentence the student can act on."""


@dataclass(frozen=True)
class Cell:
    """What intake keeps of a student's cell.

    Attributes
    ----------
    kind
        ``"code"``, ``"markdown"`` or ``"raw"``.
    source
        Its text with Unix line ends.
    grade_id
        What its metadata claims to be; empty for a cell of the student's own.
    """

    kind: str
    source: str
    grade_id: str


def read(path: Path) -> list[Cell]:
    """Read the cells of a student's notebook.

    Raises
    ------
    InvalidSubmission
        If the file is not a regular file, too large, not a notebook, or of another format.
    """
    return [_cell(path, cell) for cell in _notebook(path)["cells"]]


def _notebook(path: Path) -> dict[str, Any]:
    again = "open the notebook where you worked, download it again as .ipynb and hand that in"
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise InvalidSubmission("this is a link or a device, not a file", where=path.name, do=again)
    if path.stat().st_size > LARGEST:
        clear = "clear all outputs, save, and hand in again"
        raise InvalidSubmission("the file is larger than 50 MB", where=path.name, do=clear)
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InvalidSubmission(
            "the file is not a whole notebook", where=path.name, do=again
        ) from error
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        convert = "open it in Colab or JupyterLab and save it there, then hand in the saved file"
        raise InvalidSubmission("the notebook is not in format 4", where=path.name, do=convert)
    if not isinstance(content.get("cells"), list):
        raise InvalidSubmission("the notebook has no cells", where=path.name, do=again)
    return content


def _cell(path: Path, cell: Any) -> Cell:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    source = cell.get("source", "") if isinstance(cell, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if kind not in ("code", "markdown", "raw") or not isinstance(source, str):
        raise InvalidSubmission(
            "a cell of the notebook is damaged",
            where=path.name,
            do="open the notebook where you worked, save it, download it again and hand that in",
        )
    metadata = cell.get("metadata")
    claimed = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = claimed.get("grade_id") if isinstance(claimed, dict) else None
    # Half a character (a lone surrogate) is legal JSON, but nothing can write it to a file.
    source = source.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return Cell(kind, source, grade_id if isinstance(grade_id, str) else "")
