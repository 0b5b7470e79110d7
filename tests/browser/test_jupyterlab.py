"""A student's first minute: the released notebook in a real JupyterLab, run from top to bottom."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from jupyterlab_page import LESSON, opened, run_all
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_running_everything_shows_only_what_is_not_attempted(
    lab: tuple[str, Path], browser: Browser
) -> None:
    address, folder = lab
    page = opened(browser, f"{address}/lab/tree/{LESSON}.ipynb")
    run_all(page)
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
