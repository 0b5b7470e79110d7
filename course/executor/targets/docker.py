"""A container on this machine: another Python, limits on memory and processors, perhaps a GPU."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from course.errors import UsageError
from course.executor import job as job_program
from course.executor.plan import Cause, Done, Failed, Job, Plan, Result, Step, Verdict, by_exit
from course.executor.prices import Price
from course.executor.targets.base import Option

_INSIDE = "/course-run"
_GRACE = 30.0
_IMAGES = {"none": "quay.io/jupyter/pytorch-notebook:latest"}
_GPU_IMAGE = "quay.io/jupyter/pytorch-notebook:cuda12-latest"

# `timeout` ends the container at the deadline even if nobody is left outside to do it.
_SCRIPT = """\
#!/usr/bin/env bash
set -euo pipefail
export HOME=/tmp PATH="/tmp/.local/bin:$PATH"
python -c 'import papermill, nbconvert' 2>/dev/null ||
  python -m pip install --quiet --user papermill nbconvert ipykernel
exec timeout --kill-after=10 {limit} python {inside}/job.py {inside} --until {until}
"""

_CAUSES = (
    Cause(
        r"Cannot connect to the Docker daemon|Is the docker daemon running",
        "the docker daemon is not running",
        "start Docker (on Linux: sudo systemctl start docker), or use --target local",
    ),
    Cause(
        r"permission denied while trying to connect to the Docker",
        "you may not talk to the docker daemon",
        "add yourself to the group docker and log in again",
    ),
    Cause(
        r"pull access denied|manifest unknown|manifest for .* not found|repository .* not found",
        "there is no such image",
        "check -o image=…; docker pull IMAGE shows what is wrong",
    ),
    Cause(
        r"could not select device driver|nvidia-container-cli",
        "docker cannot give the container a GPU",
        "install the NVIDIA Container Toolkit, or leave out -o gpus=all",
    ),
    Cause(r"No space left on device|no space left on device", "the disk is full", "make room"),
)


def ended(result: Result) -> Verdict:
    """Judge how ``docker run`` ended; 125 is docker's own, the rest is the container's."""
    if result.code in {0, 1}:
        return Done()
    if result.code == 124:
        return Failed("the deadline passed", final=True)
    if result.code == 137:
        return Failed(
            "the container was killed (exit code 137), most likely for want of memory",
            "give it more, for example -o memory=16g, or use smaller batches",
            final=True,
        )
    if result.code in {126, 127}:
        return Failed("the image has no bash, timeout or python", "use another image", final=True)
    return by_exit(result)


class Docker:
    """A container that is removed when it ends, and by force when it does not."""

    name = "docker"
    what = "a container on this machine"
    program = "docker"
    get = "install Docker Engine or Docker Desktop, or use --target local"
    insurance = "`timeout` in the container ends it at the deadline"
    options = (
        Option(
            "image", "an image with bash, python and pip; by default Jupyter's with PyTorch", ""
        ),
        Option("gpus", "none, all, or what `docker run --gpus` takes", "none"),
        Option("memory", "limit on memory", "8g"),
        Option("cpus", "limit on processors", "2"),
    )

    def check(self, job: Job) -> None:
        """See that the folder can be mounted."""
        if ":" in str(job.folder):
            raise UsageError(
                "docker cannot mount a folder with a colon in its name",
                where=str(job.folder),
                do="choose another --runs folder",
            )

    def plan(self, job: Job) -> Plan:
        """Mount the run's folder, run the job's program in it, remove the container by name."""
        limit = f"{job.seconds + _GRACE / 2:.0f}"
        script = _SCRIPT.format(limit=limit, inside=_INSIDE, until=f"{job.until:.0f}")
        return Plan(
            files={"docker.sh": script, "job.py": Path(job_program.__file__).read_text("utf-8")},
            steps=(
                Step("ask the docker daemon", ("docker", "version", "--format", "{{.Server.Os}}")),
                Step(
                    "run the container",
                    self._run(job),
                    judge=ended,
                    limit=None,
                    undo=("docker", "rm", "--force", job.name),
                    gone=f"No such container: {job.name}",
                ),
            ),
            causes=_CAUSES,
            grace=_GRACE,
        )

    def _run(self, job: Job) -> tuple[str, ...]:
        gpus = job.options["gpus"]
        image = job.options["image"] or _IMAGES.get(gpus, _GPU_IMAGE)
        command = [
            *("docker", "run", "--rm", "--init", "--name", job.name),
            *("--label", f"course.run={job.name}", "--stop-timeout", "10"),
            *("--memory", job.options["memory"], "--cpus", job.options["cpus"]),
            *("--pids-limit", "2048", "--shm-size", "1g"),
            *("--user", f"{os.getuid()}:{os.getgid()}"),
            *(("--gpus", gpus) if gpus != "none" else ()),
            *("--volume", f"{job.folder}:{_INSIDE}", "--workdir", _INSIDE),
        ]
        return (*command, image, "bash", f"{_INSIDE}/docker.sh")

    def price(self, options: Mapping[str, str]) -> Price:
        """Return nothing: the machine is yours."""
        return Price(0, "this machine is yours")
