"""One seed decides everything that is drawn."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from course.training import seed_everything
from course.training.randomness import random_state, restore_random_state, seeded
from course.training.seeding import derive_seed


def draw() -> list[float]:
    """Draw twice from each generator: one of them could be right by accident."""
    normal = torch.nn.functional.dropout(torch.ones(50)).sum()
    return [
        *torch.rand(2).tolist(),
        float(normal),
        *np.random.rand(2).tolist(),
        random.random(),
        random.gauss(0, 1),
    ]


class Drawn(Dataset[Any]):
    def __len__(self) -> int:
        return 12

    def __getitem__(self, row: int) -> torch.Tensor:
        return torch.tensor([row, torch.rand(()), np.random.rand(), random.random()])


def test_the_same_seed_gives_the_same_numbers() -> None:
    seed_everything(7)
    first = draw()
    seed_everything(7)
    assert draw() == first
    seed_everything(8)
    other = draw()
    assert not set(first) & set(other)


@pytest.mark.parametrize("seed", [0, 2**32, 2**63 - 1])
def test_any_seed_will_do(seed: int) -> None:
    seed_everything(seed)
    first = draw()
    seed_everything(seed)
    assert draw() == first


@pytest.mark.parametrize("workers", [0, 2])
def test_the_generator_decides_order_and_workers(workers: int) -> None:
    def batches(seed: int) -> torch.Tensor:
        generator = seed_everything(seed)
        loader = DataLoader(Drawn(), 3, shuffle=True, num_workers=workers, generator=generator)
        return torch.cat(list(loader))

    first, again, other = batches(3), batches(3), batches(4)
    assert torch.equal(first, again)
    assert not (first == other).all(1).any()
    assert (first[:, 0] != torch.arange(12)).any()


def test_workers_do_not_draw_the_same_numbers() -> None:
    loader = DataLoader(Drawn(), 3, num_workers=2, generator=seed_everything(0))
    drawn = torch.cat(list(loader))[:, 1:]
    assert len({value.item() for value in drawn.flatten()}) == drawn.numel()


def test_derived_seeds_differ() -> None:
    parts = [(1, 2), (2, 1), (12,), (1, 2, 0), (0, 1, 2), (3,)]
    seeds = {derive_seed(*each) for each in parts}
    assert len(seeds) == len(parts)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_states_can_be_put_back() -> None:
    seed_everything(1)
    random.gauss(0, 1)  # keeps a second number for the next call: that is part of the state, too
    np.random.normal()
    state = random_state()
    first = [*draw(), float(np.random.normal())]
    restore_random_state(state)
    assert [*draw(), float(np.random.normal())] == first


def test_states_of_gpus_that_are_not_here_are_passed_over() -> None:
    state = {**random_state(), "cuda": [torch.zeros(16, dtype=torch.uint8)] * 64}
    restore_random_state({**state, "cuda": state["cuda"][torch.cuda.device_count() :]})


def test_inside_seeded_the_parts_decide_and_outside_nothing_changes() -> None:
    seed_everything(1)
    undisturbed = [*draw(), *draw()]
    seed_everything(1)
    outside = draw()
    with seeded(5, 0):
        first = draw()
    outside += draw()
    assert outside == undisturbed
    with seeded(5, 0):
        assert draw() == first
    with seeded(5, 1):
        assert not set(draw()) & set(first)


def test_seeded_puts_back_after_an_error() -> None:
    seed_everything(1)
    first = draw()
    seed_everything(1)
    with pytest.raises(ZeroDivisionError), seeded(2):
        draw()[0] / 0
    assert draw() == first
