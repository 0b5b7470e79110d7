"""One at a time, between processes and threads. A lock ends with the process that holds it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from course.data.cache import ELSEWHERE
from course.errors import CourseError

_LOOK_AGAIN = 0.1


@contextmanager
def alone(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock `path` for the length of a ``with`` block; wait for whoever holds it.

    Parameters
    ----------
    path
        The lock's file. It is made, and taken away afterwards.
    on_wait
        Called once if somebody else holds the lock.

    Raises
    ------
    CourseError
        If the folder cannot be written to, or its file system knows no locks.
    """
    handle = _acquire(path, on_wait)
    try:
        yield
    finally:
        # While it is held: nobody can have a lock on the file and see it vanish unnoticed, since
        # whoever gets the lock looks whether the file is still the one with that name.
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _acquire(path: Path, on_wait: Callable[[], None]) -> int:
    told = False
    while True:
        handle = _opened(path)
        try:
            if _lock(handle, path) and _is_still(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if not told:
            on_wait()
            told = True
        time.sleep(_LOOK_AGAIN)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CourseError(
            f"nothing can be written to this folder ({error.strerror})",
            where=str(path.parent),
            do=ELSEWHERE,
        ) from error


def _is_still(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, path: Path) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int, path: Path) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise CourseError(
                f"files cannot be locked in this folder ({error.strerror})",
                where=str(path.parent),
                do="name a folder on a local disk in the variable XDG_CACHE_HOME",
            ) from error
        return True
