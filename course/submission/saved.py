"""A notebook's file may be older than what its author sees: say when it was saved, and what lacks.

Jupyter gives a kernel no way to save. But it tells the kernel each cell that is run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import datetime

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


def lacks_what_ran(notebook: Notebook, ran: Iterable[str]) -> bool:
    """Say whether the running cell, or the one that was run before it, is not in the file.

    Parameters
    ----------
    ran
        The texts of the cells that were run, the running one last.
    """
    held = {text(cell).strip() for cell in notebook["cells"]}
    *before, running = [source.strip() for source in ran if source.strip()] or [""]
    answering = [source for source in before if not _ASKING.match(source)]
    return any(source and source not in held for source in (running, *answering[-1:]))


def what_ran() -> list[str]:
    """Return the texts of the cells this kernel ran; nothing outside of IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    history = getattr(shell, "history_manager", None)
    return [str(source) for source in getattr(history, "input_hist_raw", [])]
