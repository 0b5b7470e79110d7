# ---
# jupyter:
#   course:
#     accelerator: none
#     before:
#     - 'Python: functions, lists, sets, `for` and `if`; nothing about notebooks or GPUs'
#     - A browser; for Colab, a Google account
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     difficulty: beginner
#     minutes: 60
#     objectives:
#     - can: work in a notebook, run its cells and ask for a check
#       exercises:
#       - hours-left
#     - can: find hidden state, by the numbers of the cells and by the names they use
#       exercises:
#       - run-order
#       - from-nowhere
#     - can: mend a notebook so that it survives a restart
#       exercises:
#       - fresh-start
#     - can: read the runtime card and say what stands against a plan
#       exercises:
#       - fits-here
#     - can: give a notebook parameters, and refuse values that make no sense
#       exercises:
#       - form-values
#     summary: 'Your first hour: what a notebook is, why it can show a result that its
#       code does not give, how to notice and mend that, and whether the machine you are
#       on will do for what you plan.'
#     title: A notebook, and what can go wrong in one
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

here = course.setup("00_orientation")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
from typing import NamedTuple

# %% [markdown]
# ## How this notebook works
#
# What you are reading is a notebook. It is made of **cells**: some hold text, like this one, some
# hold code. To **run** a cell of code, click into it and press *Shift* and *Enter* together, or press
# the triangle ▶ (on Colab at the left of the cell, in JupyterLab above the page).
#
# **On Colab, first choose *File ▸ Save a copy in Drive*.** What a link opens is only a view of somebody
# else's notebook; the copy is yours. It opens in a tab of its own: go on there. If Colab warns you that
# Google did not write a notebook, that is true of this one: choose *Run anyway*.
#
# Now run the two cells of code above this text. You need not understand them. The first takes a moment:
# it gets what is missing, then it shows a card that says where you are. Section 5 explains the card.
#
# Every lesson of this course works in the same way:
#
# 1. An **exercise** is a cell with the line `raise NotAttempted(…)` in it. Put your code in the place
#    of that line, and run the cell. An example: `double` before and after.
#
#    ```python
#    def double(n):
#        raise NotAttempted("double")
#    ```
#    ```python
#    def double(n):
#        return 2 * n
#    ```
#
# 2. Run the **check** in the cell below it. It answers *passed*, *not yet* (and why), or *not
#    attempted*. Ask as often as you like: a check never costs you anything.
# 3. The next cell says *Graded*. It looks empty. Leave it as it is: your instructor's tests run there
#    after you hand in, and they look at more cases than the check does.
#
# Stuck? Make a new cell (on Colab with *+ Code*, in JupyterLab with *+*) and run `hint("hours-left")`
# in it, with the name of the exercise. It points the way; `hint("hours-left", level=2)` nearly gives
# the answer away. Hints are free, too.
#
# ## 1. Your first check
#
# ### Exercise `hours-left` · easy · 3 minutes
#
# In autumn 2026, a session on the free Google Colab lasts at most 12 hours. Return how many hours
# are left when `used` hours have passed, and the session may last `limit` hours. When the time is
# over, nothing is left: return 0, never a negative number.

# %% nbgrader={"grade": false, "grade_id": "hours-left", "locked": false, "schema_version": 3, "solution": true}
def hours_left(used, limit):  # two numbers, in hours
    ### BEGIN SOLUTION
    return max(0, limit - used)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "hours-left-check", "locked": true, "schema_version": 3, "solution": false}
check("hours-left")

# %% nbgrader={"grade": true, "grade_id": "hours-left-tests", "locked": true, "points": 2, "schema_version": 3, "solution": false}
# Graded: 2 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("hours-left")
for _limit in (12, 9, 4, 24):
    _used = int(_random.integers(1, _limit)) + 0.25
    _left = hours_left(_used, _limit)
    assert _left is not None, "hours_left returns nothing: is there a `return`?"
    assert abs(_left - (_limit - _used)) < 1e-9, "before the end, the hours left are wrong for some limit"
    assert hours_left(_limit, _limit) == 0, "at the very end, not exactly 0 hours are left"
    assert hours_left(_limit + _used, _limit) == 0, "after the end, not exactly 0 hours are left"
