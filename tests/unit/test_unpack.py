"""Unpacking: whole or not at all, once, and nothing that an archive was made to do."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import lzma
import os
import random
import signal
import stat
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course.data import Limits, unpack
from course.data.names import Places, Unfit, safe
from course.errors import CourseError

FILES = {"a/one.txt": b"one" * 1000, "a/b/two.txt": b"two", "three.bin": bytes(range(256)) * 9000}
Make = Callable[[Path], Path]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A folder deeper: what climbs out of it must be seen, and nothing of other tests.
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return folder


def zipped(path: Path, files: dict[str, bytes] = FILES, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes] = FILES, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as pack:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            pack.addfile(info, io.BytesIO(content))
    return path


KINDS: dict[str, Make] = {
    "zip": lambda place: zipped(place / "x.zip"),
    "zip, stored": lambda place: zipped(place / "x.zip", method=zipfile.ZIP_STORED),
    "tar": lambda place: tarred(place / "x.tar"),
    "tar.gz": lambda place: tarred(place / "x.tar.gz", mode="w:gz"),
    "tar.xz": lambda place: tarred(place / "x.tar.xz", mode="w:xz"),
    "pax": lambda place: tarred(place / "x.tar", {**FILES, f"{'long/' * 40}x": b"x"}),
}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".unpacked"
    }


def left(place: Path) -> list[str]:
    """What is in the folder and the cache besides archives."""
    return sorted(path.name for path in place.rglob("*") if path.is_file() and path.parent != place)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_there_after_it(place: Path, kind: str) -> None:
    archive = KINDS[kind](place)
    folder = unpack(archive)
    assert (place / "cache") in folder.parents
    assert contents(folder).items() >= FILES.items()


def test_what_it_is_is_seen_from_its_content(place: Path) -> None:
    archive = tarred(place / "x", mode="w:gz").rename(place / "x.zip")
    assert contents(unpack(archive)) == FILES


def test_folders_come_too_and_dots_mean_nothing(place: Path) -> None:
    with tarfile.open(place / "x.tar", "w") as pack:
        for name, kind in (
            (".", tarfile.DIRTYPE),
            ("./a", tarfile.DIRTYPE),
            ("./a/x", tarfile.REGTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type = kind
            pack.addfile(info)
    folder = unpack(place / "x.tar", to=place / "there")
    assert [path.name for path in sorted(folder.rglob("*"))] == [".unpacked", "a", "x"]


def test_modes_owners_and_dates_are_not_taken_over(place: Path) -> None:
    with tarfile.open(place / "x.tar", "w") as pack:
        info = tarfile.TarInfo("x")
        info.mode, info.uid, info.mtime = 0o6777, 4242, 1
        pack.addfile(info)
    facts = (unpack(place / "x.tar") / "x").stat()
    assert facts.st_uid == os.getuid()
    assert stat.S_IMODE(facts.st_mode) & 0o7111 == 0
    assert facts.st_mtime > 1000


def test_a_second_call_returns_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = KINDS["zip"](place)
    digest = sha256(archive)
    folder = unpack(archive, sha256=digest)
    (folder / "mine").write_text("kept")
    archive.unlink()  # so nothing can be read again
    assert unpack(archive, sha256=digest) == folder
    assert (folder / "mine").exists()


def test_a_second_call_without_a_digest_unpacks_nothing_either(place: Path) -> None:
    archive = KINDS["zip"](place)
    (unpack(archive) / "three.bin").unlink()
    assert "three.bin" not in contents(unpack(archive))


def test_another_archive_of_the_same_name_gets_another_folder(place: Path) -> None:
    first = unpack(zipped(place / "x.zip"))
    second = unpack(zipped(place / "x.zip", {"a": b"other"}))
    assert first != second
    assert (contents(first), contents(second)) == (FILES, {"a": b"other"})


def test_a_digest_that_does_not_match_is_refused(place: Path) -> None:
    with pytest.raises(CourseError, match="not the archive this lesson was written for"):
        unpack(KINDS["zip"](place), sha256="0" * 64)
    assert left(place) == []


def test_an_archive_that_is_not_there_is_refused(place: Path) -> None:
    with pytest.raises(CourseError, match="there is no archive here"):
        unpack(place / "x.zip")


def test_the_folder_can_be_chosen(place: Path) -> None:
    archive = KINDS["tar"](place)
    assert unpack(archive, to=str(place / "deep" / "there")) == place / "deep" / "there"
    assert contents(place / "deep" / "there") == FILES
    assert unpack(archive, to=place / "deep" / "there") == place / "deep" / "there"


def test_an_empty_folder_is_no_obstacle(place: Path) -> None:
    (place / "there").mkdir()
    assert contents(unpack(KINDS["zip"](place), to=place / "there")) == FILES


def test_a_folder_with_something_else_is_left_alone(place: Path) -> None:
    (place / "there").mkdir()
    (place / "there" / "mine").write_text("kept")
    with pytest.raises(CourseError, match="something else in the place") as caught:
        unpack(KINDS["zip"](place), to=place / "there")
    assert "give another folder" in caught.value.do
    assert left(place) == ["mine"]


def test_a_folder_of_another_archive_is_left_alone(place: Path) -> None:
    unpack(zipped(place / "x.zip"), to=place / "there")
    with pytest.raises(CourseError, match="something else in the place"):
        unpack(zipped(place / "y.zip", {"a": b"other"}), to=place / "there")
    assert contents(place / "there") == FILES


def test_a_full_disk_is_said_and_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = KINDS["zip"](place)
    real = Path.open

    def opened(path: Path, mode: str = "r", **options: int) -> object:
        if mode == "xb" and path.name == "three.bin":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, mode, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(CourseError, match="No space left") as caught:
        unpack(archive)
    assert "free some disk space" in caught.value.do
    assert left(place) == []


# Made to do harm


def link(kind: bytes, target: str) -> Make:
    def make(place: Path) -> Path:
        with tarfile.open(place / "x.tar", "w") as pack:
            info = tarfile.TarInfo("x")
            info.type, info.linkname = kind, target
            pack.addfile(info)
            inside = tarfile.TarInfo("x/passwd")
            inside.size = 4
            pack.addfile(inside, io.BytesIO(b"evil"))
        return place / "x.tar"

    return make


def zip_of_kind(mode: int) -> Make:
    def make(place: Path) -> Path:
        info = zipfile.ZipInfo("x")
        info.create_system, info.external_attr = 3, (mode | 0o777) << 16
        with zipfile.ZipFile(place / "x.zip", "w") as pack:
            pack.writestr(info, "/etc")
        return place / "x.zip"

    return make


def named(*names: str, tar: bool = False) -> Make:
    files = tarred if tar else zipped

    def make(place: Path) -> Path:
        if not tar:
            return files(place / "x.zip", dict.fromkeys(names, b"evil"))
        return files(place / "x.tar", dict.fromkeys(names, b"evil"))

    return make


def twice(place: Path) -> Path:
    return patched(b"b", b"a", {"a": b"one", "b": b"two"})(place)


def patched(old: bytes, new: bytes, files: dict[str, bytes], **options: int) -> Make:
    """A zip file with a name that zipfile would not write."""

    def make(place: Path) -> Path:
        path = zipped(place / "x.zip", files, **options)
        content = path.read_bytes()
        assert content.count(old) >= 2
        path.write_bytes(content.replace(old, new))
        return path

    return make


def encrypted(place: Path) -> Path:
    path = zipped(place / "x.zip")
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 1)
    path.write_bytes(content)
    return path


def cut_short(make: Make, share: float = 0.6) -> Make:
    def cut(place: Path) -> Path:
        path = make(place)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        return path

    return cut


def cut_between_entries(place: Path) -> Path:
    """A tar file whose end is missing: it stops where the last entry would begin."""
    path = tarred(place / "x.tar")
    with tarfile.open(path) as pack:
        last = pack.getmembers()[-1].offset
    path.write_bytes(path.read_bytes()[:last])
    return path


def bad_header(place: Path) -> Path:
    path = tarred(place / "x.tar")
    content = bytearray(path.read_bytes())
    with tarfile.open(path) as pack:
        last = pack.getmembers()[-1].offset
    content[last : last + 10] = b"\xff" * 10
    path.write_bytes(content)
    return path


def bad_sum(place: Path) -> Path:
    """The checksum of gzip comes after the last byte."""
    path = tarred(place / "x.tar.gz", mode="w:gz")
    content = bytearray(path.read_bytes())
    content[-8] ^= 0xFF
    path.write_bytes(content)
    return path


def bad_crc(place: Path) -> Path:
    path = zipped(place / "x.zip", method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"oneone", b"oneOne", 1))
    return path


def sparse(place: Path) -> Path:
    """A few bytes that say they are a terabyte."""
    with tarfile.open(place / "x.tar", "w", format=tarfile.GNU_FORMAT) as pack:
        info = tarfile.TarInfo("x")
        info.type = tarfile.GNUTYPE_SPARSE
        pack.addfile(info)
    return place / "x.tar"


def nothing(place: Path) -> Path:
    path = place / "x.zip"
    path.write_bytes(b"")
    return path


def text(place: Path) -> Path:
    path = place / "x.zip"
    path.write_text("<html>quota exceeded</html>" * 100)
    return path


def one_gzip(place: Path) -> Path:
    path = place / "x.tar.gz"
    path.write_bytes(gzip.compress(b"a text, no tar file" * 100))
    return path


HARMFUL: dict[str, tuple[Make, str]] = {
    "zip: above": (named("../evil"), "'../evil' in it would be written elsewhere"),
    "zip: above, from inside": (named("a/../../evil"), "elsewhere"),
    "zip: absolute": (lambda place: zipped(place / "x.zip", {f"{place}/evil": b""}), "elsewhere"),
    "zip: drive letter": (named("C:evil"), "elsewhere"),
    "zip: backslash": (patched(b"a_b", b"a\\b", {"a_b": b""}), "not every system allows"),
    "zip: NUL": (patched(b"a_b", b"a\0b", {"a_b": b""}), "not every system allows"),
    "zip: newline": (named("a\nb"), "not every system allows"),
    "zip: too long": (named("x" * 300), "too long"),
    "zip: too deep": (named("x/" * 800), "too long"),
    "zip: link": (zip_of_kind(stat.S_IFLNK), "a link or a device"),
    "zip: device": (zip_of_kind(stat.S_IFCHR), "a link or a device"),
    "zip: twice": (twice, "in one place"),
    "zip: capitals": (named("Water/x", "water/y"), "'water' and 'Water' in it are in one place"),
    "zip: capitals in a file": (named("a/X", "a/x"), "in one place"),
    "zip: accents": (named("\u00e9", "e\u0301"), "in one place"),
    "zip: file and folder": (named("a", "a/b"), "in one place"),
    "zip: folder and file": (named("a/b", "a"), "in one place"),
    "zip: our mark": (named(".unpacked"), "in one place"),
    "zip: no name": (patched(b"a_b", b"/./", {"a_b": b"x"}), "elsewhere"),
    "zip: encrypted": (encrypted, "in it is encrypted"),
    "zip: LZMA": (lambda place: zipped(place / "x.zip", method=zipfile.ZIP_LZMA), "unusual way"),
    "zip: cut short": (cut_short(KINDS["zip"]), "damaged"),
    "zip: checksum": (bad_crc, "damaged"),
    "tar: above": (named("../evil", tar=True), "elsewhere"),
    "tar: absolute": (lambda place: tarred(place / "x.tar", {f"{place}/evil": b""}), "elsewhere"),
    "tar: backslash": (named("..\\evil", tar=True), "not every system allows"),
    "tar: not UTF-8": (named("a\udcffb", tar=True), "not every system allows"),
    "tar: capitals": (named("A", "a", tar=True), "in one place"),
    "tar: file and folder": (named("a", "a/b", tar=True), "in one place"),
    "tar: a file of no name": (named(".", tar=True), "in one place"),
    "tar: link": (link(tarfile.SYMTYPE, "/etc"), "a link or a device"),
    "tar: hard link": (link(tarfile.LNKTYPE, "/etc/passwd"), "a link or a device"),
    "tar: device": (link(tarfile.CHRTYPE, ""), "a link or a device"),
    "tar: pipe": (link(tarfile.FIFOTYPE, ""), "a link or a device"),
    "tar: unknown kind": (link(b"Z", ""), "a link or a device"),
    "tar: sparse": (sparse, "a link or a device"),
    "tar: cut short": (cut_short(KINDS["tar"]), "damaged"),
    "tar: cut between": (cut_between_entries, "its end is missing"),
    "tar: bad header": (bad_header, "its end is missing"),
    "tar.gz: cut short": (cut_short(KINDS["tar.gz"]), "damaged"),
    "tar.gz: cut at the end": (cut_short(KINDS["tar.gz"], 0.99), "damaged"),
    "tar.gz: checksum": (bad_sum, "damaged"),
    "tar.xz: cut short": (cut_short(KINDS["tar.xz"]), "damaged"),
    "gz: no tar": (one_gzip, "damaged"),
    "nothing": (nothing, "no zip or tar file"),
    "text": (text, "no zip or tar file"),
}


@pytest.mark.parametrize("harm", HARMFUL)
def test_harm_is_refused_and_leaves_nothing(place: Path, harm: str) -> None:
    make, why = HARMFUL[harm]
    archive = make(place)
    before = sorted(place.parent.rglob("*"))
    with pytest.raises(CourseError) as caught:
        unpack(archive, to=place / "there" / "x")
    assert why in caught.value.what
    assert caught.value.where == str(archive)
    assert caught.value.do
    assert caught.value.what.isprintable()
    assert sorted(set(place.parent.rglob("*")) - set(before)) == [place / "there"]


# Too large

SMALL = Limits(files=100, total=5_000_000, each=3_000_000)
ZEROS = bytes(4_000_000)


def lying_size(place: Path) -> Path:
    """Both headers say 10 bytes; there are four million."""
    return patched(struct.pack("<I", len(ZEROS)), struct.pack("<I", 10), {"x": ZEROS})(place)


TOO_LARGE: dict[str, tuple[Make, str]] = {
    "zip: one file": (lambda place: zipped(place / "x.zip", {"x": ZEROS}), "larger than 3.0 MB"),
    "zip: together": (
        lambda place: zipped(place / "x.zip", dict.fromkeys("abc", ZEROS[:2_500_000])),
        "more than 5.0 MB",
    ),
    "zip: many": (
        lambda place: zipped(place / "x.zip", dict.fromkeys(map(str, range(101)), b"")),
        "more than 100 files",
    ),
    "zip: says less": (lying_size, "damaged"),
    "tar.gz: one file": (
        lambda place: tarred(place / "x.tar.gz", {"x": ZEROS}, "w:gz"),
        "larger than 3.0 MB",
    ),
    "tar.xz: together": (
        lambda place: tarred(place / "x.tar.xz", dict.fromkeys("abc", ZEROS[:2_500_000]), "w:xz"),
        "more than 5.0 MB",
    ),
    "tar.gz: many": (
        lambda place: tarred(place / "x.tar.gz", dict.fromkeys(map(str, range(101)), b""), "w:gz"),
        "more than 100 files",
    ),
}


@pytest.mark.parametrize("kind", TOO_LARGE)
def test_too_much_is_refused_and_leaves_nothing(place: Path, kind: str) -> None:
    make, why = TOO_LARGE[kind]
    with pytest.raises(CourseError) as caught:
        unpack(make(place), limits=SMALL)
    assert why in caught.value.what
    assert left(place) == []


@pytest.mark.parametrize("packed", [gzip.compress, lzma.compress], ids=["gz", "xz"])
def test_a_bomb_is_stopped_at_its_ratio(
    place: Path, packed: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.data.entries._SMALL", 1_000_000)
    tarred(place / "plain", dict.fromkeys("abcdefgh", ZEROS[:3_000_000]))
    archive = place / "x.tar"
    archive.write_bytes(packed((place / "plain").read_bytes()))
    most = 200 * archive.stat().st_size
    assert most < 24_000_000
    with pytest.raises(CourseError, match="it unpacks to more than"):
        unpack(archive)
    assert left(place) == []


def test_a_zip_bomb_is_stopped_at_its_ratio(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.data.entries._SMALL", 1_000_000)
    with pytest.raises(CourseError, match="it unpacks to more than"):
        unpack(zipped(place / "x.zip", dict.fromkeys("abcdefgh", ZEROS[:3_000_000])))


def test_zeros_after_the_end_are_counted(place: Path) -> None:
    archive = place / "x.tar.gz"
    tarred(place / "plain", {"x": b"x"})
    archive.write_bytes(gzip.compress((place / "plain").read_bytes() + bytes(6_000_000)))
    with pytest.raises(CourseError, match=r"more than 5\.0 MB"):
        unpack(archive, limits=SMALL)


def test_a_header_that_claims_gigabytes_is_not_read_into_memory(place: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 3_000_000_000
    (place / "x.tar").write_bytes(info.tobuf() + bytes(2_000_000))
    with pytest.raises(CourseError, match="a header in it is too large"):
        unpack(place / "x.tar")


def test_a_chain_of_headers_is_damaged_not_a_crash(place: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type = tarfile.XHDTYPE
    (place / "x.tar").write_bytes(info.tobuf() * 5000)
    with pytest.raises(CourseError, match="damaged"):
        unpack(place / "x.tar")


def test_a_crowded_table_is_refused_before_it_is_read(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each entry of a table of contents becomes an object ten times its size."""
    archive = zipped(place / "x.zip", dict.fromkeys(map(str, range(101)), b""))

    def made(*_: object) -> None:
        raise AssertionError("an entry was read")

    monkeypatch.setattr(zipfile, "ZipInfo", made)
    with pytest.raises(CourseError, match="more than 100 files"):
        unpack(archive, limits=SMALL)


