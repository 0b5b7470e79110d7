"""A zip file that ``course.submit()`` made says what it held: compare, tell, and go on.

Nothing is refused for it: people may pack their files anew, and a manifest proves nothing against
its own author. It tells a damaged transfer from a whole one, and gives both sides a number to
compare.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.intake.choose import Bundle, depth
from autograder.intake.extras import MOST_FILES
from autograder.intake.folder import Found, contents
from autograder.intake.refuse import shown
from autograder.intake.unpack import LARGEST_ZIP, unpack
from course.errors import UsageError
from course.submission.pack import MANIFEST, receipt_of, short

_LARGEST = 1_000_000
"""Bytes of a manifest. Ours have less than a thousandth of it."""
_STEP = 2
"""Seconds: zip files hold only even ones."""


@dataclass(frozen=True)
class Manifest:
    """What a manifest says.

    Attributes
    ----------
    lesson
        The lesson it was made for.
    folder
        Where the manifest is in its bundle, ending in ``/`` unless that is the top.
    files
        Name to SHA-256.
    when
        When it was packed; None where it does not say so in a way that can be true.
    readable
        False if it is damaged.
    """

    folder: str
    lesson: str = ""
    files: dict[str, str] = field(default_factory=dict)
    when: datetime | None = None
    readable: bool = True


def set_apart(bundles: Iterable[Bundle]) -> tuple[list[Bundle], dict[str, Manifest]]:
    """Take manifests out of bundles; return them by the bundle's name.

    The files get the date that their manifest gives them, with its time zone.
    """
    rest, manifests = [], {}
    for bundle in bundles:
        ours = [file for file in bundle.files if file.name.rpartition("/")[2] == MANIFEST]
        if ours:
            manifests[bundle.name] = _read(min(ours, key=depth))
        when = manifests[bundle.name].when if ours else None
        others = tuple(_dated(file, when) for file in bundle.files if file not in ours)
        rest.append(replace(bundle, files=others))
    return rest, manifests


def compare(bundle: Bundle, manifest: Manifest, lesson: str) -> tuple[str, list[str]]:
    """Compare what is there with what a manifest says.

    Returns
    -------
    str, list
        The receipt for the files that the manifest names, as they are now: where nothing changed
        it is the student's. And a sentence for each thing that did.
    """
    if not manifest.readable:
        return "", [f"'{MANIFEST}' cannot be read; the files beside it were taken as they are"]
    told = []
    if manifest.lesson != lesson:
        told.append(f"the zip file says that it is of the lesson '{shown(manifest.lesson)}'")
    here = {file.name: file for file in bundle.files}
    found = {}
    for name, digest in manifest.files.items():
        file = here.get(manifest.folder + name)
        if file is None:
            told.append(f"'{shown(name)}' was packed by `submit` and is not there any more")
            continue
        found[name] = hashlib.sha256(contents(file, LARGEST_ZIP)).hexdigest()
        if found[name] != digest:
            told.append(
                f"'{shown(name)}' is not as `submit` packed it; it was taken as it is now, "
                "and the receipt is another"
            )
    return receipt_of(found), told


def examine(path: Path) -> tuple[str, list[str]]:
    """Return the receipt of a zip file, short and in full, and what is wrong with the file.

    Raises
    ------
    UsageError
        If there is no such file.
    InvalidSubmission
        If it cannot be unpacked.
    """
    if path.suffix == ".ipynb":
        return "", ["this is a notebook, not a zip file: it has no receipt"]
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        raise UsageError(what, where=str(path), do="name a zip file that was handed in") from error
    ((bundle,), manifests) = set_apart([Bundle(path.name, tuple(unpack(content, path.name)))])
    if not manifests:
        return "", [f"'{shown(path.name)}' was not packed by `submit`: it holds no {MANIFEST}"]
    manifest = manifests[path.name]
    receipt, told = compare(bundle, manifest, manifest.lesson)
    return (f"{short(receipt)} (in full: {receipt})" if receipt else ""), told


def _dated(file: Found, when: datetime | None) -> Found:
    """Give a file the date it was packed at.

    `submit` writes dates in UTC, and zip files do not say in which time zone. So they were read as
    of the time zone here. A file with another date was changed since, and keeps it.
    """
    if when is None:
        return file
    misread = when.astimezone(UTC).replace(tzinfo=None).timestamp()
    return replace(file, when=when.timestamp()) if abs(file.when - misread) < _STEP else file


def _when(said: Any) -> datetime | None:
    """Read a date with its time zone; pass over what is none, or cannot have been yet."""
    try:
        when = datetime.fromisoformat(said)
        dated = when.tzinfo is not None and when.year >= 1980
        return when if dated and when.timestamp() <= time.time() else None
    except (OverflowError, TypeError, ValueError):
        return None


def _read(file: Found) -> Manifest:
    folder = file.name.removesuffix(MANIFEST)
    content = contents(file, _LARGEST)
    try:
        said: Any = json.loads(content[:_LARGEST])
        files = {str(name): str(digest) for name, digest in said["files"].items()}
        if len(files) > MOST_FILES:
            return Manifest(folder, readable=False)
        return Manifest(folder, str(said["lesson"]), files, _when(said.get("when")))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return Manifest(folder, readable=False)
