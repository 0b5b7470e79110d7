"""The site as people see it: every page, wide and narrow, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from served import ROOT, WIDTHS, inaccessible, open_page

from autograder.build.leaks import leaks
from autograder.build.release import read_notebook
from autograder.directory import Directory
from autograder.sections import RIGHT, quiz

COURSE = Directory.open(ROOT)

pytestmark = pytest.mark.browser


def addresses(folder: Path) -> list[str]:
    return sorted(str(p.parent.relative_to(folder)) for p in folder.rglob("index.html"))


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
        told = inaccessible(page)
        assert not told, f"/{name}/ ({device}, {scheme}): " + "\n".join(told)
    assert not trouble, trouble
    page.close()


@pytest.mark.parametrize("lesson", COURSE.lessons())
def test_a_lesson_page_holds_its_quiz(site: tuple[str, Path], lesson: str) -> None:
    _, folder = site
    page = (folder / "lessons" / lesson / "index.html").read_text()
    questions = quiz(read_notebook(COURSE.folder("release", ".", lesson) / f"{lesson}.ipynb"))
    assert questions
    assert page.count("<details") == sum(len(question.options) for question in questions)
    assert page.count(f"</summary>{RIGHT}") == len(questions)


def test_the_lesson_page_has_buttons_points_and_no_secret(site: tuple[str, Path]) -> None:
    _, folder = site
    page = (folder / "lessons" / "03_train_end_to_end" / "index.html").read_text()
    assert page.count("md-button") >= 5
    assert "6 points" in page
    assert 'alt="Two maps of twelve tiles.' in page
    # The guides show how tests are written: the markers, and the door to held-out data.
    shown = (
        "marker",
        "from autograder.secret import ",
        "from autograder.metric import credit",
    )
    found = [leak.what for leak in leaks(COURSE, "03_train_end_to_end", folder)]
    assert not [what for what in found if not any(text in what for text in shown)]
