"""The trusted side's end of the line: asks the student's process, with a deadline.

What comes back is data, or a reference that becomes a proxy, a live tensor or an exception class.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import json
import select
import socket
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from autograder.isolation import frames
from autograder.isolation.exceptions import rebuilt, taken
from autograder.isolation.faults import Broken, Stopped, TestError
from autograder.isolation.live import LiveTensor
from autograder.isolation.outputs import MARKS, Output
from autograder.isolation.proxy import Proxy, about
from autograder.isolation.values import CannotCross, Decoder, Encoder

GRACE = 2.0
"""Seconds a student's process has to react to an interrupt."""
_INPUT = builtins.input
_MUTABLE = (list, dict, set, bytearray, np.ndarray, torch.Tensor)
_NEEDS_PUT = "only data and functions can be passed to the student's code: use student.put(…)"


class Conversation:
    """Talks to one student's process.

    Parameters
    ----------
    talk
        The line to the process.
    leash
        The line to its keeper, which interrupts, kills, and says why a process ended.
    output
        What the process prints.
    """

    def __init__(self, talk: socket.socket, leash: socket.socket, output: Output) -> None:
        self.talk, self._leash, self.output = talk, leash, output
        self.until = time.monotonic()
        self.too_long = ""
        self.dead = ""
        self._branches = 0
        self.epoch = 0
        self.echoes = False
        self._input: Any = _INPUT
        self._given: dict[int, Any] = {}
        self._callbacks: list[Callable[..., Any]] = []
        self._leaves: dict[tuple[int, int], tuple[int, torch.Tensor]] = {}
        self._exceptions: dict[int, type[Exception]] = {}

    def ask(self, op: str, *arguments: Any) -> Any:
        """Ask the student's process for something.

        Raises
        ------
        Stopped
            If there is no answer in time, or nobody to give it.
        TestError
            If an argument cannot cross.
        Exception
            What the student's code raised, by type and text.
        """
        encoder = Encoder(self._refer)
        codes = [self._encoded(encoder, argument) for argument in arguments]
        return self._exchange([op, *codes], encoder, {})

    def call(self, function: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call something over there; what it does to mutable arguments is done here too."""
        if builtins.input is not self._input:
            # A test that answers for the keyboard does so for the student's code.
            self._input = builtins.input
            self.ask("answer", None if self._input is _INPUT else self._input)
        encoder = Encoder(self._refer)
        given: dict[int, Any] = {}
        codes = [
            {"u": [self._slot(encoder, given, argument) for argument in arguments]},
            {"o": [[name, self._slot(encoder, given, item)] for name, item in named.items()]},
        ]
        return self._exchange(
            ["call", encoder.encode(function), *codes, torch.is_grad_enabled()], encoder, given
        )

    def _slot(self, encoder: Encoder, given: dict[int, Any], argument: Any) -> Any:
        code = self._encoded(encoder, argument)
        if type(argument) not in _MUTABLE or getattr(argument, "requires_grad", False):
            return code
        given[len(given)] = argument
        return {"slot": [len(given) - 1, code]}

    def _encoded(self, encoder: Encoder, value: Any) -> Any:
        try:
            return encoder.encode(value)
        except CannotCross as error:
            raise TestError(str(error)) from None

    def _exchange(self, head: list[Any], encoder: Encoder, given: dict[int, Any]) -> Any:
        if self.dead:
            raise Stopped(self.dead)
        outer, self._given = self._given, given
        try:
            self._send(head, encoder)
            return self._answered()
        except frames.ProtocolError as error:
            self._end(error)
        finally:
            self._given = outer

    def _send(self, head: list[Any], encoder: Encoder) -> None:
        self.talk.settimeout(max(1.0, self.until - time.monotonic()))
        try:
            frames.send(self.talk, head, encoder.tail)
        except ValueError as error:
            raise TestError(str(error)) from None

    def _answered(self) -> Any:
        while True:
            head, tail = self._received()
            decoder = Decoder(tail, lambda tag, content: self._resolved(decoder, tag, content))  # noqa: B023
            match head:
                case ["ok", code, list(changed)]:
                    self._echo()
                    value = decoder.decode(code)
                    for slot, new in changed:
                        _restore(self._given.get(slot), decoder.decode(new))
                    return value
                case ["error", dict(described)]:
                    self._echo()
                    raise rebuilt(described, self._exceptions)
                case ["callback", int(number), arguments, named]:
                    self._called_back(number, decoder.decode(arguments), decoder.decode(named))
                case _:
                    raise frames.ProtocolError("this is no answer")

    def _echo(self) -> None:
        """Print here what a call has printed over there: a test may want to read it."""
        if self.echoes:
            for name, data in self.output.take():
                text = MARKS.sub("", data.decode("utf-8", "replace"))
                (sys.stdout if name == "stdout" else sys.stderr).write(text)

    def _called_back(self, number: int, arguments: Any, named: Any) -> None:
        """Run a function of the test's for the student's code."""
        encoder = Encoder(self._refer)
        try:
            value = self._callbacks[number](*arguments, **named)
            codes = [True, self._encoded(encoder, value)]
        except Exception as error:
            codes = [False, f"{type(error).__name__} in a function of the test"]
        self._send(["return", *codes], encoder)

    def _received(self) -> tuple[Any, memoryview]:
        waiting = frames.Waiting(self.talk, self._pump)
        try:
            return waiting.receive(self.until)
        except TimeoutError:
            pass
        if not self._branches:
            # In a branch there is nothing to save: it is left, and what was before goes on.
            self._tell(b"i")
            with contextlib.suppress(TimeoutError, frames.ProtocolError):
                waiting.receive(time.monotonic() + GRACE)
                raise Stopped(self.too_long)
            self._tell(b"k")
            self.dead = f"{self.too_long}, and could not be interrupted"
        raise Stopped(self.too_long)

    def _pump(self, sock: socket.socket, seconds: float) -> None:
        talk = sock.fileno()
        ready, _, _ = select.select([talk, *self.output.waiting()], [], [], seconds)
        if ready and ready != [talk]:
            self.output.read_once()

    def _tell(self, what: bytes) -> None:
        with contextlib.suppress(OSError):
            self._leash.send(what)

    def _end(self, error: Exception) -> None:
        """Say why there is nobody any more: from the keeper, whom the student cannot reach."""
        if self._branches:
            raise Stopped("the student's code ended its process") from error
        self._tell(b"k")
        self._leash.settimeout(GRACE)
        told: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            told = json.loads(self._leash.recv(4096) or b"{}")
        if told.get("broken"):
            raise Broken(told["broken"]) from error
        self.dead = told.get("why") or "the student's code ended the process of the notebook"
        raise Stopped(self.dead) from error

    def _refer(self, encoder: Encoder, value: Any) -> Any:
        """Give the code of what is no plain data and goes over."""
        if isinstance(value, Proxy):
            return {"object": about(value)["handle"]}
        if isinstance(value, LiveTensor):
            return {"object": value.handle}
        if isinstance(value, type) and "handle" in value.__dict__:
            return {"object": value.__dict__["handle"]}
        if isinstance(value, torch.nn.Parameter | torch.Tensor):
            return self._leaf(encoder, value)
        if isinstance(value, types.ModuleType):
            return {"library": [value.__name__, ""]}
        if callable(value) and (named := _library_name(value)):
            return {"library": named}
        if callable(value) and not isinstance(value, torch.nn.Module):
            self._callbacks.append(value)
            return {"callback": len(self._callbacks) - 1}
        raise CannotCross(f"a {type(value).__name__} was passed: {_NEEDS_PUT}")

    def _leaf(self, encoder: Encoder, value: torch.Tensor) -> Any:
        if type(value) not in (torch.Tensor, torch.nn.Parameter) or not value.requires_grad:
            raise CannotCross(f"a {type(value).__name__} was passed: {_NEEDS_PUT}")
        key = (id(value), value._version)
        number, _ = self._leaves.setdefault(key, (len(self._leaves), value))
        return {"leaf": [number, encoder.tensor_parts(value)]}

    def _resolved(self, decoder: Decoder, tag: str, content: Any) -> Any:
        if tag == "same":
            return self._given[content]
        if tag == "live":
            handle, dtype, shape, leaf, parameter, tracked = content
            return LiveTensor.of(
                self, int(handle), decoder.decode(dtype), [int(n) for n in shape],
                leaf=bool(leaf), parameter=bool(parameter), tracked=bool(tracked),
            )  # fmt: skip
        if tag == "exception":
            return taken(content, self._exceptions)
        if tag == "object":
            return Proxy.of(self, content)
        raise frames.ProtocolError(f"unknown tag {tag}")

    def push_back(self, tensor: LiveTensor, gradient: torch.Tensor) -> None:
        """Go on with a backward pass over there, and with what comes out of it here."""
        owned = dict(self._leaves.values())
        for number, found in self.ask("backward", tensor, gradient):
            owned[number].backward(found, retain_graph=True)  # type: ignore[no-untyped-call]

    @contextlib.contextmanager
    def branch(self) -> Iterator[None]:
        """Talk to a copy of the student's process for a while; afterwards it never was."""
        here, there = socket.socketpair()
        whole = self.talk
        with here:
            with there:
                frames.send(whole, ["branch"], [])
                socket.send_fds(whole, [b"b"], [there.fileno()])
            self._answered()
            self.talk, self._branches, self.epoch = here, self._branches + 1, self.epoch + 1
            try:
                yield
            finally:
                self.talk, self._branches, self.epoch = whole, self._branches - 1, self.epoch + 1
                if not self.dead:
                    until, self.until = self.until, time.monotonic() + GRACE
                    self.ask("leave")
                    self.until = until


def _library_name(value: Any) -> list[str]:
    """Return module and name of a library's function or class; nothing for one of the test's."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return []
    found: Any = sys.modules.get(module) or importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return [module, name] if found is value else []


def _restore(old: Any, new: Any) -> None:
    """Do to a test's value what the student's code did to its copy."""
    if type(new) is not type(old):
        return
    if isinstance(old, list | bytearray):
        old[:] = new
    elif isinstance(old, dict | set):
        old.clear()
        old.update(new)
    elif isinstance(old, np.ndarray) and (old.shape, old.dtype) == (new.shape, new.dtype):
        old[...] = new
    elif isinstance(old, torch.Tensor) and (old.shape, old.dtype) == (new.shape, new.dtype):
        with torch.no_grad():
            old.copy_(new)
