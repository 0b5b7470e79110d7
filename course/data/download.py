"""Download over HTTP, going on where a connection broke, never mixing two contents.

A part is continued only if the server says that it still has the same content (``If-Range``), or,
where it says nothing of versions, if a SHA-256 will judge the whole in the end.
"""

from __future__ import annotations

import http.client
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from typing import Any

from course.data.part import Note, Part, write_all
from course.data.progress import Progress, megabytes
from course.errors import CourseError
from course.platforms import detect

_CHUNK = 1 << 18
_TIMEOUT = 30.0
"""Seconds a server may be silent."""
_WINDOW, _SLOWEST = 60.0, 60_000
"""In this many seconds at least this many bytes must come, or the server is as good as silent."""
_TRIES = 4
_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_PROGRESS = 1_000_000
"""A try that brings fewer new bytes than this counts as one that brought nothing."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_THERE = frozenset({404, 410})


class Broken(Exception):
    """A try that failed, though another one may not."""

    def __init__(self, cause: Exception | str, pause: float = 0.0) -> None:
        super().__init__(str(cause))
        self.cause = cause if isinstance(cause, Exception) else None
        self.pause = pause


def download(
    url: str, part: Part, progress: Progress, *, is_whole: Callable[[], bool] | None
) -> None:
    """Bring the content of an address into a part, with as many tries as it is worth.

    Parameters
    ----------
    url
        An address that begins with ``http://`` or ``https://``.
    part
        Where the bytes go; what is there already is continued if it can be.
    progress
        Is told how far it is.
    is_whole
        Says whether the part is the file that is wanted; `None` if its SHA-256 is not known.

    Raises
    ------
    CourseError
        If it cannot be had. The part stays, for the next time.
    """
    farthest, failures = 0, 0
    while True:
        try:
            return _try(url, part, progress, checked=is_whole is not None)
        except Broken as broken:
            # A server that promised more than it has cannot spoil what is here.
            if is_whole is not None and part.size() and is_whole():
                return
            failures = 1 if part.size() >= farthest + _PROGRESS else failures + 1
            farthest = max(farthest, part.size())
            if failures >= _TRIES:
                raise _failed(url, str(broken)) from broken.cause
            pause = min(max(_PAUSE * 2 ** (failures - 1), broken.pause), _LONGEST_PAUSE)
            progress.say(f"{broken}; trying again in {pause:.0f} s")
            time.sleep(pause)


def _try(url: str, part: Part, progress: Progress, *, checked: bool) -> None:
    note = part.note()
    here = part.size() if _can_go_on(note, url, checked=checked) else 0
    if here and note is not None and here == note.size:
        return
    try:
        reply = _open(url, _headers(note, here))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _refused(refusal, url, part, here)
    except (OSError, http.client.HTTPException) as error:
        raise Broken(getattr(error, "reason", None) or error) from error
    with reply:
        _refuse_a_page(reply, url, part)
        if here and note is not None and _continues(reply, note, here):
            size = note.size
        elif reply.status == http.HTTPStatus.PARTIAL_CONTENT:
            part.discard()
            raise Broken("the file was changed on the server, or its answer is for other bytes")
        else:
            here, size = 0, _length(reply.headers)
            if size is None and not checked and not reply.chunked:
                raise _failed(url, "the server does not say how long the file is, so nobody could "
                              "tell half of it from the whole without a SHA-256")  # fmt: skip
            _need_room(part, size)
            part.begin(Note(url, _version(reply.headers), size))
        progress.total = size
        _copy(reply, part, here, size, progress)
    if size is not None and part.size() > size:
        part.discard()
        raise Broken("the server sent more than it announced")
    if size is not None and part.size() < size:
        raise Broken(f"the connection ended at {megabytes(part.size())} of {megabytes(size)}")


def _can_go_on(note: Note | None, url: str, *, checked: bool) -> bool:
    return note is not None and note.origin == url and bool(note.version or checked)


def _headers(note: Note | None, here: int) -> dict[str, str]:
    # Compressed on the way, positions in the file would mean nothing.
    headers = {"Accept-Encoding": "identity", "User-Agent": "notebook-gpu-course"}
    if here and note is not None:
        headers["Range"] = f"bytes={here}-"
        if note.version:
            headers["If-Range"] = note.version
    return headers


def _open(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    opener = urllib.request.OpenerDirector()
    # Not the default list: a server must not send us on to a file of this machine, or to FTP.
    for handler in (
        urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler, urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor, urllib.request.UnknownHandler,
    ):  # fmt: skip
        opener.add_handler(handler())
    reply: Any = opener.open(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)  # noqa: S310
    return reply  # type: ignore[no-any-return]


def _refused(refusal: urllib.error.HTTPError, url: str, part: Part, here: int) -> None:
    """Return if the part is whole after all, as far as the server knows; raise otherwise."""
    code = refusal.code
    if code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and here:
        if refusal.headers.get("Content-Range") == f"bytes */{here}":
            return
        part.discard()
        raise Broken("the file was changed on the server")
    if code in _PASSING:
        raise Broken(refusal, _wanted_pause(refusal.headers))
    advice = ""
    if code in _NOT_THERE:
        advice = "tell your instructor: there is nothing at this address"
    elif code in (401, 403):
        advice = "tell your instructor: not everybody may read what is at this address"
    raise _failed(url, str(refusal), advice) from refusal


def _refuse_a_page(reply: http.client.HTTPResponse, url: str, part: Part) -> None:
    """Sign-in pages of networks and quota pages of file hosts come instead of files."""
    if reply.headers.get_content_type() == "text/html" and part.target.suffix not in (
        ".html",
        ".htm",
    ):
        raise _failed(
            url,
            "the answer is a web page instead of the file",
            "open the address in a browser to see what it says; "
            "the network may want you to sign in first",
        )


def _continues(reply: http.client.HTTPResponse, note: Note, here: int) -> bool:
    if reply.status != http.HTTPStatus.PARTIAL_CONTENT:
        return False
    found = re.match(r"bytes (\d+)-", reply.headers.get("Content-Range", ""))
    return (
        found is not None
        and int(found[1]) == here
        and _version(reply.headers) in ("", note.version)
    )


def _version(headers: Message) -> str:
    """Return what ``If-Range`` can be asked with: a strong ETag, else the date of the change."""
    tag = str(headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(headers.get("Last-Modified", ""))


def _length(headers: Message) -> int | None:
    length = str(headers.get("Content-Length", ""))
    return int(length) if length.isascii() and length.isdigit() else None


def _wanted_pause(headers: Message) -> float:
    wanted = str(headers.get("Retry-After", ""))
    return float(wanted) if wanted.isascii() and wanted.isdigit() else 0.0


def _need_room(part: Part, size: int | None) -> None:
    free = shutil.disk_usage(part.path.parent).free
    if size is not None and size > free:
        raise CourseError(
            f"the file has {megabytes(size)}, and the disk {megabytes(free)} left",
            where=str(part.path.parent),
            do="free some disk space, then run the cell again",
        )


def _copy(
    reply: http.client.HTTPResponse, part: Part, here: int, size: int | None, progress: Progress
) -> None:
    began, before = time.monotonic(), here
    with part.opened(here) as file:
        while chunk := _read(reply):
            write_all(file, chunk)
            here += len(chunk)
            progress.at(here)
            if size is not None and here >= size:
                return
            if time.monotonic() - began > _WINDOW:
                if here - before < _SLOWEST:
                    raise Broken("the server has nearly stopped sending")
                began, before = time.monotonic(), here


def _read(reply: http.client.HTTPResponse) -> bytes:
    try:
        return reply.read1(_CHUNK)
    except TimeoutError as error:
        raise Broken("the server has stopped sending") from error
    except (OSError, http.client.HTTPException) as error:
        raise Broken(error) from error


def _failed(url: str, what: str, advice: str = "") -> CourseError:
    return CourseError(f"the download failed ({what})", where=url, do=advice or _advice())


def _advice() -> str:
    if detect().name == "Kaggle":
        return "switch 'Internet' on (side panel, Settings), then run the cell again"
    return "check the network, then run the cell again: it goes on where it stopped"
