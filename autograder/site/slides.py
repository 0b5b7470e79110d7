"""From decks (``docs/slides/*.md``) to slides in the browser, and to pages that can be read.

Both are made before MkDocs runs. Slides are reveal.js pages that ask for nothing from elsewhere:
the engine is copied from the npm package that ``make system`` installs, at a pinned digest.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

from autograder.site.deck import Deck, Slide
from course.errors import CourseError

MODULES = Path(".venv/node/node_modules")
_PLUGINS = {
    "markdown": "RevealMarkdown", "highlight": "RevealHighlight", "notes": "RevealNotes",
    "math": "RevealMath.KaTeX", "search": "RevealSearch", "zoom": "RevealZoom",
}  # fmt: skip
"""File to what it defines."""
# Themes ask for fonts from elsewhere; the next font in their lists is the reader's own.
_REMOTE = re.compile(r'@import\s*(?:url\()?["\']?https?://[^;]+;')
_COMMENT = re.compile(r"<!--\s*\.(?:slide|element):.*?-->", re.DOTALL)
_HEADING = re.compile(r"^(#{1,5}) ", re.MULTILINE)
_CODE = re.compile(r"(^ {0,3}```.*?^ {0,3}```[ \t]*$)", re.MULTILINE | re.DOTALL)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{engine}/reset.css">
<link rel="stylesheet" href="{engine}/reveal.css">
<link rel="stylesheet" href="{engine}/theme/{theme}.css">
<link rel="stylesheet" href="{engine}/highlight/{highlight}.css">
<link rel="stylesheet" href="{engine}/course.css">
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="{engine}/reveal.js"></script>
{scripts}
<script>Reveal.initialize({{...{options}, plugins: [{plugins}]}})</script>
</body>
</html>
"""
# The deck is cut already; reveal.js would cut it again, also in a block of code. `(?!)` is nowhere.
_SECTION = """<section data-markdown data-separator="(?!)" data-separator-vertical="(?!)"
><textarea data-template>
{}
</textarea></section>"""


def write_decks(root: Path, target: Path, *, pdf: bool = False) -> list[Deck]:
    """Write slides, notes pages and the engine into a new folder; return the decks.

    Parameters
    ----------
    pdf
        Whether there will be a PDF file of each deck: the notes page links to it then.

    Raises
    ------
    CourseError
        If a deck cannot be read, or the engine is not installed.
    """
    decks = [Deck.read(path) for path in sorted((root / "docs" / "slides").glob("*.md"))]
    target.mkdir()
    for deck in decks:
        (target / slides_file(deck)).write_text(slides_page(deck, "engine"), "utf-8")
        (target / f"{deck.name}.md").write_text(notes_page(deck, pdf=pdf), "utf-8")
    if decks:
        copy_engine(root / MODULES, target / "engine", decks)
    return decks


def slides_file(deck: Deck) -> str:
    """Return the name of a deck's page of slides."""
    return f"{deck.name}.slides.html"


def slides_page(deck: Deck, engine: str) -> str:
    """Return a deck as a reveal.js page; ``engine`` is the relative address of its folder."""
    options = {"hash": True, "katex": {"local": f"{engine}/katex"}, **deck.options}
    return _PAGE.format(
        title=html.escape(deck.title),
        engine=engine,
        theme=deck.theme,
        highlight=deck.highlight,
        slides="\n".join(_column(column) for column in deck.columns),
        scripts="\n".join(
            f'<script src="{engine}/plugin/{name}.js"></script>' for name in _PLUGINS
        ),
        options=json.dumps(options).replace("</", "<\\/"),
        plugins=", ".join(_PLUGINS.values()),
    )


def _column(column: tuple[Slide, ...]) -> str:
    sections = "\n".join(_section(slide) for slide in column)
    return sections if len(column) == 1 else f"<section>\n{sections}\n</section>"


