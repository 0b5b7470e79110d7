"""The entries of a tar file: plain, or compressed with gzip or xz."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from functools import partial
from typing import IO, Any, cast

from course.data.entries import CHUNK, Budget, Entry
from course.data.names import Unfit, shown

_LARGEST_HEADER = 1 << 20
_END = bytes(tarfile.BLOCKSIZE)


def tarred(file: IO[bytes], budget: Budget) -> Iterator[Entry]:
    """Yield the entries of a tar file, from its decompressed bytes.

    Raises
    ------
    Unfit
        If one of them is a link, a device or anything but a file or a folder.
    EOFError
        If its end is missing.
    """
    stream = _Forward(file, budget)
    with tarfile.TarFile(fileobj=cast(Any, stream)) as pack:
        for member in pack:
            if not (member.isdir() or (member.isreg() and not member.issparse())):
                raise Unfit(f"'{shown(member.name)}' in it is a link or a device")
            yield Entry(member.name, member.isdir(), partial(_content, pack, member))
    # At a header that it cannot read, tarfile stops without a word, as at the end.
    if stream.last != _END:
        raise EOFError("its end is missing")
    while stream.read(CHUNK):  # gzip and xz have their checksums after the last byte
        pass


def _content(pack: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = pack.extractfile(member)
    while file is not None and (chunk := file.read(CHUNK)):
        yield chunk


class _Forward:
    """A stream that only goes on, and counts what comes out of the compressed file.

    Headers are read in one piece, and may claim any size.
    """

    def __init__(self, file: IO[bytes], budget: Budget) -> None:
        self._file, self._budget = file, budget
        self._at = 0
        self.last = b""

    def read(self, size: int) -> bytes:
        if size > _LARGEST_HEADER:
            raise Unfit("a header in it is too large")
        content = self._file.read(size)
        self._budget.spend(len(content))
        self._at += len(content)
        self.last = content
        return content

    def tell(self) -> int:
        return self._at

    def seek(self, position: int) -> None:
        while self._at < position and self.read(min(CHUNK, position - self._at)):
            pass
