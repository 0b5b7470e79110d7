"""Print decks to PDF files, one page a slide, as reveal.js lays them out for paper."""

from __future__ import annotations

from pathlib import Path

from autograder.site.browser import browser
from autograder.site.deck import Deck
from autograder.site.slides import slides_file

_READY = "window.Reveal && Reveal.isReady() && document.querySelector('.pdf-page')"


def print_decks(decks: list[Deck], folder: Path) -> None:
    """Write ``<deck>.pdf`` beside each deck's slides.

    Raises
    ------
    CourseError
        If there is no browser.
    """
    with browser() as started:
        for deck in decks:
            page = started.new_page()
            page.goto(f"{(folder / slides_file(deck)).as_uri()}?print-pdf")
            page.wait_for_function(_READY)
            page.pdf(
                path=folder / f"{deck.name}.pdf", prefer_css_page_size=True, print_background=True
            )
            page.close()
