"""The line about a long job: in a terminal, in a notebook somebody watches, and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from course.data import progress as module
from course.data.progress import Progress, megabytes

JOB = """
import time
from course.data import progress
progress._PATIENCE, progress._EVERY = 0.0, 0.0
with progress.Progress("tiles.zip", 2_000_000) as line:
    line.at(0)
    time.sleep(0.01)
    line.at(1_000_000)
    line.say("the connection broke; trying again in 1 s")
    line.at(2_000_000)
"""


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that are shown."""
    shown: list[str] = []
    monkeypatch.setattr(module, "screen", lambda: shown.append)
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    monkeypatch.setattr(module, "_EVERY", 0.0)
    return shown


def test_the_line_says_how_much_of_how_much(lines: list[str]) -> None:
    with Progress("tiles.zip", 4_000_000) as progress:
        progress.at(0)
        time.sleep(0.01)
        progress.at(1_000_000)
    assert lines[0] == "tiles.zip [....................] 0% of 4.0 MB"
    assert lines[1].startswith("tiles.zip [#####...............] 25% of 4.0 MB, ")
    assert lines[1].endswith(" s left")
    assert lines[-1] == "tiles.zip: 1.0 MB in 0 s\n"


def test_without_a_total_it_says_how_much(lines: list[str]) -> None:
    with Progress("tiles.zip") as progress:
        progress.at(1_500_000)
    assert lines[0] == "tiles.zip 1.5 MB"


def test_more_than_the_total_is_all_of_it(lines: list[str]) -> None:
    with Progress("tiles.zip", 10) as progress:
        progress.at(20)
    assert "100%" in lines[0]


def test_an_error_ends_the_line(lines: list[str]) -> None:
    def fail() -> None:
        with Progress("tiles.zip") as progress:
            progress.at(1)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert lines[-1] == "tiles.zip: stopped\n"


def test_a_last_word_stays(lines: list[str]) -> None:
    with Progress("tiles.zip") as progress:
        progress.last_word = "trusted"
    assert lines == ["tiles.zip: trusted\n"]


def test_what_is_quick_needs_no_line(lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 60.0)
    with Progress("tiles.zip", 10) as progress:
        progress.at(5)
    assert lines == []


def test_the_line_changes_a_few_times_a_second(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EVERY", 60.0)
    with Progress("tiles.zip", 100) as progress:
        progress.say("begun")
        for done in range(100):
            progress.at(done)
    assert len(lines) == 2


def test_other_things_can_be_counted(lines: list[str]) -> None:
    with Progress("set", 2000, lambda count: f"{count:,} pictures") as progress:
        progress.at(1000)
    assert "50% of 2,000 pictures" in lines[0]
    assert lines[-1] == "set: 1,000 pictures in 0 s\n"


def test_megabytes() -> None:
    assert megabytes(94_658_721) == "94.7 MB"


def test_a_program_that_reads_the_output_gets_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", JOB], capture_output=True, check=True, stdin=subprocess.DEVNULL
    )
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_process_without_standard_error_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Progress("tiles.zip") as progress:
        progress.say("x")


def test_a_terminal_gets_one_line_that_changes() -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", JOB],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "40"},
    )
    os.close(theirs)
    output = io.BytesIO()
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how a terminal says that the other side is gone
            break
        if not piece:
            break
        output.write(piece)
    os.close(ours)
    assert process.communicate(timeout=30) == (b"", None)
    text = output.getvalue().decode()
    assert text.count("\n") == 1
    shown = [line.removeprefix("\x1b[K").rstrip() for line in text.split("\r") if line.strip()]
    assert shown[-1] == "tiles.zip: 2.0 MB in 0 s"
    assert shown[1].startswith("tiles.zip [##########..........] 50%")
    assert max(len(line) for line in shown) <= 40


@pytest.fixture(scope="module")
def kernel() -> Iterator[Any]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        manager.context.destroy()


def run(kernel: Any, *, asks: bool) -> list[dict[str, Any]]:
    """Run the job in a real kernel; return the messages with output."""
    messages: list[dict[str, Any]] = []
    kernel.execute_interactive(
        JOB, allow_stdin=asks, stdin_hook=lambda _: None, output_hook=messages.append, timeout=60
    )
    kinds = {"stream", "display_data", "update_display_data", "error"}
    return [message for message in messages if message["msg_type"] in kinds]


def test_a_notebook_somebody_watches_gets_one_output_that_changes(kernel: Any) -> None:
    first, *others = run(kernel, asks=True)
    assert first["msg_type"] == "display_data"
    assert {other["msg_type"] for other in others} == {"update_display_data"}
    places = {message["content"]["transient"]["display_id"] for message in (first, *others)}
    assert len(places) == 1
    texts = [message["content"]["data"]["text/plain"] for message in (first, *others)]
    assert "the connection broke" in texts[2]
    assert texts[-1] == "tiles.zip: 2.0 MB in 0 s"


def test_a_notebook_that_a_program_runs_gets_nothing(kernel: Any) -> None:
    assert run(kernel, asks=False) == []
