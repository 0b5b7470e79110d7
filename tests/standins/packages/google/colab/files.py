"""Downloads, which a page in a browser has to take."""

from __future__ import annotations

from pathlib import Path

browser = True  # False: a script, where there is no kernel and no page
downloaded: list[str] = []


def download(filename: str) -> None:
    if not Path(filename).exists():
        raise FileNotFoundError(f"Cannot find file: {filename}")
    if not browser:
        raise AttributeError("'NoneType' object has no attribute 'kernel'")
    downloaded.append(filename)
