"""The runtime card: where am I, on what device, with how much memory.

>>> setup("03_train_end_to_end")
Lesson   03_train_end_to_end
Platform Google Colab
Device   Tesla T4, 15.0 GB
…
"""

from __future__ import annotations

import os
import platform as machine
import shutil
from dataclasses import dataclass
from pathlib import Path

from course.platforms import detect

_GB = 1e9
_cards: dict[str, Card] = {}
_base_url = ""


@dataclass(frozen=True)
class Card:
    """What the set-up cell found.

    Attributes
    ----------
    lesson
        The lesson's id.
    platform
        The platform's name.
    device
        ``"cuda"``, ``"mps"`` or ``"cpu"``: pass it to ``torch.device``.
    device_name
        The device as its maker calls it.
    memory, disk
        Memory of the machine, and free disk space here, in GB (10^9 bytes); 0 where unknown.
    device_memory
        Memory of the accelerator in GB, 0 without one.
    pitfall
        The one thing to know about the platform.
    """

    lesson: str
    platform: str
    device: str
    device_name: str
    device_memory: float
    memory: float
    disk: float
    pitfall: str

    def __str__(self) -> str:
        device = self.device_name
        if self.device_memory:
            device += f", {self.device_memory:.1f} GB"
        memory = f"{self.memory:.1f} GB" if self.memory else "unknown"
        rows = {
            "Lesson": self.lesson,
            "Platform": self.platform,
            "Device": device,
            "Memory": f"{memory}, {self.disk:.0f} GB of disk free",
            "Mind": self.pitfall,
        }
        return "\n".join(f"{name:<9}{value}" for name, value in rows.items())


def setup(lesson: str, base_url: str = "") -> Card:
    """Find out where the notebook runs, print the runtime card, and return it.

    A second call for the same lesson does nothing but return the card.

    Parameters
    ----------
    lesson
        The lesson's id, such as ``"03_train_end_to_end"``.
    base_url
        Where the lesson's files can be downloaded, ending in ``/``; `course.stage` uses it when a
        file is not beside the notebook.
    """
    global _base_url
    _base_url = base_url
    if lesson in _cards:
        return _cards[lesson]
    here = detect()
    device, device_name, device_memory = _device()
    card = Card(
        lesson=lesson,
        platform=here.name,
        device=device,
        device_name=device_name,
        device_memory=device_memory,
        memory=_memory(),
        disk=shutil.disk_usage(Path.cwd()).free / _GB,
        pitfall=here.pitfall,
    )
    _cards[lesson] = card
    print(card)  # noqa: T201 - showing the card is what the set-up cell is for
    return card


def base_url() -> str:
    """Return the address given to `setup`, or an empty string."""
    return _base_url


def _device() -> tuple[str, str, float]:
    import torch

    if torch.cuda.is_available():
        facts = torch.cuda.get_device_properties(0)
        return "cuda", facts.name, facts.total_memory / _GB
    if torch.backends.mps.is_available():
        return "mps", "Apple GPU", 0.0
    return "cpu", f"CPU ({os.cpu_count()} cores, {machine.machine()})", 0.0


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 0.0
