"""Staging data: beside the notebook, from the cache, a server or a folder, and never in part."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from file_server import (
    Answer,
    Site,
    announce,
    cut,
    page,
    ranges,
    refuse,
    reset,
    serving,
    slowly,
    whole,
)

from course import mounted as drive
from course import runtime, stage
from course.errors import CourseError

CONTENT = b"the tiles of the lesson" * 200_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = "data/tiles.zip"

Serve = Callable[..., Site]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, an empty cache beside it, no address yet and short pauses."""
    folder = tmp_path / "lesson"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(runtime, "_base_url", "")
    monkeypatch.setattr(drive, "_PAUSE", 0.001)
    monkeypatch.setattr(sys.modules["course.data.download"], "_PAUSE", 0.001)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return folder


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A function that starts a server and makes it the lesson's address."""
    with ExitStack() as stack:

        def start(*answers: Answer, content: bytes = CONTENT, **versions: bool) -> Site:
            site = stack.enter_context(serving(*answers, content=content, **versions))
            monkeypatch.setattr(runtime, "_base_url", f"{site.address}release/01_tiny/")
            return site

        yield start


def in_cache(place: Path) -> list[str]:
    """The names in the cache, without the digest each begins with."""
    found = (place.parent / "cache").rglob("*")
    return sorted(path.name.partition("-")[2] for path in found if path.is_file())


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_beside_the_notebook_is_used_as_it_is(place: Path, serve: Serve) -> None:
    site = serve(whole)
    put(place / NAME, CONTENT)
    assert stage(NAME, sha256=DIGEST) == Path(NAME)
    assert site.asked == []
    assert in_cache(place) == []


def test_a_digest_in_capitals_is_one_too(place: Path) -> None:
    put(place / NAME, CONTENT)
    assert stage(NAME, sha256=DIGEST.upper()) == Path(NAME)


def test_what_is_no_digest_is_refused(place: Path) -> None:
    put(place / NAME, CONTENT)
    with pytest.raises(CourseError, match="'abc' is no SHA-256"):
        stage(NAME, sha256="abc")


def test_without_an_address_a_missing_file_is_refused_with_advice(place: Path) -> None:
    with pytest.raises(CourseError, match=f"'{NAME}' is not beside the notebook") as caught:
        stage(NAME, sha256=DIGEST)
    assert caught.value.where == str(place)
    assert "run the set-up cell" in caught.value.do


def test_a_changed_file_beside_the_notebook_is_refused(place: Path) -> None:
    put(place / NAME, CONTENT + b"!")
    with pytest.raises(CourseError, match="or it was changed"):
        stage(NAME, sha256=DIGEST)


def test_a_missing_file_is_downloaded_from_the_lessons_address(place: Path, serve: Serve) -> None:
    site = serve(ranges)
    path = stage(NAME, sha256=DIGEST)
    assert path.read_bytes() == CONTENT
    assert [asked.path for asked in site.asked] == ["/release/01_tiny/data/tiles.zip"]
    assert in_cache(place) == ["tiles.zip"]


def test_a_source_goes_before_the_lessons_address(serve: Serve) -> None:
    lesson = serve(whole)
    with serving(ranges, content=CONTENT) as other:
        path = stage(NAME, sha256=DIGEST, source=other.address + "x/y.zip?download=1")
    assert path.name.endswith("-tiles.zip")
    assert path.read_bytes() == CONTENT
    assert [asked.path for asked in other.asked] == ["/x/y.zip?download=1"]
    assert lesson.asked == []


def test_sources_are_tried_in_order(place: Path) -> None:
    with (
        serving(refuse(404)) as first,
        serving(ranges, content=CONTENT[:-1]) as second,
        serving(ranges, content=CONTENT) as third,
    ):
        sources = [place / "nothing", *(site.address for site in (first, second, third))]
        assert stage(NAME, sha256=DIGEST, source=sources).read_bytes() == CONTENT
    assert in_cache(place) == ["tiles.zip"]


