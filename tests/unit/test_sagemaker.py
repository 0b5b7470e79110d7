"""A job of SageMaker keeps only certain folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.platforms.sagemaker import SageMaker
from tests import standins


@pytest.fixture
def ml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a job."""
    standins.sagemaker_job(monkeypatch, tmp_path)
    return tmp_path / "root" / "opt/ml"


def test_outputs_go_where_the_job_uploads_from(ml: Path) -> None:
    assert SageMaker().outputs() == ml / "output/data"


def test_without_its_variable_too(ml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SM_OUTPUT_DATA_DIR")
    assert SageMaker().outputs() == ml / "output/data"


def test_what_is_kept_goes_to_the_model_which_is_uploaded_in_the_end(ml: Path) -> None:
    assert SageMaker().keep() == ml / "model"


def test_or_to_checkpoints_if_the_job_uploads_them_while_it_runs(ml: Path) -> None:
    (ml / "checkpoints").mkdir()
    assert SageMaker().keep() == ml / "checkpoints"
