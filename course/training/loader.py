"""The batches of one epoch, the same ones each time, from any batch on.

Which samples form a batch depends on seed and epoch alone. What is drawn at random while a batch is
put together (augmentations) depends on seed, epoch and the batch's number. So neither a stop in
mid-epoch nor the number of workers changes anything, and the model's own random numbers (dropout)
are not touched.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset

from course.errors import CourseError
from course.training.randomness import seeded
from course.training.seeding import derive_seed

_GRACE = 10  # seconds


@dataclass(frozen=True)
class _Batch:
    number: int
    rows: list[int]


class _SeededDataset(Dataset[Any]):
    """Puts together whole batches, drawing from generators seeded for each one."""

    def __init__(self, loader: DataLoader[Any], seed: int, epoch: int) -> None:
        self.dataset: Any = loader.dataset
        self.collate = loader.collate_fn
        self.seed = seed
        self.epoch = epoch

    def __getitems__(self, batch: _Batch) -> Any:  # called with what the batch sampler yields
        with seeded(self.seed, self.epoch, batch.number):
            several = getattr(self.dataset, "__getitems__", None)
            if several is not None:
                return self.collate(several(batch.rows))
            return self.collate([self.dataset[row] for row in batch.rows])


@dataclass(frozen=True)
class _StartWorker:
    first: Callable[[int], None] | None

    def __call__(self, worker: int) -> None:
        # Ctrl-C in a terminal and a shutdown reach every process at once. What they mean is for the
        # main one to decide; if a worker died first, PyTorch would raise an error in mid-step.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _linger)
        if self.first is not None:
            self.first(worker)


def _linger(number: int, frame: FrameType | None) -> None:
    """End a little later: by then the main process has saved, or ended its workers itself."""
    signal.alarm(_GRACE)


def _as_is(batch: Any) -> Any:
    return batch


def batches(loader: DataLoader[Any], *, seed: int, epoch: int, start: int = 0) -> Generator[Any]:
    """Yield the batches of an epoch, from number `start` on.

    Parameters
    ----------
    loader
        Says which dataset, batch size, sampler, `collate_fn` and workers to use.
    seed, epoch
        Decide the order and all that is drawn while batches are put together.
    start
        How many batches to leave out: those that a run which was cut off has done.

    Raises
    ------
    CourseError
        If the loader has no batches that can be counted.
    """
    dataset = _SeededDataset(loader, seed, epoch)
    rest = _order(loader, seed, epoch)[start:]
    again: DataLoader[Any] = DataLoader(
        dataset,
        batch_sampler=rest,  # type: ignore[arg-type] # any object that __getitems__ understands
        num_workers=loader.num_workers,
        collate_fn=_as_is,
        pin_memory=loader.pin_memory,
        timeout=loader.timeout,
        worker_init_fn=_StartWorker(loader.worker_init_fn),
        multiprocessing_context=loader.multiprocessing_context,
        generator=torch.Generator().manual_seed(derive_seed(seed, epoch)),
        prefetch_factor=loader.prefetch_factor,
    )
    yield from again


def count(loader: DataLoader[Any]) -> int:
    """Return the number of batches of an epoch, as `batches` yields them.

    Raises
    ------
    CourseError
        If the loader has no batches that can be counted.
    """
    if isinstance(loader.dataset, IterableDataset) or loader.batch_sampler is None:
        raise CourseError(
            "the order of this DataLoader cannot be repeated, so a run could not be resumed",
            do="give it a dataset with a length and a batch_size",
        )
    if not len(loader):
        raise CourseError(
            f"the DataLoader has no batches ({len(loader.dataset)} samples)",  # type: ignore[arg-type]
            do="look at the dataset; with drop_last, a batch needs batch_size samples",
        )
    return len(loader)


def _order(loader: DataLoader[Any], seed: int, epoch: int) -> list[_Batch]:
    count(loader)
    for owner in (loader, loader.sampler, loader.batch_sampler):
        generator = getattr(owner, "generator", None)
        if isinstance(generator, torch.Generator):
            generator.manual_seed(derive_seed(seed, epoch))
    with seeded(seed, epoch):
        rows = list(loader.batch_sampler)  # type: ignore[arg-type]
    return [_Batch(number, list(batch)) for number, batch in enumerate(rows)]
