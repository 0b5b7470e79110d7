"""Where bubblewrap cannot run: a container of its own for every notebook.

    podman run --network none --read-only --cap-drop ALL --user 65534 … worker student /meeting/line

For machines that deny user namespaces to programs but have a container engine. Slower than
bubblewrap: each container imports PyTorch anew, since a container cannot be entered twice unseen.
The image is an empty folder tree that is made here, so nothing is fetched; what a notebook needs is
laid into it read-only, the same as with bubblewrap.

An engine passes no open files into a container. So the container gets a folder with a socket in it,
and the worker inside connects to that; through it come the same sockets and pipes as to any worker.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.bubblewrap import ETC, LINKS, NOBODY, UNSAFE, NoSandbox, Trial, folders
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import READY, WARM_UP

_PROGRAMS = ("podman", "docker")
_LINE = "line"
_MEETING = "/meeting"
_GOODBYE = 10.0
_BASE = 1 << 30
"""Bytes for the worker itself, with PyTorch."""
_MORE_PROCESSES = 4
_NOBODYS = 1 << 30
"""First of the ids that a container's are outside: beyond what systems give to people."""
_SELINUX = Path("/sys/fs/selinux/enforce")


@dataclass(frozen=True)
class Engine:
    """A container engine.

    Attributes
    ----------
    program
        Path of podman or docker.
    options
        What is said before every command.
    """

    program: str
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name, for people."""
        return Path(self.program).name

    def __str__(self) -> str:
        return " ".join([self.program, *self.options])

    def ask(self, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a command of the engine to its end."""
        return subprocess.run(  # noqa: S603
            [self.program, *self.options, *words], input=data, capture_output=True,
            timeout=WARM_UP, check=False,
        )  # fmt: skip


def engines() -> list[Engine]:
    """Return the engines that are installed, the one that needs no daemon first."""
    found = [Engine(path) for name in _PROGRAMS if (path := shutil.which(name))]
    # crun refuses machines that mount both versions of cgroups; runc does not mind.
    second = [
        Engine(engine.program, ("--runtime", runc))
        for engine in found
        if engine.name == "podman" and (runc := shutil.which("runc"))
    ]
    return [*found[:1], *second, *found[1:]] if second else found


def command(
    engine: Engine, inner: list[str], environment: dict[str, str], limits: Limits, *,
    name: str, meeting: Path,
) -> list[str]:  # fmt: skip
    """Return the command that runs `inner` in a container.

    Parameters
    ----------
    name
        Of the container.
    meeting
        The folder that is to be seen as ``/meeting``.
    """
    disk = f"rw,nosuid,nodev,exec,mode=1777,size={limits.disk}"
    memory = str(limits.memory + 2 * limits.disk + _BASE)
    own = {
        # Else the machine's own list of hosts, or its name servers, can be read inside.
        "podman": ["--no-hosts", "--read-only-tmpfs=false"],
        "docker": ["--dns", "127.0.0.1", "--dns-search", "."],
    }
    if os.geteuid() == 0:
        # Ids that are nobody's outside, as there are without root. Docker's daemon alone can do so.
        own["podman"] += [f"--{kind}map=0:{_NOBODYS}:65536" for kind in ("uid", "gid")]
    # Files of the system carry no label a container may read; to relabel them would break it.
    label = ["--security-opt", "label=disable"] if _SELINUX.exists() else []
    told = [f"{name}={value}" for name, value in environment.items()]
    return [
        engine.program, *engine.options, "run", "--rm", "--name", name, "--pull", "never",
        "--network", "none", "--ipc", "none", "--hostname", "sandbox", "--log-driver", "none",
        "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", *label,
        "--user", f"{NOBODY}:{NOBODY}", *own.get(engine.name, []),
        "--pids-limit", str(limits.processes + _MORE_PROCESSES),
        "--memory", memory, "--memory-swap", memory,
        "--ulimit", "nofile=1024:1024", "--ulimit", "core=0:0",
        # An engine's own may be more than it can grant. It is a user's limit, and all containers
        # may run as one: `--pids-limit` is the one that counts.
        "--ulimit", "nproc=8192:8192",
        "--tmpfs", f"/tmp:{disk}", "--tmpfs", f"/dev/shm:{disk}",  # noqa: S108 - inside
        *_mounts(meeting), "--workdir", "/tmp", _image(),  # noqa: S108 - inside
        # An engine adds variables of its own, such as the grader's proxy: start from nothing.
        "/usr/bin/env", "-i", *told, *inner,
    ]  # fmt: skip