### END HIDDEN TESTS

# %% [markdown]
# **Expected:** the check says *Passed*. If it says *Not attempted yet*, run the cell with your
# function first, then the check again: what you type counts only when its cell is run.
#
# ## 2. A document and a process
#
# A notebook is two things that look like one.
#
# - The **document** is what you see: text, code, and the results that the code gave when it was last
#   run. It is a file, it can be saved and sent.
# - The **kernel** is a running Python. It was started for you, on a machine that may be far away. It
#   gets the cells that you run, one by one, and remembers every name they make.
#
# The document does not know what the kernel remembers, and the kernel does not know where a cell
# stands on the page. All trouble in this lesson comes from that.
#
# Each time a cell is run, it gets a **number** in brackets at its left: 1 for the first cell that ran,
# 2 for the next. Run a cell again, and it gets a new, larger number. (On Colab the triangle may cover
# the number: move the mouse away.)

# %% nbgrader={"grade": false, "grade_id": "figure-two-parts", "locked": true, "schema_version": 3, "solution": false}
course.figure("00-two-parts")

# %% [markdown]
# Look at the name `days` in the picture. No cell on the page makes it: its cell, number 3, was
# deleted. The kernel still has the name, since deleting text from a page deletes nothing from memory.
# So the last cell works today. Tomorrow, in a new kernel, it will fail.
#
# What a kernel holds and a page does not show is called **hidden state**. Try it yourself. Run the
# next cell once, then the one below it three times (*Ctrl* and *Enter* runs a cell and stays there).

# %%
visits = 0

# %%
visits = visits + 1
print("visits:", visits)

# %% [markdown]
# **Expected:** `visits: 1`, then 2, then 3. The code on the page is the same each time, the result is
# not: it depends on how often you ran the cell. Look at the number in brackets, too: it grows.
#
# (A cell that does not come to an end can be stopped with the square ■ beside the triangle, or in its
# place.)
#
# ## 3. Find hidden state
#
# Here is the notebook of the picture as data: a list of cells, from top to bottom. For each cell we
# note its number, its code, the names it makes, and the names it needs from outside.

# %% nbgrader={"grade": false, "grade_id": "page", "locked": true, "schema_version": 3, "solution": false}
class Cell(NamedTuple):  # a tuple whose parts have names
    number: int | None  # the number in brackets; None if the cell was never run
    source: str  # its code
    makes: set  # the names it makes, as text
    uses: set  # the names it needs from cells that ran before it, as text


page = [
    Cell(4, "warm = [t for t in readings if t > limit]", makes={"warm"}, uses={"readings", "limit"}),
    Cell(1, "readings = [18.5, 24.0, 21.0, 26.5]", makes={"readings"}, uses=set()),
    Cell(2, "limit = 20", makes={"limit"}, uses=set()),
    Cell(5, "share = len(warm) / days", makes={"share"}, uses={"warm", "days"}),
]
for position, cell in enumerate(page):
    print(f"position {position}:  [{cell.number}]  {cell.source}")

# %% [markdown]
# The **position** of a cell is its place on the page, and counts from 0, as always in Python. A point
# reads a part of a cell: `page[0].number` is 4, and `page[0].makes` is `{"warm"}`.
#
# First the numbers. They are the order in time; the page is the order from top to bottom. Where the
# two differ, the lines in this picture cross:

# %% nbgrader={"grade": false, "grade_id": "figure-two-orders", "locked": true, "schema_version": 3, "solution": false}
course.figure("00-two-orders")

# %% [markdown]
# ### Exercise `run-order` · medium · 8 minutes
#
# We call a cell **out of order** if some cell above it ran later, that is, if some cell above it has a
# larger number. Not only the cell directly above counts: *any* cell above.
#
# Return the positions of all cells that are out of order, each once, as a list. Cells that were never
# run have the number `None`: leave them out. Gaps are no mistake: in the numbers 2, 5, 9 nothing is
# out of order, some cells were just run more than once.
#
# For `page` the answer is `[1, 2]`: above these two stands a cell with the number 4.

