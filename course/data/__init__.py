"""Data: stage an archive once, read the satellite tiles."""

from course.data.archive import stage
from course.data.tiles import Tiles, load_tiles

__all__ = ["Tiles", "load_tiles", "stage"]
