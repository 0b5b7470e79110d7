"""Image tiles in one archive, a folder a class: ``water/b03_0017.png``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from course.data.folder import Pictures, read
from course.errors import CourseError


@dataclass(frozen=True)
class Tiles(Pictures):
    """A set of grey tiles in memory, images of shape ``(N, height, width)``.

    Attributes
    ----------
    blocks
        int64, shape ``(N,)``: the block of longitude each tile was cut from. Tiles of one block
        are neighbours and look alike; tiles of different blocks never overlap.
    """

    blocks: npt.NDArray[np.int64]


def load_tiles(archive: str | Path, classes: tuple[str, ...] = ("water", "coast", "land")) -> Tiles:
    """Read every tile of an archive into memory, straight from the zip file.

    Examples
    --------
    >>> tiles = load_tiles("data/tiles.zip")
    >>> tiles.images.shape, tiles.classes
    ((2250, 36, 36), ('water', 'coast', 'land'))

    Parameters
    ----------
    archive
        A zip file with entries ``class/bBB_NNNN.png``, or a folder with such files.
    classes
        The folders to read; their order gives the labels.

    Raises
    ------
    CourseError
        If the archive cannot be read, holds no tile of one of the classes, or a tile whose name
        says no block.
    """
    pictures, names = read(archive, classes, grey=True, per_class=None)
    try:
        blocks = np.array([int(name.stem[1:3]) for name in names], dtype=np.int64)
    except ValueError as error:
        raise CourseError(
            f"a tile's name does not say its block, as in b03_0017.png ({error})",
            where=str(archive),
            do="delete it and run the set-up cell and this one again",
        ) from error
    return Tiles(pictures.images, pictures.labels, pictures.classes, blocks)
