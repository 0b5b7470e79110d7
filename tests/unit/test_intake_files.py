"""Which file is the notebook: names of platforms, zip files, and several versions."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from intake_lesson import ANSWERS, LESSON, MEAN, Desk, handed_in, source, texts

from autograder.intake import InvalidSubmission, unpack
from autograder.intake.names import belongs_to

NAME = "03_train_end_to_end"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def with_mean(text: str) -> bytes:
    return json.dumps(handed_in({**ANSWERS, "mean": text})).encode()


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "version"),
    [
        (f"{NAME}.ipynb", (0, 0)),
        (f"{NAME}.IPYNB", (0, 0)),
        (f"{NAME}.ipynb.txt", (0, 0)),
        (f"{NAME}.ipynb.json", (0, 0)),
        (f"lovelaceada_LATE_12345_67890_{NAME}-2.ipynb", (2, 67890)),
        (f"lovelaceada_12345_67890_{NAME}.ipynb", (0, 67890)),
        (f"lovelaceada_12345_67890_Copy_of_{NAME}-1.ipynb", (1, 67890)),
        (f"Ada Lovelace_123456_assignsubmission_file_{NAME}.ipynb", (0, 0)),
        (f"{NAME} (1).ipynb", (0, 0)),
        (f"{NAME}(12).ipynb", (0, 0)),
        (f"{NAME}-Copy1.ipynb", (0, 0)),
        (f"{NAME} - Kopie.ipynb", (0, 0)),
        (f"{NAME} copy 2.ipynb", (0, 0)),
        (f"Copy_of_{NAME}.ipynb", (0, 0)),
        (f"Copy of Copy of {NAME}.ipynb", (0, 0)),
        (f"Copie de {NAME}.ipynb", (0, 0)),
        (f"Kopie_von_{NAME} (1).ipynb", (0, 0)),
        (f"{NAME.replace('_', ' ')}.ipynb", (0, 0)),
    ],
)
def test_names_that_platforms_make_are_known(name: str, version: tuple[int, int]) -> None:
    assert belongs_to(name, [NAME, "04_other"]) == (NAME, version)


@pytest.mark.parametrize(
    "name",
    [f"{NAME}.py", f"{NAME}.zip", "04_train.ipynb", f"my_{NAME}.ipynb", f"{NAME}_old.ipynb",
     f"1{NAME}.ipynb", "train_end_to_end.ipynb"],
)  # fmt: skip
def test_other_names_are_not(name: str) -> None:
    assert belongs_to(name, [NAME]) is None


def test_the_longest_fitting_name_is_meant() -> None:
    assert belongs_to("lab-2.ipynb", ["lab", "lab-2"]) == ("lab-2", (0, 0))
    assert belongs_to("lab-3.ipynb", ["lab", "lab-2"]) == ("lab", (3, 0))


@pytest.mark.parametrize(
    "name", [f"Copy of {LESSON}.ipynb", f"x_1_2_{LESSON}-1.ipynb", f"My work/{LESSON}.ipynb"]
)
def test_a_single_file_of_such_a_name_is_taken_without_a_word(desk: Desk, name: str) -> None:
    desk.put(with_mean(MEAN), name)
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN
    assert taken.repairs == ()
    assert taken.files == {}


def test_a_notebook_of_another_name_is_taken_if_it_is_the_lessons(desk: Desk) -> None:
    desk.put(with_mean(MEAN), "Untitled12.ipynb")
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN
    assert taken.repairs == (f"'Untitled12.ipynb' was taken for '{LESSON}.ipynb'",)
    assert taken.files == {}


def another(desk: Desk) -> None:
    desk.put({"nbformat": 4, "cells": [], "metadata": {}}, "Untitled.ipynb")


def two(desk: Desk) -> None:
    desk.put(with_mean(MEAN), "a.ipynb")
    desk.put(with_mean(MEAN), "b.ipynb")


def two_wanted(desk: Desk) -> None:
    desk.put(with_mean(MEAN), "Untitled.ipynb")
    desk.sources["second"] = source()


@pytest.mark.parametrize("put", [another, two, two_wanted])
def test_any_other_notebook_is_refused(desk: Desk, put: Callable[[Desk], None]) -> None:
    put(desk)
    with pytest.raises(InvalidSubmission, match="not there"):
        desk.take()


# --- several ------------------------------------------------------------------------------------


def put_at(desk: Desk, text: str, name: str, when: int) -> None:
    path = desk.put(with_mean(text), name)
    os.utime(path, (when, when))


def test_the_platforms_count_tells_the_latest(desk: Desk) -> None:
    put_at(desk, "old = 1", f"a_1_30_{LESSON}.ipynb", 3_000_000)
    put_at(desk, "new = 1", f"a_1_20_{LESSON}-10.ipynb", 2_000_000)
    put_at(desk, "mid = 1", f"a_1_25_{LESSON}-2.ipynb", 4_000_000)
    taken = desk.take()
    assert texts(taken)["mean"] == "new = 1"
    (repair,) = taken.repairs
    assert repair.startswith(f"of several files 'a_1_20_{LESSON}-10.ipynb', the latest, was used")
    assert f"a_1_30_{LESSON}.ipynb" in repair
    assert taken.files == {}
    assert len(list(desk.folder.iterdir())) == 3


def test_the_number_of_the_upload_tells_the_latest_of_one_count(desk: Desk) -> None:
    put_at(desk, "new = 1", f"a_1_30_{LESSON}.ipynb", 2_000_000)
    put_at(desk, "old = 1", f"a_1_9_{LESSON}.ipynb", 3_000_000)
    assert texts(desk.take())["mean"] == "new = 1"


def test_else_the_time_does(desk: Desk) -> None:
    put_at(desk, "old = 1", f"{LESSON}.ipynb", 2_000_000)
    put_at(desk, "new = 1", f"{LESSON} (1).ipynb", 3_000_000)
    assert texts(desk.take())["mean"] == "new = 1"
    put_at(desk, "newest = 1", f"{LESSON}.ipynb", 4_000_000)
    assert texts(desk.take())["mean"] == "newest = 1"


def test_a_backup_in_a_folder_is_not_the_notebook(desk: Desk) -> None:
    put_at(desk, "new = 1", f"{LESSON}.ipynb", 2_000_000)
    put_at(desk, "old = 1", f"backup/{LESSON}.ipynb", 3_000_000)
    taken = desk.take()
    assert texts(taken)["mean"] == "new = 1"
    assert list(taken.files) == [f"backup/{LESSON}.ipynb"]


def test_each_notebook_of_a_lesson_is_chosen_by_itself(desk: Desk) -> None:
    desk.sources["second"] = source()
    desk.put(with_mean("one = 1"), f"Copy of {LESSON}.ipynb")
    desk.put(with_mean("two = 1"), "second (1).ipynb")
    taken = desk.take()
    assert texts(taken)["mean"] == "one = 1"
    assert taken.notebooks["second"].cells[2].source == "two = 1"


def test_names_in_sentences_hold_no_mark_up(desk: Desk) -> None:
    put_at(desk, MEAN, f"{LESSON} (1).ipynb", 3_000_000)
    desk.put(b"x", "a.zip")
    os.mkfifo(desk.folder / "[x](javascript:1)<b>\x1b[31m")
    for repair in desk.take().repairs:
        assert not set(repair) & set("[]<>*`\x1b")


# --- zip files ----------------------------------------------------------------------------------


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as pack:
        for name, content in files.items():
            pack.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, method)
    return stream.getvalue()


NOTEBOOK = with_mean(MEAN)
JUNK = {
    "__MACOSX/._x.ipynb": b"x",
    ".ipynb_checkpoints/x-checkpoint.ipynb": b"x",
    "a/.DS_Store": b"",
}


@pytest.mark.parametrize("inside", ["", "My work/", "a/b/"])
def test_a_zip_file_is_unpacked_and_junk_left_out(desk: Desk, inside: str) -> None:
    files = {f"{inside}{LESSON}.ipynb": NOTEBOOK, f"{inside}data/a.csv": b"1", **JUNK}
    desk.put(packed(files | {f"{inside}inner.zip": packed({"x.ipynb": b"x"})}), "hand in.zip")
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN
    assert taken.repairs == ()
    assert sorted(taken.files) == ["data/a.csv", "inner.zip"]
    assert taken.files["data/a.csv"].read_bytes() == b"1"
    assert [path.name for path in desk.folder.iterdir()] == ["hand in.zip"]


def test_what_was_unpacked_is_private_and_gone_when_the_process_ends(
    desk: Desk, tmp_path: Path
) -> None:
    desk.put(packed({f"{LESSON}.ipynb": NOTEBOOK, "a.csv": b"1"}), "work.zip")
    code = (
        "import pathlib, sys; from intake_lesson import Desk, source, LESSON\n"
        "from autograder.intake import take_in\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "taken = take_in('ada', LESSON, folder, {LESSON: source()}, folder)\n"
        "print(taken.files['a.csv']); assert taken.files['a.csv'].is_file()\n"
        "print(oct(taken.files['a.csv'].parents[1].stat().st_mode))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(desk.folder)],
        cwd=Path(__file__).parent, env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    path, mode = done.stdout.split()
    assert path.startswith(str(tmp_path))
    assert mode == "0o40700"
    assert not Path(path).exists()


def test_the_notebook_in_the_latest_zip_file_counts_with_its_files(desk: Desk) -> None:
    desk.put(
        packed({f"{LESSON}.ipynb": with_mean("old = 1"), "a.csv": b"old", "old.csv": b"x"}),
        "a_1_2_w.zip",
    )
    desk.put(packed({f"{LESSON}.ipynb": with_mean("new = 1"), "a.csv": b"new"}), "a_1_3_w-1.zip")
    taken = desk.take()
    assert texts(taken)["mean"] == "new = 1"
    assert list(taken.files) == ["a.csv"]
    assert taken.files["a.csv"].read_bytes() == b"new"
    assert f"a_1_2_w.zip/{LESSON}.ipynb" in taken.repairs[0]


def test_of_a_zip_file_and_a_notebook_the_later_counts(desk: Desk) -> None:
    desk.put(packed({f"{LESSON}.ipynb": with_mean("in_zip = 1")}), "work.zip")
    put_at(desk, "older = 1", f"{LESSON}.ipynb", 1_000_000_000)
    assert texts(desk.take())["mean"] == "in_zip = 1"
    put_at(desk, "newer = 1", f"{LESSON}.ipynb", 2_000_000_000)
    taken = desk.take()
    assert texts(taken)["mean"] == "newer = 1"
    assert taken.files == {}


def test_a_zip_file_of_data_stays_a_file(desk: Desk) -> None:
    desk.put(NOTEBOOK)
    desk.put(packed({"../tiles.bin": b"x"}), "tiles.zip")
    desk.put(packed({"tiles.bin": b"x"}), "more.zip")
    taken = desk.take()
    assert sorted(taken.files) == ["more.zip", "tiles.zip"]
    (repair,) = taken.repairs
    assert repair.startswith("'tiles.zip' was not looked into: '../tiles.bin' in the zip file")


def test_a_zip_file_in_a_folder_stays_a_file(desk: Desk) -> None:
    desk.put(NOTEBOOK)
    desk.put(packed({f"{LESSON}.ipynb": with_mean("newer = 1")}), "backup/work.zip")
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN
    assert list(taken.files) == ["backup/work.zip"]
    assert taken.repairs == ()


def test_another_name_is_taken_from_a_zip_file_too(desk: Desk) -> None:
    desk.put(packed({"work/Untitled.ipynb": NOTEBOOK}), "work.zip")
    assert "was taken for" in desk.take().repairs[0]


def refusal(desk: Desk, content: bytes) -> str:
    before = set(desk.folder.parents[2].rglob("*"))
    desk.put(content, "work.zip")
    with pytest.raises(InvalidSubmission) as caught:
        desk.take()
    assert set(desk.folder.parents[2].rglob("*")) - before == {desk.folder / "work.zip"}
    assert caught.value.do
    return caught.value.what


@pytest.mark.parametrize(
    "name",
    ["../x.txt", "a/../../x.txt", "/etc/x.txt", "C:/x.txt", "c:x.txt", "..\\x.txt", "a\\x.txt",
     "a\nb.txt", "\x1b[31m.txt", "x" * 256, "a/" * 600 + "x"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(desk: Desk, name: str) -> None:
    content = packed({f"{LESSON}.ipynb": NOTEBOOK, name: b"evil"})
    assert "would be written elsewhere" in refusal(desk, content)


def test_a_name_cut_short_by_a_zero_is_refused(desk: Desk) -> None:
    content = packed({f"{LESSON}.ipynb": NOTEBOOK, "x.txt#../../y": b"evil"})
    assert "elsewhere" in refusal(desk, content.replace(b"x.txt#", b"x.txt\0"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_file_are_refused(desk: Desk, kind: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as pack:
        pack.writestr(f"{LESSON}.ipynb", NOTEBOOK)
        info = zipfile.ZipInfo("link")
        info.external_attr = (kind | 0o777) << 16
        pack.writestr(info, "/etc/passwd")
    assert "a link or a device" in refusal(desk, stream.getvalue())


def changed(content: bytes, offset: int, value: bytes) -> bytes:
    """Change a field of every entry, in both places where a zip file has it."""
    data = bytearray(content)
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        start = data.find(mark)
        while start >= 0:
            data[start + offset + shift : start + offset + shift + len(value)] = value
            start = data.find(mark, start + 4)
    return bytes(data)


PLAIN = packed({f"{LESSON}.ipynb": NOTEBOOK})


def test_an_encrypted_zip_file_is_refused(desk: Desk) -> None:
    assert "encrypted" in refusal(desk, changed(PLAIN, 6, b"\x01\x00"))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(desk: Desk, method: int) -> None:
    assert "unusual" in refusal(desk, packed({f"{LESSON}.ipynb": NOTEBOOK}, method))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"not a zip", PLAIN[:-30], PLAIN[:200] + b"\xff" * 40 + PLAIN[240:],
     PLAIN.replace(b"PK\x03\x04", b"PK\x03\x05"), changed(PLAIN, 14, b"\0\0\0\0")],
    ids=["empty", "begun", "text", "cut", "noise", "no entry", "sum"],
)  # fmt: skip
def test_a_damaged_zip_file_is_refused(desk: Desk, content: bytes) -> None:
    assert "damaged" in refusal(desk, content)


def test_a_file_and_a_folder_of_one_name_are_refused(desk: Desk) -> None:
    content = packed({f"{LESSON}.ipynb": NOTEBOOK, "a": b"x", "a/b": b"x"})
    assert "of the same name" in refusal(desk, content)


def test_a_bomb_is_refused_by_its_ratio(desk: Desk) -> None:
    content = packed({f"{LESSON}.ipynb": NOTEBOOK, "zeros": bytes(20_000_000)})
    assert len(content) < 100_000
    assert "too large when it is unpacked" in refusal(desk, content)


def test_a_bomb_is_refused_by_its_size(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", len(NOTEBOOK) + 5)
    desk.put(packed({f"{LESSON}.ipynb": NOTEBOOK, "a": b"12345"}), "work.zip")
    desk.take()
    content = packed({f"{LESSON}.ipynb": NOTEBOOK, "a": b"123456"})
    (desk.folder / "work.zip").unlink()
    assert "too large when it is unpacked" in refusal(desk, content)


def test_a_bomb_that_lies_about_its_size_unpacks_no_more_than_it_says(desk: Desk) -> None:
    content = packed({f"{LESSON}.ipynb": NOTEBOOK, "zeros": bytes(30_000_000)})
    at = content.rfind(b"PK\x01\x02")
    lie = content[: at + 24] + (10).to_bytes(4, "little") + content[at + 28 :]
    assert "damaged" in refusal(desk, lie)


def test_a_bomb_is_refused_by_its_number_of_files(desk: Desk) -> None:
    many = {f"{number}.txt": b"" for number in range(1_000)}
    assert "more than 1,000 files" in refusal(desk, packed({f"{LESSON}.ipynb": NOTEBOOK, **many}))


def test_a_zip_file_too_large_is_not_read_to_its_end(desk: Desk) -> None:
    with desk.put(PLAIN, "work.zip").open("r+b") as file:
        file.truncate(10**11)
    with pytest.raises(InvalidSubmission, match="larger than 100 MB"):
        desk.take()


def test_an_entry_with_an_impossible_date_is_read(desk: Desk) -> None:
    desk.put(changed(PLAIN, 10, b"\xff\xff\xff\xff"), "work.zip")
    assert texts(desk.take())["mean"] == MEAN


def test_zip_files_that_say_anything_are_refused_or_read(desk: Desk) -> None:
    """Every byte of a small zip file but the notebook's own, changed once, in three ways."""
    small: dict[str, Any] = {"nbformat": 4, "cells": [], "metadata": {}}
    content = packed({f"{LESSON}.ipynb": json.dumps(small).encode()}, zipfile.ZIP_STORED)
    for place in range(len(content)):
        for value in (0, 0xFF, content[place] ^ 1):
            data = bytearray(content)
            data[place] = value
            desk.put(bytes(data), "work.zip")
            try:
                desk.take()
            except InvalidSubmission:
                continue
