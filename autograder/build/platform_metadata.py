"""Notebook metadata from which Colab and Kaggle preselect the GPU."""

from __future__ import annotations

from typing import Any

from autograder.build.step import Resources, Step
from course.platforms import PLATFORMS


class SetPlatformMetadata(Step):
    """Write what each platform reads, and nearly nothing else, into the notebook's metadata."""

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Replace the notebook's metadata."""
        lesson = self.lesson(nb, resources)
        name = f"{resources['nbgrader']['notebook']}.ipynb"
        nb.metadata = type(nb.metadata)(
            kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
            language_info={"name": "python"},
            # All that students' copies keep of the front matter.
            course={"artefacts": list(lesson.artefacts)},
        )
        for platform in PLATFORMS:
            nb.metadata.update(platform.metadata(accelerator=lesson.accelerator, name=name))
        return nb, resources
