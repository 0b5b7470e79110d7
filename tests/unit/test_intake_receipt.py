"""What `course.submit` packs comes in whole; what changed since is told, and graded still."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from intake_lesson import ANSWERS, LESSON, MEAN, Desk, handed_in, texts
from typer.testing import CliRunner

from autograder.cli import app
from autograder.directory import Directory
from autograder.lms import collect
from course.submission.pack import MANIFEST, digests, pack, receipt_of, short

WHEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
FILES = {f"{LESSON}.ipynb": json.dumps(handed_in()).encode(), "net.safetensors": b"weights"}
RECEIPT = receipt_of(digests(FILES))
ZIP = f"{LESSON}.zip"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def packed(lesson: str = LESSON, files: dict[str, bytes] = FILES, when: datetime = WHEN) -> bytes:
    return pack(files, {"lesson": lesson, "edition": "2026"}, when)


def repacked(change: Callable[[dict[str, bytes]], None], folder: str = "") -> bytes:
    """Unpack, change, and pack again with another program."""
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return stream.getvalue()


def test_what_was_packed_comes_in_and_nothing_is_to_be_said(desk: Desk) -> None:
    desk.put(packed(), ZIP)
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN
    assert list(taken.files) == ["net.safetensors"], "the manifest is no file of the student's"
    assert taken.repairs == ()
    assert taken.receipt == RECEIPT


@pytest.mark.parametrize("folder", ["", f"{LESSON}/", "__x/deep/"])
def test_packed_anew_without_a_change_the_receipt_is_the_same(desk: Desk, folder: str) -> None:
    def with_junk(files: dict[str, bytes]) -> None:
        files["__MACOSX/._x"] = b"junk"

    desk.put(repacked(with_junk, folder), f"{LESSON}.zip")
    taken = desk.take()
    assert (taken.receipt, taken.repairs) == (RECEIPT, ())


def test_unpacked_by_the_student_the_receipt_is_the_same(desk: Desk) -> None:
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        for name in archive.namelist():
            desk.put(archive.read(name), name)
    taken = desk.take()
    assert (taken.receipt, taken.repairs) == (RECEIPT, ())
    assert list(taken.files) == ["net.safetensors"]


def test_a_file_changed_since_is_told_and_graded(desk: Desk) -> None:
    def later(files: dict[str, bytes]) -> None:
        changed = handed_in({**ANSWERS, "mean": "mean = 5"})
        files[f"{LESSON}.ipynb"] = json.dumps(changed).encode()

    desk.put(repacked(later), ZIP)
    taken = desk.take()
    assert texts(taken)["mean"] == "mean = 5"
    assert taken.repairs == (
        f"'{LESSON}.ipynb' is not as `submit` packed it; it was taken as it is now, and the "
        "receipt is another",
    )
    assert taken.receipt not in ("", RECEIPT)


def test_a_file_taken_out_since_is_told(desk: Desk) -> None:
    desk.put(repacked(lambda files: files.pop("net.safetensors") and None), ZIP)
    taken = desk.take()
    assert taken.repairs == ("'net.safetensors' was packed by `submit` and is not there any more",)
    assert taken.receipt != RECEIPT


def test_a_file_put_in_since_does_no_harm(desk: Desk) -> None:
    desk.put(repacked(lambda files: files.update({"data.csv": b"1,2"})), ZIP)
    taken = desk.take()
    assert (taken.receipt, taken.repairs) == (RECEIPT, ())
    assert sorted(taken.files) == ["data.csv", "net.safetensors"]


def test_a_zip_of_another_lesson_is_told(desk: Desk) -> None:
    desk.put(packed(lesson="02_other <b>"), ZIP)
    assert desk.take().repairs == ("the zip file says that it is of the lesson '02_other ?b?'",)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[" * 200_000, b'{"lesson": "x"}', b'{"lesson": "x", "files": 5}', b"\xff\xfe",
        json.dumps({"lesson": "x", "files": {str(n): "" for n in range(300)}}).encode(),
        b'{"lesson": "' + b"x" * 1_100_000 + b'", "files": {}}',
    ],
)  # fmt: skip
def test_a_damaged_manifest_is_told_and_stops_nothing(desk: Desk, content: bytes) -> None:
    desk.put(repacked(lambda files: files.update({MANIFEST: content})), ZIP)
    taken = desk.take()
    assert texts(taken)["mean"] == MEAN
    assert taken.receipt == ""
    assert taken.repairs == (
        f"'{MANIFEST}' cannot be read; the files beside it were taken as they are",
    )


def test_names_in_a_manifest_reach_no_other_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("heldout")
    wanted = {"lesson": LESSON, "files": {"../../../secret.txt": "0" * 64, "/etc/passwd": ""}}
    desk.put(repacked(lambda files: files.update({MANIFEST: json.dumps(wanted).encode()})), ZIP)
    taken = desk.take()
    assert len(taken.repairs) == 2
    assert all("is not there any more" in repair for repair in taken.repairs)


def test_of_two_zip_files_the_later_counts_and_its_receipt_is_told(desk: Desk) -> None:
    later = {**FILES, f"{LESSON}.ipynb": json.dumps(handed_in({"mean": "mean = 2"})).encode()}
    desk.put(packed(), f"{LESSON} (1).zip")
    desk.put(packed(files=later, when=WHEN.replace(hour=13)), ZIP)
    taken = desk.take()
    assert texts(taken)["mean"] == "mean = 2"
    assert taken.receipt == receipt_of(digests(later))


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Grade on a machine of another time zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


ZONES = pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"], indirect=True)
LOOSE = {"mean": "mean = 2"}


def put_loose(desk: Desk, when: datetime) -> None:
    path = desk.put(handed_in(LOOSE))
    os.utime(path, (when.timestamp(), when.timestamp()))


@ZONES
@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(("hours", "text"), [(-1, MEAN), (3, LOOSE["mean"])])
def test_a_date_means_the_same_in_every_time_zone(desk: Desk, hours: int, text: str) -> None:
    desk.put(packed(when=WHEN + timedelta(seconds=1)), ZIP)  # zip files hold even seconds only
    put_loose(desk, WHEN + timedelta(hours=hours))
    assert texts(desk.take())["mean"] == text


@pytest.mark.parametrize("zone", ["America/New_York"], indirect=True)
@pytest.mark.usefixtures("zone")
def test_a_file_changed_after_packing_keeps_its_own_date(desk: Desk) -> None:
    """Packed anew by another program, which writes the time of the clock on the wall."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed())) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (2026, 5, 4, 11, 0, 0)), old.read(name))
    desk.put(stream.getvalue(), ZIP)
    put_loose(desk, WHEN + timedelta(hours=2))  # at 10 on the wall
    assert texts(desk.take())["mean"] == MEAN