def test_if_no_source_has_it_all_are_named(place: Path) -> None:
    with (
        serving(refuse(404)) as first,
        serving(refuse(403)) as second,
        pytest.raises(CourseError, match="at none of its places") as caught,
    ):
        stage(NAME, sha256=DIGEST, source=[first.address, second.address])
    for part in (first.address, "404", second.address, "403"):
        assert part in caught.value.what
    assert in_cache(place) == []


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(CourseError, match="begin with http"):
        stage(NAME, sha256=DIGEST, source="gs://bucket/tiles.zip")


def test_a_file_is_downloaded_once(serve: Serve) -> None:
    site = serve(ranges)
    assert stage(NAME, sha256=DIGEST) == stage(NAME, sha256=DIGEST)
    assert len(site.asked) == 1


def test_a_changed_file_in_the_cache_is_downloaded_again(serve: Serve) -> None:
    site = serve(ranges)
    stage(NAME, sha256=DIGEST).write_bytes(b"changed")
    assert stage(NAME, sha256=DIGEST).read_bytes() == CONTENT
    assert len(site.asked) == 2


@pytest.mark.parametrize("answer", [whole, announce(1000)])
def test_wrong_content_is_refused_and_not_kept(place: Path, serve: Serve, answer: Answer) -> None:
    serve(answer, content=CONTENT[::-1])
    with pytest.raises(CourseError, match="not the one this lesson was written for") as caught:
        stage(NAME, sha256=DIGEST)
    assert caught.value.where.endswith("/release/01_tiny/data/tiles.zip")
    assert in_cache(place) == []


@pytest.mark.parametrize("breaks", [cut, reset])
def test_what_broke_off_is_refused_and_never_taken_for_the_file(
    place: Path, serve: Serve, breaks: Callable[[int], Answer]
) -> None:
    serve(breaks(5000), refuse(503))
    with pytest.raises(CourseError, match="the download failed"):
        stage(NAME, sha256=DIGEST)
    assert "tiles.zip" not in in_cache(place)


def test_what_broke_off_is_continued_by_the_next_call(serve: Serve) -> None:
    site = serve(cut(5000), refuse(503))
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    site.answers = [ranges]
    assert stage(NAME, sha256=DIGEST).read_bytes() == CONTENT
    assert site.sent() == len(CONTENT)


def test_a_beginning_of_another_content_is_noticed_and_all_is_read_anew(
    place: Path, serve: Serve
) -> None:
    """A server without versions gave the beginning of what it had yesterday."""
    site = serve(cut(5000), refuse(503), content=CONTENT[::-1], tag=False, changed=False)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    site.content, site.answers = CONTENT, [ranges]
    assert stage(NAME, sha256=DIGEST).read_bytes() == CONTENT
    assert [asked.status for asked in site.asked[-2:]] == [206, 200]
    assert in_cache(place) == ["tiles.zip"]


def test_an_address_without_the_file_leaves_nothing(place: Path, serve: Serve) -> None:
    serve(refuse(404))
    with pytest.raises(CourseError, match="the download failed"):
        stage(NAME, sha256=DIGEST)
    assert in_cache(place) == []


def test_a_cache_that_cannot_be_written_is_said(place: Path, serve: Serve) -> None:
    serve(ranges)
    put(place.parent / "cache", b"a file where the folder should be")
    with pytest.raises(CourseError, match="nothing can be written") as caught:
        stage(NAME, sha256=DIGEST)
    assert "XDG_CACHE_HOME" in caught.value.do


def test_a_full_disk_is_said_and_not_tried_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve(ranges)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sys.modules["course.data.download"], "write_all", full)
    with pytest.raises(CourseError, match="cannot be written to the cache") as caught:
        stage(NAME, sha256=DIGEST)
    assert "free some disk space" in caught.value.do
    assert len(site.asked) == 1


