"""The entries of a zip file."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from course.data.entries import CHUNK, Budget, Entry, Limits
from course.data.names import Unfit, shown

# Others are rare, and decompress a small piece to any size in one go.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"
_LARGEST_TABLE = 100_000_000


def zipped(table: Table, budget: Budget) -> Iterator[Entry]:
    """Yield the entries of a zip file.

    Raises
    ------
    Unfit
        If one of them is encrypted, a link or a device, or packed in an unusual way.
    """
    with zipfile.ZipFile(table) as pack:
        table.was_read = True
        for info in pack.infolist():
            _check(info)
            yield Entry(info.filename, info.is_dir(), partial(_content, pack, info, budget))


class Table(io.FileIO):
    """A zip file that counts its entries before `zipfile` makes an object of each.

    Its table of contents is read in one piece. What it says of its own size cannot be trusted.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path)
        self._most = limits.files
        self.was_read = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, unless it is a table of contents with too many entries."""
        if not self.was_read and size is not None and size > _LARGEST_TABLE:
            raise Unfit("its table of contents is too large")
        content = super().read(-1 if size is None else size) or b""
        if not self.was_read and content.count(_ENTRY) > self._most:
            raise Unfit(f"it holds more than {self._most:,} files")
        return content


def _check(info: zipfile.ZipInfo) -> None:
    name = shown(info.orig_filename)
    if info.flag_bits & 0x41:
        raise Unfit(f"'{name}' in it is encrypted")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unfit(f"'{name}' in it is a link or a device")
    if info.compress_type not in _METHODS:
        raise Unfit(f"'{name}' in it is packed in an unusual way")
    # zipfile cuts a name off at the first NUL, and turns one system's separators into another's.
    if "\0" in info.orig_filename or "\\" in info.orig_filename:
        raise Unfit(f"'{name}' in it has characters that not every system allows")


def _content(pack: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    with pack.open(info) as file:
        while chunk := file.read(CHUNK):
            budget.spend(len(chunk))
            yield chunk
