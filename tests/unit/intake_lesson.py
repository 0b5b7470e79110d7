"""A lesson for the tests of intake, and what students make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.intake import take_in
from autograder.submission import Submission

LESSON = "01_tiny"
MEAN = "def mean(values):\n    return sum(values) / len(values)"
FIT = "# Train the model here.\n# Then save it.\nmodel = 1"
ESSAY = "Because of the memory."
ANSWERS = {"mean": MEAN, "fit": FIT, "essay": ESSAY}

TESTS = """\
# Graded: 3 points.
### BEGIN HIDDEN TESTS
assert mean([1, 3]) == 2
### END HIDDEN TESTS"""


def about(grade_id: str, **changes: Any) -> dict[str, Any]:
    plain = {"grade": False, "locked": True, "schema_version": 3, "solution": False}
    return {"nbgrader": {**plain, "grade_id": grade_id, **changes}}


def source() -> Any:
    """The instructor's notebook: stubs, and whole tests."""
    answer = {"locked": False, "solution": True}
    return new_notebook(
        cells=[
            new_markdown_cell("# A lesson"),
            new_code_cell("import course", metadata=about("setup")),
            new_code_cell(
                'def mean(values):\n    raise NotAttempted("mean")',
                metadata=about("mean", **answer),
            ),
            new_code_cell('check("mean")', metadata=about("mean-check")),
            new_code_cell(TESTS, metadata=about("mean-tests", grade=True, points=3)),
            new_markdown_cell("## Training"),
            new_code_cell(
                '# Train the model here.\n# Then save it.\nraise NotAttempted("fit")',
                metadata=about("fit", **answer),
            ),
            new_code_cell(
                "# Graded: 2 points.\n### BEGIN HIDDEN TESTS\nassert model\n### END HIDDEN TESTS",
                metadata=about("fit-tests", grade=True, points=2),
            ),
            new_markdown_cell(
                "YOUR ANSWER HERE", metadata=about("essay", grade=True, points=1, **answer)
            ),
        ]
    )


def handed_in(answers: dict[str, str] | None = None) -> dict[str, Any]:
    """What a student saves: the release with answers, as JSON."""
    notebook: dict[str, Any] = json.loads(json.dumps(source()))
    for cell in notebook["cells"]:
        text = (ANSWERS if answers is None else answers).get(id_of(cell), cell["source"])
        kept, _, _ = text.partition("\n### BEGIN HIDDEN")
        cell["source"] = kept
    return notebook


def id_of(cell: Any) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def at(notebook: dict[str, Any], grade_id: str) -> int:
    return next(i for i, cell in enumerate(notebook["cells"]) if id_of(cell) == grade_id)


def get(notebook: dict[str, Any], grade_id: str) -> Any:
    return notebook["cells"][at(notebook, grade_id)]


def own(text: str, kind: str = "code") -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


class Desk:
    """A place to hand in and to take in."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "submitted" / "ada" / LESSON
        self.folder.mkdir(parents=True)
        self.source_folder = root / "source" / LESSON
        self.source_folder.mkdir(parents=True)
        self.sources = {LESSON: source()}

    def put(self, content: Any, name: str = f"{LESSON}.ipynb") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(data)
        return path

    def take(self) -> Submission:
        return take_in("ada", LESSON, self.folder, self.sources, self.source_folder)

    def graded(self, change: Callable[[dict[str, Any]], Any]) -> tuple[dict[str, str], list[str]]:
        """Hand in a right notebook with one change; return texts by grade id, and repairs."""
        notebook = handed_in()
        change(notebook)
        self.put(notebook)
        taken = self.take()
        return texts(taken), list(taken.repairs)


def texts(taken: Submission) -> dict[str, str]:
    return {id_of(cell): cell.source for cell in taken.notebooks[LESSON].cells if id_of(cell)}


def order(taken: Submission) -> list[str]:
    """The cells that run, in order: grade ids, and of the student's own the text."""
    return [id_of(cell) or cell.source for cell in taken.notebooks[LESSON].cells]
