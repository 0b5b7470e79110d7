"""What happens on every call of a torch function: devices that are asked for, and who asks."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd.graph import _engine_run_backward
from torch.overrides import TorchFunctionMode
from torch.utils import _device

from autograder.twin.place import DEVICE, NAME, Place, asked_for, mark, place
from autograder.twin.tensor import replace, to

_MAY_RETURN_WHAT_THEY_GOT = (torch.as_tensor, torch.asarray)
_MAKE_MORE_OF_THE_SAME = (torch.Tensor.new_tensor, torch.Tensor.new)


class Calls(TorchFunctionMode):
    """Sees every call of a torch function made in Python.

    Below, in `Dispatch`, a tensor made by somebody's code and one made by torch for its own use
    look the same. Only the first kind passes here, so here it is decided to be on the CPU.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        kwargs.pop("pin_memory", None)  # memory is not pinned for a device that does not exist
        args = _with_lengths_there(func, args)
        device = _device_for(func, args, kwargs)
        where = None if device is None else asked_for(device)
        if kwargs.get("generator") is not None:
            _check_generator(kwargs["generator"], where, args)
        if where is None:  # also for a third device, such as "meta"
            result = func(*args, **kwargs)
            _settle(func, result, args)
            return result
        if func in _MAY_RETURN_WHAT_THEY_GOT:
            return to(func(*args, **{**kwargs, "device": None}), device)
        # torch.tensor would ask for the memory of a GPU before `Dispatch` sees anything.
        result = func(*args, **{**kwargs, "device": "cpu"})
        if isinstance(result, torch.Tensor) and result is not kwargs.get("out"):
            mark(result, where)
        return result


def _device_for(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Return the device a call asks for, by itself or by the default that is in force."""
    device = kwargs.get("device")
    if device is None and func in _MAKE_MORE_OF_THE_SAME:
        return args[0].device
    if device is None and func in _device._device_constructors():
        return _device.CURRENT_DEVICE
    return device


def _with_lengths_there(func: Any, args: Any) -> Any:
    """Bring the lengths of a CTC loss along: CUDA takes them from either device."""
    if getattr(func, "__name__", "") != "ctc_loss":
        return args
    return *args[:2], *(
        to(a, args[0].device) if isinstance(a, torch.Tensor) else a for a in args[2:]
    )


def _settle(func: Any, result: Any, args: Any) -> None:
    """Decide the place of results that met no other tensor."""
    for leaf in result if isinstance(result, (list, tuple)) else [result]:
        if isinstance(leaf, torch.Tensor) and place(leaf) is Place.UNDECIDED:
            # The lengths of a packed sequence are on the CPU, as everywhere in torch.
            here = getattr(func, "__name__", "") == "_pad_packed_sequence"
            mark(leaf, Place.HERE if here else _place_of_any(args))


def _place_of_any(args: Any) -> Place:
    there = any(isinstance(a, torch.Tensor) and place(a) is Place.THERE for a in args)
    return Place.THERE if there else Place.HERE


def _check_generator(generator: torch.Generator, where: Place | None, args: Any) -> None:
    wanted = NAME if (where or _place_of_any(args)) is Place.THERE else "cpu"
    found = generator.device.type
    if found != wanted:
        raise RuntimeError(f"Expected a '{wanted}' device type for generator but found '{found}'")


def stay_in_sight() -> None:
    """Keep `Calls` in backward: hooks and own functions are somebody's code as well."""

    def seen(*args: Any, **kwargs: Any) -> Any:
        with Calls():
            return _engine_run_backward(*args, **kwargs)

    replace(torch.autograd, _engine_run_backward=seen)


class Generator(torch.Generator):
    """A generator of random numbers that knows for which of the two devices it was made."""

    place: Place

    def __new__(cls, device: Any = "cpu") -> Generator:
        """Make one; its numbers are the CPU's."""
        generator = super().__new__(cls)
        generator.place = asked_for(device) or Place.HERE
        return generator

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """The device it was made for."""
        return DEVICE if self.place is Place.THERE else torch.device("cpu")
