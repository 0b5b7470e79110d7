"""The one program that runs a notebook, here, in a container or on a rented machine.

``python job.py FOLDER`` executes FOLDER/input.ipynb in FOLDER/artefacts with papermill and leaves
output.ipynb, output.html and outcome.json beside it. It needs papermill and nbconvert and nothing
of the course, since it is copied to machines where the course is not.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

RESULTS = ("output.ipynb", "output.html", "outcome.json", "artefacts")
_DIE = 1  # PR_SET_PDEATHSIG


def die_with_parent() -> None:
    """Ask Linux to kill this process when the one that started it ends, whatever ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE, signal.SIGKILL)


def execute(folder: Path) -> int:
    """Execute the notebook in a fresh kernel and write outcome.json."""
    os.chdir(folder)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        import papermill
        from papermill.exceptions import PapermillExecutionError
    except ImportError as error:
        return _outcome(f"{error.name} is not installed there", "pip install papermill nbconvert")
    try:
        # Paths stay relative: papermill takes braces in a path for a template.
        papermill.execute_notebook(
            "input.ipynb",
            "output.ipynb",
            kernel_name="python3",
            language="python",
            log_output=True,
            progress_bar=False,
            cwd="artefacts",
        )
    except PapermillExecutionError as error:
        cell = f"cell {error.cell_index + 1} (In [{error.exec_count}])"
        return _outcome(f"{cell} failed: {error.ename}: {error.evalue}", "see output.html")
    except Exception as error:  # A dead kernel has several types, by version.
        do = "see log.txt; a kernel that dies has often run out of memory"
        return _outcome(f"{type(error).__name__}: {error}".strip(), do)
    return _outcome()


def _outcome(what: str = "", do: str = "") -> int:
    what = " ".join(what.split())
    text = json.dumps({"ok": not what, "what": what, "do": do}, ensure_ascii=False)
    part = Path("outcome.json.part")
    part.write_text(text, "utf-8")
    part.replace("outcome.json")
    if what:
        sys.stdout.write(f"{what}\n")
    return 1 if what else 0


def render(folder: Path) -> None:
    """Write output.html from output.ipynb; a page that cannot be made costs nobody the run."""
    source, target = folder / "output.ipynb", folder / "output.html"
    if not source.is_file():
        return
    try:
        import nbformat
        from nbconvert import HTMLExporter

        notebook = nbformat.read(source, as_version=4)
        page, _ = HTMLExporter().from_notebook_node(notebook)
        target.write_text(page, "utf-8")
    except Exception as error:
        sys.stdout.write(f"No page was made from output.ipynb: {type(error).__name__}: {error}\n")


def supervise(folder: Path, until: float) -> int:
    """Execute in a child that can be killed, then render; say so if the time is up."""
    (folder / "artefacts").mkdir(exist_ok=True)
    (folder / "outcome.json").unlink(missing_ok=True)
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, *_flags(), __file__, str(folder), "--execute"],
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    try:
        code = child.wait(max(0.0, until - time.time()))
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        os.chdir(folder)
        code = _outcome("the deadline passed", "see output.html for how far it got")
    if not (folder / "outcome.json").exists():
        os.chdir(folder)
        code = _outcome(f"the process that ran the notebook ended with {_ending(code)}", "")
    render(folder)
    return code


def _flags() -> list[str]:
    # Without -P the folder of this file would come first in the search for modules.
    return ["-P"] if sys.version_info >= (3, 11) else []


def _ending(code: int) -> str:
    if code in {-signal.SIGKILL, 137}:
        return "SIGKILL; it has often run out of memory"
    return f"exit code {code}"


def pack(folder: Path, target: Path) -> None:
    """Put what is to come back into one archive, so that it arrives whole or not at all."""
    part = target.with_name(target.name + ".part")
    with tarfile.open(part, "w:gz") as archive:
        for name in RESULTS:
            if (folder / name).exists():
                archive.add(folder / name, arcname=name)
    part.replace(target)


def main() -> int:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--until", type=float, default=float("inf"), help="seconds since 1970")
    parser.add_argument("--pack", type=Path, help="write the results into this .tgz")
    parser.add_argument("--execute", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--render", action="store_true", help="only make the page")
    given = parser.parse_args()
    # Absolute, since what follows changes the working folder.
    folder, target = given.folder.resolve(), (given.pack or Path()).resolve()
    if given.execute:
        return execute(folder)
    if given.render:
        render(folder)
        return 0
    code = supervise(folder, given.until if given.until < float("inf") else time.time() + 10**8)
    if given.pack:
        pack(folder, target)
    return code


if __name__ == "__main__":
    sys.exit(main())
