"""The accelerator twin: a second device that lives on the CPU and refuses to mix with it.

A tensor on the twin is a thin wrapper round a CPU tensor. Every operation on it runs on the CPU and
comes back wrapped; an operation that gets tensors of both kinds raises what CUDA would raise. So a
training step that forgets to move something fails here as it would on a GPU.

torch registers a device of this kind for a whole process and for good, hence `on_twin` works in a
forked child and leaves the process it was called in as it was.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

from autograder.sentences import LEFT_BEHIND, RAISED, UNFINISHED

NAME = "twin"
_LONGEST_REPLY = 100_000
_MIXED = "Expected all tensors to be on the same device"


class TwinTensor(torch.Tensor):
    """A tensor that says it is on the twin; its numbers are in ``raw``, on the CPU."""

    raw: torch.Tensor

    @staticmethod
    def __new__(cls, raw: torch.Tensor) -> TwinTensor:
        """Wrap a CPU tensor."""
        wrapper: TwinTensor = torch.Tensor._make_wrapper_subclass(
            cls,
            raw.size(),
            strides=raw.stride(),
            storage_offset=raw.storage_offset(),
            dtype=raw.dtype,
            device=torch.device(NAME, 0),
        )
        wrapper.raw = raw
        return wrapper

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return f"twin({self.raw!r})"

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # torch calls it on the class
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run an operation that has at least one twin tensor among its arguments."""
        return _dispatch(func, args, kwargs or {})


class _Everywhere(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sends also operations without any twin tensor, such as ``torch.zeros(device="twin")``."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _dispatch(func, args, kwargs or {})


def _dispatch(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    name = func._schema.name
    if name in ("aten::copy_", "aten::_copy_from"):  # the one kind of operation that may mix
        func(*_raw(args), **_raw(kwargs))
        return args[0]
    tensors = [leaf for leaf in tree_flatten((args, kwargs))[0] if isinstance(leaf, torch.Tensor)]
    there = [tensor for tensor in tensors if isinstance(tensor, TwinTensor)]
    if name != "aten::_to_copy":
        _refuse_to_mix(name, tensors, there)
    target = kwargs.get("device")
    wraps = bool(there) if target is None else torch.device(target).type == NAME
    if target is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    result = func(*_raw(args), **_raw(kwargs))
    if not wraps:
        return result
    # An in-place operation returns its own argument: give back the wrapper it came in.
    wrappers = {id(tensor.raw): tensor for tensor in there}

    def wrap(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor) or isinstance(leaf, TwinTensor):
            return leaf
        return wrappers[id(leaf)] if id(leaf) in wrappers else TwinTensor(leaf)

    return tree_map(wrap, result)


def _refuse_to_mix(name: str, tensors: list[torch.Tensor], there: list[TwinTensor]) -> None:
    # As on CUDA, a number on the CPU (a tensor without dimensions) may meet any device.
    here = [t for t in tensors if not isinstance(t, TwinTensor) and t.dim() > 0]
    if there and here:
        raise RuntimeError(
            f"{_MIXED}, but found at least two devices, "
            f"{NAME}:0 and cpu! (in {name.removeprefix('aten::')})"
        )


def _raw(tree: Any) -> Any:
    return tree_map(lambda leaf: leaf.raw if isinstance(leaf, TwinTensor) else leaf, tree)


def on_twin(test: Callable[[torch.device], None], seconds: float = 30.0) -> None:
    """Call ``test(device)`` on the twin, in a forked copy of this process.

    Parameters
    ----------
    test
        Raises if something is wrong.
    seconds
        How long it may take.

    Raises
    ------
    AssertionError
        With what the test or the code it calls raised, as text.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        said = _tried(test)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps({"error": said}).encode()[:_LONGEST_REPLY])
        os._exit(0)
    os.close(writing)
    reply = _read_until(reading, time.monotonic() + seconds)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    # Evidence, not absence: a child that ended without a word has not passed.
    said = json.loads(reply)["error"] if reply else UNFINISHED
    if said:
        raise AssertionError(said)


def _read_until(pipe: int, deadline: float) -> bytes:
    reply = b""
    with os.fdopen(pipe, "rb", buffering=0) as stream:
        while (left := deadline - time.monotonic()) > 0 and len(reply) <= _LONGEST_REPLY:
            if not select.select([stream], [], [], left)[0]:
                break
            piece = stream.read(65536)
            if not piece:
                return reply
            reply += piece
    return b""


def _tried(test: Callable[[torch.device], None]) -> str:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        sys.stderr = nowhere
        try:
            # Backward must stay in this thread: others would not see the dispatch mode.
            torch.autograd.set_multithreading_enabled(False)
            # A fork copies one thread only: OpenMP would wait for the others for ever.
            torch.set_num_threads(1)
            backend_registration._setup_privateuseone_for_python_backend(NAME)
            with _Everywhere():  # type: ignore[no-untyped-call]
                test(torch.device(NAME, 0))
        except AssertionError as error:
            return str(error) or RAISED
        except BaseException as error:
            # A child reports, whatever it was.
            return LEFT_BEHIND if _MIXED in str(error) else RAISED
    return ""
