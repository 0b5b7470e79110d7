"""What must be true of the built site: links lead somewhere, nothing secret, nothing heavy.

MkDocs looks at the links of the Markdown it reads. This reads the pages it wrote, with the slides
and the HTML in them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from autograder.build.leaks import site_leaks
from autograder.directory import Directory
from autograder.manifest import Manifest
from autograder.site.links import LOADED, Page
from course.errors import CourseError

HEAVIEST = 500_000
"""Bytes of a page with its pictures; the theme, its fonts and the slide engine come once."""
_SLIDES = ".slides.html"


def refuse_bad_site(directory: Directory, folder: Path) -> None:
    """Raise one error that lists all that is wrong with a built site, if anything is."""
    wrong = list(problems(directory, folder))
    if wrong:
        count = "1 thing is" if len(wrong) == 1 else f"{len(wrong)} things are"
        listed = "\n".join(f"  {line}" for line in wrong)
        raise CourseError(
            f"{count} wrong with the built site:\n{listed}",
            where=str(folder),
            do="mend the page's source: docs/, or the lesson it is made from",
        )


def problems(directory: Directory, folder: Path) -> Iterator[str]:
    """Yield what is wrong with a built site, as sentences that begin with the page."""
    site = _Site(directory, folder)
    for path, page in site.pages.items():
        for what in site.problems(path, page):
            yield f"{path.relative_to(folder)}: {what}"
    yield from site_leaks(directory, folder)


@dataclass(frozen=True)
class _Site:
    directory: Directory
    folder: Path

    @cached_property
    def pages(self) -> dict[Path, Page]:
        """All pages but those of the slide engine."""
        files = sorted(self.folder.rglob("*.html"))
        ours = [path for path in files if "engine" not in path.relative_to(self.folder).parts]
        return {path: Page.read(path) for path in ours}

    @cached_property
    def published(self) -> re.Pattern[str]:
        """What a link to a file of the course's public repository looks like."""
        manifest = Manifest.read(self.directory.root)
        repository = re.escape(f"/{manifest.organisation}/{manifest.repository}/")
        return re.compile(
            rf"{repository}(?:blob/|tree/)?{re.escape(manifest.branch)}/(?P<file>[^?#&]+)"
        )

    def problems(self, path: Path, page: Page) -> Iterator[str]:
        for tag, address in page.links:
            parts = urlsplit(address)
            abroad = parts.scheme or parts.netloc
            wrong = self._abroad(tag, parts) if abroad else self._here(path, parts)
            if wrong:
                yield f"the link {address} {wrong}"
        for image in page.silent:
            yield f"the image {image} has no alternative text"
        bytes_ = self._weight(path, page)
        if bytes_ > HEAVIEST:
            yield f"{bytes_ / 1000:.0f} kB with its pictures, more than {HEAVIEST / 1000:g}"

    def _abroad(self, tag: str, parts: SplitResult) -> str:
        if parts.scheme in ("mailto", "data"):
            return ""
        if tag in LOADED:
            return "is loaded from elsewhere"
        if parts.scheme != "https" or "." not in parts.netloc:
            return "is no https address"
        found = self.published.search(unquote(parts.geturl()))
        if found and not (self.directory.root / found["file"]).is_file():
            return "names a file that is not in the repository"
        return ""

    def _here(self, page: Path, parts: SplitResult) -> str:
        target = self._target(page, parts)
        if not target.is_file():
            return "leads nowhere"
        # In slides, what follows the hash is the number of a slide.
        if not parts.fragment or target not in self.pages or target.name.endswith(_SLIDES):
            return ""
        known = unquote(parts.fragment) in self.pages[target].anchors
        return "" if known else "points to no place in its page"

    def _target(self, page: Path, parts: SplitResult) -> Path:
        path = unquote(parts.path)
        if not path:
            return page
        base = self.folder if path.startswith("/") else page.parent
        target = Path(os.path.normpath(base / path.lstrip("/")))
        return target / "index.html" if target.is_dir() else target

    def _weight(self, path: Path, page: Page) -> int:
        parts = [urlsplit(address) for tag, address in page.links if tag == "img"]
        pictures = {self._target(path, each) for each in parts if not each.scheme}
        return sum(file.stat().st_size for file in {path, *pictures} if file.is_file())
