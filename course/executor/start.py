"""Start a run and wait for it. Whatever happens to this process, the keeper cleans up."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError, UsageError
from course.executor.folder import FAILED, SUCCEEDED, Marker, RunFolder
from course.executor.request import Prepared, Request, prepare, written
from course.executor.tidy import tidy
from course.files import write_atomic

_PAUSE = 0.1
STOP = "it was stopped (Ctrl-C)"


@dataclass
class Running:
    """A run with its keeper. Closing the pipe to it, even by being killed, ends the run."""

    prepared: Prepared
    keeper: subprocess.Popen[bytes]

    @property
    def folder(self) -> RunFolder:
        """The run's folder."""
        return self.prepared.folder

    def marker(self) -> Marker | None:
        """Return how it ended, or None while it goes on."""
        if self.keeper.poll() is None:
            return None
        self._let_go()
        try:
            # A keeper that ended without a marker was killed.
            ended = tidy(self.folder)
        except CourseError as error:  # Somebody has removed the folder, for example.
            return Marker(FAILED, f"it cannot be seen how the run ended: {error.what}", error.do)
        return ended or Marker(FAILED, "the keeper of the run ended", "see log.txt")

    def stop(self, why: str = STOP) -> None:
        """Ask the keeper to end the run and to clean up; `marker` then says when it has."""
        with contextlib.suppress(OSError, ValueError):
            if self.keeper.stdin:
                self.keeper.stdin.write(why.encode())
                self.keeper.stdin.flush()
        self._let_go()

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            if self.keeper.stdin:
                self.keeper.stdin.close()


def finished(request: Request) -> Marker | None:
    """Return the marker of an earlier run of just this, if it succeeded; tidies what is torn.

    Raises
    ------
    CourseError
        If the folder holds something else: a run that goes on, or no run at all.
    """
    folder = RunFolder(request.folder.absolute())
    if not folder.exists():
        if folder.path.exists() and any(folder.path.iterdir()):
            raise UsageError(
                "this folder is not empty and holds no run",
                where=str(request.folder),
                do="choose another --name",
            )
        return None
    marker = tidy(folder)
    if marker is None:
        raise UsageError(
            "this run goes on at present",
            where=str(request.folder),
            do="wait for it, or choose another --name",
        )
    same = folder.record().digest == prepare(request).record.digest
    return marker if marker.state == SUCCEEDED and same else None


def start(prepared: Prepared) -> Running:
    """Check the target, fill the run's folder and start its keeper."""
    target = prepared.target
    if target.program and shutil.which(target.program) is None:
        raise CourseError(f"there is no `{target.program}` command here", do=target.get)
    target.check(prepared.job)
    _stage(prepared)
    program = [sys.executable, "-P", "-m", "course.executor.keeper", str(prepared.request.folder)]
    with prepared.folder.log.open("ab") as log:
        keeper = subprocess.Popen(  # noqa: S603
            program,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=_environment(),
            start_new_session=True,
        )
    return Running(prepared, keeper)


def run(request: Request, tell: Callable[[RunFolder], None] = lambda folder: None) -> Marker:
    """Run a notebook as a job and return how it ended.

    Parameters
    ----------
    tell
        Called several times a second while it goes on.
    """
    running = start(prepare(request))
    try:
        while (marker := running.marker()) is None:
            tell(running.folder)
            time.sleep(_PAUSE)
    except BaseException:
        running.stop()
        while (marker := running.marker()) is None:
            time.sleep(_PAUSE)
        raise
    return marker


def _stage(prepared: Prepared) -> None:
    folder, request = prepared.folder, prepared.request
    if folder.exists():
        # An earlier run of this name that failed or is out of date: moved first, so that what is
        # half removed is never taken for a run.
        aside = folder.path.with_name(f".{folder.path.name}.{prepared.record.id}")
        folder.path.rename(aside)
        shutil.rmtree(aside)
    folder.artefacts.mkdir(parents=True, exist_ok=True)
    write_atomic(folder.input, written(prepared.notebook))
    write_atomic(folder.path / "parameters.json", _parameters(request))
    for source, name in zip(request.inputs, prepared.record.inputs, strict=True):
        target = folder.artefacts / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
    folder.beat()
    folder.write(prepared.record)


def _parameters(request: Request) -> bytes:
    return (json.dumps(dict(request.parameters), indent=1, ensure_ascii=False) + "\n").encode()


def _environment() -> dict[str, str]:
    # The keeper must find this package also where it was found by the current folder alone.
    package = str(Path(__file__).parents[2])
    path = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
