"""Everything a training run needs in order to go on as if nothing had happened."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from course.errors import CourseError
from course.mounted import chunks
from course.training.container import DamagedError, pack, unpack
from course.training.notice import notice
from course.training.randomness import random_state, restore_random_state
from course.training.settings import differences, settings_of
from course.training.store import Store, set_aside

_LISTED = 4  # names of a mismatch that are shown; the first ones tell


class Stateful(Protocol):
    """What has a state: an optimiser, a scheduler, a gradient scaler."""

    def state_dict(self) -> dict[str, Any]: ...  # noqa: D102
    def load_state_dict(self, state: Any, /) -> Any: ...  # noqa: D102


@dataclass(frozen=True)
class Progress:
    """How far a training run has come.

    Attributes
    ----------
    epoch
        How many epochs are complete.
    batch
        How many batches of the next epoch are done: the place in its order of samples.
    step
        How many steps the optimiser has taken in all.
    best
        The best value of the metric that is watched, or None.
    extra
        Anything else, in numbers, texts, lists and dictionaries.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    best: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Checkpoint:
    """The checkpoints of one training run, in a local folder and where they outlast the session.

    Each checkpoint is one safetensors file. It is written locally under a temporary name, flushed
    to the disk and renamed, then copied in the same way. The last two stay in each place. A file
    that is torn or changed is recognised by its digest, and the one before it is used.

    Examples
    --------
    >>> checkpoint = Checkpoint("tiles", keep=course.keep())
    >>> progress = checkpoint.load(model, optimiser) or Progress()
    >>> for epoch in range(progress.epoch, 10):
    ...     train(model, optimiser)
    ...     checkpoint.save(model, optimiser, progress=Progress(epoch=epoch + 1))

    Parameters
    ----------
    folder
        The local folder of this run. Its last part is the run's name.
    keep
        A folder that outlasts the session, such as a mounted Drive; it must exist. The copies go
        into a folder with the run's name in there. None: no copies.
    last
        How many checkpoints stay in each place, at least 2.
    """

    def __init__(
        self, folder: str | Path, *, keep: str | Path | None = None, last: int = 2
    ) -> None:
        self.folder = Path(folder)
        name = self.folder.resolve().name
        self.keep = None if keep is None else Path(keep) / name
        if self.keep is not None and self.keep.resolve() == self.folder.resolve():
            self.keep = None
        if last < 2:
            raise CourseError(
                f"last={last} leaves nothing to fall back on when the newest one is damaged",
                do="use last=2 or more",
            )
        self._store = Store(self.folder, self.keep, last)

    @property
    def copied(self) -> bool:
        """Whether the newest checkpoint is in the persistent folder, too; True if there is none."""
        return self._store.copied

    def save(
        self,
        model: torch.nn.Module,
        optimiser: Stateful | None = None,
        scheduler: Stateful | None = None,
        scaler: Stateful | None = None,
        *,
        progress: Progress = Progress(),
    ) -> Path:
        """Write a checkpoint, with the states of all random generators, and return its path.

        Raises
        ------
        CourseError
            If the local file cannot be written, or something in a state cannot be stored. A copy
            that fails only prints a sentence; the next `save` tries again.
        """
        weights = _bare(model).state_dict()
        state = {
            "model": dict(weights),
            "model_versions": getattr(weights, "_metadata", None),
            "optimiser": _state_of(optimiser),
            "scheduler": _state_of(scheduler),
            "scaler": _state_of(scaler),
            "random": random_state(),
            "progress": asdict(progress),
        }
        return self._store.put(pack(state))

    def load(
        self,
        model: torch.nn.Module,
        optimiser: Stateful | None = None,
        scheduler: Stateful | None = None,
        scaler: Stateful | None = None,
        *,
        random: bool = True,
        check: Callable[[Progress], None] | None = None,
    ) -> Progress | None:
        """Load the newest good checkpoint into these objects, on the device each of them is on.

        Parameters
        ----------
        random
            Whether to put back the states of the random generators, too.
        check
            Called with the progress before anything is loaded; may raise an error.

        Returns
        -------
        Progress or None
            What was given to `save`; None if there is no checkpoint.

        Raises
        ------
        CourseError
            If it belongs to another model, optimiser, scheduler or scaler, if a newer version of
            the course wrote it, or if a folder cannot be read. Nothing was changed then. (Only a
            scheduler of your own that refuses a state does so after the optimiser was loaded.)

        Notes
        -----
        The optimiser goes on with the learning rate and other settings of the checkpoint. If yours
        has others, a sentence says so.
        """
        state = self.read()
        if state is None:
            return None
        progress = Progress(**state["progress"])
        if check is not None:
            check(progress)
        _check_model(state["model"], _bare(model).state_dict(), where=str(self.folder))
        parts = {"optimiser": optimiser, "scheduler": scheduler, "scaler": scaler}
        # A gradient scaler that was off has an empty state.
        wanted = {
            name: (part, state[name])
            for name, part in parts.items()
            if part is not None and state[name] is not None and state[name]["state"]
        }
        for name, (part, saved) in wanted.items():
            _check_kind(name, part, saved, where=str(self.folder))
        if "optimiser" in wanted:
            _say_settings(*wanted["optimiser"], scheduler)
        for name, (part, saved) in wanted.items():
            _load_part(name, part, saved, where=str(self.folder))
        weights = OrderedDict(state["model"])
        if state["model_versions"] is not None:
            weights._metadata = state["model_versions"]  # type: ignore[attr-defined]
        _bare(model).load_state_dict(weights)
        if random:
            restore_random_state(state["random"])
        return progress

    def paths(self) -> list[Path]:
        """Return the files in both places, the newest first.

        Raises
        ------
        CourseError
            If one of the places cannot be used.
        """
        return self._store.open()

    def read(self) -> dict[str, Any] | None:
        """Return the whole content of the newest good checkpoint, on the CPU, or None.

        Raises
        ------
        CourseError
            If a newer version of the course wrote it, or if a folder cannot be read.
        """
        for path in self.paths():
            try:
                return unpack(b"".join(chunks(path)))
            except DamagedError as damage:
                notice(f"{path} is damaged ({damage}); it is set aside, the next good one is used.")
                set_aside(path)
            except CourseError as error:
                raise CourseError(error.what, where=str(path), do=error.do) from error
        return None


