"""Troubleshooting quotes messages: each one that is ours has to be in the code, word for word."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
HOLE = "…"
"""Where a message holds a value that differs each time."""


def quoted(page: str) -> list[str]:
    """Return what the first column of the tables quotes as ours: what stands in backticks."""
    cells = re.findall(r"^\|(.*?)(?<!\\)\|", page, re.MULTILINE)
    return [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]


@functools.cache
def messages() -> tuple[str, ...]:
    """Return every text of our code; comments and docstrings say nothing to anybody."""
    return tuple(
        " ".join(text.split())
        for package in ("course", "autograder")
        for path in sorted((ROOT / package).rglob("*.py"))
        for text in texts(ast.parse(path.read_text("utf-8")))
    )


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the strings of a program, with a hole for each value that an f-string fills in."""
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else HOLE for p in parts)
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from texts(part.value)
        case _:
            for inner in ast.iter_child_nodes(node):
                yield from texts(inner)


@pytest.mark.parametrize("quote", quoted(PAGE.read_text("utf-8")))
def test_what_is_quoted_as_ours_is_in_the_code(quote: str) -> None:
    assert re.search(r"\w\W+\w", quote), "one word may stand anywhere by chance"
    assert any(quote in message for message in messages())


def test_a_quote_is_found_only_where_somebody_would_read_it() -> None:
    code = """'a docstring'\nprint(f"it took {f('inner') + 1} s", "two " "parts")  # a comment"""
    assert list(texts(ast.parse(code))) == ["it took … s", "inner", "two parts"]


def test_there_is_something_to_compare() -> None:
    assert quoted("| *theirs*, `ours` | why: `no` |\n| --- | --- |\ntext `no`") == ["ours"]
    assert len(quoted(PAGE.read_text("utf-8"))) > 100
