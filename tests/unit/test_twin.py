"""Device mistakes are found without a GPU, and correct code passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name

from autograder.sentences import LEFT_BEHIND, RAISED, UNFINISHED
from autograder.twin import NAME, on_twin

IMAGES, LABELS = torch.randn(8, 1, 12, 12), torch.arange(8) % 3
Step = Callable[[nn.Module, Any, torch.device], float]


def training(step: Step, optimiser: Any = torch.optim.Adam) -> Callable[[torch.device], None]:
    def test(device: torch.device) -> None:
        net = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3),
        ).to(device)  # fmt: skip
        moves = optimiser(net.parameters(), lr=0.05)
        losses = [step(net, moves, device) for _ in range(5)]
        assert losses[-1] < losses[0], "the loss does not fall"

    return test


def correct(net: nn.Module, moves: Any, device: torch.device) -> float:
    moves.zero_grad()
    loss = F.cross_entropy(net(IMAGES.to(device)), LABELS.to(device))
    loss.backward()
    moves.step()
    return loss.item()


def without_labels(net: nn.Module, moves: Any, device: torch.device) -> float:
    F.cross_entropy(net(IMAGES.to(device)), LABELS).backward()
    return 0.0


def without_images(net: nn.Module, moves: Any, device: torch.device) -> float:
    F.cross_entropy(net(IMAGES), LABELS.to(device)).backward()
    return 0.0


@pytest.mark.parametrize("optimiser", [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW])
def test_correct_training_passes(optimiser: Any) -> None:
    on_twin(training(correct, optimiser))


@pytest.mark.parametrize("step", [without_labels, without_images])
def test_what_was_not_moved_is_found(step: Step) -> None:
    with pytest.raises(AssertionError) as caught:
        on_twin(training(step))
    assert str(caught.value) == LEFT_BEHIND


def test_a_tensor_made_on_the_cpu_inside_is_found() -> None:
    def adds_noise(device: torch.device) -> None:
        IMAGES.to(device) + torch.zeros(8, 1, 12, 12)

    with pytest.raises(AssertionError, match="left on the CPU"):
        on_twin(adds_noise)


def test_tensors_can_be_made_there() -> None:
    def test(device: torch.device) -> None:
        made = torch.zeros(3, device=device) + torch.ones(3, device=device)
        assert made.device.type == NAME
        assert made.cpu().tolist() == [1, 1, 1]

    on_twin(test)


def test_other_errors_are_told_without_their_text() -> None:
    def test(device: torch.device) -> None:
        raise ValueError("what the test tried")

    with pytest.raises(AssertionError) as caught:
        on_twin(test)
    assert str(caught.value) == RAISED


def test_the_tests_own_sentence_comes_through() -> None:
    def test(device: torch.device) -> None:
        raise AssertionError("my sentence")

    with pytest.raises(AssertionError, match=r"^my sentence$"):
        on_twin(test)


@pytest.mark.parametrize("end", ["exit", "hang"])
def test_a_test_that_does_not_end_has_not_passed(end: str) -> None:
    def test(device: torch.device) -> None:
        if end == "exit":
            import os

            os._exit(0)
        while True:
            pass

    with pytest.raises(AssertionError) as caught:
        on_twin(test, seconds=2.0)
    assert str(caught.value) == UNFINISHED


def test_this_process_has_no_second_device_afterwards() -> None:
    on_twin(training(correct))
    with pytest.raises(RuntimeError):
        torch.zeros(1, device=NAME)
