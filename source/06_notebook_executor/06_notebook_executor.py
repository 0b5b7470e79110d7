# ---
# jupyter:
#   course:
#     accelerator: none
#     before:
#     - Python functions, dictionaries, exceptions (`try`, `except`, `finally`) and files; no cloud account
#     - The words *cell* and *kernel* from lesson 00 should not be new to you
#     - No GPU is needed; on Colab, save a copy first (File, Save a copy in Drive)
#     difficulty: intermediate
#     minutes: 105
#     objectives:
#     - can: give a notebook other parameters from outside, without changing its file
#       exercises:
#       - parameters
#     - can: run a notebook unattended so that a failure is never taken for a success
#       exercises:
#       - fail-loudly
#       - run-contract
#     - can: run a whole grid of settings, and go on where it was left
#       exercises:
#       - run-name
#       - sweep
#     - can: compare runs in one table that hides neither failures nor missing numbers
#       exercises:
#       - table
#     summary: 'Run a notebook as a job that nobody watches: parameters from outside, failures that
#       cannot be overlooked, a clean-up in every case, and a grid of runs in one table.'
#     title: A notebook as a job
#   jupytext:
#     cell_metadata_filter: nbgrader,tags,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: colab,accelerator,kaggle,course,kernelspec,-language_info,-all
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false}
import course
from course import NotAttempted, check, hint

here = course.setup("06_notebook_executor")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import ast
import contextlib
import copy
import hashlib
import io
import itertools
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, then the
# **check** below it. In a cell of your own, `hint("parameters")` points the way, and
# `hint("parameters", level=2)` nearly gives it away. Hidden tests look at more cases when you hand
# in.
#
# ## 1. Nobody watches
#
# Your notebook takes an hour, and you want it with six learning rates. You do not want to sit
# beside it for six hours. So you hand it to a program that runs it: the notebook becomes a **job**.
# In the talk this course grew from, in 2019, such a program rented a machine, ran the notebook
# there, saved the result, and deleted the machine.
#
# When nobody watches, nobody sees red text either. Whatever you would do by hand, the program must
# promise:
#
# - **it fails loudly**: a cell that failed stops the run, and the result says so;
# - **it ends**: there is a deadline, after which it is stopped;
# - **it cleans up in every case**: a rented machine that is forgotten goes on costing money;
# - **it leaves a trace**: what ran, with which values, and how it ended, is in a folder.
#
# The program of 2019 had no deadline, and when the program itself crashed, the machine stayed.

# %% nbgrader={"grade": false, "grade_id": "figure-life", "locked": true, "schema_version": 3, "solution": false}
course.figure("06-life-of-a-run")

# %% [markdown]
# You will write a small version of such a program, one promise at a time. At the end you meet the
# full-grown one of this course, `course run`, which makes the same promises about the same files.
#
# ## 2. A notebook is a file of cells
#
# An `.ipynb` file is text in the JSON format: `json.loads` makes a dictionary of it. Its `"cells"`
# are a list, and each cell is a dictionary again. So no Jupyter is needed to change a notebook.
# These helpers are given; read them once.

# %% nbgrader={"grade": false, "grade_id": "cells", "locked": true, "schema_version": 3, "solution": false}
def prose(source):
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source, tags=()):
    """Return a code cell that has not run."""
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code", "metadata": metadata, "source": source,
        "execution_count": None, "outputs": [],
    }


def notebook_of(*cells):
    """Return a notebook of these cells, as version 4 of the format wants it."""
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells)}


def source_of(cell):
    """Return a cell's text. The format allows one text or a list of lines; this takes both."""
    return "".join(cell["source"])


def tags_of(cell):
    """Return a cell's tags: labels that people and programs put on cells."""
    return cell["metadata"].get("tags", [])


def names_set_by(source):
    """Return the names that a text assigns to: ["lr", "width"] for "lr = 0.1" and "width = 8"."""
    return [
        target.id
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]


# %% [markdown]
# And this is the job: a small network learns the shape of a wave. It uses a GPU if there is one.
# You need not follow every line. Its result is a file, `metrics.json`, not a printed line: files
# are what programs can collect.

# %% nbgrader={"grade": false, "grade_id": "wave", "locked": true, "schema_version": 3, "solution": false}
wave = notebook_of(
    prose("# Learn a wave\n\nThe cell below has the tag `parameters`: it holds the defaults."),
    code("""\
lr = 0.05  # the size of a step
width = 16  # of the hidden layer
steps = 150""", tags=["parameters"]),
    code("""\
import json
import math
import torch

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)
x = torch.linspace(-2, 2, 200, device=device).unsqueeze(1)  # [200, 1]
y = torch.sin(3 * x)  # [200, 1]"""),
    code("""\
first, last = torch.nn.Linear(1, width), torch.nn.Linear(width, 1)
net = torch.nn.Sequential(first, torch.nn.Tanh(), last).to(device)
sgd = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
for step in range(steps):
    loss = (net(x) - y).square().mean()
    sgd.zero_grad()
    loss.backward()
    sgd.step()
loss = loss.item()
print(f"{steps} steps with lr {lr} and width {width}")"""),
    code("""\
if not math.isfinite(loss):
    raise ValueError("the loss is not a number any more: lr is too large")"""),
    code("""\
with open("metrics.json", "w") as file:
    json.dump({"loss": round(loss, 4)}, file)"""),
)
for number, cell in enumerate(wave["cells"], start=1):
    print(number, cell["cell_type"], tags_of(cell), source_of(cell).splitlines()[0])

# %% [markdown]
# **Expected:** six cells; the second has the tag `parameters`.
#
# ### Exercise `parameters` · medium · 15 minutes
#
# To run the job with another `lr`, do not edit the file: soon you would have six copies, and nobody
# knows which one ran. Instead leave the defaults where they are and **inject** a cell after them.
# It runs later, so its values win.
#
# Return a *copy* of the notebook; the one you were given stays as it is.
#
# - Find the code cell with the tag `parameters` (there is at most one). Directly after it comes a
#   new code cell with the tag `injected-parameters` and a line `name = value` for each value.
# - Each value is written as Python: text in quotes, `True`, `None`, `[1, 2]`. Values are numbers,
#   texts, truth values, `None`, and lists of these.
# - A name that the tagged cell does not set is almost always a typing mistake. If it were let
#   pass, the job would run for an hour with the default value. Raise a `ValueError`; its text holds
#   the unknown name and all known ones.
# - If no cell has the tag, raise a `ValueError` too.

# %% nbgrader={"grade": false, "grade_id": "parameters", "locked": false, "schema_version": 3, "solution": true}
def with_parameters(notebook, values):  # a notebook, and for example {"lr": 0.1, "width": 8}
    """Return a copy of the notebook with a cell that sets the values, after the defaults."""
    ### BEGIN SOLUTION
    notebook = copy.deepcopy(notebook)
    places = [i for i, cell in enumerate(notebook["cells"]) if "parameters" in tags_of(cell)]
    if not places:
        raise ValueError("no cell has the tag 'parameters'")
    known = names_set_by(source_of(notebook["cells"][places[0]]))
    for name in values:
        if name not in known:
            raise ValueError(f"there is no parameter '{name}', only: {', '.join(known)}")
    # repr() writes a value as Python would: "a" with its quotes, None as None.
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    notebook["cells"].insert(places[0] + 1, code("\n".join(lines), tags=["injected-parameters"]))
    return notebook
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "parameters-check", "locked": true, "schema_version": 3, "solution": false}
check("parameters")

