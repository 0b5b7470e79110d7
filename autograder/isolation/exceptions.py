"""Exceptions of the student's code, as tests can catch them: by type and text.

A built-in exception, or one of a library that is loaded here, comes back as itself. One that the
student defined becomes a class of its name below the nearest known one, the same each time.
"""

from __future__ import annotations

import builtins
import sys
from typing import Any

# Raised by accident or on purpose, these would end a loop of the test's without a word.
_ENDS_LOOPS = (StopIteration, StopAsyncIteration)


# `unittest.SkipTest` and its like would end a test well: that is not for a student to say.
_END_TESTS = {"unittest", "doctest", "bdb", "pdb", "asyncio", "concurrent"}
_KNOWN = (sys.stdlib_module_names - _END_TESTS) | {
    "torch", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "PIL", "safetensors", "course",
}  # fmt: skip


class StudentError(Exception):
    """The student's code raised something that is no ordinary exception."""


def taken(described: dict[str, Any], known: dict[int, type[Exception]]) -> type[Exception]:
    """Return the class for a description; `known` holds those made so far, by handle."""
    handle = int(described["handle"])
    if handle not in known:
        lineage = [_loaded(str(module), str(name)) for module, name in described["lineage"]]
        nearest = next((c for c in lineage if c is not None), StudentError)
        name = str(described["lineage"][0][1]).rpartition(".")[2]
        own = {"handle": handle, "__module__": "__main__"}
        known[handle] = nearest if lineage[0] else type(name or "StudentError", (nearest,), own)
    return known[handle]


def rebuilt(described: dict[str, Any], known: dict[int, type[Exception]]) -> Exception:
    """Return the exception for a description, marked as the student's."""
    kind = taken(described, known)
    error = kind.__new__(kind)
    error.args = (str(described["text"]),)
    error.from_student = True  # type: ignore[attr-defined]
    return error


def _loaded(module: str, name: str) -> type[Exception] | None:
    """Return a class that exists here, if it is an ordinary exception."""
    found: Any = builtins if module == "builtins" else sys.modules.get(module)
    if found is None or module.partition(".")[0] not in _KNOWN:
        return None
    for part in name.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type) or not issubclass(found, Exception):
        return None
    return None if issubclass(found, _ENDS_LOOPS) else found
