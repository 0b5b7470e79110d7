"""What the programs in this folder share: they stand in for those that need an account.

Each notes its calls in ``calls.jsonl`` of the folder named by ``STANDIN_HOME``, keeps what it
"rents" as files there, and reads in ``mode`` how to fail, as the real one does.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
import time
from pathlib import Path
from typing import NoReturn

HOME = Path(os.environ["STANDIN_HOME"])
NAME = Path(sys.argv[0]).name
ARGUMENTS = sys.argv[1:]
MODE = (HOME / "mode").read_text().split() if (HOME / "mode").exists() else []

with (HOME / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([NAME, *ARGUMENTS]) + "\n")


def end(code: int, text: str = "") -> NoReturn:
    """Say something where programs say such things, and end."""
    (sys.stderr if code else sys.stdout).write(text + "\n" if text else "")
    raise SystemExit(code)


def hang() -> NoReturn:
    """Answer nothing for longer than anybody waits."""
    time.sleep(120)
    raise SystemExit(1)


def rented(name: str) -> Path:
    """Return the file that stands for a machine, a session, a container or a kernel."""
    (HOME / "rented").mkdir(exist_ok=True)
    return HOME / "rented" / name


def after(flag: str) -> str:
    """Return the argument after a flag."""
    return ARGUMENTS[ARGUMENTS.index(flag) + 1]


def once(what: str) -> bool:
    """Say whether this is the first time."""
    mark = HOME / f"once-{what}"
    first = not mark.exists()
    mark.touch()
    return first


def results(*, ok: bool = True) -> bytes:
    """Return a results.tgz as job.py packs it."""
    what = "" if ok else "cell 2 (In [2]) failed: ZeroDivisionError: division by zero"
    files = {
        "outcome.json": json.dumps({"ok": ok, "what": what, "do": ""}),
        "output.ipynb": json.dumps({"cells": [], "metadata": {}, "nbformat": 4}),
        "output.html": "<p>done</p>",
        "artefacts/metrics.json": json.dumps({"loss": 0.25}),
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()
