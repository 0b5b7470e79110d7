"""The local machine: papermill in a fresh kernel of the Python that runs ``course``."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping

from course.errors import CourseError
from course.executor import job as job_program
from course.executor.plan import Done, Job, Plan, Result, Step, Verdict, by_exit
from course.executor.prices import Price
from course.executor.targets.base import Option

PIP = "python -m pip install papermill ipykernel nbconvert nbformat"
# Longer than job.py takes to see that the time is up and to make the page.
_GRACE = 20.0


def ended(result: Result) -> Verdict:
    """Judge job.py's end: 0 and 1 both leave outcome.json, which says more."""
    return Done() if result.code in {0, 1} else by_exit(result)


class Local:
    """The real thing, and the one to try first."""

    name = "local"
    what = "this machine, in a fresh kernel"
    program = ""
    get = ""
    insurance = "the kernel ends with the process that looks after it"
    options: tuple[Option, ...] = ()

    def check(self, job: Job) -> None:
        """See that papermill and what renders the page are there."""
        if sys.platform == "win32":
            raise CourseError(
                "`course run` needs Linux or macOS", do="use the Windows Subsystem for Linux"
            )
        missing = [
            name
            for name in ("papermill", "nbconvert", "ipykernel")
            if importlib.util.find_spec(name) is None
        ]
        if missing:
            raise CourseError(f"{' and '.join(missing)} cannot be imported here", do=PIP)

    def plan(self, job: Job) -> Plan:
        """Call the job's program, which keeps the deadline; soon after it, everything is killed."""
        program = (sys.executable, "-P", job_program.__file__, str(job.folder))
        until = ("--until", str(job.until))
        step = Step("run the notebook", program + until, judge=ended, limit=None)
        return Plan(steps=(step,), grace=_GRACE)

    def price(self, options: Mapping[str, str]) -> Price:
        """Return nothing: the machine is yours."""
        return Price(0, "this machine is yours")
