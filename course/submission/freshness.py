"""A notebook's file may be older than what its author sees: say when it was saved, and what lacks.

Jupyter gives a kernel no way to save. But it tells the kernel each cell that is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from course.platforms.saved import running_shell
from course.submission.notebook import Notebook, text

_MAGIC = re.compile(r"\s*[%!]")


def when_saved(name: str, saved: datetime, now: datetime) -> str:
    """Say which file counts, and when it was saved."""
    minutes = int((now - saved).total_seconds() // 60)
    ago = "just now"
    for size, unit in ((1, "minute"), (60, "hour"), (24 * 60, "day")):
        if minutes >= size:
            count = minutes // size
            ago = f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"What counts is the file `{name}` as it was saved {ago}."


@dataclass(frozen=True)
class Lacking:
    """A file that lacked what was run.

    Attributes
    ----------
    saved
        When it had been saved, in seconds.
    ran
        What had been run by then. Whatever is saved later is what its author chose to keep of it.
    """

    saved: float
    ran: tuple[str, ...]

    def settled(self, saved: float, ran: Sequence[str]) -> tuple[str, ...]:
        """Return the first of the cells that ran: those that ran before the file was saved."""
        same = self.ran == tuple(ran[: len(self.ran)])
        return self.ran if same and saved > self.saved else ()


def lacks_what_ran(notebook: Notebook, ran: Sequence[str], settled: Sequence[str] = ()) -> bool:
    """Say whether something that the file defines was run last in a form it does not hold.

    Cells that define nothing of the file's (a look at a value, a check, a trial) say nothing.

    Parameters
    ----------
    ran
        The texts of the cells that were run, the running one last.
    settled
        The first of them, if the file is known to have been saved since: a cell of these that it
        lacks was changed or deleted.
    """
    held = [text(cell) for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    defined = {name for source in held for name in _defines(source)}
    fresh = ran[len(settled) :]
    latest = {name: source for source in fresh for name in _defines(source) if name in defined}
    known = {_meaning(source) for source in (*held, *settled)}
    return any(_meaning(source) not in known for source in latest.values())


def _defines(source: str) -> set[str]:
    """Return the names that a cell's statements bind, but for what it imports."""
    found: set[str] = set()
    for statement in _statements(source):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            found |= {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
    return found


def _meaning(source: str) -> str:
    """Return what stays the same when comments and white space change."""
    return ast.dump(ast.Module(_statements(source), [])) if _statements(source) else source.strip()


def _statements(source: str) -> list[ast.stmt]:
    """Return a cell's statements; lines that only IPython understands are left out."""
    plain = "\n".join("" if _MAGIC.match(line) else line for line in source.splitlines())
    try:
        return ast.parse(plain).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def what_ran() -> tuple[str, ...]:
    """Return the texts of the cells this kernel ran; nothing outside of IPython."""
    history = getattr(running_shell(), "history_manager", None)
    return tuple(map(str, getattr(history, "input_hist_raw", ())))
