"""What may end a run from outside: its deadline, a signal, the end of whoever started it."""

from __future__ import annotations

import os
import select
import signal
import time
from types import FrameType

from course.executor.folder import BEAT, RunFolder


class Stopped(Exception):
    """The run must end now. The text says why."""


class Watch:
    """Looked at many times a second while a run waits; keeps its heart beating.

    Parameters
    ----------
    folder
        The run's folder, for the heartbeat.
    until
        The deadline, in seconds since 1970.
    caller
        File descriptor of a pipe whose other end the caller holds. What comes out of it is a
        reason to stop; its end means that the caller has ended, even by SIGKILL.
    """

    def __init__(self, folder: RunFolder, until: float, caller: int) -> None:
        self._folder, self._until, self._caller = folder, until, caller
        self._signal = ""
        self._last = 0.0
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._signal = signal.Signals(number).name

    def beat(self) -> None:
        """Keep the heartbeat young."""
        if time.monotonic() - self._last > BEAT:
            self._folder.beat()
            self._last = time.monotonic()

    def check(self) -> None:
        """Raise `Stopped` if the run must end."""
        self.beat()
        if self._signal:
            raise Stopped(f"it was stopped by {self._signal}")
        if time.time() > self._until:
            raise Stopped("the deadline passed")
        if select.select([self._caller], [], [], 0)[0]:
            said = os.read(self._caller, 200).decode("utf-8", "replace").strip()
            raise Stopped(said or "the program that started it was killed or ended")