# %% nbgrader={"grade": true, "grade_id": "parameters-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import ast as _ast
import copy as _copy

from autograder.secret import generator


def _values_set_by(cell):
    # What a student's function wrote is read, never executed.
    source = "".join(cell["source"])
    assert len(source) < 5_000, "the new cell is far too long"
    try:
        statements = _ast.parse(source).body
    except SyntaxError:
        raise AssertionError("the new cell is not valid Python") from None
    found = {}
    for statement in statements:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        for target in targets:
            if isinstance(target, _ast.Name):
                try:
                    found[target.id] = _ast.literal_eval(statement.value)
                except (ValueError, TypeError):
                    raise AssertionError("a value in the new cell is not written as Python writes it") from None
    return found


def _refused(asked, given):
    try:
        with_parameters(asked, given)
    except ValueError as error:
        return str(error)
    except (TypeError, KeyError, IndexError, AttributeError, NameError, StopIteration):
        pass
    return None


_random = generator("parameters")
_lr, _width = round(float(_random.uniform(0.1, 0.9)), 6), int(_random.integers(3, 10_000))
_word = "".join(_random.choice(list("abcdefgh"), 6))
_defaults = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "execution_count": 4, "outputs": [],
             "source": ["lr = 0.5\n", "width = 3\n", "name = 'x'\n", "flag = None\n", "sizes = [1]"]}
_mention = {"cell_type": "markdown", "metadata": {"collapsed": False}, "source": "# The parameters"}
_plain = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": "depth = 2\nlr = 1"}
_notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [_mention, _plain, _defaults, _plain, _mention]}
for _given in (
    {"lr": -_lr, "width": _width},
    {"name": f"it's \"{_word}\"\nnew line \\ {_word}", "width": 10**20 + _width},
    {"flag": True, "name": "None"},
    {"flag": None, "sizes": [_width, _lr, _word, False, None], "lr": 1e-07 * _lr},
):
    _before = _copy.deepcopy(_notebook)
    _got = with_parameters(_notebook, _given)
    assert _notebook == _before, "the notebook that was given is changed"
    assert isinstance(_got, dict) and "cells" in _got, "no notebook is returned"
    assert len(_got["cells"]) == 6, "there is not exactly one cell more"
    _new = _got["cells"][3]
    assert _new["cell_type"] == "code", "the cell after the defaults is not a code cell"
    assert "injected-parameters" in _new["metadata"].get("tags", []), "the cell after the defaults has not the tag injected-parameters"
    assert [c for i, c in enumerate(_got["cells"]) if i != 3] == _before["cells"], "another cell was changed or moved"
    _found = _values_set_by(_new)
    assert set(_found) == set(_given), "the new cell does not set exactly the names that were given"
    assert all(type(_found[_k]) is type(_v) and _found[_k] == _v for _k, _v in _given.items()), (
        "a value does not arrive as it was given: is text in quotes, is None still None?"
    )
_message = _refused(_notebook, {"lr": 0.1, "wdith" + _word: 8})
assert _message is not None, "a name that the tagged cell does not set is not refused with a ValueError"
assert "wdith" + _word in _message, "the error does not hold the unknown name"
assert all(_name in _message for _name in ("lr", "width", "name", "flag", "sizes")), "the error does not list all known names"
assert _refused(_notebook, {"depth": 3}) is not None, "a name that only another cell sets is not refused"
_untagged = {**_notebook, "cells": [_mention, _plain]}
assert _refused(_untagged, {"lr": 0.1}) is not None, "a notebook without the tag does not lead to a ValueError"
### END HIDDEN TESTS

# %% tags=["after-exercises"]
injected = with_parameters(wave, {"lr": 0.01, "steps": 50})
print(source_of(injected["cells"][1]))
print("--- then")
print(source_of(injected["cells"][2]))

# %% [markdown]
# **Expected:** the defaults, and after them a cell that sets `lr` and `steps` anew.
#
# ## 3. Fail loudly
#
# Now the cells are to run. What Jupyter does for a cell, Python's `exec(text, namespace)` does
# nearly as well: it runs the text, and the names that the text sets go into the dictionary
# `namespace`. The cells of one run share one namespace, as the cells of a notebook share a kernel.
#
# Two more helpers are given. `cleared` makes a copy without old outputs: a job must never show
# results of last week. `run_cell` runs one cell, keeps what it printed, notes a *status*, and
# raises whatever the cell raises.

