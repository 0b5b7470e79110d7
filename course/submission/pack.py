"""The zip file that is handed in: its files, and a manifest with their digests.

The receipt is the SHA-256 of what ``sha256sum`` says of the files, sorted by name, without the
manifest. So it does not depend on when or by whom they were packed, and anybody can make it again.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zipfile
from typing import Any

MANIFEST = "course-submission.json"
FORMAT = 1


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file, by its name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def receipt_of(found: dict[str, str]) -> str:
    """Return the receipt for files, given by their digests: 64 hexadecimal digits."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(found.items()))
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()


def short(receipt: str) -> str:
    """Return a receipt's beginning, to be read aloud: ``"3f9a-02bc-71de"``; of none, nothing."""
    return "-".join(receipt[at : at + 4] for at in (0, 4, 8)) if receipt else ""


def pack(files: dict[str, bytes], facts: dict[str, Any], when: datetime.datetime) -> bytes:
    """Return a zip file; the same arguments give the same bytes.

    Parameters
    ----------
    files
        Name to content.
    facts
        What else the manifest says: lesson, edition and so on.
    when
        Also the date of each file in it, in UTC: of several zip files the latest counts.
    """
    found = digests(files)
    manifest = {
        "format": FORMAT,
        **facts,
        "when": when.isoformat(timespec="seconds"),
        "receipt": receipt_of(found),
        "files": found,
    }
    content = json.dumps(manifest, indent=1, ensure_ascii=False).encode("utf-8", "replace")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in sorted({**files, MANIFEST: content}.items()):
            entry = zipfile.ZipInfo(name, when.astimezone(datetime.UTC).timetuple()[:6])
            # Not deflated: what compression gives differs from machine to machine.
            entry.compress_type = zipfile.ZIP_STORED
            entry.create_system = 3  # as on Unix, wherever this runs
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return stream.getvalue()
