"""What happens under every operation: tensors of two places do not meet, results are marked."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.sentences import MIXED
from autograder.twin.place import DEVICE, Place, asked_for, mark, place

_CPU = torch.device("cpu")
# These exist to carry numbers from one device to another, or only look at a tensor's shape.
_CROSSING = {"copy_", "_copy_from", "_foreach_copy_", "copy", "set_", "is_same_size", "is_set_to"}
# CUDA takes these arguments from the CPU: indices are moved, lengths must be there.
_INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index",
             "_unsafe_index_put", "_index_put_impl"}  # fmt: skip
_FROM_THE_CPU = {
    **dict.fromkeys(_INDEXING, "indices"),
    "_pack_padded_sequence": "lengths",
    "_pack_padded_sequence_backward": "batch_sizes",
}
# A single number on the CPU is welcome here, as it is in all arithmetic.
_TAKE_A_NUMBER = _INDEXING | {"masked_fill", "masked_fill_", "fill", "fill_", "where", "clamp"}


class Dispatch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees every operation of this thread, in backward too."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # nothing is compiled here; the guard against it costs a second's import

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


@dataclass(frozen=True)
class _Rule:
    """What one operation allows."""

    name: str
    names: tuple[str, ...]
    written: frozenset[str]
    takes_a_number: bool
    from_the_cpu: str | None

    def excuses(self, argument: str, tensor: torch.Tensor) -> bool:
        """Tell whether this CPU tensor may meet the twin."""
        number = self.takes_a_number and tensor.dim() == 0 and argument not in self.written
        return number or argument == self.from_the_cpu


@functools.cache
def _rule(func: Any) -> _Rule:
    schema = func._schema
    name = schema.name.split("::")[-1]
    return _Rule(
        name=name,
        names=tuple(argument.name for argument in schema.arguments),
        written=frozenset(a.name for a in schema.arguments if a.is_write),
        takes_a_number=(
            torch.Tag.pointwise in func.tags
            or name in _TAKE_A_NUMBER
            or name.startswith("_foreach_")
        ),
        from_the_cpu=_FROM_THE_CPU.get(name),
    )


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    rule = _rule(func)
    tensors = list(_tensors(rule, args, kwargs))
    if rule.name in _CROSSING:
        _take_the_side_of_the_source(tensors)
        return func(*args, **kwargs)
    where = _meeting_place(rule, tensors)
    target = kwargs.get("device")
    if target is not None and asked_for(target) is Place.THERE:
        where = Place.THERE
        kwargs = {**kwargs, "device": _CPU}
    result = func(*args, **kwargs)
    _mark_all(rule, result, where)
    return result


def _tensors(rule: _Rule, args: Any, kwargs: dict[str, Any]) -> Iterator[tuple[str, torch.Tensor]]:
    for name, value in [*zip(rule.names, args, strict=False), *kwargs.items()]:
        if isinstance(value, torch.Tensor):
            yield name, value
        elif isinstance(value, (list, tuple)):
            for leaf in value:
                if isinstance(leaf, torch.Tensor):
                    yield name, leaf


def _meeting_place(rule: _Rule, tensors: list[tuple[str, torch.Tensor]]) -> Place:
    """Return where an operation takes place."""
    places = [place(tensor) for _, tensor in tensors]
    if Place.THERE in places:
        _refuse_to_mix(rule, tensors, places)
        return Place.THERE
    return Place.HERE if Place.HERE in places else Place.UNDECIDED


def _refuse_to_mix(
    rule: _Rule, tensors: list[tuple[str, torch.Tensor]], places: list[Place]
) -> None:
    for (argument, tensor), found in zip(tensors, places, strict=True):
        if found is Place.HERE and not rule.excuses(argument, tensor):
            if rule.name in _INDEXING and argument == "self":
                raise RuntimeError(
                    f"indices should be either on cpu or {MIXED} as the indexed tensor (cpu)"
                )
            raise RuntimeError(
                f"Expected all tensors to be {MIXED}, but found at least two devices, "
                f"{DEVICE} and cpu! (when checking argument {argument} in {rule.name})"
            )


def _take_the_side_of_the_source(tensors: list[tuple[str, torch.Tensor]]) -> None:
    if len(tensors) == 2 and place(tensors[0][1]) is Place.UNDECIDED:
        mark(tensors[0][1], place(tensors[1][1]))


def _mark_all(rule: _Rule, result: Any, where: Place) -> None:
    results = result if isinstance(result, (list, tuple)) else [result]
    if rule.name == "_pack_padded_sequence":
        results = results[:1]  # the batch sizes stay on the CPU
    for leaf in results:
        if isinstance(leaf, torch.Tensor) and where is not Place.HERE and place(leaf) is not where:
            mark(leaf, where)
