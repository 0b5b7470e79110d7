"""Where a tensor is: here, on the twin, or not decided yet.

A tensor on the twin is an ordinary CPU tensor whose memory carries a mark. The mark belongs to the
memory, not to the tensor, so views, ``detach``, ``.data`` and parameters that get new memory are
right without any effort: torch itself carries the mark along.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import torch

NAME = "cuda"
DEVICE = torch.device(NAME, 0)


class Place(Enum):
    """Where the numbers of a tensor are."""

    HERE = "on the CPU"
    THERE = "on the twin"
    # torch's own C++ made it as a helper, on the device "of its inputs", which for C++ is the CPU.
    # It takes the side of the first tensor it meets.
    UNDECIDED = "undecided"


def place(tensor: torch.Tensor) -> Place:
    """Return where a tensor is."""
    storage = _storage(tensor)
    found: Place = getattr(storage, "place", Place.HERE)  # without a mark: made before, or by NumPy
    return found


def mark(tensor: torch.Tensor, where: Place) -> None:
    """Say where a tensor is, and with it every other tensor in the same memory."""
    storage = _storage(tensor)
    if storage is not None:
        storage.place = where


def move(tensor: torch.Tensor, where: Place) -> torch.Tensor:
    """Return the tensor itself if it is there already, else a copy that is."""
    if place(tensor) is where:
        return tensor
    if tensor.requires_grad and torch.is_grad_enabled():
        moved: torch.Tensor = _Move.apply(tensor, where)  # type: ignore[no-untyped-call]
        return moved
    return _copy(tensor, where)


def asked_for(device: Any) -> Place | None:
    """Return the place a ``device=`` argument means; None for any third device."""
    if isinstance(device, int):  # a bare number is an accelerator's
        device = torch.device(NAME, device)
    device = torch.device(device)
    if device.type == NAME:
        if device.index not in (None, 0):
            raise RuntimeError("CUDA error: invalid device ordinal")
        return Place.THERE
    return Place.HERE if device.type == "cpu" else None


def device_of(tensor: torch.Tensor) -> torch.device | None:
    """Return the device a marked tensor has to report; None if it is not on the twin."""
    return DEVICE if place(tensor) is Place.THERE else None


def _storage(tensor: torch.Tensor) -> Any:
    # Asking is not an operation: no mode should see it.
    with torch._C.DisableTorchFunction():
        try:
            return tensor.untyped_storage()
        except (NotImplementedError, RuntimeError):
            return _inner_storage(tensor)


def _inner_storage(tensor: torch.Tensor) -> Any:
    # Sparse tensors and those of torch.func have no memory of their own.
    functorch = torch._C._functorch
    if functorch.is_functorch_wrapped_tensor(tensor):
        return _storage(functorch.get_unwrapped(tensor))
    if tensor.layout is torch.sparse_coo:
        return tensor._values().untyped_storage()
    if tensor.layout in (torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc):
        return tensor.values().untyped_storage()
    return None


def _copy(tensor: torch.Tensor, where: Place) -> torch.Tensor:
    with torch._C.DisableTorchFunction():  # lazy layers move what they forbid to use
        copy = tensor.clone()
    mark(copy, where)
    return copy


class _Move(torch.autograd.Function):
    """A move that brings the gradient back to where the tensor came from."""

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor, where: Place) -> torch.Tensor:
        ctx.came_from = place(tensor)
        return _copy(tensor, where)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return move(gradient, ctx.came_from), None
