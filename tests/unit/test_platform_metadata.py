"""The metadata of a released notebook: what platforms read, and nothing of the instructor's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.build.release import build, read_notebook
from autograder.directory import Directory

Tiny = Callable[..., Path]


def metadata(root: Path) -> dict[str, Any]:
    return dict(read_notebook(build(Directory.open(root), "01_tiny") / "01_tiny.ipynb").metadata)


def gpu(front: dict[str, Any]) -> dict[str, Any]:
    return {**front, "accelerator": "gpu"}


def test_a_gpu_lesson_asks_colab_and_kaggle_for_one(tiny_course: Tiny) -> None:
    found = metadata(tiny_course(front=gpu))
    assert found["accelerator"] == "GPU"
    assert found["colab"]["gpuType"] == "T4"
    assert found["kaggle"]["isGpuEnabled"] is True


def test_a_lesson_without_a_gpu_asks_for_none(tiny_course: Tiny) -> None:
    found = metadata(tiny_course())
    assert "accelerator" not in found
    assert "gpuType" not in found["colab"]
    assert found["kaggle"]["isGpuEnabled"] is False


def test_nothing_else_is_in_the_metadata(tiny_course: Tiny) -> None:
    expected = {"kernelspec", "language_info", "accelerator", "colab", "kaggle", "course"}
    assert set(metadata(tiny_course(front=gpu))) == expected


def test_the_kernel_is_the_one_every_platform_has(tiny_course: Tiny) -> None:
    assert metadata(tiny_course())["kernelspec"]["name"] == "python3"


def test_colab_shows_the_name_of_the_notebook(tiny_course: Tiny) -> None:
    assert metadata(tiny_course())["colab"]["name"] == "01_tiny.ipynb"
