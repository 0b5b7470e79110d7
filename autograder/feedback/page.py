"""The page itself: nbgrader's, in which nothing runs that a student wrote.

What a cell displays and what a text cell says may be any HTML. An instructor who opens the page
would run it, with whatever the browser lets a page do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import Environment, pass_context
from jinja2.bccache import Bucket, BytecodeCache
from nbconvert.exporters import HTMLExporter
from traitlets import default

_TAGS = {
    *bleach.ALLOWED_TAGS, "p", "div", "span", "pre", "br", "hr", "img", "sup", "sub", "del", "dl",
    "dt", "dd", "details", "summary", "table", "caption", "thead", "tbody", "tfoot", "tr", "th",
    "td", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_STYLES = ["border-left", "color", "background-color", "font-weight", "padding", "text-align"]


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in ("class", "id", "style", "title", "alt", "colspan", "rowspan", "align"):
        return True
    return (tag == "a" and name == "href" and not value.strip().lower().startswith("data:")) or (
        # Not from elsewhere: whoever has put it there would learn when the page is read.
        tag == "img" and name == "src" and value.startswith("data:image/")
    )


_MATHJAX = re.compile(r'<script( src="[^"]*mathjax[^"]*">) *</script>')
_cleaner = bleach.Cleaner(
    tags=_TAGS,
    attributes=_allowed,
    protocols={*bleach.ALLOWED_PROTOCOLS, "data"},
    css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
)


def clean(html: str) -> str:
    """Return HTML in which only what is known to be harmless is left; the rest shows as text."""
    return str(_cleaner.clean(html))


class _Compiled(BytecodeCache):
    """Keeps the page's templates: compiling them takes as long as filling them in."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


class Page(HTMLExporter):
    """Exports feedback, cleaned."""

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _compiled
        return environment

    @default("sanitize_html")  # type: ignore[untyped-decorator]
    def _sanitize_html_default(self) -> bool:
        return True

    def default_filters(self) -> Iterator[Any]:
        """Yield nbconvert's filters, ours in the place of two."""
        yield from super().default_filters()
        yield "clean_html", clean

    def from_notebook_node(self, nb: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the page, which asks for MathJax only if there is a formula, and never waits."""
        page, resources = super().from_notebook_node(nb, *args, **kwargs)
        formulas = any("$" in cell.source for cell in nb.cells if cell.cell_type == "markdown")
        return _MATHJAX.sub(r"<script async\1</script>" if formulas else "", page), resources

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Return a text cell as cleaned HTML."""
        return clean(super().markdown2html(context, source))
