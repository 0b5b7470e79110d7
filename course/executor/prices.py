"""What an hour costs, as far as it is written down here. Check the price before you pay."""

from __future__ import annotations

import math
from dataclasses import dataclass

from course.executor.duration import words

WRITTEN = "June 2025"


@dataclass(frozen=True)
class Price:
    """The price of a run.

    Attributes
    ----------
    hour
        US dollars an hour; 0 is free, None is not known here.
    why
        What it is the price of, or why it is free or unknown.
    page
        Where the current price stands; empty for what is free.
    """

    hour: float | None
    why: str
    page: str = ""


_GOOGLE = "https://cloud.google.com/compute/gpus-pricing"

# Google's list prices in us-central1, in US dollars an hour: the machine with its GPU, without disk
# (100 GB: about 0.01) and network. Spot prices move; these are about what they were.
MACHINES: dict[tuple[str, str, bool], float] = {
    ("n1-standard-8", "T4", False): 0.73,
    ("n1-standard-8", "T4", True): 0.22,
    ("g2-standard-4", "L4", False): 0.71,
    ("g2-standard-4", "L4", True): 0.28,
    ("g2-standard-8", "L4", False): 0.85,
    ("g2-standard-8", "L4", True): 0.34,
    ("a2-highgpu-1g", "A100", False): 3.67,
    ("a2-highgpu-1g", "A100", True): 1.80,
    ("n1-standard-8", "none", False): 0.38,
    ("n1-standard-8", "none", True): 0.08,
}


def machine(kind: str, gpu: str, *, spot: bool) -> Price:
    """Return the price of a machine of Google's."""
    hour = MACHINES.get((kind, gpu, spot))
    with_gpu = f"{kind} with {gpu}" if gpu != "none" else kind
    return Price(hour, f"{with_gpu}{', spot' if spot else ''}, in us-central1", _GOOGLE)


def estimate(price: Price, seconds: float) -> str:
    """Return what a run can cost at most, as a sentence: hours times price."""
    if price.hour == 0:
        return f"Free: {price.why}."
    check = f" Check the current price: {price.page}" if price.page else ""
    if price.hour is None:
        return f"Cost unknown: no price is written down here for {price.why}.{check}"
    # Up to the next cent, since it says "at most".
    total = math.ceil(seconds / 36 * price.hour - 1e-9) / 100
    return (
        f"At most {total:.2f} USD: {words(seconds)} at {price.hour:.2f} USD an hour "
        f"({price.why}; written down in {WRITTEN}).{check}"
    )
