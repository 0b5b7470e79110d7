"""Read the regions that an author marks in a cell: solutions, hidden tests, marking notes."""

from __future__ import annotations

from collections.abc import Iterator

SOLUTION = "solution"
HIDDEN_TEST = "hidden test"
MARK_SCHEME = "mark scheme"
_NAMES = {
    "SOLUTION": SOLUTION,
    "HIDDEN TESTS": HIDDEN_TEST,
    "MARK SCHEME": MARK_SCHEME,
}
_BEGIN = {f"BEGIN {name}": region for name, region in _NAMES.items()}
_END = tuple(f"END {name}" for name in _NAMES)


def marked(source: str) -> Iterator[tuple[str, str]]:
    """Yield each line of a cell with the region it is in, or ``""``; the markers are left out."""
    region = ""
    for line in source.split("\n"):
        begun = next((r for marker, r in _BEGIN.items() if marker in line), "")
        if begun or any(marker in line for marker in _END):
            region = begun
        else:
            yield line, region


def reference(source: str) -> str:
    """Return a cell as its author would have written it without markers."""
    return "\n".join(line for line, _ in marked(source))


def released(source: str) -> str:
    """Return a locked cell as students have it: without what is hidden from them."""
    return "\n".join(line for line, region in marked(source) if not region)
