"""The set-up cell: gets the student package where it is missing, then shows the runtime card."""

from __future__ import annotations

from typing import Any

from autograder.build.step import Resources, Step, grade_id
from course.errors import CourseError

SETUP = "setup"

# Each missing package comes alone (--no-deps): a platform brings torch and NumPy of its own, and
# replacing them costs a student ten minutes and sometimes the GPU.
TEMPLATE = """\
# @title Run me first: I get what is missing (never torch) and say where you are. Twice is fine.
import importlib.util


def absent(name):
    spec = importlib.util.find_spec(name)
    return spec is None or spec.origin is None  # a mere folder of that name is no package


wanted = {{"course": "{package}", "PIL": "pillow", "safetensors": "safetensors"}}
missing = [wanted[name] for name in wanted if absent(name)]
if missing:
    %pip install --quiet --no-deps --retries 1 --disable-pip-version-check {{" ".join(missing)}}
    importlib.invalidate_caches()
if absent("course"):  # then plain Python has to do
    import sys
    import types

    why = (
        "The course package could not be installed. Is the network on? (Kaggle: Settings, "
        "Internet.) Then restart the session and run me again. Until then your code runs, but "
        "there are no checks, no hints and no data of the course."
    )
    print(why)

    def lacking(name):
        raise AttributeError(why)

    spec = importlib.machinery.ModuleSpec("course", None, origin="plain Python")
    plain = importlib.util.module_from_spec(spec)
    plain.NotAttempted = type("NotAttempted", (NotImplementedError,), {{}})
    plain.check = plain.hint = plain.figure = plain.submit = lambda *_, **__: print(why)
    try:
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
    except ImportError:
        device = "cpu"
    plain.setup = lambda *_, **__: types.SimpleNamespace(device=device)
    plain.__getattr__ = lacking
    sys.modules["course"] = plain

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
        cells[0].metadata["cellView"] = "form"  # on Colab only the title shows
        return nb, resources
