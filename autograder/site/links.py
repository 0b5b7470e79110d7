"""What a built page points to, and what can be pointed to in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_LINKS = {
    "a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src", "source": "src",
}  # fmt: skip
LOADED = frozenset(_LINKS) - {"a"}
"""Tags whose address a browser fetches by itself."""


@dataclass
class Page(HTMLParser):
    """A page of HTML, as far as links go.

    Attributes
    ----------
    anchors
        What a link may point to within the page.
    links
        Tag and address, in the order of the page.
    silent
        Addresses of images without an alternative text. (An empty one is right for decoration.)
    """

    anchors: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    @classmethod
    def read(cls, path: Path) -> Page:
        """Read a file."""
        page = cls()
        page.feed(path.read_text("utf-8"))
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag points to, and what may point to it."""
        found = dict(attrs)
        self.anchors.update(filter(None, (found.get("id"), found.get("name"))))
        address = found.get(_LINKS.get(tag, ""))
        # `canonical` and `alternate` tell programs where else the page is; nobody goes there.
        if address and found.get("rel") not in ("canonical", "alternate"):
            self.links.append((tag, address))
        if tag == "img" and found.get("alt") is None:
            self.silent.append(address or "an image")
