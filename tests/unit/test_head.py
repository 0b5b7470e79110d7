"""The head of a released lesson is made from front matter and manifest, word by word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.build.head import badge_row, head, offered, ordered
from autograder.build.release import build, read_notebook
from autograder.directory import Directory
from autograder.lesson import Lesson, Objective
from autograder.manifest import Manifest
from course.platforms import PLATFORMS
from course.platforms.colab import Colab

Tiny = Callable[..., Path]
MANIFEST = Manifest("A course", "org", "repo", "main", "2026")
LESSON = Lesson(
    id="07_tiny",
    title="Tiny",
    summary="One exercise.",
    minutes=5,
    difficulty="beginner",
    accelerator="gpu",
    before=("Nothing", "Really"),
    objectives=(Objective("double", ("one", "two")), Objective("halve", ("three",))),
)


def test_the_head_says_all_that_front_matter_says() -> None:
    assert head(LESSON, "BADGES", {"one": 2.0, "two": 1.5, "three": 3.0}) == (
        "# 07 · Tiny\n\n"
        "BADGES\n\n"
        "One exercise.\n\n"
        "**5 minutes · beginner · a GPU helps, a CPU will do · 3 exercises, 6.5 points**\n\n"
        "**You will be able to**\n\n"
        "- double (`one`, `two`)\n"
        "- halve (`three`)\n\n"
        "**Before you start**\n\n"
        "- Nothing\n"
        "- Really"
    )


def test_the_head_of_the_tiny_lesson_needs_no_gpu(tiny_course: Tiny) -> None:
    folder = build(Directory.open(tiny_course()), "01_tiny")
    first = read_notebook(folder / "01_tiny.ipynb").cells[0]
    assert "no GPU needed · 1 exercises, 3 points**" in first.source


def test_the_head_is_the_first_cell_and_tagged(tiny_course: Tiny) -> None:
    folder = build(Directory.open(tiny_course()), "01_tiny")
    first = read_notebook(folder / "01_tiny.ipynb").cells[0]
    assert (first.cell_type, first.metadata.tags) == ("markdown", ["head"])


def test_colab_comes_first_and_no_platform_is_forgotten() -> None:
    assert isinstance(ordered()[0], Colab)
    assert set(ordered()) == set(PLATFORMS)


def test_the_row_is_short() -> None:
    keys = ["colab", "kaggle", "workbench", "lightning", "sagemaker", "local"]
    assert [platform.key for platform in offered()] == keys


def test_the_row_is_one_line_with_the_badge_of_colab_and_a_link_for_each_other() -> None:
    badge, *others = badge_row(MANIFEST, "07_tiny", "07_tiny").split(" · ")
    place = MANIFEST.published("07_tiny", "07_tiny")
    assert badge == (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/org/repo/blob/main/release/07_tiny/07_tiny.ipynb)"
    )
    assert others == [f"[{platform.badge}]({platform.link(place)})" for platform in offered()[1:]]
