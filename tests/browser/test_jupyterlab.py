"""A student's first minute: the released notebook in a real JupyterLab, run from top to bottom."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
LESSON = "03_train_end_to_end"
pytestmark = pytest.mark.browser


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a copy of the release; yield the server's address and the folder."""
    folder = shutil.copytree(ROOT / "release" / LESSON, tmp_path / LESSON)
    port = free_port()
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "c")}
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server, tmp_path / "lab.log")
        yield address, folder
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(120):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(log.read_text())


def test_running_everything_shows_only_what_is_not_attempted(
    lab: tuple[str, Path], browser: Browser
) -> None:
    address, folder = lab
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/lab/tree/{LESSON}.ipynb")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_selector("[data-status=idle]", timeout=60_000)
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    path = folder / f"{LESSON}.ipynb"
    cells = executed(page, path)
    errors = [o for c in cells for o in c["outputs"] if o["output_type"] == "error"]
    assert len(errors) == 2, "the two cells that run what students write"
    assert {error["ename"] for error in errors} == {"NotAttempted"}
    assert all(len(error["traceback"]) == 1 for error in errors), "not one friendly line"
    assert not [o for c in cells for o in c["outputs"] if o.get("name") == "stderr"]
    checks = [c for c in cells if "".join(c["source"]).startswith("check(")]
    assert len(checks) == 8
    for cell in checks:
        assert "Not attempted yet" in json.dumps(cell["outputs"], ensure_ascii=False)
    page.close()


def executed(page: object, path: Path) -> list[dict]:
    """Save until every code cell has run; return the code cells as they are on disk."""
    for _ in range(60):
        page.keyboard.press("Control+s")
        time.sleep(1)
        cells = [c for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
        if all(cell["execution_count"] for cell in cells):
            return cells
    waiting = [c["id"] for c in cells if not c["execution_count"]]
    raise AssertionError(f"these cells never ran: {waiting}")
