"""Sentences for whoever watches the training."""

from __future__ import annotations


def notice(sentence: str) -> None:
    """Print a sentence at once, also where output goes to a file."""
    print(sentence, flush=True)  # noqa: T201 - telling the user is what it is for
