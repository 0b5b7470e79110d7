"""A page of the site that reports what it should not do."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).parents[2]
WIDTHS = {"phone": 390, "desktop": 1280}


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


def inaccessible(page: Page, *, contrast: bool = True) -> list[str]:
    """Return what breaks WCAG 2.1 AA, as far as a program can see it.

    Looking at the contrast of each piece of text takes nearly all of the time: once for each colour
    scheme is enough.
    """
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        "rules": {"color-contrast": {"enabled": contrast}},
        "resultTypes": ["violations"],
    }
    found = Axe().run(page, options=options)
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found.response["violations"]
        for node in violation["nodes"][:2]
    ]
