"""A Colab session through google-colab-cli, the nearest heir of the talk's executor."""

from __future__ import annotations

from collections.abc import Mapping

from course.errors import UsageError
from course.executor.carrier import carrier
from course.executor.plan import (
    Cause,
    Done,
    Failed,
    Job,
    Judge,
    Plan,
    Result,
    Step,
    Verdict,
    by_exit,
)
from course.executor.prices import Price
from course.executor.targets.base import Option

_RESULTS = "/content/results.tgz"
_LONGEST = 12 * 3600
# Anything else silently becomes an A100: google-colab-cli 0.7.5, commands/session.py.
_GPUS = ("none", "T4", "L4", "G4", "A100", "H100")

_CAUSES = (
    Cause(
        r"appears to be lost|Session '.*' not found",
        "Colab took the session away",
        "run it again; colab usage shows whether compute units are left",
    ),
    Cause(
        r"default credentials were not found|RefreshError|invalid_grant|Please (log|sign) in",
        "colab is not logged in",
        "run gcloud auth application-default login, or colab --auth oauth2 new once by hand",
    ),
    Cause(
        r"Allocation refused",
        "Colab refused: too many sessions, or a limit of use",
        "run colab sessions and colab stop, wait, or take another GPU",
    ),
    Cause(
        r"Backend rejected accelerator",
        "your account is not entitled to this GPU",
        "take -o gpu=T4 or none; colab usage shows your compute units",
    ),
)


def hardware(gpu: str) -> Judge:
    """Return a judge of ``colab status``: whether it is the GPU that was asked for."""
    wanted = "CPU" if gpu == "none" else gpu

    def judge(result: Result) -> Verdict:
        verdict = by_exit(result)
        if not isinstance(verdict, Done):
            return verdict
        found = result.output.partition("Hardware: ")[2].split(" |")[0].strip()
        if found.upper() == wanted:
            return Done()
        what = f"Colab gave {found or 'no hardware that it names'}, not {wanted}"
        return Failed(what, "the session was stopped; try again", final=True)

    return judge


class Colab:
    """``colab new``, ``exec``, ``download``, and ``colab stop`` in every case."""

    name = "colab-cli"
    what = "a Colab session, through google-colab-cli"
    program = "colab"
    get = "run uv tool install google-colab-cli (it needs Python 3.12)"
    insurance = (
        "nothing but Colab's own limits: the notebook ends at the deadline, the session later"
    )
    options = (Option("gpu", "which GPU", "T4", _GPUS),)

    def check(self, job: Job) -> None:
        """See that Colab can take it: deadline and size."""
        if job.seconds > _LONGEST:
            raise UsageError("Colab ends a session after 12 hours", do="give --deadline 12h")
        carrier(job, _RESULTS, job.until)

    def plan(self, job: Job) -> Plan:
        """Start a session, see what it is, run the job in it, bring the results, stop it.

        Not ``colab exec -f notebook.ipynb``: that goes on after a cell that failed, ends with exit
        code 0 all the same, and gives each cell 30 seconds.
        """
        session = ("-s", job.name)
        gpu = job.options["gpu"]
        script = f"{job.folder}/job-for-colab.py"
        until = job.until - min(60.0, job.seconds / 5)
        return Plan(
            files={"job-for-colab.py": carrier(job, _RESULTS, until)},
            steps=(
                Step(
                    "start a session",
                    ("colab", "new", *session, *(("--gpu", gpu) if gpu != "none" else ())),
                    limit=600,
                    undo=("colab", "stop", *session),
                    gone=f"Session '{job.name}' not found",
                ),
                Step(
                    "see which hardware it has",
                    ("colab", "status", *session),
                    judge=hardware(gpu),
                    tries=3,
                ),
                Step(
                    "run the notebook",
                    ("colab", "exec", *session, "-f", script, "--timeout", str(job.seconds)),
                    limit=None,
                ),
                Step(
                    "bring the results",
                    ("colab", "download", *session, _RESULTS, f"{job.folder}/results.tgz"),
                    limit=None,
                    tries=4,
                ),
            ),
            causes=_CAUSES,
        )

    def price(self, options: Mapping[str, str]) -> Price:
        """Return that it is unknown: units an hour move, and the free tier is a grey area."""
        return Price(
            None,
            "compute units (100 are about 10 USD); headless use of the free tier is a grey area",
            "run colab usage",
        )
