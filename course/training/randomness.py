"""The state of every global random generator: read, put back, or set aside for a while."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from course.training.seeding import derive_seed


def random_state() -> dict[str, Any]:
    """Return the states of the generators of PyTorch, NumPy and Python, and of every CUDA GPU."""
    state = _cpu_state()
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_random_state(state: dict[str, Any]) -> None:
    """Put back what `random_state` returned. GPUs that are not here are passed over."""
    _restore_cpu(state)
    if torch.cuda.is_available():
        for number, gpu in enumerate(state.get("cuda", [])[: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(gpu, number)


@contextlib.contextmanager
def seeded(*parts: int) -> Iterator[None]:
    """Draw from generators seeded by these numbers inside, and go on as before afterwards.

    CPU only: what is drawn on a GPU is not touched.
    """
    before = _cpu_state()
    seed = derive_seed(*parts)
    torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed the GPUs as well
    np.random.seed(seed % 2**32)
    random.seed(seed)
    try:
        yield
    finally:
        _restore_cpu(before)


def _cpu_state() -> dict[str, Any]:
    return {
        "torch": torch.get_rng_state(),
        "numpy": np.random.get_state(legacy=True),
        "python": random.getstate(),
    }


def _restore_cpu(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])
