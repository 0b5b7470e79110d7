"""The site as people see it: every page, wide and narrow, light and dark."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from autograder.build.leaks import leaks
from autograder.directory import Directory
from autograder.site import build_site

ROOT = Path(__file__).parents[2]
WIDTHS = {"phone": 390, "desktop": 1280}
pytestmark = pytest.mark.browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[str, Path]]:
    folder = build_site(Directory.open(ROOT))
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", folder
        server.shutdown()


def addresses(folder: Path) -> list[str]:
    return sorted(str(p.parent.relative_to(folder)) for p in folder.rglob("index.html"))


def open_page(browser: Browser, width: int, scheme: str) -> tuple[Page, list[str]]:
    """Return a page that reports console errors and refuses whatever is not local."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    trouble: list[str] = []

    def only_here(route: Route) -> None:
        if route.request.url.startswith("http://127.0.0.1"):
            route.continue_()
        else:
            trouble.append(f"external request: {route.request.url}")
            route.abort()

    page.route("**/*", only_here)
    page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    return page, trouble


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", list(WIDTHS))
def test_every_page_is_whole_local_and_accessible(
    site: tuple[str, Path], browser: Browser, device: str, scheme: str
) -> None:
    address, folder = site
    page, trouble = open_page(browser, WIDTHS[device], scheme)
    for name in addresses(folder):
        page.goto(f"{address}/{name}/")
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"/{name}/ is {wide} px wider than a {device}"
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        told = [
            f"{v['id']}: {node['html'][:120]}"
            for v in found.response["violations"]
            for node in v["nodes"][:2]
        ]
        assert not told, f"/{name}/ ({device}, {scheme}): " + "\n".join(told)
    assert not trouble, trouble
    page.close()


def test_the_lesson_page_has_buttons_points_and_no_secret(site: tuple[str, Path]) -> None:
    _, folder = site
    page = (folder / "lessons" / "03_train_end_to_end" / "index.html").read_text()
    assert page.count("md-button") >= 5
    assert "6 points" in page
    assert 'alt="Two maps of twelve tiles.' in page
    assert page.count("<details") == 15, "five questions with three options each"
    # The guides show how tests are written: the markers, and the door to held-out data.
    shown = ("marker", "from autograder.secret import secret")
    found = [leak.what for leak in leaks(Directory.open(ROOT), "03_train_end_to_end", folder)]
    assert not [what for what in found if not any(text in what for text in shown)]
