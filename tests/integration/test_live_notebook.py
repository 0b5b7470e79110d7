"""The live notebook on a real Jupyter server and a real kernel, which know nothing of this."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parents[2]
PATIENCE = 60
ASK = """\
from course.platforms.saved import saved_notebook
print("".join(line for cell in saved_notebook("by hand")["cells"] for line in cell["source"]))
"""
pytestmark = pytest.mark.integration


class Session:
    """A notebook that is open on a server."""

    def __init__(self, folder: Path, runtime: Path, url: str, token: str) -> None:
        self.file = folder / "sub" / "my notebook.ipynb"
        body = {
            "kernel": {"name": "python3"}, "name": self.file.name,
            "path": f"sub/{self.file.name}", "type": "notebook",
        }  # fmt: skip
        request = urllib.request.Request(
            f"{url}/api/sessions", json.dumps(body).encode(), {"Authorization": f"token {token}"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            kernel = json.load(reply)["kernel"]["id"]
        self.client = BlockingKernelClient()
        self.client.load_connection_file(str(runtime / f"kernel-{kernel}.json"))
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def run(self, code: str) -> str:
        said: list[str] = []

        def note(message: Any) -> None:
            said.append(message["content"].get("text", ""))

        self.client.execute_interactive(code, timeout=PATIENCE, output_hook=note)
        return "".join(said)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    folder, runtime, token = tmp_path / "work", tmp_path / "runtime", secrets.token_hex(8)
    (folder / "sub").mkdir(parents=True)
    notebook = new_notebook(cells=[new_code_cell("1 + 1")])
    nbformat.write(notebook, folder / "sub" / "my notebook.ipynb")
    known = {k: v for k, v in os.environ.items() if k not in ("JPY_SESSION_NAME", "JPY_PARENT_PID")}
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", "--port=0",
            f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}",
        ],
        env={
            **known,
            "JUPYTER_RUNTIME_DIR": str(runtime),
            "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
            "IPYTHONDIR": str(tmp_path / "ipython"),
            "PYTHONPATH": str(ROOT),
        },
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    opened = None
    try:
        opened = Session(folder, runtime, address(runtime, server), token)
        yield opened
    finally:
        if opened is not None:
            opened.client.stop_channels()
            opened.client.context.term()
        server.terminate()
        server.wait(PATIENCE)


def address(runtime: Path, server: subprocess.Popen[bytes]) -> str:
    """Wait for the server to answer; return its address."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        for found in runtime.glob(f"jpserver-{server.pid}.json"):
            try:
                url = str(json.loads(found.read_text())["url"]).rstrip("/")
                urllib.request.urlopen(f"{url}/api", timeout=PATIENCE).close()
            except (ValueError, OSError):
                pass  # half written; or written before the server listens
            else:
                return url
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_the_notebook_is_found_as_it_was_saved_last(session: Session) -> None:
    assert session.run(ASK) == "1 + 1\n"
    nbformat.write(new_notebook(cells=[new_code_cell("2 + 2")]), session.file)
    assert session.run(ASK) == "2 + 2\n"
