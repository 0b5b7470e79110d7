"""One archive instead of thousands of files: found beside the notebook, or brought here once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from course.data.cache import ELSEWHERE, cache, checked, digest
from course.data.download import download
from course.data.lock import alone
from course.data.part import Note, Part, write_all
from course.data.progress import Progress
from course.errors import CourseError
from course.files import write_atomic
from course.mounted import chunks, steadily, version
from course.runtime import base_url

Source = str | Path


def stage(name: str, *, sha256: str | None, source: Source | Sequence[Source] = ()) -> Path:
    """Return the path of a data file on this machine, bringing it here if it is not here yet.

    The file is looked for beside the notebook first, then in the cache of the user, then at each
    source in turn. A download that was interrupted goes on where it stopped. The file gets its
    name only when it is whole, so half a file is never taken for one; several processes may ask
    for the same file at the same time.

    Examples
    --------
    >>> archive = stage(EUROSAT.name, sha256=EUROSAT.sha256, source=EUROSAT.source)

    Parameters
    ----------
    name
        The file's path relative to the lesson, such as ``"data/tiles.zip"``.
    sha256
        The digest of its bytes, in hexadecimal. With `None` the first content that arrives is
        trusted: its digest is kept in the cache, and from then on anything else is refused.
    source
        Where to get it: an address (``http://`` or ``https://``), a file, a folder that holds a
        file of this name (on Drive, say), or several of these in order of preference. Without
        one, the lesson's address that the set-up cell knows. What comes from a folder is copied.

    Raises
    ------
    CourseError
        If it cannot be had, or if its content is not what the lesson was written for.
    """
    sha256 = checked(sha256)
    beside = Path(name)
    sources = _listed(source) or _of_the_lesson(name)
    cached = cache() / f"{_key(sha256, sources)}-{beside.name}"
    if _is(beside, sha256, unknown=True):
        return beside
    if _is(cached, sha256 or _first_seen(cached), unknown=False):
        return cached
    if not sources:
        raise CourseError(
            f"'{name}' is not beside the notebook, or it was changed",
            where=str(Path.cwd()),
            do="download the lesson again, with its data folder, or run the set-up cell",
        )
    try:
        return _bring(sources, cached, beside.name, sha256)
    except OSError as error:
        raise CourseError(
            f"'{beside.name}' cannot be written to the cache ({error.strerror or error})",
            where=str(cached.parent),
            do=ELSEWHERE,
        ) from error


def _listed(source: Source | Sequence[Source]) -> list[Source]:
    return [source] if isinstance(source, str | Path) else list(source)


def _of_the_lesson(name: str) -> list[Source]:
    return [base_url() + name] if base_url() else []


def _key(sha256: str | None, sources: list[Source]) -> str:
    """Return what the file is called in the cache: after its content, else after its origin."""
    return (sha256 or hashlib.sha256("\n".join(map(str, sources)).encode()).hexdigest())[:16]


def _is(path: Path, sha256: str | None, *, unknown: bool) -> bool:
    if not steadily(path, Path.is_file):
        return False
    return digest(path) == sha256 if sha256 else unknown


def _bring(sources: list[Source], cached: Path, name: str, sha256: str | None) -> Path:
    refusals: list[CourseError] = []
    with Progress(name) as progress:
        lock = cached.with_name(f"{cached.name}.lock")
        with alone(lock, lambda: progress.say("another notebook is bringing it here")):
            if _is(cached, sha256 or _first_seen(cached), unknown=False):
                return cached
            for source in sources:
                try:
                    _from(source, name, Part(cached), sha256, progress)
                except CourseError as refusal:
                    refusals.append(refusal)
                else:
                    return cached
    raise _nowhere(name, refusals)


def _nowhere(name: str, refusals: list[CourseError]) -> CourseError:
    if len(refusals) == 1:
        return refusals[0]
    places = "; ".join(f"{refusal.where}: {refusal.what}" for refusal in refusals)
    return CourseError(f"'{name}' is at none of its places ({places})", do=refusals[-1].do)


def _from(source: Source, name: str, part: Part, sha256: str | None, progress: Progress) -> None:
    expected = sha256 or _first_seen(part.target)
    went_on = part.size() > 0
    _fetch(source, name, part, expected, progress)
    found = digest(part.path)
    if expected and found != expected and went_on:
        # The beginning may have been of another content, or damaged when a machine went down.
        part.discard()
        _fetch(source, name, part, expected, progress)
        found = digest(part.path)
    if expected and found != expected:
        part.discard()
        raise _another(source, part.target, found, known=bool(sha256))
    if not expected:
        write_atomic(_record(part.target), found.encode())
        progress.last_word = f"trusted as it came. To insist on this content: sha256='{found}'"
    part.finish()


def _another(source: Source, target: Path, found: str, *, known: bool) -> CourseError:
    if known:
        return CourseError(
            "the file that arrived is not the one this lesson was written for",
            where=str(source),
            do="run the cell again; if it stays so, tell your instructor. Is it a file of your "
            f"own? Its SHA-256 is {found}",
        )
    return CourseError(
        "the file that arrived is not the one that came the first time",
        where=str(source),
        do=f"if you know why it has changed, delete {_record(target)} and run the cell again",
    )


def _record(target: Path) -> Path:
    return target.with_name(f"{target.name}.sha256")


def _first_seen(target: Path) -> str | None:
    record = _record(target)
    return record.read_text("utf-8").strip() if record.is_file() else None


def _fetch(source: Source, name: str, part: Part, expected: str | None, progress: Progress) -> None:
    if isinstance(source, str) and re.match(r"(?i)https?://", source):
        is_whole = (lambda: digest(part.path) == expected) if expected else None
        return download(source, part, progress, is_whole=is_whole)
    if isinstance(source, str) and "://" in source:
        raise CourseError(
            "only addresses that begin with http:// or https:// can be downloaded",
            where=source,
            do="give such an address, or a path",
        )
    _copy(Path(source), name, part, progress)


def _copy(source: Path, name: str, part: Part, progress: Progress) -> None:
    path = source / name if steadily(source, Path.is_dir) else source
    if not steadily(path, Path.is_file):
        raise CourseError(
            f"there is no file '{name}' here",
            where=str(source),
            do="check the path; on Colab, mount Drive first",
        )
    note = Note(str(path), steadily(path, version), steadily(path, Path.stat).st_size)
    if part.note() != note:
        part.begin(note)
    here = part.size()
    progress.total = note.size
    with part.opened(here) as file:
        for chunk in chunks(path, here):
            write_all(file, chunk)
            here += len(chunk)
            progress.at(here)