# %% nbgrader={"grade": false, "grade_id": "run-order", "locked": false, "schema_version": 3, "solution": true}
def out_of_order(page):  # a list of Cell, from top to bottom
    ### BEGIN SOLUTION
    positions, largest = [], 0  # the largest number so far, from the top
    for position, cell in enumerate(page):
        if cell.number is None:
            continue
        if cell.number < largest:
            positions.append(position)
        largest = max(largest, cell.number)
    return positions
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "run-order-check", "locked": true, "schema_version": 3, "solution": false}
check("run-order")

# %% nbgrader={"grade": true, "grade_id": "run-order-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from collections import namedtuple as _namedtuple

from autograder.secret import generator

_Cell = _namedtuple("Cell", "number source makes uses")
_random = generator("run-order")


def _ran_before_one_above(numbers):
    found = []
    for i, number in enumerate(numbers):
        if number is not None and any(above is not None and above > number for above in numbers[:i]):
            found.append(i)
    return found


_drawn = [[int(_n) for _n in _random.choice(40, _size, replace=False) + 1] for _size in (3, 6, 9, 12, 15, 18)]
_some_not_run = [[None if _random.random() < 0.3 else _n for _n in _numbers] for _numbers in _drawn]
_fixed = [[None, None], [7], [2, 5, 9], [3, 2, 1], [9, 2, 5, 7], [None, 4, None, 3], [5, None, 6, 2]]
for _numbers in _fixed + _drawn + _some_not_run:
    _found = out_of_order([_Cell(_n, "x = 1", {"x"}, set()) for _n in _numbers])
    assert _found is not None, "out_of_order returns nothing: is there a `return`?"
    _found = sorted(_found)
    assert len(_found) == len(set(_found)), "some position stands in the list more than once"
    _right = _found == _ran_before_one_above(_numbers)
    assert _right or None not in _numbers, "the positions are wrong for a page with cells that were never run"
    assert _right, "the positions out of order are wrong for some page"
### END HIDDEN TESTS

# %% [markdown]
# Numbers show *that* something happened. They do not show a deleted cell. For that, look at names.
#
# ### Exercise `from-nowhere` · medium · 8 minutes
#
# Imagine that the page is run from top to bottom by a new kernel that knows nothing. A name comes
# **from nowhere** if a cell uses it and no cell *above* it makes it. The cell itself does not count:
# in `n = n + 1` the right side needs `n` before the cell has made it.
#
# Return the set of all names from nowhere. The numbers of the cells do not matter here: a new kernel
# runs every cell, in the order of the page.
#
# For `page` the answer is `{"readings", "limit", "days"}`.

# %% nbgrader={"grade": false, "grade_id": "from-nowhere", "locked": false, "schema_version": 3, "solution": true}
def from_nowhere(page):  # a list of Cell, from top to bottom
    ### BEGIN SOLUTION
    known, missing = set(), set()
    for cell in page:
        missing |= cell.uses - known
        known |= cell.makes
    return missing
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "from-nowhere-check", "locked": true, "schema_version": 3, "solution": false}
check("from-nowhere")

# %% nbgrader={"grade": true, "grade_id": "from-nowhere-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from collections import namedtuple as _namedtuple

from autograder.secret import generator

_Cell = _namedtuple("Cell", "number source makes uses")
_random = generator("from-nowhere")
_names = ["images", "labels", "model", "loss", "lr", "epochs", "width", "seed"]


def _some_names(most):
    return {str(name) for name in _random.choice(_names, int(_random.integers(0, most + 1)), replace=False)}


def _not_made_above(cells):
    return {name for i, cell in enumerate(cells) for name in cell.uses if not any(name in c.makes for c in cells[:i])}


_pages = [[_Cell(3, "n = n + 1", {"n"}, {"n"})], [_Cell(1, "n = 0", {"n"}, set()), _Cell(None, "n", set(), {"n"})]]
for _length in (2, 3, 4, 5, 6, 7, 8, 9):
    _pages.append([_Cell(_i + 1, "", _some_names(2), _some_names(3)) for _i in range(_length)])