# %% nbgrader={"grade": false, "grade_id": "run-cell", "locked": true, "schema_version": 3, "solution": false}
def cleared(notebook):
    """Return a copy of the notebook in which no cell has run yet."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["metadata"]["status"] = "pending"
    return notebook


def run_cell(cell, names):
    """Run one code cell. What it prints and its status are noted in the cell, also if it fails."""
    printed = io.StringIO()
    cell["metadata"]["status"] = "failed"  # until it has come to its end
    try:
        with contextlib.redirect_stdout(printed):
            exec(source_of(cell), names)
        cell["metadata"]["status"] = "completed"
    finally:
        text = printed.getvalue()
        if text:
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


# %% [markdown]
# ### Exercise `fail-loudly` · harder · 20 minutes
#
# Run the code cells of a `cleared` copy in order, in one fresh namespace. Return a dictionary:
#
# - `"state"`: `"SUCCEEDED"`, or `"FAILED"` if a cell raised anything;
# - `"why"`: empty after a success, else for example `"cell 5: ValueError: the loss is …"`: which
#   cell (count all cells, Markdown too, from 1), the name of the exception
#   (`type(error).__name__`), its text;
# - `"notebook"`: the copy, as far as it got.
#
# After a failure no further cell runs: it would work on what the failed one left half-done. And
# `clean_up()` is called **exactly once, after the last cell that runs, in every case**.
#
# "Every case" is wider than it looks. Ctrl-C and Jupyter's stop button raise `KeyboardInterrupt`,
# `sys.exit()` raises `SystemExit`, and neither of them is an `Exception`: `except Exception` lets
# them pass. Everything that can be raised is a `BaseException`. A stop and a `sys.exit()` are
# failures here, reported like any other. (Even `sys.exit(0)`: the cells after it did not run.)

# %% nbgrader={"grade": false, "grade_id": "fail-loudly", "locked": false, "schema_version": 3, "solution": true}
def run_cells(notebook, clean_up):  # a notebook, and a function without arguments
    """Run the code cells until one fails; return {"state": …, "why": …, "notebook": …}."""
    ### BEGIN SOLUTION
    executed, namespace = cleared(notebook), {}
    state, why = "SUCCEEDED", ""
    try:
        for number, cell in enumerate(executed["cells"], start=1):
            if cell["cell_type"] == "code":
                run_cell(cell, namespace)
    except BaseException as error:  # Ctrl-C and sys.exit() too
        state, why = "FAILED", f"cell {number}: {type(error).__name__}: {error}"
    finally:
        clean_up()
    return {"state": state, "why": why, "notebook": executed}
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "fail-loudly-check", "locked": true, "schema_version": 3, "solution": false}
check("fail-loudly")

# %% nbgrader={"grade": true, "grade_id": "fail-loudly-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import copy as _copy
import re as _re

from autograder.secret import generator
from autograder.student import student


def _cell(source, **more):
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source, **more}


def _notebook(*cells):
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells)}


def _run(notebook, clean_up):
    try:
        told = run_cells(notebook, clean_up)
    except BaseException as error:
        if type(error).__name__ in {"KeyboardInterrupt", "SystemExit"}:
            raise AssertionError("a KeyboardInterrupt or SystemExit in a cell comes out of run_cells: it should be in the report") from None
        raise
    assert isinstance(told, dict) and {"state", "why", "notebook"} <= set(told), "state, why or notebook is missing in the report"
    assert isinstance(told["notebook"], dict) and "cells" in told["notebook"], "the notebook in the report is no notebook"
    return told


def _texts(cell):
    return "".join("".join(output.get("text", "")) for output in cell.get("outputs", []))


_random = generator("fail-loudly")
_number, _word = int(_random.integers(10, 10_000)), "".join(_random.choice(list("abcdefgh"), 6))
_prose = {"cell_type": "markdown", "metadata": {}, "source": "1 / 0"}
_old = [{"output_type": "stream", "name": "stdout", "text": "last week\n"}]
_calls = []


def _clean_up():
    _calls.append(1)


# Cells share their names, and old outputs are gone.
_good = _notebook(_prose, _cell(f"a = {_number}"), _prose, _cell(["b = a + 1\n", "print(b)"], outputs=_old), _cell("pass", outputs=_old))
_before = _copy.deepcopy(_good)
_report = _run(_good, _clean_up)
assert _report["state"] == "SUCCEEDED" and not _report["why"], "a run without a failure is not reported as one: do the cells share one namespace?"
assert len(_calls) == 1, "after a success clean_up was not called exactly once"
assert _good == _before, "the notebook that was given is changed"
assert len(_report["notebook"]["cells"]) == 5, "the notebook in the report has not all the cells"
assert _texts(_report["notebook"]["cells"][3]) == f"{_number + 1}\n", "what a cell printed is not in the notebook of the report"
assert not _texts(_report["notebook"]["cells"][4]), "an old output is still there"
_report = _run(_notebook(_cell("1 / 0")), _clean_up)
assert _report["state"] == "FAILED", "a cell failed, and the run is not FAILED"
_report = _run(_notebook(_cell("print(a)")), _clean_up)
assert _report["state"] == "FAILED", "a name from an earlier run, or from this notebook, is still there"

# Whatever a cell raises: reported, nothing after it runs, cleaned up once.
_dead = 1 + int(_random.integers(2, 6))  # the number of the cell that fails
for _source, _name, _text in (
    (f"print('half')\nraise ValueError('no {_word}')", "ValueError", "no " + _word),
    (f"print('half')\n{{}}['{_word}']", "KeyError", _word),
    (f"print('half')\nassert {_number} < 0, '{_word}'", "AssertionError", _word),
    ("print('half')\nraise KeyboardInterrupt", "KeyboardInterrupt", ""),
    ("import sys\nprint('half')\nsys.exit(0)", "SystemExit", "0"),
    (f"print('half')\nclass Odd(Exception):\n    pass\nraise Odd('{_word}')", "Odd", _word),
    ("print('half'", "SyntaxError", ""),
):
    _cells = [_cell(f"print({_k})") if _k % 2 else _prose for _k in range(1, _dead)]
    _calls.clear()
    _report = _run(_notebook(*_cells, _cell(_source), _cell("print('too far')", outputs=_old)), _clean_up)
    assert _report["state"] == "FAILED", "a cell failed, and the run is not FAILED"
    assert len(_calls) == 1, "after a failure clean_up was not called exactly once"
    _ran = _report["notebook"]["cells"]
    assert len(_ran) == _dead + 1, "after a failure the notebook in the report has not all the cells"
    assert _texts(_ran[0]) == "1\n", "after a failure the outputs of the cells before it are lost"
    assert _name == "SyntaxError" or _texts(_ran[_dead - 1]) == "half\n", "what the failed cell had printed is lost"
    assert not _texts(_ran[_dead]), "a cell after the failed one ran, or its old output is still there"
    _why = str(_report["why"])
    assert _re.search(rf"\b{_dead}\b", _why), "why does not say the number of the cell that failed"
    assert _re.search(rf"\b{_name}\b", _why), "why does not say the name of the exception"
    assert _text in _why, "why does not say the text of the exception"

# Cleaned up after the cells, not before: here the machine is a file.
_os, _folder = student.library("os"), student.library("tempfile").mkdtemp()
for _source, _state in (("pass", "SUCCEEDED"), ("1 / 0", "FAILED"), ("raise KeyboardInterrupt", "FAILED")):
    student.write(f"{_folder}/machine", b"on")
    _delete = student.library("functools").partial(_os.remove, f"{_folder}/machine")
    _report = _run(_notebook(_cell(f"open({_folder + '/machine'!r}).close()"), _cell(_source)), _delete)
    assert _report["state"] == _state and not str(_report["why"]).startswith("cell 1"), "clean_up was called before the cells ran"
    assert not _os.path.exists(f"{_folder}/machine"), "the machine is still there: clean_up was not called"
### END HIDDEN TESTS

# %% [markdown]
# Now a learning rate that cannot work. Our "machine" is a name in a set; cleaning up removes it.

# %% tags=["after-exercises"]
machines = {"gpu-1"}
report = run_cells(with_parameters(wave, {"lr": 50.0}), clean_up=machines.clear)
print(report["state"], "|", report["why"])
for number, cell in enumerate(report["notebook"]["cells"], start=1):
    if cell["cell_type"] == "code":
        print(number, f"{cell['metadata']['status']:<10}", source_of(cell).splitlines()[0])
print("machines left:", len(machines))

# %% [markdown]
# **Expected:** `FAILED`, with the reason and the cell: number 6, since the injected cell counts
# too. The code cells before it are *completed*, the one after it is *pending*. No machine is left.
# The notebook is there as far as it got: that is where you look for the cause.
#
# The cell that checks the loss is the author's part of failing loudly. Without it the job would
# have "succeeded", with a loss that is no number.
#
# ### What you cannot catch: a cell that never ends
#
# `try` and `finally` help when something is *raised*. A cell that waits for ever raises nothing,
# and your function waits with it. Only somebody outside can end it: another process, with a clock.

# %% nbgrader={"grade": false, "grade_id": "deadline", "locked": true, "schema_version": 3, "solution": false}
job = "import time; time.sleep(600)"
try:
    subprocess.run([sys.executable, "-c", job], timeout=1)  # seconds
except subprocess.TimeoutExpired:
    print("the deadline passed: the job was killed")

# %% [markdown]
# **Expected:** one line, after a second. `course run` does it in this way: the notebook's kernel is
# a process of its own, and a second process, the *keeper*, looks at the clock. At the deadline the
# keeper kills the kernel with everything it started. The keeper also cleans up when the program
# that you started is itself killed: then your `finally` would never run.
#
# ## 4. A folder for each run
#
# Printed lines are gone when the window closes. So each run has a folder, and the folder is what
# people and programs look at. These are the names that `course run` uses:
#
# | File | What it holds |
# | --- | --- |
# | `input.ipynb` | the notebook that is executed, parameters in |
# | `parameters.json` | the values |
# | `run.json` | `state` when it was last written, `started` (seconds since 1970), and more |
# | `heartbeat` | written again and again while somebody looks after the run |
# | `output.ipynb` | the executed notebook, as far as it got |
# | `artefacts/` | where the notebook runs, and what it wrote, such as `metrics.json` |
# | `SUCCEEDED` or `FAILED` | the **marker**: how it ended; JSON, with the reason as `what`; **written last** |
#
# Why last? Whoever sees the marker may rely on everything else being there. And why is `state` in
# `run.json` not enough? If the machine loses its power, nobody is left to write `FAILED`: the file
# says `RUNNING` for ever.
#
# ### Exercise `run-contract` · medium · 15 minutes
#
# Tell the state of a run from its folder. Return a pair, state and reason:
#
# 1. A file `FAILED` is there: `"FAILED"`, and the marker's `what`. This holds even if there is a
#    `SUCCEEDED` too.
# 2. Else a file `SUCCEEDED` is there: `"SUCCEEDED"`, and `""`.
# 3. Else nobody has said how it ended. If the last sign of life is at most 30 seconds before `now`:
#    `"RUNNING"`, and `""`. The last sign of life is the time at which `heartbeat` was last written
#    (`path.stat().st_mtime`). If there is no heartbeat yet, it is `started` in `run.json`.
# 4. Else the run was torn off: `"TORN"`, and a reason in your words. It is **not** a success,
#    whatever `run.json` says.
#
# Any of these files may be half-written or empty, since a machine can stop in the middle of a line.
# That must not raise an error. A marker counts by its name: if its text cannot be read, the reason
# of a `FAILED` is `"the marker cannot be read"`. If `run.json` is needed and cannot be read, or is
# not there, there is no sign of life.

# %% nbgrader={"grade": false, "grade_id": "run-contract", "locked": false, "schema_version": 3, "solution": true}
def state_of(folder, now):  # a Path, and seconds since 1970
    """Return (state, reason); the state is SUCCEEDED, FAILED, RUNNING or TORN."""
    ### BEGIN SOLUTION
    def entry(name, key, otherwise):
        try:
            return json.loads((folder / name).read_text())[key]
        except (OSError, ValueError, KeyError, TypeError):  # missing, half-written, without it, no dict
            return otherwise

    if (folder / "FAILED").exists():
        return "FAILED", entry("FAILED", "what", "the marker cannot be read")
    if (folder / "SUCCEEDED").exists():
        return "SUCCEEDED", ""
    try:
        last = (folder / "heartbeat").stat().st_mtime
    except FileNotFoundError:
        last = entry("run.json", "started", -math.inf)
    if now - last <= 30:
        return "RUNNING", ""
    return "TORN", "nobody looks after this run any more"
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "run-contract-check", "locked": true, "schema_version": 3, "solution": false}
check("run-contract")

# %% nbgrader={"grade": true, "grade_id": "run-contract-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import itertools as _itertools
import json as _json

from autograder.secret import generator
from autograder.student import student

_random = generator("run-contract")
_now = float(_random.integers(1_600_000_000, 1_700_000_000))
_young, _old = float(_random.integers(1, 25)), float(_random.integers(60, 10**6))
_word = "".join(_random.choice(list("abcdefgh"), 6))
_root = student.library("tempfile").mkdtemp()
_os, _Path = student.library("os"), student.library("pathlib").Path
_numbers = _itertools.count()


def _state(files, beat=None):
    """Return what the student's function says of a folder with these files; `beat` is in seconds ago."""
    folder = f"{_root}/run-{next(_numbers)}"
    _os.makedirs(folder)
    for name, content in files.items():
        student.write(f"{folder}/{name}", content if isinstance(content, bytes) else _json.dumps(content).encode())
    if beat is not None:
        student.write(f"{folder}/heartbeat", f"{_now - beat:.1f}\n".encode())
        _os.utime(f"{folder}/heartbeat", (_now - beat, _now - beat))
    try:
        answer = state_of(_Path(folder), _now)  # a path over there
    except (ValueError, KeyError, TypeError):
        raise AssertionError("a file that is half-written or has other content than usual raises an error") from None
    except OSError:
        raise AssertionError("a file that is missing raises an error") from None
    assert isinstance(answer, (tuple, list)) and len(answer) == 2, "state_of does not return a pair of state and reason"
    return tuple(answer)


