"""A tensor of the student's that takes part in training: always as it is over there.

    net = Net()                                # a proxy
    loss = F.cross_entropy(net(x), y)          # computed here, from the numbers of net(x)
    loss.backward()                            # reaches net's parameters over there
    assert next(net.parameters()).grad is not None

Every operation fetches the numbers and runs here, where nobody has changed it. Gradients go back
the same way; what an in-place operation writes is written over there.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._pytree import tree_map

_ABOUT_SHAPE = {
    "size", "dim", "numel", "nelement", "element_size", "ndimension", "is_floating_point",
    "is_complex", "__hash__",
}  # fmt: skip
_PROPERTIES = {"shape", "dtype", "device", "ndim", "layout", "is_leaf"}


class LiveTensor(torch.Tensor):
    """A tensor whose numbers are on the student's side; here are its shape, dtype and handle."""

    line: Any
    handle: int
    _leaf: bool
    _tracked: bool
    _is_data = False

    @staticmethod
    def of(
        line: Any,
        handle: int,
        dtype: torch.dtype,
        shape: list[int],
        *,
        leaf: bool,
        parameter: bool,
        tracked: bool,
    ) -> LiveTensor:
        """Return the tensor with this handle over there."""
        made: LiveTensor = torch.Tensor._make_wrapper_subclass(
            LiveTensor, shape, dtype=dtype, device=torch.device("cpu"),
            requires_grad=dtype.is_floating_point or dtype.is_complex,
        )  # fmt: skip
        made.line, made.handle, made._leaf = line, handle, leaf
        made._tracked = tracked  # whether gradients are kept over there
        made._is_param = parameter  # what isinstance(…, nn.Parameter) looks at
        return made

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation on the numbers as they are now."""
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name in ("__get__", "__set__", "__delete__"):
            return _property(func, name, args)
        if name == "__deepcopy__":
            return _copied(args[0])
        if name in _ABOUT_SHAPE:
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args, **kwargs)
        if _in_place(name) and not args:  # torch.nn.init names its argument
            args = (kwargs.pop("tensor", None),)
        if _in_place(name) and isinstance(args[0], LiveTensor):
            return _written(func, args, kwargs)
        return func(*tree_map(_current, args), **tree_map(_current, kwargs))

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # torch calls it on the class
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run what comes here without passing `__torch_function__`."""
        return func(*tree_map(_numbers, args), **tree_map(_numbers, kwargs or {}))


def _property(func: Any, name: str, args: Any) -> Any:
    tensor = args[0]
    which = getattr(func.__self__, "__name__", "")
    if name == "__get__" and which == "is_leaf":
        return tensor._leaf
    if name == "__get__" and which in _PROPERTIES:
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args)
    if name == "__get__" and which == "data":
        return _detached(tensor)
    if name == "__get__" and which == "requires_grad" and tensor._is_data:
        return False
    if name == "__get__" and which in ("T", "mT", "H", "real", "imag", "is_cuda"):
        return func(_current(tensor))
    if name == "__get__":
        return tensor.line.ask("attribute", tensor, which)
    if name == "__set__":
        if which == "requires_grad":
            tensor._tracked = bool(args[1])
        return tensor.line.ask("set", tensor, which, args[1])
    return tensor.line.ask("delete", tensor, which)


def _detached(tensor: LiveTensor) -> LiveTensor:
    """Return the same numbers without gradients; what is written into them is written there."""
    data = LiveTensor.of(
        tensor.line, tensor.handle, tensor.dtype, list(tensor.shape),
        leaf=True, parameter=False, tracked=False,
    )  # fmt: skip
    data._is_data = True
    return data


def _copied(tensor: LiveTensor) -> torch.Tensor:
    """Return a tensor of the test's own with these numbers, as ``copy.deepcopy`` does."""
    numbers: torch.Tensor = _numbers(tensor).clone()
    if tensor._is_param:
        return torch.nn.Parameter(numbers, requires_grad=tensor._tracked)
    return numbers.requires_grad_(tensor._tracked)


def _in_place(name: str) -> bool:
    plain = name.endswith("_") and not name.endswith("__")
    return plain or name == "__setitem__" or (name.startswith("__i") and name != "__index__")


def _written(func: Any, args: Any, kwargs: Any) -> Any:
    tensor = args[0]
    with torch.no_grad():
        numbers = _numbers(tensor)
        func(numbers, *tree_map(_numbers, args[1:]), **tree_map(_numbers, kwargs))
    tensor.line.ask("overwrite", tensor, numbers)
    return tensor


def _numbers(value: Any) -> Any:
    if not isinstance(value, LiveTensor):
        return value
    found = value.line.ask("numbers", value)
    with torch._C.DisableTorchFunctionSubclass():
        as_told = type(found) is torch.Tensor and found.shape == value.shape
    if not as_told or found.dtype != value.dtype:
        raise RuntimeError("a tensor of the student's has changed its shape or its kind")
    return found


def _current(value: Any) -> Any:
    """Return the numbers; with gradients, such that a backward pass goes on over there."""
    if not isinstance(value, LiveTensor):
        return value
    numbers = _numbers(value)
    if not torch.is_grad_enabled() or not value._tracked:
        return numbers
    return _Back.apply(torch.ones((), requires_grad=True), numbers, value)  # type: ignore[no-untyped-call]


class _Back(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, anchor: torch.Tensor, numbers: torch.Tensor, live: Any) -> torch.Tensor:
        ctx.line, ctx.handle = live.line, live
        return numbers.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        ctx.line.push_back(ctx.handle, gradients[0])
        return None, None, None
