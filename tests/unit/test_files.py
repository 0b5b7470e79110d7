"""A file is whole or not there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from course import files
from course.errors import CourseError
from course.files import copy_atomic, write_atomic


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PAUSES", (0.0, 0.0))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Failing:
    """Stands in for `os.fsync` on a mount that drops: fails so many times, then works."""

    def __init__(self, code: int, times: int) -> None:
        self.code, self.times, self.calls = code, times, 0
        self.real = os.fsync

    def __call__(self, descriptor: int) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise OSError(self.code, os.strerror(self.code))
        self.real(descriptor)


def test_writing_and_copying(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"one")
    write_atomic(tmp_path / "a", b"two")
    copy_atomic(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"two"
    assert names(tmp_path) == ["a", "b"]


def test_who_reads_meanwhile_reads_the_old_file(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"one")
    with (tmp_path / "a").open("rb") as file:
        write_atomic(tmp_path / "a", b"two")
        assert file.read() == b"one"


def test_a_file_may_be_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("code", [errno.ENOTCONN, errno.EIO, errno.ETIMEDOUT])
def test_what_passes_is_tried_three_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "fsync", Failing(code, times=2))
    write_atomic(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"one"
    monkeypatch.setattr(os, "fsync", Failing(code, times=3))
    with pytest.raises(CourseError, match=r"could not be written \("):
        write_atomic(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


def test_what_does_not_pass_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Failing(errno.ENOSPC, times=1)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match="make room"):
        write_atomic(tmp_path / "a", b"one")
    assert full.calls == 1
    assert names(tmp_path) == []


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS])
def test_a_mount_without_fsync_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(os, "fsync", Failing(code, times=9))
    write_atomic(tmp_path / "a", b"one")
    assert (tmp_path / "a").read_bytes() == b"one"


@pytest.mark.parametrize(
    ("place", "advice"), [("missing/a", "mount Drive again"), ("file/a", "a file stands")]
)
def test_a_folder_that_is_none(tmp_path: Path, place: str, advice: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match=advice) as caught:
        write_atomic(tmp_path / place, b"one")
    assert caught.value.where == str(tmp_path / place)


def test_a_source_that_is_missing(tmp_path: Path) -> None:
    write_atomic(tmp_path / "b", b"one")
    with pytest.raises(CourseError, match="the file could not be read") as caught:
        copy_atomic(tmp_path / "a", tmp_path / "b")
    assert caught.value.where == str(tmp_path / "a")
    assert "is still there" in caught.value.do
    assert names(tmp_path) == ["b"]


def test_a_source_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(CourseError, match="a file that you may read") as caught:
        copy_atomic(tmp_path / "a", tmp_path / "b")
    assert caught.value.where == str(tmp_path / "a")
    assert names(tmp_path) == ["a"]


def test_a_target_that_cannot_be_written_is_not_taken_for_the_source(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"one")
    with pytest.raises(CourseError, match="could not be written") as caught:
        copy_atomic(tmp_path / "a", tmp_path / "none" / "b")
    assert caught.value.where == str(tmp_path / "none" / "b")


@pytest.mark.parametrize(("times", "copied"), [(2, True), (3, False)])
def test_a_source_on_a_mount_that_dropped_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, copied: bool
) -> None:
    (tmp_path / "a").write_bytes(b"one")
    drops = iter(range(times))
    real = Path.open

    def dropping(self: Path, mode: str = "r", *rest: Any) -> Any:
        if mode == "rb" and next(drops, None) is not None:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), str(self))
        return real(self, mode, *rest)

    monkeypatch.setattr(Path, "open", dropping)
    if copied:
        copy_atomic(tmp_path / "a", tmp_path / "b")
        assert (tmp_path / "b").read_bytes() == b"one"
    else:
        with pytest.raises(CourseError, match=r"(?s)could not be read \(.*mount the folder again"):
            copy_atomic(tmp_path / "a", tmp_path / "b")


def test_a_real_limit_leaves_the_old_file(tmp_path: Path) -> None:
    """Only 100 kB may be written: what is cut off there must not take the old one's place."""
    code = """\
import pathlib, resource, signal, sys
from course.errors import CourseError
from course.files import write_atomic
path = pathlib.Path(sys.argv[1])
write_atomic(path, b"old")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_atomic(path, bytes(200_000))
except CourseError as error:
    print(error)
"""
    done: Any = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a"], capture_output=True, text=True, check=True
    )
    assert "File too large" in done.stdout
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]
