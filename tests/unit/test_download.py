"""Downloading from real servers that break off, stall, change their mind, refuse and lie."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from file_server import (
    Answer,
    Site,
    announce,
    cut,
    deaf_to_conditions,
    endless_range,
    in_chunks,
    other_range,
    page,
    ranges,
    redirect,
    refuse,
    reset,
    serving,
    stall,
    until_closed,
    whole,
)

from course.data import download as module
from course.data.download import download
from course.data.part import Note, Part
from course.data.progress import Progress
from course.errors import CourseError

CONTENT = bytes(range(256)) * 12_000  # about 3 MB: several reads
OTHER = CONTENT[::-1]
LENGTH = len(CONTENT)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.001)
    monkeypatch.setattr(module, "_TIMEOUT", 0.5)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)


@pytest.fixture
def part(tmp_path: Path) -> Part:
    return Part(tmp_path / "tiles.zip")


def get(site: Site, part: Part, wanted: bytes | None = CONTENT) -> bytes:
    """Download as `stage` does; `wanted` is what its digest would say, None if nobody knows."""
    is_whole = None if wanted is None else lambda: part.path.read_bytes() == wanted
    with Progress("tiles.zip") as progress:
        download(site.address + "tiles.zip", part, progress, is_whole=is_whole)
    return part.path.read_bytes()


def refused(site: Site, part: Part, wanted: bytes | None = CONTENT) -> CourseError:
    with pytest.raises(CourseError) as caught:
        get(site, part, wanted)
    assert caught.value.where == site.address + "tiles.zip"
    return caught.value


def test_everything_comes_in_one_request(part: Part) -> None:
    with serving(ranges, content=CONTENT) as site:
        assert get(site, part) == CONTENT
    assert [asked.path for asked in site.asked] == ["/tiles.zip"]
    assert site.asked[0].headers["accept-encoding"] == "identity"
    assert "range" not in site.asked[0].headers


@pytest.mark.parametrize("breaks", [cut, reset, stall])
@pytest.mark.parametrize("known", [True, False], ids=["digest", "no-digest"])
def test_what_broke_off_is_continued_and_no_byte_comes_twice(
    breaks: Callable[[int], Answer], part: Part, known: bool
) -> None:
    with serving(breaks(1_100_000), ranges, content=CONTENT) as site:
        assert get(site, part, CONTENT if known else None) == CONTENT
    _, second = site.asked
    start = int(second.headers["range"].removeprefix("bytes=").removesuffix("-"))
    assert (second.status, second.headers["if-range"]) == (206, site.etag())
    assert second.sent == LENGTH - start
    if breaks is cut:  # a reset may throw away what was on the way
        assert (start, site.sent()) == (1_100_000, LENGTH)


def test_many_breaks_are_no_failure_while_each_try_brings_something(part: Part) -> None:
    content = CONTENT * 3
    with serving(cut(1_000_000), content=content) as site:
        assert get(site, part, content) == content
    assert len(site.asked) == 10
    assert site.sent() == len(content)


def test_without_an_etag_the_date_is_the_condition(part: Part) -> None:
    with serving(cut(1_100_000), ranges, content=CONTENT, tag=False) as site:
        assert get(site, part) == CONTENT
    assert "GMT" in site.asked[1].headers["if-range"]
    assert site.sent() == LENGTH


def test_a_weak_etag_is_no_condition(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "etag", lambda _: 'W/"1"')
    with serving(cut(1_100_000), ranges, content=CONTENT) as site:
        assert get(site, part) == CONTENT
    assert "GMT" in site.asked[1].headers["if-range"]


def test_without_versions_it_is_continued_if_a_digest_will_judge(part: Part) -> None:
    with serving(cut(1_100_000), ranges, content=CONTENT, tag=False, changed=False) as site:
        assert get(site, part) == CONTENT
    assert "if-range" not in site.asked[1].headers
    assert site.sent() == LENGTH


def test_without_versions_and_digest_it_starts_anew(part: Part) -> None:
    with serving(cut(1_100_000), ranges, content=CONTENT, tag=False, changed=False) as site:
        assert get(site, part, None) == CONTENT
    assert "range" not in site.asked[1].headers


def test_a_server_that_ignores_ranges_sends_everything_again(part: Part) -> None:
    with serving(cut(1_100_000), whole, content=CONTENT) as site:
        assert get(site, part) == CONTENT
    assert site.asked[1].headers["range"] == "bytes=1100000-"
    assert site.asked[1].sent == LENGTH


@pytest.mark.parametrize("answer", [ranges, deaf_to_conditions])
def test_content_that_changed_meanwhile_is_not_mixed(part: Part, answer: Answer) -> None:
    with serving(cut(1_100_000), answer, content=CONTENT) as site:
        original = site.answers[0]

        def then_change(request: object) -> None:
            original(request)  # type: ignore[arg-type]
            site.content = OTHER

        site.answers[0] = then_change
        assert get(site, part, None) == OTHER


def test_content_that_became_shorter_is_not_mixed(part: Part) -> None:
    with serving(ranges, content=CONTENT[:100], tag=False, changed=False) as site:
        part.begin(Note(site.address + "tiles.zip", "", LENGTH))
        part.path.write_bytes(CONTENT[:5000])
        assert get(site, part, CONTENT[:100]) == CONTENT[:100]
    assert [asked.status for asked in site.asked] == [416, 200]


def test_content_that_became_longer_is_not_mixed(part: Part) -> None:
    with serving(ranges, content=CONTENT, tag=False, changed=False) as site:
        part.begin(Note(site.address + "tiles.zip", "", LENGTH - 1))
        part.path.write_bytes(OTHER[:5000])
        assert get(site, part) == CONTENT
    assert [asked.status for asked in site.asked] == [206, 200]


@pytest.mark.parametrize("answer", [other_range, endless_range])
def test_a_range_that_was_not_asked_for_is_not_taken(part: Part, answer: Answer) -> None:
    with serving(cut(1_100_000), answer, ranges, content=CONTENT) as site:
        assert get(site, part) == CONTENT


def test_a_part_of_another_address_is_not_continued(part: Part) -> None:
    part.begin(Note("http://elsewhere/tiles.zip", '"x"', LENGTH))
    part.path.write_bytes(OTHER[:5000])
    with serving(ranges, content=CONTENT) as site:
        assert get(site, part) == CONTENT
    assert "range" not in site.asked[0].headers


def test_a_part_whose_note_is_damaged_is_not_continued(part: Part) -> None:
    with serving(cut(1_100_000), content=CONTENT) as site:
        part.begin(Note(site.address + "tiles.zip", site.etag(), LENGTH))
        part.path.write_bytes(OTHER[:5000])
        part.path.with_name("tiles.zip.part.json").write_text("{")
        site.answers = [ranges]
        assert get(site, part) == CONTENT


def test_a_part_that_is_whole_is_not_asked_for_again(part: Part) -> None:
    with serving(ranges, content=CONTENT) as site:
        part.begin(Note(site.address + "tiles.zip", site.etag(), LENGTH))
        part.path.write_bytes(CONTENT)
        assert get(site, part) == CONTENT
    assert site.asked == []


def test_the_end_of_a_file_of_unknown_length_is_a_416(part: Part) -> None:
    with serving(ranges, content=CONTENT) as site:
        part.begin(Note(site.address + "tiles.zip", site.etag(), None))
        part.path.write_bytes(CONTENT)
        assert get(site, part) == CONTENT
    assert [asked.status for asked in site.asked] == [416]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_refusal_is_tried_again(part: Part, status: int) -> None:
    with serving(refuse(status), ranges, content=CONTENT) as site:
        assert get(site, part) == CONTENT
    assert [asked.status for asked in site.asked] == [status, 200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_lasting_refusal_is_not_tried_again(part: Part, status: int) -> None:
    with serving(refuse(status)) as site:
        error = refused(site, part)
    assert len(site.asked) == 1
    assert str(status) in error.what
    assert isinstance(error.__cause__, HTTPError)
    assert not part.path.exists()


def test_a_missing_file_is_said_to_be_the_instructors_matter(part: Part) -> None:
    with serving(refuse(404)) as site:
        assert "tell your instructor" in refused(site, part).do


def test_a_refusal_that_does_not_pass_ends_after_four_tries(part: Part) -> None:
    with serving(refuse(503)) as site:
        error = refused(site, part)
    assert len(site.asked) == 4
    assert "503" in error.what
    assert error.do.startswith("check the network")


def test_the_server_says_how_long_to_wait(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(
        module, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic)
    )
    with serving(refuse(503, Retry_After="7"), refuse(429, Retry_After="9999"), ranges) as site:
        get(site, part, b"")
    assert waited == [7.0, 60.0]


def test_pauses_grow(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(
        module, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic)
    )
    monkeypatch.setattr(module, "_PAUSE", 1.0)
    with serving(refuse(500)) as site:
        refused(site, part)
    assert waited == [1.0, 2.0, 4.0]


def test_a_redirect_is_followed_also_when_going_on(part: Part) -> None:
    with serving(redirect("/there"), cut(1_100_000), redirect("/there"), ranges) as site:
        site.content = CONTENT
        assert get(site, part) == CONTENT
    assert [asked.path for asked in site.asked] == ["/tiles.zip", "/there"] * 2
    assert site.sent() == LENGTH


def test_a_redirect_in_a_circle_ends(part: Part) -> None:
    with serving(redirect("/tiles.zip")) as site:
        assert "302" in refused(site, part).what


def test_a_redirect_to_a_file_of_this_machine_is_refused(part: Part, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    with serving(redirect(f"file://{tmp_path}/secret")) as site:
        refused(site, part, None)
    assert not part.path.exists()


def test_a_promise_of_more_than_there_is_does_no_harm_if_the_digest_is_known(part: Part) -> None:
    with serving(announce(LENGTH + 1000), content=CONTENT) as site:
        assert get(site, part) == CONTENT
    assert len(site.asked) == 1


def test_a_promise_of_more_than_there_is_is_a_broken_connection_otherwise(part: Part) -> None:
    with serving(announce(LENGTH + 1000), content=CONTENT) as site:
        assert "the connection ended at 3.1 MB of 3.1 MB" in refused(site, part, None).what
    assert len(site.asked) == 4


def test_a_promise_of_less_than_there_is_brings_no_more_than_promised(part: Part) -> None:
    # What it means, the digest says: see the tests of `stage`.
    with serving(announce(1000), content=CONTENT) as site:
        assert get(site, part) == CONTENT[:1000]


def test_chunks_are_read_to_their_end(part: Part) -> None:
    with serving(in_chunks, content=CONTENT) as site:
        assert get(site, part, None) == CONTENT


def test_a_connection_that_ends_in_a_chunk_is_broken(part: Part) -> None:
    with serving(lambda request: in_chunks(request, 5000), content=CONTENT) as site:
        refused(site, part, None)
    assert len(site.asked) == 4


def test_an_end_that_nobody_announced_counts_if_the_digest_is_known(part: Part) -> None:
    with serving(until_closed, content=CONTENT) as site:
        assert get(site, part) == CONTENT


def test_an_end_that_nobody_announced_is_not_trusted_otherwise(part: Part) -> None:
    with serving(until_closed, content=CONTENT) as site:
        assert "does not say how long the file is" in refused(site, part, None).what
    assert not part.path.exists()


@pytest.mark.parametrize("known", [True, False])
def test_a_web_page_is_not_the_file(part: Part, known: bool) -> None:
    with serving(page) as site:
        error = refused(site, part, CONTENT if known else None)
    assert "a web page instead of the file" in error.what
    assert "sign in" in error.do
    assert not part.path.exists()


def test_a_server_that_goes_silent_is_left_after_four_tries(part: Part) -> None:
    with serving(stall(5000), content=CONTENT) as site:
        began = time.monotonic()
        assert "the server has stopped sending" in refused(site, part).what
        assert time.monotonic() - began < 5
    assert part.size() == 20_000  # each try went on where it was


def test_a_server_that_trickles_is_as_good_as_silent(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trickle(request: object) -> None:
        ranges(request, None, 0.02)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_WINDOW", 0.1)
    monkeypatch.setattr(module, "_SLOWEST", 10_000_000)
    with serving(trickle, content=CONTENT) as site:
        assert "nearly stopped" in refused(site, part).what


def test_nobody_at_the_address(part: Part) -> None:
    with serving(whole) as site:
        pass
    assert "refused" in refused(site, part).what


def test_a_host_that_does_not_exist(part: Part) -> None:
    with Progress("x") as progress, pytest.raises(CourseError, match="the download failed"):
        download("http://nowhere.invalid/x", part, progress, is_whole=None)


def test_on_kaggle_the_advice_is_the_switch(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    with serving(refuse(503)) as site:
        assert "switch 'Internet' on" in refused(site, part).do


def test_a_file_larger_than_the_disk_is_not_begun(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with (
        serving(ranges, content=CONTENT) as site,
        pytest.raises(CourseError, match=r"the file has 3\.1 MB, and the disk 1\.0 MB left"),
    ):
        get(site, part)
    assert not part.path.exists()


def test_what_came_stays_for_the_next_time(part: Part) -> None:
    with serving(cut(5000), refuse(503), content=CONTENT) as site:
        refused(site, part)
        site.answers = [ranges]
        assert get(site, part) == CONTENT
    assert site.sent() == LENGTH