def test_an_archive_in_an_archive_is_a_file(place: Path) -> None:
    inner = zipped(place / "inner.zip", dict.fromkeys(map(str, range(150)), b"")).read_bytes()
    files = dict.fromkeys(("a.zip", "b.zip", "c.zip"), inner)
    archive = zipped(place / "x.zip", files, zipfile.ZIP_STORED)
    assert contents(unpack(archive, limits=SMALL)) == files


@pytest.mark.parametrize("kind", KINDS)
def test_damage_anywhere_is_noticed_or_harmless(place: Path, kind: str) -> None:
    """Two hundred copies, each with a few random bytes changed: unpacked right, or refused."""
    small = {"a/one.txt": b"one" * 100, "a/b/two.txt": b"two", "three.bin": bytes(range(256))}
    mode = {"tar.gz": "w:gz", "tar.xz": "w:xz"}.get(kind, "w")
    make = zipped if kind.startswith("zip") else tarred
    archive = make(place / "x", small) if make is zipped else tarred(place / "x", small, mode)
    content = archive.read_bytes()
    chance = random.Random(kind)
    refused = 0
    for number in range(200):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        archive.write_bytes(damaged)
        try:
            unpack(archive, to=place / "there" / str(number))
        except CourseError:
            refused += 1
            assert not (place / "there" / str(number)).exists()
    assert refused > 20
    assert not [path for path in place.rglob(".*") if path.name != ".unpacked"]


