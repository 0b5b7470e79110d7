"""Shut a process in: namespaces of its own, a fresh folder, no rights, limits, a syscall filter.

Called in a fork of the warm worker, inside the outer sandbox, before any line of a student runs.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from pathlib import Path

from autograder.sandbox.bubblewrap import folders
from autograder.sandbox.limits import Limits

HOME = "/tmp/lesson"  # noqa: S108 - a tmpfs of the submission's own
_NEW = 0x10000000 | 0x20000 | 0x20000000 | 0x08000000 | 0x40000000  # user, mount, pid, ipc, net
_NEW_MOUNT, _PRIVATE, _BIND, _MOVE = 0x20000, 0x40000 | 0x4000, 0x1000, 0x2000
_NOSUID_NODEV = 2 | 4
_NO_NEW_PRIVS, _DROP_BOUND, _DUMPABLE, _SUBREAPER = 38, 24, 4, 36
_LAST_CAPABILITY = 64
_SHOWN_OF_PROC = ("cpuinfo", "meminfo", "stat", "filesystems", "self")
_FAMILIES = (1, 2, 10, 16)  # unix, IPv4, IPv6, netlink; the network behind them is empty
_MOST_FAMILIES = 64
_NAMESPACES = (0x10000000, 0x20000, 0x20000000, 0x08000000, 0x40000000, 0x4000000, 0x2000000)
_REFUSED = (
    "unshare", "setns", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
    "pidfd_getfd", "kcmp", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree",
    "fsopen", "fsmount", "fsconfig", "fspick", "mount_setattr", "bpf", "perf_event_open",
    "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key",
    "request_key", "open_by_handle_at", "name_to_handle_at", "kexec_load", "kexec_file_load",
    "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff", "acct",
    "quotactl", "iopl", "ioperm", "personality", "mknod", "mknodat", "setuid", "setgid",
    "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "syslog",
)  # fmt: skip
# Memory that belongs to no process: no watchdog would count it.
_HIDDEN_MEMORY = ("memfd_create", "memfd_secret", "shmget", "semget", "msgget")
_BUFFER_SIZES = (7, 8, 32, 33)  # of what waits in a socket: to send, received, and by force
_libc = ctypes.CDLL(None, use_errno=True)


class Confined(OSError):
    """The process could not be shut in: nothing may run in it."""


def new_namespaces() -> None:
    """Enter namespaces of one's own; the next fork is the first process of its PID namespace."""
    user, group = os.getuid(), os.getgid()
    _call("unshare", _NEW)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def adopt_orphans() -> None:
    """Become the parent of what a descendant leaves behind."""
    _call("prctl", _SUBREAPER, 1, 0, 0, 0)


def hide() -> None:
    """Keep one's memory, files and environment from others of the same user."""
    _call("prctl", _DUMPABLE, 0, 0, 0, 0)


def shut_in(limits: Limits, rules: object, *, contained: bool = False) -> None:
    """Do the rest, in the first process of the new PID namespace.

    Parameters
    ----------
    limits
        Of memory, disk, processes.
    rules
        What `syscall_rules` has made, before the fork since that takes a while.
    contained
        A container's engine has made the namespaces and folders.
    """
    if contained:
        _call("prctl", _DUMPABLE, 1, 0, 0, 0)
        # Where memory runs out in the container, it is this one's fault and not the keeper's.
        Path("/proc/self/oom_score_adj").write_text("1000")
        Path(HOME).mkdir()
    else:
        _mounts(limits.disk)
        # Not in a container: the limit is a user's, and all containers may run as one.
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    os.chdir(HOME)
    _limits(limits)
    _drop_rights()
    rules.load()  # type: ignore[attr-defined]


