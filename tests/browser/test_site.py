"""The site as people see it: every page, wide and narrow, light and dark."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Response
from watched import ROOT, WIDTHS, inaccessible, open_page

from autograder.build.release import source_notebook
from autograder.directory import Directory

pytestmark = pytest.mark.browser
LESSONS = Directory.open(ROOT).lessons()
TRAVELS = 500_000
"""Bytes of a first visit as a web server sends them, packed; fonts and the slide engine aside."""
PLACE = r"your-organisation/notebook-gpu-course/(blob/)?main/release/{0}/{0}\.ipynb"
SHAPES = {
    "Open in Colab": r"https://colab\.research\.google\.com/github/",
    "Open in Kaggle": r"https://kaggle\.com/kernels/welcome\?src=https://github\.com/",
    "Open in Workbench": r"https://console\.cloud\.google\.com/vertex-ai/workbench/"
    r"deploy-notebook\?download_url=https://raw\.githubusercontent\.com/",
    "Open in Lightning": r"https://lightning\.ai/new\?repo_url=https://github\.com/",
    "Open in Studio Lab": r"https://studiolab\.sagemaker\.aws/import/github/",
    "Download": r"https://raw\.githubusercontent\.com/",
}


def addresses(folder: Path) -> list[str]:
    return sorted(str(p.parent.relative_to(folder)) for p in folder.rglob("index.html"))


@pytest.mark.parametrize(("scheme", "contrast_on"), [("light", "desktop"), ("dark", "phone")])
def test_every_page_is_whole_local_and_accessible(
    site: tuple[str, Path], browser: Browser, scheme: str, contrast_on: str
) -> None:
    address, folder = site
    page, trouble = open_page(browser, WIDTHS["desktop"], scheme)
    for name in addresses(folder):
        page.goto(f"{address}/{name}/")
        page.wait_for_load_state("networkidle")
        for device, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("document.getAnimations().length === 0")
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"/{name}/ is {wide} px wider than a {device}"
            told = inaccessible(page, contrast=device == contrast_on)
            assert not told, f"/{name}/ ({device}, {scheme}): " + "\n".join(told)
    assert not trouble, trouble
    page.close()


def test_a_first_visit_is_light(site: tuple[str, Path], browser: Browser) -> None:
    address, folder = site
    for name in addresses(folder):
        page = browser.new_page()
        sent: list[Response] = []
        page.on("response", lambda response, to=sent: to.append(response))
        page.goto(f"{address}/{name}/")
        page.wait_for_load_state("networkidle")
        travelled = sum(len(gzip.compress(each.body())) for each in sent)
        assert travelled <= TRAVELS, f"/{name}/: {travelled} bytes"
        page.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_search_finds_each_lesson(
    site: tuple[str, Path], browser: Browser, lesson: str
) -> None:
    address, _ = site
    title = source_notebook(Directory.open(ROOT), lesson).metadata["course"]["title"]
    page, trouble = open_page(browser, WIDTHS["phone"], "light")
    page.goto(f"{address}/students/")
    page.locator("label[for=__search]").first.click()
    page.locator("[data-md-component=search-query]").press_sequentially(title)
    page.wait_for_function(
        "lesson => [...document.querySelectorAll('.md-search-result__link')].slice(0, 3)"
        ".some(link => link.href.includes(`lessons/${lesson}/`))",
        arg=lesson,
    )
    assert not trouble, trouble
    page.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lessons_buttons_open_its_release(site: tuple[str, Path], lesson: str) -> None:
    _, folder = site
    page = (folder / "lessons" / lesson / "index.html").read_text()
    buttons = dict(re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', page))
    shown = {text: unquote(link) for link, text in buttons.items() if text in SHAPES}
    assert shown.keys() == SHAPES.keys()
    for text, shape in SHAPES.items():
        assert re.fullmatch(shape + PLACE.format(lesson), shown[text]), shown[text]


def test_the_lesson_page_has_points_drawing_and_quiz(site: tuple[str, Path]) -> None:
    _, folder = site
    page = (folder / "lessons" / "03_train_end_to_end" / "index.html").read_text()
    assert "6 points" in page
    assert 'alt="Two maps of twelve tiles.' in page
    assert page.count("<details") == 15, "five questions with three options each"


def test_each_deck_is_there_to_print(site: tuple[str, Path]) -> None:
    _, folder = site
    decks = sorted((ROOT / "docs" / "slides").glob("*.md"))
    assert decks
    for deck in decks:
        printed = (folder / "decks" / f"{deck.stem}.pdf").read_bytes()
        assert printed.startswith(b"%PDF")
        assert f'href="../{deck.stem}.pdf"' in (
            folder / "decks" / deck.stem / "index.html"
        ).read_text("utf-8")
