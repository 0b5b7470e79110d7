"""The accelerator twin: a second device that lives on the CPU and refuses to mix with it.

Training code that forgets to move something to the GPU works on a machine without one. `enter`
gives the process a GPU that is none: its tensors are ordinary CPU tensors whose memory is marked,
every operation is torch's own on the CPU, so numbers are the CPU's to the last digit. But the marks
do not mix: what would raise on a GPU raises here, with the same kind of error.

The twin goes by the name "cuda", so that code written for a GPU finds everything under its name:
``torch.cuda.is_available()``, ``torch.accelerator``, ``x.device.type == "cuda"``, ``x.is_cuda``.

`without` is the other way round: a machine that has no GPU, whatever is built into it. Code with a
hard-coded "cuda" fails there.

Both are for the rest of the process: call them in a process that is thrown away.
"""

from __future__ import annotations

import threading
from typing import Any

import torch

from autograder.twin.calls import Calls
from autograder.twin.dispatch import Dispatch
from autograder.twin.place import DEVICE, NAME
from autograder.twin.redirect import hide_gpus, show_one_gpu
from autograder.twin.tensor import replace, teach_tensors

__all__ = ["NAME", "enter", "without"]

_entered: list[object] = []


def enter() -> torch.device:
    """Give this process the twin, for good, and return its device.

    Tensors made before are on the CPU. Threads started later have the twin as well.
    """
    if not _entered:
        without_threads()
        teach_tensors()
        show_one_gpu()
        _entered.append(_stack())
        run = threading.Thread.run

        def run_there(thread: threading.Thread) -> None:
            _stack()
            run(thread)

        replace(threading.Thread, run=run_there)
    return DEVICE


def _stack() -> list[Any]:
    """Put both modes on this thread's stacks, where they stay."""
    modes: list[Any] = [Dispatch(), Calls()]  # type: ignore[no-untyped-call]
    for mode in modes:
        mode.__enter__()
    return modes


def without() -> None:
    """Make this process, for good, one of a machine that has no GPU."""
    without_threads()
    hide_gpus()


def without_threads() -> None:
    """Compute in the calling thread only."""
    # A fork copies one thread only: OpenMP would wait for the others for ever.
    torch.set_num_threads(1)
    # Backward must stay in this thread: others would not see the twin.
    torch.autograd.set_multithreading_enabled(False)