def _mounts(disk: int) -> None:
    _call("unshare", _NEW_MOUNT)
    _mount(None, "/", None, _PRIVATE)
    _fresh_tmp(disk)
    # Other processes must not be seen: of /proc only what describes the machine, and oneself.
    shown = Path("/tmp/proc")  # noqa: S108
    shown.mkdir()
    _mount("tmpfs", str(shown), "tmpfs", _NOSUID_NODEV, "size=64k")
    for name in _SHOWN_OF_PROC:
        target = shown / name
        target.mkdir() if name == "self" else target.touch()
        _mount(f"/proc/{name}", str(target), None, _BIND)
    _mount(str(shown), "/proc", None, _MOVE)
    shown.rmdir()
    _mount("tmpfs", "/dev/shm", "tmpfs", _NOSUID_NODEV, f"size={disk}")  # noqa: S108
    _mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=0666")
    Path(HOME).mkdir()


def _fresh_tmp(disk: int) -> None:
    """Lay a folder of the submission's own over /tmp; where Python itself is below, it stays."""
    stage = Path("/dev/shm")  # noqa: S108 - a place that is there
    _mount("tmpfs", str(stage), "tmpfs", _NOSUID_NODEV, f"size={disk},nr_inodes=100000")
    for folder in (f for f in folders() if f.is_relative_to("/tmp")):  # noqa: S108
        target = stage / folder.relative_to("/tmp")  # noqa: S108
        target.mkdir(parents=True)
        _mount(str(folder), str(target), None, _BIND)
    for parent in {p for f in folders() for p in f.parents if Path("/tmp") in p.parents}:  # noqa: S108
        (stage / parent.relative_to("/tmp")).chmod(0o555)  # noqa: S108
    _mount(str(stage), "/tmp", None, _MOVE)  # noqa: S108


def _limits(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.disk, limits.disk))
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    if not Path("/dev/nvidiactl").exists():
        # A CUDA process maps far more than it uses.
        limit_memory(limits.memory)


def limit_memory(more: int) -> None:
    """Let this process map so many bytes on top of what it has mapped."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + more, used + more))


def _drop_rights() -> None:
    for capability in range(_LAST_CAPABILITY):
        _libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", _NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", _DUMPABLE, 1, 0, 0, 0)


def syscall_rules() -> object:
    """Return the filter: everything is allowed but what no notebook needs."""
    import errno

    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in _REFUSED:
        _refuse(rules, seccomp, errno.EPERM, name)
    for name in _HIDDEN_MEMORY:
        _refuse(rules, seccomp, errno.ENOSYS, name)
    for option in _BUFFER_SIZES:
        # Nothing happens, and nobody fails: what waits in a socket is hidden memory too.
        where = seccomp.Arg(1, seccomp.EQ, 1), seccomp.Arg(2, seccomp.EQ, option)
        _refuse(rules, seccomp, 0, "setsockopt", *where)
    # clone3 hides its flags from a filter: libraries fall back to clone if it is not there.
    _refuse(rules, seccomp, errno.ENOSYS, "clone3")
    for flag in _NAMESPACES:
        _refuse(rules, seccomp, errno.EPERM, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    for family in range(_MOST_FAMILIES):
        if family not in _FAMILIES:
            where = seccomp.Arg(0, seccomp.EQ, family)
            _refuse(rules, seccomp, errno.EAFNOSUPPORT, "socket", where)
    return rules


def _refuse(rules: object, seccomp: object, error: int, name: str, *where: object) -> None:
    action = seccomp.ERRNO(error)  # type: ignore[attr-defined]
    try:
        rules.add_rule(action, name, *where)  # type: ignore[attr-defined]
    except (OSError, RuntimeError, ValueError):
        if sys.platform != "linux":
            raise
        # A call this kernel or this processor does not have cannot be made either.


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    arguments = [text.encode() if text else None for text in (source, target, kind)]
    _call("mount", *arguments, flags, data.encode() or None)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments):
        number = ctypes.get_errno()
        raise Confined(number, f"{name}: {os.strerror(number)}")