@pytest.mark.parametrize("zone", ["America/New_York"], indirect=True)
@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize(
    "said",
    [
        None, 5, "", "yesterday", "2026-05-04T12:00:00", "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59", "2100-01-01T12:00:00+00:00",
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_is_passed_over(desk: Desk, said: object) -> None:
    written = datetime.fromisoformat(str(said)) if str(said).startswith("2") else WHEN
    manifest = {"lesson": LESSON, "files": digests(FILES), "when": said}
    files = {**FILES, MANIFEST: json.dumps(manifest).encode()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, written.timetuple()[:6]), content)
    desk.put(stream.getvalue(), ZIP)
    put_loose(desk, written.replace(tzinfo=UTC) + timedelta(hours=3))
    taken = desk.take()
    # The date of the zip file's own is left, read as the time on the wall: 12 there is 16 in UTC.
    assert texts(taken)["mean"] == MEAN
    assert taken.receipt == RECEIPT


def test_a_notebook_by_itself_has_no_receipt(desk: Desk) -> None:
    desk.put(handed_in())
    assert desk.take().receipt == ""


@pytest.mark.parametrize(
    "name",
    [
        f"lovelaceada_12345_67890_{ZIP}",
        f"lovelaceada_LATE_12345_67890_{LESSON}-2.zip",
        f"Ada Lovelace_123456_assignsubmission_file_/{ZIP}",
        f"Ada Lovelace_123456_assignsubmission_file_{ZIP}",
    ],
)
def test_learning_platforms_hand_it_on(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(name, packed())
    done = collect(Directory.open(tmp_path), LESSON, tmp_path / "all.zip")
    (student,) = done.new
    desk.folder = tmp_path / "submitted" / student / LESSON
    taken = desk.take()
    assert (taken.receipt, taken.repairs) == (RECEIPT, ())


def shown(path: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["receipt", str(path)])
    return done.exit_code, done.output


def test_a_receipt_is_looked_up(tmp_path: Path) -> None:
    path = tmp_path / f"ada_1_2_{ZIP}"
    path.write_bytes(packed())
    assert shown(path) == (0, f"Receipt: {short(RECEIPT)} (in full: {RECEIPT})\n")


def test_a_notebook_has_no_receipt(tmp_path: Path) -> None:
    path = tmp_path / "01_tiny.ipynb"
    path.write_text("{}")
    code, said = shown(path)
    assert code == 1
    assert "a notebook, not a zip file" in said


def test_a_file_that_is_not_whole_is_told_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / ZIP
    path.write_bytes(repacked(lambda files: files.update({"net.safetensors": b"other"})))
    code, said = shown(path)
    assert code == 1
    assert "'net.safetensors' is not as `submit` packed it" in said
    assert RECEIPT not in said


def test_a_zip_without_a_manifest_and_no_zip_at_all(tmp_path: Path) -> None:
    path = tmp_path / ZIP
    path.write_bytes(repacked(lambda files: files.pop(MANIFEST) and None))
    code, said = shown(path)
    assert code == 1
    assert "was not packed by `submit`" in said
    assert shown(tmp_path / "none.zip")[0] == 2
    path.write_bytes(b"no zip")
    code, said = shown(path)
    assert code == 1
    assert "damaged" in said
