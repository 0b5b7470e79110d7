"""``student``: what tests use where plain names are not enough.

net, sgd = student.put((net, torch.optim.SGD(net.parameters(), lr=0.1)))  # ships both
sgd = student.torch.optim.SGD(net.parameters(), lr=0.1)  # made over there
with student.branch(accelerator="twin") as there:  # a copy, thrown away
train_step(net, x, y, sgd, there.device)
path = student.file("net.safetensors")  # a copy, here
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.isolation.conversation import Conversation
from autograder.isolation.faults import TestError
from autograder.isolation.files import inside, keep
from autograder.sentences import LEFT_BEHIND, MIXED
from autograder.student import Libraries


@dataclass(frozen=True)
class Branch:
    """Where a branch runs.

    Attributes
    ----------
    device
        The accelerator that was asked for, else the CPU.
    """

    device: torch.device


class Student(Libraries):
    """The student's side, as a test's author sees it."""

    def __init__(self, line: Conversation, folder: Path) -> None:
        self._line, self._folder = line, folder

    def put(self, value: Any) -> Any:
        """Ship something that the test built.

        Parameters
        ----------
        value
            Anything that can be pickled. What belongs together (a model and its optimiser) goes in
            one tuple, list or dictionary, so that shared parts stay shared.

        Returns
        -------
        proxy
            Or a tuple, list or dictionary of proxies. The original here stays as it is.
        """
        try:
            data = pickle.dumps(value)
        except Exception as error:
            raise TestError(f"student.put cannot ship this ({error})") from None
        return self._line.ask("put", data)

    def library(self, name: str) -> Any:
        """Return a module over there, to call its functions with objects that live there."""
        return self._line.ask("library", name)

    def equal(self, first: Any, second: Any) -> bool:
        """Ask the student's code whether two objects are equal: for testing an ``__eq__``."""
        return self._line.ask("operate", "equal", first, second) is True

    def file(self, path: str) -> Path:
        """Fetch a file that the student's code wrote.

        Returns
        -------
        Path
            Of a copy.

        Raises
        ------
        AssertionError
            If it is not there.
        """
        try:
            content = self._line.ask("read", path)
        except OSError:
            raise AssertionError(f"there is no file {path}") from None
        target = inside(self._folder, path)
        if target is None or not isinstance(content, bytes):
            raise AssertionError(f"there is no file {path}")
        return keep(target, content)

    def write(self, path: str, content: bytes) -> None:
        """Write a file for the student's code to read, relative to the notebook."""
        self._line.ask("write", path, content)

    @contextmanager
    def branch(self, accelerator: str | None = None) -> Iterator[Branch]:
        """Go on in a copy of the student's process, which is thrown away at the end.

        Parameters
        ----------
        accelerator
            ``"twin"``: the copy has an accelerator, on which a tensor that was left on the CPU
            raises. ``"none"``: it has none, whatever the machine has.
        """
        with self._line.branch():
            device = torch.device("cpu")
            if accelerator is not None:
                device = self._line.ask("accelerator", accelerator)
            try:
                yield Branch(device)
            except RuntimeError as error:
                if MIXED in str(error):
                    raise AssertionError(LEFT_BEHIND) from None
                raise
