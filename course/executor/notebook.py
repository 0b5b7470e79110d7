"""The notebook of a run: read, told its parameters, and reduced to what is to be executed."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import keyword
import math
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from course.errors import CourseError, UsageError

Notebook = dict[str, Any]
Value = Any

TAG = "parameters"
INJECTED = "injected-parameters"
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def read(path: Path) -> Notebook:
    """Read a notebook (nbformat 4) and take its outputs out.

    Raises
    ------
    CourseError
        If the file is missing, is no notebook, or is not in Python.
    """
    where = str(path)
    if not path.is_file():
        raise UsageError("there is no such notebook", where=where, do="check the path")
    if path.suffix != ".ipynb":
        do = "make one first: jupytext --to ipynb FILE" if path.suffix in {".py", ".md"} else ""
        raise UsageError("this is not a notebook (.ipynb)", where=where, do=do)
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = notebook["cells"]
        readable = notebook["nbformat"] == 4 and all(_is_cell(cell) for cell in cells)
        kernel = notebook.get("metadata", {}).get("kernelspec", {})
        language = str(kernel.get("language", "python"))
    except OSError as error:
        do = "see that you may read it"
        raise CourseError(f"it cannot be read: {error.strerror}", where=where, do=do) from error
    except (ValueError, KeyError, TypeError, AttributeError):
        readable = False
    if not readable:
        do = "open it in Jupyter and save it again"
        raise CourseError("this file is not a notebook of version 4", where=where, do=do)
    if language.lower() != "python":
        raise CourseError(f"this notebook is in {language}, not in Python", where=where)
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return dict(notebook)


def _is_cell(cell: Any) -> bool:
    tags = cell.get("metadata", {}).get("tags", [])
    text = cell.get("source", "")
    return "cell_type" in cell and isinstance(tags, list) and isinstance(text, str | list)


def source(cell: Mapping[str, Any]) -> str:
    """Return a cell's text; the format allows a list of lines too."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def value(text: str) -> Value:
    """Return what the right side of ``name=value`` means: a number, a truth value, a list, text."""
    if text.strip().lower() in _WORDS:
        return _WORDS[text.strip().lower()]
    try:
        return json.loads(text)
    except ValueError:
        return text


def assignment(text: str) -> tuple[str, str]:
    """Split ``name=value`` and see that the name can be one in Python."""
    name, sign, right = text.partition("=")
    name = name.strip()
    if not sign or not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"'{text}' is not of the form name=value", do="write for example lr=0.1")
    return name, right


def with_parameters(notebook: Notebook, parameters: Mapping[str, Value]) -> Notebook:
    """Return the notebook with a cell of values after its cell tagged ``parameters``.

    That is papermill's way, done before anything starts, so that each target runs the same file.

    Raises
    ------
    UsageError
        If no cell has the tag, or the tagged cell does not set one of the names.
    """
    notebook = copy.deepcopy(notebook)
    if not parameters:
        return notebook
    notebook["cells"] = [cell for cell in notebook["cells"] if INJECTED not in _tags(cell)]
    places = [number for number, cell in enumerate(notebook["cells"]) if TAG in _tags(cell)]
    if not places:
        raise UsageError(
            f"no cell of this notebook has the tag '{TAG}', so it takes no parameters",
            do="put the default values into one cell and tag it (in JupyterLab: the cogs on the "
            f"right, Cell Tags, add '{TAG}')",
        )
    _see_that_known(source(notebook["cells"][places[0]]), parameters)
    lines = [f"{name} = {_literal(given)}" for name, given in parameters.items()]
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": [INJECTED]},
        "outputs": [],
        "source": "\n".join(["# Parameters", *lines]),
    }
    if notebook.get("nbformat_minor", 0) >= 5:
        cell["id"] = INJECTED
    notebook["cells"].insert(places[0] + 1, cell)
    return notebook


def digest(notebook: Notebook, **rest: Any) -> str:
    """Return a SHA-256 of what a result depends on: the cells' text, and what else is named."""
    cells = [(cell["cell_type"], source(cell)) for cell in notebook["cells"]]
    text = json.dumps([cells, rest], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def _literal(given: Value) -> str:
    # NaN and infinity have no literal in Python.
    if isinstance(given, float) and not math.isfinite(given):
        return f'float("{given}")'
    return repr(given)


def _see_that_known(defaults: str, parameters: Mapping[str, Value]) -> None:
    plain = "\n".join(line for line in defaults.splitlines() if line.lstrip()[:1] not in {"%", "!"})
    try:
        body = ast.parse(plain).body
    except SyntaxError:
        return  # The run will say it better.
    names = [
        target.id
        for statement in body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
        if isinstance(target, ast.Name)
    ]
    for name in parameters:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise UsageError(
                f"the notebook has no parameter '{name}'",
                do=f"did you mean '{near[0]}'?"[:-1] if near else f"use one of: {', '.join(names)}",
            )
