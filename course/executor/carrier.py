"""One Python file that carries a whole job to a machine that takes only one file."""

from __future__ import annotations

import base64
import io
import tarfile
import textwrap

from course.errors import CourseError
from course.executor import job as job_program
from course.executor.plan import Job

# What fits into a script that somebody else's service must accept.
LARGEST = 2_000_000

# Where it arrives there may be no papermill, the exit code is lost (Colab runs the file in a
# kernel), and only files tell what happened: so everything ends in one archive.
_SCRIPT = '''\
"""Made by `course run`: unpacks a notebook, runs it with papermill, packs the results."""
import base64, importlib.util, io, pathlib, subprocess, sys, tarfile

RESULTS = pathlib.Path({results!r})
WORK = pathlib.Path("/tmp/course-run")
PAYLOAD = (
{payload}
)


def main():
    """Unpack, install what is missing, run, and leave results.tgz."""
    WORK.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(PAYLOAD))) as archive:
        archive.extractall(WORK)
    subprocess.run("nvidia-smi -L || echo 'no NVIDIA GPU'", shell=True, check=False)
    missing = [n for n in ("papermill", "nbconvert") if importlib.util.find_spec(n) is None]
    if missing:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=False)
    job = [sys.executable, str(WORK / "job.py"), str(WORK), "--until", "{until:.0f}"]
    job += ["--pack", str(RESULTS)]
    with subprocess.Popen(job, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        for line in run.stdout:
            print(line, end="", flush=True)
    print("course-run: the job ended with", run.returncode, flush=True)


main()
'''


def carrier(job: Job, results: str, until: float) -> str:
    """Return the script.

    Parameters
    ----------
    results
        The archive over there that the results are packed into.
    until
        When the notebook must have ended, in seconds since 1970.

    Raises
    ------
    CourseError
        If notebook and inputs are too large for one script.
    """
    packed = base64.b64encode(_packed(job)).decode()
    if len(packed) > LARGEST:
        raise CourseError(
            f"notebook and inputs are {len(packed) / 1e6:.1f} MB, too large to go along in a file",
            do="let the notebook download its data instead of giving --input",
        )
    lines = textwrap.wrap(packed, 88)
    payload = "\n".join(f'    "{line}"' for line in lines)
    return _SCRIPT.format(results=results, payload=payload, until=until)


def _packed(job: Job) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as archive:
        archive.add(job_program.__file__, arcname="job.py")
        entry = tarfile.TarInfo("input.ipynb")
        entry.size = len(job.notebook)
        archive.addfile(entry, io.BytesIO(job.notebook))
        for name, path in job.inputs.items():
            archive.add(path, arcname=f"artefacts/{name}")
    return out.getvalue()
