"""What torch says about the machine: that it has one GPU, or none.

The twin goes by the name "cuda", because that is the name correct code knows: a comparison such as
``x.device.type == "cuda"`` has the same answer here as on a GPU.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import torch

from autograder.twin.calls import Generator, stay_in_sight
from autograder.twin.place import DEVICE, NAME, Place, place
from autograder.twin.tensor import replace

_MEMORY = 16 * 2**30
_TITLE = "accelerator twin (on the CPU)"


def show_one_gpu() -> None:
    """Make ``torch.cuda`` and ``torch.accelerator`` report the twin."""
    replace(torch.cuda, **_answers(count=1), **_gpu(), **_streams())
    replace(torch.accelerator, **_answers(count=1), **_accelerator())
    replace(torch._C, _accelerator_getAccelerator=lambda: torch.device(NAME))
    replace(torch, Generator=Generator, compile=_not_compiled)
    replace(torch.nn.Module, compile=lambda self, *args, **kwargs: None)
    replace(torch.backends.cudnn, is_acceptable=lambda tensor: False)
    stay_in_sight()
    _group_by_place()
    _mix_precision_as_on_the_cpu()
    _without_half_lstm()


def hide_gpus() -> None:
    """Make ``torch.cuda`` and ``torch.accelerator`` report that there is nothing."""
    replace(torch.cuda, **_answers(count=0), _lazy_init=_no_gpu)
    replace(torch.accelerator, **_answers(count=0), **_each("current_accelerator"))
    replace(torch._C, **_each("_accelerator_getAccelerator"))


def _no_gpu() -> None:
    raise AssertionError("Torch not compiled with CUDA enabled")


def _each(names: str, answer: Any = None) -> dict[str, Any]:
    """Give each name a function of its own: torch's compiler refuses one under two names."""
    return {name: lambda *args, _answer=answer, **kwargs: _answer for name in names.split()}


def _answers(count: int) -> dict[str, Any]:
    return {"is_available": lambda: count > 0, "device_count": lambda: count}


def _memory() -> dict[str, Any]:
    return {
        **_each("memory_allocated max_memory_allocated memory_reserved max_memory_reserved", 0),
        **_each("reset_peak_memory_stats reset_accumulated_memory_stats empty_cache"),
        **_each("mem_get_info get_memory_info", (_MEMORY, _MEMORY)),
        **_each("memory_stats", Counter()),
    }


def _gpu() -> dict[str, Any]:
    properties = SimpleNamespace(
        name=_TITLE, major=8, minor=0, total_memory=_MEMORY, multi_processor_count=1
    )
    return {
        **_memory(),
        **_random_numbers(),
        **_each("_lazy_init init set_device synchronize ipc_collect"),
        **_each("reset_max_memory_allocated set_per_process_memory_fraction"),
        **_each("is_initialized is_bf16_supported", True),  # noqa: FBT003 - an answer
        **_each("is_current_stream_capturing", False),  # noqa: FBT003
        **_each("current_device", 0),
        **_each("get_device_name memory_summary", _TITLE),
        **_each("get_device_properties", properties),
        **_each("get_device_capability", (8, 0)),
    }


def _random_numbers() -> dict[str, Any]:
    """One stream of random numbers serves both devices: the same seed, the same numbers."""
    generator = torch.default_generator
    return {
        "manual_seed": lambda seed: generator.manual_seed(seed) and None,
        "manual_seed_all": lambda seed: generator.manual_seed(seed) and None,
        "seed": lambda: generator.seed() and None,
        "seed_all": lambda: generator.seed() and None,
        "initial_seed": lambda: generator.initial_seed(),
        "get_rng_state": lambda device=NAME: generator.get_state(),
        "get_rng_state_all": lambda: [generator.get_state()],
        "set_rng_state": lambda state, device=NAME: generator.set_state(state) and None,
        "set_rng_state_all": lambda states: generator.set_state(states[0]) and None,
    }


