"""One archive instead of thousands of files: found beside the notebook, or downloaded once."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from course.errors import CourseError
from course.runtime import base_url

_CHUNK = 1 << 20


def stage(name: str, *, sha256: str) -> Path:
    """Return the path of a lesson's data file, downloading it if it is not here.

    The file is looked for beside the notebook first, then in the cache of the user, then at the
    address that the set-up cell knows. Whatever is found must have the given digest.

    Parameters
    ----------
    name
        The file's path relative to the lesson, such as ``"data/tiles.zip"``.
    sha256
        The digest of its bytes, in hexadecimal.

    Raises
    ------
    CourseError
        If it cannot be had, or if its content is not what the lesson was written for.
    """
    beside = Path(name)
    cached = _cache() / f"{sha256[:16]}-{beside.name}"
    for path in (beside, cached):
        if path.is_file() and _digest(path) == sha256:
            return path
    if not base_url():
        raise CourseError(
            f"'{name}' is not beside the notebook, or it was changed",
            where=str(Path.cwd()),
            do="download the lesson again, with its data folder, or run the set-up cell",
        )
    _download(base_url() + name, cached, sha256)
    return cached


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "notebook-gpu-course"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, target: Path, sha256: str) -> None:
    """Write to a temporary name first, so that an interrupted download is never taken for one."""
    advice = "check the network (on Kaggle: switch 'Internet' on), then run the cell again"
    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkstemp(dir=target.parent)[1])
        _fetch(url, part)
        if _digest(part) != sha256:
            raise CourseError(
                "the file that arrived is not the one this lesson was written for",
                where=url,
                do="run the cell again; if it stays so, tell your instructor",
            )
        part.replace(target)
    except (OSError, http.client.HTTPException) as error:
        raise CourseError(f"the download failed ({error})", where=url, do=advice) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _fetch(url: str, target: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=30) as reply, target.open("wb") as file:  # noqa: S310
            while chunk := reply.read(_CHUNK):
                file.write(chunk)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        raise
