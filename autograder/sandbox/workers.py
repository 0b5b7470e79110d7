"""The pair of warm workers: one inside the sandbox, one outside."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import pickle
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.sandbox import bubblewrap, container
from autograder.sandbox.container import Engine
from autograder.sandbox.limits import Limits
from autograder.sandbox.rung import Rung, choose
from autograder.sandbox.worker import READY, WARM, WARM_UP
from course.errors import CourseError

_SPARE = 30.0
"""Seconds on top of a notebook's own limit, before the trusted side itself is given up."""


# bubblewrap dies with the thread that started it: so that one has to stay until the end.
_starter = ThreadPoolExecutor(1, "worker-starter")


class WorkerError(CourseError):
    """A worker did not start, or is gone: nothing is known about the submission."""


class Workers:
    """Two warm processes that fork for every notebook; with containers, one and a new one for each.

    Parameters
    ----------
    unsafe
        Run student code without a sandbox, with the rights of whoever grades.
    choose
        Finds the sandbox; bubblewrap, if it returns none. What it raises is raised when the pair
        is first used: looking for one takes a moment, in which the trusted side warms up.
    words
        What to import beforehand (`autograder.sandbox.worker.WARM`).
    """

    def __init__(
        self,
        *,
        unsafe: bool = False,
        choose: Callable[[], Rung | None] = lambda: None,
        words: Iterable[str] = WARM,
    ) -> None:
        self.unsafe, self._words = unsafe, list(words)
        self._lock = threading.Lock()
        self._scratch = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
        self._ready = False
        self._started = {"trusted": self._start("trusted")}
        self._rung = _starter.submit(self._sandboxed, choose)

    def _sandboxed(self, choose: Callable[[], Rung | None]) -> Rung | None:
        rung = choose()
        if rung is None or rung.engine is None:
            self._started["student"] = self._start("student")
        return rung

    @property
    def _engine(self) -> Engine | None:
        rung = self._rung.result()
        return rung.engine if rung else None

    @property
    def note(self) -> str:
        """What a report says of the sandbox; nothing of the usual one."""
        rung = self._rung.result()
        return rung.note if rung else ""

    def _start(self, role: str) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        inner = [sys.executable, "-m", "autograder.sandbox.worker", role, str(theirs.fileno())]
        inner += self._words
        environment = variables(self._scratch.name if role == "trusted" else "/tmp")  # noqa: S108
        if role == "student" and not self.unsafe:
            inner = bubblewrap.command(inner, environment)
        # A file: nobody would read a pipe, and what writes to a full one waits for ever.
        with theirs, self._log(role).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                inner, env=environment, pass_fds=[theirs.fileno()], cwd=self._scratch.name,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        return ours, process

    def _log(self, role: str) -> Path:
        return Path(self._scratch.name) / f"{role}.log"

    def warm(self) -> None:
        """Wait until both have imported everything.

        Raises
        ------
        NoSandbox
            If no sandbox works here.
        """
        self._rung.result()
        with self._lock:
            for role, (control, process) in () if self._ready else self._started.items():
                self._await(role, control, process)
            self._ready = True

    def _await(self, role: str, control: socket.socket, process: subprocess.Popen[bytes]) -> None:
        ready, _, _ = select.select([control], [], [], WARM_UP)
        if ready and control.recv(16) == READY:
            return
        process.kill()
        said = self._log(role).read_text("utf-8", "replace")
        if "bwrap:" not in said:
            last = said.strip().splitlines()[-1] if said.strip() else "it said nothing"
            raise WorkerError(
                f"a grading process did not start ({last})", where="the sandbox",
                do="run `course doctor`; if it finds nothing, report this",
            )  # fmt: skip
        trial = bubblewrap.explain(said)
        raise bubblewrap.NoSandbox(trial.found, where="the sandbox", do=trial.do)

    def run(self, task: dict[str, Any], limits: Limits) -> dict[str, Any]:
        """Run a notebook; return the report of `examiner.examine`.

        Raises
        ------
        WorkerError
            If there is no report.
        NoSandbox
            If there is no place where student code could run safely.
        """
        self.warm()
        with tempfile.TemporaryDirectory(dir=self._scratch.name, ignore_cleanup_errors=True) as lap:
            job, jobs_end = socket.socketpair()
            with job, jobs_end, self._student(limits) as student:
                self._fork(student, jobs_end, lap, limits)
                job.sendall(pickle.dumps(task))
                job.shutdown(socket.SHUT_WR)
                return _reported(job, time.monotonic() + task["total"] + _SPARE)

    @contextlib.contextmanager
    def _student(self, limits: Limits) -> Iterator[socket.socket]:
        """Give the control socket of a student's worker: the warm one, or one in a container."""
        if self._engine is None:
            yield self._started["student"][0]
            return
        with contextlib.ExitStack() as stack:
            here = variables("/tmp")  # noqa: S108 - inside
            started = container.started(self._engine, self._words, here, limits)
            try:
                control = stack.enter_context(started)
            except bubblewrap.NoSandbox as error:
                # Others did start: it is this one's, and must not stop the rest.
                raise WorkerError(error.what, where="the sandbox", do=error.do) from error
            yield control

    def _fork(
        self, student: socket.socket, job: socket.socket, folder: str, limits: Limits
    ) -> None:
        talk = socket.socketpair()
        leash = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stdout, stderr = os.pipe(), os.pipe()
        there = [talk[1].fileno(), leash[1].fileno(), stdout[1], stderr[1]]
        here = [talk[0].fileno(), leash[0].fileno(), stdout[0], stderr[0], job.fileno()]
        told = {"limits": asdict(limits), "folder": folder, "unsafe": self.unsafe}
        order = json.dumps(told).encode()
        try:
            with self._lock:
                socket.send_fds(student, [order], there)
                socket.send_fds(self._started["trusted"][0], [order], here)
        except OSError as error:
            raise WorkerError(
                "a grading process has ended", where="the sandbox", do="run the command again"
            ) from error
        finally:
            for one in (*talk, *leash, job):
                one.close()
            for descriptor in (*stdout, *stderr):
                os.close(descriptor)

    @property
    def alive(self) -> bool:
        """Whether a sandbox was found, or is being looked for, and both are there."""
        if self._rung.done() and self._rung.exception():
            return False
        return all(process.poll() is None for _, process in list(self._started.values()))

    def close(self) -> None:
        """End both, and with them everything they started."""
        wait([self._rung])
        for control, process in self._started.values():
            control.close()
            process.kill()  # they have nothing to put in order, and take their time to end
            process.wait()
        self._scratch.cleanup()


