"""Decks are read as reveal-md reads them, except where that would tear a slide apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.site.deck import Deck, Slide
from course.errors import CourseError

# An outline like the one the course grew from, with every trap that is known.
OUTLINE = """\
---
title: A deck & its traps
theme: solarized
separator: ---
verticalSeparator: --
revealOptions:
    transition: 'fade'
    controls: false
---

# One

run it with `course run --target local --` or --flag

--\x20

| a | b |
| --- | --- |
| 1 | -- |

Note: say it slowly
and twice

--\t

```yaml
---
title: a block of code
--
```

---

## Two

Notes:
- the end
"""


def read(tmp_path: Path, text: str) -> Deck:
    path = tmp_path / "deck.md"
    path.write_text(text, "utf-8", newline="")
    return Deck.read(path)


def test_an_outline_with_traps_is_read_whole(tmp_path: Path) -> None:
    deck = read(tmp_path, OUTLINE)
    assert deck.title == "A deck & its traps"
    assert (deck.theme, deck.highlight) == ("solarized", "monokai")
    assert deck.options == {"transition": "fade", "controls": False}
    assert [len(column) for column in deck.columns] == [3, 1]
    first, second, third, last = deck.slides
    assert first.text == "# One\n\nrun it with `course run --target local --` or --flag"
    assert second == Slide("| a | b |\n| --- | --- |\n| 1 | -- |", "say it slowly\nand twice")
    assert third.text == "```yaml\n---\ntitle: a block of code\n--\n```"
    assert last == Slide("## Two", "- the end")


def test_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, OUTLINE.replace("\n", "\r\n")) == read(tmp_path, OUTLINE)


def test_a_deck_without_front_matter_has_the_usual_separators(tmp_path: Path) -> None:
    deck = read(tmp_path, "a\n---\nb\n--\nc")
    assert [[slide.text for slide in column] for column in deck.columns] == [["a"], ["b", "c"]]
    assert (deck.title, deck.theme, deck.options) == ("deck", "white", {})


@pytest.mark.parametrize("separator", [r"^\r?\n---\r?\n$", r"\n---\n", "^---$", "***"])
def test_a_separator_written_as_a_pattern_of_a_line_is_that_line(
    tmp_path: Path, separator: str
) -> None:
    line = "***" if separator == "***" else "---"
    text = f"---\nseparator: '{separator}'\n---\na\n{line}\nb"
    if line == "***":
        with pytest.raises(CourseError, match="is no plain line"):
            read(tmp_path, text)
    else:
        assert len(read(tmp_path, text).columns) == 2


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("title: [", "no YAML"),
        ("- a", "no list of entries"),
        ("separator: '--'", "both separators"),
        ("separator: '-{3}'", "no plain line"),
    ],
)
def test_front_matter_that_cannot_be_is_named(tmp_path: Path, front: str, said: str) -> None:
    with pytest.raises(CourseError, match=said) as caught:
        read(tmp_path, f"---\n{front}\n---\ntext")
    assert "docs/slides/deck.md" in str(caught.value)


def test_a_fence_of_four_holds_a_fence_of_three(tmp_path: Path) -> None:
    text = "````\n```\n---\n```\n---\n````\n---\nb"
    assert len(read(tmp_path, text).columns) == 2
