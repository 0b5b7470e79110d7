"""A GPU is used only if it computes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from course import device, runtime
from course.device import Device, find_device

P100 = SimpleNamespace(name="Tesla P100-PCIE-16GB", total_memory=17_000_000_000)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that makes PyTorch claim a GPU; what it is given is raised by a computation."""

    def claim(error: Exception | None) -> None:
        def compute(_: Any) -> None:
            if error:
                raise error

        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: P100)
        monkeypatch.setattr(device, "_compute", compute)

    return claim


def test_a_gpu_that_computes_is_the_device(gpu: Any) -> None:
    gpu(None)
    assert find_device() == Device("cuda", "Tesla P100-PCIE-16GB", 17.0)


def test_one_that_only_claims_to_is_not_and_the_card_says_why(
    gpu: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gpu(RuntimeError("CUDA error: no kernel image is available for execution on the device"))
    monkeypatch.setattr(runtime, "_cards", {})
    card = runtime.setup("01_tiny")
    assert (card.device, card.device_memory) == ("cpu", 0)
    assert card.note == (
        "Tesla P100-PCIE-16GB is there, but this PyTorch cannot use it: choose another (on Kaggle:"
        " T4 x2)."
    )
    assert f"\nBut      {card.note}\n" in capsys.readouterr().out


def test_a_full_one_is_another_matter(gpu: Any) -> None:
    gpu(torch.OutOfMemoryError("CUDA out of memory"))
    found = find_device()
    assert found.kind == "cpu"
    assert "its memory is full" in found.note


def test_a_driver_that_fails_at_once_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise RuntimeError("CUDA driver initialization failed")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_properties", fails)
    assert find_device().note.startswith("The GPU is there, but")


def test_without_a_gpu_nothing_is_said_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert find_device().note == ""


def on_the_cpu(scale: float) -> SimpleNamespace:
    """Return as much of torch as the computation asks for, with the CPU as its GPU."""
    return SimpleNamespace(ones=lambda *shape, device: scale * torch.ones(*shape))


def test_the_computation_itself_is_right() -> None:
    device._compute(on_the_cpu(1))


def test_a_wrong_result_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="wrong result"):
        device._compute(on_the_cpu(2))
