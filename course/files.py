"""Write a file so that nobody ever sees half of it."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from course.errors import CourseError

_TRIES = 3
_PAUSE = 1.0
# What a mounted folder (Google Drive) reports when its connection drops.
_DROPPED = (errno.ENOTCONN, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ECONNABORTED)


def write_atomic(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file beside `path`, then rename it.

    Raises
    ------
    CourseError
        If it cannot be written, also after three tries.
    """
    _atomic(path, lambda part: part.write_bytes(data))


def copy_atomic(source: Path, target: Path) -> None:
    """Copy a file to a temporary one beside `target`, then rename it.

    Raises
    ------
    CourseError
        If it cannot be read or written, also after three tries.
    """
    _atomic(target, lambda part: shutil.copyfile(source, part))


def _atomic(path: Path, fill: Callable[[Path], object]) -> None:
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE * attempt)
        try:
            return _once(path, fill)
        except OSError as error:
            if attempt + 1 == _TRIES or error.errno not in _DROPPED:
                raise CourseError(
                    f"the file cannot be written ({error})",
                    where=str(path),
                    do="check that the folder is there and the disk is not full",
                ) from error


def _once(path: Path, fill: Callable[[Path], object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        os.close(handle)
        fill(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
