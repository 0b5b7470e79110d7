"""The zip file: the same in, the same out."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone

from course.submission.pack import MANIFEST, digests, pack, receipt_of, short

WHEN = datetime(2026, 5, 4, 12, 30, 10, tzinfo=UTC)
FILES = {"b.ipynb": b"{}", "a.safetensors": b"weights"}


def test_the_same_arguments_give_the_same_bytes() -> None:
    turned = dict(reversed(FILES.items()))
    there = WHEN.astimezone(timezone(timedelta(hours=9)))
    first = pack(FILES, {"lesson": "x"}, WHEN)
    assert pack(turned, {"lesson": "x"}, WHEN) == first
    with zipfile.ZipFile(io.BytesIO(pack(FILES, {"lesson": "x"}, there))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 5, 4, 12, 30, 10)}


def test_a_receipt_depends_on_contents_and_names_alone() -> None:
    def manifest(files: dict[str, bytes], when: datetime) -> str:
        with zipfile.ZipFile(io.BytesIO(pack(files, {}, when))) as archive:
            return str(json.loads(archive.read(MANIFEST))["receipt"])

    first = manifest(FILES, WHEN)
    assert manifest(FILES, WHEN + timedelta(days=1)) == first
    assert manifest({**FILES, "b.ipynb": b"{ }"}, WHEN) != first
    assert manifest({"c.ipynb": b"{}", "a.safetensors": b"weights"}, WHEN) != first


def test_the_receipt_can_be_made_by_hand() -> None:
    lines = "".join(
        f"{hashlib.sha256(FILES[name]).hexdigest()}  {name}\n" for name in sorted(FILES)
    )
    assert receipt_of(digests(FILES)) == hashlib.sha256(lines.encode()).hexdigest()


def test_the_short_form_is_the_beginning_in_groups() -> None:
    assert short("0123456789abcdef" * 4) == "0123-4567-89ab"


def test_nothing_is_compressed_since_that_differs_from_machine_to_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(pack({"x": b"0" * 10_000}, {}, WHEN))) as archive:
        assert archive.testzip() is None
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
