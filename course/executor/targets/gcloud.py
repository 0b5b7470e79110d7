"""A rented machine of Google's (Deep Learning VM) that deletes itself at the deadline.

Three things delete it, so that two may fail: ``course run``, a guard in its own start-up script,
and Google (``--max-run-duration`` with ``--instance-termination-action=DELETE``).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

from course.errors import UsageError
from course.executor import job as job_program
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
from course.executor.prices import Price, machine
from course.executor.targets.base import Option
from course.executor.targets.gcloud_machine import POLL, SHUTDOWN, startup

_PLAIN = re.compile(r"[A-Za-z0-9._:/-]*")
_SHORTEST, _LONGEST = 300, 120 * 86_400

# For each GPU: the machine by default, and the accelerator to ask for where it is not built in.
_GPUS = {
    "none": ("n1-standard-8", ""),
    "T4": ("n1-standard-8", "nvidia-tesla-t4"),
    "L4": ("g2-standard-4", ""),
    "A100": ("a2-highgpu-1g", ""),
}

_CAUSES = (
    Cause(
        r"ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available|stockout",
        "the zone has no such machine free at present",
        "try another zone (-o zone=…), another GPU, or later",
    ),
    Cause(
        r"QUOTA_EXCEEDED|Quota '?[A-Z0-9_]+'? exceeded|quotaExceeded",
        "your quota does not allow this machine; a new project's quota of GPUs is 0",
        "ask for GPUS_ALL_REGIONS under IAM, Quotas in the console, or use another region",
    ),
    Cause(
        r"not currently have an active account|gcloud auth login|Reauthentication|invalid_grant",
        "gcloud is not logged in",
        "run gcloud auth login",
    ),
    Cause(
        r"SERVICE_DISABLED|has not been used in project|is not enabled",
        "the Compute Engine API is not enabled in this project",
        "run gcloud services enable compute.googleapis.com",
    ),
    Cause(
        r"BILLING_DISABLED|[Bb]illing (account|must be)",
        "the project has no billing account",
        "link one in the console",
    ),
    Cause(
        r"PERMISSION_DENIED|does not have .*(permission|access)|Required '.*' permission",
        "your account lacks a permission",
        "ask the project's owner for Compute Instance Admin and Storage Object Admin",
    ),
    Cause(
        r"bucket does not exist|BucketNotFound|bucket: .*not found|specified bucket",
        "there is no such bucket",
        "make it: gcloud storage buckets create gs://NAME",
    ),
    Cause(
        r"images/family/.*not found|Could not fetch resource:[\s\S]*image",
        "there is no such image any more",
        "list them: gcloud compute images list --project deeplearning-platform-release",
    ),
)


def logged_in(result: Result) -> Verdict:
    """Judge ``gcloud auth list``: it ends well also when nobody is logged in."""
    verdict = by_exit(result)
    if isinstance(verdict, Done) and "@" not in result.output:
        return Failed("gcloud is not logged in", "run gcloud auth login", final=True)
    return verdict


def over(result: Result) -> Verdict:
    """Judge poll.sh: the outcome as JSON, or what the machine does."""
    text = result.output.strip()
    lines = text.splitlines() or [""]
    try:
        if "ok" in json.loads(lines[-1]):
            return Done()
    except (ValueError, TypeError):
        pass
    if "machine: " not in text:
        return by_exit(result) if result.code or result.hung else Failed("no answer")
    state = text.rpartition("machine: ")[2]
    if state.split()[:1] and state.split()[0] in {"PROVISIONING", "STAGING", "RUNNING", "STOPPING"}:
        return Again()
    if "not found" in state or state.split()[:1] == ["TERMINATED"]:
        return Failed(
            "the machine went away without a word (taken away, as spot machines are, or too late)",
            "see log.txt; give it more time with --deadline, or leave out -o spot=yes",
            final=True,
        )
    return Failed(f"the machine cannot be asked: {lines[-1][:200]}")


def brought(result: Result) -> Verdict:
    """Judge a copy of files of which there may be none."""
    if result.code and "matched no" in result.output:
        return Done()
    return by_exit(result)


class GCloud:
    """Today's form of the talk's second demo."""

    name = "gcloud"
    what = "a Deep Learning VM of Google Cloud that deletes itself"
    program = "gcloud"
    get = "install the Google Cloud CLI, then run gcloud init"
    insurance = "the machine's own guard, and Google at --max-run-duration"
    options = (
        Option("bucket", "your bucket for staging, without gs://"),
        Option("gpu", "which GPU", "T4", tuple(_GPUS)),
        Option("machine", "machine type; by default the smallest that fits the GPU", ""),
        Option("zone", "zone", "us-central1-a"),
        Option("project", "project; by default gcloud's own", ""),
        Option("spot", "cheaper, and may be taken away at any time", "no", ("yes", "no")),
        Option("image", "image family", "pytorch-2-9-cu129-ubuntu-2204-nvidia-580"),
        Option("disk", "size of the disk", "100GB"),
    )

    def check(self, job: Job) -> None:
        """See that the deadline leaves time to start, and that no option can hurt a script."""
        for name, value in job.options.items():
            if not _PLAIN.fullmatch(value):
                raise UsageError(f"'{value}' cannot be a {name}", do="use letters, digits, - . _ /")
        if not _SHORTEST <= job.seconds <= _LONGEST:
            raise UsageError(
                "a machine needs minutes to start; the deadline must be from 5 minutes to 120 days",
                do="give --deadline 1h",
            )

    def plan(self, job: Job) -> Plan:
        """Stage, start the machine, wait for its word, bring the results, delete."""
        place = f"gs://{job.options['bucket'].removeprefix('gs://').rstrip('/')}/{job.name}"
        here = str(job.folder)
        files = (f"{here}/input.ipynb", job_program.__file__)
        inputs = ("--recursive", f"{here}/artefacts") if job.inputs else ()
        storage = ("gcloud", "storage")
        delete = self._instance(job, "delete", "--quiet")
        return Plan(
            files={
                "startup.sh": startup(job, place, shlex.join(delete)),
                "shutdown.sh": SHUTDOWN,
                "poll.sh": POLL.format(
                    place=place,
                    describe=shlex.join(self._instance(job, "describe", "--format=value(status)")),
                ),
            },
            steps=(
                Step(
                    "see who is logged in",
                    ("gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)"),
                    judge=logged_in,
                ),
                Step(
                    "stage the notebook",
                    (*storage, "cp", *inputs, *files, f"{place}/"),
                    limit=None,
                    tries=3,
                ),
                Step(
                    "start the machine",
                    ("gcloud", "compute", "instances", "create", job.name, *self._flags(job)),
                    limit=600,
                    undo=delete,
                    gone=f"instances/{job.name}' was not found",
                ),
                Step(
                    "wait for the notebook",
                    ("bash", f"{here}/poll.sh"),
                    judge=over,
                    every=20,
                    tries=10,
                    quiet=True,
                ),
                Step(
                    f"bring the results from {place}",
                    (*storage, "cp", f"{place}/results.tgz", f"{here}/results.tgz"),
                    limit=None,
                    tries=4,
                ),
                Step(
                    f"bring the artefacts from {place}",
                    (*storage, "rsync", "--recursive", f"{place}/artefacts", f"{here}/artefacts"),
                    judge=brought,
                    limit=None,
                    tries=4,
                ),
                Step(
                    "bring the machine's log",
                    (*storage, "cp", f"{place}/machine.log", f"{here}/machine.log"),
                    optional=True,
                ),
                Step(
                    "empty the staging place",
                    (*storage, "rm", "--recursive", place),
                    optional=True,
                ),
            ),
            causes=_CAUSES,
        )

    def _flags(self, job: Job) -> tuple[str, ...]:
        options = job.options
        kind, accelerator = self._machine(options)
        spot = options["spot"] == "yes"
        return (
            f"--zone={options['zone']}",
            *((f"--project={options['project']}",) if options["project"] else ()),
            f"--machine-type={kind}",
            *((f"--accelerator=type={accelerator},count=1",) if accelerator else ()),
            "--image-project=deeplearning-platform-release",
            f"--image-family={options['image']}",
            f"--boot-disk-size={options['disk']}",
            "--maintenance-policy=TERMINATE",
            "--no-restart-on-failure",
            f"--provisioning-model={'SPOT' if spot else 'STANDARD'}",
            f"--max-run-duration={job.seconds}s",
            "--instance-termination-action=DELETE",
            "--scopes=cloud-platform",
            "--metadata=install-nvidia-driver=True",
            f"--metadata-from-file=startup-script={job.folder}/startup.sh,"
            f"shutdown-script={job.folder}/shutdown.sh",
            "--labels=made-by=course-run",
            "--quiet",
        )

    def _instance(self, job: Job, verb: str, *flags: str) -> tuple[str, ...]:
        project = (f"--project={job.options['project']}",) if job.options["project"] else ()
        zone = f"--zone={job.options['zone']}"
        return ("gcloud", "compute", "instances", verb, job.name, zone, *project, *flags)

    def _machine(self, options: Mapping[str, str]) -> tuple[str, str]:
        kind, accelerator = _GPUS[options["gpu"]]
        return options["machine"] or kind, accelerator

    def price(self, options: Mapping[str, str]) -> Price:
        """Return what is written down of the machine's price."""
        kind, _ = self._machine(options)
        return machine(kind, options["gpu"], spot=options["spot"] == "yes")
