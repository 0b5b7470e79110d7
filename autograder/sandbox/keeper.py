"""Watches over one submission: starts its process, kills it when told or when it takes too much.

The keeper is the parent of the student's process and lies outside its PID namespace: the student's
code can neither see nor signal it. When the first process of that namespace ends, the kernel ends
all others in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from collections.abc import Callable
from typing import NoReturn

from autograder.sandbox.confine import adopt_orphans, new_namespaces
from autograder.sandbox.limits import Limits

_SHUT_IN = b"shut in"
_TICK = 0.05
"""Seconds between two looks at memory and processes."""
_ENOUGH = 4096
_TOO_MUCH_MEMORY = "the student's code used more memory than there is for a submission"
_OUT_OF_MEMORY = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
_IN_A_SOCKET = 416 << 10
"""Bytes that wait in one socket at most, as Linux is set up usually: twice the 208 KiB that it is
given, since the last message may exceed that."""


class Keeper:
    """Shuts in a process of its own and runs `inside` there, watched.

    Parameters
    ----------
    leash
        Where orders come from (``i``: interrupt, ``k``: kill; closed: kill), and where is told why
        the process ended.
    shut_in, inside
        What makes the process safe, and what it does then.
    limits
        What it may use.
    namespaces
        Put it into namespaces of its own. Without, a container does that, or nobody.
    """

    def __init__(
        self,
        leash: socket.socket,
        shut_in: Callable[[], None],
        inside: Callable[[], None],
        limits: Limits,
        *,
        namespaces: bool,
    ) -> None:
        self._leash, self._limits = leash, limits
        self._shut_in, self._inside = shut_in, inside
        self._namespaces = namespaces
        self._proc = -1

    def run(self) -> None:
        """Start the process and stay until it has ended."""
        # Opened before anything is laid over /proc: from here on it is the keeper's alone.
        self._proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            new_namespaces() if self._namespaces else adopt_orphans()
        except OSError as error:
            self._tell(broken=f"the sandbox cannot be made ({error}): see `course doctor`")
            return
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(self._proc)
            os.close(reading)
            self._leash.close()
            self._child(writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        if said == _SHUT_IN:
            self._tell(why=self._watch(child))
        else:
            os.waitpid(child, 0)
            reason = said.decode("utf-8", "replace") or "it ended at once"
            self._tell(broken=f"the sandbox cannot be made ({reason}): see `course doctor`")
        if not self._namespaces:
            self._end_orphans()

    def _child(self, writing: int) -> NoReturn:
        """Shut this process in, say so before any line of a student runs, and go on."""
        try:
            self._shut_in()
            os.write(writing, _SHUT_IN)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        os.close(writing)
        self._inside()
        os._exit(0)

    def _end_orphans(self) -> None:
        """Without a PID namespace nobody else does it."""
        for process in self._family(os.getpid())[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _watch(self, child: int) -> str:
        watched = os.pidfd_open(child)
        # Without namespaces of its own the network is the machine's, and full of others' sockets.
        base = self._memory(child), self._sockets(child)
        why = ""
        while True:
            ready, _, _ = select.select([watched, self._leash.fileno()], [], [], _TICK)
            if watched in ready:
                os.waitpid(child, 0)
                return why or self._ran_out()
            if self._leash.fileno() in ready:
                order = self._leash.recv(1)
                if order == b"i":
                    os.kill(child, signal.SIGINT)
                else:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    return why
            if not why and (why := self._too_much(child, *base)):
                os.kill(child, signal.SIGKILL)

    def _too_much(self, child: int, base: int, sockets: int) -> str:
        family = self._family(child)
        if sum(map(self._threads, family)) > self._limits.processes:
            return "the student's code started too many processes"
        # Quick, and too much where processes share; only then it is worth counting exactly.
        used = sum(map(self._memory, family)) - base
        if used > self._limits.memory:
            used = sum(map(self._share, family)) - base
        waiting = (self._sockets(child) - sockets) * _IN_A_SOCKET
        if max(used, waiting) > self._limits.memory:
            return _TOO_MUCH_MEMORY
        return ""

    def _ran_out(self) -> str:
        """Say whether the kernel ended something for the container's limit of memory."""
        if os.getpid() != 1:
            return ""
        counted = "".join(self._read(path) for path in _OUT_OF_MEMORY).split()
        count = counted[counted.index("oom_kill") + 1] if "oom_kill" in counted else "0"
        return _TOO_MUCH_MEMORY if count != "0" else ""

    def _family(self, child: int) -> list[int]:
        found, new = [child], [child]
        while new and len(found) < _ENOUGH:
            parent = new.pop()
            children: list[int] = []
            for thread in self._listed(f"{parent}/task"):
                words = self._read(f"{parent}/task/{thread}/children").split()
                children += [int(word) for word in words]
            found += children
            new += children
        return found

    def _threads(self, process: int) -> int:
        return len(self._listed(f"{process}/task"))

    def _memory(self, process: int) -> int:
        """Return a process's own memory, in bytes: what is not a file's."""
        kilobytes = 0
        for line in self._read(f"{process}/status").splitlines():
            if line.startswith(("RssAnon:", "RssShmem:", "VmSwap:")):
                kilobytes += int(line.split()[1])
        return kilobytes * 1024

    def _share(self, process: int) -> int:
        """Return a process's own memory and its share of what it shares, in bytes."""
        kilobytes = 0
        for line in self._read(f"{process}/smaps_rollup").splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:")):
                kilobytes += int(line.split()[1])
        return kilobytes * 1024

    def _sockets(self, process: int) -> int:
        """Count the sockets of its network: of the kinds that need no network to be filled."""
        texts = [self._read(f"{process}/net/{kind}") for kind in ("unix", "netlink")]
        return sum(text.count("\n") for text in texts)

    def _listed(self, path: str) -> list[str]:
        with contextlib.suppress(OSError):
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self._proc)
            try:
                return os.listdir(folder)  # noqa: PTH208 - of a descriptor
            finally:
                os.close(folder)
        return []

    def _read(self, path: str) -> str:
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY, dir_fd=self._proc)
            with os.fdopen(descriptor) as file:
                return file.read()
        return ""

    def _tell(self, **what: str) -> None:
        with contextlib.suppress(OSError):
            self._leash.send(json.dumps(what).encode())
