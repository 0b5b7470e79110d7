"""The trusted side: goes through a notebook, sends the student's cells over, runs the tests here.

Runs in a process of its own, a copy of the trusted worker; the student's process is one more copy
of another worker, in a sandbox. The two know each other by one line only.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import random
import signal
import socket
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

import autograder.student
from autograder.isolation import outputs
from autograder.isolation.conversation import Conversation
from autograder.isolation.faults import Broken, Stopped, TestError
from autograder.isolation.files import MOST_BYTES, MOST_FILES, inside, keep, unfollowed
from autograder.isolation.handle import Student
from autograder.isolation.job import LOCKED, TEST, Found, Report, Task
from autograder.isolation.namespace import Names
from autograder.isolation.outputs import Output
from autograder.isolation.proxy import Proxy
from autograder.isolation.pure import plain, pure, stored
from course.errors import CourseError


def examine(task: Task, talk: socket.socket, leash: socket.socket, pipes: dict[int, str]) -> Any:
    """Go through a notebook; return the report as plain data."""
    line = Conversation(talk, leash, Output(pipes, task.output))
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
            content = unfollowed(path)
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
            found.outputs += [outputs.error("Stopped", str(stopped), [str(stopped)])]
        except Exception as error:
            # An answer that makes no sense: whoever runs over there has broken their own process.
            found.finished, found.error = False, (type(error).__name__, _text(error))
        found.outputs = [*outputs.printed(self.line.output.take(), []), *found.outputs]
        found.seconds = time.monotonic() - started
        return found

    def _cell(self, source: str, found: Found) -> None:
        told = self.line.ask("cell", source)
        names = stored(source)
        shown, error = list(told["shown"]), told["error"]
        self.report.cpu += float(told["cpu"])
        self.names.rebound(names)
        found.outputs = outputs.printed(self.line.output.take(), shown)
        found.finished = error is None
        if error is not None:
            name, text = str(error["ename"]), str(error["evalue"])
            found.error = (name, text)
            found.outputs.append(
                outputs.error(name, text, [str(row) for row in error["traceback"]])
            )
        values = [o for o in found.outputs if o["output_type"] == "execute_result"]
        if values:
            found.value = str(values[-1]["data"].get("text/plain"))

    def _mirror(self, source: str) -> None:
        """Do here what a locked cell says that means the same on both sides."""
        statements = pure(plain(source), self.known)
        try:
            self.names.take(statements)
        except Exception as error:
            self.report.fault = f"a locked cell fails outside the sandbox ({error})"
        self.known |= statements.imported | statements.functions | statements.constants

    def _test(self, source: str, found: Found) -> None:
        printed = outputs.Capped(self.task.output)
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
        found.outputs = [outputs.stream("stdout", text)] if text else []
        if found.error is not None:
            name, said = found.error
            found.outputs.append(outputs.error(name, said, [f"{name}: {said}"]))
        elif found.value is not None:
            found.outputs.append(outputs.result(found.value))

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
        tree = ast.parse(plain(source))
        self.names.pin(pure(ast.unparse(tree)).imported)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<test>", "exec"), self.names)  # noqa: S102 - the instructor's own
        if not isinstance(last, ast.Expr):
            return None
        value = eval(compile(ast.Expression(last.value), "<test>", "eval"), self.names)  # noqa: S307
        return None if _ends_quietly(source) else value


def _ends_quietly(source: str) -> bool:
    """As in IPython, a semicolon at the end keeps the last value quiet."""
    return source.rstrip().endswith(";")


def _text(error: BaseException) -> str:
    try:
        return str(error)[:10_000]
    except Exception:
        return ""


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
