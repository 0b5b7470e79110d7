"""Pictures in folders named after their classes: ``Forest/Forest_12.jpg``."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import numpy.typing as npt

from course.data.progress import Progress
from course.errors import CourseError

_ENDINGS = (".jpeg", ".jpg", ".png")
_JUNK = "__MACOSX"

Open = Callable[[PurePosixPath], IO[bytes]]


@dataclass(frozen=True)
class Pictures:
    """A set of labelled pictures in memory.

    Attributes
    ----------
    images
        uint8, shape ``(N, height, width)`` if grey, else ``(N, height, width, 3)``: red, green
        and blue. Values 0-255.
    labels
        int64, shape ``(N,)``: index into `classes`.
    classes
        The names of the classes.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def load_folder(
    folder: str | Path,
    classes: Sequence[str] | None = None,
    *,
    grey: bool = False,
    per_class: int | None = None,
) -> Pictures:
    """Read PNG and JPEG pictures into memory, in the order of their names.

    The class of a picture is the folder it lies in, however deep. All pictures have one size.

    Examples
    --------
    >>> pictures = load_folder("data/tiles.zip", ["water", "land"], grey=True, per_class=5)
    >>> pictures.images.shape
    (10, 36, 36)

    Parameters
    ----------
    folder
        A folder, or a zip file, which is read without unpacking it.
    classes
        The classes to read; their order gives the labels. All of them, by name, if not given.
    grey
        Whether to read grey values instead of colours.
    per_class
        Read at most so many of each class, the first by name.

    Raises
    ------
    CourseError
        If it cannot be read, holds no picture of one of the classes, or pictures of several sizes.
    """
    return read(folder, classes, grey=grey, per_class=per_class)[0]


def read(
    folder: str | Path, classes: Sequence[str] | None, *, grey: bool, per_class: int | None
) -> tuple[Pictures, list[PurePosixPath]]:
    """Do what `load_folder` says; return the names of the pictures as well."""
    from PIL import Image

    folder = Path(folder)
    if not folder.exists():
        raise CourseError(
            "there is nothing here", where=str(folder.absolute()), do="check the path"
        )
    if per_class is not None and per_class < 1:
        raise CourseError(
            f"per_class={per_class} reads nothing", do="give 1 or more, or leave it out"
        )
    names: list[PurePosixPath] = []
    try:
        with _opened(folder) as (names, opener):
            classes = tuple(classes or sorted({name.parent.name for name in names}))
            names = _chosen(names, classes, per_class)
            _check_all_there(folder, classes, names)
            images = _decoded(names, opener, folder.name, grey=grey)
    except (
        OSError, zipfile.BadZipFile, zlib.error, struct.error, ValueError, SyntaxError,
        NotImplementedError, RuntimeError, EOFError, Image.DecompressionBombError,
    ) as error:  # fmt: skip
        raise _unreadable(folder, error) from error
    except MemoryError as error:
        raise CourseError(
            f"its {len(names):,} pictures do not fit into the memory",
            where=str(folder),
            do="read fewer, with per_class",
        ) from error
    labels = np.array([classes.index(name.parent.name) for name in names], dtype=np.int64)
    return Pictures(images, labels, classes), names


def _unreadable(folder: Path, error: Exception) -> CourseError:
    if folder.is_dir():  # somebody's own pictures: nothing to delete
        advice = "make all pictures one size, or take out the one it names"
        return CourseError(f"a picture cannot be used ({error})", where=str(folder), do=advice)
    return CourseError(
        f"the archive cannot be read, or its pictures are not alike ({error})",
        where=str(folder),
        do="if the course brought it: delete it, run the set-up cell and this one again",
    )


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[list[PurePosixPath], Open]]:
    """Give the names of all pictures, and a function that opens one."""
    if folder.is_dir():
        found = [
            PurePosixPath(Path(place, name).relative_to(folder).as_posix())
            for place, _, files in os.walk(folder)
            for name in files
        ]
        yield _pictures(found), lambda name: (folder / name).open("rb")
        return
    if folder.is_file() and not zipfile.is_zipfile(folder):
        raise ValueError("it is no folder and no zip file; unpack a tar file first")
    with zipfile.ZipFile(folder) as pack:
        entries = {PurePosixPath(name): name for name in pack.namelist()}
        yield _pictures(list(entries)), lambda name: pack.open(entries[name])


def _pictures(names: list[PurePosixPath]) -> list[PurePosixPath]:
    return [
        name
        for name in sorted(names, key=str)
        if name.suffix.lower() in _ENDINGS
        and len(name.parts) > 1
        and not any(part == _JUNK or part.startswith(".") for part in name.parts)
    ]


def _chosen(
    names: list[PurePosixPath], classes: tuple[str, ...], per_class: int | None
) -> list[PurePosixPath]:
    seen: Counter[str] = Counter()
    chosen = []
    for name in names:
        label = name.parent.name
        if label in classes and (per_class is None or seen[label] < per_class):
            seen[label] += 1
            chosen.append(name)
    return chosen


def _check_all_there(folder: Path, classes: tuple[str, ...], names: list[PurePosixPath]) -> None:
    found = {name.parent.name for name in names}
    absent = [name for name in classes if name not in found]
    if absent or not classes:
        raise CourseError(
            f"it holds no picture of {', '.join(absent) or 'any class'}",
            where=str(folder),
            do="check the names of the classes, which are the names of its folders",
        )


def _decoded(
    names: list[PurePosixPath], opener: Open, title: str, *, grey: bool
) -> npt.NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    images = np.empty((0, 0, 0), np.uint8)
    with Progress(title, len(names), lambda count: f"{count:,} pictures") as progress:
        for row, name in enumerate(names):
            try:
                with opener(name) as file, Image.open(file) as picture:
                    image = np.asarray(picture.convert("L" if grey else "RGB"))
            except UnidentifiedImageError as error:
                raise ValueError(f"'{name}' is no picture, or a damaged one") from error
            if row == 0:
                images = np.empty((len(names), *image.shape), np.uint8)
            if image.shape != images.shape[1:]:
                raise ValueError(f"'{name}' has another size than the first one")
            images[row] = image
            progress.at(row + 1)
    return images