def _mounts(meeting: Path) -> list[str]:
    shown = [Path("/usr"), *(Path("/") / name for name in LINKS), *map(Path, ETC), *folders()]
    pairs = [(path, path) for path in shown if path.exists() and not _linked(path)]
    rows = [
        ["type=bind", f"source={source}", f"target={target}", "readonly"]
        for source, target in [*pairs, (meeting, Path(_MEETING))]
    ]
    return [word for row in rows for word in ("--mount", ",".join(map(_quoted, row)))]


def _quoted(field: str) -> str:
    """Return a field of a row of CSV, which is what an engine reads: a path may hold a comma."""
    return '"' + field.replace('"', '""') + '"' if set(field) & {",", '"'} else field


def _linked(path: Path) -> bool:
    """Say whether it is one of the links to /usr, which the image holds itself."""
    return path.name in LINKS and path.parent == Path("/") and path.is_symlink()


def _root() -> bytes:
    """Return the image as a tar archive: links to /usr, and folders to lay things over."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name in ("usr", "etc", "proc", "sys", "dev", "tmp", _MEETING.strip("/")):
            folder = tarfile.TarInfo(name)
            # An engine gives a folder in memory the rights of what it is laid over.
            folder.type, folder.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            tar.addfile(folder)
        for path in (Path("/") / name for name in LINKS):
            if path.is_symlink():
                link = tarfile.TarInfo(path.name)
                link.type, link.linkname = tarfile.SYMTYPE, str(path.readlink())
                tar.addfile(link)
    return data.getvalue()


def _image() -> str:
    return f"localhost/course-sandbox:{hashlib.sha256(_root()).hexdigest()[:12]}"


def prepare(engine: Engine) -> None:
    """Make the image, if the engine has not got it.

    Raises
    ------
    NoSandbox
        If the engine does not answer, or refuses.
    """
    if engine.ask("image", "inspect", _image()).returncode == 0:
        return
    # Asked first, since an import says less about what is wrong.
    for words, data in ((("info",), b""), (("import", "-", _image()), _root())):
        done = engine.ask(*words, data=data)
        if done.returncode:
            raise _refused(engine, done.stderr.decode("utf-8", "replace"))


@contextlib.contextmanager
def started(
    engine: Engine, words: list[str], environment: dict[str, str], limits: Limits
) -> Iterator[socket.socket]:
    """Start a container with a warm worker in it; give its control socket; end it afterwards.

    Raises
    ------
    NoSandbox
        If it does not start.
    """
    name = f"course-{os.getpid()}-{secrets.token_hex(6)}"
    inner = [sys.executable, "-m", "autograder.sandbox.worker", "student", f"{_MEETING}/{_LINE}"]
    with _meeting() as (meeting, listener), tempfile.TemporaryFile() as log:
        line = command(
            engine, [*inner, *words], environment, limits, name=name, meeting=meeting
        )  # fmt: skip
        process = subprocess.Popen(  # noqa: S603
            line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            # podman leaves a file called `oom` where it was started, if memory ran out.
            cwd=meeting.parent,
        )  # fmt: skip
        control = None
        try:
            control = _met(listener, process)
            if control is not None:
                yield control
        finally:
            if control is not None:
                control.close()
            _end(engine, name, process)
        if control is None:
            log.seek(0)
            raise _refused(engine, log.read().decode("utf-8", "replace"))


@contextlib.contextmanager
def _meeting() -> Iterator[tuple[Path, socket.socket]]:
    """Give a folder with a socket that somebody without rights can connect to, if they see it."""
    # The folder around it is the grader's alone: no neighbour on this machine gets there.
    with tempfile.TemporaryDirectory(prefix="meeting-", ignore_cleanup_errors=True) as private:
        meeting = Path(private) / "m"
        meeting.mkdir()
        meeting.chmod(0o755)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(meeting / _LINE))
            (meeting / _LINE).chmod(0o666)
            listener.listen(1)
            yield meeting, listener


def _met(listener: socket.socket, process: subprocess.Popen[bytes]) -> socket.socket | None:
    """Wait until a worker has connected and is warm; None if it never is."""
    gone = os.pidfd_open(process.pid)
    try:
        if listener.fileno() not in select.select([listener.fileno(), gone], [], [], WARM_UP)[0]:
            return None
        control, _ = listener.accept()
        # One container, one line: what comes later is not answered.
        listener.close()
        control.settimeout(WARM_UP)
        with contextlib.suppress(OSError):
            if control.recv(16) == READY:
                control.settimeout(None)
                return control
        control.close()
        return None
    finally:
        os.close(gone)


def _end(engine: Engine, name: str, process: subprocess.Popen[bytes]) -> None:
    """See a container off: it ends by itself once its line is closed, or is ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GOODBYE)
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        engine.ask("kill", name)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GOODBYE)
    process.kill()
    process.wait()
    with contextlib.suppress(subprocess.TimeoutExpired):
        engine.ask("rm", "--force", name)


