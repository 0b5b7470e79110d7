"""What tests do in JupyterLab."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
LESSON = "03_train_end_to_end"


def opened(browser: Browser, address: str) -> Page:
    """Open a notebook and wait for its kernel."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_selector("[data-status=idle]", timeout=60_000)
    return page


def run_all(page: Page) -> None:
    """Choose Run ▸ Run All Cells, again if a busy machine lost the click, until it has begun."""
    prompt = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").first
    for _ in range(3):
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
        with suppress(AssertionError):
            expect(prompt).to_have_text(re.compile(r"\[[*\d]+\]:"), timeout=10_000)
            return
    raise AssertionError("no cell has begun to run")
