"""A grid is every combination, each with a folder of its own name."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from course.errors import CourseError, UsageError
from course.executor.folder import Marker, RunFolder
from course.executor.request import Request
from course.executor.sweep import Row, grid, name, requests
from course.executor.table import columns, write_csv


def test_the_grid_is_every_combination_the_last_axis_fastest() -> None:
    assert grid(["lr=0.1,0.01", "width=8,16"]) == [
        {"lr": 0.1, "width": 8},
        {"lr": 0.1, "width": 16},
        {"lr": 0.01, "width": 8},
        {"lr": 0.01, "width": 16},
    ]


def test_an_axis_that_is_none_is_refused() -> None:
    with pytest.raises(CourseError, match="name=value"):
        grid(["lr"])


def test_names_are_the_same_each_time_and_no_two_points_share_one() -> None:
    assert name({"lr": 0.1, "width": 8}) == "lr-0.1_width-8"
    odd = [{"x": "a/b"}, {"x": "a b"}, {"x": "a-b"}, {"x": "y" * 99}, {"x": "y" * 98}]
    assert len({name(point) for point in odd}) == len(odd)
    assert not any("/" in name(point) for point in odd)


@pytest.mark.parametrize("axis", ["lr=0.1,0.10", 'x=1,"1"'])
def test_two_points_that_are_the_same_are_refused(tmp_path: Path, axis: str) -> None:
    base = Request(tmp_path / "x.ipynb", tmp_path / "runs")
    assert len(requests(base, ["lr=0.1,0.2", "width=8,16"])) == 4
    with pytest.raises(UsageError, match=f"the sweep has {axis.split(',')[0]}, width=8 twice"):
        requests(base, [axis, "width=8,16"])


def test_the_table_has_parameters_state_seconds_and_metrics(tmp_path: Path) -> None:
    rows = []
    for number, metrics in enumerate(['{"loss": 0.5, "lr": 9}', "not json"]):
        folder = RunFolder(tmp_path / str(number))
        folder.artefacts.mkdir(parents=True)
        (folder.artefacts / "metrics.json").write_text(metrics)
        marker = Marker("SUCCEEDED", seconds=1.5)
        rows.append(Row(folder, {"lr": number}, marker, again=True))
    heads, lines = columns(rows)
    assert heads == ["lr", "state", "seconds", "loss", "metrics.lr", "why", "folder"]
    assert [line[:5] for line in lines] == [
        [0, "SUCCEEDED", 1.5, 0.5, 9],
        [1, "SUCCEEDED", 1.5, "", ""],
    ]
    write_csv(rows, tmp_path / "results.csv")
    assert len(list(csv.reader((tmp_path / "results.csv").read_text().splitlines()))) == 3
