"""The student's side: runs the student's cells and does what a test asks of their objects.

Everything here runs in the sandbox, in one process with the student's code, which may change any of
it. So nothing here is trusted: the worst that can be sent is a wrong answer.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import json
import operator
import os
import pickle
import random
import signal
import socket
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.isolation import frames
from autograder.isolation.files import Folder
from autograder.isolation.shell import Shell
from autograder.isolation.values import Decoder, Encoder, Gone

_BRANCH = 1_000_000
LONGEST = 10_000
"""Characters of an error's text that are passed on."""


def serve(talk: socket.socket, shell: Shell) -> None:
    """Answer requests until the trusted side closes."""
    with contextlib.suppress(frames.ProtocolError):
        Student(talk, shell).serve()


class Student:
    """A student's process, as far as a test can see it."""

    def __init__(self, talk: socket.socket, shell: Shell) -> None:
        self.talk, self.shell = talk, shell
        self._objects: dict[int, Any] = {}
        self._handles: dict[int, int] = {}
        self._last = 0
        self._leaves: dict[int, torch.Tensor] = {}
        self._slots: dict[int, Any] = {}
        self._taken: set[str] = set()
        self.folder = Folder(Path.cwd())
        self._busy = False
        signal.signal(signal.SIGINT, self._interrupted)

    def _interrupted(self, *_: Any) -> None:
        # Between requests there is nothing to interrupt, and half a frame must never be left.
        if self._busy:
            raise KeyboardInterrupt

    def serve(self) -> Any:
        """Answer requests; return the value of a ``return``, which ends a callback."""
        while True:
            (op, *codes), tail = frames.receive(self.talk)
            if op == "branch":
                self._branch()
                continue
            slots: dict[int, Any] = {}
            decoder = Decoder(tail, lambda tag, content: self._known(decoder, slots, tag, content))  # noqa: B023
            try:
                arguments = [decoder.decode(code) for code in codes]
            except Gone as error:
                frames.send(self.talk, ["error", self._described(error)], [])
                continue
            if op == "return":
                return arguments
            self._reply(op, arguments, slots)

    def _reply(self, op: str, arguments: list[Any], slots: dict[int, Any]) -> None:
        outer, self._slots = self._slots, slots
        before = {slot: _print(value) for slot, value in slots.items()}
        encoder = Encoder(self._refer)
        try:
            self._busy = True
            value = _OPERATIONS[op](self, *arguments)
            self._busy = False
            _flush()
            same = [slot for slot, given in slots.items() if given is value]
            code: Any = ["ok", {"same": same[0]} if same else encoder.encode(value)]
            changed = [slot for slot, value in slots.items() if _print(value) != before[slot]]
            code.append([[slot, encoder.encode(_plain(slots[slot]))] for slot in changed])
            frames.send(self.talk, code, encoder.tail)
        except frames.ProtocolError:
            raise
        except BaseException as error:
            self._busy = False
            _flush()
            frames.send(self.talk, ["error", self._described(error)], [])
        finally:
            self._slots = outer

    def _described(self, error: BaseException) -> dict[str, Any]:
        kind = type(error)
        try:
            text = str(error)[:LONGEST]
        except BaseException:
            text = ""
        return {**self._class(kind), "text": text}

    def _class(self, kind: type) -> dict[str, Any]:
        lineage = [[str(c.__module__), str(c.__qualname__)] for c in kind.__mro__]
        return {"handle": self._handle(kind), "lineage": lineage}

    # What is no plain data becomes a reference: a number and what kind of thing it is.

    def _handle(self, value: Any) -> int:
        if id(value) not in self._handles:
            self._last += 1
            self._handles[id(value)] = self._last
            self._objects[self._last] = value
        return self._handles[id(value)]

    def _refer(self, encoder: Encoder, value: Any) -> Any:
        if type(value) in (torch.Tensor, torch.nn.Parameter) and value.layout is torch.strided:
            return {"live": [
                self._handle(value), {"tdtype": str(value.dtype).removeprefix("torch.")},
                list(value.shape), value.is_leaf, type(value) is torch.nn.Parameter,
                value.requires_grad,
            ]}  # fmt: skip
        if isinstance(value, type) and issubclass(value, BaseException):
            return {"exception": self._class(value)}
        if type(value) is _Reference:
            return self._refer(encoder, value.value)
        about: dict[str, Any] = self._class(type(value))
        about["handle"] = self._handle(value)
        about["equality"] = getattr(type(value), "__eq__", None) is not object.__eq__
        if isinstance(value, types.ModuleType):
            about["module"] = str(value.__name__)
        if isinstance(value, type):
            about["self"] = self._class(value)["lineage"]
        return {"object": about}

    def _known(self, decoder: Decoder, slots: dict[int, Any], tag: str, content: Any) -> Any:
        if tag == "object":
            if content not in self._objects:
                raise Gone("this object was made in a branch, and went with it")
            return self._objects[content]
        if tag == "library":
            return _imported(*content)
        if tag == "slot":
            slots[content[0]] = decoder.decode(content[1])
            return slots[content[0]]
        if tag == "leaf":
            number, parts = content
            if number not in self._leaves:
                self._leaves[number] = decoder.tensor(*parts).requires_grad_()
            return self._leaves[number]
        if tag == "callback":
            return _Callback(self, content)
        raise frames.ProtocolError(f"unknown tag {tag}")

    def call_back(self, number: int, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call a function of the test's; it runs over there."""
        encoder = Encoder(self._refer)
        codes = [encoder.encode(list(arguments)), encoder.encode(named)]
        busy, self._busy = self._busy, False
        frames.send(self.talk, ["callback", number, *codes], encoder.tail)
        good, value = self.serve()
        self._busy = busy
        if good:
            return value
        raise RuntimeError(value)

    def _branch(self) -> None:
        """Go on in a copy of this process until the trusted side has enough of it."""
        _, (descriptor, *_), _, _ = socket.recv_fds(self.talk, 1, 1)
        child = os.fork()
        if child == 0:
            self.talk.close()
            self.talk = socket.socket(fileno=descriptor)
            self._last += _BRANCH  # a number is never used again for something else
            with contextlib.suppress(frames.ProtocolError):
                self.serve()
            os._exit(0)
        os.close(descriptor)
        frames.send(self.talk, ["ok", None, []], [])
        (op, *_), _ = frames.receive(self.talk)
        if op != "leave":
            raise frames.ProtocolError("a branch has to be left first")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        frames.send(self.talk, ["ok", None, []], [])

    # What a test can ask for.

    def cell(self, source: str) -> dict[str, Any]:
        """Run a cell; say what it displayed and how it failed."""
        return self.shell.run(source)

    def names(self, wanted: list[str]) -> list[Any]:
        """Return ``[value]`` for a name the student has bound, else ``[]``."""
        space = self.shell.user_ns
        return [[space[name]] if name in space else [] for name in wanted]

    def bind(self, name: str, value: Any) -> None:
        """Bind a name of the student's to something else, as a test that replaces a part does."""
        if name in self.shell.user_ns or name in self._taken:
            self.shell.user_ns[name] = value

    def unbind(self, name: str) -> None:
        """Take a name away."""
        if self.shell.user_ns.pop(name, self) is self:
            raise NameError(f"name {name!r} is not defined")
        self._taken.add(name)

    def answer(self, read: Any) -> None:
        """Let ``input()`` ask the test."""
        setattr(builtins, "input", _no_keyboard if read is None else read)  # noqa: B010

    def call(self, function: Any, arguments: list[Any], named: dict[str, Any], grad: bool) -> Any:  # noqa: FBT001
        """Call something; with gradients only where the test has them."""
        with torch.set_grad_enabled(grad):
            return function(*arguments, **named)

    def put(self, data: bytes) -> Any:
        """Take in what a test built; parts that belong together come together."""
        return _references(pickle.loads(data))  # noqa: S301 - from the trusted side to this one

    def numbers(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return a tensor's numbers as they are now."""
        return torch.Tensor.detach(tensor).cpu().clone()

    def overwrite(self, tensor: torch.Tensor, numbers: torch.Tensor) -> None:
        """Write numbers into a tensor."""
        with torch.no_grad():
            tensor.copy_(numbers)

    def backward(self, tensor: torch.Tensor, gradient: torch.Tensor) -> list[Any]:
        """Go on with a backward pass; return the gradients of leaves that the test owns."""
        torch.Tensor.backward(tensor, gradient.to(tensor.device), retain_graph=True)  # type: ignore[no-untyped-call]
        found = [[n, leaf.grad] for n, leaf in self._leaves.items() if leaf.grad is not None]
        for leaf in self._leaves.values():
            leaf.grad = None
        return found

    def accelerator(self, name: str) -> torch.device:
        """Give this process an accelerator; there is no way back, hence only in branches."""
        from autograder import twin

        if name == "none":
            twin.without()
            return torch.device("cpu")
        return twin.enter()


class _Callback:
    """A function of the test's, as the student's code gets it."""

    def __init__(self, student: Student, number: int) -> None:
        self._student, self._number = student, number

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._student.call_back(self._number, arguments, named)


class _Reference:
    """Marks a value that goes as a reference, whatever it is."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _references(value: Any) -> Any:
    """Mark the parts of a tuple, list or dictionary, or the value itself."""
    if type(value) in (list, tuple):
        return type(value)([_references(item) for item in value])
    if type(value) is dict:
        return {key: _references(item) for key, item in value.items()}
    return _Reference(value)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def _plain(value: Any) -> Any:
    # A tensor the student's code has switched gradients on for is still the test's data.
    return value.detach() if isinstance(value, torch.Tensor) else value


def _print(value: Any) -> Any:
    """Return something that differs when a value of the test's was changed."""
    encoder = Encoder(lambda *_: {"other": 0})
    try:
        return json.dumps(encoder.encode(_plain(value))), [bytes(part) for part in encoder.tail]
    except Exception:
        return None


def _imported(module: str, name: str) -> Any:
    found: Any = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found


def _operator(name: str) -> Any:
    ours = {"length": len, "equal": lambda first, second: bool(first == second)}
    return ours.get(name) or getattr(operator, name)


def _no_keyboard(prompt: str = "") -> str:
    raise EOFError("there is nobody to answer input() here")


def _next(iterator: Any) -> list[Any]:
    try:
        return [next(iterator)]
    except StopIteration:
        return []


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "cell": Student.cell,
    "names": Student.names,
    "bind": Student.bind,
    "unbind": Student.unbind,
    "answer": Student.answer,
    "call": Student.call,
    "put": Student.put,
    "numbers": Student.numbers,
    "overwrite": Student.overwrite,
    "backward": Student.backward,
    "files": lambda student: student.folder.changed(),
    "write": lambda student, path, content: student.folder.write(path, content),
    "read": lambda student, path: student.folder.read(path),
    "accelerator": Student.accelerator,
    "library": lambda _, module: _Reference(importlib.import_module(module)),
    "attribute": lambda _, value, name: getattr(value, name),
    "set": lambda _, value, name, new: setattr(value, name, new),
    "delete": lambda _, value, name: delattr(value, name),
    "iterator": lambda _, value: _Reference(iter(value)),
    "next": lambda _, iterator: _next(iterator),
    "text": lambda _, how, value: (str if how == "str" else repr)(value)[:LONGEST],
    "format": lambda _, value, how: format(value, how)[:LONGEST],
    "truth": lambda _, value: bool(value),
    "number": lambda _, how, value: _NUMBERS[how](value),
    "operate": lambda _, name, *values: _operator(name)(*values),
    "seed": lambda _, name, number: _SEEDS[name](number),
}

_NUMBERS: dict[str, Callable[[Any], Any]] = {"int": int, "float": float, "complex": complex}
_SEEDS: dict[str, Callable[[Any], Any]] = {
    "torch": lambda number: bool(torch.manual_seed(number)),
    "numpy": np.random.seed,
    "random": random.seed,
}