_below = [_Cell(2, "", set(), {"loss"}), _Cell(1, "", {"loss"}, set())]
assert from_nowhere(_below) is not None, "from_nowhere returns nothing: is there a `return`?"
assert set(from_nowhere(_below)) == {"loss"}, "a name that is only made further down counts as known"
_far_above = [_Cell(1, "", {"lr"}, set()), _Cell(2, "", {"seed"}, set()), _Cell(3, "", set(), {"lr"})]
assert set(from_nowhere(_far_above)) == set(), "a name made two cells further up counts as missing"
for _page in _pages:
    _found = from_nowhere(_page)
    assert not isinstance(_found, str), "text came back, not a set of names"
    assert set(_found) == _not_made_above(_page), "the names from nowhere are wrong for some page"
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Restart and run all
#
# There is one way to find hidden state for sure: throw the kernel away, start a new one, and run every
# cell from top to bottom. On Colab that is *Runtime ▸ Restart session and run all*; JupyterLab has it
# in its menu *Kernel*. The page keeps all you wrote; only the memory is emptied. Do it before you send
# a notebook to anybody, and before you hand one in. (A cell that needs an exercise which you left out
# will say *not attempted*. If the run stops there, run the cells below it yourself.)
#
# The next cell does the same to the page of the picture. `exec` runs code that is given as text, its
# **source**, and `memory` is all that this code can see. At the start it is empty, like a new kernel.

# %% nbgrader={"grade": false, "grade_id": "restart", "locked": true, "schema_version": 3, "solution": false}
def restart_and_run_all(cells):
    """Run sources from top to bottom in an empty memory; say how far that goes."""
    memory = {}
    for position, source in enumerate(cells):
        try:
            exec(source, memory)
        except Exception as error:
            return f"stopped at position {position}: {type(error).__name__}: {error}"
    return f"all {len(cells)} cells ran, share = {memory.get('share')}"


broken = [cell.source for cell in page]
restart_and_run_all(broken)

# %% [markdown]
# **Expected:** it stops at position 0. And yet somebody saw a share on that page, and believed it.
#
# ### Exercise `fresh-start` · medium · 10 minutes
#
# Mend this notebook. `cells` is a list of four texts, the sources in the order of the page:
# `cells[0]` makes `warm`, `cells[1]` makes `readings`, `cells[2]` makes `limit`, and `cells[3]` makes
# `share`. Return a list of sources that runs from top to bottom in a new kernel.
#
# - Two cells stand too low. Put them where they belong.
# - One cell was deleted. Write its source again, as a text: it makes `days`, which is how many readings
#   there are.
#
# In the end, `share` is the share of the readings that lie above the limit. The tests bring other
# readings and another limit, so take the cells from `cells`, and do not type their numbers.

# %% nbgrader={"grade": false, "grade_id": "fresh-start", "locked": false, "schema_version": 3, "solution": true}
def mend(cells):  # four texts, as in `broken`
    ### BEGIN SOLUTION
    warm, readings, limit, share = cells
    return [readings, limit, "days = len(readings)", warm, share]
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "fresh-start-check", "locked": true, "schema_version": 3, "solution": false}
check("fresh-start")

# %% nbgrader={"grade": true, "grade_id": "fresh-start-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("fresh-start")
for _days in (3, 5, 8, 13):
    _readings = [round(float(_t), 1) for _t in _random.uniform(-5, 35, _days)]
    _limit = int(_random.integers(0, 30))
    _readings[0], _readings[-1] = _limit + 1.5, _limit - 1.5  # never all warm, never all cold
    _filled_in = [f"readings = {_readings}", f"limit = {_limit}"]
    _mended = mend(["warm = [t for t in readings if t > limit]", *_filled_in, "share = len(warm) / days"])
    assert _mended is not None, "mend returns nothing: is there a `return`?"
    _mended = list(_mended)
    assert all(isinstance(_source, str) for _source in _mended), "the mended notebook is not a list of texts"
    _memory = {}  # over there, as after a restart; at the end without Python's own names
    try:
        student.library("builtins").exec("\n".join([*_mended, "del __builtins__"]), _memory)
    except NameError:
        raise AssertionError("the mended notebook uses a name that no cell above has made") from None
    assert _memory.get("readings") == _readings, "the readings are not those of the cells that came in"
    assert _memory.get("limit") == _limit, "the limit is not that of the cells that came in"
    _share = sum(_t > _limit for _t in _readings) / _days
    assert abs(_memory.get("share", -1) - _share) < 1e-9, "after a restart the share is wrong for some readings"
