# ---
# jupyter:
#   course:
#     accelerator: none
#     before:
#     - Python (functions, dictionaries, sets); a GPU is never needed here
#     - You have run a notebook on Colab or a similar platform at least once
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     difficulty: intermediate
#     minutes: 90
#     objectives:
#     - can: let a notebook find out where it runs
#       exercises:
#       - where-am-i
#     - can: keep everything that differs between platforms in one place
#       exercises:
#       - paths
#     - can: choose a platform by its limits first and by its price second
#       exercises:
#       - choose
#     - can: calculate from when on a machine of your own is cheaper than a rented one
#       exercises:
#       - break-even
#     - can: recommend a platform to a group, with numbers, limits and risks
#       exercises:
#       - recommendation
#     summary: How platforms differ, how one notebook runs on all of them, and how to choose between
#       free sessions, rented machines and a machine of your own.
#     title: 'Beyond Colab: one notebook, every platform'
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

here = course.setup("07_beyond_colab")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import math
import os
import sys

import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, then run the
# **check** below it. `hint("paths")`, in a cell of your own, points the way; `hint("paths", level=2)` nearly
# gives it away.
# Hidden tests look at more cases after you hand in. The last exercise is a text of your own: a person
# reads and marks it.
#
# ## 1. Six questions to ask a platform
#
# A **platform** is a place that runs your notebook: Colab, Kaggle, a machine you rent, the computer
# under your desk. They all run Jupyter notebooks. They differ in what this table asks. (As public
# documentation had it in autumn 2026. Limits change: your account's page is right.)
#
# | Platform | How long? | What is lost? | What does it cost? |
# | --- | --- | --- | --- |
# | Colab, free | 12 hours at most, fewer if idle; no promise of a GPU | the whole disk; Drive stays | nothing |
# | Kaggle | about 30 GPU hours a week | all but `/kaggle/working`, and that too without *Save Version* | nothing |
# | SageMaker Studio Lab | 4 hours with a GPU, 12 without | the home folder stays | nothing, after an approval |
# | Lightning Studio | while you have credits | what is not below `/teamspace` | credits |
# | A rented machine | until you stop it | its disk, when you delete it | by the hour, **idle or not** |
# | Your own machine | while it runs | nothing, until the disk breaks | the purchase, and power |
#
# Three more questions do not fit into a table:
#
# - **Which GPU?** A free one is mostly a T4 with about 15 GB of memory; Kaggle offers two at once, or an
#   older P100. PyTorch calls the P100 available, but recent versions hold no code for it. So the first
#   cell of each lesson does not only ask whether there is a GPU: it tries to calculate on it.
# - **How do data come in and results go out?** Drive on Colab, a read-only folder on Kaggle, a
#   *bucket* (storage in the cloud that outlives machines) or your disk elsewhere. Section 3 is about that.
# - **What is forbidden?** Free Colab forbids remote log-in (SSH), a web page used in place of the notebook,
#   a share in a calculation spread over many machines, and the mining of currencies. And your *data*
#   may forbid more than the platform does: patients' pictures do not belong on a service with which
#   your hospital has no contract.
#
# Platforms also come and go: FloydHub, once a popular one, closed in 2021. A notebook that runs everywhere
# can move.
#
# ## 2. Where am I?
#
# If a notebook is to run everywhere, it first has to know where it is. No platform has a function for
# that, but each leaves **marks**: environment variables (names with a text that every program on the
# machine can read, in Python `os.environ`), files and folders, or loaded Python modules
# (`sys.modules`).
#
# | Answer | Its mark |
# | --- | --- |
# | `"colab"` | the module `google.colab` is loaded |
# | `"colab-enterprise"` | the variable `VERTEX_PRODUCT` has the value `COLAB_ENTERPRISE` |
# | `"kaggle"` | there is a variable `KAGGLE_KERNEL_RUN_TYPE` |
# | `"lightning"` | there is a path `/teamspace` |
# | `"sagemaker"` | there is a path `/opt/ml`, or a variable whose name begins with `SM_` |
# | `"workbench"` | there is a path `/opt/deeplearning/metadata/env_version`, or a variable `DL_ANACONDA_HOME` |
# | `"local"` | none of these |
#
# Two of them are new here: Colab Enterprise and Workbench are paid notebooks in Google's cloud. SageMaker is
# the same in Amazon's, and Studio Lab is its free sister.
#
# The table is in alphabetical order, and that is **not** the order in which to ask. Platforms are built
# on each other:

# %% nbgrader={"grade": false, "grade_id": "figure-marks", "locked": true, "schema_version": 3, "solution": false}
course.figure("07-marks")

# %% [markdown]
# An *image* is the copy of a whole system (Linux, Python, packages) from which a session starts. The
# figure rests on three facts:
#
# - Kaggle's image is made from Colab's, and Colab Enterprise is made from Colab too. On both of them
#   you may find Colab's marks as well.
# - Anybody can start Colab's image at home. So its label, the variable `COLAB_RELEASE_TAG`, is **no**
#   mark, and not in the table.
# - Anybody can make a folder `/opt/ml` or a variable `SM_…`. These are the weakest marks: believe
#   them only if nothing else fits.
#
# ### Exercise `where-am-i` · easy · 12 minutes
#
# Return one of the seven answers. The marks come as arguments, not from this machine: so you can try
# the function for places where you are not. If several marks are there, the figure says who is right.

