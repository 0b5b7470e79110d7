"""``from autograder.student import student``: for grade cells that need more than plain names.

In the grader this is the student's process (`autograder.isolation.handle.Student`). Where a source
runs in an ordinary kernel, in JupyterLab or under nbval, it is the stand-in below: the same
methods, in one process.
"""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class Libraries:
    """Libraries where the student's objects live."""

    def library(self, name: str) -> Any:
        """Return a module, to call its functions with objects that live there."""
        raise NotImplementedError

    @property
    def torch(self) -> Any:
        """torch, over there."""
        return self.library("torch")

    @property
    def numpy(self) -> Any:
        """NumPy, over there."""
        return self.library("numpy")


class Here(Libraries):
    """The student's side where there is only one process. A branch is no copy, and has no twin."""

    def put(self, value: Any) -> Any:
        """Return a copy."""
        return pickle.loads(pickle.dumps(value))  # noqa: S301 - a copy of what is here

    def library(self, name: str) -> Any:
        """Return a module."""
        return importlib.import_module(name)

    def equal(self, first: Any, second: Any) -> bool:
        """Compare by ``==``."""
        return bool(first == second)

    def file(self, path: str) -> Path:
        """Return the path of a file that must be there."""
        if not Path(path).is_file():
            raise AssertionError(f"there is no file {path}")
        return Path(path)

    def write(self, path: str, content: bytes) -> None:
        """Write a file, and the folders it lies in."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)

    @contextmanager
    def branch(self, accelerator: str | None = None) -> Iterator[Any]:
        """Go on in this process, on the CPU."""
        yield SimpleNamespace(device=self.torch.device("cpu"))


student: Any = Here()
