"""Files that are whole or not there: written beside their place, then moved into it in one step.

A reader, or a machine that dies half-way, finds the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from course.errors import CourseError

PART = ".part"
"""How names of unfinished files end; they begin with a dot. Left behind by a process that died."""

_PAUSES = (0.5, 2.0)  # seconds before the second and the third attempt
_PIECE = 1 << 20
_PASSING = {
    errno.ENOTCONN,  # 107: what a Drive mount says when it has dropped; it often comes back
    errno.EIO,
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.ECONNRESET,
}
_NO_FSYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EROFS}
_ADVICE = {
    errno.ENOSPC: "make room there (on Drive, empty the bin as well: what is in it counts)",
    errno.EDQUOT: "make room there (on Drive, empty the bin as well: what is in it counts)",
    errno.ENOTCONN: "mount the folder again; if that fails, restart the session",
    errno.ENOENT: "check that the folder exists; if it is on Drive, mount Drive again",
    errno.ENOTDIR: "choose another folder: a file stands in its place",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
}
_TO_READ = {
    errno.ENOTCONN: _ADVICE[errno.ENOTCONN],
    errno.ENOENT: "check that the file is still there; if it is on Drive, mount Drive again",
}


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path`; when this returns they are on the disk.

    What passes by itself (a mount that dropped) is tried three times.

    Raises
    ------
    CourseError
        If the file could not be written. What stood at `path` before still stands there.
    """
    _persist(path, lambda file: file.write(data))


def copy_atomic(source: Path, target: Path) -> None:
    """Copy the bytes of one file, piece by piece, to `target`, as `write_atomic` writes.

    Raises
    ------
    CourseError
        If `source` could not be read or `target` not be written.
    """

    def copy(file: BinaryIO) -> None:
        for piece in _pieces(source):
            file.write(piece)

    _persist(target, copy)


class _Unread(OSError):
    """It is the source of a copy that failed, and not its target."""


def _pieces(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise _Unread(error.errno, error.strerror, str(source)) from error


def _persist(path: Path, write: Callable[[BinaryIO], object]) -> None:
    for pause in (*_PAUSES, None):
        try:
            return _attempt(path, write)
        except OSError as error:
            if pause is None or error.errno not in _PASSING:
                raise _explained(path, error) from error
            time.sleep(pause)


def _attempt(path: Path, write: Callable[[BinaryIO], object]) -> None:
    with _part(path) as part:
        with part.open("xb") as file:
            write(file)
            file.flush()
            _fsync(file.fileno())
        part.replace(path)
    _fsync_folder(path.parent)


@contextlib.contextmanager
def _part(path: Path) -> Iterator[Path]:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        yield part
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _fsync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FSYNC:  # a mount without fsync has nothing better to offer
            raise


def _fsync_folder(folder: Path) -> None:
    """Make the new name as lasting as the content, where a folder can be opened at all."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explained(path: Path, error: OSError) -> CourseError:
    reason = error.strerror or str(error)
    if isinstance(error, _Unread):
        do = _TO_READ.get(error.errno or 0, "check that it is a file that you may read")
        return CourseError(f"the file could not be read ({reason})", where=error.filename, do=do)
    do = _ADVICE.get(error.errno or 0, "check the folder, then run the cell again")
    return CourseError(f"the file could not be written ({reason})", where=str(path), do=do)
