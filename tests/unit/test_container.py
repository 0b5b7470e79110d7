"""Which engine is taken, what it is told, and what is said when it fails."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap, container, rung
from autograder.sandbox.bubblewrap import NoSandbox, Trial
from autograder.sandbox.container import Engine
from autograder.sandbox.limits import Limits
from autograder.sandbox.workers import WorkerError, Workers

# What podman 4.3 and docker 28 really said.
SAID = {
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. "
    "Is the docker daemon running?": "systemctl start docker",
    "permission denied while trying to connect to the Docker daemon socket at "
    "unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info\": dial unix "
    "/var/run/docker.sock: connect: permission denied": "usermod -aG docker",
    "docker: Error response from daemon: invalid mount config for type \"bind\": bind source path "
    "does not exist: /home/ada/.venv\n\nRun 'docker run --help' for more information":
        "engine of this very machine",
    "Error: statfs /home/ada/.venv: no such file or directory": "engine of this very machine",
    "Error: localhost/course-sandbox:5c1ad6b2ba06: image not known": "the image is made anew",
    "docker: Error response from daemon: No such image: localhost/course-sandbox:5c1ad6b2ba06.":
        "the image is made anew",
    "/usr/bin/python3: No module named autograder": "chmod -R a+rX",
    "Error: OCI runtime error: crun: cgroups in hybrid mode not supported, drop all controllers "
    "from cgroupv2": "podman info",
    "": "podman info",
}  # fmt: skip


def script(folder: Path, name: str, body: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("said", SAID)
def test_what_an_engine_says_becomes_what_to_do(said: str) -> None:
    trial = container.explain(Engine("/usr/bin/podman"), said)
    assert not trial.works
    assert SAID[said] in trial.do
    assert trial.do.endswith("--unsafe")
    assert "--help" not in trial.found


def told(tmp_path: Path, program: str = "/usr/bin/podman") -> list[str]:
    return container.command(
        Engine(program), ["python", "-m", "worker"], {"HOME": "/tmp"}, Limits(memory=1 << 30),
        name="course-1-a", meeting=tmp_path,
    )  # fmt: skip


@pytest.mark.parametrize("program", ["/usr/bin/podman", "/usr/bin/docker"])
def test_a_container_is_told_to_be_closed(tmp_path: Path, program: str) -> None:
    line = told(tmp_path, program)
    joined = " ".join(line)
    for words in ("--network none", "--ipc none", "--read-only ", "--cap-drop ALL", "--pull never",
                  "--security-opt no-new-privileges", "--user 65534:65534", "--pids-limit 260",
                  "--memory-swap 3221225472", "--memory 3221225472",
                  "--tmpfs /tmp:rw,nosuid,nodev,exec,mode=1777,size=536870912"):  # fmt: skip
        assert words in joined
    assert "--privileged" not in line
    # Nothing an engine adds of itself reaches the worker.
    assert line[line.index("/usr/bin/env") :] == [
        "/usr/bin/env", "-i", "HOME=/tmp", "python", "-m", "worker"]  # fmt: skip


def test_all_that_is_laid_in_is_read_only_and_named(tmp_path: Path) -> None:
    line = told(tmp_path)
    mounts = [word for before, word in pairwise(line) if before == "--mount"]
    assert mounts
    assert all(mount.endswith(",readonly") for mount in mounts)
    shown = {mount.split(",")[1].removeprefix("source=") for mount in mounts}
    allowed = {"/usr", str(tmp_path), *map(str, bubblewrap.folders()), *bubblewrap.ETC,
               *(f"/{name}" for name in bubblewrap.LINKS)}  # fmt: skip
    assert shown <= allowed
    assert not any(word in ("-v", "--volume") for word in line)


def test_a_folder_with_a_comma_is_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / 'a,"b"'
    quoted = str(folder).replace('"', '""')
    assert f'type=bind,"source={quoted}",target=/meeting,readonly' in told(folder)


def test_podman_comes_first_and_runc_is_its_second_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert container.engines() == []
    docker, runc, podman = (
        str(script(tmp_path, name, "exit 0")) for name in ("docker", "runc", "podman")
    )
    assert container.engines() == [
        Engine(podman), Engine(podman, ("--runtime", runc)), Engine(docker)]  # fmt: skip


def test_an_engine_that_fails_is_passed_over_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, "podman", "echo 'Error: no subuid ranges found' >&2; exit 125")
    script(tmp_path, "docker", "echo 'Is the docker daemon running?' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandbox) as refused:
        rung.choose({}, "container")
    assert "no subuid ranges found" in refused.value.what
    assert "--unsafe" in refused.value.do


def test_a_container_that_never_says_a_word_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "WARM_UP", 0.3)
    monkeypatch.setattr(container, "_GOODBYE", 0.3)
    log = tmp_path / "log"
    body = f'echo "$1" >> {log}; [ "$1" = run ] && exec sleep 6173; exit 0'
    engine = Engine(str(script(tmp_path, "podman", body)))
    began = time.monotonic()
    trial = container.attempt({}, engine)
    assert not trial.works
    assert "it said nothing" in trial.found
    assert time.monotonic() - began < 10
    assert log.read_text().split() == ["image", "run", "kill", "rm"]
    assert not any("6173" in path.read_text() for path in Path("/proc").glob("[0-9]*/cmdline"))


BUBBLE = Trial(works=False, found="bubblewrap does not work here (denied)", do="allow it; or --x")


def test_the_better_sandbox_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "attempt", lambda: Trial(works=True, found="bubblewrap"))
    monkeypatch.setattr(container, "engines", lambda: pytest.fail("not needed"))
    assert rung.choose({}) == rung.Rung("bubblewrap")
    assert rung.choose({}).note == ""


def test_a_container_is_taken_where_bubblewrap_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = Engine("/bin/podman"), Engine("/bin/docker")
    monkeypatch.setattr(bubblewrap, "attempt", lambda: BUBBLE)
    monkeypatch.setattr(container, "engines", lambda: [bad, good])
    monkeypatch.setattr(
        container, "attempt", lambda _, engine: Trial(works=engine == good, found=str(engine))
    )
    chosen = rung.choose({})
    assert (chosen.engine, chosen.why) == (good, BUBBLE.found)
    assert chosen.note == "graded in a container of docker"
    with pytest.raises(NoSandbox, match="denied"):
        rung.choose({}, "bubblewrap")


def test_without_any_sandbox_both_reasons_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "attempt", lambda: BUBBLE)
    monkeypatch.setattr(container, "engines", lambda: [])
    with pytest.raises(NoSandbox) as refused:
        rung.choose({})
    assert "denied" in refused.value.what
    assert "no container engine" in refused.value.what
    assert "apt-get install podman" in refused.value.do
    assert "allow it" in refused.value.do


def test_a_sandbox_nobody_knows_is_refused() -> None:
    with pytest.raises(NoSandbox, match="no sandbox called 'chroot'"):
        rung.choose({}, "chroot")


def test_a_container_that_does_not_start_later_is_one_submissions(tmp_path: Path) -> None:
    """The batch goes on: it began since one did start."""
    engine = Engine(str(script(tmp_path, "podman", "echo 'Error: no space left' >&2; exit 125")))
    pair = Workers(choose=lambda: rung.Rung("", engine), words=[])
    try:
        with pytest.raises(WorkerError, match="no space left"):
            pair.run({"total": 5.0}, Limits())
    finally:
        pair.close()
