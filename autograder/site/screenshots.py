"""Take the pictures of the README from the built site: ``make screenshots``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from autograder.site.browser import browser
from autograder.site.served import served

SHOTS = {
    "home": "index.html",
    "lesson": "lessons/03_train_end_to_end/index.html",
    "deck": "decks/talk.slides.html#/3/1",
    "instructors": "instructors/index.html",
}
_WIDTH, _HEIGHT = 1100, 700
# Few colours: a picture of text then weighs a fifth.
_COLOURS = 64


def take(site: Path, target: Path) -> None:
    """Write ``<name>.png`` for each page into a folder.

    Raises
    ------
    CourseError
        If there is no browser.
    """
    target.mkdir(parents=True, exist_ok=True)
    with browser() as started, served(site) as root:
        page = started.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        for name, address in SHOTS.items():
            page.goto(f"{root}/{address}", wait_until="networkidle")
            with Image.open(io.BytesIO(page.screenshot(animations="disabled"))) as shot:
                small = shot.convert("RGB").quantize(_COLOURS)
            small.save(target / f"{name}.png", optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
