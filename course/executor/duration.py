"""Lengths of time as people write them: ``90s``, ``30m``, ``1h30m``."""

from __future__ import annotations

import re

from course.errors import UsageError

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?[dhms])+")


def seconds(text: str) -> float:
    """Return the number of seconds in a text such as ``1h30m``; a bare number means seconds."""
    text = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        text += "s"
    if not _WHOLE.fullmatch(text):
        raise UsageError(f"'{text}' is not a length of time", do="write for example 90s, 30m or 2h")
    parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", text)
    total = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if total <= 0:
        raise UsageError("a deadline of no time at all", do="write for example 90s, 30m or 2h")
    return total


def words(length: float) -> str:
    """Return a length in seconds as people read it: ``1 h 30 min``, ``42.0 s``."""
    if length < 60:
        return f"{length:.1f} s"
    minutes = round(length / 60)
    hours, minutes = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes)) if part
    )
