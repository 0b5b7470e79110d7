"""Length-prefixed frames on a socket: a head of JSON and raw bytes behind it.

    head length (4 bytes) | tail length (8 bytes) | head | tail

Both lengths are capped before anything is read, a frame grows only by what really arrived, and JSON
cannot name code. So the worst a student's process can send is a frame that is refused.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from typing import Any

HEAD, TAIL = 16 << 20, 1 << 30
"""Bytes: the largest head and the largest tail."""
_PREFIX = struct.Struct("!IQ")
_PIECE = 1 << 20


class ProtocolError(Exception):
    """The other side closed, or sent what is no frame."""


def send(sock: socket.socket, head: Any, tail: list[bytes | memoryview]) -> None:
    """Send a frame; blocks until it is on its way.

    Raises
    ------
    ValueError
        If it is larger than a frame may be.
    ProtocolError
        If the other side is gone.
    """
    text = json.dumps(head, separators=(",", ":")).encode()
    size = sum(len(part) for part in tail)
    if len(text) > HEAD or size > TAIL:
        raise ValueError("too much data to pass between a test and the student's code")
    try:
        sock.sendall(_PREFIX.pack(len(text), size) + text)
        for part in tail:
            sock.sendall(part)
    except OSError as error:
        raise ProtocolError("the other side is gone") from error


def receive(sock: socket.socket) -> tuple[Any, memoryview]:
    """Wait for a frame without a deadline: for the side that serves."""
    return parsed(_exactly(sock, _PREFIX.size), lambda size: _exactly(sock, size))


def parsed(prefix: bytes | bytearray, read: Any) -> tuple[Any, memoryview]:
    """Turn a prefix, and what `read(size)` gives after it, into head and tail."""
    head_size, tail_size = _PREFIX.unpack(prefix)
    if head_size > HEAD or tail_size > TAIL:
        raise ProtocolError("a frame is too large")
    try:
        head = json.loads(bytes(read(head_size)))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a frame is no JSON") from error
    return head, memoryview(read(tail_size))


def _exactly(sock: socket.socket, size: int) -> bytearray:
    data = bytearray()
    while len(data) < size:
        try:
            piece = sock.recv(min(size - len(data), _PIECE))
        except OSError as error:
            raise ProtocolError("the other side is gone") from error
        if not piece:
            raise ProtocolError("the other side closed")
        data += piece
    return data


class Waiting:
    """Receives frames with a deadline, while other files are looked after.

    Parameters
    ----------
    sock
        Where frames come from.
    pump
        Called with a timeout in seconds between reads, to look after everything else; returns
        soon when `sock` has something.
    """

    def __init__(self, sock: socket.socket, pump: Any) -> None:
        self._sock, self._pump = sock, pump

    def receive(self, until: float) -> tuple[Any, memoryview]:
        """Wait for a frame.

        Raises
        ------
        TimeoutError
            If it has not come whole by `until`, on the monotonic clock.
        ProtocolError
            As `receive`.
        """
        return parsed(self._exactly(_PREFIX.size, until), lambda n: self._exactly(n, until))

    def _exactly(self, size: int, until: float) -> bytearray:
        data = bytearray()
        while len(data) < size:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._pump(self._sock, min(left, 1.0))
            if not select.select([self._sock], [], [], 0)[0]:
                continue
            try:
                piece = self._sock.recv(min(size - len(data), _PIECE))
            except OSError as error:
                raise ProtocolError("the student's process is gone") from error
            if not piece:
                raise ProtocolError("the student's process is gone")
            data += piece
        return data
