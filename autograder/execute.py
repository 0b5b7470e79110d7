"""Run a submission and score it: a pure function ``Submission -> Outcome``.

THIS EXECUTOR IS NOT A SANDBOX. It runs each notebook in a kernel of its own with the rights of
whoever grades, and grade cells run in that same kernel. Use it for code you trust, or in a machine
you can lose. What it does guarantee: an environment without secrets, a scratch folder, a deadline
for every cell and for the whole, capped output, and that nothing it started survives.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbformat.v4 import new_output, output_from_msg
from nbgrader import utils

from autograder.outcome import Outcome, State
from autograder.score import Ran, graded
from autograder.secret import FOLDER
from autograder.submission import Submission


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    cell, total
        Wall-clock seconds for one cell and for the whole submission.
    output
        Bytes of output kept for one cell.
    """

    cell: float = 60.0
    total: float = 240.0
    output: int = 1_000_000


def execute(submission: Submission, limits: Limits = Limits()) -> Outcome:
    """Run every notebook of a submission and score its grade cells.

    Nothing a submission does raises here: it ends as an outcome.
    """
    started = time.monotonic()
    deadline = started + limits.total
    cells, state, message = [], State.GRADED, ""
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as scratch:
        _lay_out(submission, Path(scratch))
        for name, notebook in submission.notebooks.items():
            try:
                with _kernel(Path(scratch), submission.secrets) as kernel:
                    ran, stopped = _run(kernel, notebook, limits, deadline)
            except _NoKernelError as error:
                return Outcome(
                    submission.student, submission.lesson, State.INFRA_ERROR, message=str(error)
                )
            if stopped:
                state, message = State.STUDENT_ERROR, stopped
            cells += [
                graded(name, cell, ran.get(index))
                for index, cell in enumerate(notebook.cells)
                if utils.is_grade(cell)
            ]
    return Outcome(
        student=submission.student,
        lesson=submission.lesson,
        state=state,
        cells=tuple(cells),
        notebooks=submission.notebooks,
        seconds=time.monotonic() - started,
        repairs=submission.repairs,
        message=message,
    )


def _lay_out(submission: Submission, scratch: Path) -> None:
    """Put the lesson's files into the scratch folder; they win over files of the student's."""
    for relative, path in {**submission.files, **submission.materials}.items():
        target = scratch / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


class _NoKernelError(Exception):
    """The kernel did not start: nothing is known about the submission."""


@dataclass
class _Kernel:
    manager: Any
    client: Any


@contextmanager
def _kernel(scratch: Path, secrets: Path) -> Iterator[_Kernel]:
    # Sockets in a folder of their own: no port is opened, and the student's folder shows nothing.
    sockets = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
    manager = KernelManager(
        kernel_name="python3",
        transport="ipc",
        ip=str(Path(sockets.name) / "socket"),
        connection_file=str(Path(sockets.name) / "connection.json"),
    )
    client = None
    try:
        try:
            manager.start_kernel(cwd=str(scratch), env=_environment(scratch, secrets))
            client = manager.client()
            client.start_channels()
            client.wait_for_ready(timeout=30)
        except Exception as error:
            raise _NoKernelError(f"the kernel did not start ({error})") from error
        yield _Kernel(manager, client)
    finally:
        if client is not None:
            client.stop_channels()
        _end(manager)
        sockets.cleanup()


def _environment(scratch: Path, secrets: Path) -> dict[str, str]:
    """Start from nothing: no token of the grading machine reaches a notebook."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(scratch),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # One thread each: parallelism is across submissions, and results do not depend on it.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        FOLDER: str(secrets),
    }


def _end(manager: Any) -> None:
    """Kill the kernel and all it started: kernels lead a process group of their own."""
    group = getattr(manager.provisioner, "pgid", None) if manager.provisioner else None
    with suppress(RuntimeError, ProcessLookupError):
        manager.shutdown_kernel(now=True)
    if group:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _run(
    kernel: _Kernel, notebook: Any, limits: Limits, deadline: float
) -> tuple[dict[int, Ran], str]:
    """Run the code cells in order; return what ran, and why it ended early if it did."""
    ran: dict[int, Ran] = {}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        left = deadline - time.monotonic()
        if left <= 0:
            return ran, f"the notebook took longer than {limits.total:g} s"
        ran[index], alive = _run_cell(kernel, cell, min(limits.cell, left), limits.output)
        if not alive:
            return ran, "the student's code ended or blocked the kernel"
    return ran, ""


def _run_cell(kernel: _Kernel, cell: Any, seconds: float, cap: int) -> tuple[Ran, bool]:
    """Run one cell; return what it did and whether the kernel can go on."""
    cell.outputs = []
    # A test stays out of the history, where later cells could print it.
    request = kernel.client.execute(
        cell.source,
        allow_stdin=False,
        stop_on_error=False,
        store_history=not utils.is_grade(cell),
    )
    if _listen(kernel, request, cell, time.monotonic() + seconds, cap):
        reply = _reply(kernel, request)
        cell.execution_count = reply.get("execution_count")
        return _what_happened(cell, reply), reply != {}
    if kernel.manager.is_alive():
        said, name = f"this cell took longer than {seconds:.0f} s and was stopped", "TimeoutError"
    else:
        said, name = "this cell ended the process of the notebook", "DeadKernelError"
    cell.outputs.append(new_output("error", ename=name, evalue=said, traceback=[said]))
    return Ran(finished=False, stopped=said), _interrupt(kernel, request)


def _listen(kernel: _Kernel, request: str, cell: Any, until: float, cap: int) -> bool:
    """Collect outputs until the cell is done; False at the deadline or when the kernel is gone."""
    size = 0
    while time.monotonic() < until:
        try:
            message = kernel.client.get_iopub_msg(timeout=0.25)
        except queue.Empty:
            if not kernel.manager.is_alive():
                return False
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return True
        if kind in ("stream", "display_data", "execute_result", "error"):
            size += len(str(content))
            if size <= cap or kind in ("execute_result", "error"):
                _append(cell, output_from_msg(message))
    return False


def _append(cell: Any, output: Any) -> None:
    last: Any = cell.outputs[-1] if cell.outputs else {}
    if output.output_type == "stream" and last.get("name") == output.name:
        last.text += output.text
    else:
        cell.outputs.append(output)


def _reply(kernel: _Kernel, request: str) -> dict[str, Any]:
    with suppress(queue.Empty):
        while True:
            message = kernel.client.get_shell_msg(timeout=5)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])
    return {}


def _interrupt(kernel: _Kernel, request: str) -> bool:
    """Interrupt a cell that took too long; say whether the kernel came back."""
    if not kernel.manager.is_alive():
        return False
    kernel.manager.interrupt_kernel()
    return _reply(kernel, request) != {}


def _what_happened(cell: Any, reply: dict[str, Any]) -> Ran:
    if reply.get("status") == "error":
        return Ran(finished=False, error=(str(reply.get("ename")), str(reply.get("evalue"))))
    values = [
        output.data.get("text/plain") for output in cell.outputs
        if output.output_type == "execute_result"
    ]  # fmt: skip
    return Ran(finished=reply.get("status") == "ok", value=values[-1] if values else None)
