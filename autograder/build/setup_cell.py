"""The set-up cell: gets the student package where it is missing, then shows the runtime card."""

from __future__ import annotations

from typing import Any

from autograder.build.step import Resources, Step, grade_id
from course.errors import CourseError

SETUP = "setup"

# Each missing package comes alone (--no-deps): a platform brings torch and NumPy of its own, and
# replacing them costs a student ten minutes and sometimes the GPU.
TEMPLATE = """\
# Run me first: I get what is missing (never torch) and say where you are. Twice does no harm.
import importlib.util

wanted = {{"course": "{package}", "PIL": "pillow", "safetensors": "safetensors"}}
missing = [wanted[name] for name in wanted if importlib.util.find_spec(name) is None]
if missing:
    %pip install --quiet --no-deps {{" ".join(missing)}}
    importlib.invalidate_caches()
if importlib.util.find_spec("course") is None:
    raise ImportError(
        "The course package could not be installed. Is the network on? "
        "(Kaggle: Settings, Internet.) Then run me again."
    )

import course
from course import NotAttempted, check, hint

here = course.setup("{lesson}", base_url="{base_url}")"""


class FillSetupCell(Step):
    """Give the cell with the grade_id ``setup`` the text that works on a bare Colab."""

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Replace the source of the set-up cell."""
        lesson = resources["nbgrader"]["assignment"]
        manifest = self.manifest()
        cells = [cell for cell in nb.cells if grade_id(cell) == SETUP]
        if len(cells) != 1:
            raise CourseError(
                f"there are {len(cells)} set-up cells, not one",
                where=f"lesson {lesson}, cell '{SETUP}', line 1",
                do=f"give the first code cell the grade_id '{SETUP}' and lock it",
            )
        cells[0].source = TEMPLATE.format(
            package=manifest.package, lesson=lesson, base_url=manifest.base_url(lesson)
        )
        return nb, resources
