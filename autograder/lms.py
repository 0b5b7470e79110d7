"""``course collect``: spread a learning platform's download over ``submitted/``.

Canvas packs flat files, ``lovelaceada_LATE_12345_67890_name.ipynb``; Moodle packs folders,
``Ada Lovelace_123456_assignsubmission_file_/name.ipynb``. Which of several files counts is
intake's to say; here nothing is judged and nothing is lost.
"""

from __future__ import annotations

import datetime
import filecmp
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.directory import Directory
from autograder.intake.folder import EARLIER, is_junk
from autograder.intake.names import CANVAS, MOODLE
from autograder.intake.refuse import shown
from autograder.intake.unpack import changed, unfit
from autograder.roster import Person, identify
from course.errors import CourseError, UsageError

MOST_BYTES = 500_000_000
"""The largest single file taken from a download."""

_TIMESTAMP = "timestamp.txt"
_KEPT = (EARLIER, _TIMESTAMP)
_UPLOAD = re.compile(f"(?:{MOODLE}/?|{CANVAS})(?P<file>.+)")
# Zip files without dates say 1980. Those with the date of the download have one for all.
_NO_DATE = datetime.datetime(1980, 12, 31)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, FileExistsError, IsADirectoryError,
    NotADirectoryError,
)  # fmt: skip
_ONE_DOWNLOAD = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Upload:
    """A file of a download.

    Attributes
    ----------
    who
        The platform's name and number of the person.
    name
        The file's path as the student named it.
    late
        The platform says that it came late.
    info
        Where it is in the zip file.
    """

    who: tuple[str, str]
    name: str
    late: bool
    info: zipfile.ZipInfo


