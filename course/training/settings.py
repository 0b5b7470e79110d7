"""The settings that an optimiser was made with, and how those of two runs differ, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Settings = list[dict[str, Any]]  # one dictionary for each group of parameters

_NAMES = {
    "max_lr": "highest learning rate",  # of OneCycleLR
    "lr": "learning rate",
    "weight_decay": "weight decay",
    "momentum": "momentum",
    "betas": "betas",
}
_CYCLED = {"momentum", "betas"}


def settings_of(groups: Iterable[dict[str, Any]], scheduler: Any = None) -> Settings:
    """Return what the groups of an optimiser were made with, without what the scheduler changes.

    Parameters
    ----------
    groups
        The `param_groups` of the optimiser, or of its `state_dict()`.
    scheduler
        The one that changes them, or None.
    """
    changing = _CYCLED if _cycles_momentum(scheduler) else set()
    return [
        {name: _plain(value) for name, value in _made_with(group).items() if name not in changing}
        for group in groups
    ]


def differences(there: Settings, here: Settings) -> list[str]:
    """Return a sentence for each setting that two optimisers have both, but not alike."""
    return [
        f"{words}{f' of group {number}' if len(here) > 1 else ''}: {old[name]} there, {new[name]} "
        "here"
        for number, (old, new) in enumerate(zip(there, here, strict=False), start=1)
        for name, words in _NAMES.items()
        if name in old and name in new and old[name] != new[name]
    ]


def _made_with(group: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a group; schedulers note the learning rate that they started from."""
    found = {name: group[name] for name in _NAMES if name in group}
    return found | ({"lr": group["initial_lr"]} if "initial_lr" in group else {})


def _cycles_momentum(scheduler: Any) -> bool:
    """Return whether it changes the momentum as well, as OneCycleLR and CyclicLR do."""
    inner = getattr(scheduler, "_schedulers", ())  # of SequentialLR and ChainedScheduler
    return bool(getattr(scheduler, "cycle_momentum", False)) or any(map(_cycles_momentum, inner))


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value
