"""Image tiles in one archive, a folder a class: ``water/b03_0017.png``."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from course.errors import CourseError


@dataclass(frozen=True)
class Tiles:
    """A set of tiles in memory.

    Attributes
    ----------
    images
        uint8, shape ``(N, height, width)``: grey values 0-255.
    labels
        int64, shape ``(N,)``: index into `classes`.
    blocks
        int64, shape ``(N,)``: the block of longitude each tile was cut from. Tiles of one block
        are neighbours and look alike; tiles of different blocks never overlap.
    classes
        The names of the classes.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.int64]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def load_tiles(archive: str | Path, classes: tuple[str, ...] = ("water", "coast", "land")) -> Tiles:
    """Read every tile of an archive into memory, straight from the zip file.

    Parameters
    ----------
    archive
        A zip file with entries ``class/bBB_NNNN.png``.
    classes
        The folders to read; their order gives the labels.

    Raises
    ------
    CourseError
        If the archive cannot be read or holds no tile of one of the classes.
    """
    from PIL import Image

    rows: list[tuple[npt.NDArray[np.uint8], int, int]] = []
    try:
        with zipfile.ZipFile(archive) as pack:
            for entry in sorted(pack.namelist()):
                path = PurePosixPath(entry)
                if path.parent.name not in classes:
                    continue
                with pack.open(entry) as file, Image.open(file) as picture:
                    image = np.asarray(picture.convert("L"))
                rows.append((image, classes.index(path.parent.name), int(path.stem[1:3])))
        images, labels, blocks = _columns(rows)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise CourseError(
            f"the archive cannot be read, or its tiles are not alike ({error})",
            where=str(archive),
            do="delete it and run the set-up cell and this one again",
        ) from error
    absent = set(range(len(classes))) - set(labels.tolist())
    if absent:
        raise CourseError(
            f"the archive holds no tile of {', '.join(classes[k] for k in sorted(absent))}",
            where=str(archive),
        )
    return Tiles(images, labels, blocks, classes)


def _columns(rows: list[tuple[npt.NDArray[np.uint8], int, int]]) -> tuple[Any, Any, Any]:
    images = np.stack([row[0] for row in rows]) if rows else np.empty((0, 0, 0), np.uint8)
    labels = np.array([row[1] for row in rows], dtype=np.int64)
    blocks = np.array([row[2] for row in rows], dtype=np.int64)
    return images, labels, blocks