# Without a digest


def test_without_a_digest_the_first_content_is_trusted_and_kept(place: Path) -> None:
    with serving(ranges, content=CONTENT) as site:
        path = stage(NAME, sha256=None, source=site.address)
        assert stage(NAME, sha256=None, source=site.address) == path
    assert path.read_bytes() == CONTENT
    assert len(site.asked) == 1
    assert path.with_name(f"{path.name}.sha256").read_text() == DIGEST


def test_later_another_content_is_refused(place: Path) -> None:
    with serving(ranges, content=CONTENT) as site:
        path = stage(NAME, sha256=None, source=site.address)
        path.unlink()
        site.content = CONTENT[::-1]
        with pytest.raises(CourseError, match="not the one that came the first time") as caught:
            stage(NAME, sha256=None, source=site.address)
        record = caught.value.do.split("delete ")[1].split(" and ")[0]
        assert not path.exists()
        Path(record).unlink()
        assert stage(NAME, sha256=None, source=site.address).read_bytes() == CONTENT[::-1]


def test_a_changed_file_in_the_cache_is_noticed_without_a_digest_too() -> None:
    with serving(ranges, content=CONTENT) as site:
        stage(NAME, sha256=None, source=site.address).write_bytes(b"changed")
        assert stage(NAME, sha256=None, source=site.address).read_bytes() == CONTENT


def test_a_web_page_is_never_trusted(place: Path) -> None:
    with serving(page) as site, pytest.raises(CourseError, match="a web page"):
        stage(NAME, sha256=None, source=site.address)
    assert in_cache(place) == []


# From a folder


class Dropping(io.FileIO):
    """A file on Drive: the connection is lost after so many bytes of each opening."""

    most = 1 << 20

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() - self.began >= self.most:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return super().read(size) or b""

    def seek(self, position: int, whence: int = 0, /) -> int:
        self.began = position
        return super().seek(position, whence)


