"""A notebook's file may be older than what its author sees: say when it was saved, and what lacks.

Jupyter gives a kernel no way to save. But it tells the kernel each cell that is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from course.platforms.saved import running_shell
from course.submission.notebook import Notebook, text

# Cells that ask and do not answer: whether they are in the file says nothing.
_ASKING = re.compile(r"\s*(?:course\.)?(?:check|hint|submit)\(")


def when_saved(saved: datetime, now: datetime) -> str:
    """Say when a file was saved."""
    minutes = int((now - saved).total_seconds() // 60)
    ago = "just now"
    for size, name in ((1, "minute"), (60, "hour"), (24 * 60, "day")):
        if minutes >= size:
            count = minutes // size
            ago = f"{count} {name}{'s' if count > 1 else ''} ago"
    return f"The saved file is what counts; it was saved {ago}."


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
    """Say whether the running cell, or the one that was run before it, is not in the file.

    Parameters
    ----------
    ran
        The texts of the cells that were run, the running one last.
    settled
        The first of them, if the file is known to have been saved since: a cell of these that it
        lacks was changed or deleted.
    """
    held = {text(cell).strip() for cell in notebook["cells"]}
    fresh = [source.strip() for source in ran[len(settled) :] if source.strip()]
    *before, running = fresh or [""]
    answering = [source for source in before if not _ASKING.match(source)]
    known = held.union(source.strip() for source in settled)
    return running not in {"", *known} or any(source not in held for source in answering[-1:])


def what_ran() -> tuple[str, ...]:
    """Return the texts of the cells this kernel ran; nothing outside of IPython."""
    history = getattr(running_shell(), "history_manager", None)
    return tuple(map(str, getattr(history, "input_hist_raw", ())))
