"""Where a notebook runs: links that open it there, and how the place is recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.platforms import PLATFORMS, Platform, Published, detect
from course.platforms.colab import Colab
from course.platforms.kaggle import Kaggle
from tests import standins

PLACE = Published("org", "repo", "main", "release/01_tiny/01_tiny.ipynb")
BLOB = "https%3A%2F%2Fgithub.com%2Forg%2Frepo%2Fblob%2Fmain%2Frelease%2F01_tiny%2F01_tiny.ipynb"
RAW = (
    "https%3A%2F%2Fraw.githubusercontent.com%2Forg%2Frepo%2Fmain%2Frelease%2F01_tiny%2F"
    "01_tiny.ipynb"
)
LINKS = {
    "colab": (
        "https://colab.research.google.com/github/org/repo/blob/main/release/01_tiny/01_tiny.ipynb"
    ),
    "colab-enterprise": f"https://console.cloud.google.com/vertex-ai/colab/import/{RAW}",
    "kaggle": f"https://kaggle.com/kernels/welcome?src={BLOB}",
    "workbench": (
        "https://console.cloud.google.com/vertex-ai/workbench/deploy-notebook?download_url=" + RAW
    ),
    "sagemaker": (
        "https://studiolab.sagemaker.aws/import/github/org/repo/blob/main/release/01_tiny/"
        "01_tiny.ipynb"
    ),
    "lightning": f"https://lightning.ai/new?repo_url={BLOB}",
    "codespaces": "https://codespaces.new/org/repo",
    "local": "https://raw.githubusercontent.com/org/repo/main/release/01_tiny/01_tiny.ipynb",
}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A Jupyter kernel without the marks of any platform."""
    standins.bare(monkeypatch, tmp_path)
    return monkeypatch


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.key)
def test_the_link_opens_the_notebook_on_the_platform(platform: Platform) -> None:
    assert platform.link(PLACE) == LINKS[platform.key]


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


def test_the_other_platforms_read_no_metadata() -> None:
    read = [p.key for p in PLATFORMS if p.metadata(accelerator="gpu", name="x.ipynb")]
    assert read == ["kaggle", "colab"]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("KAGGLE_KERNEL_RUN_TYPE", "Interactive", "kaggle"),
        ("VERTEX_PRODUCT", "COLAB_ENTERPRISE", "colab-enterprise"),
        ("DL_ANACONDA_HOME", "/opt/conda", "workbench"),
        ("SM_MODEL_DIR", "/opt/ml/model", "sagemaker"),
        ("CODESPACES", "true", "codespaces"),
        ("CODESPACES", "false", "local"),
        ("COLAB_RELEASE_TAG", "release-colab-1", "local"),  # its image, in a Jupyter of one's own
    ],
)
def test_a_platform_is_recognised_by_its_variable(
    bare: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    bare.setenv(variable, value)
    assert detect().key == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("opt/deeplearning/metadata/env_version", "workbench"),
        ("teamspace", "lightning"),
        ("opt/ml", "sagemaker"),
    ],
)
def test_a_platform_is_recognised_by_its_folder(
    bare: pytest.MonkeyPatch, path: str, expected: str
) -> None:
    (Platform.root / path).mkdir(parents=True)
    assert detect().key == expected


def test_colab_is_recognised_by_its_shell_without_any_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.bare(monkeypatch, tmp_path, "google.colab._shell.Shell")
    assert detect().key == "colab"


def test_a_script_on_colab_is_recognised_by_the_tag(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.colab(monkeypatch, tmp_path, script=True)
    assert detect().key == "colab"


def test_a_script_elsewhere_is_not_taken_for_colab(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.bare(monkeypatch, tmp_path, None)
    assert detect().key == "local"


def test_kaggle_wins_where_all_marks_of_colab_are_set_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standins.colab(monkeypatch, tmp_path)
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    assert detect().key == "kaggle"


def test_a_job_of_sagemaker_is_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    standins.sagemaker_job(monkeypatch, tmp_path)
    assert detect().key == "sagemaker"


def test_without_any_mark_it_is_the_own_machine(bare: pytest.MonkeyPatch) -> None:
    assert detect().key == "local"
