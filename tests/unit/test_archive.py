"""Staging data: beside the notebook, from the cache, or from a real server, and never in part."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError

import pytest

from course import runtime
from course.data import stage
from course.errors import CourseError

CONTENT = b"the tiles of the lesson" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = "data/tiles.zip"

Serve = Callable[..., "Server"]


class Server(ThreadingHTTPServer):
    """Answers each GET with `answer`, and writes down what was asked for."""

    asked: list[str]
    answer: Callable[[BaseHTTPRequestHandler], None]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.server.answer(self)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def whole(content: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def cut_short(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(CONTENT)))
    request.end_headers()
    request.wfile.write(CONTENT[:5000])


def cut_short_in_a_chunk(request: BaseHTTPRequestHandler) -> None:
    request.protocol_version = "HTTP/1.1"
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"1388\r\n" + CONTENT[:900])
    request.close_connection = True


def reset(request: BaseHTTPRequestHandler) -> None:
    cut_short(request)
    request.wfile.flush()
    # Closing with a linger of no seconds sends a reset instead of an end.
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


def absent(request: BaseHTTPRequestHandler) -> None:
    request.send_error(404)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, an empty cache beside it, and no address yet."""
    folder = tmp_path / "lesson"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(runtime, "_base_url", "")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return folder


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A function that starts a server with an answer and makes it the lesson's address."""
    started: list[tuple[Server, threading.Thread]] = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> Server:
        server = Server(("127.0.0.1", 0), Handler)
        server.asked, server.answer = [], answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        started.append((server, thread))
        monkeypatch.setattr(
            runtime, "_base_url", f"http://127.0.0.1:{server.server_port}/release/01_tiny/"
        )
        return server

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def in_cache(place: Path) -> list[Path]:
    return [path for path in (place.parent / "cache").rglob("*") if path.is_file()]


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_file_beside_the_notebook_is_used_as_it_is(place: Path, serve: Serve) -> None:
    server = serve(whole(CONTENT))
    put(place / NAME, CONTENT)
    assert stage(NAME, sha256=DIGEST) == Path(NAME)
    assert server.asked == []
    assert in_cache(place) == []


def test_without_an_address_a_missing_file_is_refused_with_advice(place: Path) -> None:
    with pytest.raises(CourseError, match=f"'{NAME}' is not beside the notebook") as caught:
        stage(NAME, sha256=DIGEST)
    assert caught.value.where == str(place)
    assert "run the set-up cell" in caught.value.do


def test_a_changed_file_beside_the_notebook_is_refused(place: Path) -> None:
    put(place / NAME, CONTENT + b"!")
    with pytest.raises(CourseError, match="or it was changed"):
        stage(NAME, sha256=DIGEST)


def test_a_missing_file_is_downloaded_from_the_lessons_address(place: Path, serve: Serve) -> None:
    server = serve(whole(CONTENT))
    path = stage(NAME, sha256=DIGEST)
    assert path.read_bytes() == CONTENT
    assert server.asked == ["/release/01_tiny/data/tiles.zip"]
    assert in_cache(place) == [path]


def test_a_file_is_downloaded_once(serve: Serve) -> None:
    server = serve(whole(CONTENT))
    assert stage(NAME, sha256=DIGEST) == stage(NAME, sha256=DIGEST)
    assert len(server.asked) == 1


def test_a_changed_file_in_the_cache_is_downloaded_again(serve: Serve) -> None:
    server = serve(whole(CONTENT))
    stage(NAME, sha256=DIGEST).write_bytes(b"changed")
    assert stage(NAME, sha256=DIGEST).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_wrong_content_is_refused_and_not_kept(place: Path, serve: Serve) -> None:
    serve(whole(CONTENT[::-1]))
    with pytest.raises(CourseError, match="not the one this lesson was written for") as caught:
        stage(NAME, sha256=DIGEST)
    assert caught.value.where.endswith("/release/01_tiny/data/tiles.zip")
    assert in_cache(place) == []


def test_a_download_cut_short_is_refused_and_not_kept(place: Path, serve: Serve) -> None:
    serve(cut_short)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    assert in_cache(place) == []


def test_a_download_cut_short_can_be_repeated(serve: Serve) -> None:
    serve(cut_short)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    serve(whole(CONTENT))
    assert stage(NAME, sha256=DIGEST).read_bytes() == CONTENT


def test_a_download_cut_short_in_a_chunk_is_refused_and_not_kept(place: Path, serve: Serve) -> None:
    serve(cut_short_in_a_chunk)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    assert in_cache(place) == []


def test_a_connection_reset_in_a_download_is_refused_and_never_taken_for_the_file(
    place: Path, serve: Serve
) -> None:
    serve(reset)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    assert not [path for path in in_cache(place) if path.name.endswith("tiles.zip")]


def test_a_connection_reset_leaves_nothing_behind(place: Path, serve: Serve) -> None:
    serve(reset)
    with pytest.raises(CourseError):
        stage(NAME, sha256=DIGEST)
    assert in_cache(place) == []


def test_an_address_without_the_file_is_refused_with_advice(place: Path, serve: Serve) -> None:
    serve(absent)
    with pytest.raises(CourseError, match="the download failed") as caught:
        stage(NAME, sha256=DIGEST)
    assert "check the network" in caught.value.do
    assert isinstance(caught.value.__cause__, HTTPError)
    caught.value.__cause__.close()  # or its socket warns when it is collected
    assert in_cache(place) == []


def test_an_address_where_nobody_answers_is_refused_with_advice(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_base_url", "http://127.0.0.1:1/")
    with pytest.raises(CourseError, match="the download failed"):
        stage(NAME, sha256=DIGEST)
