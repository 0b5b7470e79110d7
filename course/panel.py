"""A short message as notebooks show it: readable on light and on dark pages, at any zoom."""

from __future__ import annotations

import html
import re

GREEN, RED, GREY = "#1b5e20", "#8e1b1b", "#4a4a4a"

# Notebooks are light or dark, and do not say which: a panel brings its own paper.
_STYLE = "border-left:4px solid {colour};background:#fff;color:#1a1a1a;padding:.3em .8em"


def panel(title: str, text: str, colour: str, *more: str) -> str:
    """Return HTML with a title in front of a text, and further lines below.

    Parameters
    ----------
    title, text, more
        Plain text; what stands between backticks is shown as code.
    colour
        The title's, dark enough to be read on white. It repeats what the title says.
    """
    lines = [f'<b style="color:{colour}">{_shown(title)}</b>: {_shown(text)}']
    lines += [f"<div>{_shown(line)}</div>" for line in more]
    return f'<div style="{_STYLE.format(colour=colour)}">{"".join(lines)}</div>'


def _shown(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