@dataclass
class Collected:
    """What became of a download.

    Attributes
    ----------
    new, same
        Students with something new, and those whose files were here already.
    late
        Those of them who were late, as the platform says.
    strangers, missing
        Students who are not in the roster, and those of the roster without a file.
    left_out
        Files that were not taken, each with the reason.
    """

    new: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return what a person wants to read, a line each."""
        told = {"new": self.new, "already here": self.same, "late": self.late}
        told |= {"not in the roster": self.strangers, "missing": self.missing}
        counted = [f"{what}: {', '.join(who)} ({len(who)})" for what, who in told.items() if who]
        return counted + [f"left out: {line}" for line in self.left_out]


def collect(
    directory: Directory, lesson: str, archive: Path, people: list[Person] | None = None
) -> Collected:
    """Spread a download over ``submitted/<student>/<lesson>/``.

    What a student handed in before and is not in the download moves to ``earlier/1``, and so on.

    Raises
    ------
    UsageError
        If there is no such file, or it is no zip file.
    CourseError
        If nothing in it looks like a download of Canvas or Moodle, or a student's folder is a link.
    """
    done = Collected()
    with _opened(archive) as pack:
        uploads = _uploads(pack, done)
        if not uploads:
            raise CourseError(
                "no file in it is named as Canvas or Moodle name them",
                where=str(archive),
                do="download all submissions from the assignment's page, and do not unpack it",
            )
        _spread(directory, lesson, pack, uploads, people or [], done)
    if people is not None:
        ids, here = {person.id for person in people}, {*done.new, *done.same}
        done.missing, done.strangers = sorted(ids - here), sorted(here - ids)
    return done


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        what = f"the download cannot be read ({error})"
        raise UsageError(what, where=str(archive), do="download it again") from error


def _uploads(pack: zipfile.ZipFile, done: Collected) -> list[Upload]:
    uploads = []
    for info in pack.infolist():
        if info.is_dir() or is_junk(info.filename):
            continue
        # Some browsers unpack a download; packed again, it has one folder more.
        inner = info.filename.partition("/")[2]
        match = _UPLOAD.fullmatch(info.filename) or _UPLOAD.fullmatch(inner)
        reason = unfit(info)
        if match is None or (match["plugin"] or "file") != "file":
            reason = reason or "not a file that somebody handed in"
        elif info.file_size > MOST_BYTES:
            reason = reason or "too large"
        if reason or match is None:
            done.left_out.append(f"{shown(info.filename)} ({reason})")
            continue
        who = (
            (match["name"], match["participant"])
            if match["name"]
            else (match["who"], match["user"])
        )
        uploads.append(Upload(who, match["file"], bool(match["late"]), info))
    return uploads


def _spread(
    directory: Directory,
    lesson: str,
    pack: zipfile.ZipFile,
    uploads: list[Upload],
    people: list[Person],
    done: Collected,
) -> None:
    ids = identify(people, [upload.who for upload in uploads])
    times = _times(uploads)
    theirs: defaultdict[str, list[Upload]] = defaultdict(list)
    for upload in uploads:
        theirs[ids[upload.who]].append(upload)
    for student, files in sorted(theirs.items()):
        folder = directory.folder("submitted", student, lesson)
        if folder.is_symlink() or folder.parent.is_symlink():
            raise CourseError("the folder is a link", where=str(folder), do="put a folder there")
        with tempfile.TemporaryDirectory(prefix=".collect-", dir=directory.root) as scratch:
            fresh = Path(scratch) / "fresh"
            done.left_out += _extract(pack, files, fresh)
            if not _files(fresh):
                continue
            is_new = not _is_here(fresh, folder)
            if is_new:
                _replace(fresh, folder)
        (done.new if is_new else done.same).append(student)
        if is_new and times:
            latest = max(changed(upload.info) for upload in files).astimezone(datetime.UTC)
            # nbgrader's format, in the only time zone that it reads rightly everywhere.
            text = latest.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            (folder / _TIMESTAMP).write_text(text, "utf-8")
        if any(upload.late for upload in files):
            done.late.append(student)


def _extract(pack: zipfile.ZipFile, files: list[Upload], target: Path) -> list[str]:
    """Extract one student's files; return what could not be."""
    failed = []
    for upload in files:
        plain = target / upload.name
        # Two files of one name: the platform's names tell them apart.
        path = target / PurePosixPath(upload.info.filename).name if plain.exists() else plain
        if upload.name in _KEPT or upload.name.startswith(f"{EARLIER}/"):
            path = target / "handed-in" / upload.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with pack.open(upload.info) as packed, path.open("wb") as stream:
                shutil.copyfileobj(packed, stream)
        except _DAMAGED:
            failed.append(f"{shown(upload.info.filename)} (damaged)")
            with suppress(OSError):
                path.unlink()
            continue
        if changed(upload.info) > _NO_DATE:
            when = changed(upload.info).timestamp()
            os.utime(path, (when, when))
    return failed


def _is_here(fresh: Path, folder: Path) -> bool:
    """Say whether a folder holds the same files already, and no others."""
    new, old = _files(fresh), _files(folder)
    return new == old and all(
        filecmp.cmp(fresh / name, folder / name, shallow=False) for name in new
    )


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.relative_to(folder).parts[0] not in _KEPT
    }


def _replace(fresh: Path, folder: Path) -> None:
    """Move what is in a folder out of the way, and the fresh files in."""
    old = [path for path in folder.glob("*") if path.name != EARLIER] if folder.exists() else []
    if old:
        earlier = folder / EARLIER
        numbers = [int(path.name) for path in earlier.glob("*") if path.name.isdecimal()]
        target = earlier / str(max(numbers, default=0) + 1)
        target.mkdir(parents=True)
        for path in old:
            path.rename(target / path.name)
    folder.mkdir(parents=True, exist_ok=True)
    for path in fresh.iterdir():
        shutil.move(path, folder / path.name)


def _times(uploads: list[Upload]) -> bool:
    """Say whether the dates are those of handing in, not of packing the zip file."""
    dates = [changed(upload.info) for upload in uploads]
    return min(dates) > _NO_DATE and max(dates) - min(dates) > _ONE_DOWNLOAD