### END HIDDEN TESTS

# %% tags=["after-exercises"]
restart_and_run_all(mend(broken))

# %% [markdown]
# **Expected:** all 5 cells ran, and the share is 0.75.
#
# ## 5. Is this place for you?
#
# **Google Colab** gives you a kernel on a machine of Google's and shows the document in your browser.
# You install nothing, and with some luck there is a **GPU**: a chip that does very many simple
# calculations at once, which is what neural networks need. The time that you have such a machine is
# a **session**. In autumn 2026, a free one lasts at most 12 hours, and less if you go away. A GPU is
# not promised. So:
#
# | Colab is good for | Colab is not made for |
# | --- | --- |
# | learning, and working through a course | long runs that somebody has to rely on |
# | a quick experiment | full control of the machine and what is installed |
# | showing a notebook to others, and writing it together | very large data that have to stay |
#
# When a session of Colab ends, the disk of its machine is wiped. What is left depends on where it is:
#
# | What | Where | Kernel restarted | Session over |
# | --- | --- | --- | --- |
# | names, such as `readings` | the kernel's memory | gone | gone |
# | files that cells wrote | the machine's disk | there | gone |
# | the document, saved | on Colab: your Drive | there | there |
#
# On your own machine there is no such end: its disk keeps what you wrote.
#
# The card of the first cell says all this about the place where *you* are. It is an object, and its
# parts have names:

# %% tags=["nbval-ignore-output"]
print("platform      ", here.platform)
print("device        ", here.device, "-", here.device_name)
print("device_memory ", here.device_memory, "GB")
print("session       ", here.session)
print("lost          ", here.lost)
print("pitfall       ", here.pitfall)

# %% [markdown]
# **Expected:** the platform you are on. `device` is `cuda` where there is a GPU of NVIDIA's that works,
# and `cpu` where there is none. (This lesson needs none.) `device_memory` is the GPU's own memory in
# GB, and 0 without one.
#
# ### Exercise `fits-here` · medium · 9 minutes
#
# You have a plan. Will this place do? What the card says in `session` and `lost` are sentences for
# people. For a program, we write down the two facts in them as `Terms`:

# %% nbgrader={"grade": false, "grade_id": "plan", "locked": true, "schema_version": 3, "solution": false}
class Terms(NamedTuple):
    """What the sentences of a card say, for a program."""

    hours: float | None  # the longest session; None where there is no limit
    files_stay: bool  # does the disk outlive the session?


class Plan(NamedTuple):
    """What somebody wants to do."""

    hours: float  # how long it takes
    gpu_memory: float  # in GB; 0 if it needs no GPU
    keep_files: bool  # do its files have to outlive the session?


# %% [markdown]
# Return a list of words, one for each thing that stands against the plan, in any order:
#
# - `"time"` if the plan takes longer than a session may last;
# - `"gpu"` if it needs more GPU memory than the `device_memory` of `card`;
# - `"files"` if its files have to stay, and here they do not.
#
# What fits exactly fits. If nothing stands against the plan, return an empty list.

# %% nbgrader={"grade": false, "grade_id": "fits-here", "locked": false, "schema_version": 3, "solution": true}
def objections(card, terms, plan):  # a card such as `here`, Terms, Plan
    ### BEGIN SOLUTION
    against = []
    if terms.hours is not None and plan.hours > terms.hours:
        against.append("time")
    if plan.gpu_memory > card.device_memory:
        against.append("gpu")
    if plan.keep_files and not terms.files_stay:
        against.append("files")
    return against
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "fits-here-check", "locked": true, "schema_version": 3, "solution": false}
check("fits-here")

