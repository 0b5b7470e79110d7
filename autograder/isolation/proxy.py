"""Stands for an object that lives on the student's side: what is done to it happens over there.

    dog = Dog("Rex")        # Dog is a proxy; so is dog
    dog.bark(2)             # runs in the sandbox; the result comes back as data or a proxy
    isinstance(dog, Dog)    # answered here, from what the object was when it was passed

Equality is not asked over there: an object whose ``__eq__`` always says yes would pass any test.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from autograder.isolation.faults import TestError

_OURS = ("_line", "_about")


def about(proxy: Proxy) -> dict[str, Any]:
    """Return what is known of a proxy's object: handle, lineage, and whether it is a module."""
    return object.__getattribute__(proxy, "_about")  # type: ignore[no-any-return]


class Proxy:
    """An object of the student's. Special methods are those of the object over there."""

    __slots__ = _OURS
    _line: Any
    _about: dict[str, Any]

    @staticmethod
    def of(line: Any, described: dict[str, Any]) -> Proxy:
        """Return a proxy; `line` asks the student's process."""
        proxy = object.__new__(Proxy)
        object.__setattr__(proxy, "_line", line)
        lineage = [(str(module), str(name)) for module, name in described["lineage"]]
        itself = [(str(module), str(name)) for module, name in described.get("self", ())]
        facts = {**described, "handle": int(described["handle"]), "lineage": lineage}
        object.__setattr__(proxy, "_about", {**facts, "self": itself})
        return proxy

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it, over there."""
        return self._line.call(self, arguments, named)

    def __getattr__(self, name: str) -> Any:
        # Python and NumPy look for many special names on anything they are given.
        if name.startswith("__") and name not in ("__name__", "__doc__", "__dict__", "__wrapped__"):
            raise AttributeError(name)
        return self._line.ask("attribute", self, name)

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._line.ask("attribute", self, "__doc__")

    def __setattr__(self, name: str, value: Any) -> None:
        self._line.ask("set", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._line.ask("delete", self, name)

    @property  # type: ignore[misc]  # what isinstance() looks at
    def __class__(self) -> Any:
        if ("builtins", "function") in self._about["lineage"]:
            return types.FunctionType
        for module, name in self._about["lineage"]:
            if module != "__main__" and (found := _loaded(module, name)) is not None:
                return found
        return Proxy

    def __instancecheck__(self, instance: Any) -> bool:
        wanted = self._about["self"][:1]
        if isinstance(instance, Proxy):
            return wanted != [] and wanted[0] in about(instance)["lineage"]
        return wanted != [] and wanted[0] in [
            (kind.__module__, kind.__qualname__) for kind in type(instance).__mro__
        ]

    def __subclasscheck__(self, kind: Any) -> bool:
        wanted = self._about["self"][:1]
        if isinstance(kind, Proxy):
            return wanted != [] and wanted[0] in about(kind)["self"]
        return wanted != [] and wanted[0] in [
            (base.__module__, base.__qualname__) for base in kind.__mro__
        ]

    def __mro_entries__(self, bases: Any) -> Any:
        raise TestError("a class of the student's cannot be a base class in a test")

    def __eq__(self, other: object) -> bool:
        if type(other) is not Proxy:
            return False
        if self._about["handle"] == about(other)["handle"]:
            return True
        if self._about.get("equality") and about(other).get("equality"):
            raise TestError(
                "a test compares two objects of the student's with ==: compare their parts, or "
                "ask the student's code with student.equal(a, b)"
            )
        return False

    def __hash__(self) -> int:
        return hash(("student", self._about["handle"]))

    def __repr__(self) -> str:
        return str(self._line.ask("text", "repr", self))

    def __str__(self) -> str:
        return str(self._line.ask("text", "str", self))

    def __format__(self, how: str) -> str:
        return str(self._line.ask("format", self, how))

    def __bool__(self) -> bool:
        return self._line.ask("truth", self) is True

    def __iter__(self) -> Any:
        return self._line.ask("iterator", self)

    def __next__(self) -> Any:
        found = self._line.ask("next", self)
        if not found:
            raise StopIteration
        return found[0]

    def __contains__(self, value: Any) -> bool:
        # Looked for here, among what the object says it holds.
        return any(item is value or item == value for item in self)

    def __len__(self) -> int:
        return self._line.ask("operate", "length", self)  # type: ignore[no-any-return]

    def __int__(self) -> int:
        return self._line.ask("number", "int", self)  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return self._line.ask("number", "float", self)  # type: ignore[no-any-return]

    def __complex__(self) -> complex:
        return self._line.ask("number", "complex", self)  # type: ignore[no-any-return]

    def __copy__(self) -> Any:
        return self._line.ask("library", "copy").copy(self)

    def __deepcopy__(self, _: Any) -> Any:
        return self._line.ask("library", "copy").deepcopy(self)

    def __enter__(self) -> Any:
        return self._line.ask("attribute", self, "__enter__")()

    def __exit__(self, *error: Any) -> Any:
        return self._line.ask("attribute", self, "__exit__")(None, None, None)


def _loaded(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) else None


def _operator(special: str, asked: str, *, swapped: bool = False, guarded: bool = False) -> Any:
    def method(self: Proxy, *others: Any) -> Any:
        line = object.__getattribute__(self, "_line")
        if guarded and not all(type(other) is Proxy for other in others):
            # `abs(answer - 4) < 0.1` would be the object's own verdict on itself.
            raise TypeError(
                "an object of the student's class is calculated or compared with data of the test; "
                f"if that is what is tested, say student.library('operator').{asked}(a, b)"
            )
        values = (*others, self) if swapped else (self, *others)
        return line.ask("operate", asked, *values)

    method.__name__ = special
    return method


_BOTH_WAYS = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
    "lshift", "rshift",
)  # fmt: skip
for _name in _BOTH_WAYS:
    _asked = f"{_name}_" if _name in ("and", "or") else _name
    setattr(Proxy, f"__{_name}__", _operator(f"__{_name}__", _asked, guarded=True))
    setattr(Proxy, f"__r{_name}__", _operator(f"__r{_name}__", _asked, swapped=True, guarded=True))
for _name in ("lt", "le", "gt", "ge"):
    setattr(Proxy, f"__{_name}__", _operator(f"__{_name}__", _name, guarded=True))
for _name in ("neg", "pos", "abs", "invert", "index", "getitem", "setitem", "delitem"):
    setattr(Proxy, f"__{_name}__", _operator(f"__{_name}__", _name))
