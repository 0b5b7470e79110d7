"""Put this process into a platform that nobody here has an account for.

Each function takes a `MonkeyPatch` and a folder and leaves the process as the platform would:
variables, folders, shell, helper packages. `PLACES` has one for each key of the registry.

>>> colab(monkeypatch, tmp_path)
>>> detect().keep()          # below tmp_path, through a stand-in for Drive
"""

from __future__ import annotations

import builtins
import errno
import importlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import IPython
import pytest

from course.platforms import Platform

PACKAGES = Path(__file__).parent / "packages"
_MARKS = (
    "CODESPACES",
    "COLAB_RELEASE_TAG",
    "DL_ANACONDA_HOME",
    "JPY_SESSION_NAME",
    "KAGGLE_KERNEL_RUN_TYPE",
    "KAGGLE_USER_SECRETS_TOKEN",
    "VERTEX_PRODUCT",
)
_MODULES = ("_message", "drive", "errors", "files", "runtime", "userdata")


class Shell:
    """As much of an IPython shell as the student package looks at."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.user_ns: dict[str, Any] = {}

    def __str__(self) -> str:
        return f"<{self.kind} object at 0x7f0000000000>"


def bare(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    shell: str | None = "ipykernel.zmqshell.ZMQInteractiveShell",
) -> Shell | None:
    """Take every platform's marks away: a Jupyter kernel, or a script, on some machine."""
    for name in list(os.environ):
        if name in _MARKS or name.startswith("SM_"):
            monkeypatch.delenv(name)
    for name in ("root", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(Platform, "root", tmp_path / "root")
    monkeypatch.chdir(tmp_path / "work")
    forget = ["google.colab", *(f"google.colab.{name}" for name in _MODULES), "kaggle_secrets"]
    for name in forget:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # so that it is put back later
        del sys.modules[name]
    made = Shell(shell) if shell else None
    monkeypatch.setattr(IPython, "get_ipython", lambda: made)
    return made


def colab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, script: bool = False) -> ModuleType:
    """Google Colab; `script` for what is started with an exclamation mark. Returns its package."""
    bare(monkeypatch, tmp_path, None if script else "google.colab._shell.Shell")
    (tmp_path / "root" / "content").mkdir()
    monkeypatch.chdir(tmp_path / "root" / "content")
    return _with_colab(monkeypatch)


def _with_colab(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab-external_20260801")
    monkeypatch.syspath_prepend(str(PACKAGES))
    for name in _MODULES:
        importlib.import_module(f"google.colab.{name}")
    package = sys.modules["google.colab"]
    drive, real = package.drive, os.path.ismount
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == drive.mounted or real(path))
    return package


def colab_enterprise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Colab Enterprise: Colab's package and shell, without Drive."""
    package = colab(monkeypatch, tmp_path)
    monkeypatch.setenv("VERTEX_PRODUCT", "COLAB_ENTERPRISE")
    return package


def kaggle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run_type: str = "Interactive"
) -> ModuleType:
    """Kaggle, whose image was made from Colab's. Returns the package with its secrets."""
    bare(monkeypatch, tmp_path)
    working = tmp_path / "root" / "kaggle" / "working"
    working.mkdir(parents=True)
    monkeypatch.chdir(working)
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", run_type)
    monkeypatch.setenv("KAGGLE_USER_SECRETS_TOKEN", "a token")
    _with_colab(monkeypatch)
    return importlib.import_module("kaggle_secrets")


def workbench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell | None:
    """A Deep Learning VM."""
    shell = bare(monkeypatch, tmp_path)
    version = tmp_path / "root" / "opt/deeplearning/metadata/env_version"
    version.parent.mkdir(parents=True)
    version.write_text("M130\n")
    return shell


def lightning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell | None:
    """A Lightning Studio."""
    shell = bare(monkeypatch, tmp_path)
    studio = tmp_path / "root" / "teamspace/studios/this_studio"
    studio.mkdir(parents=True)
    monkeypatch.chdir(studio)
    return shell


def sagemaker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell | None:
    """SageMaker Studio Lab."""
    shell = bare(monkeypatch, tmp_path)
    (tmp_path / "root" / "opt/ml").mkdir(parents=True)
    return shell


def sagemaker_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A training job of SageMaker: a script, told by variables where files go."""
    bare(monkeypatch, tmp_path, None)
    ml = tmp_path / "root" / "opt/ml"
    for name in ("input/data", "model", "output/data"):
        (ml / name).mkdir(parents=True)
    monkeypatch.setenv("SM_MODEL_DIR", str(ml / "model"))
    monkeypatch.setenv("SM_OUTPUT_DATA_DIR", str(ml / "output/data"))


def codespaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell | None:
    """A codespace."""
    shell = bare(monkeypatch, tmp_path)
    monkeypatch.setenv("CODESPACES", "true")
    return shell


PLACES: dict[str, Callable[[pytest.MonkeyPatch, Path], Any]] = {
    "kaggle": kaggle,
    "colab-enterprise": colab_enterprise,
    "colab": colab,
    "workbench": workbench,
    "lightning": lightning,
    "sagemaker": sagemaker,
    "codespaces": codespaces,
    "local": bare,
}


def drop_drive(monkeypatch: pytest.MonkeyPatch, *, after: int = 0) -> None:
    """Let Colab's mount of Drive drop: what touches its folder fails with errno 107.

    Parameters
    ----------
    after
        How many bytes can still be written to a file that is opened from now on with ``"wb"``. The
        mount drops in the middle of the write that goes beyond; 0 drops it at once.
    """
    drive = importlib.import_module("google.colab.drive")
    point = str(Platform.root / "content" / "drive") + os.sep
    drive.connected = bool(after)

    def below(path: Any) -> bool:
        if isinstance(path, int):
            return False
        return f"{Path(path).absolute()}{os.sep}".startswith(point)

    def refuse(path: Any) -> None:
        if not drive.connected and below(path):
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), str(path))

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            for path in args[:2]:
                if isinstance(path, str | os.PathLike):
                    refuse(path)
            return real(*args, **kwargs)

        return call

    class Breaking(io.FileIO):
        """A file that the connection breaks under."""

        def write(self, data: Any) -> int:
            if not drive.connected or self.tell() + len(data) > after:
                drive.connected = False
                raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), str(self.name))
            return super().write(data)

    real_open = io.open

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, str | os.PathLike):
            refuse(file)
            if after and mode == "wb" and below(file):
                return Breaking(file, "w")
        return real_open(file, mode, *args, **kwargs)

    for name in ("stat", "lstat", "listdir", "scandir", "mkdir", "open", "remove", "unlink"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name)))
    for name in ("rename", "replace"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name)))
    monkeypatch.setattr(io, "open", opened)
    monkeypatch.setattr(builtins, "open", opened)
