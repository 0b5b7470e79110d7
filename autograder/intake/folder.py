"""Look into a folder that anybody may have filled: regular files only, opened once, never followed.

What is listed may be exchanged before it is opened. So opening checks again, on the open file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.intake.refuse import AGAIN, InvalidSubmission, shown

MOST_ENTRIES = 1_000
LONGEST_PATH = 1_000
"""Bytes. Much longer, and neither the system nor Python can open it or make its folders."""
EARLIER = "earlier"
"""The folder for former files of a student; it is not looked into."""

_JUNK_FOLDERS = ("__MACOSX", "__pycache__", "secret")
_JUNK_FILES = (".DS_Store", "Thumbs.db", "desktop.ini")
_NO_FILE = (errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.ENODEV, errno.EISDIR)
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Found:
    """A regular file.

    Attributes
    ----------
    name
        Its path relative to the folder looked into, with ``/``.
    folder
        That folder.
    when
        When it was last changed, in seconds.
    size
        In bytes.
    """

    name: str
    folder: Path
    when: float
    size: int

    @property
    def path(self) -> Path:
        """Its absolute path."""
        return self.folder / self.name


def is_junk(name: str) -> bool:
    """Say whether a file is there only because a system or an editor put it there."""
    *folders, last = PurePosixPath(name).parts
    return (
        last in _JUNK_FILES
        or last.startswith("._")
        or any(part in _JUNK_FOLDERS or _is_hidden(part) for part in folders)
    )


def _is_hidden(folder: str) -> bool:
    # The way up is no hidden folder: it is refused, and not passed over.
    return folder.startswith(".") and folder not in (".", "..")


def look_into(folder: Path) -> tuple[list[Found], list[str]]:
    """List the regular files below a folder, and what is neither a file nor a folder.

    Raises
    ------
    InvalidSubmission
        If the folder is a link, or holds too much.
    """
    if folder.is_symlink() or folder.parent.is_symlink():
        raise InvalidSubmission("the folder is a link", where=folder.name, do="hand in files")
    files, odd = [], []
    # Closed here and now: the refusal below would leave a folder open until some later day.
    with contextlib.closing(_entries(folder)) as entries:
        for count, (name, entry) in enumerate(entries):
            if count >= MOST_ENTRIES or len(os.fsencode(name)) > LONGEST_PATH:
                what = f"the folder is nested too deeply or holds more than {MOST_ENTRIES:,} files"
                raise InvalidSubmission(
                    what, where=folder.name, do="hand in what the notebook needs"
                )
            about = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(about.st_mode):
                files.append(Found(name, folder, about.st_mtime, about.st_size))
            elif not stat.S_ISDIR(about.st_mode):
                odd.append(name)
    return sorted(files, key=lambda file: file.name), sorted(odd)


def _entries(folder: Path) -> Generator[tuple[str, os.DirEntry[str]], None, None]:
    """Walk without recursion: a folder may be nested deeper than Python likes."""
    todo = [""] if folder.is_dir() else []
    while todo:
        inside = todo.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                name = f"{inside}{entry.name}"
                inner = entry.is_dir(follow_symlinks=False)
                if name == EARLIER or is_junk(f"{name}/x" if inner else name):
                    continue
                yield name, entry
                if inner:
                    todo.append(f"{name}/")


def contents(file: Found, most: int) -> bytes:
    """Read a file, at most one byte more than `most`: who gets more knows that it is too large.

    Raises
    ------
    InvalidSubmission
        If it is, or stands behind, a link or a device.
    """
    handle = os.open(file.folder, _OPEN | os.O_DIRECTORY)
    try:
        for part in file.name.split("/"):
            # Opening a device can do something, opening a pipe can wait: look first.
            mode = os.stat(part, dir_fd=handle, follow_symlinks=False).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise OSError(errno.ELOOP, "not a file", part)
            inner = os.open(part, _OPEN, dir_fd=handle)
            os.close(handle)
            handle = inner
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EISDIR, "not a file", file.name)
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(most + 1)
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        what = "this is a link or a device, not a file"
        raise InvalidSubmission(what, where=shown(file.name), do=AGAIN) from error
    finally:
        os.close(handle)
