"""What the kinds of archive have in common: entries, and a budget for what they may cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from course.data.names import Unfit
from course.data.progress import megabytes

CHUNK = 1 << 20
_SMALL = 100_000_000


@dataclass(frozen=True)
class Limits:
    """What an archive may become. Counted in what really comes out, whatever its headers say.

    Attributes
    ----------
    files
        How many files and folders.
    total, each
        How many bytes, all together and in one file.
    ratio
        How many times its own size. Nothing below 100 MB is refused for this.
    """

    files: int = 200_000
    total: int = 20_000_000_000
    each: int = 5_000_000_000
    ratio: int = 200


@dataclass(frozen=True)
class Entry:
    """A file or a folder in an archive.

    Attributes
    ----------
    name
        As the archive has it, not to be trusted.
    is_folder
        Whether it is a folder.
    content
        Yields the bytes of a file, once, before the next entry is asked for.
    """

    name: str
    is_folder: bool
    content: Callable[[], Iterator[bytes]]


class Budget:
    """The bytes that may still come out of an archive of this size."""

    def __init__(self, limits: Limits, archive: int) -> None:
        self._most = min(limits.total, max(_SMALL, limits.ratio * archive))
        self._spent = 0

    def spend(self, count: int) -> None:
        """Count bytes.

        Raises
        ------
        Unfit
            If they are too many.
        """
        self._spent += count
        if self._spent > self._most:
            raise Unfit(f"it unpacks to more than {megabytes(self._most)}")