# %% nbgrader={"grade": true, "grade_id": "fits-here-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from collections import namedtuple as _namedtuple

from autograder.secret import generator
from autograder.student import student
from course.runtime import Card

_Terms, _Plan = _namedtuple("Terms", "hours files_stay"), _namedtuple("Plan", "hours gpu_memory keep_files")
_random = generator("fits-here")


def _card_with(memory):
    device, name = ("cuda", "a GPU") if memory else ("cpu", "a CPU")
    card = Card("00_orientation", "somewhere", device, name, memory, 16.0, 50.0, "a session", "the disk", "mind")
    return student.put(card)


def _standing_against(memory, terms, plan):
    time = terms.hours is not None and plan.hours > terms.hours
    gpu = plan.gpu_memory > memory
    files = plan.keep_files and not terms.files_stay
    return {word for word, stands in (("time", time), ("gpu", gpu), ("files", files)) if stands}


_cases = [
    (15.8, _Terms(12, False), _Plan(12, 15.8, False)),
    (15.8, _Terms(12, False), _Plan(12.5, 16.0, True)),
    (0.0, _Terms(12, False), _Plan(1, 0, False)),
    (0.0, _Terms(None, True), _Plan(200, 0, True)),
    (0.0, _Terms(4, True), _Plan(5, 0, True)),
    (24.0, _Terms(None, False), _Plan(30, 24, True)),
]
for _ in range(30):
    _terms = _Terms([None, 4, 9, 12, 24][int(_random.integers(5))], bool(_random.random() < 0.5))
    _hours, _needs = [1, 4, 9, 11, 12, 20, 30], [0, 0, 6, 15, 24, 40, 80]
    _plan = _Plan(_hours[int(_random.integers(7))], _needs[int(_random.integers(7))], bool(_random.random() < 0.5))
    _cases.append(([0.0, 15.8, 24.0, 80.0][int(_random.integers(4))], _terms, _plan))
for _memory, _terms, _plan in _cases:
    _said = objections(_card_with(_memory), _terms, _plan)
    assert _said is not None, "objections returns nothing: is there a `return`?"
    assert not isinstance(_said, str), "text came back, not a list of words"
    _said = list(_said)
    assert len(_said) == len(set(_said)), "a word is in the list twice"
    _want = _standing_against(_memory, _terms, _plan)
    assert ("time" in _said) == ("time" in _want), '"time" is said where there is time enough, or is missing'
    assert ("gpu" in _said) == ("gpu" in _want), '"gpu" is said where the GPU will do, or is missing'
    assert ("files" in _said) == ("files" in _want), '"files" is said where files stay or need not, or is missing'
    assert set(_said) == _want, "there is another word in the list than the three"
### END HIDDEN TESTS

# %% [markdown]
# ## 6. A notebook with a form
#
# Values that you want to change from run to run, its **parameters**, belong in one cell and nowhere
# else. On Colab, the comments that begin with `@param` turn such a cell into a **form**: fields and
# switches beside the code. Elsewhere they are comments like any other, and you change the code.
#
# The cell below also carries a tag, `parameters`. By that tag, a program that runs notebooks finds it
# and puts other values in: so one notebook can run twenty times with twenty values while you sleep.

# %% tags=["parameters"]
HOURS = 2  # @param {type:"number"}
GPU_MEMORY = 0  # @param {type:"number"}
KEEP_FILES = True  # @param {type:"boolean"}

