"""``course doctor``: is this machine fit to build and grade, and if not, what to do."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.manifest import PLACEHOLDER, Manifest
from autograder.sandbox.bubblewrap import NoSandbox
from autograder.sandbox.rung import choose
from autograder.sandbox.workers import variables
from course.errors import CourseError

_NEEDED_DISK = 2.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    topic
        What.
    found
        What is there.
    ok
        Whether it is as it should be.
    do
        What to do about it, if it is not.
    """

    topic: str
    found: str
    ok: bool = True
    do: str = ""


def examine(root: Path) -> Iterator[Finding]:
    """Look at everything grading depends on."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    advice = "install Python 3.11 or newer"
    yield Finding("Python", version, ok=sys.version_info >= (3, 11), do=advice)
    yield _torch()
    yield from (_package(name) for name in ("nbgrader", "jupytext", "nbval"))
    yield _sandbox()
    free = shutil.disk_usage(root).free / 1e9
    advice = f"free some space: grading wants {_NEEDED_DISK:.0f} GB"
    yield Finding("disk", f"{free:.0f} GB free", ok=free > _NEEDED_DISK, do=advice)
    yield _published(root)


def _torch() -> Finding:
    if importlib.util.find_spec("torch") is None:
        return Finding("torch", "not installed", ok=False, do="run `make setup`")
    import torch

    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU (none needed)"
    return Finding("torch", f"{torch.__version__}, {device}")


def _sandbox() -> Finding:
    try:
        rung = choose(variables("/tmp"))  # noqa: S108 - inside
    except NoSandbox as error:
        return Finding("sandbox", error.what, ok=False, do=error.do)
    why = f"; slower, since {rung.why}; for the quick one: {rung.do}" if rung.engine else ""
    return Finding("sandbox", rung.found + why)


def _package(name: str) -> Finding:
    try:
        return Finding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "not installed", ok=False, do="run `make setup`")


def _published(root: Path) -> Finding:
    advice = "set [tool.course] in pyproject.toml to your public repository, then `course build`"
    try:
        manifest = Manifest.read(root)
    except CourseError as error:
        return Finding("links", error.what, ok=False, do=advice)
    where = f"{manifest.organisation}/{manifest.repository}"
    named = manifest.organisation != PLACEHOLDER
    return Finding("links", f"point to {where}", ok=named, do=advice)