def _record(state="RUNNING", ago=_old):
    return {"id": "1", "state": state, "started": _now - ago, "keeper": {"pid": 1}}


_failed = {"state": "FAILED", "what": "cell 3: " + _word, "do": "see output.html", "seconds": 1.0}
_succeeded = {"state": "SUCCEEDED", "what": "", "do": "", "seconds": 2.0}
for _beat in (_young, _old, None):
    assert _state({"run.json": _record("FAILED"), "FAILED": _failed}, _beat) == ("FAILED", "cell 3: " + _word), (
        "a run with the marker FAILED is not FAILED with its reason"
    )
    assert _state({"run.json": _record("SUCCEEDED"), "SUCCEEDED": _succeeded}, _beat) == ("SUCCEEDED", ""), (
        "a run with the marker SUCCEEDED is not SUCCEEDED without a reason"
    )
    assert _state({"FAILED": _failed, "SUCCEEDED": _succeeded}, _beat)[0] == "FAILED", "with both markers a run is not FAILED"
    for _half in (b"", b'{"state": "FAILED", "wh'):
        assert _state({"run.json": _record(), "FAILED": _half}, _beat) == ("FAILED", "the marker cannot be read"), (
            "a half-written FAILED is not FAILED for the reason that the marker cannot be read"
        )
    assert _state({"run.json": b"{", "SUCCEEDED": b'{"st'}, _beat)[0] == "SUCCEEDED", "a half-written SUCCEEDED does not count by its name"
for _half in (b"", b'{"state": "SUCC', _json.dumps(_record()).encode()):
    assert _state({"run.json": _half}, _young) == ("RUNNING", ""), "a run whose heartbeat is younger than 30 seconds, seen from now, is not RUNNING"
    assert _state({"run.json": _half}, _old)[0] == "TORN", "a run without a marker and with an old heartbeat is not TORN"
