"""Credit for a trained model, by a number that is measured on held-out data.

The last line of such a test, which makes it the cell's value and so the points::

    credit("balanced accuracy", _balanced, floor=0.65, target=0.85, points=6)

The cell that trains has a line ``SEED = 0`` and uses that number: `course calibrate` trains the
reference with many seeds, to show that floor and target are fair.
"""

from __future__ import annotations

import re

_SAID = re.compile(
    r"^(?P<name>.+) = (?P<value>\S+); no points up to (?P<floor>\S+), "
    r"all (?P<points>\S+) from (?P<target>\S+)$",
    re.MULTILINE,
)


def credit(name: str, value: float, *, floor: float, target: float, points: float) -> float:
    """Return the points for a metric, and print how they come about.

    Examples
    --------
    >>> credit("share of digits read", 0.875, floor=0.8, target=0.95, points=4)
    share of digits read = 0.875; no points up to 0.8, all 4 from 0.95
    2.0

    Parameters
    ----------
    name
        The metric's, for people.
    value
        What was measured; better is higher. ``nan`` earns nothing.
    floor, target
        Up to `floor` there are no points, from `target` on there are all, in between a share:
        ``points * (value - floor) / (target - floor)``, rounded to hundredths.
    points
        Those of the cell.
    """
    print(f"{name} = {value:.6g}; no points up to {floor:g}, all {points:g} from {target:g}")  # noqa: T201 - read by `measured`
    if not value > floor:
        return 0.0
    return round(points * min(1.0, (value - floor) / (target - floor)), 2)


def measured(printed: str) -> tuple[str, float, float, float] | None:
    """Read name, value, floor and target from what a test printed; None if it has no metric."""
    found = _SAID.search(printed)
    if found is None:
        return None
    return found["name"], float(found["value"]), float(found["floor"]), float(found["target"])
