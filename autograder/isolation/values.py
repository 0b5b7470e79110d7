"""Plain data as JSON and bytes, and back: what crosses the boundary by value.

    encode([1, {"a": np.zeros(3)}])  ->  {"l": [1, {"d": [["a", {"n": ["<f8", [3], 0, 24]}]]}]}

No pickle: a tag names one of the forms below and nothing else. Values are taken only if their type
is exactly the one named, never a subclass with methods of its own.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import keyword
import math
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.isolation.frames import ProtocolError

DEEPEST = 100
MOST = 2_000_000
"""Values in a message, containers and their contents."""
_LONG_TEXT = 4096
_KINDS = "biufcSUmM"
_PLAIN = (bool, str)
_CONTAINERS: dict[type, str] = {list: "l", tuple: "u", set: "s", frozenset: "z"}
_MAPPINGS: dict[type, str] = {dict: "d", collections.OrderedDict: "o", collections.Counter: "C"}
_FACTORIES = {f.__name__: f for f in (int, float, str, list, dict, set)}
_BY_TAG = {tag: type_ for type_, tag in {**_CONTAINERS, **_MAPPINGS}.items()}
_REBUILT: dict[str, Callable[[Any], Any]] = {
    "f": float, "complex": complex, "decimal": decimal.Decimal,
    "fraction": lambda v: fractions.Fraction(int(v[0], 16), int(v[1], 16)),
    "datetime": datetime.datetime.fromisoformat, "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat, "dtype": np.dtype, "device": torch.device,
    "timedelta": lambda v: datetime.timedelta(*v), "range": lambda v: range(*v),
    "size": torch.Size, "path": lambda v: _relative(v), "big": lambda v: int(v, 16),
}  # fmt: skip
_TAKEN: dict[type, Callable[[Any], Any]] = {
    complex: lambda v: {"complex": str(v)},
    decimal.Decimal: lambda v: {"decimal": str(v)},
    fractions.Fraction: lambda v: {"fraction": [hex(v.numerator), hex(v.denominator)]},
    datetime.datetime: lambda v: {"datetime": v.isoformat()},
    datetime.date: lambda v: {"date": v.isoformat()},
    datetime.time: lambda v: {"time": v.isoformat()},
    datetime.timedelta: lambda v: {"timedelta": [v.days, v.seconds, v.microseconds]},
    range: lambda v: {"range": [v.start, v.stop, v.step]},
    torch.Size: lambda v: {"size": list(v)},
    torch.device: lambda v: {"device": str(v)},
    torch.dtype: lambda v: {"tdtype": str(v).removeprefix("torch.")},
    type(Ellipsis): lambda _: {"ellipsis": 0},
    type(NotImplemented): lambda _: {"notimplemented": 0},
}


class Gone(LookupError):
    """A reference is to an object that was made in a branch, and went with it."""


class CannotCross(TypeError):
    """A value is no plain data, and there is no other way for it to cross."""


class Encoder:
    """Encodes one message.

    Parameters
    ----------
    refer
        Called with this encoder and what is no plain data; returns its code or raises
        `CannotCross`.
    """

    def __init__(self, refer: Callable[[Encoder, Any], Any]) -> None:
        self._refer = refer
        self.tail: list[bytes | memoryview] = []
        self._size = 0
        self._count = 0
        self._met: dict[int, tuple[int, Any]] = {}

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return the code of a value; raw bytes go to `tail`."""
        self._count += 1
        if depth > DEEPEST or self._count > MOST:
            raise CannotCross("the data are too deeply nested, or too many")
        kind = type(value)
        if value is None or kind in _PLAIN:
            return self._text(value) if kind is str and len(value) > _LONG_TEXT else value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else {"big": hex(value)}
        if kind is float:
            return {"f": repr(value)}
        if kind in (list, dict):
            # The same list twice is the same list twice, over there too.
            if id(value) in self._met:
                return {"again": self._met[id(value)][0]}
            self._met[id(value)] = (len(self._met), value)
        if kind in _CONTAINERS:
            return {_CONTAINERS[kind]: [self.encode(item, depth + 1) for item in value]}
        if kind in _MAPPINGS:
            items = [
                [self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()
            ]
            return {_MAPPINGS[kind]: items}
        return self._other(value, kind, depth)

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        if kind in (bytes, bytearray):
            return {"b" if kind is bytes else "B": self._raw(bytes(value))}
        if kind is collections.defaultdict:
            made = getattr(value.default_factory, "__name__", "")
            known = _FACTORIES.get(made) is value.default_factory
            return {"D": [made if known else "", self.encode(dict(value), depth + 1)]}
        if kind is collections.deque:
            return {"q": [value.maxlen, self.encode(list(value), depth + 1)]}
        if kind is slice:
            return {"slice": [self.encode(p) for p in (value.start, value.stop, value.step)]}
        if kind is pathlib.PosixPath and not value.is_absolute():
            return {"path": str(value)}
        if kind in _TAKEN:
            return _TAKEN[kind](value)
        if kind is np.ndarray:
            return self._array(value, depth)
        if isinstance(value, np.generic) and kind.__module__ == "numpy":
            return {"g": self._array(np.asarray(value), depth)}
        if isinstance(value, np.dtype) and value.kind in _KINDS:
            return {"dtype": value.str}
        if kind is torch.Tensor and not value.requires_grad:
            return self._tensor(value)
        fields = _fields(value, kind)
        if fields:
            items = [self.encode(item, depth + 1) for item in tuple.__iter__(value)]
            return {"N": [kind.__name__, fields, items]}
        return self._refer(self, value)

    def _text(self, value: str) -> Any:
        return {"S": self._raw(value.encode("utf-8", "surrogatepass"))}

    def _raw(self, data: bytes | memoryview) -> list[int]:
        place = [self._size, len(data)]
        self.tail.append(data)
        self._size += len(data)
        return place

    def _array(self, value: Any, depth: int) -> Any:
        if value.dtype.kind == "O":
            items = [self.encode(item, depth + 1) for item in value.ravel().tolist()]
            return {"no": [list(value.shape), items]}
        if value.dtype.kind not in _KINDS:
            return self._refer(self, value)
        data = np.ascontiguousarray(value)
        return {"n": [value.dtype.str, list(value.shape), *self._raw(data.tobytes())]}

    def _tensor(self, value: torch.Tensor) -> Any:
        if value.layout is not torch.strided or value.is_quantized or value.device.type == "meta":
            return self._refer(self, value)
        return {"t": self.tensor_parts(value)}

    def tensor_parts(self, value: torch.Tensor) -> list[Any]:
        """Put a tensor's numbers into the tail; return ``[dtype, shape, place, size]``."""
        data = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
        raw = data.reshape(-1).view(torch.uint8).numpy().tobytes() if data.numel() else b""
        return [str(data.dtype).removeprefix("torch."), list(data.shape), *self._raw(raw)]


def _fields(value: Any, kind: type) -> list[str]:
    """Return the field names if a value is a namedtuple, whose parts are data."""
    fields = getattr(kind, "_fields", None)
    if not isinstance(value, tuple) or type(fields) is not tuple:
        return []
    return list(fields) if len(fields) == tuple.__len__(value) else []


class Decoder:
    """Decodes one message.

    Parameters
    ----------
    tail
        Its raw bytes.
    resolve
        Called with a tag that is none of plain data, and its content.
    """

    def __init__(self, tail: memoryview, resolve: Callable[[str, Any], Any]) -> None:
        self._tail, self._resolve = tail, resolve
        self._count = 0
        self._made: list[Any] = []

    def decode(self, code: Any, depth: int = 0) -> Any:
        """Return the value of a code.

        Raises
        ------
        ProtocolError
            If it is no code.
        """
        self._count += 1
        if depth > DEEPEST + 1 or self._count > 2 * MOST:
            raise ProtocolError("the data are too deeply nested, or too many")
        if code is None or type(code) in (bool, int, str):
            return code
        try:
            ((tag, content),) = code.items()
            return self._tagged(tag, content, depth)
        except (ProtocolError, Gone):
            raise
        except Exception as error:
            raise ProtocolError(f"this is no data ({type(error).__name__})") from error

    def _tagged(self, tag: str, content: Any, depth: int) -> Any:
        if tag in ("l", "d"):
            return self._filled([] if tag == "l" else {}, content, depth)
        if tag == "again":
            return self._made[content]
        if tag in ("u", "s", "z"):
            return _BY_TAG[tag]([self.decode(item, depth + 1) for item in content])
        if tag in ("o", "C"):
            pairs = [(self.decode(k, depth + 1), self.decode(v, depth + 1)) for k, v in content]
            return _BY_TAG[tag](dict(pairs) if tag == "C" else pairs)
        if tag in ("b", "B"):
            return (bytes if tag == "b" else bytearray)(self._bytes(*content))
        if tag == "S":
            return bytes(self._bytes(*content)).decode("utf-8", "surrogatepass")
        if tag in _REBUILT:
            return _REBUILT[tag](content)
        return self._array_like(tag, content, depth)

    def _filled(self, made: Any, content: Any, depth: int) -> Any:
        self._made.append(made)
        if type(made) is list:
            made.extend(self.decode(item, depth + 1) for item in content)
        else:
            for key, value in content:
                made[self.decode(key, depth + 1)] = self.decode(value, depth + 1)
        return made

    def _array_like(self, tag: str, content: Any, depth: int) -> Any:
        if tag == "n":
            return self._array(*content)
        if tag == "g":
            return self.decode(content, depth + 1)[()]
        if tag == "no":
            shape, items = content
            array = np.empty(len(items), dtype=object)
            for index, item in enumerate(items):
                array[index] = self.decode(item, depth + 1)
            return array.reshape(shape)
        if tag == "t":
            return self.tensor(*content)
        if tag == "tdtype":
            return _torch_dtype(content)
        if tag == "D":
            made, items = content
            return collections.defaultdict(_FACTORIES.get(made), self.decode(items, depth + 1))
        if tag == "q":
            return collections.deque(self.decode(content[1], depth + 1), content[0])
        if tag == "slice":
            return slice(*[self.decode(part) for part in content])
        if tag == "N":
            name, fields, items = content
            return _namedtuple(name, fields)(*[self.decode(item, depth + 1) for item in items])
        if tag in ("ellipsis", "notimplemented"):
            return Ellipsis if tag == "ellipsis" else NotImplemented
        return self._resolve(tag, content)

    def _bytes(self, start: int, size: int) -> memoryview:
        if not 0 <= start <= start + size <= len(self._tail):
            raise ProtocolError("data point outside their message")
        return self._tail[start : start + size]

    def _array(self, dtype: str, shape: list[int], start: int, size: int) -> Any:
        kind = np.dtype(dtype)
        if kind.kind not in _KINDS:
            raise ProtocolError("an array of objects")
        return np.frombuffer(self._bytes(start, size), kind).reshape(shape).copy()

    def tensor(self, dtype: str, shape: list[int], start: int, size: int) -> torch.Tensor:
        """Return a tensor from its parts, as `Encoder.tensor_parts` gives them."""
        kind = _torch_dtype(dtype)
        # Never memory of this process that was not written to.
        if size != math.prod(shape) * kind.itemsize or min(shape, default=0) < 0:
            raise ProtocolError("a tensor is not as large as it says")
        if not size:
            return torch.zeros(shape, dtype=kind)
        data = torch.frombuffer(bytearray(self._bytes(start, size)), dtype=torch.uint8)
        return data.view(kind).reshape(shape)


def _relative(path: str) -> pathlib.Path:
    if pathlib.Path(path).is_absolute() or ".." in pathlib.Path(path).parts:
        raise ProtocolError("a path of this machine")
    return pathlib.Path(path)


def _torch_dtype(name: str) -> torch.dtype:
    found = getattr(torch, name)
    if not isinstance(found, torch.dtype):
        raise ProtocolError("no such dtype")
    return found


def _namedtuple(name: str, fields: list[str]) -> Any:
    plain = all(type(f) is str and f.isidentifier() and not keyword.iskeyword(f) for f in fields)
    if not plain or len(fields) > 1000 or not str(name).isidentifier():
        raise ProtocolError("no such tuple")
    return collections.namedtuple(name, fields)
