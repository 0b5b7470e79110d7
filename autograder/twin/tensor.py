"""What a tensor on the twin says of itself, and how it gets there and back.

torch believes all tensors to be on the CPU. So each method and property that tells the device, or
changes it, is replaced by one that knows the mark.
"""

from __future__ import annotations

from typing import Any

import torch

from autograder.twin.place import DEVICE, NAME, Place, asked_for, move, place


def _original(call: Any) -> Any:
    """Return torch's own, called unseen: torch finds a method it lets others override by name."""

    def unseen(*args: Any, **kwargs: Any) -> Any:
        with torch._C.DisableTorchFunction():
            return call(*args, **kwargs)

    return unseen


_device = _original(torch.Tensor.device.__get__)
_is_cpu = _original(torch.Tensor.is_cpu.__get__)  # type: ignore[attr-defined]
_to = _original(torch.Tensor.to)
_type = _original(torch.Tensor.type)
_numpy = _original(torch.Tensor.numpy)
_to_dlpack = _original(torch.Tensor.__dlpack__)
_clone_storage: Any = torch.UntypedStorage.clone


def replace(owner: Any, **values: Any) -> None:
    """Set attributes for the rest of the process."""
    for name, value in values.items():
        setattr(owner, name, value)


def teach_tensors() -> None:
    """Replace the methods of ``torch.Tensor`` that have to do with the device."""
    replace(
        torch.Tensor,
        device=property(lambda self: DEVICE if _there(self) else _device(self)),
        is_cuda=property(_there),
        is_cpu=property(lambda self: not _there(self) and _is_cpu(self)),
        get_device=lambda self: 0 if _there(self) else -1,
        to=to,
        cpu=lambda self, memory_format=torch.preserve_format: to(self, "cpu"),
        cuda=_cuda,
        type=_typed,
        type_as=lambda self, other: to(self, other),
        numpy=_as_numpy,
        pin_memory=_pin,
        is_pinned=lambda self, device=None: getattr(self, "pinned", False),
        record_stream=lambda self, stream: None,
        __dlpack__=_dlpack,
    )
    replace(torch.UntypedStorage, clone=_cloned_storage)
    # torch.save writes, and torch.load reads, where a tensor was; asked before the CPU's own (10).
    torch.serialization.register_package(5, _location, _restored)


def to(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Do what ``Tensor.to`` does, all of it: a device, a type, or another tensor's."""
    first = args[0] if args else kwargs.get("other")
    where: Place | None = place(tensor)
    if isinstance(first, torch.Tensor):
        where = place(first)
    elif isinstance(first, (str, int, torch.device)):
        where = asked_for(first)
        args = ("cpu", *args[1:])
    elif kwargs.get("device") is not None:
        where = asked_for(kwargs["device"])
        kwargs = {**kwargs, "device": "cpu"}
    if where is None:
        raise RuntimeError(f"this machine has the devices cpu and {NAME} only")
    return move(_to(tensor, *args, **kwargs), where)


def _there(tensor: torch.Tensor) -> bool:
    return place(tensor) is Place.THERE


def _cuda(tensor: torch.Tensor, device: Any = None, *args: Any, **kwargs: Any) -> torch.Tensor:
    return to(tensor, NAME if device is None else device)


def _typed(tensor: torch.Tensor, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Do what ``Tensor.type`` does; old names, such as torch.cuda.FloatTensor, tell a device."""
    if dtype is None:
        name = _type(tensor)
        return name.replace("torch.", "torch.cuda.") if _there(tensor) else name
    if isinstance(dtype, torch.dtype):
        return _type(tensor, dtype)
    name = dtype if isinstance(dtype, str) else f"{dtype.__module__}.{dtype.__name__}"
    where = Place.THERE if ".cuda." in name else Place.HERE
    return move(_type(tensor, name.replace(".cuda.", ".")), where)


def _as_numpy(tensor: torch.Tensor, *, force: bool = False) -> Any:
    if force:
        return _numpy(to(tensor.detach(), "cpu"), force=True)
    if _there(tensor):
        raise TypeError(
            f"can't convert {DEVICE} device type tensor to numpy. "
            "Use Tensor.cpu() to copy the tensor to host memory first."
        )
    return _numpy(tensor)


def _pin(tensor: torch.Tensor, device: Any = None) -> torch.Tensor:
    if _there(tensor):
        raise RuntimeError(f"cannot pin '{_typed(tensor)}' only dense CPU tensors can be pinned")
    copy = tensor.clone()
    copy.pinned = True  # type: ignore[attr-defined]
    return copy


def _dlpack(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
    if _there(tensor):
        raise BufferError("a tensor on the accelerator cannot be read from the CPU")
    return _to_dlpack(tensor, *args, **kwargs)


def _cloned_storage(storage: Any) -> Any:
    copy = _clone_storage(storage)
    if hasattr(storage, "place"):
        copy.place = storage.place
    return copy


def _location(storage: Any) -> str | None:
    return str(DEVICE) if getattr(storage, "place", None) is Place.THERE else None


def _restored(storage: Any, location: str) -> Any:
    if not location.startswith(NAME):
        return None
    storage.place = asked_for(location)
    return storage