def _accelerator() -> dict[str, Any]:
    return {
        **_memory(),
        **_each("set_device_index set_device_idx synchronize set_stream"),
        **_each("current_device_index current_device_idx", 0),
        **_each("current_accelerator", torch.device(NAME)),
        "current_stream": lambda device=None: Stream(),
        "device_index": lambda device=None: contextlib.nullcontext(),
    }


class Stream:
    """A stream of work; here everything is done at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.device = DEVICE

    def synchronize(self, *others: Any) -> None:
        """Wait for nothing."""

    wait_stream = wait_event = synchronize

    def query(self) -> bool:
        """Tell that all work is done."""
        return True

    def is_capturing(self) -> bool:
        """Tell that no graph is recorded."""
        return False

    def record_event(self, event: Event | None = None) -> Event:
        """Note the time."""
        event = event or Event()
        event.record()
        return event

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *exception: Any) -> None:
        return None


class Event:
    """A point in time, as code that measures the time of a GPU wants it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.time = 0.0

    def synchronize(self, *others: Any) -> None:
        """Wait for nothing."""

    wait = synchronize

    def record(self, stream: Any = None) -> None:
        """Note the time."""
        self.time = time.perf_counter()

    def query(self) -> bool:
        """Tell that it has happened."""
        return True

    def elapsed_time(self, end: Event) -> float:
        """Return the milliseconds until another event."""
        return 1000 * (end.time - self.time)


def _streams() -> dict[str, Any]:
    return {
        "Stream": Stream,
        "Event": Event,
        "current_stream": lambda device=None: Stream(),
        "default_stream": lambda device=None: Stream(),
        **_each("set_stream"),
        "stream": lambda stream=None: contextlib.nullcontext(),
        "device": lambda device=None: contextlib.nullcontext(),
        "device_of": lambda tensor=None: contextlib.nullcontext(),
    }


def _not_compiled(model: Any = None, **options: Any) -> Any:
    """Stand for ``torch.compile``: what is compiled is not seen operation by operation."""
    return (lambda function: function) if model is None else model


def _group_by_place() -> None:
    """Let optimisers, which handle one device after the other, see two devices."""
    group = torch._C._group_tensors_by_device_and_dtype

    def grouped(lists: Any, with_indices: bool = False) -> Any:  # noqa: FBT001, FBT002 - torch's
        there = [tensor is not None and place(tensor) is Place.THERE for tensor in lists[0]]
        groups: dict[Any, Any] = {}
        for side in {True, False} & set(there):
            numbers = [number for number, found in enumerate(there) if found is side]
            part = [[each[n] for n in numbers] if each else each for each in lists]
            for (device, dtype), (tensors, indices) in group(part, with_indices).items():
                where = DEVICE if side else device
                groups[where, dtype] = (tensors, [numbers[i] for i in indices])
        return groups

    replace(torch._C, _group_tensors_by_device_and_dtype=grouped)


def _mix_precision_as_on_the_cpu() -> None:
    """Let ``torch.autocast("cuda")`` do what ``torch.autocast("cpu")`` does, with float16."""
    autocast: Any = torch.amp.autocast_mode.autocast
    begin = autocast.__init__

    def __init__(  # noqa: N807
        self: Any, device_type: str, dtype: torch.dtype | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if str(device_type).startswith(NAME):
            device_type, dtype = "cpu", dtype or torch.float16
        begin(self, device_type, dtype, *args, **kwargs)

    replace(autocast, __init__=__init__)
    for name in ("is_autocast_enabled", "get_autocast_dtype"):
        replace(torch, **{name: _for_the_cpu(getattr(torch, name))})


def _without_half_lstm() -> None:
    """Let an LSTM under float16 run: oneDNN has none on many processors, torch's own always."""
    run = torch._VF.lstm

    def lstm(*args: Any, **kwargs: Any) -> Any:
        before = torch._C._get_mkldnn_enabled()
        half = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.float16
        torch._C._set_mkldnn_enabled(before and not half)
        try:
            return run(*args, **kwargs)
        finally:
            torch._C._set_mkldnn_enabled(before)

    replace(torch._VF, lstm=lstm)


def _for_the_cpu(ask: Any) -> Any:
    return lambda device_type=NAME: ask("cpu" if device_type == NAME else device_type)
