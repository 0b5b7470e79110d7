"""Nothing secret in what students get: hidden tests, solutions, markers, sources, held-out data.

Every file under ``release/`` is read, whatever it is: notebooks string by string with their
metadata, archives member by member, anything else as bytes.
"""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.build.release import read_notebook
from autograder.directory import Directory
from autograder.markers import marked
from course.errors import CourseError

# A shorter line, such as `return x`, may stand anywhere by chance.
SHORTEST_LINE = 12
MARKERS = (
    "BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "AUTOTEST",
    "BEGIN MARK SCHEME", "END MARK SCHEME",
)  # fmt: skip
_IMPORT = re.compile(r"(from|import) \S")
# Files of the site whose lines are read; the search's index repeats the pages.
_PAGES = (".html", ".md", ".svg", ".txt", ".py", ".ipynb", ".css")
_TAG = re.compile(r"<[^>]*>")
# A quarter kilobyte of held-out data in one piece is no coincidence either.
SHARD = 256


@dataclass(frozen=True)
class Secrets:
    """What must not be found.

    Attributes
    ----------
    lines
        Line of source, white space folded, to the place it comes from.
    shards
        Pieces of secret files, to their names.
    """

    lines: dict[str, str]
    shards: dict[bytes, str]


def leaks(directory: Directory, lesson: str, release: Path | None = None) -> list[CourseError]:
    """Search for a lesson's secrets; return an error for each one found, in the order of files.

    Parameters
    ----------
    release
        The folder to search; by default all that is released, of this lesson and of others.
    """
    secrets = gather(directory, lesson)
    folder = release or directory.releases
    advice = (
        "mark it in the source, then `course build` again; if it was published, change the test, "
        "since it is known now"
    )
    return [
        CourseError(what, where=str(path.relative_to(folder)), do=advice)
        for path in sorted(p for p in folder.rglob("*") if p.is_file())
        for what in _in_file(path, secrets)
    ]


def site_leaks(directory: Directory, site: Path) -> Iterator[str]:
    """Search the built site for every lesson's secrets; yield a sentence for each one found.

    A secret line has to be a line there, not part of a sentence. The guides show how a test is
    written: markers, and what a test imports, are no secret there.
    """
    contents = {path: path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}
    lines = {
        path: {_fold(line) for text in _strings(path.name, content) for line in text.splitlines()}
        for path, content in contents.items()
        if path.suffix in _PAGES
    }
    for lesson in directory.lessons():
        secrets = gather(directory, lesson)
        for path, shown in lines.items():
            for line in sorted(shown & secrets.lines.keys()):
                if not _IMPORT.match(line):
                    origin = secrets.lines[line]
                    yield f"{path.relative_to(site)}: {origin} is in the page: {line}"
        for path, content in contents.items():
            for origin in {name for shard, name in secrets.shards.items() if shard in content}:
                yield f"{path.relative_to(site)}: bytes of the secret file '{origin}' are in it"


def refuse_leaks(directory: Directory, lesson: str, release: Path) -> None:
    """Raise for the first secret of a lesson found in a fresh release."""
    for leak in leaks(directory, lesson, release):
        raise leak


def gather(directory: Directory, lesson: str) -> Secrets:
    """Collect a lesson's secrets from its source folder."""
    source = directory.folder("source", ".", lesson)
    public = _public(directory)
    lines: dict[str, str] = {}
    for path in sorted(source.glob("*.ipynb")):
        for cell in read_notebook(path).cells:
            place = f"cell '{cell.metadata.get('nbgrader', {}).get('grade_id', cell.get('id'))}'"
            for line, kind in marked(cell.source):
                text = _fold(line)
                if kind and len(text) >= SHORTEST_LINE and text not in public:
                    lines.setdefault(text, f"a line of the {kind} of {place}")
    secret_files = sorted((source / "secret").rglob("*")) if (source / "secret").is_dir() else []
    shards = {
        piece: path.name
        for path in secret_files
        if path.is_file()
        for piece in _shards(path.read_bytes())
    }
    return Secrets(lines, shards)


def _public(directory: Directory) -> set[str]:
    """Return the lines of code that any lesson shows openly, such as an import."""
    return {
        _fold(line)
        for path in directory.sources.glob("*/*.ipynb")
        for cell in read_notebook(path).cells
        if cell.cell_type == "code"
        for line, kind in marked(cell.source)
        if not kind
    }


def _in_file(path: Path, secrets: Secrets) -> Iterator[str]:
    if path.suffix == ".py" and path.with_suffix(".ipynb").exists():
        yield "the paired source of the notebook is here"
    for name, content in _members(path.name, path.read_bytes()):
        text = "\n".join(_strings(name, content))
        folded = _fold(text)
        for marker in MARKERS:
            if marker in text:
                yield f"the marker '{marker}' is in {name}"
        for line, origin in secrets.lines.items():
            if line in folded:
                yield f"{origin} is in {name}: {line}"
        for shard, origin in secrets.shards.items():
            if shard in content:
                yield f"bytes of the secret file '{origin}' are in {name}"
                break


def _members(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            for entry in pack.infolist():
                yield from _members(f"{name}!{entry.filename}", pack.read(entry))


def _strings(name: str, content: bytes) -> Iterator[str]:
    """Yield the texts of a file, and again as a reader sees them.

    JSON and HTML are unescaped: neither a quote nor the colour of a word can hide a line.
    """
    text = content.decode("utf-8", errors="ignore")
    yield text
    if name.endswith(".html"):
        yield html.unescape(_TAG.sub("", text))
    if name.endswith((".ipynb", ".json")):
        try:
            yield from _leaves(json.loads(text))
        except json.JSONDecodeError:
            return


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from _leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value)


def _fold(text: str) -> str:
    return " ".join(text.split())


def _shards(content: bytes) -> Iterator[bytes]:
    """Yield pieces from the beginning, the middle and the end; flat ones (one byte) say nothing."""
    for start in (0, len(content) // 3, len(content) // 2, max(0, len(content) - SHARD)):
        piece = content[start : start + SHARD]
        if len(set(piece)) > 8:
            yield piece
