"""Build the capstone's tiles from those of lesson 3: the same Earth, seen by a worse camera.

``python -m autograder.camera`` writes the students' file and the held-out file again. It reads the
two files of lesson 3 and needs nothing else. What is held out there is held out here.

Each tile is halved to 18 × 18 pixels. Students get the clean ones to train on. The camera's own
pictures are damaged: a gain that is each picture's own, noise, and lines that never arrived. A few
of them are theirs to validate with; those from the held-out blocks are kept for grading.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save

from autograder import tileset
from course.data.tiles import load_tiles

SIDE = 18  # pixels; half of lesson 3's
VAL_BLOCKS = (4, 9, 12)
GAIN, NOISE, LOST = (0.6, 1.4), 0.15, 0.15  # of grey values from -1 to 1; the lesson tells them

FILE_PATH = Path("source/08_capstone/data/tiles.npz")
HELD_OUT_PATH = Path("source/08_capstone/secret/camera.safetensors")
_STEP = 8  # between grey levels, as in lesson 3: it makes the files smaller
_VAL_SEED, _HELD_OUT_SEED = 40, 41

Grey = npt.NDArray[np.uint8]


def halve(images: Grey) -> Grey:
    """Take the mean of each 2 × 2 pixels: uint8 ``[N, 36, 36]`` to ``[N, 18, 18]``."""
    means = images.reshape(-1, SIDE, 2, SIDE, 2).mean((2, 4))
    return _levels(means)


def damage(images: Grey, seed: int) -> Grey:
    """Return the pictures as the camera would have sent them.

    Parameters
    ----------
    images
        uint8 ``[N, 18, 18]``.
    seed
        Of all that is drawn.
    """
    rng = np.random.default_rng(seed)
    grey = images / 127.5 - 1
    grey *= rng.uniform(*GAIN, (len(images), 1, 1))
    grey += rng.normal(0, NOISE, grey.shape)
    grey[rng.random((len(images), SIDE)) < LOST] = 0  # mid-grey: what the receiver fills in
    return _levels(127.5 * (grey + 1))


def build(root: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Return the students' arrays and, with names that begin with ``held_out``, the kept ones."""
    tiles = load_tiles(root / tileset.ZIP_PATH, tileset.CLASSES)
    held_out = load_file(root / tileset.HELD_OUT_PATH)
    small, camera = halve(tiles.images), np.isin(tiles.blocks, VAL_BLOCKS)
    return {
        "images": small[~camera],
        "labels": tiles.labels[~camera],
        "camera_images": damage(small[camera], _VAL_SEED),
        "camera_labels": tiles.labels[camera],
        "held_out_images": damage(halve(held_out["images"]), _HELD_OUT_SEED),
        "held_out_labels": held_out["labels"],
    }


def _levels(grey: npt.NDArray[np.float64]) -> Grey:
    return np.clip(_STEP * np.round(grey / _STEP), 0, 255).astype(np.uint8)


def main() -> None:
    """Write both files into the repository and print their sizes and digests."""
    root = Path(__file__).parents[1]
    arrays = build(root)
    for path in (FILE_PATH, HELD_OUT_PATH):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    kept = {name: arrays.pop(f"held_out_{name}") for name in ("images", "labels")}
    np.savez_compressed(root / FILE_PATH, **arrays)  # type: ignore[arg-type]
    (root / HELD_OUT_PATH).write_bytes(save(kept))
    for path in (FILE_PATH, HELD_OUT_PATH):
        content = (root / path).read_bytes()
        sys.stdout.write(f"{path} {len(content):,} {hashlib.sha256(content).hexdigest()}\n")


if __name__ == "__main__":
    main()
