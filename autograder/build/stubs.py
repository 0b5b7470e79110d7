"""Stubs come from the reference solution, so that the two cannot drift apart.

A solution cell shows students everything outside its solution regions; each region becomes one
line, ``raise NotAttempted("exercise")``.
"""

from __future__ import annotations

import ast
import difflib
from typing import Any

from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions

from autograder.build.step import Resources, grade_id, in_cell
from autograder.isolation.pure import plain


class DeriveStubs(ClearSolutions):
    """nbgrader's ClearSolutions, with stubs that name their exercise and keep every signature."""

    def preprocess_cell(
        self, cell: Any, resources: Resources, cell_index: int
    ) -> tuple[Any, Resources]:
        """Replace the solution regions of a cell, then compare what is left with the reference."""
        reference, exercise = cell.source, grade_id(cell)
        if cell.cell_type != "code" or not utils.is_solution(cell):
            plain: tuple[Any, Resources] = super().preprocess_cell(cell, resources, cell_index)
            return plain
        lesson = resources["nbgrader"]["assignment"]
        if self.begin_solution_delimeter not in reference:
            what = "the solution cell marks no solution"
            advice = (
                "put what students must not see between ### BEGIN SOLUTION and ### END SOLUTION"
            )
            raise in_cell(lesson, cell, what, advice)
        self.code_stub = {"python": f'raise NotAttempted("{exercise}")'}
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        _same_signatures(lesson, cell, reference)
        return cell, resources


def _same_signatures(lesson: str, cell: Any, reference: str) -> None:
    wanted, left = _signatures(lesson, cell, reference), _signatures(lesson, cell, cell.source)
    if wanted == left:
        return
    diff = "\n".join(difflib.unified_diff(wanted, left, "solution", "stub", lineterm="", n=9))
    raise in_cell(
        lesson,
        cell,
        f"the stub does not define what the solution defines:\n{diff}",
        "move the `def` or `class` line, with the signature, out of the solution region",
        line=_first_solution_line(reference),
    )


def _signatures(lesson: str, cell: Any, source: str) -> list[str]:
    """Return what a cell defines, a line each: functions with their arguments, classes, methods."""
    try:
        tree = ast.parse(plain(source))
    except SyntaxError as error:
        what = f"the stub or the solution is not Python ({error.msg})"
        raise in_cell(lesson, cell, what, "mend it", line=error.lineno or 1) from error
    return _defined(tree, "")


def _defined(node: ast.AST, prefix: str) -> list[str]:
    lines = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            lines.append(f"{prefix}def {child.name}({ast.unparse(child.args)})")
        elif isinstance(child, ast.ClassDef):
            lines.append(f"{prefix}class {child.name}")
            lines += _defined(child, f"{prefix}{child.name}: ")
    return lines


def _first_solution_line(source: str) -> int:
    lines = source.splitlines()
    return next((n for n, line in enumerate(lines, 1) if "BEGIN SOLUTION" in line), 1)
