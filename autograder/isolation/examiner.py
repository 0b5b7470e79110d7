"""The trusted side: goes through a notebook, sends the student's cells over, runs the tests here.

Runs in a process of its own, a copy of the trusted worker; the student's process is one more copy
of another worker, in a sandbox. The two know each other by one line only.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import os
import random
import signal
import socket
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from IPython.core.inputtransformer2 import TransformerManager

import autograder.student
from autograder.isolation.conversation import Conversation, Output
from autograder.isolation.faults import Broken, Stopped, TestError
from autograder.isolation.handle import Student, inside, keep
from autograder.isolation.namespace import Names
from autograder.isolation.proxy import Proxy
from autograder.isolation.pure import pure, stored
from autograder.isolation.shell import MARK
from autograder.isolation.student import MOST_BYTES, MOST_FILES
from course.errors import CourseError

STUDENT, LOCKED, TEST, TEST_INSIDE = "student", "locked", "test", "test inside"


@dataclass(frozen=True)
class Task:
    """A notebook to go through.

    Attributes
    ----------
    cells
        ``(kind, source, points)`` of each cell; kind is one of the four above.
    expected
        Names that the exercises define: a student may bind them whatever a locked cell says.
    files
        Relative path to absolute path of what lies beside the notebook.
    given
        Those of them that are the lesson's: a test always reads the lesson's own.
    secrets
        The folder of held-out data, for tests alone.
    cell, total
        Wall-clock seconds for a cell and for all.
    output
        Bytes of output kept for a cell.
    """

    cells: list[tuple[str, str]]
    expected: list[str]
    files: dict[str, str]
    given: list[str]
    secrets: str
    cell: float
    total: float
    output: int


@dataclass
class Found:
    """What became of a cell, in words that `autograder.score` reads."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    finished: bool = False
    value: str | None = None
    error: tuple[str, str] | None = None
    stopped: str = ""
    seconds: float = 0.0


@dataclass
class Report:
    """What became of a notebook.

    Attributes
    ----------
    cells
        One entry a cell that was come to, in order.
    ended
        Why the student's process ended before the notebook did.
    fault
        What is wrong with the course: nothing may be recorded.
    cpu
        Seconds of processor time of the student's cells, by their own account.
    """

    cells: list[Found] = field(default_factory=list)
    ended: str = ""
    fault: str = ""
    cpu: float = 0.0


def examine(task: Task, talk: socket.socket, leash: socket.socket, outputs: dict[int, str]) -> Any:
    """Go through a notebook; return the report as plain data."""
    line = Conversation(talk, leash, Output(outputs, task.output))
    examiner = _Examiner(task, line)
    examiner.go()
    return dict(_clean(asdict(examiner.report)))


