"""Unpack the zip files that students hand in, and none that was made to do harm.

The files go to a private folder that is deleted when this process ends: they have to outlive
intake, and must not be written among what students handed in or what is graded.
"""

from __future__ import annotations

import atexit
import datetime
import functools
import io
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from autograder.intake.folder import LONGEST_PATH, Found, is_junk
from autograder.intake.names import is_notebook
from autograder.intake.refuse import InvalidSubmission, shown

LARGEST_ZIP = 100_000_000
MOST_ENTRIES = 1_000
MOST_BYTES = 100_000_000
MOST_RATIO = 200
_SMALL = 10_000_000
_ENTRY = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TORN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError, RuntimeError,
    ValueError,
)  # fmt: skip
_ADVICE = "make the zip again with your system's own program, or hand in the notebook by itself"


def unpack(content: bytes, name: str) -> list[Found]:
    """Unpack a zip file that holds a notebook; return its files, nothing if it holds none.

    What systems put there is left out. Zip files inside stay zip files.

    Parameters
    ----------
    content
        The zip file.
    name
        Its name, for the sentence if it is refused.

    Raises
    ------
    InvalidSubmission
        If it is broken or encrypted, too large, or would write elsewhere.
    """
    try:
        with open_zip(content, name) as pack:
            wanted = [info for info in pack.infolist() if not info.is_dir()]
            wanted = [info for info in wanted if not is_junk(info.filename)]
            if not any(is_notebook(info.filename) for info in wanted):
                return []
            target = Path(tempfile.mkdtemp(dir=_shelf()))
            return [_extract(pack, info, target, name) for info in wanted]
    except _TORN as error:
        raise _refused("the zip file is damaged", name) from error


def open_zip(content: bytes, name: str) -> zipfile.ZipFile:
    """Open a zip file whose every entry may be extracted.

    Raises
    ------
    InvalidSubmission
        If an entry must not be extracted, or all of them are too much.
    """
    if len(content) > LARGEST_ZIP:
        raise _refused("the zip file is larger than 100 MB", name)
    # Each entry of the table of contents begins with this mark. Reading the table takes memory.
    if content.count(_ENTRY) > MOST_ENTRIES:
        raise _refused(f"the zip file holds more than {MOST_ENTRIES:,} files", name)
    try:
        pack = zipfile.ZipFile(io.BytesIO(content))
    except _TORN as error:
        raise _refused("the zip file is damaged", name) from error
    for info in pack.infolist():
        reason = unfit(info)
        if reason:
            raise _refused(reason, name)
    size = sum(info.file_size for info in pack.infolist())
    if size > MOST_BYTES or size > max(_SMALL, MOST_RATIO * len(content)):
        raise _refused("the zip file would be too large when it is unpacked", name)
    return pack


def unfit(info: zipfile.ZipInfo) -> str:
    """Say why an entry must not be extracted; empty if it may be."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & 0x1:
        return "the zip file is encrypted"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return f"'{shown(info.filename)}' in the zip file is a link or a device"
    if not is_safe(info.orig_filename):
        return f"'{shown(info.filename)}' in the zip file would be written elsewhere"
    if info.compress_type not in _METHODS:
        return "the zip file was made in an unusual way"
    return ""


def is_safe(name: str) -> bool:
    """Say whether a name stays below the folder it is extracted to, on every system."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and not name.startswith("/")
        and ".." not in parts
        and not re.match(r"[A-Za-z]:", name)
        and "\\" not in name
        and name.isprintable()
        and all(len(part.encode()) <= 255 for part in parts)
        and len(name.encode()) <= LONGEST_PATH
    )


def _extract(pack: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, name: str) -> Found:
    path = target / info.filename
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never more than the declared size, which was counted: zipfile stops there.
        path.write_bytes(pack.read(info))
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise _refused("the zip file holds a file and a folder of the same name", name) from error
    relative = path.relative_to(target).as_posix()
    return Found(relative, target, changed(info).timestamp(), info.file_size)


def changed(info: zipfile.ZipInfo) -> datetime.datetime:
    """Return an entry's date; zip files do not say in which time zone."""
    try:
        return datetime.datetime(*info.date_time)
    except ValueError:
        return datetime.datetime(1980, 1, 1)


def _refused(what: str, name: str) -> InvalidSubmission:
    return InvalidSubmission(what, where=shown(name), do=_ADVICE)


@functools.cache
def _shelf() -> Path:
    path = Path(tempfile.mkdtemp(prefix="intake-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path
