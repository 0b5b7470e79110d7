"""A file on its way here: the bytes so far, and a note of what they are the beginning of."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path

from course.files import write_atomic


@dataclass(frozen=True)
class Note:
    """Where the bytes come from.

    Attributes
    ----------
    origin
        The address or the path.
    version
        What tells one content at that place from another; empty if nothing does.
    size
        The size of the whole file in bytes, or `None` where unknown.
    """

    origin: str
    version: str
    size: int | None


class Part:
    """The beginning of a file. It outlives the process, so that the next one can go on.

    The note is written before the first byte, so bytes never stand without theirs.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")

    def size(self) -> int:
        """Return how many bytes are here."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def note(self) -> Note | None:
        """Return the note, or `None` if there is none that can be read."""
        try:
            return Note(**json.loads(self._note.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def begin(self, note: Note) -> None:
        """Start anew."""
        self.path.write_bytes(b"")
        write_atomic(self._note, json.dumps(asdict(note)).encode())

    def opened(self, at: int) -> FileIO:
        """Open it to write from this byte on. Unbuffered: what came survives a killed process."""
        file = self.path.open("r+b", buffering=0)
        file.seek(at)
        return file

    def finish(self) -> None:
        """Give the file its final name."""
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Leave nothing."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def write_all(file: FileIO, data: bytes) -> None:
    """Write all of it: a nearly full disk takes a piece first, and refuses the next one."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
