"""The device to compute on: one that was tried out, not one that is only said to be there."""

from __future__ import annotations

import os
import platform as machine
from dataclasses import dataclass
from typing import Any

_GB = 1e9


@dataclass(frozen=True)
class Device:
    """A device.

    Attributes
    ----------
    kind
        ``"cuda"``, ``"mps"`` or ``"cpu"``.
    name
        What its maker calls it.
    memory
        Its own memory in GB (10^9 bytes), 0 where it has none or it is unknown.
    note
        Why a GPU that is there is not used, and what to do; usually empty.
    """

    kind: str
    name: str
    memory: float = 0.0
    note: str = ""


def find_device() -> Device:
    """Return the best device that works.

    PyTorch may call a GPU available and yet hold no code for it, as with Kaggle's P100. So a
    small computation is tried, and without its result the device is the CPU.

    Examples
    --------
    >>> find_device()
    Device(kind='cpu', name='CPU (2 cores, x86_64)', memory=0.0, note='')
    """
    import torch

    note = ""
    if torch.cuda.is_available():
        name = "The GPU"
        try:
            facts = torch.cuda.get_device_properties(0)
            name = facts.name
            _compute(torch)
        except RuntimeError as error:
            note = _explained(name, full=isinstance(error, torch.OutOfMemoryError))
        else:
            return Device("cuda", name, facts.total_memory / _GB)
    if torch.backends.mps.is_available():
        return Device("mps", "Apple GPU")
    return Device("cpu", f"CPU ({os.cpu_count()} cores, {machine.machine()})", note=note)


def _compute(torch: Any) -> None:
    """Run a kernel of PyTorch's own and one of the library for matrices, and wait for them."""
    ones = torch.ones(8, 8, device="cuda").relu()
    if (ones @ ones).sum().item() != 512:  # 64 sums of 8
        raise RuntimeError("wrong result")


def _explained(name: str, *, full: bool) -> str:
    if full:
        return f"{name} is there, but its memory is full: close what uses it, restart the session."
    return f"{name} is there, but this PyTorch cannot use it: choose another (on Kaggle: T4 x2)."
