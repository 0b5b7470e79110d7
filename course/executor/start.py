"""Start a run and wait for it. Whatever happens to this process, the keeper cleans up."""

from __future__ import annotations

import contextlib
import itertools
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

Say = Callable[[str], object]


def _silent(_line: str) -> None:
    pass


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


def start(prepared: Prepared, say: Say = _silent) -> Running:
    """Check the target, fill the run's folder and start its keeper.

    Parameters
    ----------
    say
        Called with a line on what became of an earlier run of this name.
    """
    target = prepared.target
    if target.program and shutil.which(target.program) is None:
        raise CourseError(f"there is no `{target.program}` command here", do=target.get)
    target.check(prepared.job)
    try:
        _stage(prepared, say)
    except OSError as error:
        failed = CourseError(
            f"the run's folder cannot be filled: {_reason(error)}",
            where=str(prepared.folder.path),
            do="see that the disk has room and that you may read every --input",
        )
        with contextlib.suppress(OSError, CourseError):  # So that the same may be asked again.
            prepared.folder.write(prepared.record)
            prepared.folder.finish(Marker(FAILED, failed.what, failed.do))
        raise failed from error
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


def run(
    request: Request, tell: Callable[[RunFolder], None] = lambda folder: None, say: Say = _silent
) -> Marker:
    """Run a notebook as a job and return how it ended.

    Examples
    --------
    >>> run(Request(Path("lesson.ipynb"), Path("runs/one"), parameters={"epochs": 20})).state
    'SUCCEEDED'

    Parameters
    ----------
    request
        What to run, where, and with which parameters.
    tell
        Called several times a second while it goes on.
    say
        Called with a line on what became of an earlier run of this name.
    """
    running = start(prepare(request), say)
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


def _stage(prepared: Prepared, say: Say = _silent) -> None:
    folder, request = prepared.folder, prepared.request
    if folder.exists():
        say(_make_room(prepared))
    folder.artefacts.mkdir(parents=True, exist_ok=True)
    write_atomic(folder.input, written(prepared.notebook))
    write_atomic(folder.path / "parameters.json", _parameters(request))
    for source, name in zip(request.inputs, prepared.record.inputs, strict=True):
        target = folder.artefacts / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
    folder.beat()
    folder.write(prepared.record)


def _make_room(prepared: Prepared) -> str:
    """Move an earlier run of this name aside and say so in a line.

    What it wrote stays, since it may have taken hours: in place if it is the same run, which failed
    and now goes on from its checkpoints, else where it was moved to.
    """
    folder = prepared.folder
    marker, record = folder.marker(), folder.record()
    aside = _aside(folder.path)
    folder.path.rename(aside)
    if marker is None or marker.state != FAILED or record.digest != prepared.record.digest:
        return f"The earlier run of this name was another one; its files are kept: {aside}"
    folder.path.mkdir()
    old = RunFolder(aside)
    if old.artefacts.exists():
        old.artefacts.rename(folder.artefacts)
    # These numbers are not those of the run that starts now.
    (folder.artefacts / "metrics.json").unlink(missing_ok=True)
    if not marker.left:  # Else it says what still has to be cleaned up.
        shutil.rmtree(aside)
    return f"It goes on with what the attempt before left: {folder.artefacts}"


def _aside(path: Path) -> Path:
    names = (path.with_name(f".{path.name}.before-{number}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def _reason(error: OSError) -> str:
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        source, _, why = error.args[0][0]
        return f"{source}: {why}"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _parameters(request: Request) -> bytes:
    return (json.dumps(dict(request.parameters), indent=1, ensure_ascii=False) + "\n").encode()


def _environment() -> dict[str, str]:
    # The keeper must find this package also where it was found by the current folder alone.
    package = str(Path(__file__).parents[2])
    path = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
