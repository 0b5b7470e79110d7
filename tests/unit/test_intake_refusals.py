"""What cannot be repaired is refused in a sentence, quickly, and without touching anything else."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from intake_lesson import LESSON, MEAN, Desk, get, handed_in, texts

from autograder.intake import InvalidSubmission, extras, folder, read
from autograder.intake.folder import contents, look_into


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def refusal(desk: Desk) -> str:
    """Take in; return why it was refused."""
    started = time.monotonic()
    with pytest.raises(InvalidSubmission) as caught:
        desk.take()
    assert time.monotonic() - started < 10
    assert caught.value.do, "the student is not told what to do"
    return caught.value.what


TEXT = json.dumps(handed_in())


def nested(depth: int) -> str:
    return TEXT[:-1] + ', "deep": ' + "[" * depth + "]" * depth + "}"


def with_cells(cells: Any) -> str:
    return json.dumps({**handed_in(), "cells": cells})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (TEXT[: len(TEXT) // 2], "not a whole notebook"),
        (TEXT + "x", "not a whole notebook"),
        ("", "empty"),
        (" \n", "empty"),
        ("null", "not in format 4"),
        ("[]", "not in format 4"),
        (TEXT.replace('"nbformat": 4', '"nbformat": 3'), "not in format 4"),
        (TEXT.replace('"nbformat": 4', '"nbformat": 99'), "not in format 4"),
        (TEXT.replace('"nbformat": 4', f'"nbformat": {"9" * 5000}'), "not a whole notebook"),
        ("[" * 200_000, "nested too deeply"),
        ("[" * 900 + "]" * 900, "nested too deeply"),
        (nested(500), "nested too deeply"),
        (nested(200_000), "nested too deeply"),
        (TEXT[:-1] + ', "x": [' + "[]," * 4_100_000 + "1]}", "too many values"),
        (with_cells([]).replace("[]", "{}"), "has no cells"),
        (with_cells([{"cell_type": "code", "source": ""}] * 2_001), "more than 2,000 cells"),
        (with_cells([{}] * 1_000_000), "more than 2,000 cells"),
        (with_cells([None]), "damaged"),
        (with_cells([{"cell_type": "video", "source": ""}]), "damaged"),
        (with_cells([{"cell_type": "code", "source": ["x", 1]}]), "damaged"),
        (with_cells([{"cell_type": "code", "source": {"x": 1}}]), "damaged"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_is_no_notebook_is_refused(desk: Desk, content: str, why: str) -> None:
    desk.put(content.encode())
    assert why in refusal(desk)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (bytes(1000), "zero bytes"),
        (TEXT.encode() + bytes(512), "zero bytes"),
        (b"\x80\x81", "not a whole notebook"),
        (b"\xff\xfe\x00", "not a whole notebook"),
        (b"\xff\xfe\x00\x00" + TEXT.encode("utf-32-le"), "zero bytes"),
        (b"\x89PNG\r\n\x1a\n", "not a whole notebook"),
    ],
)
def test_bytes_that_are_no_text_are_refused(desk: Desk, content: bytes, why: str) -> None:
    desk.put(content)
    assert why in refusal(desk)


def test_a_nesting_that_is_honest_is_read(desk: Desk) -> None:
    desk.put(nested(90).encode())
    assert texts(desk.take())["mean"] == MEAN


def test_brackets_in_texts_are_no_nesting(desk: Desk) -> None:
    notebook = handed_in()
    get(notebook, "mean")["source"] = '# \\"' + "[" * 500
    desk.put(notebook)
    assert texts(desk.take())["mean"].endswith("[[")


def test_a_text_of_backslashes_without_an_end_takes_no_time(desk: Desk) -> None:
    desk.put(('"' + '\\"' * 10_000_000).encode())
    assert "not a whole notebook" in refusal(desk)


def test_a_file_too_large_is_not_read_to_its_end(desk: Desk) -> None:
    with desk.put(b"{").open("r+b") as file:
        file.truncate(10**12)
    assert "larger than 50 MB" in refusal(desk)


def test_a_file_as_large_as_allowed_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.put(handed_in())
    monkeypatch.setattr(read, "LARGEST", path.stat().st_size)
    monkeypatch.setattr("autograder.intake.collect.LARGEST", path.stat().st_size)
    assert texts(desk.take())["mean"] == MEAN
    path.write_bytes(path.read_bytes() + b" ")
    assert "larger" in refusal(desk)


# --- links and devices --------------------------------------------------------------------------


def test_a_link_for_a_notebook_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other.ipynb").write_text(TEXT)
    (desk.folder / f"{LESSON}.ipynb").symlink_to(tmp_path / "other.ipynb")
    assert "link or a device" in refusal(desk)


def test_a_pipe_for_a_notebook_is_refused_without_waiting(desk: Desk) -> None:
    os.mkfifo(desk.folder / f"{LESSON}.ipynb")
    assert "link or a device" in refusal(desk)


@pytest.mark.parametrize("level", [0, 1], ids=["lesson", "student"])
def test_a_link_for_a_folder_is_refused(desk: Desk, tmp_path: Path, level: int) -> None:
    desk.put(handed_in())
    link = [desk.folder, desk.folder.parent][level]
    link.rename(tmp_path / "elsewhere")
    link.symlink_to(tmp_path / "elsewhere")
    assert "the folder is a link" in refusal(desk)


def test_links_and_pipes_beside_the_notebook_are_left_out_and_told(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_text("key")
    desk.put(handed_in())
    (desk.folder / "folder").symlink_to(tmp_path / "secrets")
    (desk.folder / "file").symlink_to(tmp_path / "secrets" / "key")
    os.mkfifo(desk.folder / "pipe")
    taken = desk.take()
    assert taken.files == {}
    assert [r.split("'")[1] for r in taken.repairs] == ["file", "folder", "pipe"]


@pytest.mark.parametrize("swap", ["link", "pipe", "folder", "parent"])
def test_what_is_exchanged_after_it_was_listed_is_not_followed(
    desk: Desk, tmp_path: Path, swap: str
) -> None:
    path = desk.put(b"mine", "data/notes.txt")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes.txt").write_text("secret")
    ((file,), _) = look_into(desk.folder)
    path.unlink()
    if swap == "link":
        path.symlink_to(tmp_path / "elsewhere" / "notes.txt")
    elif swap == "pipe":
        os.mkfifo(path)
    elif swap == "folder":
        path.mkdir()
    else:
        path.parent.rmdir()
        path.parent.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidSubmission, match="link or a device"):
        contents(file, 100)


@pytest.mark.parametrize("swap", ["link", "pipe"])
def test_what_is_exchanged_between_look_and_open_is_refused_without_waiting(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: str
) -> None:
    path = desk.put(b"mine", "notes.txt")
    ((file,), _) = look_into(desk.folder)
    about = path.stat()
    path.rename(tmp_path / "elsewhere")
    if swap == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        os.mkfifo(path)
    monkeypatch.setattr(folder.os, "stat", lambda *_, **__: about)
    with pytest.raises(InvalidSubmission, match="link or a device"):
        contents(file, 100)


def test_a_device_is_not_even_opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.put(b"mine", "notes.txt")
    ((file,), _) = look_into(desk.folder)
    path.unlink()
    os.mkfifo(path)
    opened = []
    really = os.open

    def watched(path: Any, *arguments: Any, **options: Any) -> int:
        opened.append(path)
        return really(path, *arguments, **options)

    monkeypatch.setattr(folder.os, "open", watched)
    with pytest.raises(InvalidSubmission, match="link or a device"):
        contents(file, 100)
    assert opened == [desk.folder]


def test_opening_leaves_no_file_open(desk: Desk) -> None:
    desk.put(b"mine", "a/b/notes.txt")
    ((file,), _) = look_into(desk.folder)
    opened = Path("/proc/self/fd")
    before = len(list(opened.iterdir()))
    assert contents(file, 2) == b"min"
    assert len(list(opened.iterdir())) == before


# --- other files --------------------------------------------------------------------------------


def test_extra_files_are_named_relative_to_the_notebook(desk: Desk) -> None:
    desk.put(handed_in())
    for name in ("numpy.py", "data/a.csv", ".git/x", ".ipynb_checkpoints/x", "._a", "earlier/old"):
        desk.put(b"x", name)
    desk.put(b"2026-01-01 00:00:00 UTC", "timestamp.txt")
    taken = desk.take()
    assert taken.files == {
        "data/a.csv": desk.folder / "data/a.csv", "numpy.py": desk.folder / "numpy.py"
    }  # fmt: skip
    assert taken.repairs == ()


def test_a_script_beside_a_notebook_of_its_name_is_kept(desk: Desk) -> None:
    desk.put(handed_in())
    desk.put(b"x = 1", "helper.py")
    desk.put(b"{}", "helper.ipynb")
    assert "helper.py" in desk.take().files


def test_too_many_files_are_refused(desk: Desk) -> None:
    desk.put(handed_in())
    for number in range(extras.MOST_FILES):
        desk.put(b"", f"{number}.txt")
    assert len(desk.take().files) == extras.MOST_FILES
    desk.put(b"", "one-more.txt")
    assert "more than 200 files" in refusal(desk)


def test_files_too_large_in_all_are_refused(desk: Desk) -> None:
    desk.put(handed_in())
    for number in range(2):
        with desk.put(b"", f"{number}.bin").open("r+b") as file:
            file.truncate(extras.MOST_BYTES // 2)
    desk.take()
    desk.put(b"x", "one-more.bin")
    assert "larger than 100 MB" in refusal(desk)


def test_a_folder_of_endless_entries_is_refused(desk: Desk) -> None:
    desk.put(handed_in())
    for number in range(folder.MOST_ENTRIES):
        (desk.folder / f"folder-{number}").mkdir()
    assert "more than 1,000" in refusal(desk)


def test_deeply_nested_folders_are_walked(desk: Desk) -> None:
    desk.put(handed_in())
    inside = desk.folder
    for _ in range(450):
        inside = inside / "d"
    inside.mkdir(parents=True)
    assert desk.take().files == {}


def test_folders_nested_too_deeply_are_refused(desk: Desk) -> None:
    desk.put(handed_in())
    handle = os.open(desk.folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 250, dir_fd=handle)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)
    assert "nested too deeply" in refusal(desk)
    shutil.rmtree(desk.folder)  # pytest's own way of tidying up is not made for such folders


@pytest.mark.parametrize("name", ["data", "data/tiles.zip/mine.txt"])
def test_a_file_where_the_lesson_needs_a_folder_is_left_out(desk: Desk, name: str) -> None:
    (desk.source_folder / "data").mkdir()
    (desk.source_folder / "data" / "tiles.zip").write_bytes(b"x")
    desk.put(handed_in())
    desk.put(b"x", name)
    taken = desk.take()
    assert taken.files == {}
    assert "a file where a folder has to be" in taken.repairs[0]


def test_neither_held_out_data_nor_the_paired_source_is_material(desk: Desk) -> None:
    for name in ("secret/a.bin", f"{LESSON}.py", f"{LESSON}.ipynb", "helper.py"):
        (desk.source_folder / name).parent.mkdir(exist_ok=True)
        (desk.source_folder / name).write_text("x")
    desk.put(handed_in())
    assert list(desk.take().materials) == ["helper.py"]


def test_an_empty_or_missing_folder_says_what_is_expected(desk: Desk) -> None:
    assert "not there" in refusal(desk)
    desk.folder.rmdir()
    assert "not there" in refusal(desk)


# --- anything at all ----------------------------------------------------------------------------


def flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] = rng.randrange(256)


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def take_out(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.randrange(1, 60)]


def repeat(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randrange(1, 200)]


def exchange(data: bytearray, rng: random.Random) -> None:
    """Put one JSON value in the place of another."""
    values = (b"null", b"[]", b"{}", b"1e999", b'"\\ud800"', b"[[[]]]", b"true", b"-0", b'""')
    start = data.find(b":", rng.randrange(len(data)))
    end = data.find(b",", start)
    if 0 <= start < end:
        data[start + 1 : end] = rng.choice(values)


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip, cut, take_out, repeat, exchange, exchange, exchange,
)  # fmt: skip


def test_no_damage_raises_anything_but_a_refusal(desk: Desk) -> None:
    """A fixed seed; of what is still read, an answer whose cell is whole keeps its text."""
    rng = random.Random(20260301)
    content = json.dumps(handed_in(), indent=1).encode()
    read_all_the_same = 0
    for _ in range(800):
        data = bytearray(content)
        for _ in range(rng.choice((1, 1, 1, 3))):
            rng.choice(DAMAGES)(data, rng)
            data = data or bytearray(b"{}")
        desk.put(bytes(data))
        try:
            found = texts(desk.take())
        except InvalidSubmission:
            continue
        read_all_the_same += 1
        assert list(found) == list(texts_of_source(desk))
        for id_, text in whole_answers(bytes(data)).items():
            assert found[id_] == text
    assert read_all_the_same > 100, "hardly anything was read: the test proves little"


def texts_of_source(desk: Desk) -> dict[str, str]:
    cells = desk.sources[LESSON].cells
    return {c.metadata.nbgrader.grade_id: c.source for c in cells if "nbgrader" in c.metadata}


def whole_answers(data: bytes) -> dict[str, str]:
    """The answers that stand just once in a damaged file, with what marks them."""
    found: dict[str, list[str]] = {}
    for cell in json.loads(data)["cells"]:
        metadata = cell.get("metadata")
        about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        id_ = about.get("grade_id") if isinstance(about, dict) else None
        if id_ in ("mean", "fit", "essay"):
            source = cell.get("source")
            found.setdefault(id_, []).append(source if isinstance(source, str) else "")
    return {id_: texts[0] for id_, texts in found.items() if len(texts) == 1 and ok(texts[0])}


def ok(text: str) -> bool:
    """Say whether a text has nothing that intake cleans away."""
    return text.isascii() and "\0" not in text and "\r" not in text


def test_what_a_run_of_the_source_left_behind_is_not_the_lessons(desk: Desk) -> None:
    """It would be laid over the student's own model, and earn the points of the reference."""
    desk.put(handed_in())
    desk.put(b"the student's", "net.safetensors")
    desk.sources[LESSON].metadata["course"] = {"artefacts": ["*.safetensors"]}
    for name in ("net.safetensors", "measured.json", "data/given.safetensors", "data/tiles.zip"):
        path = desk.source_folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    taken = desk.take()
    assert sorted(taken.materials) == ["data/given.safetensors", "data/tiles.zip"]
    assert list(taken.files) == ["net.safetensors"]
