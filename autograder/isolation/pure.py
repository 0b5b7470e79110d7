"""Which statements of a locked cell may also run on the trusted side.

Imports, constants, and functions that use nothing but those: they mean the same on both sides.
Everything else (what reads a file, trains, or keeps a list) happens once, on the student's side,
and tests see its result.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import symtable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pure:
    """The pure statements of a cell.

    Attributes
    ----------
    source
        Their text.
    imported, functions, constants
        The names they bind.
    """

    source: str
    imported: frozenset[str]
    functions: frozenset[str]
    constants: frozenset[str]


def plain(source: str) -> str:
    """Return a cell's text with IPython's %magic and !commands turned into calls."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        ast.parse(source)
        return source  # as nearly all cells: looking for magics takes ten times as long
    from IPython.core.inputtransformer2 import TransformerManager

    manager = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


def stored(source: str) -> set[str]:
    """Return the names that a cell may bind, at any depth."""
    found = set()
    try:
        tree = ast.parse(plain(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).split(".")[0] for a in node.names}
    return found


def pure(source: str, known: frozenset[str] = frozenset()) -> Pure:
    """Return the pure statements of a cell.

    Parameters
    ----------
    source
        Python without magics.
    known
        Names that pure statements of earlier cells have bound.
    """
    imported, functions, constants = set[str](), set[str](), set[str]()
    kept: list[ast.stmt] = []
    for statement in _parsed(source):
        names = known | imported | functions | constants
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if any(alias.name == "*" for alias in statement.names):
                continue
            imported |= {(a.asname or a.name).split(".")[0] for a in statement.names}
        elif isinstance(statement, ast.FunctionDef) and _self_contained(statement, names):
            functions.add(statement.name)
        elif isinstance(statement, ast.Assign) and _constant(statement):
            constants |= {t.id for t in statement.targets if isinstance(t, ast.Name)}
        else:
            continue
        kept.append(statement)
    text = ast.unparse(ast.Module(kept, []))
    return Pure(text, frozenset(imported), frozenset(functions), frozenset(constants))


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _constant(statement: ast.Assign) -> bool:
    """Numbers and text alone: a list could be added to on one side only."""
    if not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    try:
        value = ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return isinstance(value, int | float | complex | str | bytes | bool | type(None))


def _self_contained(function: ast.FunctionDef, names: frozenset[str] | set[str]) -> bool:
    defaults = [*function.args.defaults, *filter(None, function.args.kw_defaults)]
    if function.decorator_list or not all(isinstance(d, ast.Constant) for d in defaults):
        return False
    allowed = names | set(dir(builtins)) | {function.name}
    table = symtable.symtable(ast.unparse(function), "<cell>", "exec")
    return (
        all(_globals_of(inner) <= allowed for inner in table.get_children())
        and {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
        <= allowed
    )


def _globals_of(table: symtable.SymbolTable) -> set[str]:
    found = set()
    for symbol in table.get_symbols():
        if symbol.is_declared_global() and symbol.is_assigned():
            return {"global statement"}
        if symbol.is_global():
            found.add(symbol.get_name())
    for inner in table.get_children():
        found |= _globals_of(inner)
    return found