assert _state({}, 29.0)[0] == "RUNNING" and _state({}, 31.0)[0] == "TORN", "the limit is not 30 seconds"
_answer = _state({"run.json": _record("SUCCEEDED")}, _old)
assert _answer[0] == "TORN", "run.json says SUCCEEDED, there is no marker, and it is not TORN"
assert isinstance(_answer[1], str) and _answer[1], "TORN has no reason"
assert _state({"run.json": _record("FAILED", _young)}, _old)[0] == "TORN", "where there is a heartbeat, it is not the heartbeat that counts"
assert _state({"run.json": _record(ago=_young)}) == ("RUNNING", ""), "a run that started a moment ago and has no heartbeat yet is not RUNNING"
assert _state({"run.json": _record(ago=_old)})[0] == "TORN", "a run that started long ago and has no heartbeat is not TORN"
for _files in ({}, {"run.json": b""}, {"run.json": b'{"started": 17'}, {"run.json": {"state": "RUNNING"}}):
    assert _state(_files)[0] == "TORN", "a folder without any sign of life is not TORN"
### END HIDDEN TESTS

# %% [markdown]
# This function ties your pieces together. Read the order in which it writes. Each file is first
# written under another name, then renamed: so that nobody ever finds half of it.

# %% nbgrader={"grade": false, "grade_id": "run-job", "locked": true, "schema_version": 3, "solution": false}
def write_json(path, content):
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1))
    part.replace(path)


def run_job(notebook, values, folder):
    """Run a notebook with these values in a folder of its own; return SUCCEEDED or FAILED."""
    ready = with_parameters(notebook, values)  # a wrong name is an error before anything starts
    artefacts = folder / "artefacts"
    artefacts.mkdir(parents=True, exist_ok=True)
    for old in (folder / "FAILED", artefacts / "metrics.json"):  # of an attempt before this one
        old.unlink(missing_ok=True)
    write_json(folder / "input.ipynb", ready)
    write_json(folder / "parameters.json", values)
    write_json(folder / "run.json", {"state": "RUNNING", "started": time.time()})
    (folder / "heartbeat").touch()  # a keeper would do it every two seconds
    with contextlib.chdir(artefacts):
        report = run_cells(ready, clean_up=lambda: None)  # nothing is rented here
    write_json(folder / "output.ipynb", report["notebook"])
    write_json(folder / "run.json", {"state": report["state"]})
    write_json(folder / report["state"], {"state": report["state"], "what": report["why"]})  # last
    return report["state"]


runs = Path(tempfile.mkdtemp())  # for this lesson; a real job's folder should outlast the session

# %% tags=["after-exercises"]
run_job(wave, {"lr": 0.05}, runs / "first")
print(sorted(str(path.relative_to(runs)) for path in runs.rglob("*") if path.is_file()))
print(state_of(runs / "first", time.time()))
(runs / "first" / "SUCCEEDED").unlink()  # as if the power had failed just before the end
print("without its marker, in an hour:", state_of(runs / "first", time.time() + 3600))

# %% [markdown]
# **Expected:** seven files; then `SUCCEEDED`; then `TORN`. Every number is there, and still nobody
# can know that nothing is missing. So it is run again.
#
# ## 5. Many runs
#
# A **sweep** runs one notebook for each point of a grid. The grid `{"lr": [0.1, 0.01], "width":
# [8, 16]}` has two *axes*, lr and width, and four points. A sweep takes long, so it will be
# interrupted, and the same call must then go on where it was left. For that a run has to find its
# own folder again, by its name.
#
# ### Exercise `run-name` · easy · 10 minutes
#
# Return a name for a point such as `{"lr": 0.1, "width": 8}`. It becomes the name of a folder, on
# your machine, on Drive, in cloud storage:
#
# - **stable**: the same point has the same name, tomorrow and on another machine, in whatever order
#   its parameters come;
# - **different**: two points never share a name, not even `"a b"` and `"a/b"`, the number `1` and
#   the text `"1"`, or two long texts that differ at their end;
# - **safe**: only the letters a to z and A to Z, digits, `.`, `_` and `-`; it begins with a letter
#   or a digit and has at most 100 characters;
# - **readable**: the names and values of a small point stand in it as they are, here `lr`, `0.1`,
#   `width` and `8`.
#
# A readable text alone cannot be all four. So put a *digest* behind it: a fingerprint of the whole
# point. `hashlib.sha256(text.encode()).hexdigest()` gives 64 characters that change completely if
# the text changes a little; eight of them are enough here. The text that goes in must tell all
# points apart: `json.dumps` writes `1` and `"1"` differently, `str` does not. Do not take Python's
# own `hash`: for a text it gives another number each time Python starts.

# %% nbgrader={"grade": false, "grade_id": "run-name", "locked": false, "schema_version": 3, "solution": true}
def run_name(point):  # {"lr": 0.1, "width": 8}
    """Return the name of a point's folder."""
    ### BEGIN SOLUTION
    readable = "_".join(f"{name}-{point[name]}" for name in sorted(point))
    digest = hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()
    return re.sub(r"[^A-Za-z0-9._-]", "-", readable)[:60] + "-" + digest[:8]
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "run-name-check", "locked": true, "schema_version": 3, "solution": false}
check("run-name")

# %% nbgrader={"grade": true, "grade_id": "run-name-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import ast as _ast
import inspect as _inspect
import re as _re
import textwrap as _textwrap

from autograder.secret import generator

_random = generator("run-name")
_long = "".join(_random.choice(list("abcdefgh"), 150))
_lr, _width = round(float(_random.uniform(0.001, 0.9)), 4), int(_random.integers(2, 5_000))
_points = [
    {"lr": _lr, "width": _width}, {"lr": _lr, "width": _width + 1}, {"lr": round(_lr + 0.1, 4), "width": _width},
    {"lr": -_lr, "width": _width}, {"lr": 1e-12, "width": _width}, {"lr": [_lr, _lr], "width": None},
    *({"text": _text} for _text in (
        "a b", "a/b", "a-b", "a_b", "a:b", "a\\b", "../a", "..", "", " ", "ä", "ö", "a\nb", "*", "?", "a.b", "~", "$HOME",
        _long, _long + "1", _long + "2", "1" + _long)),
    {"a": "1_b-2", "b": 3}, {"a": 1, "b": "2_b-3"}, {"a": 1, "b": 23}, {"a": 12, "b": 3},
    *({"seed": _width, "flag": _flag} for _flag in (True, "True", None, "None")), {"seed": str(_width), "flag": True},
]
_names = [run_name(_point) for _point in _points]
assert all(isinstance(_name, str) for _name in _names), "a name is not a text"
assert all(_re.fullmatch(r"[A-Za-z0-9._-]+", _name) for _name in _names), "a name holds something else than letters without accents, digits, dots, dashes and underscores"
assert all(_re.match(r"[A-Za-z0-9]", _name) for _name in _names), "a name does not begin with a letter or a digit"
assert max(map(len, _names)) <= 100, "a name is longer than 100 characters"
assert len(set(_names)) == len(_points), "two different points have the same name"
assert [run_name(_point) for _point in _points] == _names, "the same point has another name the second time"
assert all(run_name(dict(reversed(_point.items()))) == _name for _point, _name in zip(_points, _names)), (
    "the name depends on the order of the parameters"
)
assert all(_part in _names[0] for _part in ("lr", str(_lr), "width", str(_width))), "names and values of a small point cannot be read in its name"
# hash() of a text differs from one start of Python to the next, which no single start can show.
try:
    _tree = _ast.parse(_textwrap.dedent(_inspect.getsource(run_name))[:20_000])
