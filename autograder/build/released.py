"""Write into the notebook what its release holds, for handing in to compare with."""

from __future__ import annotations

from typing import Any

from nbgrader import utils

from autograder.build.step import Resources, Step, grade_id
from course.submission.released import KEY, Part, Released, digest_of


class NameParts(Step):
    """Name the cells, and the digests of what students get in them; nothing that they do not."""

    def preprocess(self, nb: Any, resources: Resources) -> tuple[Any, Resources]:
        """Add an entry to the notebook's metadata."""
        about = resources["nbgrader"]
        released = Released(
            lesson=about["assignment"],
            edition=self.manifest().edition,
            notebook=about["notebook"],
            parts=tuple(
                Part(grade_id(cell), bool(utils.is_solution(cell)), digest_of(cell.source))
                for cell in nb.cells
                if grade_id(cell)
            ),
            artefacts=tuple(nb.metadata[KEY]["artefacts"]),
        )
        nb.metadata[KEY] = released.as_metadata()
        return nb, resources
