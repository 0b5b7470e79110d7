"""One checkpoint as the bytes of one safetensors file, with a digest of all of them.

The file is an ordinary safetensors file. Its metadata, which other readers pass over, hold the JSON
(``course``) and the SHA-256 of the whole file as it is with zeros in the digest's own place
(``sha256``). So one file is the checkpoint: there is no second one that could belong to another.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import safetensors.torch
import torch

from course.errors import CourseError
from course.training.encoding import UPDATE, decode, encode

FORMAT = 1
"""Goes up when older versions of the course can no longer read what is written."""

_EMPTY = b"0" * 64
_FIELD = b'"sha256":"'  # a text inside the JSON cannot look like this: its quotes are escaped


class DamagedError(Exception):
    """The bytes are not what was written; the message says why."""


def pack(state: dict[str, Any]) -> bytes:
    """Return a nested state as the bytes of a safetensors file.

    Raises
    ------
    CourseError
        If it holds something that is neither numbers, texts nor containers of them.
    """
    tensors: dict[str, torch.Tensor] = {}
    tree = {key: encode(value, key, tensors) for key, value in state.items()}
    text = json.dumps({"format": FORMAT, "state": tree}, allow_nan=False)
    metadata = {"course": text, "sha256": _EMPTY.decode()}
    data = safetensors.torch.save(tensors, metadata)
    place = _digest_place(data)
    digest = hashlib.sha256(data).hexdigest().encode()
    return data[: place.start] + digest + data[place.stop :]


def unpack(data: bytes) -> dict[str, Any]:
    """Return the state that `pack` was given, with tensors on the CPU.

    Raises
    ------
    DamagedError
        If the bytes are not those that `pack` returned.
    CourseError
        If a newer version of the course wrote them.
    """
    _verify(data)
    length = int.from_bytes(data[:8], "little")
    text = json.loads(data[8 : 8 + length])["__metadata__"]["course"]
    content = json.loads(text)
    if content["format"] > FORMAT:
        raise CourseError(
            f"a newer version of the course wrote it (format {content['format']}; this one reads "
            f"up to {FORMAT})",
            do=UPDATE,
        )
    state: dict[str, Any] = decode(content["state"], safetensors.torch.load(data))
    return state


def _verify(data: bytes) -> None:
    if len(data) < 8:
        raise DamagedError("it ends too early" if data else "it is empty")
    place = _digest_place(data)
    digest = hashlib.sha256(data[: place.start])
    digest.update(_EMPTY)
    digest.update(memoryview(data)[place.stop :])
    if digest.hexdigest().encode() != data[place]:
        raise DamagedError("its digest is not the one written into it")


def _digest_place(data: bytes) -> slice:
    """Return where in the header the 64 hexadecimal digits stand."""
    end = 8 + int.from_bytes(data[:8], "little")
    start = data.find(_FIELD, 8, min(end, len(data)))
    if start < 0:
        raise DamagedError("there is no digest in it")
    start += len(_FIELD)
    return slice(start, start + len(_EMPTY))
