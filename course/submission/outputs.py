"""Take out of a notebook what is large and not needed: it is run again when it is graded."""

from __future__ import annotations

import json
from typing import Any

from course.submission.notebook import Cell, Notebook, submits

MOST_A_CELL = 1_000_000
MOST_IN_ALL = 10_000_000
"""Bytes of outputs, as the file holds them."""


def lightened(notebook: Notebook) -> tuple[Notebook, list[str]]:
    """Return a notebook without outputs above the caps, and a sentence if any were left out.

    Left out are also the state of widgets, and what `submit` itself said the last time: the same
    work gives the same file.
    """
    cells: list[Cell] = [_blank(cell) if submits(cell) else cell for cell in notebook["cells"]]
    sizes = {number: _size(cell) for number, cell in enumerate(cells)}
    heavy = {number for number, size in sizes.items() if size > MOST_A_CELL}
    rest = sum(size for number, size in sizes.items() if number not in heavy)
    for number in sorted(sizes, key=lambda n: (-sizes[n], n)):
        if rest <= MOST_IN_ALL:
            break
        if number not in heavy:
            heavy.add(number)
            rest -= sizes[number]
    cells = [{**cell, "outputs": []} if n in heavy else cell for n, cell in enumerate(cells)]
    metadata = {key: value for key, value in notebook["metadata"].items() if key != "widgets"}
    return {**notebook, "metadata": metadata, "cells": cells}, _told(len(heavy))


def _blank(cell: Cell) -> Cell:
    return {**cell, "outputs": [], "execution_count": None}


def _size(cell: Cell) -> int:
    outputs: Any = cell.get("outputs")
    return len(json.dumps(outputs, ensure_ascii=False).encode("utf-8", "replace")) if outputs else 0


def _told(count: int) -> list[str]:
    if not count:
        return []
    which = "1 cell was" if count == 1 else f"{count} cells were"
    return [f"The output of {which} too large and was left out. Nothing is lost by it."]
