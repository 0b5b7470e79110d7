"""Visible checks and hints of lesson 05, your own machine in the cloud."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from course.checks import checks, written
from course.checks.rehearsal import rehearse, uploads


def _refused(function: Any, *arguments: Any) -> bool:
    try:
        function(*arguments)
    except ValueError:
        return True
    return False


def flags(command: Sequence[str]) -> dict[str, str]:
    """Return the flags of a command: ``--zone=a`` and ``--zone a`` are the same."""
    found: dict[str, str] = {}
    for word, after in zip(command, [*command[1:], "--"], strict=True):
        name, equals, value = word.partition("=")
        if name.startswith("--"):
            found[name] = value if equals else ("" if after.startswith("--") else after)
    return found


TRAINER = {
    "name": "trainer", "zone": "us-central1-a", "machine_type": "n1-standard-8",
    "gpu": "T4", "gpus": 2, "disk_gb": 120, "max_hours": 3, "spot": True, "account": "",
}  # fmt: skip


@checks(
    "machine",
    needs=("wrong_fields", "create_command"),
    hints=(
        "Start with wrong = [], and append a field's name for each rule that is broken. "
        "FITS.get((machine type, GPU), []) is empty for a pair that does not exist.",
        "re.fullmatch(pattern, value) is None where a text breaks its pattern. In create_command: "
        'if wrong_fields(machine): raise ValueError(…); then command = ["gcloud", …], and '
        'if machine["gpu"] == "T4": command.append("--accelerator=…").',
    ),
    praise="descriptions are looked at before they become a command.",
)
def _machine(wrong_fields: Any, create_command: Any) -> None:
    wrong = wrong_fields(dict(TRAINER))
    written(wrong, "wrong_fields")
    assert not list(wrong), f"nothing is wrong with 2 T4 on n1-standard-8, but you name {wrong}."
    for field, value, why in (
        ("name", "trainer; reboot", "has a space and a semicolon"),
        ("zone", "us-central1", "lacks the letter at its end"),
        ("zone", "us-central1-a\n", "has a line break behind its end"),
        ("account", "nobody", "has no @"),
        ("gpus", 3, "is no number of T4 that fits n1-standard-8"),
        ("gpu", "A100", "does not go into n1-standard-8"),
        ("disk_gb", 20, "is below 50"),
        ("disk_gb", "100", "is a text, not an int"),
        ("max_hours", 48, "is above 24"),
    ):
        named = sorted(wrong_fields({**TRAINER, field: value}))
        expected = "gpu" if field == "gpus" else field
        assert named == [expected], f"{field} {value!r} {why}: [{expected!r}], not {named}."
    command = create_command(dict(TRAINER))
    written(command, "create_command")
    assert not isinstance(command, str), "return a list of words, not one string for a shell."
    command = list(command)
    assert command[:4] == ["gcloud", "compute", "instances", "create"], (
        f"the list begins with {command[:4]}, not with gcloud, compute, instances, create."
    )
    assert "trainer" in command, "the machine's name is not a word of the command."
    given = flags(command)
    for flag, value in (
        ("--zone", "us-central1-a"),
        ("--machine-type", "n1-standard-8"),
        ("--boot-disk-size", "120GB"),
        ("--accelerator", "type=nvidia-tesla-t4,count=2"),
        ("--maintenance-policy", "TERMINATE"),
        ("--image-project", "deeplearning-platform-release"),
        ("--max-run-duration", "10800s"),
        ("--instance-termination-action", "DELETE"),
        ("--provisioning-model", "SPOT"),
        ("--no-service-account", ""),
        ("--no-scopes", ""),
    ):
        assert flag in given, f"{flag} is missing from the command."
        assert value in ("", given[flag]), f"{flag} is {given[flag]!r}, and should be {value!r}."
    assert _refused(create_command, {**TRAINER, "name": "trainer; reboot"}), (
        "create_command makes a command of a wrong description: it should raise ValueError."
    )
    account = "job@my-project.iam.gserviceaccount.com"
    fits = (("n1-standard-8", "none", 0), ("g2-standard-4", "L4", 1))
    for machine_type, gpu, gpus in fits:
        other = {"machine_type": machine_type, "gpu": gpu, "gpus": gpus, "account": account}
        given = flags(list(create_command({**TRAINER, **other})))
        plain = given.get("--image-project") == "debian-cloud"
        assert plain == (gpu == "none"), f"with gpu {gpu!r} the image is the other pair of IMAGES."
        assert "tesla-t4" not in given.get("--accelerator", ""), f"gpu is {gpu!r}: ask for no T4."
        for flag, value in (("--service-account", account), ("--scopes", "cloud-platform")):
            assert given.get(flag) == value, f"with an account, {flag}={value} belongs there."
        assert "--no-service-account" not in given, "with an account, you also ask for none."


EXAMPLE_PRICES = {"n1-standard-8": 0.4, "T4": 0.3, "disk": 0.1}
PERIODS = [("running", 4.0), ("stopped", 164.0), ("running", 2.0)]


@checks(
    "price",
    needs=("cost",),
    hints=(
        "Add up two kinds of hours: those in which the machine runs, and all of them. "
        "The first pay for machine and GPUs, the second for the disk.",
        "An hour of running: prices[machine type] + gpus * prices[gpu]. An hour of disk: disk_gb * "
        'prices["disk"] / MONTH_HOURS. round(…, 2) stands in the last line only.',
    ),
    praise="running time pays for the machine, all the time pays for the disk.",
)
def _price(cost: Any) -> None:
    machine = {**TRAINER, "gpus": 2, "disk_gb": 500}
    total = cost(machine, PERIODS, dict(EXAMPLE_PRICES))
    written(total, "cost")
    # 6 hours of machine and two GPUs, 170 hours of disk; and what common mistakes make of it.
    for wrong, message in (
        (6 * 1.0 + 6 * 500 * 0.1 / 730, "the disk is paid while the machine is stopped, too."),
        (6 * 0.7 + 170 * 500 * 0.1 / 730, "there are two GPUs in this machine; you pay for one."),
        (170 * 1.0 + 170 * 500 * 0.1 / 730, "a stopped machine pays for nothing but its disk."),
        (6 * 1.0 + 170 * 500 * 0.1, "the disk's price is for a month: divide by MONTH_HOURS."),
    ):
        assert abs(total - wrong) > 0.006, message
    assert abs(total - 17.64) < 0.006, (
        f"6 hours running and 164 stopped cost 17.64 with these prices, not {total}."
    )
    assert abs(total - 17.64) < 1e-9, f"return the sum rounded to cents, 17.64, not {total}."
    total = cost(machine, [("running", 0.01)] * 300, dict(EXAMPLE_PRICES))
    assert abs(total - 3.21) < 0.006, (
        f"300 periods of 36 seconds cost 3.21, not {total}: round once, at the end."
    )


@checks(
    "spot",
    needs=("spot_minutes", "choose"),
    hints=(
        "Follow the clock from one loss to the next. Between two of them the machine boots, then "
        "works; only whole checkpoints of that work are kept.",
        "kept += (lost - clock - boot) // every * every, if that is positive; clock = lost. "
        "The run is over when clock + boot + (work - kept) <= lost.",
    ),
    praise="every loss costs a boot and the work since the last checkpoint.",
)
def _spot(spot_minutes: Any, choose: Any) -> None:
    for losses, minutes, why in (
        ([], 110, "nothing is lost: 10 minutes of boot and 100 of work"),
        ([55], 125, "45 minutes of work, 40 of them kept; then 10 of boot and the last 60"),
        ([45], 135, "35 minutes of work, 20 of them kept; then 10 of boot and the last 80"),
        ([55, 60], 130, "the second loss comes during the boot, and the boot starts again"),
        ([110], 110, "the work is done in the very minute of the loss"),
        ([500], 110, "the loss comes when all is over"),
        ([30], 120, "a checkpoint made in the very minute of the loss is kept"),
    ):
        got = spot_minutes(100, 20, 10, list(losses))
        written(got, "spot_minutes")
        assert got == minutes, (
            f"100 minutes of work, checkpoints every 20, boot 10, losses at {losses}: "
            f"{minutes} minutes ({why}), not {got}."
        )
    calm: list[list[int]]
    rough: list[list[int]]
    calm, rough = [[]] * 20, [[55, 110, 165]] * 20
    for histories, deadline, spot, plan, why in (
        (calm, 110, 0.3, "spot", "it is cheaper, and done in the last minute allowed"),
        (rough, 130, 0.3, "standard", "spot is cheaper, but late each time"),
        (rough, 900, 0.9, "standard", "the work done twice makes spot dearer"),
        (calm[:19] + rough[:1], 130, 0.3, "spot", "one of twenty late is allowed"),
        (calm + rough[:2], 130, 0.3, "spot", "two of 22 late are allowed"),
        (calm + rough[:3], 130, 0.3, "standard", "three of 23 late are too many"),
    ):
        got = choose(100, 20, 10, histories, 1.0, spot, deadline)
        written(got, "choose")
        assert got == plan, f"{why}: {plan!r}, not {got!r}."


def _quiet(*times: int, **changed: Any) -> list[dict[str, Any]]:
    return [{"time": t, "gpu": 0, "cpu": 3, "kernels": 0, **changed} for t in times]


@checks(
    "idle-shutdown",
    needs=("stop_at",),
    hints=(
        "Keep the time at which the machine fell idle. A busy or unread sample sets it back to "
        "None, and so does a gap between two samples.",
        'if not idle: since = None; elif since is None or sample["time"] - last > MAX_GAP: '
        'since = sample["time"]. Then: if since is not None and time - since >= idle_s, return.',
    ),
    praise="only idleness that was seen, without a break, counts.",
)
def _idle(stop_at: Any) -> None:
    quiet = _quiet(0, 60, 120, 180, 240)
    got = stop_at(quiet, 180)
    assert got == 180, f"idle from 0 on, 180 seconds are full at 180, not at {got}."
    got = stop_at(quiet, 600)
    assert got is None, f"240 idle seconds are fewer than 600: None, not {got}."
    for changed, why in (
        ({"gpu": 80}, "the GPU was at 80 % at 120"),
        ({"cpu": 70}, "the CPU was at 70 % at 120"),
        ({"kernels": 1}, "a kernel was computing at 120"),
        ({"gpu": None}, "the GPU could not be read at 120"),
        ({"kernels": None}, "the kernels could not be counted at 120"),
    ):
        broken = _quiet(0, 60) + _quiet(120, **changed) + _quiet(180, 240, 300)
        got = stop_at(broken, 120)
        assert got == 300, f"{why}, so counting starts again at 180: stop at 300, not at {got}."
    got = stop_at(_quiet(0, 60, 600, 660, 720), 120)
    assert got == 720, (
        f"nobody looked between 60 and 600, so counting starts again at 600: 720, not {got}."
    )


FORWARDING = re.compile(
    r"(?:127\.0\.0\.1|localhost):(?P<port>\d+):(?:127\.0\.0\.1|localhost):8888$"
)


@checks(
    "tunnel",
    needs=("tunnel",),
    hints=(
        "First refuse (name, then address), then look for a free port from 8888 on, then build "
        "the list. The words behind `--` go to ssh itself.",
        "port = next(p for p in range(8888, 65536) if p not in busy); the forwarding is "
        'f"127.0.0.1:{port}:127.0.0.1:8888", behind "-L".',
    ),
    praise="the tunnel begins and ends on 127.0.0.1.",
)
def _tunnel(tunnel: Any) -> None:
    got = tunnel("trainer", "us-central1-a", {8888, 8890})
    written(got, "tunnel")
    assert isinstance(got, (tuple, list)) and len(got) == 2, "return a pair: command, address."
    command, address = got
    assert not isinstance(command, str), "the command is one string; return a list of words."
    words = list(command)
    assert words[:3] == ["gcloud", "compute", "ssh"], (
        f"the command begins with {words[:3]}, not with gcloud, compute, ssh."
    )
    assert "trainer" in words, "the machine's name is not a word of the command."
    assert flags(words).get("--zone") == "us-central1-a", "--zone=us-central1-a is missing."
    ways = [FORWARDING.search(word) for word in words]
    way = next((found for found in ways if found), None)
    assert way is not None, (
        "the forwarding is missing, or does not begin and end on 127.0.0.1: behind -L belongs "
        f"127.0.0.1:PORT:127.0.0.1:8888. Your words: {words}."
    )
    assert way["port"] == "8889", f"8888 is busy, 8889 is free; you take {way['port']}."
    assert any(re.fullmatch(r"(--ssh-flag=)?-[a-zA-Z]*N[a-zA-Z]*", word) for word in words), (
        "-N is missing: without it a shell opens as well."
    )
    assert address in ("http://127.0.0.1:8889/lab", "http://localhost:8889/lab"), (
        f"the browser goes to http://127.0.0.1:8889/lab, not to {address}."
    )
    for bind in ("0.0.0.0", ""):  # noqa: S104 - to be refused
        assert _refused(tunnel, "trainer", "us-central1-a", set(), bind), (
            f"{bind!r} means all interfaces: raise ValueError, since anybody could come in."
        )
    assert _refused(tunnel, "-oProxyCommand=reboot", "us-central1-a", set()), (
        "a name that begins with a hyphen is an option for ssh: raise ValueError."
    )


# Inside the job, so that one sees how the shell was set when it ran.
SPYING_JOB = 'echo "options $SHELLOPTS" >>"$REHEARSAL/calls"; python3 train.py'


@checks(
    "startup-script",
    needs=("startup_script", "header"),
    hints=(
        "Four parts: set -euo pipefail; a function at_end that uploads and deletes, with "
        "`trap at_end EXIT`; a loop that tries nvidia-smi; run_the_job.",
        "In at_end, the very first line is code=$?, later it would be overwritten. An upload that "
        'may fail: gcloud storage cp FAILED "$RESULTS/" || true. The loop: for try in '
        '$(seq "$WAIT_S"); do nvidia-smi && break; sleep 1; done, then nvidia-smi once more.',
    ),
    praise="whatever happens, a word is left and the machine is deleted.",
)
def _startup(startup_script: Any, header: Any) -> None:
    body = startup_script()
    written(body, "startup_script")
    assert isinstance(body, str), f"return the script as text, not as {type(body).__name__}."
    for word, why in (
        ("trap", "without it, an error before your last lines leaves the machine running"),
        ("run_the_job", "the header says what the job is"),
        ("delete_this_machine", "the header says how"),
        ("WAIT_S", "the header says how long to wait"),
        ("RESULTS", "the header says where results go"),
    ):
        assert word in body, f"the script does not use {word}: {why}."
    assert "sbin/" not in body, "call programs by name (shutdown), not by path (/sbin/shutdown)."

    def play(wait_s: int, **settings: Any) -> list[str]:
        calls = rehearse(header(wait_s, "gs://my-bucket/run-7", SPYING_JOB) + body, **settings)
        assert not calls or not calls[0].startswith("syntax: "), (
            f"bash cannot read the script: {calls[0].removeprefix('syntax: ')}."
        )
        return calls

    calls = play(20, ready_after=3)
    assert "nvidia-smi" in calls, "the script never asks for the driver: nvidia-smi is not called."
    assert "job" in calls, (
        "the driver came up at the fourth try, well in time, but the job was not run."
    )
    assert calls[: calls.index("job")].count("nvidia-smi") >= 4, (
        "the job started before nvidia-smi had succeeded."
    )
    assert "sleep" in calls, "between two tries the script should sleep for a second."
    options = next((call for call in calls if call.startswith("options ")), "")
    for option, flag in (("errexit", "-e"), ("nounset", "-u"), ("pipefail", "-o pipefail")):
        assert option in options, f"set {flag} was not in force while the job ran."
    assert "SUCCEEDED" in uploads(calls), (
        f"the job went well, but no file SUCCEEDED came to $RESULTS; called were {calls}."
    )
    assert "FAILED" not in uploads(calls), "the job went well, but a file FAILED was uploaded."
    assert "delete" in calls, "the job went well, and the machine was not deleted."

    calls = play(20, job_code=7)
    assert "delete" in calls, "the job failed, and the machine was not deleted: it goes on costing."
    assert "SUCCEEDED" not in uploads(calls), (
        "the job failed, but SUCCEEDED was uploaded. Is `code=$?` the first line of at_end?"
    )
    assert "FAILED" in uploads(calls), "the job failed, but no file FAILED came to $RESULTS."
    said = uploads(calls)["FAILED"]
    assert "7" in said, f"the job ended with 7; the file FAILED says {said!r}."
    assert calls.index("delete") > max(
        place for place, call in enumerate(calls) if call.startswith("upload ")
    ), "the machine was deleted before the upload, which then never happens."

    calls = play(2, ready_after=10**6)
    assert "too late" not in calls, (
        "the driver never comes and $WAIT_S is 2, but the script was still waiting after 15 s."
    )
    assert "job" not in calls, "the driver never came, and the job was run all the same."
    assert "delete" in calls, "the driver never came, and the machine was not deleted."
    assert "FAILED" in uploads(calls), "the driver never came, but no FAILED was uploaded."

    calls = play(20, upload_code=1)
    assert "delete" in calls, (
        "when the upload fails the machine is not deleted: set -e ends at_end there. "
        "Put || true behind the upload."
    )
