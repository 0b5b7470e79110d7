"""Reading tiles straight from an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.data import load_tiles
from course.errors import CourseError


def picture(grey: int, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (4, 3), grey if mode == "L" else (grey, grey, grey)).save(file, "PNG")
    return file.getvalue()


def pack(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


ENTRIES = {
    "land/b07_0001.png": picture(30),
    "water/b23_0009.png": picture(10),
    "water/b03_0017.png": picture(11),
    "coast/b00_0000.png": picture(20),
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return pack(tmp_path / "tiles.zip", ENTRIES)


def test_tiles_come_in_the_order_of_their_names(archive: Path) -> None:
    tiles = load_tiles(archive)
    assert tiles.images[:, 0, 0].tolist() == [20, 30, 11, 10]


def test_labels_are_the_order_of_the_classes(archive: Path) -> None:
    tiles = load_tiles(archive)
    assert tiles.classes == ("water", "coast", "land")
    assert tiles.labels.tolist() == [1, 2, 0, 0]


def test_other_classes_give_other_labels(archive: Path) -> None:
    tiles = load_tiles(archive, classes=("land", "water"))
    assert (tiles.classes, tiles.labels.tolist()) == (("land", "water"), [0, 1, 1])


def test_blocks_come_from_the_names(archive: Path) -> None:
    assert load_tiles(archive).blocks.tolist() == [0, 7, 3, 23]


def test_types_and_shapes_are_those_promised(archive: Path) -> None:
    tiles = load_tiles(archive)
    assert (tiles.images.dtype, tiles.images.shape) == (np.uint8, (4, 3, 4))
    assert tiles.labels.dtype == tiles.blocks.dtype == np.int64
    assert len(tiles) == 4


def test_colour_becomes_grey(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.zip", {"water/b01_0000.png": picture(99, "RGB")})
    tiles = load_tiles(path, classes=("water",))
    assert tiles.images.shape == (1, 3, 4)
    assert set(tiles.images.ravel().tolist()) == {99}


def test_other_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "x.zip", {**ENTRIES, "LICENCE.txt": b"x", "old/b01.png": b"", "old/": b""}
    )
    assert len(load_tiles(path)) == 4


def test_an_archive_that_lacks_a_class_is_refused_with_its_name(archive: Path) -> None:
    with pytest.raises(CourseError, match="no picture of desert, ice") as caught:
        load_tiles(archive, classes=("water", "desert", "ice"))
    assert caught.value.where == str(archive)


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no picture of water, coast, land"):
        load_tiles(pack(tmp_path / "x.zip", {}))


def test_what_is_no_archive_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"no archive")
    with pytest.raises(CourseError, match="the archive cannot be read") as caught:
        load_tiles(path)
    assert "run the set-up cell" in caught.value.do


def test_an_archive_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is nothing here"):
        load_tiles(tmp_path / "x.zip")


def test_an_entry_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.zip", {**ENTRIES, "water/b01_0001.png": b"no picture"})
    with pytest.raises(CourseError, match="the archive cannot be read"):
        load_tiles(path)


def test_an_archive_damaged_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("water/b01_0001.png", bytes(range(256)) * 40)
    content = bytearray(path.read_bytes())
    content[60:100] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(CourseError, match="the archive cannot be read"):
        load_tiles(path, classes=("water",))


@pytest.mark.parametrize("name", ["water/b04_0000.png", "water/cover.png"])
def test_a_tile_of_another_size_or_name_is_refused(tmp_path: Path, name: str) -> None:
    file = io.BytesIO()
    Image.new("L", (5, 5)).save(file, "PNG")
    path = pack(tmp_path / "x.zip", {**ENTRIES, name: file.getvalue()})
    with pytest.raises(CourseError):
        load_tiles(path)
