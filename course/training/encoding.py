"""Nested states as JSON and tensors, and back, without loss and without a pickle.

JSON knows texts, numbers, lists and dictionaries with texts as keys. Everything else an optimiser
or a scheduler keeps becomes ``{"$kind": …}``:

>>> tensors = {}
>>> encode({0: {"betas": (0.9, 0.999), "exp_avg": torch.zeros(3)}}, "optimiser", tensors)
{'$dict': [[0, {'betas': {'$tuple': [0.9, 0.999]}, 'exp_avg': {'$tensor': 'optimiser.0.exp_avg'}}]]}
>>> tensors
{'optimiser.0.exp_avg': tensor([0., 0., 0.])}
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from course.errors import CourseError

UPDATE = "install the newest version of the course (run the set-up cell in a new session)"
"""What to do about a checkpoint that holds more than is known here."""
_PLAIN = (type(None), bool, int, str)
_PAIRS: dict[str, Callable[..., Any]] = {
    "$dict": dict,
    "$ordered": OrderedDict,
    "$counter": lambda pairs: Counter(dict(pairs)),
}
_LISTS: dict[str, Callable[..., Any]] = {
    "$tuple": tuple,
    "$set": set,
    "$frozenset": frozenset,
    "$size": torch.Size,
}


def encode(value: Any, name: str, tensors: dict[str, torch.Tensor]) -> Any:
    """Return `value` as JSON; its tensors go into `tensors`, under names that begin with `name`.

    They are copies, on the CPU. A tensor that occurs twice is stored once.

    Raises
    ------
    CourseError
        If it holds something that is neither numbers, texts nor containers of them.
    """
    return _Encoder(tensors).encode(value, name)


def decode(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """Return what `encode` was given, with tensors on the CPU."""
    if isinstance(value, list):
        return [decode(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    kind = next(iter(value), "")
    if not kind.startswith("$"):
        return {key: decode(item, tensors) for key, item in value.items()}
    return _decode_kind(kind, value[kind], tensors)


def _decode_kind(kind: str, content: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if kind in _LISTS:
        return _LISTS[kind](decode(content, tensors))
    if kind in _PAIRS:
        return _PAIRS[kind](_decode_pairs(content, tensors))
    match kind:
        case "$deque":
            return deque(decode(content[0], tensors), maxlen=content[1])
        case "$float":
            return float(content)
        case "$complex":
            return complex(*decode(content, tensors))
        case "$numpy":
            return np.frombuffer(bytes.fromhex(content[1]), np.dtype(content[0]))[0]
        case "$tensor":
            return tensors[content]
        case "$complex_tensor":
            return torch.view_as_complex(tensors[content])
        case "$array":
            return decode(content, tensors).numpy()
    raise CourseError(f"the checkpoint holds something unknown ('{kind}')", do=UPDATE)


def _decode_pairs(content: Any, tensors: dict[str, torch.Tensor]) -> list[Any]:
    return [(decode(key, tensors), decode(item, tensors)) for key, item in content]


@dataclass
class _Encoder:
    tensors: dict[str, torch.Tensor]
    names: dict[tuple[Any, ...], str] = field(default_factory=dict)
    alive: list[torch.Tensor] = field(default_factory=list)

    def encode(self, value: Any, name: str) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"$float": str(value)}
        if isinstance(value, torch.Tensor):
            return self._tensor(value, name)
        if isinstance(value, np.ndarray | np.generic):
            return self._numpy(value, name)
        return self._container(value, name)

    def _container(self, value: Any, name: str) -> Any:
        match value:
            case list() if type(value) is list:
                return self._items(value, name)
            case dict() if type(value) in (dict, defaultdict):
                plain = all(type(key) is str and not key.startswith("$") for key in value)
                if not plain:
                    return {"$dict": self._pairs(value, name)}
                return {key: self.encode(item, f"{name}.{key}") for key, item in value.items()}
            case OrderedDict():
                return {"$ordered": self._pairs(value, name)}
            case Counter():
                return {"$counter": self._pairs(value, name)}
            case deque():
                return {"$deque": [self._items(value, name), value.maxlen]}
            case complex():
                return {"$complex": self._items([value.real, value.imag], name)}
        for kind, make in _LISTS.items():
            if type(value) is make:
                return {kind: self._items(value, name)}
        raise _refused(value, name)

    def _items(self, values: Any, name: str) -> list[Any]:
        return [self.encode(item, f"{name}.{number}") for number, item in enumerate(values)]

    def _pairs(self, values: Any, name: str) -> list[Any]:
        return [
            [self.encode(key, f"{name}.key"), self.encode(item, f"{name}.{key}")]
            for key, item in values.items()
        ]

    def _numpy(self, value: Any, name: str) -> Any:
        if value.dtype.kind not in "biufc":  # bool, whole numbers, floating point, complex
            raise _refused(value, name)
        if isinstance(value, np.generic):
            return {"$numpy": [value.dtype.str, value.tobytes().hex()]}
        try:
            tensor = torch.from_numpy(np.array(value))  # a copy: torch warns of read-only arrays
        except (TypeError, ValueError) as error:  # PyTorch has no such numbers
            raise _refused(value, name) from error
        return {"$array": self._tensor(tensor, name)}

    def _tensor(self, tensor: torch.Tensor, name: str) -> Any:
        if tensor.layout is not torch.strided or tensor.is_quantized:
            raise _refused(tensor, name)
        identity = _identity(tensor)
        if identity not in self.names:
            content = tensor.detach()
            if tensor.is_complex():
                content = torch.view_as_real(content.resolve_conj())
            self.names[identity] = self._store(content, name)
            self.alive.append(tensor)  # so that no other tensor gets the same memory meanwhile
        return {"$complex_tensor" if tensor.is_complex() else "$tensor": self.names[identity]}

    def _store(self, tensor: torch.Tensor, name: str) -> str:
        free = name
        while free in self.tensors:  # {"a": {"b": …}, "a.b": …}
            free += "~"
        # A copy of its own, also of a view: safetensors refuses tensors that share memory.
        own = tensor.resolve_neg().to("cpu", copy=True, memory_format=torch.contiguous_format)
        self.tensors[free] = own
        return free


def _identity(tensor: torch.Tensor) -> tuple[Any, ...]:
    """Tell whether two tensors are the same numbers in the same place."""
    if not tensor.numel():  # all empty tensors lie at address 0
        return (id(tensor),)
    place = (tensor.device, tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride())
    return (*place, tensor.is_conj(), tensor.is_neg())


def _refused(value: object, name: str) -> CourseError:
    return CourseError(
        f"a checkpoint cannot hold a {type(value).__module__}.{type(value).__qualname__}",
        where=name,
        do="store numbers, texts, tensors, and lists or dictionaries of them",
    )
