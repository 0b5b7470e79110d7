"""Which names an exercise defines: a student may bind them whatever a locked cell says."""

from __future__ import annotations

import ast
from typing import Any

from nbgrader import utils


def expected(source: Any) -> tuple[str, ...]:
    """Return the names that the exercises of an instructor's notebook bind, stubs being enough."""
    found: list[str] = []
    for cell in source.cells:
        if cell.cell_type == "code" and utils.is_solution(cell):
            found += bound(cell.source)
    return tuple(dict.fromkeys(found))


def bound(source: str) -> list[str]:
    """Return the names that a cell binds at its top level."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return []
    found = [s.name for s in body if isinstance(s, ast.FunctionDef | ast.ClassDef)]
    assigned = (node for s in body if isinstance(s, ast.Assign) for node in ast.walk(s))
    names = [node for node in assigned if isinstance(node, ast.Name)]
    return found + [node.id for node in names if isinstance(node.ctx, ast.Store)]
