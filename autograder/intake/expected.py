"""Which names an exercise defines: a student may bind them whatever a locked cell says."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils

from autograder.isolation.pure import plain


def expected(stubs: Any, whole: Path) -> tuple[str, ...]:
    """Return the names that the exercises of a notebook bind.

    Parameters
    ----------
    stubs
        The notebook as students get it.
    whole
        The instructor's file, with solutions; it need not be there.
    """
    names = _of_notebook(stubs)
    if whole.is_file():
        names += _of_file(whole, whole.stat().st_mtime_ns)
    return tuple(dict.fromkeys(names))


@functools.cache
def _of_file(path: Path, _changed: int) -> tuple[str, ...]:
    try:
        return _of_notebook(nbformat.read(path, as_version=4))
    except (OSError, ValueError):
        return ()  # the stubs are known; what is wrong with the file is said where it is built


def _of_notebook(notebook: Any) -> tuple[str, ...]:
    solutions = [c for c in notebook.cells if c.cell_type == "code" and utils.is_solution(c)]
    return tuple(name for cell in solutions for name in bound(cell.source))


def bound(source: str) -> list[str]:
    """Return the names that a cell binds at its top level."""
    kinds = ast.FunctionDef | ast.ClassDef
    return [s.name for s in _parsed(source) if isinstance(s, kinds)] + assigned_in(source)


def assigned_in(source: str) -> list[str]:
    """Return the names that a cell's top level assigns to, functions and classes left out."""
    plain = [s for s in _parsed(source) if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    names = [node for s in plain for node in ast.walk(s) if isinstance(node, ast.Name)]
    return [node.id for node in names if isinstance(node.ctx, ast.Store)]


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(plain(source)).body
    except (SyntaxError, ValueError):
        return []