except (OSError, TypeError, SyntaxError):
    _tree = _ast.parse("")
assert not any(isinstance(_node, _ast.Call) and getattr(_node.func, "id", "") in {"hash", "id"} for _node in _ast.walk(_tree)), (
    "hash() and id() give other numbers each time Python starts: take a digest from hashlib"
)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise `sweep` · medium · 15 minutes
#
# Go through the grid and run what has to be run. You are given two functions: `state(point)` says
# how a point's run stands (`None` if there is none yet), and `run(point)` runs it and returns how
# it ended.
#
# - The grid is in the order of its axes, the last one changing fastest: lr 0.1 with width 8 and 16,
#   then lr 0.01 with both.
# - What has `SUCCEEDED` is not run again, and what is `RUNNING` is left alone. Everything else is
#   run: `FAILED`, `TORN`, and what has never run.
# - A notebook with a mistake in it fails at every point, and each try costs money. After
#   `most_failures` runs that failed *in this call*, start no more.
#
# Return a list with a pair for every point, in the order of the grid: the point, and its state in
# the end. A point that was not started keeps the state it had.

# %% nbgrader={"grade": false, "grade_id": "sweep", "locked": false, "schema_version": 3, "solution": true}
def sweep(axes, state, run, most_failures=3):  # {"lr": [0.1, 0.01], "width": [8, 16]}, functions
    """Return [(point, state), …] after running what has not succeeded yet."""
    ### BEGIN SOLUTION
    rows, failures = [], 0
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        stands = state(point)
        if stands not in ("SUCCEEDED", "RUNNING") and failures < most_failures:
            stands = run(point)
            failures += stands != "SUCCEEDED"
        rows.append((point, stands))
    return rows
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "sweep-check", "locked": true, "schema_version": 3, "solution": false}
check("sweep")

# %% nbgrader={"grade": true, "grade_id": "sweep-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import itertools as _itertools

from autograder.secret import generator

_random = generator("sweep")


class _Machine:
    """Runs that are only written down: how they stood, which were run, which fail."""

    def __init__(self, stood, fails):
        self.states, self.fails, self.ran = dict(stood), fails, []

    def key(self, point):
        return tuple(sorted((name, str(value)) for name, value in point.items()))

    def state(self, point):
        return self.states.get(self.key(point))

    def run(self, point):
        self.ran.append(dict(point))
        self.states[self.key(point)] = "FAILED" if self.key(point) in self.fails else "SUCCEEDED"
        return self.states[self.key(point)]

    def sweep(self, axes, most_failures):
        self.ran = []
        got = sweep(axes, lambda point: self.state(point), lambda point: self.run(point), most_failures)
        assert isinstance(got, (list, tuple)), "sweep does not return a list"
        assert all(isinstance(row, (list, tuple)) and len(row) == 2 for row in got), "an entry of the list is not a pair"
        return [tuple(row) for row in got]


def _grid(axes):
    return [dict(zip(axes, values)) for values in _itertools.product(*axes.values())]


def _shuffled(values):
    return [values[int(i)] for i in _random.permutation(len(values))]


_axes = {"width": _shuffled([8, 16, 32]), "lr": _shuffled([0.1, 0.01]), "name": _shuffled(["a", "b"])}
_points = _grid(_axes)

_fresh = _Machine({}, set())
_rows = _fresh.sweep(_axes, 3)
assert [_point for _point, _ in _rows] == _points, "the points are not the whole grid, with the last axis changing fastest"
assert _fresh.ran == _points, "at first not every point is run once"
assert all(_state == "SUCCEEDED" for _, _state in _rows), "the states that are returned are not those in the end"
assert _fresh.sweep(_axes, 3) == _rows and not _fresh.ran, "the second time something is run that had succeeded"

_stood = _shuffled(["SUCCEEDED", "FAILED", "TORN", "RUNNING", None, "SUCCEEDED", "FAILED", "TORN", "RUNNING", None, "SUCCEEDED", None])
_mixed = _Machine({_fresh.key(_p): _s for _p, _s in zip(_points, _stood) if _s}, set())
_rows = _mixed.sweep(_axes, 1)
_ran = [_p for _p, _s in zip(_points, _stood) if _s not in ("SUCCEEDED", "RUNNING")]
assert all(_p in _mixed.ran for _p, _s in zip(_points, _stood) if _s in ("FAILED", "TORN")), "a run that failed or was torn off before is not run again: only failures in this call count"
assert not any(_p in _mixed.ran for _p, _s in zip(_points, _stood) if _s == "RUNNING"), "what runs at present is started a second time"
assert _mixed.ran == _ran, "not exactly what has to be run is run, in the order of the grid"
assert _rows == [(_p, "RUNNING" if _s == "RUNNING" else "SUCCEEDED") for _p, _s in zip(_points, _stood)], "with a resumed sweep the states that are returned are wrong"

for _most in (1, 2, 5):
    _some = {_fresh.key(_points[int(_i)]) for _i in _random.permutation(12)[:8]}
    _broken = _Machine({_fresh.key(_points[0]): "TORN", _fresh.key(_points[11]): "FAILED"}, _some)
    _rows = _broken.sweep(_axes, _most)
    _last = [_i for _i, _p in enumerate(_points) if _fresh.key(_p) in _some][_most - 1]
    assert len(_broken.ran) <= _last + 1, "after most_failures failures a run is still started"
    assert len(_broken.ran) == _last + 1, "the sweep stops before most_failures runs have failed"
    assert len(_rows) == 12, "the points that were not started are missing in the list"
    assert [_s for _, _s in _rows] == [_broken.state(_p) for _p in _points], "a point that was not started does not keep its state"
### END HIDDEN TESTS

# %% [markdown]
# ## 6. One table
#
# ### Exercise `table` · medium · 15 minutes
#
# Eight runs are eight folders. A table is what people read, and a wrong table is believed. Each
# run is a dictionary; its *metrics* are the numbers that it measured:
#
# ```python
# {"point": {"lr": 0.1, "width": 8}, "state": "SUCCEEDED", "metrics": {"loss": 0.25}, "why": ""}
# ```
#
# Return two things: the list of heads, and a list of lines, each a list in the order of the heads.
#
# - **Heads:** all parameters that any run has, then `"state"`, then all metrics that any run has,
#   then `"why"`; parameters and metrics in the order in which they first come up.
# - **Lines:** one for *every* run, failed ones too. What a run does not have is an empty text `""`;
#   not a zero, which would look like the best loss of all.
# - **Order:** first the runs that `SUCCEEDED` and have the metric, the smallest first. After them
#   all others, in the order in which they came: what failed is no candidate, whatever it measured
#   before it failed. `nan` ("not a number", see `math.isnan`) counts as not having the metric,
#   though it is shown; every comparison with it is false, so it puts a sorted list into disorder
#   without any error.
#
# The list `runs` itself stays as it is.

