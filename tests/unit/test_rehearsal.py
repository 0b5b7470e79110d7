"""A start-up script is run with stand-ins, which write down what was called."""

from __future__ import annotations

import pytest

from course.checks.rehearsal import rehearse, uploads

SCRIPT = """\
sudo nvidia-smi || sleep 1
nvidia-smi
python train.py || code=$?
echo "code ${code:-0}" >DONE
gcloud storage cp DONE gs://my-bucket/run-7/
gcloud compute instances delete me --quiet
"""


def test_calls_are_written_down_in_order() -> None:
    calls = rehearse(SCRIPT, ready_after=1, job_code=7)
    assert calls == [
        "nvidia-smi", "sleep", "nvidia-smi", "job", "upload DONE code 7 ", "delete"
    ]  # fmt: skip
    assert uploads(calls) == {"DONE": "code 7"}


def test_what_bash_cannot_read_is_said() -> None:
    (said,) = rehearse("if true; then\n")
    assert said.startswith("syntax: startup.sh: line")


def test_a_script_without_an_end_is_ended_with_all_it_started() -> None:
    assert rehearse("sleep 300 & wait", limit_s=0.5) == ["sleep", "too late"]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("gsutil -m cp a gs://my-bucket/run-7/", "a"),
        ("gcloud storage cp a gs://my-bucket/run-7/b", "b"),
        ("echo 1 | gcloud storage cp - gs://my-bucket/run-7/c", "c"),
        ("gcloud storage cp a gs://another/", "elsewhere/a"),
    ],
)
def test_uploads_are_named_as_they_arrive(command: str, name: str) -> None:
    assert uploads(rehearse(f"echo 1 >a\n{command}\n")) == {name: "1"}


def test_nothing_outside_the_stand_ins_is_called() -> None:
    assert rehearse("shutdown -h now\npoweroff\nsudo reboot") == ["shutdown"] * 3


def test_an_upload_fails_when_told_and_when_the_file_is_missing() -> None:
    upload = "gcloud storage cp a gs://my-bucket/run-7 || shutdown -h now\n"
    assert rehearse(f"echo 1 >a\n{upload}", upload_code=1) == ["upload a 1 ", "shutdown"]
    assert rehearse(upload) == ["shutdown"]
