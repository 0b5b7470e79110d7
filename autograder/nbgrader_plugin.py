"""The sandbox and the isolation for any nbgrader course, without the rest of this project.

In ``nbgrader_config.py``:

    from autograder.nbgrader_plugin import AUTOGRADE_STEPS

    c.Autograde.autograde_preprocessors = AUTOGRADE_STEPS

``c.Execute.timeout`` and ``nbgrader autograde --no-execute`` keep their meaning. Only how notebooks
are executed changes: matching cells, writing grades and late penalties stay nbgrader's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, List, Unicode

from autograder.execute import IN_KERNEL, Limits, annotate, task
from autograder.intake.collect import files_in
from autograder.intake.expected import assigned_in, bound
from autograder.sandbox.workers import workers
from autograder.score import Ran, graded
from autograder.submission import Submission
from course.errors import CourseError

AUTOGRADE_STEPS = [
    "autograder.nbgrader_plugin.IsolatedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's own list, with its first entry exchanged."""


class IsolatedExecute(Execute):
    """Executes student cells in a sandbox and grade cells where they cannot be reached."""

    unsafe = Bool(
        default_value=False, help="Run student code without a sandbox, with your rights."
    ).tag(config=True)
    sandbox = Unicode(
        "", help="Which sandbox: bubblewrap or container; the best there is, if empty."
    ).tag(config=True)
    in_kernel = List(
        Unicode(), help="Grade ids of tests that run on the student's side, within their reach."
    ).tag(config=True)
    total_timeout = Float(600.0, help="Seconds for a whole notebook.").tag(config=True)
    memory = Integer(4 << 30, help="Bytes of memory for a notebook.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        """Execute a notebook; leave in its grade cells what nbgrader's rules turn into points.

        Raises
        ------
        CourseError
            If there is no sandbox, or a test asks for what cannot be: never the student's fault.
        """
        _only_python(nb)
        self._tag(nb)
        about = resources["nbgrader"]
        folder = Path(resources["metadata"]["path"])
        name = str(about["notebook"])
        submission = Submission(
            student=str(about["student"]), lesson=str(about["assignment"]), notebooks={name: nb},
            files=files_in(folder, exclude=[f"{name}.ipynb"]), materials={},
            secrets=folder / "secret", repairs=(), expected={name: _expected(about, nb)},
        )  # fmt: skip
        limits = Limits(
            cell=float(self.timeout or self.total_timeout), total=self.total_timeout,
            memory=self.memory,
        )  # fmt: skip
        pair = workers(unsafe=self.unsafe, sandbox=self.sandbox)
        report = pair.run(task(submission, name, limits), limits)
        if pair.note:
            self.log.warning("%s was %s", name, pair.note)
        if report["fault"]:
            raise CourseError(
                report["fault"], where=f"a test of {submission.lesson}/{name}",
                do="mend the test, or name its cell in c.IsolatedExecute.in_kernel",
            )  # fmt: skip
        ran = annotate(nb, report)
        for index, cell in enumerate(nb.cells):
            if utils.is_grade(cell) and cell.cell_type == "code":
                _show(cell, name, ran.get(index))
        return nb, resources

    def _tag(self, notebook: Any) -> None:
        """Take tags from the configuration: those in the notebook may be the student's."""
        for cell in notebook.cells:
            named = cell.metadata.get("nbgrader", {}).get("grade_id") in self.in_kernel
            cell.metadata["tags"] = [IN_KERNEL] if named else []


def _only_python(notebook: Any) -> None:
    about = notebook.metadata.get("kernelspec", {})
    language = about.get("language", "python")
    if language != "python":
        raise CourseError(
            f"the notebook is in {language}", where=str(about.get("name", "")),
            do="grade notebooks of other languages with nbgrader's own executor",
        )  # fmt: skip


def _expected(about: Any, notebook: Any) -> tuple[str, ...]:
    """Return the names that exercises define: as released, and what answers assign to.

    The solutions are not at hand here, where an exercise may ask for a variable to be changed.
    """
    answers = [cell.source for cell in notebook.cells if utils.is_solution(cell)]
    with Gradebook(about["db_url"]) as gradebook:
        released = gradebook.find_notebook(about["notebook"], about["assignment"])
        sources = [cell.source for cell in released.source_cells if not cell.locked]
    names = [name for source in sources for name in bound(source or "")]
    return (*names, *(name for answer in answers for name in assigned_in(answer)))


def _show(cell: Any, name: str, ran: Ran | None) -> None:
    """Make nbgrader's rules, which go by outputs alone, come to our score."""
    # To nbgrader anything on standard error is a failure; to a test it is a remark.
    for output in cell.outputs:
        if output.get("name") == "stderr":
            output.name = "stdout"
    if utils.is_solution(cell):
        return
    result = graded(name, cell, ran)
    failed = any(output.output_type == "error" for output in cell.outputs)
    if result.score == 0 and not failed:
        message = result.message or "the test did not run to its end"
        cell.outputs.insert(
            0, new_output("error", ename=result.status.value, evalue=message, traceback=[message])
        )
