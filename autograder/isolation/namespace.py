"""The names a test sees: its own, the instructor's, and through those the student's.

Last writer wins, as in one kernel: a name the student binds anew means the student's again, and a
test that replaces or deletes part of an exercise does so on the student's side. Exceptions keep
tests out of reach: what instructors import stays theirs, and so do their helper functions, their
constants and their names with an underscore, unless defining them is the exercise; and data of a
test is never written over there.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from autograder.isolation.conversation import Conversation
from autograder.isolation.proxy import Proxy, about
from autograder.isolation.pure import Pure

_NEVER = frozenset(dir(builtins)) | {
    "get_ipython", "In", "Out", "exit", "quit", "open", "__builtins__", "_", "__", "___",
}  # fmt: skip
_ALIASES = {
    "np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "nn": "torch.nn",
    "F": "torch.nn.functional", "optim": "torch.optim", "sns": "seaborn", "sp": "scipy",
}  # fmt: skip


class _Builtins(dict[str, Any]):
    """Python's own names, then the student's.

    The body of a class asks here directly: it takes the global names for an ordinary dictionary.
    """

    def __init__(self, otherwise: Callable[[str], Any]) -> None:
        # What Python looks up without asking.
        super().__init__(__import__=builtins.__import__, __build_class__=builtins.__build_class__)
        self._otherwise = otherwise

    def __missing__(self, name: str) -> Any:
        known = vars(builtins)
        return known[name] if name in known else self._otherwise(name)


class Names(dict[str, Any]):
    """The global names of grade cells."""

    def __init__(self, line: Conversation, student: Any, expected: frozenset[str]) -> None:
        own = {"__name__": "__main__", "__builtins__": _Builtins(self.__missing__)}
        super().__init__(**own, student=student)
        self._line, self._expected = line, expected
        self._pinned: set[str] = {"student"}
        self._fetched: dict[tuple[str, int], Any] = {}

    def __missing__(self, name: str) -> Any:
        if name in _NEVER:
            raise KeyError(name)
        known = (name, self._line.epoch)
        if known in self._fetched:
            return self._fetched[known]
        (found,) = self._line.ask("names", [name])
        if not found:
            raise KeyError(name)
        value = _module_of(name, found[0])
        # Data may be changed by the next call; an object's proxy stays the same.
        if type(value) is Proxy or isinstance(value, type):
            self._fetched[known] = value
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if name not in self._expected:
            # A test's own: a student who guesses the name of a helper must not replace it.
            if isinstance(value, FunctionType | type) or name.startswith("_"):
                self._pinned.add(name)
        elif type(value) is Proxy or isinstance(value, FunctionType):
            # Part of an exercise: other names of a test are none of the student's business.
            self._line.ask("bind", name, value)

    def __delitem__(self, name: str) -> None:
        if name in self:
            super().__delitem__(name)
        else:
            self._line.ask("unbind", name)
            self._fetched.clear()

    def take(self, pure: Pure) -> None:
        """Bind what a locked cell says that means the same on both sides."""
        exec(compile(pure.source, "<locked cell>", "exec"), self)  # noqa: S102 - the instructor's
        self._pinned |= pure.imported | ((pure.functions | pure.constants) - self._expected)

    def pin(self, imported: Iterable[str]) -> None:
        """Keep names that a test has imported."""
        self._pinned |= set(imported)

    def rebound(self, names: set[str]) -> None:
        """Forget what a cell of the student's binds anew, by its text."""
        self._fetched.clear()
        for name in names - self._pinned:
            self.pop(name, None)


def _module_of(name: str, value: Any) -> Any:
    """Return the module of that name here, where a proxy stands for one that goes by it."""
    if type(value) is not Proxy or "module" not in about(value):
        return value
    module = str(about(value)["module"])
    if name == module.rpartition(".")[2] or _ALIASES.get(name) == module:
        try:
            return importlib.import_module(module)
        except ImportError:
            return value
    return value
