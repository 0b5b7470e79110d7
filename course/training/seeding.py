"""One seed for everything that is drawn at random."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import torch

_NUMPY_SEEDS = 2**32


def seed_everything(seed: int) -> torch.Generator:
    """Seed PyTorch (CPU and every GPU), NumPy and `random`; return a generator for a `DataLoader`.

    The generator decides the order of the samples, and PyTorch seeds each worker of the loader from
    it: `torch`, `random` and NumPy's global functions. No `worker_init_fn` is needed.

    Examples
    --------
    >>> generator = seed_everything(0)
    >>> loader = DataLoader(data, 64, shuffle=True, num_workers=2, generator=generator)

    Parameters
    ----------
    seed
        Any whole number from 0 on, below 2^63.

    Notes
    -----
    On one machine, with the same versions and number of threads, a CPU then gives the same numbers
    to the last bit. Not seeded: generators that you made yourself, such as
    ``np.random.default_rng()``, and the order of sets of texts (Python decides it when it starts).

    **On a GPU** the same numbers are drawn, but sums may be added up in another order each time
    (atomic additions; cuDNN chooses an algorithm), so losses drift apart in the last digits. For
    the same bits, at some cost in speed, set the environment variable
    ``CUBLAS_WORKSPACE_CONFIG=:4096:8`` before the first GPU operation and call
    ``torch.use_deterministic_algorithms(True)``; operations that cannot comply then raise an error.
    Another kind of GPU gives other last digits all the same.
    """
    seed = int(seed)  # one of NumPy's will not do everywhere
    torch.manual_seed(seed)
    np.random.seed(seed % _NUMPY_SEEDS)
    random.seed(seed)
    return torch.Generator().manual_seed(seed)


def derive_seed(*parts: int) -> int:
    """Return a seed below 2^63 made from several numbers, such as seed, epoch and batch.

    Neighbouring numbers give unrelated seeds; adding them up would not: 1 + 2 is 2 + 1.
    """
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1
