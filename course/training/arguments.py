"""What `fit` is given, looked at before anything is done: a mistake is said in words, at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral, Real
from pathlib import Path
from typing import Any, get_args

import torch
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader

from course.errors import CourseError
from course.training.budget import TimeBudget
from course.training.checkpoint import Checkpoint
from course.training.history import Mode

_SEEDS = 2**63
_ALWAYS_THERE = ("epoch", "loss")  # in the row of an epoch


def check_parts(
    model: Any,
    data: Any,
    *,
    optimiser: Any,
    loss: Any,
    scheduler: Any,
    checkpoint: Any,
    budget: Any,
) -> None:
    """Look whether each object is of its kind, and whether they belong together.

    Raises
    ------
    CourseError
        If one of them is something else, or if the optimiser trains another model.
    """
    _kind("model", model, torch.nn.Module, "give the network itself, such as net = TileNet()")
    _kind("data", data, DataLoader, "wrap it: DataLoader(data, batch_size=64, shuffle=True)")
    made = "write optimiser=torch.optim.AdamW(model.parameters())"
    _kind("optimiser", optimiser, torch.optim.Optimizer, made)
    _kind("loss", loss, Callable, "give a function, such as loss=nn.CrossEntropyLoss()")
    if scheduler is not None:
        _kind("scheduler", scheduler, LRScheduler, "make one of torch.optim.lr_scheduler, or none")
    if checkpoint is not None:
        kinds = (Checkpoint, str, Path)
        _kind("checkpoint", checkpoint, kinds, 'give a folder, such as checkpoint="tiles"')
    if budget is not None:
        _kind("budget", budget, TimeBudget, "write budget=course.TimeBudget(minutes=60)")
    _check_that_they_belong_together(model, optimiser, scheduler)


def check_options(
    *,
    epochs: Any,
    scheduler_step: Any,
    every: Any,
    seed: Any,
    on_epoch: Any,
    monitor: Any,
    mode: Any,
) -> None:
    """Look whether each option has a value that it may have.

    Raises
    ------
    CourseError
        If one of them has not.
    """
    if not _whole(epochs) or epochs < 1:
        raise CourseError(
            f"epochs={epochs!r} is not a whole number from 1 on", do="write, for example, epochs=10"
        )
    if not _whole(seed) or not 0 <= seed < _SEEDS:
        raise CourseError(
            f"seed={seed!r} is not a whole number from 0 on", do="write, for example, seed=0"
        )
    if not isinstance(every, Real) or math.isnan(every) or every < 0:
        raise CourseError(
            f"every={every!r} is not a number of minutes", do="write, for example, every=5"
        )
    _one_of("scheduler_step", scheduler_step, ("batch", "epoch"))
    _one_of("mode", mode, get_args(Mode))
    if on_epoch is not None:
        _kind("on_epoch", on_epoch, Callable, "give the function itself, without ()")
    elif monitor not in _ALWAYS_THERE:
        raise CourseError(
            f"monitor={monitor!r} is watched, but without on_epoch there is only the loss",
            do=f"give an on_epoch that returns {{{monitor!r}: …}}, or leave monitor out",
        )


def find_device(device: torch.device | str | None, model: torch.nn.Module) -> torch.device:
    """Return the device to train on, after a try; without a wish the one the model is on.

    Raises
    ------
    CourseError
        If there is no such device, or if it cannot be used.
    """
    if device is None:
        return next((each.device for each in model.parameters()), torch.device("cpu"))
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise CourseError(
            f"device={device!r} is unknown to PyTorch",
            do='use "cuda" (a GPU) or "cpu", or leave it out: the model stays where it is',
        ) from error
    try:
        torch.empty(1, device=found)
    except (RuntimeError, AssertionError) as error:  # an assertion, where PyTorch is without CUDA
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CourseError(
            f"the device {str(found)!r} cannot be used here ({reason})",
            do='choose a runtime that has one (for "cuda", a GPU), or use device="cpu"',
        ) from error
    return found


def check_loss(value: Any) -> None:
    """Look whether a loss is one number to learn from.

    Raises
    ------
    CourseError
        If it is none.
    """
    if not isinstance(value, torch.Tensor):
        what, do = f"a {type(value).__name__}, not a tensor", "leave out .item() and float()"
    elif value.numel() != 1:
        what, do = f"{value.numel()} numbers, not one", "return their mean: .mean()"
    elif not value.requires_grad:
        what = "a tensor that no trainable parameter leads to"
        do = "leave out .detach() and no_grad(), and see that the model is not frozen"
    else:
        return
    raise CourseError(f"the loss returned {what}", do=do)


def _check_that_they_belong_together(model: Any, optimiser: Any, scheduler: Any) -> None:
    own = {id(each) for each in model.parameters()}
    if not any(id(each) in own for group in optimiser.param_groups for each in group["params"]):
        raise CourseError(
            "the optimiser trains another model: none of its parameters belongs to this one",
            do="make the optimiser (and the scheduler) again, after the model",
        )
    if getattr(scheduler, "optimizer", optimiser) is not optimiser:
        raise CourseError(
            "the scheduler belongs to another optimiser and would change nothing here",
            do="make the scheduler again, after the optimiser",
        )


def _kind(name: str, value: Any, kind: Any, do: str) -> None:
    if isinstance(value, type):
        raise CourseError(
            f"{name} is the class {value.__name__}, not an object made from it", do=do
        )
    if not isinstance(value, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = " or ".join(_WORDS.get(each, f"a {each.__name__}") for each in kinds)
        given = "None" if value is None else f"of the kind {type(value).__name__}"
        raise CourseError(f"{name} is {given}, not {wanted}", do=do)


_WORDS = {
    torch.nn.Module: "a network (torch.nn.Module)",
    torch.optim.Optimizer: "an optimiser of torch.optim",
    LRScheduler: "a scheduler of torch.optim.lr_scheduler",
    Callable: "a function",
    str: "a text",
}


def _whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        names = " or ".join(f'"{each}"' for each in known)
        raise CourseError(f"{name}={value!r} is unknown", do=f"use {names}")
