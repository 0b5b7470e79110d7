"""Data: stage an archive once, unpack it safely, read the pictures of its classes."""

from course.data.archive import stage
from course.data.entries import Limits
from course.data.eurosat import EUROSAT
from course.data.folder import Pictures, load_folder
from course.data.tiles import Tiles, load_tiles
from course.data.unpack import unpack

__all__ = [
    "EUROSAT",
    "Limits",
    "Pictures",
    "Tiles",
    "load_folder",
    "load_tiles",
    "stage",
    "unpack",
]
