"""IPython's shell without a kernel: the same cells, magics, displays and tracebacks.

What is printed goes to the process's standard output, which the trusted side reads as it comes.
What is displayed is kept, and a mark in the output says where it belongs.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from autograder.isolation.outputs import MARK

MOST_SHOWN = 8 << 20
"""Bytes of displays kept of one cell."""


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        """Leave the prompt to whoever shows the notebook."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.show("execute_result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        self.shell.show("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002
        """Keep what was shown: whoever grades wants to see all of it."""


class Shell(InteractiveShell):
    """A shell that tells what a cell showed and how it failed."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    @classmethod
    def fresh(cls) -> Shell:
        """Return the process's shell, without history on disk or threads."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        shell: Shell = cls.instance(config=config)
        shell.user_ns["__name__"] = "__main__"
        sys.modules["__main__"] = shell.user_module
        # Imported later, its backend (MPLBACKEND) does this itself, and costs nobody else a third
        # of a second.
        if "matplotlib_inline.backend_inline" in sys.modules:
            shell.enable_matplotlib("inline")  # type: ignore[no-untyped-call]
        # Not counted: the student's first cell is In[1].
        shell.run_cell("pass", store_history=False)  # type: ignore[no-untyped-call]
        shell.fail_once()
        return shell

    def fail_once(self) -> None:
        """Do once what IPython does lazily when a cell fails: else each fork pays for it."""
        try:
            raise ValueError
        except ValueError:
            self.showtraceback()
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            vars(sys).pop(name, None)

    def _tee(self, channel: Any) -> Any:
        """Keep no second copy of what is printed."""
        return contextlib.nullcontext()

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no screen."""

    def show(self, kind: str, data: Any, metadata: Any) -> None:
        """Keep something displayed."""
        entry = {"output_type": kind, "data": data, "metadata": metadata or {}}
        size = len(json.dumps(entry, default=str))
        if self._shown_bytes + size > MOST_SHOWN:
            return
        self._shown_bytes += size
        sys.stdout.write(MARK.format(len(self._shown)))
        self._shown.append(entry)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self._error: dict[str, Any] = {
            "ename": str(etype.__name__), "evalue": str(evalue)[:10_000],
            "traceback": [line[:10_000] for line in stb[:200]],
        }  # fmt: skip

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell as a kernel would.

        Returns
        -------
        dict
            ``shown`` (displays), ``error`` (name, value, traceback; None if none) and ``cpu``
            (seconds of processor time).
        """
        self._shown: list[Any] = []
        self._shown_bytes = 0
        self._error = {}
        started = time.process_time()
        done = self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        sys.stdout.flush()
        sys.stderr.flush()
        if not self._error and not done.success:
            error = done.error_before_exec or done.error_in_exec
            name, text = type(error).__name__, str(error)[:10_000]
            self._error = {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
        return {
            "shown": json.loads(json.dumps(self._shown, default=str)),
            "error": self._error or None,
            "cpu": time.process_time() - started,
        }
