"""Read files of a mounted folder, such as Google Drive, whose connection drops now and then."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from course.errors import CourseError

_CHUNK = 1 << 20
_TRIES = 5
_PAUSE = 1.0
_DROPPED = frozenset(
    {
        errno.ENOTCONN,  # 107: "Transport endpoint is not connected", what Drive's mount says
        errno.ECONNABORTED,
        errno.ECONNRESET,
        errno.EIO,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)

T = TypeVar("T")


def chunks(path: Path, start: int = 0) -> Iterator[bytes]:
    """Yield a file's bytes from `start` on; when the connection drops, go on where it dropped.

    Raises
    ------
    CourseError
        If it drops five times in a row, or the file cannot be read or is changed meanwhile.
    """
    patience, at, first = _Patience(path), start, ""
    while True:
        try:
            mark = version(path)
            first = first or mark
            if mark != first:
                raise CourseError(
                    "the file was changed while it was read",
                    where=str(path),
                    do="run the cell again",
                )
            with path.open("rb", buffering=0) as file:
                file.seek(at)
                while chunk := file.read(_CHUNK):
                    at += len(chunk)
                    patience.restore()
                    yield chunk
            return
        except OSError as error:
            patience.after(error)


def steadily(path: Path, question: Callable[[Path], T]) -> T:
    """Return ``question(path)``; ask again while the connection is away.

    Raises
    ------
    CourseError
        As `chunks` does.
    """
    patience = _Patience(path)
    while True:
        try:
            return question(path)
        except OSError as error:
            patience.after(error)


def version(path: Path) -> str:
    """Return what changes when the file changes: its size and the time of its last change."""
    facts = path.stat()
    return f"{facts.st_size}-{facts.st_mtime_ns}"


class _Patience:
    """Waits after a dropped connection, a little longer each time, and gives up in the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failures = 0

    def restore(self) -> None:
        self.failures = 0

    def after(self, error: OSError) -> None:
        if error.errno not in _DROPPED:
            raise CourseError(
                f"the file cannot be read ({error.strerror or error})", where=str(self.path)
            ) from error
        self.failures += 1
        if self.failures == _TRIES:
            raise CourseError(
                f"the connection to the folder is lost ({error.strerror or error})",
                where=str(self.path),
                do="connect the folder again (on Colab: mount Drive with force_remount=True), "
                "then run the cell again",
            ) from error
        time.sleep(_PAUSE * 2 ** (self.failures - 1))