def _reported(job: socket.socket, until: float) -> dict[str, Any]:
    data = bytearray()
    while True:
        ready, _, _ = select.select([job], [], [], max(0.0, until - time.monotonic()))
        piece = job.recv(1 << 20) if ready else b""
        if not piece:
            break
        data += piece
    if not data:
        raise WorkerError(
            "the grading process ended without a report", where="a test",
            do="run the command again; if it stays, run the lesson's tests on the reference",
        )  # fmt: skip
    return dict(pickle.loads(bytes(data)))  # noqa: S301 - from the trusted side


def variables(home: str) -> dict[str, str]:
    """Start from nothing: no token of the grading machine reaches a notebook, or a test."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib", "NBGRADER_EXECUTION": "autograde",
        "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # Tests may read a student's file with torch.load: never as a pickle.
        "TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1",
        # One thread each: parallelism is across submissions, and results do not depend on it.
        "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip


_shared: dict[tuple[bool, str], Workers] = {}
_sharing = threading.Lock()


def begin(lessons: Iterable[Path] = (), *, unsafe: bool = False, sandbox: str = "") -> None:
    """Start warming up; what is wrong is said when the workers are first used.

    Parameters
    ----------
    lessons
        Sources: what they do not mention is not imported beforehand. All of it, if there are none.
    """
    # What is wrong is said when they are used.
    with contextlib.suppress(Exception):
        text = "".join(path.read_text("utf-8", "replace") for path in lessons)
        words = [word for word in WARM if word in text] if text else list(WARM)
        workers(unsafe=unsafe, sandbox=sandbox, words=words)


def workers(*, unsafe: bool = False, sandbox: str = "", words: Iterable[str] = WARM) -> Workers:
    """Return this process's pair, started when first asked for, and again if one has ended.

    Parameters
    ----------
    sandbox
        The one it has to be (`autograder.sandbox.rung`); the best that works here, if empty.
    """
    with _sharing:
        pair = _shared.get((unsafe, sandbox))
        if pair is None or not pair.alive:
            if pair is not None:
                pair.close()
            here = variables("/tmp")  # noqa: S108 - inside
            find = (lambda: None) if unsafe else functools.partial(choose, here, sandbox)
            pair = Workers(unsafe=unsafe, choose=find, words=words)
            _shared[unsafe, sandbox] = pair
            atexit.register(pair.close)
        return pair
