"""One contract for every target: however it fails, a reason, a clean-up, nothing left running."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from executor_contract import Standins, carried_out, prepared

from course.errors import CourseError, UsageError
from course.executor.plan import Undo
from course.executor.script import as_script
from course.executor.start import _stage
from course.executor.targets import TARGETS, by_name
from course.executor.tidy import tidy

OPTIONS: dict[str, dict[str, str]] = {
    "local": {},
    "docker": {},
    "gcloud": {"bucket": "my-bucket"},
    "kaggle": {"user": "ada"},
    "colab-cli": {},
}
UNDO = {
    "docker": "docker rm --force",
    "gcloud": "gcloud compute instances delete",
    "kaggle": "kaggle kernels delete -y",
    "colab-cli": "colab stop -s",
}
# Target, how its program fails, and words of the reason.
FAILURES = [
    ("docker", "no-image", "there is no such image"),
    ("docker", "no-gpu", "docker cannot give the container a GPU"),
    ("docker", "oom", "for want of memory"),
    ("docker", "late", "the deadline passed"),
    ("docker", "bad-cell", "cell 2 failed"),
    ("gcloud", "stockout", "no such machine free"),
    ("gcloud", "quota", "your quota does not allow"),
    ("gcloud", "preempted", "went away without a word"),
    ("gcloud", "drop-always", "bring the results from gs://my-bucket/course-one-"),
    ("gcloud", "bad-cell", "ZeroDivisionError"),
    ("kaggle", "quota", "your quota at Kaggle is used up"),
    ("kaggle", "not-logged-in", "kaggle is not logged in"),
    ("kaggle", "cancelled", "Kaggle stopped it"),
    ("kaggle", "error", "no image"),
    ("kaggle", "bad-cell", "ZeroDivisionError"),
    ("colab-cli", "not-logged-in", "colab is not logged in"),
    ("colab-cli", "quota", "not entitled to this GPU"),
    ("colab-cli", "busy", "Colab refused"),
    ("colab-cli", "wrong-gpu", "Colab gave A100, not T4"),
    ("colab-cli", "lost", "Colab took the session away"),
    ("colab-cli", "drop-always", "bring the results"),
    ("colab-cli", "bad-cell", "ZeroDivisionError"),
]
REMOTE = [name for name in OPTIONS if name != "local"]


def made(tmp_path: Path, target: str, **more: Any) -> Any:
    options = {**OPTIONS[target], **more.pop("options", {})}
    return prepared(tmp_path, target, options=options, **more)


@pytest.mark.parametrize("target", REMOTE)
def test_a_run_that_goes_well_comes_back_and_leaves_nothing(
    tmp_path: Path, standins: Standins, target: str
) -> None:
    marker, folder = carried_out(made(tmp_path, target))
    assert (marker.state, marker.what) == ("SUCCEEDED", ""), folder.log.read_text()
    assert (folder.path / "SUCCEEDED").exists()
    assert standins.running() == []
    assert standins.called(UNDO[target])
    if target != "docker":
        assert folder.metrics() == {"loss": 0.25}
        assert folder.page.exists()
        assert not (folder.path / "results.tgz").exists()


@pytest.mark.parametrize(("target", "mode", "reason"), FAILURES)
def test_every_failure_has_a_reason_and_a_clean_up(
    tmp_path: Path, standins: Standins, target: str, mode: str, reason: str
) -> None:
    standins.fail(mode)
    marker, folder = carried_out(made(tmp_path, target))
    assert marker.state == "FAILED"
    assert reason in marker.what
    assert json.loads((folder.path / "FAILED").read_text())["what"] == marker.what
    if (target, mode) != ("kaggle", "not-logged-in"):
        assert marker.left == []
    assert standins.called(UNDO[target]), standins.calls()
    assert standins.running() == []


@pytest.mark.parametrize("target", REMOTE)
def test_a_program_that_hangs_is_ended_at_the_deadline(
    tmp_path: Path, standins: Standins, target: str
) -> None:
    standins.fail("hang")
    marker, _ = carried_out(made(tmp_path, target), seconds=1.5)
    assert (marker.state, marker.what) == ("FAILED", "the deadline passed")
    assert standins.called(UNDO[target])
    assert standins.running() == []


@pytest.mark.parametrize("target", ["gcloud", "kaggle"])
def test_a_job_that_never_ends_is_ended_at_the_deadline(
    tmp_path: Path, standins: Standins, target: str
) -> None:
    standins.fail("never")
    marker, _ = carried_out(made(tmp_path, target), seconds=1.5)
    assert (marker.state, marker.what) == ("FAILED", "the deadline passed")
    assert standins.called(UNDO[target])
    assert standins.running() == []


@pytest.mark.parametrize(
    ("target", "mode"), [("gcloud", "drop"), ("colab-cli", "drop"), ("kaggle", "offline")]
)
def test_a_connection_that_drops_once_costs_nothing(
    tmp_path: Path, standins: Standins, target: str, mode: str
) -> None:
    standins.fail(mode)
    marker, folder = carried_out(made(tmp_path, target))
    assert marker.state == "SUCCEEDED", marker.what
    assert folder.metrics() == {"loss": 0.25}


@pytest.mark.parametrize(
    ("target", "mode", "reason"),
    [
        ("docker", "no-daemon", "the docker daemon is not running"),
        ("gcloud", "not-logged-in", "gcloud is not logged in"),
    ],
)
def test_what_is_seen_before_anything_starts_needs_no_clean_up(
    tmp_path: Path, standins: Standins, target: str, mode: str, reason: str
) -> None:
    standins.fail(mode)
    marker, _ = carried_out(made(tmp_path, target))
    assert reason in marker.what
    assert marker.left == []
    assert len(standins.calls()) == 1


def test_kaggle_keeps_results_that_could_not_be_brought(tmp_path: Path, standins: Standins) -> None:
    standins.fail("drop-always")
    marker, _ = carried_out(made(tmp_path, "kaggle"))
    assert "bring the results of ada/course-one-" in marker.what
    assert not standins.called("kaggle kernels delete")


def test_a_clean_up_is_tried_again_and_what_is_left_is_said(
    tmp_path: Path, standins: Standins
) -> None:
    standins.fail("delete-fails-once")
    marker, _ = carried_out(made(tmp_path, "gcloud"))
    assert (marker.left, standins.running()) == ([], [])
    standins.fail("delete-fails")
    marker, folder = carried_out(made(tmp_path, "gcloud"))
    assert [command[:4] for command in marker.left] == [
        ["gcloud", "compute", "instances", "delete"]
    ]
    assert len(standins.running()) == 1
    # The next look at the run tries again.
    standins.fail()
    again = tidy(folder)
    assert again is not None
    assert (again.left, again.state, standins.running()) == ([], "SUCCEEDED", [])


@pytest.mark.parametrize("target", REMOTE)
def test_who_is_logged_out_at_the_clean_up_is_told_what_is_left(
    tmp_path: Path, standins: Standins, target: str
) -> None:
    # Each program's words for it hold "not found", as do those for a machine that is gone.
    standins.fail("logged-out")
    marker, folder = carried_out(made(tmp_path, target))
    assert [" ".join(command).startswith(UNDO[target]) for command in marker.left] == [True]
    assert len(standins.running()) == 1
    # Somebody removes it by hand, and the next look finds nothing any more.
    standins.fail()
    (standins.home / "rented" / standins.running()[0]).unlink()
    again = tidy(folder)
    assert again is not None
    assert again.left == []


def test_a_torn_run_is_cleaned_up_by_whoever_finds_it(tmp_path: Path, standins: Standins) -> None:
    one = made(tmp_path, "gcloud")
    _stage(one)
    (standins.home / "rented").mkdir()
    (standins.home / "rented" / one.record.name).touch()
    steps = one.target.plan(one.job).steps
    delete = [asdict(Undo(step.undo, step.gone)) for step in steps if step.undo]
    keeper = {"pid": 2**22 + 1, "born": "1", "host": socket.gethostname()}
    one.folder.write(replace(one.record, keeper=keeper, clean_up=delete))
    marker = tidy(one.folder)
    assert marker is not None
    assert marker.state == "FAILED"
    assert standins.running() == []


@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_every_generated_script_passes_shellcheck(tmp_path: Path, target: str) -> None:
    one = made(tmp_path, target)
    plan = one.target.plan(one.job)
    scripts = {name: text for name, text in plan.files.items() if name.endswith(".sh")}
    scripts["commands.sh"] = as_script(plan)
    for name, text in scripts.items():
        path = tmp_path / name
        path.write_text(text)
        shellcheck = Path(sys.executable).parent / "shellcheck"
        program = str(shellcheck) if shellcheck.exists() else "shellcheck"
        done = subprocess.run([program, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_every_generated_python_file_compiles(tmp_path: Path, target: str) -> None:
    one = made(tmp_path, target)
    for name, text in one.target.plan(one.job).files.items():
        if name.endswith(".py"):
            compile(text, name, "exec")


def test_the_scripts_clean_up_in_a_trap(tmp_path: Path) -> None:
    one = made(tmp_path, "colab-cli")
    script = as_script(one.target.plan(one.job))
    assert f"  colab stop -s {one.record.name} || true\n}}\ntrap clean_up EXIT\n" in script
    assert script.index("trap clean_up") < script.index("colab new")


def test_google_deletes_the_machine_whatever_happens_here(tmp_path: Path) -> None:
    one = made(tmp_path, "gcloud", deadline=1800.0, options={"spot": "yes", "gpu": "L4"})
    (create,) = [s.command for s in one.target.plan(one.job).steps if "create" in s.command]
    assert {
        "--max-run-duration=1800s",
        "--instance-termination-action=DELETE",
        "--provisioning-model=SPOT",
        "--machine-type=g2-standard-4",
        "--no-restart-on-failure",
    } <= set(create)
    assert not [flag for flag in create if flag.startswith("--accelerator")]


def test_docker_gets_limits_a_name_and_a_gpu(tmp_path: Path) -> None:
    one = made(tmp_path, "docker", options={"gpus": "all", "memory": "4g"})
    text = " ".join(one.target.plan(one.job).steps[1].command)
    assert text.startswith(f"docker run --rm --init --name {one.record.name} --label course.run=")
    for part in ("--stop-timeout 10", "--memory 4g", "--cpus 2", "--gpus all", "cuda12"):
        assert part in text


def test_kaggles_metadata_are_what_its_program_accepts(tmp_path: Path) -> None:
    one = made(tmp_path, "kaggle")
    plan = one.target.plan(one.job)
    metadata = json.loads(plan.files["kernel-metadata.json"])
    owner, slug = metadata["id"].split("/")
    assert owner == "ada"
    # kaggle warns of "surprising behaviour" if the title does not turn into the slug.
    assert metadata["title"] == slug == slug.lower()
    assert 5 <= len(slug) <= 50
    assert metadata["code_file"] in plan.files
    assert (metadata["language"], metadata["kernel_type"]) == ("python", "script")
    assert metadata["is_private"] is True
    push = plan.steps[0].command
    assert push[push.index("-t") + 1] == "3600"
    assert push[push.index("--accelerator") + 1] == "NvidiaTeslaT4"


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [
        ("colab-cli", {"options": {"gpu": "T40"}}, "'T40' is no gpu of the target colab-cli"),
        ("docker", {"options": {"ram": "1g"}}, "has no option 'ram'"),
        ("gcloud", {"options": {"zone": "a; rm -rf /"}}, "cannot be a zone"),
        ("gcloud", {"deadline": 60.0}, "needs minutes to start"),
        ("kaggle", {"options": {"user": "Ada Lovelace"}}, "is no user name at Kaggle"),
        ("kaggle", {"deadline": 50_000.0}, "ends a session after 12 hours"),
        ("colab-cli", {"deadline": 50_000.0}, "ends a session after 12 hours"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_starts(
    tmp_path: Path, target: str, more: dict[str, Any], words: str
) -> None:
    def ask() -> None:
        one = made(tmp_path, target, **more)
        one.target.check(one.job)

    with pytest.raises(UsageError, match=words):
        ask()


def test_inputs_too_large_for_one_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "big.bin").write_bytes(os.urandom(3_000_000))
    one = made(tmp_path, "kaggle", inputs=(tmp_path / "big.bin",))
    with pytest.raises(CourseError, match="too large"):
        one.target.check(one.job)


def test_a_missing_option_and_an_unknown_target_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs the option 'bucket'"):
        prepared(tmp_path, "gcloud")
    with pytest.raises(UsageError, match="use one of: local, docker"):
        by_name("moon")


def test_the_page_names_every_target_and_option(repo: Path) -> None:
    page = (repo / "docs" / "executor.md").read_text("utf-8")
    for target in TARGETS:
        assert f"`{target.name}`" in page
        for option in target.options:
            assert f"`{option.name}`" in page, f"{target.name}: {option.name}"