@pytest.fixture
def mounted(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on Drive with the file, whose connection drops at each megabyte."""
    folder = place.parent / "MyDrive"
    put(folder / "tiles.zip", CONTENT)
    real = Path.open

    def opened(path: Path, mode: str = "r", **options: Any) -> Any:
        if folder in path.parents and mode == "rb":
            return Dropping(path)
        return real(path, mode, **options)

    monkeypatch.setattr(Path, "open", opened)
    return folder


@pytest.mark.parametrize("source", ["tiles.zip", ""])
def test_a_file_of_a_folder_is_copied(place: Path, source: str) -> None:
    folder = place.parent / "folder"
    put(folder / "tiles.zip", CONTENT)
    path = stage(NAME, sha256=DIGEST, source=folder / source)
    assert folder not in path.parents
    assert path.read_bytes() == CONTENT
    assert in_cache(place) == ["tiles.zip"]


def test_dropped_connections_are_taken_up_where_they_dropped(mounted: Path) -> None:
    assert stage(NAME, sha256=DIGEST, source=str(mounted)).read_bytes() == CONTENT


def test_a_connection_that_stays_lost_is_said_with_advice(
    place: Path, mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dropping, "most", 0)
    with pytest.raises(CourseError, match="the connection to the folder is lost") as caught:
        stage(NAME, sha256=DIGEST, source=mounted)
    assert "force_remount" in caught.value.do
    assert "tiles.zip" not in in_cache(place)


def test_a_copy_that_broke_off_is_continued(
    place: Path, mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive, "_TRIES", 1)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST, source=mounted)
    (part,) = place.parent.rglob("[0-9a-f]*-tiles.zip.part")
    assert part.stat().st_size == 1 << 20
    for _ in range(len(CONTENT) >> 20):
        monkeypatch.setattr(drive, "_TRIES", 1)
        try:
            path = stage(NAME, sha256=DIGEST, source=mounted)
        except CourseError:
            continue
    assert path.read_bytes() == CONTENT


def test_a_file_that_changed_since_is_copied_anew(mounted: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drive, "_TRIES", 1)
        with pytest.raises(CourseError):
            stage(NAME, sha256=None, source=mounted)
    (mounted / "tiles.zip").write_bytes(CONTENT[::-1])  # as long, but of another time
    assert stage(NAME, sha256=None, source=mounted).read_bytes() == CONTENT[::-1]


def test_a_folder_that_drops_at_a_question_is_asked_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place.parent / "MyDrive"
    put(folder / "tiles.zip", CONTENT)
    real, calls = Path.stat, iter([107, 107, 107])

    def stat(path: Path, **options: Any) -> os.stat_result:
        if "MyDrive" in path.parts and (number := next(calls, 0)):
            raise OSError(number, os.strerror(number))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    assert stage(NAME, sha256=DIGEST, source=folder).read_bytes() == CONTENT


def test_a_folder_that_is_not_mounted_is_said_with_advice(place: Path) -> None:
    with pytest.raises(CourseError, match=r"there is no file 'tiles\.zip' here") as caught:
        stage(NAME, sha256=DIGEST, source="/content/drive/MyDrive/course")
    assert "mount Drive first" in caught.value.do


def test_a_file_that_may_not_be_read_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(place.parent / "tiles.zip", CONTENT)
    real = Path.open

    def opened(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(CourseError, match=r"the file cannot be read \(Permission denied\)"):
        stage(NAME, sha256=DIGEST, source=file)


# Several processes

CALL = """
import sys
from course.data import stage
print(stage("data/tiles.zip", sha256=sys.argv[1], source=sys.argv[2]))
"""


def start(source: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CALL, DIGEST, str(source)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def here(place: Path) -> int:
    parts = list((place.parent / "cache").rglob("[0-9a-f]*-tiles.zip.part"))
    return parts[0].stat().st_size if parts else 0


def test_a_killed_download_is_continued_and_no_byte_is_sent_twice(place: Path) -> None:
    with serving(slowly(0.02), content=CONTENT) as site:
        process = start(site.address)
        until(lambda: here(place) > 1_000_000)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert "tiles.zip" not in in_cache(place)
        had = here(place)
        site.answers = [ranges]
        path = stage(NAME, sha256=DIGEST, source=site.address)
    assert path.read_bytes() == CONTENT
    last = site.asked[-1]
    assert (last.headers["range"], last.sent) == (f"bytes={had}-", len(CONTENT) - had)
    assert had > 1_000_000
    assert in_cache(place) == ["tiles.zip"]


def test_two_processes_at_once_download_once(place: Path) -> None:
    with serving(slowly(0.01), content=CONTENT) as site:
        processes = [start(site.address) for _ in range(2)]
        outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert outputs[0] == outputs[1]
    assert Path(outputs[0][0].strip()).read_bytes() == CONTENT
    assert outputs[0][1] == ""
    assert site.sent() == len(CONTENT)
    assert in_cache(place) == ["tiles.zip"]


def test_whoever_waits_goes_on_when_the_other_is_killed(place: Path) -> None:
    with serving(slowly(0.02), content=CONTENT) as site:
        first = start(site.address)
        until(lambda: here(place) > 500_000)
        second = start(site.address)
        until(lambda: here(place) > 1_500_000)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        output, errors = second.communicate(timeout=60)
    assert second.returncode == 0, errors
    assert Path(output.strip()).read_bytes() == CONTENT
    assert [asked.status for asked in site.asked] == [200, 206]


def test_notes_are_plain_json(place: Path) -> None:
    with serving(cut(5000), refuse(503), content=CONTENT) as site, pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST, source=site.address)
    (note,) = place.parent.rglob("[0-9a-f]*.part.json")
    assert json.loads(note.read_text())["size"] == len(CONTENT)
