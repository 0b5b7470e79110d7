"""A warm worker: imports once, then forks for every notebook.

    python -m autograder.sandbox.worker student 5 matplotlib optim   # 5 is the control socket
    python -m autograder.sandbox.worker trusted 5 matplotlib optim   # outside the sandbox
    python -m autograder.sandbox.worker student /meeting/line optim  # in a container, for one only

Importing torch takes longer than grading most notebooks. A fork shares all of it, changes none of
it, and ends with its notebook.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import json
import os
import pickle
import random
import signal
import socket
import sys
import tempfile
import traceback
from typing import Any

from autograder.sandbox.limits import Limits

READY = b"ready"
WARM_UP = 120.0
"""Seconds it may take to import everything."""
MOST_FILES = 6
_SPARE = 20.0
_SEED = 20190604
# What notebooks import, by the word in a lesson that asks for it; what is not installed, is not.
WARM = {
    "torch": ("torch", "torch.nn", "torch.testing", "torch.utils.data"),
    "safetensors": ("safetensors.torch",),
    "matplotlib": ("matplotlib.pyplot", "matplotlib_inline.backend_inline"),
    "pandas": ("pandas",),
    "sklearn": ("sklearn",),
    "course": ("course", "course.checks", "PIL.Image"),
    "optim": ("torch.optim",),
    "%": ("IPython.core.inputtransformer2",),
}


def main(role: str, line: str, words: list[str]) -> None:
    """Warm up, say so, and fork for each message on the control socket.

    In a container, where `line` is a path to connect to, there is one message and no fork: what
    watches over the student's process is the container's first one, which nobody inside can end.
    """
    contained = not line.isdigit()
    control = _connected(line) if contained else socket.socket(fileno=int(line))
    gc.disable()  # nothing that is imported here is ever garbage
    forked = _trusted(words) if role == "trusted" else _student(words, contained=contained)
    # What is there now stays: collecting garbage would touch, and so copy, all of it in each fork.
    gc.collect()
    gc.freeze()
    gc.enable()
    control.send(READY)
    # Nobody waits for a notebook's process: the kernel does away with it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 1 << 16, MOST_FILES)
        if not order:
            return
        if contained or os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            try:
                forked(json.loads(order), descriptors)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        for one in descriptors:
            os.close(one)


def _connected(path: str) -> socket.socket:
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.connect(path)
    return control


def _warm(words: list[str]) -> None:
    import importlib

    import torch

    torch.set_num_threads(1)
    for name in [name for word in words for name in WARM[word]]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    torch.nn.Linear(2, 2)(torch.ones(1, 2))  # the first one of a process looks at the processor
    if "optim" in words:
        _train_once()
    _seed()


def _train_once() -> None:
    """Do once what torch does lazily: otherwise each fork pays for it, more than a second."""
    import torch

    net = torch.nn.Linear(2, 2)
    for kind in (torch.optim.SGD, torch.optim.Adam):
        optimiser = kind(net.parameters(), lr=0.1)
        torch.nn.functional.cross_entropy(net(torch.ones(2, 2)), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    torch.testing.assert_close(torch.ones(2), torch.ones(2))
    pickle.loads(pickle.dumps((net, optimiser)))  # noqa: S301 - our own


def _seed() -> None:
    """Start every notebook from the same random numbers: grading again gives the same score."""
    import numpy as np
    import torch

    random.seed(_SEED)
    np.random.seed(_SEED)
    torch.manual_seed(_SEED)


def _student(words: list[str], *, contained: bool) -> Any:
    """Warm up for student code; return what a fork does."""
    from autograder.isolation import student
    from autograder.isolation.shell import Shell
    from autograder.sandbox import confine
    from autograder.sandbox.keeper import Keeper

    _warm(words)
    shell = Shell.fresh()
    rules = confine.syscall_rules()

    def run(order: dict[str, Any], descriptors: list[int]) -> None:
        talk, leash, stdout, stderr = descriptors
        limits = Limits(**order["limits"])

        unsafe = bool(order["unsafe"])

        def shut_in() -> None:
            for stream, descriptor in ((1, stdout), (2, stderr)):
                os.dup2(descriptor, stream)
                os.close(descriptor)
            sys.stdout, sys.stderr = _text(1), _text(2)
            if unsafe:
                os.chdir(tempfile.mkdtemp(dir=order["folder"]))
            else:
                confine.shut_in(limits, rules, contained=contained)

        def inside() -> None:
            sys.path.insert(0, "")
            student.serve(socket.socket(fileno=talk), shell)

        if contained:
            confine.hide()
        line = socket.socket(fileno=leash)
        Keeper(line, shut_in, inside, limits, namespaces=not (unsafe or contained)).run()

    return run


def _text(descriptor: int) -> Any:
    return os.fdopen(descriptor, "w", buffering=1, encoding="utf-8", errors="replace")


def _trusted(words: list[str]) -> Any:
    """Warm up for tests; return what a fork does."""
    from autograder.isolation import examiner
    from autograder.isolation.job import Task
    from autograder.sandbox.confine import limit_memory
    from autograder.secret import FOLDER, SEED

    _warm(words)

    def run(order: dict[str, Any], descriptors: list[int]) -> None:
        talk, leash, stdout, stderr, job = descriptors
        with socket.socket(fileno=job) as line:
            task = Task(**pickle.loads(_all(line)))  # noqa: S301 - from the grader
            os.chdir(order["folder"])
            # Whatever a student's code makes a test do: it ends, and does not eat the machine.
            faulthandler.dump_traceback_later(task.total + _SPARE, exit=True)
            limit_memory(int(order["limits"]["memory"]))
            os.environ |= {FOLDER: task.secrets, SEED: task.seed}
            streams = {stdout: "stdout", stderr: "stderr"}
            ends = socket.socket(fileno=talk), socket.socket(fileno=leash)
            report = examiner.examine(task, *ends, streams)
            line.sendall(pickle.dumps(report))

    return run


def _all(line: socket.socket) -> bytes:
    pieces = []
    while piece := line.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
