"""Which files come along: those the lesson names, below the caps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course.submission import artefacts as module
from course.submission.artefacts import megabytes, take_along


def write(folder: Path, **sizes: int) -> None:
    for name, size in sizes.items():
        (folder / f"{name}.safetensors").write_bytes(b"x" * size)


def test_only_files_of_this_folder_that_fit_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "odd.safetensors").mkdir()
    write(tmp_path, net=1)
    write(tmp_path / "deep", other=1)
    (tmp_path / "notes.txt").write_text("")
    found, told = take_along([tmp_path], ["*.safetensors"])
    assert found == {"net.safetensors": tmp_path / "net.safetensors"}
    assert told == []


@pytest.mark.parametrize("newer", ["a", "b"])
def test_of_two_files_the_newer_one_counts_and_it_is_told(tmp_path: Path, newer: str) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        write(folder, net=1)
        os.utime(folder / "net.safetensors", (1_000 + (folder.name == newer),) * 2)
    write(second, more=3)
    found, told = take_along([first, second], ["*.safetensors"])
    older = "a" if newer == "b" else "b"
    assert found["net.safetensors"] == tmp_path / newer / "net.safetensors"
    assert found["more.safetensors"].parent == second
    assert told == [
        f"Of two files `net.safetensors` the newer one counts: `{tmp_path}/{newer}/net.safetensors`"
        f", not `{tmp_path}/{older}/net.safetensors`."
    ]


def test_a_folder_that_is_named_twice_or_by_a_link_holds_no_second_file(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    write(here, net=1)
    (tmp_path / "link").symlink_to(here)
    found, told = take_along([here, here, tmp_path / "link"], ["*.safetensors", "net.*"])
    assert found == {"net.safetensors": here / "net.safetensors"}
    assert told == []


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert take_along([tmp_path / "none"], ["*"]) == ({}, [])


@pytest.mark.parametrize("pattern", ["../*.safetensors", "/", "", "here/*", "[", "**x"])
def test_a_pattern_cannot_reach_other_folders_or_fail(tmp_path: Path, pattern: str) -> None:
    here = tmp_path / "here"
    here.mkdir()
    write(tmp_path, net=1)
    write(here, net=1)
    assert take_along([here], [pattern]) == ({}, [])


def test_caps_are_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_A_FILE", 4_000_000)
    monkeypatch.setattr(module, "MOST_IN_ALL", 6_000_000)
    write(tmp_path, a=3_500_000, b=5_000_000, c=3_000_000, d=10)
    found, told = take_along([tmp_path], ["*.safetensors"])
    assert sorted(found) == ["a.safetensors", "d.safetensors"]
    ask = "Ask your instructor if it is needed."
    assert told == [
        f"`b.safetensors` (5 MB) stays behind: a file may have 4 MB. {ask}",
        f"`c.safetensors` (3 MB) stays behind: all files may have 6 MB. {ask}",
    ]


def test_there_may_be_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 1)
    write(tmp_path, a=1, b=1)
    found, told = take_along([tmp_path], ["*.safetensors"])
    assert list(found) == ["a.safetensors"]
    assert "there may be 1 files" in told[0]


def test_what_is_packed_is_what_intake_takes() -> None:
    from autograder.intake import extras, unpack
    from course.submission import outputs

    # A notebook without outputs is far below two megabytes.
    notebook = outputs.MOST_IN_ALL + 2_000_000
    assert module.MOST_IN_ALL + notebook < min(unpack.MOST_BYTES, extras.MOST_BYTES)
    assert min(unpack.MOST_ENTRIES, extras.MOST_FILES) > module.MOST_FILES + 2


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "1 kB"), (1_500, "2 kB"), (999_000, "999 kB"), (1_000_000, "1 MB"), (1_250_000, "1.2 MB")],
)
def test_sizes_are_for_people(size: int, shown: str) -> None:
    assert megabytes(size) == shown