def attempt(environment: dict[str, str], engine: Engine) -> Trial:
    """Start a worker in a container, and explain if it cannot start."""
    try:
        prepare(engine)
        with started(engine, [], environment, Limits()):
            return Trial(works=True, found=f"a container for each notebook ({engine})")
    except NoSandbox as error:
        return Trial(works=False, found=error.what, do=error.do)
    except (OSError, subprocess.SubprocessError) as error:
        return Trial(works=False, found=f"{engine} does not work here ({error})", do=_look(engine))


def _refused(engine: Engine, said: str) -> NoSandbox:
    trial = explain(engine, said)
    return NoSandbox(trial.found, where="the sandbox", do=trial.do)


def _look(engine: Engine) -> str:
    return f"run `{engine} info` and mend what it says" + UNSAFE


def explain(engine: Engine, said: str) -> Trial:
    """Turn what an engine says into what to do."""
    lines = [line for line in said.strip().splitlines() if line.strip()]
    # docker's last line is an advice to read its help.
    told = [line for line in lines if "--help" not in line]
    last = told[-1].strip() if told else "it said nothing"
    found = f"{engine.name} does not work here ({last})"
    small = said.lower()
    if "permission denied" in small and ("socket" in small or ".sock" in small):
        do = (
            "you may not talk to the daemon: `sudo usermod -aG docker $USER` (whoever is in that "
            "group has root's rights), then log in again; or install podman"
        )
    elif "daemon running" in small or "connect to the docker daemon" in small:
        do = "start its daemon: `sudo systemctl start docker`"
    elif "bind source path does not exist" in small or "no such file or directory" in small:
        do = "use an engine of this very machine: it has to see the same folders (DOCKER_HOST?)"
    elif "no such image" in small or "image not known" in small:
        do = "run the command again: the image is made anew"
    elif "no module named" in small or "can't open file" in small:
        do = (
            "let everybody read Python and its packages, such as `chmod -R a+rX .venv`: inside "
            "somebody without rights has to"
        )
    else:
        return Trial(works=False, found=found, do=_look(engine))
    return Trial(works=False, found=found, do=do + UNSAFE)
