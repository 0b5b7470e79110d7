"""Serving the site while somebody writes, and publishing it by edition."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import free_port
from playwright.sync_api import Browser
from watched import ROOT, open_page

from autograder.directory import Directory
from autograder.site import publish
from autograder.site.served import served

pytestmark = pytest.mark.browser
COURSE = Path(sys.executable).with_name("course")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of this repository in which nothing was built yet."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "node").symlink_to(ROOT / ".venv" / "node")
    for entry, value in {"name": "A teacher", "email": "teacher@example.org"}.items():
        subprocess.run(["git", "config", f"user.{entry}", value], cwd=folder, check=True)
    return folder


def test_editions_stay_side_by_side(
    clone: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run([COURSE, "site", "--publish", "--root", clone], check=True)
    manifest = clone / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace('edition = "2026"', 'edition = "2027"'))
    monkeypatch.setattr(publish, "build_site", lambda *_, **__: None)  # it has just been built
    assert publish.publish_site(Directory.open(clone)) == "2027"
    changed = subprocess.run(
        ["git", "status", "--short"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert changed.stdout == " M pyproject.toml\n"

    pages = clone.parent / "pages"
    subprocess.run(["git", "clone", "-qb", publish.BRANCH, clone, pages], check=True)
    assert (pages / "2026" / "decks" / "talk.pdf").is_file()
    with served(pages) as address:
        page, trouble = open_page(browser, 1280, "light")
        page.goto(f"{address}/")
        page.wait_for_url(f"{address}/latest/")
        links = page.locator(".md-version__link")
        links.first.wait_for(state="attached")
        assert links.all_text_contents() == ["2027", "2026"]
        page.locator(".md-version__current").hover(force=True)
        links.last.click()
        page.wait_for_url(f"{address}/2026/")
        page.goto(f"{address}/2026/lessons/03_train_end_to_end/")
        assert page.locator(".md-version__current").inner_text() == "2026"
        assert not trouble, trouble
        page.close()


def test_what_is_written_is_shown_at_once(clone: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [COURSE, "site", "--serve", "--address", address, "--root", clone],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    try:
        wait_until_shown(f"http://{address}/decks/03_train_end_to_end/", "Train end to end", server)
        deck = clone / "docs" / "slides" / "03_train_end_to_end.md"
        deck.write_text(f"{deck.read_text()}\n---\n\n# Written a moment ago\n")
        wait_until_shown(f"http://{address}/decks/03_train_end_to_end/", "a moment ago", server)
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_until_shown(url: str, text: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=10) as reply:
                if text in reply.read().decode():
                    return
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail(f"{url} never showed '{text}'")
