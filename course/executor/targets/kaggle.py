"""A private kernel on Kaggle: free, some 30 hours of GPU a week, ended there at the deadline."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from course.errors import UsageError
from course.executor.carrier import carrier
from course.executor.plan import (
    Again,
    Cause,
    Done,
    Failed,
    Job,
    Plan,
    Result,
    Step,
    Verdict,
    by_exit,
)
from course.executor.prices import Price
from course.executor.targets.base import Option

_RESULTS = "/kaggle/working/results.tgz"
_LONGEST = 12 * 3600
_ACCELERATORS = {"T4": "NvidiaTeslaT4"}
_USER = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")

_CAUSES = (
    Cause(
        r"Authentication required|401 Client Error|Unauthorized|Could not find kaggle\.json",
        "kaggle is not logged in",
        "run kaggle auth login",
    ),
    Cause(
        r"[Mm]aximum (batch|weekly) |quota",
        "your quota at Kaggle is used up",
        "wait (it is counted by the week), end other sessions, or give -o gpu=none",
    ),
    Cause(
        r"phone verif|verify your phone",
        "Kaggle gives GPU and internet to verified accounts only",
        "verify your phone",
    ),
    Cause(
        r"403 Client Error|Permission '.*' was denied",
        "Kaggle refuses",
        "is -o user=… your own user name?",
    ),
)


def pushed(result: Result) -> Verdict:
    """Judge ``kaggle kernels push``: it ends with 0 also when Kaggle refuses."""
    verdict = by_exit(result)
    if isinstance(verdict, Done) and "successfully pushed" not in result.output:
        said = result.output.strip().splitlines()[-1:] or ["nothing"]
        return Failed(f"Kaggle did not take it: {said[0]}")
    return verdict


def over(result: Result) -> Verdict:
    """Judge ``kaggle kernels status``."""
    found = re.search(r'has status "(?:KernelWorkerStatus\.)?([A-Za-z_]+)"', result.output)
    if result.code or result.hung or not found:
        verdict = by_exit(result)
        return Failed("kaggle says nothing of the status") if verdict == Done() else verdict
    status = found[1].lower()
    if status == "complete":
        return Done()
    if "cancel" in status:
        return Failed("Kaggle stopped it: cancelled, or out of time", "see log.txt", final=True)
    if status == "error":
        said = re.search(r'Failure message: "(.*)"', result.output)
        return Failed(f"Kaggle reports an error{': ' + said[1] if said else ''}", final=True)
    return Again()


class Kaggle:
    """A script kernel that carries the notebook, since only one file can be pushed."""

    name = "kaggle"
    what = "a private kernel on Kaggle"
    program = "kaggle"
    get = "run pip install kaggle, then kaggle auth login"
    insurance = "Kaggle, at the time limit given with the job"
    options = (
        Option("user", "your user name at Kaggle"),
        Option("gpu", "which GPU", "T4", ("none", *_ACCELERATORS)),
        Option("internet", "let the notebook reach the internet", "yes", ("yes", "no")),
    )

    def check(self, job: Job) -> None:
        """See that Kaggle can take it: user name, deadline, size."""
        if not _USER.fullmatch(job.options["user"]):
            raise UsageError(
                f"'{job.options['user']}' is no user name at Kaggle",
                do="use the name in the address of your profile",
            )
        if job.seconds > _LONGEST:
            raise UsageError("Kaggle ends a session after 12 hours", do="give --deadline 12h")
        carrier(job, _RESULTS, job.until)

    def metadata(self, job: Job) -> dict[str, object]:
        """Return kernel-metadata.json; the title must turn into the id, so it is the name."""
        gpu = job.options["gpu"]
        return {
            "id": f"{job.options['user']}/{job.name}",
            "title": job.name,
            "code_file": "job-for-kaggle.py",
            "language": "python",
            "kernel_type": "script",
            "is_private": True,
            "enable_gpu": gpu != "none",
            "enable_internet": job.options["internet"] == "yes",
            "dataset_sources": [],
            "competition_sources": [],
            "kernel_sources": [],
            "model_sources": [],
        }

    def plan(self, job: Job) -> Plan:
        """Push, wait, bring the results, delete the kernel."""
        kernel = f"{job.options['user']}/{job.name}"
        accelerator = _ACCELERATORS.get(job.options["gpu"])
        push = ("kaggle", "kernels", "push", "-p", str(job.folder), "-t", str(job.seconds))
        bring = ("kaggle", "kernels", "output", kernel, "-p", str(job.folder), "--force")
        delete = ("kaggle", "kernels", "delete", "-y", kernel)
        return Plan(
            files={
                "kernel-metadata.json": json.dumps(self.metadata(job), indent=1) + "\n",
                # The clock of the job starts over there, after a queue: Kaggle keeps the deadline.
                "job-for-kaggle.py": carrier(job, _RESULTS, job.until - min(60, job.seconds / 5)),
            },
            steps=(
                Step(
                    "push the kernel",
                    (*push, *(("--accelerator", accelerator) if accelerator else ())),
                    judge=pushed,
                    undo=delete,
                    gone=r"404 Client Error: Not Found for url: \S*/DeleteKernel",
                ),
                Step(
                    "wait for the kernel",
                    ("kaggle", "kernels", "status", kernel),
                    judge=over,
                    every=20,
                    tries=10,
                    quiet=True,
                    settles=True,
                ),
                Step(
                    f"bring the results of {kernel}",
                    (*bring, "--file-pattern", r"results\.tgz"),
                    limit=None,
                    tries=4,
                ),
                Step("delete the kernel", delete, optional=True),
            ),
            causes=_CAUSES,
        )

    def price(self, options: Mapping[str, str]) -> Price:
        """Return nothing: it is free within the weekly quota."""
        return Price(0, "Kaggle counts hours of GPU by the week (about 30) and takes no money")
