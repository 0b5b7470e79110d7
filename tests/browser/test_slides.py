"""Slides as a speaker and an audience see them: every slide of every deck, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from watched import ROOT, WIDTHS, inaccessible, open_page

from autograder.site.deck import Deck
from autograder.site.served import served
from autograder.site.slides import MODULES, copy_engine, slides_page

pytestmark = pytest.mark.browser
# Everything at once that a deck may hold, and what has torn decks apart.
TRAPS = """\
---
title: Traps & <b>more</b>
theme: solarized
separator: ---
verticalSeparator: --
revealOptions: {transition: fade, controls: false}
---

# One

a `--flag`, then </textarea></section><script>window.torn = true</script>

--\x20

| a | b |
| --- | --- |
| 1 | 2 |

Note: say **this** aloud

---

```python
x = 1
---
y = 2
```

---

$$e^{i\\pi} = -1$$

- first <!-- .element: class="fragment" -->
- second <!-- .element: class="fragment" -->
"""


def start(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function("window.Reveal && Reveal.isReady()")


def count(page: Page) -> int:
    return int(page.locator(".slides section:not(:has(section))").count())


def overflow(page: Page) -> str:
    """Return by how much the current slide is larger than the space there is; empty if it fits."""
    return str(
        page.evaluate(
            """() => {
                const {width, height} = Reveal.getConfig();
                const slide = Reveal.getCurrentSlide();
                const wide = Math.max(0, ...[slide, ...slide.querySelectorAll('pre code, table')]
                    .map(part => part.scrollWidth)) - width;
                const high = slide.scrollHeight - height;
                return wide > 1 || high > 1 ? `${wide} x ${high} px too large` : '';
            }"""
        )
    )


def decks(folder: Path) -> list[tuple[str, Deck]]:
    """Return the address of each deck on the site, and the deck."""
    found = [Deck.read(path) for path in sorted((ROOT / "docs" / "slides").glob("*.md"))]
    pages = sorted(path.name for path in (folder / "decks").glob("*.slides.html"))
    assert pages == [f"{deck.name}.slides.html" for deck in found] != []
    return list(zip(pages, found, strict=True))


def test_every_slide_is_whole_local_and_accessible(
    site: tuple[str, Path], browser: Browser
) -> None:
    address, folder = site
    for name, deck in decks(folder):
        page, trouble = open_page(browser, WIDTHS["desktop"], "light")
        start(page, f"{address}/decks/{name}")
        assert count(page) == len(deck.slides)
        for number, slide in enumerate(deck.slides, 1):
            where = f"{name}, slide {number}"
            assert bool(page.evaluate("Reveal.getSlideNotes() || ''")) == bool(slide.notes), where
            assert not overflow(page), f"{where}: {overflow(page)}"
            told = inaccessible(page)
            assert not told, f"{where}: " + "\n".join(told)
            page.evaluate("Reveal.next()")
            while page.evaluate("Reveal.availableFragments().next"):
                page.evaluate("Reveal.next()")
        assert not trouble, f"{name}: {trouble}"
        page.close()


def test_on_a_phone_a_deck_is_a_page_to_scroll(site: tuple[str, Path], browser: Browser) -> None:
    address, folder = site
    for name, deck in decks(folder):
        page, trouble = open_page(browser, WIDTHS["phone"], "dark")
        start(page, f"{address}/decks/{name}")
        assert page.evaluate("Reveal.isScrollView()")
        assert page.locator(".scroll-page").count() == len(deck.slides)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than a phone"
        assert not trouble, f"{name}: {trouble}"
        page.close()


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    path = tmp_path / "traps.md"
    path.write_text(TRAPS, "utf-8")
    deck = Deck.read(path)
    copy_engine(ROOT / MODULES, tmp_path / "engine", [deck])
    (tmp_path / "traps.html").write_text(slides_page(deck, "engine"), "utf-8")
    return tmp_path


def test_what_tears_decks_apart_does_not(traps: Path, browser: Browser) -> None:
    with served(traps) as address:
        page, trouble = open_page(browser, 1280, "light")
        start(page, f"{address}/traps.html")
        assert page.title() == "Traps & <b>more</b>"
        assert count(page) == 4
        assert page.evaluate("window.torn") is None
        assert "--flag" in page.inner_text(".present")
        page.keyboard.press("ArrowDown")
        assert page.locator(".present td").count() == 2
        assert "<strong>this</strong>" in page.evaluate("Reveal.getSlideNotes()")
        page.keyboard.press("ArrowRight")
        assert page.locator(".present .hljs-number").count() == 2
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(".present .katex-html")
        for shown in (0, 1, 2):
            assert page.locator(".present .fragment.visible").count() == shown
            page.keyboard.press("ArrowRight")
        assert not trouble, trouble
        page.close()


def test_keys_open_overview_search_and_the_speakers_view(traps: Path, browser: Browser) -> None:
    with served(traps) as address:
        page, trouble = open_page(browser, 1280, "light")
        start(page, f"{address}/traps.html")
        page.keyboard.press("Escape")
        assert page.evaluate("Reveal.isOverview()")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Shift+F")
        page.wait_for_selector(".searchbox input", state="visible")
        page.locator("body").click()
        with page.expect_popup() as opened:
            page.keyboard.press("s")
        speaker = opened.value
        speaker.wait_for_selector("#current-slide iframe")
        assert not trouble, trouble
        page.close()


def test_a_swipe_goes_on(traps: Path, browser: Browser) -> None:
    with served(traps) as address:
        context = browser.new_context(viewport={"width": 800, "height": 600}, has_touch=True)
        page = context.new_page()
        start(page, f"{address}/traps.html")
        page.evaluate(
            """() => [['pointerdown', 600], ['pointermove', 100], ['pointerup', 100]].forEach(
                ([kind, x]) => document.querySelector('.reveal').dispatchEvent(
                    new PointerEvent(kind, {
                        pointerType: 'touch', clientX: x, clientY: 300, bubbles: true,
                        cancelable: true,
                    })))"""
        )
        page.wait_for_function("Reveal.getIndices().h === 1")
        context.close()


def test_printed_it_is_one_page_a_slide(traps: Path, browser: Browser) -> None:
    with served(traps) as address:
        page, trouble = open_page(browser, 1280, "light")
        page.goto(f"{address}/traps.html?print-pdf")
        page.wait_for_selector(".pdf-page")
        assert page.locator(".pdf-page").count() >= 4
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        assert not trouble, trouble
        page.close()