# %% [markdown]
# ### Exercise `form-values` · medium · 12 minutes
#
# Whoever fills in a form makes mistakes, and a program that passes values may pass text for a number.
# A wrong value should stop the notebook *here*, in words, and not an hour later in some other cell.
#
# Return a `Plan` with the three values, as they are. But if one makes no sense, stop with
# `raise ValueError("…")`, and let the text name the parameter (`hours`, `gpu_memory` or `keep_files`)
# and say what is wrong:
#
# - `hours` has to be a number above 0;
# - `gpu_memory` has to be a number, 0 or more;
# - `keep_files` has to be `True` or `False`, and nothing else.
#
# Text is never a number here, not even `"2"`. `isinstance(hours, (int, float))` tells you whether
# `hours` is a number: ask that before you compare it with 0.
#
# Mind the text `"False"`. For Python, every text that is not empty counts as true, so `if "False":`
# goes the wrong way without a word.

# %% nbgrader={"grade": false, "grade_id": "form-values", "locked": false, "schema_version": 3, "solution": true}
def plan_from_form(hours, gpu_memory, keep_files):
    ### BEGIN SOLUTION
    if not isinstance(hours, (int, float)) or hours <= 0:
        raise ValueError(f"hours has to be a number above 0, not {hours!r}")
    if not isinstance(gpu_memory, (int, float)) or gpu_memory < 0:
        raise ValueError(f"gpu_memory has to be a number of GB, 0 or more, not {gpu_memory!r}")
    if not isinstance(keep_files, bool):
        raise ValueError(f"keep_files has to be True or False, not {keep_files!r}")
    return Plan(hours, gpu_memory, keep_files)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "form-values-check", "locked": true, "schema_version": 3, "solution": false}
check("form-values")

# %% nbgrader={"grade": true, "grade_id": "form-values-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("form-values")
for _keep in (True, False):
    for _hours, _memory in ((round(float(_random.uniform(0.1, 90)), 2), int(_random.integers(1, 80))), (1, 0), (0.25, 15.8)):
        try:
            _plan = plan_from_form(_hours, _memory, _keep)
        except (TypeError, ValueError):
            raise AssertionError("three values that make sense are refused") from None
        assert _plan is not None, "plan_from_form returns nothing: is there a `return`?"
        _got = [getattr(_plan, _part, None) for _part in ("hours", "gpu_memory", "keep_files")]
        assert _got == [_hours, _memory, _keep], "what comes back is not a Plan with the three values as they were"


def _refusal(**wrong):
    """Return what a wrong value is answered with, in one spelling; None if it is accepted."""
    values = {"hours": 2.5, "gpu_memory": 8, "keep_files": True} | wrong
    try:
        plan_from_form(**values)
    except (TypeError, ValueError) as error:
        return str(error).lower().replace(" ", "_")
    except AssertionError:
        raise AssertionError("a wrong value is refused by an assert, not by a ValueError") from None
    return None


_wrong_values = (
    [("hours", _v) for _v in (0, -1, -0.5, "2", "two", "", None)]
    + [("gpu_memory", _v) for _v in (-1, -int(_random.integers(2, 99)), -0.5, "8", "", None)]
    + [("keep_files", _v) for _v in ("False", "True", "no", "", None)]
)
for _part, _value in _wrong_values:
    _answer = _refusal(**{_part: _value})
    assert _answer is not None or _part != "hours", "a wrong value of hours is accepted"
    assert _answer is not None or _part != "gpu_memory", "a wrong value of gpu_memory is accepted"
    assert _answer is not None, "a wrong value of keep_files is accepted"
    assert _part in _answer, "the text of the ValueError does not name the parameter that is wrong"
### END HIDDEN TESTS

# %% [markdown]
# Now put everything together. The terms below are those of the free Colab. Write down yours, as the
# card says them; on your own machine that is `Terms(hours=None, files_stay=True)`. Change the values in
# the form as you like. Then run the form again, and after it the cell below.

# %% tags=["after-exercises"]
terms = Terms(hours=12, files_stay=False)
plan = plan_from_form(HOURS, GPU_MEMORY, KEEP_FILES)
print(plan)
print("against it:", objections(here, terms, plan) or "nothing")

