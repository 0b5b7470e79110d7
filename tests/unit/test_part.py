"""The beginning of a file, and the note of what it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.data.part import Note, Part, write_all

NOTE = Note("http://here/x", '"1"', 10)


def test_a_new_beginning_forgets_the_old_bytes_at_once(tmp_path: Path) -> None:
    """A process killed right after it would else leave old bytes under a new note."""
    part = Part(tmp_path / "x")
    part.path.write_bytes(b"old")
    part.begin(NOTE)
    assert (part.size(), part.note()) == (0, NOTE)


def test_the_bytes_go_before_the_new_note_comes(tmp_path: Path) -> None:
    part = Part(tmp_path / "x")
    part.path.mkdir()  # so it cannot be emptied
    with pytest.raises(IsADirectoryError):
        part.begin(NOTE)
    assert part.note() is None


def test_it_can_be_continued(tmp_path: Path) -> None:
    part = Part(tmp_path / "x")
    part.begin(NOTE)
    for content in (b"one", b"two"):
        with part.opened(part.size()) as file:
            write_all(file, content)
    assert part.path.read_bytes() == b"onetwo"


def test_in_the_end_only_the_file_is_there(tmp_path: Path) -> None:
    part = Part(tmp_path / "x")
    part.begin(NOTE)
    part.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_discarding_leaves_nothing(tmp_path: Path) -> None:
    part = Part(tmp_path / "x")
    part.begin(NOTE)
    part.discard()
    part.discard()
    assert list(tmp_path.iterdir()) == []
    assert (part.size(), part.note()) == (0, None)


def test_a_nearly_full_disk_takes_pieces() -> None:
    taken: list[bytes] = []

    class Nearly:
        def write(self, data: memoryview) -> int:
            taken.append(bytes(data[:3]))
            return min(3, len(data))

    write_all(Nearly(), b"abcdefgh")  # type: ignore[arg-type]
    assert taken == [b"abc", b"def", b"gh"]