# %% nbgrader={"grade": false, "grade_id": "table", "locked": false, "schema_version": 3, "solution": true}
def table(runs, metric):  # a list of such dictionaries, the name of a metric
    """Return (heads, lines), the best run first."""
    ### BEGIN SOLUTION
    def rank(run):
        value = run["metrics"].get(metric, math.nan)
        if run["state"] != "SUCCEEDED" or math.isnan(value):
            return 1, 0.0  # equal for all of these, so that they keep their order
        return 0, value

    parameters = list(dict.fromkeys(name for run in runs for name in run["point"]))
    metrics = list(dict.fromkeys(name for run in runs for name in run["metrics"]))
    lines = [
        [run["point"].get(name, "") for name in parameters] + [run["state"]]
        + [run["metrics"].get(name, "") for name in metrics] + [run["why"]]
        for run in sorted(runs, key=rank)
    ]
    return [*parameters, "state", *metrics, "why"], lines
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "table-check", "locked": true, "schema_version": 3, "solution": false}
check("table")

# %% nbgrader={"grade": true, "grade_id": "table-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import copy as _copy

from autograder.secret import generator

_random = generator("table")
_loss = [int(_v) / 8 for _v in _random.permutation(80)[:6]]  # no two alike
_runs = [
    {"point": {"lr": 0.1}, "state": "SUCCEEDED", "metrics": {"loss": float("nan")}, "why": ""},
    {"point": {"lr": 0.2}, "state": "SUCCEEDED", "metrics": {"loss": _loss[0], "time": 3}, "why": ""},
    {"point": {"lr": 0.3}, "state": "FAILED", "metrics": {}, "why": "cell 4: ValueError: no"},
    {"point": {"lr": 0.4, "width": 8}, "state": "SUCCEEDED", "metrics": {"loss": _loss[1]}, "why": ""},
    {"point": {"lr": 0.5}, "state": "FAILED", "metrics": {"loss": 0.001, "free": 0}, "why": "cell 6: OSError: full"},
    {"point": {"lr": 0.6, "width": 16}, "state": "SUCCEEDED", "metrics": {"time": 1, "recall": 0.5}, "why": ""},
    {"point": {"lr": 0.7}, "state": "SUCCEEDED", "metrics": {"loss": _loss[2], "recall": 0.0}, "why": ""},
    {"point": {"lr": 0.8}, "state": "SUCCEEDED", "metrics": {"loss": -_loss[3]}, "why": ""},
    {"point": {"lr": 0.9}, "state": "RUNNING", "metrics": {}, "why": ""},
    {"point": {"lr": 1.0}, "state": "TORN", "metrics": {"loss": _loss[4]}, "why": "lost"},
    {"point": {"lr": 1.1}, "state": "SUCCEEDED", "metrics": {"loss": 10 + _loss[5], "time": 2}, "why": ""},
]


def _seen(value):
    return "nan" if isinstance(value, float) and value != value else value


def _table(runs, metric):
    answer = table(runs, metric)
    assert isinstance(answer, (tuple, list)) and len(answer) == 2, "table does not return two things, heads and lines"
    heads, lines = answer
    assert isinstance(heads, (tuple, list)) and isinstance(lines, (tuple, list)), "heads or lines are not a list"
    return list(heads), [[_seen(value) for value in line] for line in lines]


def _line(run, parameters, metrics):
    values = [run["point"].get(n, "") for n in parameters] + [run["state"]]
    return [_seen(value) for value in values + [run["metrics"].get(n, "") for n in metrics] + [run["why"]]]


_before = repr(_runs)
for _metric in ("loss", "time"):
    for _ in range(3):
        _order = [_runs[int(_i)] for _i in _random.permutation(len(_runs))]
        _first = repr(_order)
        _heads, _lines = _table(_order, _metric)
        assert repr(_order) == _first and repr(_runs) == _before, "the list of runs is changed"
        _parameters = list(dict.fromkeys(n for _run in _order for n in _run["point"]))
        _metrics = list(dict.fromkeys(n for _run in _order for n in _run["metrics"]))
        assert set(_heads) == {"lr", "width", "state", "loss", "time", "free", "recall", "why"}, "a parameter or a metric that only some runs have is missing in the heads"
        assert _heads == [*_parameters, "state", *_metrics, "why"], "the heads are not in the order that was asked for"
        assert len(_lines) == len(_order), "there is not a line for every run"
        assert all(len(_l) == len(_heads) for _l in _lines), "a line has not an entry for every head"
        _good = [r for r in _order if r["state"] == "SUCCEEDED" and r["metrics"].get(_metric, float("nan")) == r["metrics"].get(_metric, float("nan"))]
        _good = [r for r in _good if _metric in r["metrics"]]
        _rest = [r for r in _order if not any(r is g for g in _good)]
        _best = sorted(_good, key=lambda r: r["metrics"][_metric])
        _lr = _heads.index("lr")
        assert [_l[_lr] for _l in _lines[: len(_best)]] == [r["point"]["lr"] for r in _best], "the runs that succeeded and have the metric do not come first, the smallest first"
        assert [_l[_lr] for _l in _lines[len(_best):]] == [r["point"]["lr"] for r in _rest], "the other runs do not come last, in the order in which they came"
        assert _lines == [_line(r, _parameters, _metrics) for r in _best + _rest], "an entry is wrong: is what a run does not have an empty text?"
### END HIDDEN TESTS

# %% [markdown]
# Now all of it together: a grid with one learning rate that cannot work.

# %% tags=["after-exercises", "nbval-ignore-output"]
axes = {"lr": [0.2, 0.05, 0.01, 50.0], "width": [8, 32]}


def folder_of(point):
    return runs / run_name(point)


def stands(point):
    return state_of(folder_of(point), time.time())[0] if folder_of(point).exists() else None


def run(point):
    print("run", run_name(point))
    return run_job(wave, point, folder_of(point))


def row(point):
    state, why = state_of(folder_of(point), time.time())
    path = folder_of(point) / "artefacts" / "metrics.json"
    metrics = json.loads(path.read_text()) if path.exists() else {}
    return {"point": point, "state": state, "metrics": metrics, "why": why}


done = sweep(axes, stands, run)
print("--- the same again")
done = sweep(axes, stands, run)

# %% [markdown]
# **Expected:** eight runs at first; the second time only the two that failed. They fail again: they
# have the same values. (The stop button would end one run here, and the sweep would go on with the
# next; `course run`, which you meet below, ends them all.) In the table the failures are not
# hidden:

