"""Unpack an archive once, whole or not at all, and none that was made to do harm."""

from __future__ import annotations

import gzip
import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from course.data.cache import cache, checked, digest
from course.data.entries import Budget, Entry, Limits
from course.data.lock import alone
from course.data.names import Places, Unfit, safe
from course.data.progress import Progress, megabytes
from course.data.tarred import tarred
from course.data.zipped import Table, zipped
from course.errors import CourseError

_MARK = ".unpacked"
_ENDINGS = (".tar.gz", ".tar.xz", ".tgz", ".txz", ".tar", ".zip")
_TORN = (
    zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, lzma.LZMAError, zlib.error,
    struct.error, EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip
_NO_LIMITS_GIVEN = Limits()


def unpack(
    archive: str | Path,
    *,
    sha256: str | None = None,
    to: str | Path | None = None,
    limits: Limits = _NO_LIMITS_GIVEN,
) -> Path:
    """Unpack a zip, tar, tar.gz or tar.xz file and return the folder.

    The folder gets its name when everything is in it. So a folder with the name is whole, a
    second call returns at once, and a process that is killed leaves nothing that looks finished.

    Examples
    --------
    >>> folder = unpack(archive, sha256=EUROSAT.sha256)

    Parameters
    ----------
    archive
        The file. What it is is seen from its content, not from its name.
    sha256
        The digest that it must have. A second call with it does not read the archive at all.
    to
        The folder to make, on a fast local disk. Without it, one in the cache of the user.
    limits
        What it may become. Sizes are counted as the bytes come out.

    Raises
    ------
    CourseError
        If it is damaged, encrypted or too large; if it holds links, devices, or names that would
        be written elsewhere or over one another; if `to` holds something else already. Nothing
        is left behind.
    """
    archive, sha256 = Path(archive), checked(sha256)
    key = sha256 or _digest(archive)
    usual = cache() / "unpacked" / f"{key[:16]}-{_stem(archive)}"
    folder = usual if to is None else Path(to).absolute()
    if _is_whole(folder, key):
        return folder
    with Progress(archive.name) as progress:
        lock = folder.with_name(f".{folder.name}.lock")
        with alone(lock, lambda: progress.say("another notebook is unpacking it")):
            if not _is_whole(folder, key):
                if sha256 and _digest(archive) != sha256:
                    raise _refused(archive, "it is not the archive this lesson was written for")
                _make_way(folder, ours=to is None)
                _fill(folder, archive, key, limits, progress)
    return folder


def _stem(archive: Path) -> str:
    ending = next((end for end in _ENDINGS if archive.name.lower().endswith(end)), "")
    return archive.name[: len(archive.name) - len(ending)] or "archive"


def _digest(archive: Path) -> str:
    if not archive.is_file():
        raise CourseError(
            "there is no archive here", where=str(archive), do="give the path that stage returned"
        )
    return digest(archive)


def _is_whole(folder: Path, key: str) -> bool:
    mark = folder / _MARK
    return mark.is_file() and mark.read_text("utf-8") == key


def _make_way(folder: Path, *, ours: bool) -> None:
    if not folder.exists():
        return
    if ours:  # somebody took the mark away
        shutil.rmtree(folder)
    elif folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    else:
        raise CourseError(
            "there is something else in the place to unpack to",
            where=str(folder),
            do="delete it, or give another folder",
        )


def _fill(folder: Path, archive: Path, key: str, limits: Limits, progress: Progress) -> None:
    """Write everything below a name that nobody takes for the folder, then rename it."""
    half = folder.with_name(f".{folder.name}.unpacking")
    shutil.rmtree(half, ignore_errors=True)  # of a process that was killed: we hold the lock
    try:
        half.mkdir()
        _write(half, archive, limits, progress)
        (half / _MARK).write_text(key, "utf-8")
        half.rename(folder)
    except Unfit as error:
        raise _refused(archive, str(error)) from error
    except _TORN as error:
        raise _refused(archive, f"it is damaged, or no zip or tar file ({error})") from error
    except OSError as error:
        raise CourseError(
            f"the archive cannot be unpacked ({error.strerror or error})",
            where=str(folder),
            do="free some disk space, or give another folder",
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _refused(archive: Path, what: str) -> CourseError:
    return CourseError(
        f"the archive is not unpacked: {what}",
        where=str(archive),
        do="delete it and get it again; if it stays so, tell whoever made it",
    )


def _write(half: Path, archive: Path, limits: Limits, progress: Progress) -> None:
    places, count = Places(), 0
    places.take(safe(_MARK), folder=False)
    progress.total = archive.stat().st_size
    with ExitStack() as stack:
        entries, position = _opened(archive, limits, stack)
        for count, entry in enumerate(entries, start=1):
            if count > limits.files:
                raise Unfit(f"it holds more than {limits.files:,} files")
            path = safe(entry.name)
            places.take(path, folder=entry.is_folder)
            if entry.is_folder:
                (half / path).mkdir(parents=True, exist_ok=True)
            else:
                _write_file(half / path, entry, limits.each)
            progress.at(position())


def _write_file(path: Path, entry: Entry, most: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as file:
        for chunk in entry.content():
            written += len(chunk)
            if written > most:
                raise Unfit(f"'{path.name}' in it is larger than {megabytes(most)}")
            file.write(chunk)


def _opened(
    archive: Path, limits: Limits, stack: ExitStack
) -> tuple[Iterator[Entry], Callable[[], int]]:
    """Return the entries, and a function that says how far the archive was read."""
    budget = Budget(limits, archive.stat().st_size)
    file = stack.enter_context(archive.open("rb"))
    beginning = file.read(6)
    file.seek(0)
    if beginning.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        table = stack.enter_context(Table(archive, limits))
        return zipped(table, budget), table.tell
    plain: Any = file
    if beginning.startswith(b"\x1f\x8b"):
        plain = stack.enter_context(gzip.open(file))  # noqa: SIM115 - the stack closes it
    elif beginning.startswith(b"\xfd7zXZ\0"):
        plain = stack.enter_context(lzma.open(file))  # noqa: SIM115
    return tarred(plain, budget), file.tell
