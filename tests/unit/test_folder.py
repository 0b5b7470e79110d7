"""Pictures in class folders, from a folder tree or straight from a zip file."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from file_server import cut, ranges, serving
from PIL import Image

from course.data import EUROSAT, load_folder, stage, unpack
from course.errors import CourseError

RED, GREEN = (250, 3, 3), (3, 250, 3)
Make = Callable[[Path, Mapping[str, bytes]], Path]


def picture(
    colour: tuple[int, int, int], kind: str = "PNG", size: tuple[int, int] = (4, 3)
) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def as_folder(place: Path, entries: Mapping[str, bytes]) -> Path:
    for name, content in entries.items():
        path = place / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place / "set"


def as_zip(place: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(place / "set.zip", "w") as pack:
        for name, content in entries.items():
            pack.writestr(name, content)
    return place / "set.zip"


ENTRIES = {
    "set/River/River_2.png": picture(GREEN),
    "set/Forest/Forest_1.png": picture(RED),
    "set/River/River_1.jpg": picture(RED, "JPEG"),
    "set/River/River_3.JPEG": picture(RED, "JPEG"),
}
both = pytest.mark.parametrize("make", [as_folder, as_zip])


@both
def test_pictures_come_in_the_order_of_their_names(tmp_path: Path, make: Make) -> None:
    pictures = load_folder(make(tmp_path, ENTRIES))
    assert pictures.classes == ("Forest", "River")
    assert pictures.labels.tolist() == [0, 1, 1, 1]
    assert (pictures.images.shape, pictures.images.dtype) == ((4, 3, 4, 3), np.uint8)
    assert pictures.images[2, 0, 0].tolist() == list(GREEN)
    assert pictures.images[1, 0, 0, 0] > 240
    assert (pictures.labels.dtype, len(pictures)) == (np.int64, 4)


@both
def test_grey_has_no_third_axis(tmp_path: Path, make: Make) -> None:
    assert load_folder(make(tmp_path, ENTRIES), grey=True).images.shape == (4, 3, 4)


@both
def test_classes_choose_and_order(tmp_path: Path, make: Make) -> None:
    pictures = load_folder(make(tmp_path, ENTRIES), ["River"])
    assert (pictures.classes, pictures.labels.tolist()) == (("River",), [0, 0, 0])
    pictures = load_folder(make(tmp_path, ENTRIES), ("River", "Forest"))
    assert pictures.labels.tolist() == [1, 0, 0, 0]


@both
def test_a_few_of_each_class_are_the_first(tmp_path: Path, make: Make) -> None:
    pictures = load_folder(make(tmp_path, ENTRIES), per_class=2)
    assert pictures.labels.tolist() == [0, 1, 1]
    assert pictures.images[2, 0, 0].tolist() == list(GREEN)


@both
def test_what_is_no_picture_of_a_class_is_left_alone(tmp_path: Path, make: Make) -> None:
    extra = {
        "set/cover.txt": b"x",
        "set/River/notes.txt": b"x",
        "__MACOSX/set/River/._River_1.jpg": b"x",
        "set/River/.hidden.png": b"x",
        ".git/River/x.png": b"x",
        "cover.png": b"x",
    }
    assert load_folder(make(tmp_path, ENTRIES | extra)).labels.tolist() == [0, 1, 1, 1]


@both
def test_a_class_without_pictures_is_refused_with_its_name(tmp_path: Path, make: Make) -> None:
    with pytest.raises(CourseError, match="no picture of Lake, Sea") as caught:
        load_folder(make(tmp_path, ENTRIES), ["River", "Lake", "Sea"])
    assert "names of its folders" in caught.value.do


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no picture of any class"):
        load_folder(tmp_path)


@both
def test_pictures_of_two_sizes_are_refused(tmp_path: Path, make: Make) -> None:
    path = make(tmp_path, ENTRIES | {"set/River/x.png": picture(RED, size=(5, 5))})
    with pytest.raises(CourseError, match=r"'(set/)*River/x\.png' has another size") as caught:
        load_folder(path)
    assert caught.value.where == str(path)


@both
def test_a_damaged_picture_is_refused(tmp_path: Path, make: Make) -> None:
    with pytest.raises(CourseError, match=r"x\.png"):
        load_folder(make(tmp_path, ENTRIES | {"set/River/x.png": picture(RED)[:40]}))


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    content = bytearray(picture(RED))
    content[16:24] = bytes([0, 1, 0, 0]) * 2  # 65,536 pixels each way
    with pytest.raises(CourseError, match="a picture cannot be used"):
        load_folder(as_folder(tmp_path, {"River/x.png": bytes(content)}))


def test_too_many_for_the_memory_are_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def empty(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", empty)
    with pytest.raises(CourseError, match="4 pictures do not fit") as caught:
        load_folder(as_folder(tmp_path, ENTRIES))
    assert "per_class" in caught.value.do


def test_a_tar_file_must_be_unpacked_first(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, ENTRIES)
    with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as pack:
        pack.add(folder, "set")
    with pytest.raises(CourseError, match="unpack a tar file first"):
        load_folder(tmp_path / "set.tar.gz")
    assert len(load_folder(unpack(tmp_path / "set.tar.gz", to=tmp_path / "there"))) == 4


def test_a_place_with_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is nothing here") as caught:
        load_folder(tmp_path / "nothing")
    assert caught.value.do == "check the path"


def test_nobody_is_told_to_delete_pictures_of_their_own(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, ENTRIES | {"set/River/x.png": b"no picture"})
    with pytest.raises(CourseError, match=r"River/x\.png' is no picture") as caught:
        load_folder(folder)
    assert "take out" in caught.value.do
    assert "delete" not in caught.value.do


def test_reading_none_of_each_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="per_class=0"):
        load_folder(as_folder(tmp_path, ENTRIES), per_class=0)


@pytest.fixture
def eurosat() -> bytes:
    """An archive laid out as EuroSAT's: three pictures of each class, in noise."""
    chance, file = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        for name in EUROSAT.classes:
            for number in range(1, 4):
                noise = chance.integers(0, 256, (64, 64, 3), dtype=np.uint8)
                jpeg = io.BytesIO()
                Image.fromarray(noise).save(jpeg, "JPEG")
                pack.writestr(f"EuroSAT_RGB/{name}/{name}_{number}.jpg", jpeg.getvalue())
    return file.getvalue()


def test_the_road_of_eurosat(
    eurosat: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staged over a connection that breaks, read as it is and unpacked: the same pictures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("course.data.download._PAUSE", 0.001)
    digest = hashlib.sha256(eurosat).hexdigest()
    with serving(cut(70_000), ranges, content=eurosat) as site:
        archive = stage(
            EUROSAT.name, sha256=digest, source=f"{site.address}EuroSAT_RGB.zip?download=1"
        )
    assert site.sent() == len(eurosat)
    pictures = load_folder(archive, EUROSAT.classes)
    assert pictures.images.shape == (30, 64, 64, 3)
    assert pictures.labels.tolist() == [label for label in range(10) for _ in range(3)]
    folder = unpack(archive, sha256=digest)
    assert (folder / "EuroSAT_RGB" / "Forest" / "Forest_1.jpg").is_file()
    assert np.array_equal(load_folder(folder).images, pictures.images)


def test_the_entry_of_eurosat_is_in_order() -> None:
    assert EUROSAT.source.startswith("https://")
    assert EUROSAT.name in EUROSAT.source
    assert len(bytes.fromhex(EUROSAT.sha256)) == 32
    assert EUROSAT.classes == tuple(sorted(EUROSAT.classes))
