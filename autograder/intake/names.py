"""What learning platforms, browsers and editors make of a file's name.

========================================================  ==================================
``lovelaceada_LATE_12345_67890_03_train-2.ipynb``         Canvas, the third time handed in
``Ada Lovelace_1234_assignsubmission_file_03_train.ipynb``  Moodle, without folders
``Copy of 03_train.ipynb``, ``Copie_de_03_train.ipynb``   Colab
``03_train (1).ipynb``, ``03_train.ipynb.txt``            browsers
``03_train-Copy1.ipynb``                                  Jupyter
========================================================  ==================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CANVAS = r"(?P<who>[^_/]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<upload>\d+)_"
MOODLE = r"(?P<name>[^/]+?)_(?P<participant>\d+)_assignsubmission_(?P<plugin>[a-z]+)_?"

_BEFORE = r"(?:(?:copy[ _]of|copie[ _]de|kopie[ _]v[ao]n|c[oó]pia[ _]de|kopia)[ _])*"
_AFTER = (
    r"(?:[ _]*\(\d+\)"
    r"|[ _]*[-_ ][ _]*(?:copy|copie|kopie|copia|kopia)[ _]?\d*"
    r"|-(?P<version>\d+))*"
)
_END = r"\.ipynb(?:\.json|\.txt)?"

Version = tuple[int, int]
"""How often a file was handed in before, and its number among all uploads; 0 where not known."""


def is_notebook(name: str) -> bool:
    """Say whether a file calls itself a notebook."""
    return re.search(f"{_END}$", name, re.IGNORECASE) is not None


def belongs_to(name: str, notebooks: Iterable[str]) -> tuple[str, Version] | None:
    """Return which of a lesson's notebooks a file is by its name, and its version; None if none."""
    for notebook in sorted(notebooks, key=len, reverse=True):
        # Platforms put _ where there was a space.
        written = "[ _]".join(re.escape(part) for part in re.split("[ _]", notebook))
        pattern = f"(?:{CANVAS}|{MOODLE})?{_BEFORE}{written}{_AFTER}{_END}"
        match = re.fullmatch(pattern, name, re.IGNORECASE)
        if match:
            return notebook, (int(match["version"] or 0), int(match["upload"] or 0))
    return None


def version_of(name: str) -> Version:
    """Return the version of a zip file that was handed in."""
    upload = re.match(CANVAS, name)
    again = re.search(r"-(\d+)\.zip$", name, re.IGNORECASE)
    return int(again[1]) if again else 0, int(upload["upload"]) if upload else 0
