"""What a run's folder is filled with, and what becomes of an earlier run in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from executor_contract import a_notebook

from course.errors import CourseError, UsageError
from course.executor.folder import FAILED, SUCCEEDED, Marker
from course.executor.request import Prepared, Request, prepare
from course.executor.start import _stage, start


def ended(request: Request, state: str, left: list[list[str]] | None = None) -> Prepared:
    """A run that came to an end and left a checkpoint."""
    one = prepare(request)
    _stage(one)
    (one.folder.artefacts / "checkpoint").write_text("hours")
    (one.folder.artefacts / "metrics.json").write_text("{}")
    one.folder.finish(Marker(state, left=left or []))
    return one


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one.txt").write_text("1")
    path = a_notebook(tmp_path / "lesson.ipynb")
    return Request(path, tmp_path / "runs" / "one", inputs=(tmp_path / "data",))


def test_a_run_that_failed_goes_on_with_what_it_left(request_: Request) -> None:
    one = ended(request_, FAILED)
    (one.folder.artefacts / "data" / "one.txt").write_text("spoilt")
    said: list[str] = []
    _stage(prepare(request_), said.append)
    assert (one.folder.artefacts / "checkpoint").read_text() == "hours"
    assert (one.folder.artefacts / "data" / "one.txt").read_text() == "1"
    assert one.folder.marker() is None
    assert one.folder.metrics() == {}
    assert not (one.folder.artefacts / "metrics.json").exists()
    assert [path.name for path in request_.folder.parent.iterdir()] == ["one"]
    assert len(said) == 1
    assert "goes on with what the attempt before left" in said[0]


def test_what_is_still_to_be_cleaned_up_is_not_forgotten(request_: Request) -> None:
    one = ended(request_, FAILED, left=[["colab", "stop"]])
    _stage(prepare(request_))
    assert (one.folder.artefacts / "checkpoint").exists()
    kept = replace(one.folder, path=request_.folder.with_name(".one.before-1")).marker()
    assert kept is not None
    assert kept.left == [["colab", "stop"]]


@pytest.mark.parametrize("state", [FAILED, SUCCEEDED])
def test_another_run_of_the_same_name_deletes_nothing(request_: Request, state: str) -> None:
    said: list[str] = []
    for number in (1, 2):
        one = ended(request_, state)
        a_notebook(request_.notebook, f"print({number})")
        _stage(prepare(request_), said.append)
        assert not (one.folder.artefacts / "checkpoint").exists()
        kept = request_.folder.with_name(f".one.before-{2 * number - 1}")
        assert (kept / "artefacts" / "checkpoint").read_text() == "hours"
        assert str(kept) in said[-1]


@pytest.mark.parametrize("inside", [".", "runs", "runs/one"])
def test_an_input_that_holds_the_run_is_refused(
    tmp_path: Path, request_: Request, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_.folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="would be copied into itself"):
        prepare(replace(request_, inputs=(Path(inside),)))


@pytest.mark.parametrize("name", ["broken", "data"])
def test_an_input_that_cannot_be_copied_is_said_and_can_be_mended(
    tmp_path: Path, request_: Request, name: str
) -> None:
    broken = tmp_path / "data" / "broken"
    broken.symlink_to("/proc/self/mem")  # Root may open it; nobody can read its beginning.
    request = replace(request_, inputs=(tmp_path / "data",) if name == "data" else (broken,))
    with pytest.raises(CourseError, match="the run's folder cannot be filled"):
        start(prepare(request))
    marker = prepare(request).folder.marker()
    assert marker is not None
    assert marker.state == FAILED