# %% nbgrader={"grade": false, "grade_id": "where-am-i", "locked": false, "schema_version": 3, "solution": true}
# environ: dictionary, name of a variable -> its value; paths: set of the paths that exist;
# modules: names of the loaded modules, ask with `in`.
def where_am_i(environ, paths, modules):
    ### BEGIN SOLUTION
    if "KAGGLE_KERNEL_RUN_TYPE" in environ:  # before Colab, of which Kaggle's image is made
        return "kaggle"
    if environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE":  # before Colab, too
        return "colab-enterprise"
    if "google.colab" in modules:
        return "colab"
    if "/opt/deeplearning/metadata/env_version" in paths or "DL_ANACONDA_HOME" in environ:
        return "workbench"
    if "/teamspace" in paths:
        return "lightning"
    if "/opt/ml" in paths or any(name.startswith("SM_") for name in environ):  # the weakest marks
        return "sagemaker"
    return "local"
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "where-am-i-check", "locked": true, "schema_version": 3, "solution": false}
check("where-am-i")

# %% nbgrader={"grade": true, "grade_id": "where-am-i-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_NONE = ({}, set(), set())
_WEAK = ({"SM_NUM_GPUS": "1"}, {"/opt/ml"}, set())
_COLAB = ({"COLAB_RELEASE_TAG": "release-colab"}, {"/content"}, {"google.colab"})
_MARKS = {  # each platform alone, in each way in which it can be told
    "kaggle": [({"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}, {"/kaggle/working"}, set())],
    "colab-enterprise": [({"VERTEX_PRODUCT": "COLAB_ENTERPRISE"}, set(), set())],
    "colab": [_COLAB, (*_NONE[:2], {"google.colab"})],
    "workbench": [
        ({}, {"/opt/deeplearning/metadata/env_version"}, set()),
        ({"DL_ANACONDA_HOME": "/opt/conda", "VERTEX_PRODUCT": "OTHER"}, set(), {"google", "google.cloud"}),
    ],
    "lightning": [({}, {"/teamspace", "/teamspace/studios"}, set())],
    "sagemaker": [({}, {"/opt/ml"}, set()), ({"SM_HOSTS": "[]"}, set(), set())],
    "local": [
        _NONE,
        ({"COLAB_RELEASE_TAG": "release-colab"}, {"/content", "/kaggle/input"}, {"google"}),
        ({"OSM_KEY": "x", "VERTEX_PRODUCT": "", "MY_SM_": "y"}, {"/opt", "/home/ada/opt/ml"}, {"torch"}),
    ],
}


def _together(*marks):
    environ, paths, modules = {}, set(), set()
    for part in marks:
        environ.update(part[0])
        paths |= part[1]
        modules |= part[2]
    return environ, paths, modules


for _answer, _ways in _MARKS.items():
    for _way in _ways:
        assert where_am_i(*_together(_way)) == _answer, "a platform is not recognised by its marks alone"
assert where_am_i(*_together(_COLAB, *_MARKS["kaggle"])) == "kaggle", "Kaggle is taken for something else where Colab's marks are there, too"
assert where_am_i(*_together(_COLAB, *_MARKS["colab-enterprise"])) == "colab-enterprise", (
    "Colab Enterprise is taken for something else where Colab's marks are there, too"
)
for _answer in ("kaggle", "colab-enterprise", "colab", "workbench", "lightning"):
    assert where_am_i(*_together(_MARKS[_answer][0], _WEAK)) == _answer, "the weakest marks overrule a stronger one"

# The same with everything drawn by chance: names around the marks, and whose marks are there as well.
_random = generator("where-am-i")
_answers = list(_MARKS)
for _ in range(60):
    _answer = _answers[_random.integers(len(_answers))]
    _parts = [_MARKS[_answer][_random.integers(len(_MARKS[_answer]))]]
    if _answer in ("kaggle", "colab-enterprise") and _random.random() < 0.6:
        _parts.append(_COLAB)
    if _answer not in ("sagemaker", "local") and _random.random() < 0.5:
        _parts.append(_WEAK)
    _noise = f"n{_random.integers(10**6)}"
    _parts.append(({_noise.upper(): "1", "HOME": "/home/ada"}, {f"/{_noise}"}, {_noise, "numpy"}))
    assert where_am_i(*_together(*_parts)) == _answer, "with several marks at once the answer is wrong"
### END HIDDEN TESTS

# %% [markdown]
# ## 3. One cell for the platform
#
# Now the notebook knows where it is. What differs from place to place? Mostly three doors:

# %% nbgrader={"grade": false, "grade_id": "figure-doors", "locked": true, "schema_version": 3, "solution": false}
course.figure("07-doors")

# %% [markdown]
# Many notebooks have `if on_kaggle: … elif on_colab: …` in ten cells. A new platform then means ten
# changes, and one is forgotten. A **registry** is better: *one* dictionary from a platform's name to
# what is special there. A new platform is a new line, and no other cell changes.
#
# ### Exercise `paths` · medium · 12 minutes
#
# An entry of the registry is a dictionary with four keys:
#
# - `"data"`: the folder where data lie, and `"read_only"`: `True` if nothing can be written there;
# - `"results"`: the folder for what has to outlive the session;
# - `"secrets"`: where passwords and keys come from. Never write one into a notebook: whoever
#   gets the notebook gets the key.
#
# **First** write two functions. `place_for(platform, places)` returns the platform's entry in
# the registry `places`; a platform that is not in it gets the entry `"local"`.
# `path_to_change(name, place)` says where the data file `name` may be changed: in the folder `data`,
# or, where that is read-only, under the same name in the folder `results`. (Your code would copy it
# there first.) Both work for *any* registry, so no platform's name appears in them, except `"local"`.
#
# **Then** add three entries to `PLACES`, in place of the last `raise`: `PLACES["name"] = {…}`,
# each with all four keys. Decide from these facts:
#
# - `"colab"`: you unpack an archive into `/content/data`, and may write there. At the end of a session the
#   disk is lost; what is below `/content/drive/MyDrive` stays. Secrets: `"google.colab.userdata"`.
# - `"kaggle"`: data are put into `/kaggle/input`, where nobody can write. Below `/kaggle/working`
#   you can, and *Save Version* keeps it. Secrets: `"kaggle_secrets"`.
# - `"sagemaker"`, as a *job* (a program that runs there without you): it fetches data into the folder `data`, and
#   may write there. When it ends, everything is lost but `/opt/ml/model`. Secrets: `"environment"`.

# %% nbgrader={"grade": false, "grade_id": "paths", "locked": false, "schema_version": 3, "solution": true} tags=["after-exercises"]
def place_for(platform, places):  # "kaggle", a registry -> the entry, a dictionary
    ### BEGIN SOLUTION
    return places.get(platform, places["local"])
    ### END SOLUTION


def path_to_change(name, place):  # "tiles/7.png", an entry -> text such as "data/tiles/7.png"
    ### BEGIN SOLUTION
    folder = place["results"] if place["read_only"] else place["data"]
    return f"{folder}/{name}"
    ### END SOLUTION


PLACES = {
    "local": {"data": "data", "read_only": False, "results": "outputs", "secrets": "environment"},
}
### BEGIN SOLUTION
PLACES["colab"] = {
    "data": "/content/data", "read_only": False,
    "results": "/content/drive/MyDrive", "secrets": "google.colab.userdata",
}
PLACES["kaggle"] = {
    "data": "/kaggle/input", "read_only": True,
    "results": "/kaggle/working", "secrets": "kaggle_secrets",
}
PLACES["sagemaker"] = {
    "data": "data", "read_only": False, "results": "/opt/ml/model", "secrets": "environment",
}
### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "paths-check", "locked": true, "schema_version": 3, "solution": false}
check("paths")

# %% nbgrader={"grade": true, "grade_id": "paths-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from pathlib import PurePosixPath as _Path

from autograder.secret import generator

# The functions, with registries of ours: whoever asks for a platform by its name fails here.
_random = generator("paths")
for _ in range(8):
    _names = [f"p{_number}" for _number in _random.choice(10**6, 4, replace=False)]
    _ours = {
        _name: {
            "data": f"/in/{_name}", "read_only": bool(_number % 2), "results": f"/out/{_name}", "secrets": "environment",
        }
        for _number, _name in enumerate([*_names, "kaggle", "local"])
    }  # fmt: skip
    for _name, _entry in _ours.items():
        _found = place_for(_name, _ours)
        assert dict(_found) == _entry, "a platform does not get its own entry of the registry it asks"
        _folder = _entry["results"] if _entry["read_only"] else _entry["data"]
        _file = f"{_random.integers(1000)}/{_random.integers(1000)}.png"
        _path = _Path(str(path_to_change(_file, _entry)))
        assert _path != _Path(_entry["data"], _file) or not _entry["read_only"], "a file in a read-only folder would be changed"
        assert _path == _Path(_folder, _file), "a file would not be changed in the right folder under its own name"
    assert dict(place_for("moon", _ours)) == _ours["local"], "an unknown platform does not get the entry of 'local'"
    assert set(_ours) == {*_names, "kaggle", "local"}, "looking up an entry changes the registry"

_places = {_name: dict(_entry) for _name, _entry in PLACES.items()}
for _name, _stays, _secrets in (
    ("local", "outputs", "environment"),
    ("colab", "/content/drive/MyDrive", "google.colab.userdata"),
    ("kaggle", "/kaggle/working", "kaggle_secrets"),
    ("sagemaker", "/opt/ml/model", "environment"),
):
    assert _name in _places, "a platform has no line in PLACES"
    _entry = _places[_name]
    assert set(_entry) >= {"data", "read_only", "results", "secrets"}, "a line of PLACES lacks one of the four keys"
    assert _Path(str(_entry["results"])).is_relative_to(_stays), "on some platform the results go where they are lost"
    assert _entry["secrets"] == _secrets, "on some platform the secrets come from somewhere else"
assert bool(_places["kaggle"]["read_only"]), "Kaggle's data folder is read-only, PLACES says it is not"
assert not any(_places[_name]["read_only"] for _name in ("local", "colab", "sagemaker")), (
    "a folder that can be written to is called read-only"
)
assert _Path(str(_places["kaggle"]["data"])).is_relative_to("/kaggle/input"), "on Kaggle data are not taken from where they are put"
assert _Path(str(_places["colab"]["data"])).is_relative_to("/content/data"), "on Colab data are not taken from the local disk"
assert str(_places["sagemaker"]["data"]).removeprefix("./").rstrip("/") == "data", "in a job data are not taken from where it fetches them"
### END HIDDEN TESTS

# %% [markdown]
# And here is the one cell that knows about platforms. Every cell below it would say `place["data"]` and
# `place["results"]`, wherever it runs.
#
# **Expected:** the platform that the first cell's card shows, and the folders for it. (On Codespaces, which
# our table leaves out: `local`.)

# %% tags=["after-exercises", "nbval-ignore-output"]
MARKED_PATHS = ("/opt/deeplearning/metadata/env_version", "/teamspace", "/opt/ml")
platform = where_am_i(os.environ, {path for path in MARKED_PATHS if os.path.exists(path)}, sys.modules)
place = place_for(platform, PLACES)
print("Platform:", platform)
for key, value in place.items():
    print(f"{key:<10}{value}")

# %% [markdown]
# This course does the same for you: `course.keep()` gives the folder that lasts (on Colab it connects
# your Drive first), `course.secret("MY_KEY")` asks the platform's store and then the environment, and
# the card at the top comes from a registry of eight platforms. The notebook you are reading is made to
# run on all of them as it is.
#
# Try your functions for a platform where you are not:

# %% tags=["after-exercises"]
for name in ("colab", "kaggle", "sagemaker", "lightning"):
    print(f"{name:<10} change a tile in {path_to_change('tile.png', place_for(name, PLACES))}")

# %% [markdown]
# **Expected:** on Kaggle the path is below `/kaggle/working`. Lightning has no line and needs none: its
# working folder stays, as on your own machine.
#
# ## 4. Choose: limits first, price second
#
# "Which platform is the best?" has no answer. "Which one fits *these needs* at the lowest cost?"
# has. Here are seven offers. They are modelled on real ones, but **every number is an
# example**: before you decide for real, fill in those of today. `math.inf` means: no limit.

# %% nbgrader={"grade": false, "grade_id": "offers", "locked": true, "schema_version": 3, "solution": false}
_columns = ("name", "gpu_gb", "run_hours", "week_hours", "keeps_files", "internet", "hour_price")
_rows = (
    ("free session", 15, 12, 20, False, True, 0.0),
    ("free quota", 15, 9, 30, True, True, 0.0),
    ("free, after approval", 15, 4, 20, True, True, 0.0),
    ("university cluster", 40, 24, 60, True, False, 0.0),
    ("rented, may be taken away", 24, 1, math.inf, True, True, 0.25),
    ("rented, small", 24, math.inf, math.inf, True, True, 0.70),
    ("rented, large", 80, math.inf, math.inf, True, True, 4.00),
)
OFFERS = [dict(zip(_columns, row)) for row in _rows]
print(OFFERS[0])

# %% [markdown]
# - `gpu_gb`: memory of the GPU, in GB
# - `run_hours`: the longest run in one piece; `week_hours`: the quota, hours in a week
# - `keeps_files`: do files outlive a session? `internet`: can a running notebook fetch something?
# - `hour_price`: in dollars (USD). The machine that *may be taken away* is a **spot** machine: cheap, because
#   its owner can take it back at any time. We count on one hour in one piece.
#
# **Needs** have the same keys, but a `budget` (USD a week) instead of a name and a price:
# `{"gpu_gb": 20, "run_hours": 8, "week_hours": 20, "keeps_files": True, "internet": True, "budget": 25}`.
#
# ### Exercise `choose` · harder · 20 minutes
#
# `choose(needs, offers)` gets one such dictionary of needs and a list like `OFFERS`, and returns two things:
#
# - `ranking`: a list of the names of the offers that fit, the cheapest first. What an offer costs a week is
#   the `week_hours` *needed* times its `hour_price`. Of two that cost the same, the one with more GPU
#   memory comes first.
# - `rejected`: a dictionary from the name of each other offer to the list of **all** reasons against it. A
#   reason is the key of the need that is not met: `"gpu_gb"`, `"run_hours"`, `"week_hours"`,
#   `"keeps_files"`, `"internet"`, or `"budget"` if a week costs more than that.
#
# Exactly as much as needed is enough. A need of `False` is met by every offer. Do not change `offers`.
#
# `advice(ranking)` returns the text `"Take NAME"` with the first name, or `"Nothing fits"`.

# %% nbgrader={"grade": false, "grade_id": "choose", "locked": false, "schema_version": 3, "solution": true}
def choose(needs, offers):  # dictionary, list of dictionaries -> list of names, {name: list of reasons}
    ### BEGIN SOLUTION
    at_least = ("gpu_gb", "run_hours", "week_hours", "keeps_files", "internet")
    fitting, rejected = [], {}
    for offer in offers:
        cost = needs["week_hours"] * offer["hour_price"]
        # False < True, so the same comparison serves numbers and yes-or-no needs.
        reasons = [need for need in at_least if offer[need] < needs[need]]
        if cost > needs["budget"]:
            reasons.append("budget")
        if reasons:
            rejected[offer["name"]] = reasons
        else:
            fitting.append((cost, -offer["gpu_gb"], offer["name"]))
    return [name for _, _, name in sorted(fitting)], rejected
    ### END SOLUTION


def advice(ranking):  # list of names, perhaps empty -> a text
    ### BEGIN SOLUTION
    return f"Take {ranking[0]}" if ranking else "Nothing fits"
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "choose-check", "locked": true, "schema_version": 3, "solution": false}
check("choose")

# %% nbgrader={"grade": true, "grade_id": "choose-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import copy as _copy

from autograder.secret import generator

_KEYS = ("gpu_gb", "run_hours", "week_hours", "keeps_files", "internet")
_FITS = {"gpu_gb": 24, "run_hours": 8, "week_hours": 20, "keeps_files": True, "internet": True, "hour_price": 0.5}
_NEEDS = {"gpu_gb": 24, "run_hours": 8, "week_hours": 20, "keeps_files": True, "internet": True, "budget": 10.0}


def _offer(name, **other):
    return {"name": name, **_FITS, **other}


def _answer(needs, offers):
    ranking, rejected = choose(needs, offers)
    return list(ranking), {name: sorted(reasons) for name, reasons in dict(rejected).items()}


assert _answer(_NEEDS, [_offer("a")]) == (["a"], {}), "an offer that has exactly what is needed is rejected"
for _key, _less in (("gpu_gb", 23), ("run_hours", 7), ("week_hours", 19), ("keeps_files", False), ("internet", False)):
    assert _answer(_NEEDS, [_offer("a", **{_key: _less})]) == ([], {"a": [_key]}), (
        "an offer with one thing too little is not rejected for that, and for that alone"
    )
assert _answer(_NEEDS, [_offer("a", hour_price=0.75)]) == ([], {"a": ["budget"]}), "an offer above the budget is not rejected for that alone"
assert _answer({**_NEEDS, "budget": 0.5}, [_offer("a")])[0] == [], "the budget is compared with the price of an hour, not of a week"
assert _answer(_NEEDS, [_offer("a", gpu_gb=8, internet=False, hour_price=9.0)])[1] == {"a": ["budget", "gpu_gb", "internet"]}, (
    "not every reason against an offer is told"
)
assert _answer({**_NEEDS, "keeps_files": False, "internet": False}, [_offer("a")])[0] == ["a"], (
    "an offer is rejected because it can do more than is needed"
)
assert _answer(_NEEDS, [_offer("a", week_hours=math.inf, hour_price=0.25)])[0] == ["a"], "an offer without a limit does not fit"
assert _answer(_NEEDS, []) == ([], {}), "without any offer the answer is not an empty ranking"
_same = [_offer("a", gpu_gb=24), _offer("b", gpu_gb=80), _offer("c", gpu_gb=40), _offer("d", hour_price=0.25)]
assert _answer(_NEEDS, _same)[0] == ["d", "b", "c", "a"], "the ranking is not by cost, then by memory"
assert str(advice(["x y", "z"])) == "Take x y", "the advice is not to take the first of the ranking"
assert str(advice([])) == "Nothing fits", "the advice for an empty ranking does not say that nothing fits"

_random = generator("choose")
for _ in range(25):
    _count = 12
    _memories = _random.permutation(80)[:_count]  # all different: no two offers rank the same
    _offers = [
        {
            "name": f"offer {_random.integers(10**6)}-{_number}", "gpu_gb": int(_memories[_number]),
            "run_hours": [1, 4, 12, math.inf][_random.integers(4)], "week_hours": [20, 30, math.inf][_random.integers(3)],
            "keeps_files": bool(_random.random() < 0.8), "internet": bool(_random.random() < 0.8),
            "hour_price": float(_random.integers(0, 6)) / 4,
        }
        for _number in range(_count)
    ]  # fmt: skip
    _needs = {
        "gpu_gb": int(_random.integers(0, 50)), "run_hours": int(_random.integers(1, 12)), "week_hours": int(_random.integers(1, 25)),
        "keeps_files": bool(_random.random() < 0.5), "internet": bool(_random.random() < 0.5), "budget": float(_random.integers(0, 25)),
    }  # fmt: skip
    _before = _copy.deepcopy(_offers)
    _ranking, _rejected = _answer(_needs, _offers)
    assert _offers == _before, "the list of offers is changed"
    _cost = {_o["name"]: _needs["week_hours"] * _o["hour_price"] for _o in _offers}
    _wrong = {
        _o["name"]: sorted([_k for _k in _KEYS if _o[_k] < _needs[_k]] + ["budget"] * (_cost[_o["name"]] > _needs["budget"])) for _o in _offers
    }
    assert _rejected == {_name: _why for _name, _why in _wrong.items() if _why}, "the wrong offers are rejected, or for the wrong reasons"
    _memory = {_o["name"]: _o["gpu_gb"] for _o in _offers}
    _want = sorted((_name for _name, _why in _wrong.items() if not _why), key=lambda name: (_cost[name], -_memory[name]))
    assert _ranking == _want, "among many offers the ranking is not by cost, then by memory"
### END HIDDEN TESTS

# %% [markdown]
# A long training needs 20 GB and 8 hours in one piece. What changes if it writes a *checkpoint* (all that
# is needed to go on later) every half hour?

# %% tags=["after-exercises"]
def report(title, needs):
    """Print the advice for some needs, and what speaks against the other offers."""
    ranking, rejected = choose(needs, OFFERS)
    print(f"{title}: {advice(ranking)}")
    for name in ranking:
        price = next(offer["hour_price"] for offer in OFFERS if offer["name"] == name)
        print(f"  fits     {name}: {needs['week_hours'] * price:.2f} USD a week")
    for name, reasons in rejected.items():
        print(f"  rejected {name}: {', '.join(reasons)}")


training = {"gpu_gb": 20, "run_hours": 8, "week_hours": 20, "keeps_files": True, "internet": True, "budget": 25}
report("In one piece", training)
report("With checkpoints", training | {"run_hours": 0.5})
report("A very large network", training | {"gpu_gb": 70})

# %% [markdown]
# **Expected:** in one piece the small rented machine is the only one that fits. With checkpoints the
# spot machine fits too, for about a third of the price: half an hour of work on saving and loading is
# often worth more than an hour of comparing prices. The very large network finds nothing within
# this budget, and the reasons say what it would take: more money, or a smaller network.
#
# ## 5. A machine of your own?
#
# A rented machine costs by the hour. Your own costs its price at once, and then only power. The month in
# which both have cost the same is the **break-even**; from then on your own is cheaper.
#
# ### Exercise `break-even` · medium · 12 minutes
#
# `break_even(box, rent, hours, kwh)` returns the number of months until then, as a number with decimals.
#
# - `box`: a dictionary with `price` and `resale` in USD (what it costs, and what somebody will pay
#   you for it in the end: only the difference is lost), and `busy_watts` and `idle_watts`, what it
#   draws while it trains and while it waits. It is never switched off.
# - `rent`: USD for an hour of a rented machine, which you pay only while you train.
# - `hours`: hours of training in a week. A week has 168; in the others your own machine waits.
# - `kwh`: USD for a kilowatt hour, that is 1000 watts for one hour.
#
# An example, if power cost nothing: 15 hours a week at 2 USD are 130 USD of rent a month. A box for 3,000
# that somebody buys from you for 400 has saved its 2,600 USD after 20 months.
#
# A month has `WEEKS` weeks. If your own machine never becomes cheaper, because its power costs as much as the
# rent or more, return `math.inf`.

# %% nbgrader={"grade": false, "grade_id": "break-even", "locked": false, "schema_version": 3, "solution": true}
WEEKS = 52 / 12  # in a month


def break_even(box, rent, hours, kwh):  # dictionary, USD an hour, hours a week, USD a kWh -> months
    ### BEGIN SOLUTION
    watt_hours = hours * box["busy_watts"] + (168 - hours) * box["idle_watts"]  # in a week
    saved = WEEKS * (hours * rent - watt_hours / 1000 * kwh)  # USD in a month
    if saved <= 0:
        return math.inf
    return (box["price"] - box["resale"]) / saved
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "break-even-check", "locked": true, "schema_version": 3, "solution": false}
check("break-even")

# %% nbgrader={"grade": true, "grade_id": "break-even-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator


def _box(price, resale, busy, idle):
    return {"price": price, "resale": resale, "busy_watts": busy, "idle_watts": idle}


assert abs(break_even(_box(1300, 0, 0, 0), 1.0, 30, 0.3) - 10) < 1e-6, "without any power the months are wrong"
assert abs(break_even(_box(1300, 650, 0, 0), 1.0, 30, 0.3) - 5) < 1e-6, "what the machine is sold for in the end does not count"
assert abs(break_even(_box(1300, 0, 500, 0), 1.0, 30, 1.0) - 20) < 1e-6, "the power it draws while training is counted wrongly"
assert abs(break_even(_box(1300, 0, 0, 100), 1.3, 18, 1.0) - 3900 / 109.2) < 1e-6, "the power it draws while waiting is counted wrongly"
assert break_even(_box(2000, 0, 500, 100), 0.5, 2, 0.4) == math.inf, "a machine whose power costs more than the rent does not give inf"
assert break_even(_box(2000, 0, 0, 0), 1.0, 0, 0.4) == math.inf, "a machine that is never used and saves nothing does not give inf"
assert abs(break_even(_box(1820, 0, 250, 0), 1.0, 168, 1.0) - 10 / 3) < 1e-6, "a machine that trains all week gives the wrong months"

_random = generator("break-even")
_tried = 0
while _tried < 40:
    _price, _busy, _idle = (int(_random.integers(*_span)) for _span in ((800, 5000), (200, 900), (0, 150)))
    _resale, _hours = int(_random.integers(0, _price)), int(_random.integers(0, 169))
    _rent, _kwh = float(_random.uniform(0.1, 2)), float(_random.uniform(0.05, 0.6))
    _saved = 52 / 12 * (_hours * _rent - (_hours * _busy + (168 - _hours) * _idle) / 1000 * _kwh)
    if abs(_saved) < 1:  # too near to zero: there rounding decides
        continue
    _months = float(break_even(_box(_price, _resale, _busy, _idle), _rent, _hours, _kwh))
    if _saved < 0:
        assert _months == math.inf, "a machine that never becomes cheaper does not give inf"
    else:
        assert math.isclose(_months, (_price - _resale) / _saved, rel_tol=1e-6), "with everything at once the months are wrong"
    _tried += 1
### END HIDDEN TESTS

# %% tags=["after-exercises", "nbval-ignore-output"]
box = {"price": 2400, "resale": 900, "busy_watts": 450, "idle_watts": 60}  # an example
week = np.arange(1, 81)  # hours of training in a week
plt.figure(figsize=(5.5, 3.4))
for rent in (0.25, 0.70, 1.50):
    months = [break_even(box, rent, hours, kwh=0.30) for hours in week]
    plt.plot(week, months, label=f"{rent:.2f} USD an hour")
plt.axhline(36, color="grey", linestyle="--", label="three years")
plt.ylim(0, 72)
plt.xlabel("hours of training in a week")
plt.ylabel("months until it is cheaper")
plt.legend(title="instead of renting at", title_fontsize=8, fontsize=8, loc="upper center")
plt.show()
print(f"20 hours a week instead of 0.70 USD an hour: {break_even(box, 0.70, 20, 0.30):.0f} months")

# %% [markdown]
# **Expected:** three falling curves. Instead of a machine at 0.70 USD an hour, the box pays for itself
# within three years if you train 22 hours a week or more; at 1.50 USD, from 10 hours on. Instead of a
# spot machine at 0.25 USD it does not, even with 80 hours a week. Towards the left the curves leave the
# picture: with 5 hours a week or fewer, its power costs more than the rent at 0.70 USD.
#
# **What the formula leaves out:** your evenings as its administrator, noise and heat, the repair,
# and that rents fall and GPUs age. On the other side: nobody ends your session, the data stay
# in the room, and an idle machine invites you to try things.
#
# ## 6. Recommend
#
# Numbers do not decide. They help people to decide. Here is a case.
#
# > **Four people at a university** train networks on satellite pictures for **18 months**. Together they need
# > **25 GPU hours a week**, and in one week, before a deadline, 60. The network needs **18 GB** of GPU
# > memory. A run takes up to 10 hours and writes a checkpoint every half hour. While it trains it loads new
# > pictures from a partner's server. The contract with the partner says: *only on machines that the
# > university owns, or rents under a contract*. The university has a contract with one cloud company. There
# > are **2,500 USD** in all, and at most 25 for GPUs in a usual week. Power costs 0.30 USD a kilowatt hour.
# > Nobody in the group has ever run a server.
#
# The next cell asks your functions, with the offers of section 4 and the box of section 5.

# %% tags=["after-exercises"]
group = {"gpu_gb": 18, "run_hours": 10, "week_hours": 25, "keeps_files": True, "internet": True, "budget": 25}
report("In one piece", group)
report("With checkpoints", group | {"run_hours": 0.5})
for hours in (25, 50):
    for rent in (0.25, 0.70):
        months = break_even(box, rent, hours, kwh=0.30)
        print(f"{hours} hours a week, own box instead of {rent:.2f} USD an hour: {months:.0f} months")

# %% [markdown]
# **Expected:** two offers fit, one of them only because of the checkpoints; and an own box is cheaper
# after 13 months in one line, after 96 years in another. Which of the four lines are this group's? The
# contract is not among the numbers: `choose` knows nothing about it.
#
# ### Exercise `recommendation` · medium · 20 minutes
#
# Write to the group, in 150 to 250 words: what do you recommend, and why? There is more than one good
# answer. A person marks yours, by this table, with at most one point a row:
#
# | Criterion | Full: 1 point | Half: ½ point | None: 0 points |
# | --- | --- | --- | --- |
# | **Needs** | the needs that decide, as numbers | needs named without numbers | no needs |
# | **Costs** | at least two options over all 18 months; the sums can be followed and are right | one option, or a slip in a sum | no sums |
# | **Limits** | for each kind of offer that is rejected, the limit or rule it breaks, the contract among them | some of them, or the contract is missing | no reasons |
# | **Decision** | one clear recommendation that follows from this, and what to do in the week of the deadline | clear, but without that week or without a link to the numbers | none, or "it depends" |
# | **Risks** | what can go wrong and what is done about it; which change would change the decision | one of the two | neither |
#
# Double-click the cell below and write over what is in it. It has no check and no hint: the table says it all.

# %% [markdown] nbgrader={"grade": true, "grade_id": "recommendation", "locked": false, "points": 5, "schema_version": 3, "solution": true}
# ### BEGIN SOLUTION
# *(For whoever marks: this is one good answer among several. Another one that argues from the numbers
# earns the same.)*
#
# Rent a small **spot** machine from the company with which the university has its contract, and
# start it only for runs.
#
# **Needs:** 18 GB, 25 hours a week, internet while training. Runs take 10 hours, but a checkpoint every half
# hour cuts them into pieces.
#
# **Costs** for 78 weeks, that is 1,950 hours, in USD. Spot: 1,950 × 0.25 = 488. The small machine that nobody
# takes away: 1,950 × 0.70 = 1,365. Own box: 2,400 − 900, and 18 × 26 of power: 1,968. It would pay for itself
# against 0.70 only after 30 months; and 2,400 with the power is more than we have.
#
# **Limits:** the free offers have 15 GB, and the contract forbids them. The cluster's jobs have no
# internet. The large machine costs 100 USD a week, we have 25.
#
# **Deadline:** in that week take the small machine, which stays: 60 × 0.70 = 42 USD. The total allows it.
#
# **Risks:** spot machines may be taken away too often; then change to the small one, which the budget
# allows. Somebody forgets to stop a machine: set an idle time-out and a budget alert. Disks die with
# machines: copy results to a bucket after each run.
#
# We would decide anew if the work went on for years with 50 hours a week (the box pays for itself in 13
# months), or if the cluster got internet.
# ### END SOLUTION

# %% [markdown]
# ## Three errors you will meet
#
# - `ModuleNotFoundError: No module named 'google.colab'` A notebook written for Colab runs
#   elsewhere. Move the import into the one cell that knows the platform, after it has found out where it is.
# - `OSError: [Errno 30] Read-only file system: '/kaggle/input/tiles.zip'` Something writes where data are only
#   read. Copy the file below `/kaggle/working` first.
# - `KeyError: 'lightning'` The registry has no line for this platform. Let unknown platforms get
#   the entry `"local"`, so that a new one is no accident.
#
# ## What it cost, and cleaning up
#
# Nothing: this lesson needs no GPU and leaves no files. Should a GPU have been given to you all the same,
# end the session (Colab: *Runtime, Disconnect and delete runtime*), since it counts against your
# quota. Where you tried a rented machine: stop it, and look at its list of machines and disks once more. A
# disk goes on costing money when its machine is stopped.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. Your notebook says "Colab" on Kaggle. What is the most likely reason?**
#
# <details><summary>Kaggle has changed its variables</summary>Possible, but rare. Look at your own
# order of questions before you blame the platform.</details>
# <details><summary>You ask for Colab first, and Kaggle's image is made from Colab's</summary>Right. The
# general marks are there too, so the particular ones have to be asked first.</details>
# <details><summary>Somebody runs Colab's image at home</summary>That happens, but then the notebook is at
# home and not on Kaggle.</details>
#
# **2. A new platform appears. In a notebook with a registry, what do you change?**
#
# <details><summary>Every cell that reads or writes a file</summary>No. That is what happens with an
# <code>if</code> in every cell, and one is always forgotten.</details>
# <details><summary>Nothing: unknown platforms are local</summary>It will run, and often that is enough. But
# if the platform loses its disk, your results are lost with it.</details>
# <details><summary>One entry, and the question that recognises it</summary>Right. All other cells ask
# the entry and do not know which platform it is.</details>
#
# **3. Why does `choose` look at limits before it looks at the price?**
#
# <details><summary>An offer that cannot do the work is too expensive at any price</summary>Right. A cheap
# session that ends in hour four of eight produces nothing but a lost afternoon.</details>
# <details><summary>Because comparing numbers is faster than multiplying</summary>No. Both take less time than
# you can notice; the order is about meaning.</details>
# <details><summary>Because free offers are always better</summary>No. Free offers win when they fit, since
# their cost is zero, but often they do not fit.</details>
#
# **4. You train 5 hours a week and rent for 0.70 USD an hour. Somebody offers you a GPU machine for
# 2,400 USD. What speaks most against it?**
#
# <details><summary>Machines break</summary>They may, and somebody has to repair them. But the
# arithmetic speaks first, and much louder.</details>
# <details><summary>A T4 is free anyway</summary>Only if it fits your needs. Without knowing memory, hours
# and files that argument is too quick.</details>
# <details><summary>It waits 163 of 168 hours, and its power while waiting costs as well</summary>Right.
# Use makes a machine cheap. With the numbers of section 5, at 5 hours a week it never pays.</details>
#
# **5. A hospital's pictures come with the rule "only on the hospital's own machines". A free platform would
# fit all other needs. What do you do?**
#
# <details><summary>Use it, but delete the files afterwards</summary>No. The rule is broken when the
# files arrive there, and nobody can prove what was deleted.</details>
# <details><summary>Reject it: a rule on the data is a limit like memory</summary>Right. It is checked first,
# and no price makes up for it.</details>
# <details><summary>Use it with small pictures only</summary>No. A small picture of a patient is a picture of
# a patient; ask whoever made the rule.</details>
#
# ## Take away
#
# - Ask a platform: how long, which GPU, what is lost, how in and out, what is forbidden, what it costs.
# - To find out where you are, ask for the particular before the general.
# - One registry, one cell that knows the platform; all other cells run unchanged everywhere.
# - Limits first, price second; and write down why you rejected the others.
# - A checkpoint every half hour makes cheap machines usable.
# - Your own machine pays when it is busy. Calculate before you buy.
#
# ## Read on
#
# - [Colab: frequently asked questions](https://research.google.com/colaboratory/faq.html), with limits and what is forbidden
# - [Kaggle: documentation of notebooks](https://www.kaggle.com/docs/notebooks)
# - [SageMaker Studio Lab](https://studiolab.sagemaker.aws/)
# - The talk this course grew from named Kaggle, SageMaker, rented servers and a box of your own as alternatives:
#   F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science 38, 2019.
