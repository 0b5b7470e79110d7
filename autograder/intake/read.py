"""Read a notebook that anybody may have made: plain JSON, and of that only what is needed."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from autograder.intake.cells import Cell
from autograder.intake.refuse import AGAIN, InvalidSubmission, shown

LARGEST = 50_000_000
"""Bytes. Colab refuses to save notebooks above 20 MB; nothing honest comes near this."""
MOST_CELLS = 2_000
DEEPEST = 100
MOST_TOKENS = 4_000_000
"""Strings and brackets. Fifty megabytes of ``[],`` would take gigabytes of memory."""

# Every alternative runs on to its end, so that the time taken is linear, whatever the text.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_PICTURE = re.compile(r"image/(?:png|jpeg|gif|webp)")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def read(content: bytes, name: str) -> list[Cell]:
    """Read the cells of a student's notebook.

    Parameters
    ----------
    content
        The file.
    name
        Its name, for the sentence if it is refused.

    Raises
    ------
    InvalidSubmission
        If it is too large, not a notebook, of another format, or made to do harm.
    """
    where = shown(name)
    if len(content) > LARGEST:
        clear = "clear all outputs, save, and hand in again"
        raise InvalidSubmission("the file is larger than 50 MB", where=where, do=clear)
    text = _text(content, where)
    _weigh(text, where)
    try:
        notebook = json.loads(text)
    # A number of thousands of digits is a ValueError of another kind than broken JSON.
    except (ValueError, RecursionError) as error:
        raise InvalidSubmission(
            "the file is not a whole notebook", where=where, do=AGAIN
        ) from error
    return [_cell(cell, where) for cell in _cells(notebook, where)]


def _text(content: bytes, where: str) -> str:
    if not content.strip():
        raise InvalidSubmission("the file is empty", where=where, do=AGAIN)
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSubmission(
            "the file is not a whole notebook", where=where, do=AGAIN
        ) from error
    if "\0" in text:
        what = "the file holds zero bytes: it was not written to its end"
        raise InvalidSubmission(what, where=where, do=AGAIN)
    return text


def _weigh(text: str, where: str) -> None:
    """Refuse what would take too much memory, before anything is built from it."""
    clear = "clear all outputs, save, and hand in again"
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        kind = text[token.start()]
        depth += (kind in "[{") - (kind in "]}")
        if depth > DEEPEST:
            raise InvalidSubmission("the file is nested too deeply", where=where, do=clear)
        if count > MOST_TOKENS:
            raise InvalidSubmission("the file holds too many values", where=where, do=clear)


def _cells(notebook: Any, where: str) -> list[Any]:
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        convert = "open it in Colab or JupyterLab and save it there, then hand in the saved file"
        raise InvalidSubmission("the notebook is not in format 4", where=where, do=convert)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise InvalidSubmission("the notebook has no cells", where=where, do=AGAIN)
    if len(cells) > MOST_CELLS:
        what = f"the notebook has more than {MOST_CELLS:,} cells"
        raise InvalidSubmission(what, where=where, do="delete cells of your own and hand in again")
    return cells


def _cell(cell: Any, where: str) -> Cell:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    source = _joined(cell.get("source", "")) if isinstance(cell, dict) else None
    if kind not in ("code", "markdown", "raw") or source is None:
        raise InvalidSubmission("a cell of the notebook is damaged", where=where, do=AGAIN)
    metadata = _dict(cell.get("metadata"))
    claims = _dict(metadata.get("nbgrader"))
    grade_id, tags = claims.get("grade_id"), metadata.get("tags")
    return Cell(
        kind=kind,
        source=_writable(source.replace("\r\n", "\n")),
        grade_id=grade_id if isinstance(grade_id, str) else "",
        claims=claims,
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        pictures=_pictures(_dict(cell.get("attachments"))) if kind == "markdown" else {},
    )


def _joined(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _writable(text: str) -> str:
    """Replace the character zero, and half a character: JSON has them, files and Python do not."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _pictures(attachments: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the pictures among attachments; anything else could be a page that runs scripts."""
    return {
        _writable(name): {
            mime: data
            for mime, data in _dict(bundle).items()
            if _PICTURE.fullmatch(mime) and isinstance(data, str) and _BASE64.fullmatch(data)
        }
        for name, bundle in attachments.items()
    }


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