# %% [markdown]
# **Expected:** with the values and terms as they came, `['files']`. That is no reason to go away: `course.keep()` gives
# you a folder that stays, on Colab in your Drive.
#
# ## Three errors you will meet
#
# - `NameError: name 'days' is not defined` The cell that makes the name was not run in this kernel, or
#   it is gone. Run the cells above; if that does not help, write the cell again.
# - `IndentationError: expected an indented block after function definition on line 1` The lines of a
#   function begin with four spaces. You may have deleted them together with `raise NotAttempted(…)`.
# - `NameError: name 'check' is not defined` The session is new, and the first cell has not been run in
#   it. Run the cells from the top, those with your functions, too.
#
# ## What it cost, and cleaning up
#
# Nothing, on the free Colab, on Kaggle or on your own machine. When you are done:
#
# 1. restart and run all, once more;
# 2. save, and hand in as the last section says;
# 3. on Colab, choose *Runtime ▸ Disconnect and delete runtime*. It ends the session and leaves the
#    machine to somebody else. Your copy in Drive stays.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. You restart the kernel. What is lost?**
#
# <details><summary>The text and the code on the page</summary>No. They are the document, which the
# kernel never had.</details>
# <details><summary>Every name that cells have made</summary>Right. Names live in the memory of the
# kernel, and the new one starts with an empty memory.</details>
# <details><summary>The files that cells have written</summary>No. They are on the disk of the machine,
# and a restart does not touch that. The end of a session does.</details>
#
# **2. At its left a cell has the number 7, and the cell below it has 3. What do you know?**
#
# <details><summary>The cell below ran before the one above</summary>Right. So what you see may not be
# what you get from top to bottom: restart and run all.</details>
# <details><summary>The notebook is broken</summary>Not for sure. Perhaps the two have nothing to do
# with each other; only a restart tells.</details>
# <details><summary>Four cells were deleted</summary>No. The numbers between may belong to other cells,
# or to the same ones when they were run before.</details>
#
# **3. You delete the cell `lr = 0.1` and go on working. What happens?**
#
# <details><summary>The next cell that uses <code>lr</code> fails</summary>No, and that is the
# trouble: the kernel still knows the name.</details>
# <details><summary>Colab deletes the name, too</summary>No. The document and the kernel are two
# things, and deleting text changes only one of them.</details>
# <details><summary>Nothing, until there is a new kernel</summary>Right. Then it fails, perhaps on the
# machine of the person you sent it to.</details>
#
# **4. A training of 20 hours has to be done by Monday morning. Is a free Colab session the place?**
#
# <details><summary>No: a session is shorter, and nobody promises it to you</summary>Right. In autumn
# 2026 it lasts at most 12 hours. Such a run needs a machine you rent, or pieces that can go on where
# they stopped.</details>
# <details><summary>Yes, if you keep the browser open</summary>No. An open browser helps against being
# called idle, but not against the limit.</details>
# <details><summary>Yes, if you get a GPU</summary>No. The GPU makes it faster; it does not make the
# session any longer.</details>
#
# **5. A form gives your notebook `KEEP_FILES = "False"`. What does `if KEEP_FILES:` do?**
#
# <details><summary>It skips what follows, since the value is false</summary>No. It would, without the
# quotation marks. With them the value is a text.</details>
# <details><summary>It runs what follows, since a text that is not empty counts as true</summary>Right.
# That is why values from outside are checked before they are used.</details>
# <details><summary>It stops with an error, since a text is no condition</summary>No. Python takes any
# value as a condition, and says nothing.</details>
#
# ## Take away
#
# - A notebook is a document and a kernel, and neither knows what the other holds.
# - Numbers that do not rise, and names that no cell above makes, are signs of hidden state.
# - *Restart and run all* is the test. What does not survive it is not done.
# - Read the card before you plan: how long, how much GPU memory, what is lost.
# - Parameters stand in one cell, and are checked before anything uses them.
#
# ## Read on
#
# - [Project Jupyter: documentation](https://docs.jupyter.org/)
# - [Colab: questions and answers](https://research.google.com/colaboratory/faq.html)
# - [Colab: forms](https://colab.research.google.com/notebooks/forms.ipynb)
# - The talk this course grew from asks "Is it for you?", too: F. Chouteau, "Google Colab & AI
#   Notebook", Toulouse Data Science 38, 2019.
