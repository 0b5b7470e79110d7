"""A request to stop, noted when it arrives and obeyed where the work can be saved."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_IMPATIENT = 1.0  # seconds; some programs pass one signal on twice, and that is no second press
_NAMES = {signal.SIGINT: "interrupted", signal.SIGTERM: "the machine asked to stop (SIGTERM)"}


class Interruption:
    """Holds Ctrl-C (the stop button) and SIGTERM back while the ``with`` block runs.

    The first signal is only noted, in `reason`. When the block ends, the handlers from before are
    put back and the signal is delivered to them. Whoever presses Ctrl-C again after a second is
    obeyed at once. In a thread other than the main one nothing is held back: Python runs handlers
    in the main thread only.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self._since = 0.0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def reason(self) -> str:
        """Why to stop, in a few words; empty as long as there is no reason."""
        return "" if self.signal is None else _NAMES[self.signal]

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._put_back()
        if self.signal is not None and error is None:
            signal.raise_signal(self.signal)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is None:
            self.signal, self._since = signal.Signals(number), time.monotonic()
        elif number == signal.SIGINT and time.monotonic() - self._since > _IMPATIENT:
            self._put_back()
            signal.raise_signal(number)

    def _put_back(self) -> None:
        for number, handler in self._before.items():
            # None: a handler that was not made by Python and cannot be put back from here.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._before.clear()
