"""One at a time, also when locks come and go all the time, and never for ever."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from course.data import lock as module
from course.data.lock import alone
from course.errors import CourseError

HOLD = """
import sys, time
from pathlib import Path
from course.data.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_file_goes_with_the_lock(tmp_path: Path) -> None:
    with alone(tmp_path / "deep" / "x.lock"):
        assert (tmp_path / "deep" / "x.lock").exists()
    assert list((tmp_path / "deep").iterdir()) == []


def test_it_goes_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(KeyError), alone(tmp_path / "x.lock"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_left_over_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "x.lock").touch()
    with alone(tmp_path / "x.lock"):
        pass


def test_never_two_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lock's file is taken away while others have opened it and not locked it yet."""
    real = module._opened

    def opened(path: Path) -> int:
        handle = real(path)
        time.sleep(0.001)
        return handle

    monkeypatch.setattr(module, "_opened", opened)
    monkeypatch.setattr(module, "_LOOK_AGAIN", 0.0002)
    count = tmp_path / "count"
    count.write_text("0")
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(20):
            with alone(tmp_path / "x.lock"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                number = int(count.read_text())
                time.sleep(0.0002)
                count.write_text(str(number + 1))
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (count.read_text(), most[0]) == ("160", 1)


def test_a_lock_on_a_file_that_is_gone_is_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    handle = module._opened(path)
    assert module._is_still(handle, path)
    path.unlink()
    assert not module._is_still(handle, path)
    path.touch()
    assert not module._is_still(handle, path)
    os.close(handle)


def test_it_ends_with_the_process_that_holds_it(tmp_path: Path) -> None:
    path, waited = tmp_path / "x.lock", []
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    killer = threading.Timer(0.3, process.send_signal, [signal.SIGKILL])
    killer.start()
    with alone(path, lambda: waited.append(time.monotonic())):
        assert process.wait(10) == -signal.SIGKILL
    killer.join()
    process.stdout.close()
    assert len(waited) == 1


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match="nothing can be written"), alone(tmp_path / "file" / "x"):
        pass


def test_a_file_system_without_locks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(CourseError, match="cannot be locked") as caught, alone(tmp_path / "x.lock"):
        pass
    assert "XDG_CACHE_HOME" in caught.value.do
