"""The practice mount of lesson 02 fails as a dropped Drive does."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from course.checks.lesson_02 import PracticeMount


def test_the_practice_mount_fails_on_request(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"12345678")
    mount = PracticeMount("drops", "garbles", "is full")
    with pytest.raises(OSError, match=str(errno.ENOTCONN)):
        mount.copy(source, target)
    assert target.read_bytes() == b"1234"
    mount.copy(source, target)
    assert target.read_bytes() == b"1234\0\0\0\0"
    with pytest.raises(OSError, match=str(errno.ENOSPC)):
        mount.copy(source, target)
    mount.copy(source, target)
    assert target.read_bytes() == b"12345678"
    assert mount.targets == [str(target)] * 4
