"""What cells print, show and raise, as a notebook keeps it."""

from __future__ import annotations

import io
import os
import re
from typing import Any

MARK = "\x00\x1f{}\x1f\x00"
"""Stands in what is printed for something displayed, by its number."""
MARKS = re.compile("\x00\x1f\\d+\x1f\x00")
_EMPTY: dict[str, Any] = {"metadata": {}, "execution_count": None}


class Output:
    """What was printed, capped while it arrives."""

    def __init__(self, descriptors: dict[int, str], cap: int) -> None:
        self._descriptors, self._cap = dict(descriptors), cap
        self._size, self.pieces = 0, list[tuple[str, bytes]]()
        for descriptor in descriptors:
            os.set_blocking(descriptor, False)

    def take(self) -> list[tuple[str, bytes]]:
        """Return the pieces since the last time, with the name of their stream."""
        while self.read_once():
            pass
        taken, self.pieces, self._size = self.pieces, [], 0
        return taken

    def waiting(self) -> list[int]:
        """Return what to wait for."""
        return list(self._descriptors)

    def read_once(self) -> bool:
        """Read what is there; say whether there was anything."""
        found = False
        for descriptor, name in list(self._descriptors.items()):
            try:
                data = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                del self._descriptors[descriptor]
                continue
            found = True
            kept = data[: max(0, self._cap - self._size)]
            if kept:
                self.pieces.append((name, kept))
            elif self._size == self._cap:
                self.pieces.append((name, b"\n(more was printed than is kept)\n"))
                self._size += 1
            self._size += len(kept)
        return found


class Capped(io.StringIO):
    """Takes what a test prints, up to a number of characters."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def write(self, text: str) -> int:
        """Take as much as there is room for."""
        super().write(text[: self._left])
        self._left -= min(len(text), self._left)
        return len(text)


def result(text: str) -> dict[str, Any]:
    """Return a notebook's output for a last value."""
    data = {"text/plain": text}
    return {**_EMPTY, "output_type": "execute_result", "data": data}


def stream(name: str, text: str) -> dict[str, Any]:
    """Return a notebook's output for printed text."""
    return {"output_type": "stream", "name": name, "text": text}


def error(name: str, text: str, rows: list[str]) -> dict[str, Any]:
    """Return a notebook's output for an error."""
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": rows}


def printed(pieces: list[tuple[str, bytes]], shown: list[Any]) -> list[dict[str, Any]]:
    """Put printed text and displays together, each display where its mark stands."""
    outputs: list[dict[str, Any]] = []
    for name in ("stdout", "stderr"):
        text = b"".join(data for stream, data in pieces if stream == name).decode(
            "utf-8", "replace"
        )
        for number, display in enumerate(shown):
            before, mark, after = text.partition(MARK.format(number))
            if mark and display is not None:
                outputs += [stream(name, before)] if before else []
                outputs.append(_displayed(display))
                shown[number] = None
                text = after
        outputs += [stream(name, text)] if text else []
    return outputs + [_displayed(display) for display in shown if display is not None]


def _displayed(display: Any) -> dict[str, Any]:
    kind = "execute_result" if display["output_type"] == "execute_result" else "display_data"
    data = {str(form): row for form, row in display["data"].items() if type(row) in (str, dict)}
    entry = {"output_type": kind, "data": data, "metadata": {}}
    return {**entry, "execution_count": None} if kind == "execute_result" else entry