# %% tags=["after-exercises", "nbval-ignore-output"]
heads, lines = table([row(point) for point, _ in done], "loss")
for line in [heads, *lines]:
    print("".join(f"{value!s:<11}" for value in line[:-1]), line[-1])

# %% [markdown]
# **Expected:** a learning rate of 0.2 or 0.05 is at the top; the runs with 50.0 are at the bottom,
# with the cell and the reason.
#
# ## 7. For real: `course run`
#
# What you wrote runs in this notebook's own process: one endless cell, and everything stands still.
# The course's `course run` makes your promises, and those that you could not make here. It starts a
# fresh kernel, has a keeper and a deadline, and writes files of the same names. We do not start it
# in this lesson: it needs packages from the network, and where your work is graded there is none.
# On Colab or on your own machine, put these lines into a cell of your own:
#
# ```text
# Path("wave.ipynb").write_text(json.dumps(wave))
# !pip install -q typer rich papermill ipykernel nbconvert nbformat
# !course run wave.ipynb --sweep lr=0.2,50.0 --sweep width=8,32 --deadline 5m
# ```
#
# On our machine, Linux with two CPU cores, in autumn 2026, that took about a minute and said (some
# columns are left out here; on Colab we have not tried it):
#
# ```text
# 4 runs, 2 at a time, in runs/wave
# Each: Free: this machine is yours.
# lr-0.2_width-32: SUCCEEDED
# lr-0.2_width-8: SUCCEEDED
# lr-50.0_width-8: FAILED
# lr-50.0_width-32: FAILED
#  lr    width  state      loss    why
#  0.2   8      SUCCEEDED  0.0137
#  0.2   32     SUCCEEDED  0.0155
#  50    8      FAILED             cell 6 (In [5]) failed: ValueError: the loss is not …
#  50    32     FAILED             cell 6 (In [5]) failed: ValueError: the loss is not …
# The table: runs/wave/results.csv
# ```
#
# The losses are the same that our small runner gave on that machine. The **exit code**, the number
# that a program leaves to whoever started it, was 1: at least one run failed. 0 means that all
# succeeded, 2 that the command itself was wrong. Scripts look at this number, not at words.
#
# Two more differences from yours. A run that was torn off is found by the next `course runs`, which cleans up after
# it and marks it `FAILED`. And with `--target`, the same command runs the notebook elsewhere, for
# example on a rented machine; see the page *A notebook as a job* in the course's documentation for
# what has been tried and what has not.
#
# ## Three errors you will meet
#
# - `the notebook has no parameter 'learning_rate'` The cell tagged `parameters` does not set this
#   name. Here it is called `lr`. Nothing was started.
# - `NameError: name 'tiles' is not defined` It works in your session and not as a job: you ran a
#   cell that is gone now, or ran cells in another order. Restart and run all before you hand a
#   notebook to a program.
# - `FileNotFoundError: [Errno 2] No such file or directory: 'data/tiles.zip'` A job runs in a
#   folder of its own, where your files are not. Give them along: `--input data/tiles.zip` puts
#   `tiles.zip` beside the notebook.
#
# ## What it cost, and cleaning up
#
# This lesson: nothing, and its runs are in a temporary folder that goes with the session. On Colab
# choose *Runtime, Disconnect and delete runtime* when you are done: GPU hours are limited. A job on
# a rented machine costs money as long as the machine exists. So set a deadline, look at `course run
# … --dry-run` first, which shows the highest price and starts nothing, and afterwards look into the
# provider's console whether the machine is gone. A promise is good; looking is better.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. A runner prints the error of a failed cell and goes on with the next one. In the end it says
# that it succeeded. What is the worst of it?**
#
# <details><summary>The log becomes long and is hard to read</summary>That is a nuisance only. You
# can search a long log, if you know that there is something to look for.</details>
# <details><summary>Whoever waits for the result believes that all is well</summary>Right. Later
# cells work on what the failed one left half-done, and nobody is told.</details>
# <details><summary>The cells after it take time for nothing</summary>True, and it costs a little. A
# wrong result that is believed costs much more.</details>
#
# **2. Why is the marker `SUCCEEDED` written last?**
#
# <details><summary>So that it has the newest date in the folder</summary>No. Nobody looks at the
# dates; what counts is what is already there when the marker appears.</details>
# <details><summary>Because the state is known only when the last cell has ended</summary>Nearly.
# But then it could still be written before the outputs are saved, and that would be
# wrong.</details>
# <details><summary>Whoever sees it may rely on everything else being there</summary>Right. If the
# power fails one moment earlier, there is no marker, and the run counts as not done.</details>
#
# **3. You start a job with `learning_rate=0.1`, and the notebook calls it `lr`. What should
# happen?**
#
# <details><summary>It is refused before anything starts, with the known names</summary>Right. A
# second of your time now, instead of an hour with the wrong value.</details>
# <details><summary>A cell sets <code>learning_rate</code>, and the notebook runs</summary>No.
# Nothing in it uses that name: it runs with the default, and you believe it was 0.1.</details>
# <details><summary>The runner takes the name that looks most like it</summary>No. It may suggest
# that name to you. Guessing what was meant is how wrong results come about.</details>
#
# **4. A folder has no marker. `run.json` says `RUNNING`, the heartbeat is three hours old. What do
# you do?**
#
# <details><summary>Wait: it is still running</summary>No. Whoever looks after a run lets its heart
# beat every few seconds. Three hours of silence mean that nobody does.</details>
# <details><summary>See that its machine is gone, then run it again</summary>Right. It was torn off.
# The machine may still be there and cost money, so look for it first.</details>
# <details><summary>Take its <code>metrics.json</code>: the numbers are there</summary>No. Nobody
# can say whether they are complete, or from an attempt before this one.</details>
#
# **5. Why must another process than the notebook's keep the deadline?**
#
# <details><summary>A cell that never ends raises nothing, so nothing in its own process gets its
# turn</summary>Right. Somebody outside has a clock and can kill it.</details>
# <details><summary>Because Python cannot measure time exactly enough</summary>No. It measures time
# very well; a deadline of an hour does not need a hundredth of a second.</details>
# <details><summary>Because two processes are faster than one</summary>No. The second one only waits
# and looks at the clock; it makes nothing faster.</details>
#
# ## Take away
#
# - Defaults stay in the notebook, values come from outside, unknown names are refused.
# - Stop at the first failure, say which cell and why, keep what there is, clean up in every case.
# - `finally` helps against errors; against an endless cell or a crash only another process helps.
# - No marker, no success: the marker is written last, and silence is not a state.
# - Stable names make a sweep that can be interrupted; an honest table shows what failed.
#
# ## Read on
#
# - [papermill: run notebooks with parameters](https://papermill.readthedocs.io/)
# - [nbformat: what a notebook file holds](https://nbformat.readthedocs.io/)
# - [Python: the try statement and clean-up actions](https://docs.python.org/3/tutorial/errors.html)
# - The talk this course grew from: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science
#   38, 2019.