def _clean(value: Any) -> Any:
    """Return a value as JSON can hold it and any file can take it, whatever a student put there."""
    if type(value) is str:
        return value.encode("utf-8", "replace").decode()
    if value is None or type(value) in (bool, int, float):
        return value
    if type(value) is dict:
        return {_clean(str(key)): _clean(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return [_clean(item) for item in value]
    return f"<{type(value).__name__}>"


class _Examiner:
    def __init__(self, task: Task, line: Conversation) -> None:
        self.task, self.line = task, line
        self.report = Report()
        self.student = Student(line, Path.cwd())
        autograder.student.student = self.student
        self.names = Names(line, self.student, frozenset(task.expected))
        self.known: frozenset[str] = frozenset()
        self.plain = TransformerManager()  # type: ignore[no-untyped-call]
        _seed_both(line)
        _inspect_there(line)
        signal.signal(signal.SIGALRM, self._overdue)

    def _overdue(self, *_: Any) -> None:
        raise Stopped(self.line.too_long)

    def go(self) -> None:
        end = time.monotonic() + self.task.total
        self._start(end)
        try:
            self._hand_out()
        except Stopped as stopped:
            self.report.ended = str(stopped)
        except (Broken, TestError) as broken:
            self.report.fault = str(broken)
        for kind, source in self.task.cells:
            if self.report.ended or self.report.fault:
                return
            if time.monotonic() >= end:
                self.report.ended = f"the notebook took longer than {self.task.total:g} s"
                return
            self._start(end)
            self.report.cells.append(self._one(kind, source))
            self.report.ended = self.line.dead

    def _start(self, end: float) -> None:
        seconds = min(self.task.cell, max(0.1, end - time.monotonic()))
        self.line.until = time.monotonic() + seconds
        self.line.too_long = f"this cell took longer than {seconds:.0f} s and was stopped"

    def _hand_out(self) -> None:
        for relative, path in self.task.files.items():
            content = _unfollowed(path)
            target = inside(Path.cwd(), relative)
            if target is None:
                continue
            # Two files of which one is the other's folder: the student's loses.
            with contextlib.suppress(OSError):
                self.line.ask("write", relative, content)
                keep(target, content)

    def _one(self, kind: str, source: str) -> Found:
        started = time.monotonic()
        found = Found()
        try:
            if kind == TEST:
                self._test(source, found)
            else:
                self._cell(source, found)
                if kind == LOCKED:
                    self._mirror(source)
        except (TestError, Broken) as error:
            self.report.fault = str(error)
        except Stopped as stopped:
            found.finished, found.stopped = False, str(stopped)
            found.outputs += [_error("Stopped", str(stopped), [str(stopped)])]
        except Exception as error:
            # An answer that makes no sense: whoever runs over there has broken their own process.
            found.finished, found.error = False, (type(error).__name__, _text(error))
        found.outputs = [*_printed(self.line.output.take(), []), *found.outputs]
        found.seconds = time.monotonic() - started
        return found

    def _cell(self, source: str, found: Found) -> None:
        told = self.line.ask("cell", source)
        names = stored(self._python(source))
        shown, error = list(told["shown"]), told["error"]
        self.report.cpu += float(told["cpu"])
        self.names.rebound(names)
        found.outputs = _printed(self.line.output.take(), shown)
        found.finished = error is None
        if error is not None:
            name, text = str(error["ename"]), str(error["evalue"])
            found.error = (name, text)
            found.outputs.append(_error(name, text, [str(row) for row in error["traceback"]]))
        values = [o for o in found.outputs if o["output_type"] == "execute_result"]
        if values:
            found.value = str(values[-1]["data"].get("text/plain"))

    def _mirror(self, source: str) -> None:
        """Do here what a locked cell says that means the same on both sides."""
        statements = pure(self._python(source), self.known)
        try:
            self.names.take(statements)
        except Exception as error:
            self.report.fault = f"a locked cell fails outside the sandbox ({error})"
        self.known |= statements.imported | statements.functions | statements.constants

    def _python(self, source: str) -> str:
        return str(self.plain.transform_cell(source))

    def _test(self, source: str, found: Found) -> None:
        printed = _Capped(self.task.output)
        self.line.echoes = True
        signal.setitimer(signal.ITIMER_REAL, self.line.until - time.monotonic() + 3.0)
        try:
            self._fetch_files()
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                value = self._executed(source)
            found.finished = True
            found.value = None if value is None else repr(value)
        except TestError as error:
            self.report.fault = str(error)
        except CourseError as error:
            found.error = (type(error).__name__, str(error))
            if not hasattr(error, "from_student"):
                self.report.fault = str(error)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            found.error = (type(error).__name__, _text(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.line.echoes = False
        text = printed.getvalue()
        found.outputs = [_stream("stdout", text)] if text else []
        if found.error is not None:
            name, said = found.error
            found.outputs.append(_error(name, said, [f"{name}: {said}"]))
        elif found.value is not None:
            data = {"text/plain": found.value}
            found.outputs.append({**_EMPTY, "output_type": "execute_result", "data": data})

    def _fetch_files(self) -> None:
        """Lay beside the test what the student's code has written; the lesson's files stay."""
        left = MOST_BYTES
        for path, content in list(self.line.ask("files"))[:MOST_FILES]:
            if type(path) is not str or type(content) is not bytes or len(content) > left:
                continue
            left -= len(content)
            target = inside(Path.cwd(), path)
            if target is not None and str(target.relative_to(Path.cwd())) not in self.task.given:
                with contextlib.suppress(OSError):
                    keep(target, content)

    def _executed(self, source: str) -> Any:
        """Run a test; return its last value."""
        tree = ast.parse(self._python(source))
        self.names.pin(pure(ast.unparse(tree)).imported)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<test>", "exec"), self.names)  # noqa: S102 - the instructor's own
        if not isinstance(last, ast.Expr):
            return None
        value = eval(compile(ast.Expression(last.value), "<test>", "eval"), self.names)  # noqa: S307
        quiet = _python_ends_quietly(source)
        return None if quiet else value


def _unfollowed(path: str) -> bytes:
    """Read a file that intake has seen: exchanged for a link since, it is not followed."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read()


_EMPTY: dict[str, Any] = {"metadata": {}, "execution_count": None}


def _python_ends_quietly(source: str) -> bool:
    """As in IPython, a semicolon at the end keeps the last value quiet."""
    return source.rstrip().endswith(";")


def _text(error: BaseException) -> str:
    try:
        return str(error)[:10_000]
    except Exception:
        return ""


class _Capped(io.StringIO):
    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def write(self, text: str) -> int:
        super().write(text[: self._left])
        self._left -= min(len(text), self._left)
        return len(text)


def _stream(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _error(name: str, text: str, rows: list[str]) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": rows}


def _printed(pieces: list[tuple[str, bytes]], shown: list[Any]) -> list[dict[str, Any]]:
    """Put printed text and displays together, each display where its mark stands."""
    outputs: list[dict[str, Any]] = []
    for name in ("stdout", "stderr"):
        text = b"".join(data for stream, data in pieces if stream == name).decode(
            "utf-8", "replace"
        )
        for number, display in enumerate(shown):
            before, mark, after = text.partition(MARK.format(number))
            if mark and display is not None:
                outputs += [_stream(name, before)] if before else []
                outputs.append(_displayed(display))
                shown[number] = None
                text = after
        outputs += [_stream(name, text)] if text else []
    return outputs + [_displayed(display) for display in shown if display is not None]


def _displayed(display: Any) -> dict[str, Any]:
    kind = "execute_result" if display["output_type"] == "execute_result" else "display_data"
    data = {str(form): row for form, row in display["data"].items() if type(row) in (str, dict)}
    entry = {"output_type": kind, "data": data, "metadata": {}}
    return {**entry, "execution_count": None} if kind == "execute_result" else entry


def _inspect_there(line: Conversation) -> None:
    """Let a test look at the source and the signature of what lives over there."""

    def there(name: str) -> Any:
        here = getattr(inspect, name)

        def look(value: Any, *more: Any, **named: Any) -> Any:
            if type(value) is Proxy:
                return getattr(line.ask("library", "inspect"), name)(value)
            return here(value, *more, **named)

        return look

    inspect.getsource, inspect.signature = there("getsource"), there("signature")


def _seed_both(line: Conversation) -> None:
    """Let a test's seed hold on both sides, as in one kernel."""

    def both(name: str, here: Any) -> Any:
        def seed(number: Any = None) -> Any:
            line.ask("seed", name, number)
            return here(number)

        return seed

    torch.manual_seed = torch.random.manual_seed = both("torch", torch.manual_seed)
    np.random.seed = both("numpy", np.random.seed)
    random.seed = both("random", random.seed)
