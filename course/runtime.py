"""The runtime card: where am I, on what device, with how much memory."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from course.device import find_device
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
    session, lost, pitfall
        A sentence each on the platform: how long a session lasts, what is lost when it ends, and
        the one thing to mind.
    note
        Why a GPU that is there is not used, and what to do; usually empty.
    """

    lesson: str
    platform: str
    device: str
    device_name: str
    device_memory: float
    memory: float
    disk: float
    session: str
    lost: str
    pitfall: str
    note: str = ""

    def __str__(self) -> str:
        device = self.device_name
        if self.device_memory:
            device += f", {self.device_memory:.1f} GB"
        memory = f"{self.memory:.1f} GB" if self.memory else "unknown"
        rows = {
            "Lesson": self.lesson,
            "Platform": self.platform,
            "Device": device,
            "But": self.note,
            "Memory": f"{memory}, {self.disk:.0f} GB of disk free",
            "Session": self.session,
            "Lost": self.lost,
            "Mind": self.pitfall,
        }
        return "\n".join(f"{name:<9}{value}" for name, value in rows.items() if value)


def setup(lesson: str, base_url: str = "") -> Card:
    """Find out where the notebook runs, print the runtime card, and return it.

    A second call for the same lesson does nothing but return the card.

    Examples
    --------
    >>> card = setup("03_train_end_to_end")
    Lesson   03_train_end_to_end
    Platform Google Colab
    Device   Tesla T4, 15.8 GB
    Memory   13.6 GB, 72 GB of disk free
    Session  At most 12 hours, fewer if you are idle. A free account does not always get a GPU.
    Lost     The whole disk, when the session ends. Drive stays: see course.keep().
    Mind     What a link opens is a view: choose File ▸ Save a copy in Drive before you write.

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
    device = find_device()
    card = Card(
        lesson=lesson,
        platform=here.name,
        device=device.kind,
        device_name=device.name,
        device_memory=device.memory,
        memory=_memory(),
        disk=shutil.disk_usage(Path.cwd()).free / _GB,
        session=here.session,
        lost=here.lost,
        pitfall=here.pitfall,
        note=device.note,
    )
    _cards[lesson] = card
    print(card)  # noqa: T201 - showing the card is what the set-up cell is for
    return card


def base_url() -> str:
    """Return the address given to `setup`, or an empty string."""
    return _base_url


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GB
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 0.0