def _section(slide: Slide) -> str:
    notes = f"\n\nNote:\n{slide.notes}" if slide.notes else ""
    return _SECTION.format(html.escape(slide.text + notes, quote=False))


def notes_page(deck: Deck, *, pdf: bool = False) -> str:
    """Return a deck as a page to read: the slides in a column, each with what to say."""
    slides = slides_file(deck)
    printed = f"[PDF]({deck.name}.pdf)" if pdf else f"[Print, or save as PDF]({slides}?print-pdf)"
    buttons = (
        f"[Open the slides]({slides}){{ .md-button .md-button--primary }} {printed}{{ .md-button }}"
    )
    keys = (
        "In the slides: `S` opens the speaker view with these notes, `Esc` the overview, "
        "`Ctrl+Shift+F` a search, `?` all keys."
    )
    return "\n\n".join([f"# {deck.title}", buttons, keys, *map(_readable, deck.slides)]) + "\n"


def _readable(slide: Slide) -> str:
    text = _COMMENT.sub("", slide.text).strip()
    pieces = _CODE.split(text)
    # The page has a title of its own: headings go down by one. Lines of code are no headings.
    pieces[::2] = [_HEADING.sub(r"#\1 ", piece) for piece in pieces[::2]]
    shown = "".join(pieces)
    if not slide.notes:
        return f"---\n\n{shown}"
    said = "\n".join(f"    {line}".rstrip() for line in slide.notes.splitlines())
    return f'---\n\n{shown}\n\n!!! quote "To say"\n\n{said}'


def copy_engine(modules: Path, target: Path, decks: list[Deck]) -> None:
    """Copy what the decks need of reveal.js and KaTeX, with their licences.

    Raises
    ------
    CourseError
        If they are not installed, or a deck's theme is not among theirs.
    """
    reveal, katex = modules / "reveal.js", modules / "katex"
    for package in (reveal, katex):
        if not (package / "dist").is_dir():
            raise CourseError(
                f"the slides need {package.name}", where=str(package), do="run `make system`"
            )
    for folder in ("plugin", "theme", "highlight", "katex/dist"):
        (target / folder).mkdir(parents=True)
    for name in ("reset.css", "reveal.css", "reveal.js", *(f"plugin/{p}.js" for p in _PLUGINS)):
        shutil.copyfile(reveal / "dist" / name, target / name)
    for deck in decks:
        _copy_style(deck, "theme", deck.theme, reveal / "dist" / "theme", target / "theme")
        highlight = reveal / "dist" / "plugin" / "highlight"
        _copy_style(deck, "highlightTheme", deck.highlight, highlight, target / "highlight")
    for name in ("katex.min.css", "katex.min.js", "contrib/auto-render.min.js"):
        (target / "katex/dist" / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(katex / "dist" / name, target / "katex/dist" / name)
    fonts = target / "katex/dist/fonts"
    fonts.mkdir()
    for font in (katex / "dist" / "fonts").glob("*.woff2"):
        shutil.copyfile(font, fonts / font.name)
    shutil.copyfile(reveal / "LICENSE", target / "LICENSE-reveal.js.txt")
    shutil.copyfile(katex / "LICENSE", target / "LICENSE-katex.txt")
    (target / "course.css").write_text(_STYLE, "utf-8")


def _copy_style(deck: Deck, entry: str, name: str, source: Path, target: Path) -> None:
    path = source / f"{name}.css"
    known = sorted(each.stem for each in source.glob("*.css"))
    if name not in known:
        raise CourseError(
            f"there is no {entry} '{name}'", where=f"docs/slides/{deck.name}.md",
            do=f"use one of: {', '.join(known)}",
        )  # fmt: skip
    (target / path.name).write_text(_REMOTE.sub("", path.read_text("utf-8")), "utf-8")


_STYLE = """\
/* Tables and code of a lesson are wider than those of most decks. */
.reveal table { font-size: 0.6em; }
.reveal pre { width: 100%; }
.reveal h1, .reveal h2, .reveal h3 { text-transform: none; }
"""