def _bare(model: torch.nn.Module) -> torch.nn.Module:
    """Return the model that `torch.compile` was given: its names are the ones to store."""
    bare: torch.nn.Module = getattr(model, "_orig_mod", model)
    return bare


def _check_model(there: dict[str, Any], here: dict[str, Any], *, where: str) -> None:
    def shape(value: Any) -> str:
        return str(list(getattr(value, "shape", [])))

    differences = [
        *(f"only in the checkpoint: {name}" for name in there if name not in here),
        *(f"only in your model: {name}" for name in here if name not in there),
        *(
            f"{name} is {shape(there[name])} in the checkpoint and {shape(here[name])} in yours"
            for name in here
            if name in there and shape(there[name]) != shape(here[name])
        ),
    ]
    if differences:
        more = len(differences) - _LISTED
        shown = "; ".join(differences[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
        raise CourseError(
            f"the checkpoint belongs to another model ({shown})",
            where=where,
            do="make the model as it was, or use another folder for the new one",
        )


def _state_of(part: Stateful | None) -> dict[str, Any] | None:
    return None if part is None else {"kind": type(part).__name__, "state": part.state_dict()}


def _check_kind(name: str, part: Stateful, saved: dict[str, Any], *, where: str) -> None:
    if saved["kind"] != type(part).__name__:
        raise _another(name, f"{saved['kind']} there, {type(part).__name__} here", where)


def _load_part(name: str, part: Stateful, saved: dict[str, Any], *, where: str) -> None:
    try:
        part.load_state_dict(saved["state"])
    except (ValueError, KeyError, RuntimeError) as error:
        raise _another(name, str(error), where) from error


def _another(name: str, reason: str, where: str) -> CourseError:
    return CourseError(
        f"the checkpoint belongs to another {name} ({reason})",
        where=where,
        do=f"make the {name} as it was, or use another folder",
    )


def _say_settings(optimiser: Stateful, saved: dict[str, Any], scheduler: Stateful | None) -> None:
    """Say what else would go unseen: loading an optimiser replaces the settings it was made with.

    It is no error: in a loop of one's own they may be changed by hand.
    """
    here = optimiser.state_dict().get("param_groups", [])
    there = saved["state"].get("param_groups", [])
    found = differences(settings_of(there, scheduler), settings_of(here, scheduler))
    if found:
        notice(f"The optimiser goes on as the checkpoint has it ({'; '.join(found)}).")
