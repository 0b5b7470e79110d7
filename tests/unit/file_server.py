"""A file server that behaves, or misbehaves in one of the ways real ones do.

It speaks HTTP over a real socket. Each request is answered by the next of `answers`, and by the
last one from then on; what was asked and how many bytes of content went out is written down.
"""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Request"], None]


@dataclass
class Asked:
    """A request.

    Attributes
    ----------
    path, headers
        What was asked, header names in small letters.
    status
        The answer's.
    sent
        Bytes of content that went out.
    """

    path: str
    headers: dict[str, str]
    status: int = 0
    sent: int = 0


@dataclass
class Site:
    """What a server has.

    Attributes
    ----------
    content
        Of the one file, whatever its path.
    answers
        How it behaves; see the functions below.
    tag, changed
        Whether it tells versions by ETag, and by date.
    """

    content: bytes
    answers: list[Answer]
    tag: bool = True
    changed: bool = True
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def etag(self) -> str:
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'

    def sent(self) -> int:
        return sum(asked.sent for asked in self.asked)


class Request(BaseHTTPRequestHandler):
    """A request on its way to an answer."""

    protocol_version = "HTTP/1.1"

    @property
    def site(self) -> Site:
        return self.server.site  # type: ignore[attr-defined, no-any-return]

    def do_GET(self) -> None:
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.path, headers)
        self.site.asked.append(self.asked)
        answers = self.site.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    def begin(self, status: int, headers: dict[str, str]) -> None:
        """Send all but the content."""
        self.asked.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def versions(self) -> dict[str, str]:
        headers = {"ETag": self.site.etag()} if self.site.tag else {}
        if self.site.changed:
            # A second for each byte: another length, another date.
            headers["Last-Modified"] = formatdate(len(self.site.content), usegmt=True)
        return headers

    def send(self, content: bytes, rest: float = 0.0) -> None:
        """Send content; with `rest`, 64 kB at a time and so many seconds between."""
        for at in range(0, len(content), 1 << 16):
            piece = content[at : at + (1 << 16)]
            try:
                self.wfile.write(piece)
            except ConnectionError:  # the reader is gone
                return
            self.asked.sent += len(piece)
            if rest:
                time.sleep(rest)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def whole(request: Request) -> None:
    """Send everything, whatever part was asked for."""
    content = request.site.content
    request.begin(200, {"Content-Length": str(len(content)), **request.versions()})
    request.send(content)


def ranges(request: Request, most: int | None = None, rest: float = 0.0) -> None:
    """Send the part that was asked for, as RFC 9110 says."""
    content = request.site.content
    found = re.fullmatch(r"bytes=(\d+)-", request.asked.headers.get("range", ""))
    condition = request.asked.headers.get("if-range")
    if found and condition in (None, *request.versions().values()):
        start = int(found[1])
        if start >= len(content):
            request.begin(416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"})
            return
        request.begin(
            206,
            {
                "Content-Length": str(len(content) - start),
                "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}",
                **request.versions(),
            },
        )
    else:
        start = 0
        request.begin(200, {"Content-Length": str(len(content)), **request.versions()})
    request.send(content[start:][:most], rest)


def cut(most: int, *, ignoring: bool = False) -> Answer:
    """Close the connection after so many bytes of the answer."""

    def answer(request: Request) -> None:
        if not ignoring:
            return ranges(request, most)
        content = request.site.content
        request.begin(200, {"Content-Length": str(len(content)), **request.versions()})
        request.send(content[:most])

    return answer


def reset(most: int) -> Answer:
    """Reset the connection after so many bytes."""

    def answer(request: Request) -> None:
        ranges(request, most)
        request.wfile.flush()
        # Closing with a linger of no seconds sends a reset instead of an end.
        linger = struct.pack("ii", 1, 0)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.connection.close()

    return answer


def stall(most: int) -> Answer:
    """Send so many bytes, then nothing, and leave the connection open."""

    def answer(request: Request) -> None:
        ranges(request, most)
        request.site.over.wait(30)

    return answer


def slowly(rest: float) -> Answer:
    """Send 64 kB at a time."""
    return lambda request: ranges(request, None, rest)


def refuse(status: int, **headers: str) -> Answer:
    """Answer with a status and nothing else."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: request.begin(status, {"Content-Length": "0", **named})


def redirect(to: str) -> Answer:
    """Send the reader on."""
    return refuse(302, Location=to)


def announce(length: int) -> Answer:
    """Send everything under a false Content-Length, whatever part was asked for."""

    def answer(request: Request) -> None:
        request.begin(200, {"Content-Length": str(length), **request.versions()})
        request.send(request.site.content)

    return answer


def endless_range(request: Request) -> None:
    """Answer a range with everything, but call it the range."""
    content = request.site.content
    headers = {"Content-Length": str(len(content)), **request.versions()}
    if "range" not in request.asked.headers:
        return whole(request)
    start = request.asked.headers["range"].removeprefix("bytes=").removesuffix("-")
    headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    request.begin(206, headers)
    request.send(content)


def other_range(request: Request) -> None:
    """Answer a range with another one."""
    if "range" not in request.asked.headers:
        return whole(request)
    content = request.site.content
    last = len(content) - 1
    request.begin(206, {"Content-Length": "10", "Content-Range": f"bytes 0-9/{last + 1}"})
    request.send(content[:10])


def deaf_to_conditions(request: Request) -> None:
    """Send the range of today's content, though the condition says it must be yesterday's."""
    request.asked.headers.pop("if-range", None)
    ranges(request)


def in_chunks(request: Request, most: int | None = None) -> None:
    """Send everything in chunks; with `most`, break off in a chunk."""
    request.begin(200, {"Transfer-Encoding": "chunked"})
    content = request.site.content
    request.wfile.write(f"{len(content):x}\r\n".encode())
    request.send(content[:most])
    if most is None:
        request.wfile.write(b"\r\n0\r\n\r\n")


def until_closed(request: Request) -> None:
    """Send everything without saying how much it is."""
    request.begin(200, {})
    request.send(request.site.content)


def page(request: Request) -> None:
    """Send a web page, as a network does that wants a sign-in."""
    content = b"<html>Please sign in"
    request.begin(200, {"Content-Type": "text/html", "Content-Length": str(len(content))})
    request.send(content)


@contextmanager
def serving(*answers: Answer, content: bytes = b"", **versions: bool) -> Iterator[Site]:
    """Start a server on a free port of this machine; end it with the block."""
    site = Site(content, list(answers), **versions)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    server.site = site  # type: ignore[attr-defined]
    site.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
