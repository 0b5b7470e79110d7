"""The course manifest: addresses come from one table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.manifest import PLACEHOLDER, Manifest
from course.errors import CourseError

ENTRIES = {
    "title": "A course",
    "organisation": "org",
    "repository": "repo",
    "branch": "stable",
    "edition": "2026",
}


def write(root: Path, entries: dict[str, str]) -> Path:
    lines = ["[tool.course]", *(f'{name} = "{value}"' for name, value in entries.items())]
    (root / "pyproject.toml").write_text("\n".join(lines), "utf-8")
    return root


def test_the_table_is_read(tmp_path: Path) -> None:
    assert Manifest.read(write(tmp_path, ENTRIES)) == Manifest(
        "A course", "org", "repo", "stable", "2026"
    )


@pytest.mark.parametrize("entry", list(ENTRIES))
def test_a_missing_entry_is_named_with_the_file(tmp_path: Path, entry: str) -> None:
    write(tmp_path, {name: value for name, value in ENTRIES.items() if name != entry})
    with pytest.raises(CourseError) as caught:
        Manifest.read(tmp_path)
    assert str(caught.value).startswith(
        f"{tmp_path / 'pyproject.toml'}: the course manifest lacks {entry}.\n  What to do: "
    )


def test_an_empty_entry_counts_as_missing(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="lacks branch"):
        Manifest.read(write(tmp_path, {**ENTRIES, "branch": ""}))


def test_without_a_pyproject_every_entry_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="lacks title, organisation, repository, branch, edition"):
        Manifest.read(tmp_path)


def test_the_place_of_a_notebook_is_below_release() -> None:
    place = Manifest(**ENTRIES).published("01_tiny", "extra")
    assert (
        place.raw == "https://raw.githubusercontent.com/org/repo/stable/release/01_tiny/extra.ipynb"
    )


def test_the_base_url_is_the_folder_of_the_lesson_with_a_slash() -> None:
    assert Manifest(**ENTRIES).base_url("01_tiny") == (
        "https://raw.githubusercontent.com/org/repo/stable/release/01_tiny/"
    )


def test_the_package_is_an_archive_of_the_public_branch() -> None:
    assert Manifest(**ENTRIES).package == (
        "https://github.com/org/repo/archive/refs/heads/stable.zip"
    )


def test_this_repository_has_a_manifest(repo: Path) -> None:
    assert Manifest.read(repo).repository == "notebook-gpu-course"


def test_the_placeholder_is_what_the_template_holds(repo: Path) -> None:
    assert f'organisation = "{PLACEHOLDER}"' in (repo / "pyproject.toml").read_text("utf-8") or (
        Manifest.read(repo).organisation != PLACEHOLDER
    )


def test_a_pyproject_that_is_no_toml_is_refused_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.course\n")
    with pytest.raises(CourseError, match=re.escape("pyproject.toml")):
        Manifest.read(tmp_path)
