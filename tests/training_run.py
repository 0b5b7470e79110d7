"""A small training run that has everything random in it, for tests of `course.training`.

Augmentations from three libraries, shuffling, batch normalisation, dropout, AdamW and OneCycleLR:
whatever a checkpoint forgets changes the weights.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from course.training import History, fit
from course.training.encoding import encode
from course.training.randomness import random_state

SAMPLES, BATCH, EPOCHS = 26, 4, 3
BATCHES = 7  # the last one holds two samples
STEPS = EPOCHS * BATCHES


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread: for numbers this small, more of them only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Augmented(Dataset[Any]):
    """Numbers and whether their sum is positive, changed a little each time they are asked for."""

    def __init__(self) -> None:
        drawn = torch.Generator().manual_seed(5)
        self.x = torch.randn(SAMPLES, 6, generator=drawn)
        self.y = (self.x.sum(1) > 0).long()

    def __len__(self) -> int:
        return SAMPLES

    def __getitem__(self, row: int) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.x[row] + 0.1 * torch.randn(6) + 0.1 * float(np.random.normal())
        return (x.flip(0) if random.random() < 0.5 else x), self.y[row]


@dataclass
class Run:
    """What one call of `fit` needs."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    scheduler: torch.optim.lr_scheduler.OneCycleLR
    loader: DataLoader[Any]

    @classmethod
    def new(cls, workers: int = 0, epochs: int = EPOCHS, lr: float = 0.02) -> Run:
        torch.manual_seed(9)
        model = nn.Sequential(
            nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2)
        )
        optimiser = torch.optim.AdamW(model.parameters())
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, max_lr=lr, total_steps=epochs * BATCHES
        )
        loader = DataLoader(Augmented(), BATCH, shuffle=True, num_workers=workers)
        return cls(model, optimiser, schedule, loader)

    def fit(self, **options: Any) -> History:
        given = {"epochs": EPOCHS, "loss": cross_entropy, "on_epoch": self.validate, **options}
        return fit(
            self.model,
            self.loader,
            optimiser=self.optimiser,
            scheduler=self.scheduler,
            **given,
        )

    def validate(self, row: dict[str, Any]) -> dict[str, float]:
        """Draw as well: a validation with random crops would."""
        self.model.eval()
        with torch.no_grad():
            return {"accuracy": float(self.model(torch.randn(3, 6)).sum())}

    def fingerprint(self, history: History) -> str:
        """Return a digest of everything that must be equal, to the last bit."""
        everything = {
            "model": dict(self.model.state_dict()),
            "optimiser": self.optimiser.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "history": list(history.epochs),
            "random": random_state(),
        }
        tensors: dict[str, torch.Tensor] = {}
        digest = hashlib.sha256(json.dumps(encode(everything, "", tensors)).encode())
        for name, tensor in tensors.items():
            digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
            digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()