# Names


@pytest.mark.parametrize(
    "name", ["a", "a/b", "./a//b", "é/ü.png", "a b/c (1).jpg", "a.b/..c", "日本"]
)
def test_ordinary_names_are_safe(name: str) -> None:
    assert not safe(name).is_absolute()


def test_folders_may_be_named_again() -> None:
    places = Places()
    places.take(safe("a/b"), folder=True)
    places.take(safe("a"), folder=True)
    places.take(safe("a/b/c"), folder=False)
    places.take(safe("a/b/"), folder=True)
    with pytest.raises(Unfit):
        places.take(safe("a/b/c"), folder=True)


# Several processes

CALL = "import sys; from course.data import unpack; print(unpack(sys.argv[1]))"


def start(archive: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CALL, str(archive)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def many(place: Path) -> Path:
    """An archive that takes a while."""
    return tarred(place / "x.tar", {f"{n % 10}/{n:05}": b"x" * 500 for n in range(8000)})


def test_two_processes_at_once_both_succeed(place: Path, many: Path) -> None:
    processes = [start(many) for _ in range(2)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert outputs[0] == outputs[1]
    assert len(contents(Path(outputs[0][0].strip()))) == 8000
    assert len(list((place / "cache").rglob(".*"))) == 1  # the mark


def test_a_killed_process_leaves_nothing_that_looks_finished(place: Path, many: Path) -> None:
    process = start(many)
    end = time.monotonic() + 30
    while len(list((place / "cache").rglob("*"))) < 200:
        assert time.monotonic() < end
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert [path.name[0] for path in (place / "cache").glob("*/unpacked/*")] == ["."] * 2
    assert len(contents(unpack(many))) == 8000
    assert len(list((place / "cache").glob("*/unpacked/*"))) == 1
