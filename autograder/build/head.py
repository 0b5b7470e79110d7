"""The head of a lesson: title, one-click row, what you will be able to do, before you start."""

from __future__ import annotations

from typing import Any

from nbformat.v4 import new_markdown_cell

from autograder.build.contract import exercises
from autograder.build.step import Resources, Step
from autograder.lesson import Lesson
from autograder.manifest import Manifest
from course.platforms import PLATFORMS, Platform

COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
# One needs a company's cloud project, the other has no GPU and opens no single notebook.
_LEFT_OUT = {"colab-enterprise", "codespaces"}


class AddHead(Step):
    """Put the head in front of the lesson, made from front matter and manifest alone."""

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Insert one Markdown cell at the top."""
        lesson = self.lesson(nb, resources)
        row = badge_row(self.manifest(), lesson.id, resources["nbgrader"]["notebook"])
        points = exercises(nb)
        nb.cells.insert(
            0, new_markdown_cell(head(lesson, row, points), metadata={"tags": ["head"]})
        )
        return nb, resources


def badge_row(manifest: Manifest, lesson: str, notebook: str) -> str:
    """Return one Markdown line of links, Colab first since most students start there."""
    place = manifest.published(lesson, notebook)
    first, *others = offered()
    colab = f"[![{first.badge}]({COLAB_BADGE})]({first.link(place)})"
    return " · ".join([colab, *(f"[{p.badge}]({p.link(place)})" for p in others)])


def offered() -> list[Platform]:
    """Return the platforms of the row, which is kept short: `docs/platforms.md` has them all."""
    return [platform for platform in ordered() if platform.key not in _LEFT_OUT]


def ordered() -> list[Platform]:
    """Return all platforms, where most students start first."""
    return sorted(PLATFORMS, key=lambda platform: platform.key != "colab")


def head(lesson: Lesson, badges: str, points: dict[str, float]) -> str:
    """Return the head's Markdown."""
    device = "a GPU helps, a CPU will do" if lesson.accelerator == "gpu" else "no GPU needed"
    total = sum(points.values())
    able = "\n".join(
        f"- {objective.can} ({', '.join(f'`{name}`' for name in objective.exercises)})"
        for objective in lesson.objectives
    )
    before = "\n".join(f"- {entry}" for entry in lesson.before)
    return (
        f"# {lesson.number} · {lesson.title}\n\n{badges}\n\n{lesson.summary}\n\n"
        f"**{lesson.minutes} minutes · {lesson.difficulty} · {device} · "
        f"{len(points)} exercises, {total:g} points**\n\n"
        f"**You will be able to**\n\n{able}\n\n**Before you start**\n\n{before}"
    )
