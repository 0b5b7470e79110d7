"""The cache: a folder on the local disk for what was downloaded, copied or unpacked once."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from course.errors import CourseError
from course.mounted import chunks

ELSEWHERE = "free some disk space, or name another folder in the variable XDG_CACHE_HOME"
"""What to do where the cache cannot be written."""


def cache() -> Path:
    """Return the cache's folder; ``XDG_CACHE_HOME`` moves it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "notebook-gpu-course"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    total = hashlib.sha256()
    for chunk in chunks(path):
        total.update(chunk)
    return total.hexdigest()


def checked(sha256: str | None) -> str | None:
    """Return a digest in small letters.

    Raises
    ------
    CourseError
        If it is no SHA-256.
    """
    sha256 = sha256 and sha256.strip()
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise CourseError(
            f"'{sha256}' is no SHA-256, which has 64 hexadecimal digits",
            do="copy it again, or give None to trust what arrives first",
        )
    return sha256 and sha256.lower()
