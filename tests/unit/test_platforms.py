"""Where a notebook runs: links that open it there, and how the place is recognised."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from course.platforms import PLATFORMS, Platform, Published, detect
from course.platforms.colab import Colab
from course.platforms.kaggle import Kaggle
from course.platforms.local import Local
from course.platforms.sagemaker import StudioLab
from course.platforms.workbench import Workbench

PLACE = Published("org", "repo", "main", "release/01_tiny/01_tiny.ipynb")
LINKS = {
    Colab: (
        "https://colab.research.google.com/github/org/repo/blob/main/release/01_tiny/01_tiny.ipynb"
    ),
    Kaggle: (
        "https://kaggle.com/kernels/welcome?src=https%3A%2F%2Fgithub.com%2Forg%2Frepo%2Fblob%2F"
        "main%2Frelease%2F01_tiny%2F01_tiny.ipynb"
    ),
    Workbench: (
        "https://console.cloud.google.com/vertex-ai/workbench/deploy-notebook?download_url="
        "https%3A%2F%2Fraw.githubusercontent.com%2Forg%2Frepo%2Fmain%2Frelease%2F01_tiny%2F"
        "01_tiny.ipynb"
    ),
    StudioLab: (
        "https://studiolab.sagemaker.aws/import/github/org/repo/blob/main/release/01_tiny/"
        "01_tiny.ipynb"
    ),
    Local: "https://raw.githubusercontent.com/org/repo/main/release/01_tiny/01_tiny.ipynb",
}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without the marks of any platform."""
    for name in list(os.environ):
        if name in (
            "KAGGLE_KERNEL_RUN_TYPE",
            "COLAB_RELEASE_TAG",
            "DL_ANACONDA_HOME",
        ) or name.startswith("SM_"):
            monkeypatch.delenv(name)
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    if Path("/opt/ml").exists() or Path("/opt/deeplearning").exists():
        pytest.skip("this machine carries a platform's folder")
    return monkeypatch


def test_every_platform_has_an_expected_link() -> None:
    assert {type(platform) for platform in PLATFORMS} == set(LINKS)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_the_link_opens_the_notebook_on_the_platform(platform: Platform) -> None:
    assert platform.link(PLACE) == LINKS[type(platform)]


def test_colab_preselects_a_gpu_for_a_lesson_that_uses_one() -> None:
    found = Colab().metadata(accelerator="gpu", name="x.ipynb")
    assert found["accelerator"] == "GPU"
    assert found["colab"]["gpuType"] == "T4"


def test_colab_preselects_nothing_for_a_lesson_without_a_gpu() -> None:
    found = Colab().metadata(accelerator="none", name="x.ipynb")
    assert found == {"colab": {"name": "x.ipynb", "provenance": [], "toc_visible": True}}


def test_kaggle_preselects_a_gpu_for_a_lesson_that_uses_one() -> None:
    found = Kaggle().metadata(accelerator="gpu", name="x.ipynb")["kaggle"]
    assert (found["isGpuEnabled"], found["accelerator"]) == (True, "nvidiaTeslaT4")


def test_kaggle_preselects_nothing_for_a_lesson_without_a_gpu() -> None:
    found = Kaggle().metadata(accelerator="none", name="x.ipynb")["kaggle"]
    assert (found["isGpuEnabled"], found["accelerator"]) == (False, "none")


@pytest.mark.parametrize("accelerator", ["gpu", "none"])
def test_kaggle_always_gets_the_internet_it_needs_to_install(accelerator: str) -> None:
    assert Kaggle().metadata(accelerator=accelerator, name="x")["kaggle"]["isInternetEnabled"]


@pytest.mark.parametrize("platform", [Workbench(), StudioLab(), Local()], ids=lambda p: p.name)
def test_the_other_platforms_read_no_metadata(platform: Platform) -> None:
    assert platform.metadata(accelerator="gpu", name="x.ipynb") == {}


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("KAGGLE_KERNEL_RUN_TYPE", Kaggle),
        ("COLAB_RELEASE_TAG", Colab),
        ("DL_ANACONDA_HOME", Workbench),
        ("SM_MODEL_DIR", StudioLab),
    ],
)
def test_a_platform_is_recognised_by_its_variable(
    bare: pytest.MonkeyPatch, variable: str, expected: type
) -> None:
    bare.setenv(variable, "1")
    assert isinstance(detect(), expected)


def test_colab_is_recognised_by_its_helper_package(bare: pytest.MonkeyPatch) -> None:
    bare.setitem(sys.modules, "google.colab", sys)
    assert isinstance(detect(), Colab)


def test_kaggle_wins_where_the_marks_of_colab_are_set_too(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("COLAB_RELEASE_TAG", "release-colab-1")
    bare.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    assert isinstance(detect(), Kaggle)


def test_without_any_mark_it_is_the_own_machine(bare: pytest.MonkeyPatch) -> None:
    assert isinstance(detect(), Local)
