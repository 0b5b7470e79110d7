# ---
# jupyter:
#   course:
#     accelerator: none
#     before:
#     - Python functions, lists and dictionaries; no cloud account, no credit card, no GPU
#     - Nothing is rented here. You write the commands, the notebook checks them, and nobody runs them
#     - For the last exercise, `bash` (it is on Colab, Linux and macOS); the shell you need is explained
#     difficulty: intermediate
#     minutes: 120
#     objectives:
#     - can: describe a machine with a GPU, and turn the description into a command that is safe to run
#       exercises:
#       - machine
#     - can: work out what a machine costs, running and stopped
#       exercises:
#       - price
#     - can: decide from recorded losses whether a spot machine pays
#       exercises:
#       - spot
#     - can: recognise from measurements that a machine is idle and may be stopped
#       exercises:
#       - idle-shutdown
#     - can: reach JupyterLab on a rented machine without opening it to the internet
#       exercises:
#       - tunnel
#     - can: write a start-up script that reports its end and deletes the machine in every case
#       exercises:
#       - startup-script
#     summary: 'From Colab to a machine that you rent: described, priced, reached, and gone
#       when it is no longer needed. All commands are made and checked here, none is run.'
#     title: 'Your own machine in the cloud: described, priced, started, stopped'
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

here = course.setup("05_workbench_and_vm")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import re
import shlex
import socket

import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, then run the
# **check** below it. `hint("machine")` points the way, `hint("machine", level=2)` nearly gives it away.
# Hidden tests look at more cases after you hand in.
#
# One thing is different. This lesson is about renting, and renting costs money, so **no machine is
# started here**. You write functions that make commands. The notebook looks at the commands and shows
# them. If you rent a machine one day, you have them ready, and you know what each word does.
#
# ## 1. So you came from Colab
#
# On Colab a machine is lent to you. Somebody else chose it, starts it and takes it away. When you rent
# one, all of that is your work:
#
# | | Free Colab | Your own machine |
# | --- | --- | --- |
# | Which GPU | what is free at the time | what you choose, if the zone has one |
# | What you pay | nothing | each second that the machine runs, **also while it does nothing** |
# | When it ends | after hours, or when you are idle | when you end it |
# | Your files | gone with the session | on its disk, until you delete the disk |
# | The notebook page | Colab's own | JupyterLab |
# | Who repairs it | Google | you |
#
# Two products of Google give you such a machine. A **Deep Learning VM** is a plain *virtual machine* (VM:
# a share of a big computer that behaves like a whole one) with PyTorch, a GPU driver and JupyterLab
# already installed. **Workbench** puts a web page around the same machine. The talk that this course
# grew from called it *AI Platform Notebooks*; then it was *Vertex AI Workbench*; in autumn 2026 Google's
# documentation says *Gemini Enterprise Agent Platform Workbench*. Names change faster than machines.
# Below we use the plain VM, since everything that happens can be seen there.
#
# A machine has three states, and each has its price:

# %% nbgrader={"grade": false, "grade_id": "figure-what-you-pay", "locked": true, "schema_version": 3, "solution": false}
course.figure("05-what-you-pay")

# %% [markdown]
# The mistake that costs most: somebody closes the laptop and thinks that the machine is in the middle
# row now. It is still in the top one.
#
# ## 2. Describe the machine
#
# Write down *what* you want before you think about *how* to start it. A description is data: you can
# read it, check it, price it and keep it in Git. Ours is a dictionary:

# %% nbgrader={"grade": false, "grade_id": "trainer", "locked": true, "schema_version": 3, "solution": false}
trainer = {
    "name": "trainer",
    "zone": "us-central1-a",  # a data centre; GPUs and prices differ from zone to zone
    "machine_type": "n1-standard-8",  # processors and memory: 8 processors, 30 GB
    "gpu": "T4",  # "none", "T4", "L4" or "A100"
    "gpus": 1,  # how many; 0 where gpu is "none"
    "disk_gb": 100,
    "max_hours": 8,  # after that Google deletes the machine, whatever happens
    "spot": False,  # cheaper, and may be taken away: section 4
    "account": "",  # what the machine may do in your name; "" is nothing
}

# %% [markdown]
# Not everything goes together. A T4 is *added* to a machine of the `n1` family. An L4 is *built into* the
# `g2` machines and an A100 into the `a2` machines. The next cell holds a few pairs of machine type and
# GPU, and how many GPUs each may have. It also holds two **image families**. An image is what the disk
# holds at first: the system and its programs. A family always gives its newest image. With a GPU you
# want one that has a driver and PyTorch; without a GPU a plain Debian does, and starts faster.

# %% nbgrader={"grade": false, "grade_id": "tables", "locked": true, "schema_version": 3, "solution": false}
FITS = {  # (machine type, GPU): how many; a selection, written down in autumn 2026
    ("n1-standard-8", "none"): [0],
    ("n1-standard-8", "T4"): [1, 2, 4],
    ("g2-standard-4", "L4"): [1],
    ("g2-standard-8", "L4"): [1],
    ("a2-highgpu-1g", "A100"): [1],
}
IMAGES = {  # has it a GPU?: (image project, image family)
    True: ("deeplearning-platform-release", "pytorch-2-9-cu129-ubuntu-2204-nvidia-580"),
    False: ("debian-cloud", "debian-12"),
}
PATTERNS = {  # what a text must look like from its first to its last character: re.fullmatch
    "name": r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?",
    "zone": r"[a-z]+-[a-z]+[0-9]+-[a-z]",
    "account": r"(?:[a-z0-9][-a-z0-9.]*@[-a-z0-9.]+)?",
}

# %% [markdown]
# ### Exercise `machine` · medium · 20 minutes
#
# Write two functions.
#
# **`wrong_fields(machine)`** returns a list with the names of the fields that are wrong; an empty list
# means that all is well. The rules:
#
# - `name`, `zone` and `account` match their pattern in `PATTERNS`. Such a pattern is a *regular
#   expression*, a short description of texts; you need not be able to read it.
#   `re.fullmatch(pattern, text)` gives `None` if the text does not match. Do not use `re.match`: it looks
#   only at the beginning, and lets `trainer; reboot` pass.
# - `gpu`: machine type, GPU and number of GPUs are in `FITS`. If not, the list holds `"gpu"`, whichever
#   of the three is to blame.
# - `disk_gb` is a whole number (`int`) from 50 to 2000, `max_hours` one from 1 to 24.
#
# **`create_command(machine)`** raises a `ValueError` if a field is wrong. Otherwise it returns the command
# that makes the machine, as a **list of words**. A list goes to the program as it is. One long string
# would go through a *shell*, the program that reads command lines, and a shell takes `;` or `$(…)` in a
# name for a command of its own. The words, from the fifth on in any order:
#
# | Words | When |
# | --- | --- |
# | `gcloud` `compute` `instances` `create` NAME | always, in this order |
# | `--zone=…` `--machine-type=…` `--boot-disk-size=100GB` | always |
# | `--image-project=…` `--image-family=…` | always, from `IMAGES` |
# | `--max-run-duration=28800s` `--instance-termination-action=DELETE` | always; in seconds |
# | `--provisioning-model=SPOT` | for spot; otherwise `STANDARD` instead |
# | `--maintenance-policy=TERMINATE` | with a GPU: such a machine cannot be moved while it runs |
# | `--accelerator=type=nvidia-tesla-t4,count=1` | for T4 only: the others are built in |
# | `--no-service-account` `--no-scopes` | if `account` is empty |
# | `--service-account=…` `--scopes=cloud-platform` | if there is an account |
#
# A **service account** is a user for machines. If you name none, Google gives the machine a common one,
# which in many projects may change everything. So: none at all, or one that you made for this purpose
# and that may do only what the job needs (*least rights*). The scope `cloud-platform` then adds nothing;
# it only says that the account's own rights are the limit.

# %% nbgrader={"grade": false, "grade_id": "machine", "locked": false, "schema_version": 3, "solution": true}
def wrong_fields(machine):  # dictionary like `trainer` -> list of field names
    ### BEGIN SOLUTION
    wrong = [field for field, pattern in PATTERNS.items() if not re.fullmatch(pattern, machine[field])]
    if machine["gpus"] not in FITS.get((machine["machine_type"], machine["gpu"]), []):
        wrong.append("gpu")
    for field, least, most in (("disk_gb", 50, 2000), ("max_hours", 1, 24)):
        if not isinstance(machine[field], int) or not least <= machine[field] <= most:
            wrong.append(field)
    return wrong
    ### END SOLUTION


def create_command(machine):  # dictionary like `trainer` -> list of words
    ### BEGIN SOLUTION
    wrong = wrong_fields(machine)
    if wrong:
        raise ValueError(f"wrong: {', '.join(wrong)}")
    project, family = IMAGES[machine["gpus"] > 0]
    command = [
        "gcloud", "compute", "instances", "create", machine["name"],
        f"--zone={machine['zone']}",
        f"--machine-type={machine['machine_type']}",
        f"--boot-disk-size={machine['disk_gb']}GB",
        f"--image-project={project}",
        f"--image-family={family}",
        f"--max-run-duration={machine['max_hours'] * 3600}s",
        "--instance-termination-action=DELETE",
        f"--provisioning-model={'SPOT' if machine['spot'] else 'STANDARD'}",
    ]
    if machine["gpus"]:
        command.append("--maintenance-policy=TERMINATE")
    if machine["gpu"] == "T4":
        command.append(f"--accelerator=type=nvidia-tesla-t4,count={machine['gpus']}")
    if machine["account"]:
        command += [f"--service-account={machine['account']}", "--scopes=cloud-platform"]
    else:
        command += ["--no-service-account", "--no-scopes"]
    return command
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "machine-check", "locked": true, "schema_version": 3, "solution": false}
check("machine")

# %% nbgrader={"grade": true, "grade_id": "machine-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("machine")
_fits = [
    ("n1-standard-8", "none", 0), ("n1-standard-8", "T4", 1), ("n1-standard-8", "T4", 4),
    ("g2-standard-4", "L4", 1), ("g2-standard-8", "L4", 1), ("a2-highgpu-1g", "A100", 1),
]


def _described(fit, **changed):
    kind, gpu, gpus = fit
    machine = {
        "name": f"m{_random.integers(10**6)}", "zone": "europe-west4-" + "abc"[_random.integers(3)],
        "machine_type": kind, "gpu": gpu, "gpus": gpus, "disk_gb": int(_random.integers(50, 2001)),
        "max_hours": int(_random.integers(1, 25)), "spot": bool(_random.integers(2)), "account": "",
    }
    return {**machine, **changed}


def _flags(words):
    found = {}
    for word, after in zip(words, [*words[1:], "--"]):
        name, equals, value = word.partition("=")
        if name.startswith("--"):
            found[name] = value if equals else ("" if after.startswith("--") else after)
    return found


for _fit in _fits:
    for _account in ("", f"job{_random.integers(10**6)}@my-project.iam.gserviceaccount.com"):
        _machine = _described(_fit, account=_account)
        assert sorted(wrong_fields(dict(_machine))) == [], "a right description is called wrong"
        _words = create_command(dict(_machine))
        assert not isinstance(_words, str), "the command is one string, not a list of words"
        _words = list(_words)
        assert all(isinstance(_word, str) for _word in _words), "a word of the command is not text"
        assert not any(_c.isspace() for _word in _words for _c in _word), "a word of the command holds a space"
        assert _words[:4] == ["gcloud", "compute", "instances", "create"], "the command is not gcloud compute instances create"
        assert _machine["name"] in _words, "the name is not a word of the command"
        _given = _flags(_words)
        assert _given.get("--zone") == _machine["zone"], "--zone is missing or wrong"
        assert _given.get("--machine-type") == _fit[0], "--machine-type is missing or wrong"
        assert _given.get("--boot-disk-size") == f"{_machine['disk_gb']}GB", "--boot-disk-size is missing or wrong"
        assert _given.get("--max-run-duration") == f"{_machine['max_hours'] * 3600}s", "--max-run-duration is missing, or not in seconds"
        assert _given.get("--instance-termination-action") == "DELETE", "--instance-termination-action=DELETE is missing"
        _model = _given.get("--provisioning-model", "STANDARD")
        assert _model == ("SPOT" if _machine["spot"] else "STANDARD"), "--provisioning-model does not follow `spot`"
        _image = (_given.get("--image-project"), _given.get("--image-family"))
        if _fit[2]:
            assert _image == ("deeplearning-platform-release", "pytorch-2-9-cu129-ubuntu-2204-nvidia-580"), "a machine with a GPU does not get the image with PyTorch and a driver"
            assert _given.get("--maintenance-policy") == "TERMINATE", "a machine with a GPU needs --maintenance-policy=TERMINATE"
        else:
            assert _image == ("debian-cloud", "debian-12"), "a machine without a GPU does not get the plain image"
            assert "--accelerator" not in _given, "a machine without a GPU asks for an accelerator"
        _builtin = {"L4": "nvidia-l4", "A100": "nvidia-tesla-a100"}.get(_fit[1])
        if _fit[1] == "T4":
            assert _given.get("--accelerator") == f"type=nvidia-tesla-t4,count={_fit[2]}", "the accelerator of a machine with T4 is missing, or its type or count is wrong"
        elif _builtin:
            assert _given.get("--accelerator", f"type={_builtin},count=1") == f"type={_builtin},count=1", "a built-in GPU is asked for as another accelerator"
        if _account:
            assert _given.get("--service-account") == _account, "the service account is not handed over"
            assert _given.get("--scopes") == "cloud-platform", "with a service account, --scopes=cloud-platform is missing"
            assert "--no-service-account" not in _given and "--no-scopes" not in _given, "there is an account, and at once none"
        else:
            assert "--no-service-account" in _given and "--no-scopes" in _given, "without an account the machine gets the default one and its rights"
            assert "--service-account" not in _given and "--scopes" not in _given, "without an account one is asked for"

_good = _described(_fits[1])
for _field, _bad in (
    ("name", ["", "Trainer", "1st", "-trainer", "trainer-", "a b", "a;reboot", "a$(reboot)", "trainer\n", "a" * 64, "über", "a_b"]),
    ("zone", ["", "us-central1", "us-central1-a; reboot", "us-central1-a\n", "US-central1-a", "--zone"]),
    ("account", ["nobody", "a b@c.d", "job@my-project.iam.gserviceaccount.com --scopes=x", "-x@y.z", "a@b\n"]),
    ("disk_gb", [49, 0, -100, 2001, "100", 99.5, None]),
    ("max_hours", [0, -1, 25, "8", 1.5]),
    ("gpus", [0, 3, 8, -1]),
    ("gpu", ["none", "L4", "A100", "t4", "H100"]),
    ("machine_type", ["g2-standard-4", "n1-standard-4", "", "a2-highgpu-1g"]),
):
    _named = "gpu" if _field in ("gpus", "machine_type") else _field
    for _value in _bad:
        _machine = {**_good, _field: _value}
        assert sorted(set(wrong_fields(dict(_machine)))) == [_named], "a wrong field is not named, or a right one is"
        try:
            create_command(dict(_machine))
        except ValueError:
            pass
        else:
            raise AssertionError("create_command does not raise ValueError for a wrong description")
for _field, _value in (("name", "a"), ("name", "a" * 63), ("disk_gb", 50), ("disk_gb", 2000), ("max_hours", 1), ("max_hours", 24)):
    assert sorted(wrong_fields({**_good, _field: _value})) == [], "a value that is just allowed is called wrong"
_three = {**_good, "name": "A", "disk_gb": 5, "max_hours": 99}
assert sorted(set(wrong_fields(_three))) == ["disk_gb", "max_hours", "name"], "with several wrong fields not all of them are named"
### END HIDDEN TESTS

# %% [markdown]
# Here is your command for `trainer`. `shlex.join` writes a list the way a shell would need it, to be
# read or copied by people. (On your own computer, a program would call `subprocess.run(command)` with
# the list itself.)
#
# **Expected:** a line that begins with `gcloud compute instances create trainer` and holds each word of
# the table once.

# %% tags=["after-exercises"]
command = create_command(trainer)
print(" \\\n  ".join([shlex.join(command[:5]), *map(shlex.quote, command[5:])]))

# %% [markdown]
# With Workbench the same wish is one command as well. Note the last setting: there the idle time-out
# (section 5) comes with the product.
#
# ```text
# gcloud workbench instances create trainer --location=us-central1-a --machine-type=n1-standard-8 \
#   --accelerator-type=NVIDIA_TESLA_T4 --accelerator-core-count=1 --install-gpu-driver \
#   --metadata=idle-timeout-seconds=3600
# ```
#
# ## 3. Price it
#
# The arithmetic is simple. It still surprises people, because two meters run at different times:
#
# - **machine and GPUs** are paid for while the machine *runs*;
# - the **disk** is paid for as long as it *exists*, also while the machine is stopped.

# %% nbgrader={"grade": false, "grade_id": "prices", "locked": true, "schema_version": 3, "solution": false}
# US dollars. EXAMPLES, about Google's list prices in us-central1 in June 2025: they differ from region
# to region and they change. Look them up before you rent: https://cloud.google.com/compute/gpus-pricing
PRICES = {
    "n1-standard-8": 0.38,  # an hour
    "g2-standard-4": 0.71,  # an hour, with the L4 that is built in
    "g2-standard-8": 0.85,
    "a2-highgpu-1g": 3.67,  # with its A100
    "T4": 0.35,  # an hour, each
    "L4": 0.0,  # in the machine's price
    "A100": 0.0,
    "none": 0.0,
    "disk": 0.10,  # a GB and month
}
SPOT_PRICES = PRICES | {
    "n1-standard-8": 0.08, "g2-standard-4": 0.28, "g2-standard-8": 0.34, "a2-highgpu-1g": 1.80, "T4": 0.14,
}
MONTH_HOURS = 730  # a month of a price list: 365 * 24 / 12

print("machine            per hour      spot")
for (kind, gpu), counts in FITS.items():
    for count in counts:
        full, spot = (table[kind] + count * table[gpu] for table in (PRICES, SPOT_PRICES))
        print(f"{kind:<14}{f'{count} {gpu}' if count else '':<6}{full:6.2f} USD{spot:6.2f} USD")

# %% [markdown]
# ### Exercise `price` · easy · 10 minutes
#
# A machine's life is a list of periods, each a pair of state and hours, for example
# `[("running", 4), ("stopped", 20), ("running", 4)]`. The states are `"running"` and `"stopped"`; after
# the last period, machine and disk are deleted.
#
# Return what this life costs in dollars, as a `float` rounded to cents. **Round once, at the very end**:
# whoever rounds each period to cents makes the short ones free. The prices are an argument, so that the
# same function works with today's prices and with spot prices.

# %% nbgrader={"grade": false, "grade_id": "price", "locked": false, "schema_version": 3, "solution": true}
def cost(machine, periods, prices):  # dictionary, [(state, hours), …], table like PRICES -> USD
    ### BEGIN SOLUTION
    hourly = prices[machine["machine_type"]] + machine["gpus"] * prices[machine["gpu"]]
    running = sum(hours for state, hours in periods if state == "running")
    existing = sum(hours for _, hours in periods)
    disk = machine["disk_gb"] * prices["disk"] / MONTH_HOURS  # USD an hour
    return round(running * hourly + existing * disk, 2)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "price-check", "locked": true, "schema_version": 3, "solution": false}
check("price")

# %% nbgrader={"grade": true, "grade_id": "price-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("price")
_kinds = ["n1-standard-8", "g2-standard-4", "a2-highgpu-1g"]


def _life(count, most):
    return [(("running", "stopped")[_random.integers(2)], round(float(_random.uniform(0.01, most)), 3)) for _ in range(count)]


def _exact(machine, periods, prices):
    total = 0.0
    for state, hours in periods:
        total += hours * machine["disk_gb"] * prices["disk"] / 730
        if state == "running":
            total += hours * (prices[machine["machine_type"]] + machine["gpus"] * prices[machine["gpu"]])
    return total


_tried = 0
while _tried < 30:
    _prices = {_key: round(float(_random.uniform(0.05, 4)), 3) for _key in [*_kinds, "T4", "L4", "A100"]}
    _prices |= {"none": 0.0, "disk": round(float(_random.uniform(0.04, 0.3)), 3)}
    _gpu, _gpus = [("none", 0), ("T4", 1), ("T4", 4), ("L4", 1), ("A100", 2)][_tried % 5]
    _machine = {
        "name": "m", "zone": "us-central1-a", "machine_type": _kinds[_tried % 3], "gpu": _gpu, "gpus": _gpus,
        "disk_gb": int(_random.integers(50, 2001)), "max_hours": 24, "spot": bool(_tried % 2), "account": "",
    }
    _periods = _life([3, 1, 40, 200][_tried % 4], [30, 200, 2, 0.05][_tried % 4])
    _want = _exact(_machine, _periods, _prices)
    if abs(_want * 100 % 1 - 0.5) < 1e-3:
        continue  # too near to half a cent: the order of adding would decide
    _tried += 1
    _got = cost(dict(_machine), list(_periods), dict(_prices))
    assert isinstance(_got, float), "the cost is not a float"
    assert abs(_got - _want) < 0.0051, "for some life of a machine the cost is wrong"
    assert abs(_got - round(_want, 2)) < 1e-6, "the cost is not rounded to cents, once and at the end"
_machine |= {"machine_type": "g2-standard-4", "gpu": "L4", "gpus": 1, "disk_gb": 1000}
_only_disk = cost(dict(_machine), [("stopped", 730.0)], {**_prices, "disk": 0.1})
assert abs(_only_disk - 100) < 0.006, "a stopped machine does not pay exactly for its disk"
assert cost(dict(_machine), [], dict(_prices)) == 0, "a machine that never was costs something"
### END HIDDEN TESTS

# %% [markdown]
# What does one afternoon of four hours cost, a week later? It depends on what you did in the evening.
#
# **Expected:** three bars. Deleting costs about 3 USD. Stopping adds the disk, 2 USD. A machine that was
# left running costs about 125 USD, and it did nothing for 164 of its 168 hours.

# %% tags=["after-exercises", "nbval-ignore-output"]
evenings = {
    "deleted": [("running", 4)],
    "stopped": [("running", 4), ("stopped", 164)],
    "left running": [("running", 168)],
}
sums = [cost(trainer, periods, PRICES) for periods in evenings.values()]
plt.figure(figsize=(5.5, 2.2))
bars = plt.barh(list(evenings), sums, color=["#2e7d4f", "#e0a030", "#b03a2e"])
plt.bar_label(bars, [f"{usd:.2f} USD" for usd in sums], padding=3)
plt.xlim(0, 1.3 * max(sums))
plt.xlabel("USD, a week after 4 hours of work (example prices)")
plt.gca().invert_yaxis()
plt.show()

# %% [markdown]
# ## 4. Spot: cheaper, and taken away
#
# A **spot** machine is capacity that nobody has booked. It costs a fraction (in the table above, from a
# fifth to a half). In return Google may take it away at any time, with a warning of 30 seconds. That is
# called a *preemption*. Your run survives it if it saves **checkpoints**: files from which it goes on. In
# the talk of 2019 this was the answer to long runs as well: checkpoint!
#
# Is it worth it? Each loss costs the work since the last checkpoint and the time to boot a new machine.
# Nobody knows when losses come. But you can *replay* a run against recorded or invented losses and
# count. Exactly these rules:
#
# - At time 0 a machine is started. Each start takes `boot` minutes without any work, then work begins.
# - After each `every` minutes of work a checkpoint is saved. Saving takes no time.
# - At a loss, all work after the last checkpoint is gone. A new machine starts at once and boots; the
#   work goes on from the checkpoint. A loss during a boot makes the boot begin again.
# - What happens in the same minute as a loss happens *before* it: a checkpoint is kept, a finished run
#   is finished. Losses after the end do not matter.
#
# All times are whole minutes. `lost_at` holds the times of the losses on the clock that starts at 0, in
# rising order.

# %% nbgrader={"grade": false, "grade_id": "figure-spot-run", "locked": true, "schema_version": 3, "solution": false}
course.figure("05-spot-run")

# %% [markdown]
# ### Exercise `spot` · harder · 20 minutes
#
# **`spot_minutes(work, every, boot, lost_at)`** returns after how many minutes the run is done. The
# picture shows `spot_minutes(100, 20, 10, [55])`: 125.
#
# **`choose(…)`** decides. It gets a list of *histories*, each a list `lost_at` from some day in the past.
# A machine that is not spot is never lost: it takes `boot + work` minutes at `price` an hour. Return
# `"spot"` if both of these hold, otherwise `"standard"`:
#
# - replayed over all histories, the spot run costs *less on average* than the other one;
# - in at most one history of ten it takes longer than `deadline` minutes.
#
# A machine is paid for from 0 to the end of the run, boots included. Leave the disk out.

# %% nbgrader={"grade": false, "grade_id": "spot", "locked": false, "schema_version": 3, "solution": true}
def spot_minutes(work, every, boot, lost_at):  # minutes; lost_at: [minutes, …], rising
    ### BEGIN SOLUTION
    clock = kept = 0  # kept: minutes of work that are in a checkpoint
    for lost in lost_at:
        if clock + boot + work - kept <= lost:
            break  # done before this loss
        worked = max(0, lost - clock - boot)
        kept += worked // every * every
        clock = lost
    return clock + boot + work - kept
    ### END SOLUTION


def choose(work, every, boot, histories, price, spot_price, deadline):  # prices in USD an hour
    ### BEGIN SOLUTION
    minutes = [spot_minutes(work, every, boot, lost_at) for lost_at in histories]
    late = sum(taken > deadline for taken in minutes)
    cheaper = sum(minutes) / len(minutes) * spot_price < (boot + work) * price
    return "spot" if cheaper and 10 * late <= len(minutes) else "standard"
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "spot-check", "locked": true, "schema_version": 3, "solution": false}
check("spot")

# %% nbgrader={"grade": true, "grade_id": "spot-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("spot")


def _by_the_minute(work, every, boot, lost_at):
    clock = kept = fresh = booted = 0
    while kept + fresh < work:
        if clock in lost_at:
            kept, fresh, booted = kept + fresh // every * every, 0, 0
        if booted < boot:
            booted += 1
        else:
            fresh += 1
        clock += 1
    return clock


def _history(losses, end):
    return sorted({int(_time) for _time in _random.integers(1, end, losses)})


for _work, _every, _boot, _losses in (
    (100, 20, 10, [55]), (60, 60, 5, [64]), (60, 60, 5, [65]), (90, 30, 0, [30, 60]), (90, 30, 15, [5, 10, 14]),
    (45, 100, 3, [20, 40]), (50, 7, 4, []), (50, 7, 4, [54]), (50, 7, 4, [53, 1000]), (100, 20, 10, [30, 39, 40, 41]),
):
    _got = spot_minutes(_work, _every, _boot, list(_losses))
    assert _got == _by_the_minute(_work, _every, _boot, _losses), "a run with a few losses takes another time than counting minute by minute gives"
for _ in range(40):
    _work, _every, _boot = (int(_n) for _n in _random.integers((30, 5, 0), (300, 60, 20)))
    _losses = _history(int(_random.integers(0, 9)), 2 * _work)
    _got = spot_minutes(_work, _every, _boot, list(_losses))
    assert _got == _by_the_minute(_work, _every, _boot, _losses), "a run with several losses takes another time than counting minute by minute gives"


_seen = set()
for _case in range(60):
    _work, _every, _boot = (int(_n) for _n in _random.integers((60, 5, 1), (300, 90, 20)))
    _rough = int(_random.integers(0, 6))
    _histories = [_history(int(_random.integers(0, _rough + 1)), _work + 60) for _ in range(int(_random.integers(11, 25)))]
    _minutes = [_by_the_minute(_work, _every, _boot, _losses) for _losses in _histories]
    _deadline = int(np.quantile(_minutes, [0.5, 0.8, 0.96, 1][_case % 4])) + int(_random.integers(0, 9))
    _price, _share = float(_random.uniform(0.5, 4)), [0.3, 0.5, 0.8, 0.97][int(_random.integers(4))]
    _mean, _standard = sum(_minutes) / len(_minutes) * _price * _share, (_boot + _work) * _price
    _late = sum(_taken > _deadline for _taken in _minutes)
    if abs(_mean - _standard) < 1e-6 * _standard or 10 * _late == len(_minutes):
        continue  # rounding would decide
    _cheaper, _in_time = _mean < _standard, 10 * _late < len(_minutes)
    _got = choose(_work, _every, _boot, [list(_losses) for _losses in _histories], _price, _price * _share, _deadline)
    assert _got in ("spot", "standard"), "choose does not return spot or standard"
    assert _got == ("spot" if _cheaper and _in_time else "standard"), "for some histories choose decides otherwise than cost and deadline do"
for _histories, _spot, _deadline, _want in (
    ([[]] * 30, 0.2, 110, "spot"),
    ([[]] * 30, 1.0, 110, "standard"),
    ([[]] * 27 + [[55]] * 3 + [[]], 0.2, 124, "spot"),
    ([[]] * 26 + [[55]] * 4, 0.2, 124, "standard"),
    ([[55, 70, 85, 100, 115]] * 12, 0.7, 900, "standard"),
):
    assert choose(100, 20, 10, [list(_losses) for _losses in _histories], 1.0, _spot, _deadline) == _want, "cost on average, or the one late history of ten, is not counted as the rules say"
### END HIDDEN TESTS

# %% [markdown]
# Now the question that you can answer *before* you rent: how often should a run save? Below, 300
# invented days with a loss every three hours on average, and a run of eight hours of work. (The gaps
# between losses are drawn from the exponential distribution: a loss is as likely in each minute as in
# any other. That is an assumption; the real rate depends on zone, GPU and hour.)
#
# In the picture, a box holds the middle half of the days, its line is the median, and the whiskers leave
# out the shortest and the longest twentieth.
#
# **Expected:** with a checkpoint every 10 minutes the run takes a little over 8 hours on nearly all days.
# With one every 4 hours it often takes far longer: the more seldom you save, the more you pay for work
# that is done again. Even so, spot can stay the cheaper one. Time is what you lose: the last two lines
# say `spot`, then `standard`, for with so few checkpoints too many days miss the deadline.

# %% tags=["after-exercises", "nbval-ignore-output"]
rng = np.random.default_rng(5)
histories = [np.cumsum(rng.exponential(180, 60)).astype(int).tolist() for _ in range(300)]
intervals = [10, 30, 60, 120, 240]
hours = [[spot_minutes(480, every, 6, lost_at) / 60 for lost_at in histories] for every in intervals]

plt.figure(figsize=(5.5, 3))
plt.boxplot(hours, whis=(5, 95), showfliers=False)
plt.xticks(range(1, 6), intervals)
plt.axhline(486 / 60, color="#1f5fa8", linewidth=1, label="never taken away")
plt.xlabel("minutes between checkpoints")
plt.ylabel("hours until the run is done")
plt.ylim(0)
plt.legend(loc="upper left")
plt.show()
for every in (10, 240):
    plan = choose(480, every, 6, histories, PRICES["g2-standard-4"], SPOT_PRICES["g2-standard-4"], 720)
    print(f"a checkpoint every {every} minutes, done within 12 hours: {plan}")

# %% [markdown]
# ## 5. Stop it when nobody works
#
# `max_hours` ends a machine that was forgotten. It is a last resort: before it, you may pay for eight
# idle hours. Better is a small program that looks once a minute and stops the machine when nothing has
# happened for a while. Each look gives one **sample**:
#
# ```text
# {"time": 540, "gpu": 0, "cpu": 3, "kernels": 0}
# ```
#
# `time` is in seconds, `gpu` and `cpu` are the use in percent, `kernels` is how many notebooks are
# computing at this moment. Why three of them? While data are being loaded the GPU is at 0 %. While a
# notebook waits for a download, both are near 0 %, and still it is at work.
#
# A sensor can fail. Then the value is `None`. **"I do not know" is not "idle"**: a program that stops
# machines must be sure.

# %% nbgrader={"grade": false, "grade_id": "limits", "locked": true, "schema_version": 3, "solution": false}
GPU_IDLE = 5  # percent: below that the GPU does nothing
CPU_IDLE = 10  # percent: the system itself always needs a little
MAX_GAP = 120  # seconds: between two samples further apart than that, nobody knows what happened

# %% [markdown]
# ### Exercise `idle-shutdown` · medium · 15 minutes
#
# `stop_at(samples, idle_s)` returns the time of the first sample at which the machine has been idle for
# at least `idle_s` seconds without a break, or `None` if there is no such sample. `samples` is a list of
# dictionaries, `time` is rising. The rules:
#
# - A sample is idle if `gpu` is below `GPU_IDLE`, `cpu` is below `CPU_IDLE` and `kernels` is 0.
# - A sample in which any of the three is `None` is not idle.
# - Idleness begins with its first idle sample. Each sample that is not idle ends it.
# - Between two samples that are more than `MAX_GAP` seconds apart idleness is not known. The later one,
#   if it is idle, is the first of a new count.

# %% nbgrader={"grade": false, "grade_id": "idle-shutdown", "locked": false, "schema_version": 3, "solution": true}
def stop_at(samples, idle_s):  # [{"time", "gpu", "cpu", "kernels"}, …], seconds -> time or None
    ### BEGIN SOLUTION
    since = last = None  # idle since; time of the sample before
    for sample in samples:
        now = sample["time"]
        use = (sample["gpu"], sample["cpu"], sample["kernels"])
        idle = None not in use and use[0] < GPU_IDLE and use[1] < CPU_IDLE and use[2] == 0
        if not idle:
            since = None
        elif since is None or now - last > MAX_GAP:
            since = now
        if since is not None and now - since >= idle_s:
            return now
        last = now
    return None
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "idle-shutdown-check", "locked": true, "schema_version": 3, "solution": false}
check("idle-shutdown")

# %% nbgrader={"grade": true, "grade_id": "idle-shutdown-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator

_random = generator("idle-shutdown")


def _idle(sample):
    values = [sample["gpu"], sample["cpu"], sample["kernels"]]
    return None not in values and values[0] < 5 and values[1] < 10 and values[2] == 0


def _by_definition(samples, idle_s):
    for end in range(len(samples)):
        start = end
        while start >= 0 and _idle(samples[start]) and (start == end or samples[start + 1]["time"] - samples[start]["time"] <= 120):
            if samples[end]["time"] - samples[start]["time"] >= idle_s:
                return samples[end]["time"]
            start -= 1
    return None


def _quiet(*times, **changed):
    return [{"time": time, "gpu": 0, "cpu": 2, "kernels": 0, **changed} for time in times]


_minutes = list(range(0, 660, 60))
assert stop_at(_quiet(*_minutes), 300) == 300, "a machine that is idle from the start is not stopped in time"
assert stop_at(_quiet(*_minutes), 3600) is None, "a machine is stopped before it was idle long enough"
assert stop_at([], 300) is None, "without any sample there is a time to stop"
for _changed in ({"gpu": 5}, {"gpu": 60}, {"cpu": 10}, {"cpu": 90}, {"kernels": 1}, {"kernels": 3}):
    _samples = _quiet(0, 60, 120) + _quiet(180, **_changed) + _quiet(240, 300, 360, 420)
    assert stop_at(_samples, 180) == 420, "one busy sample in between does not make the counting start again"
for _missing in ({"gpu": None}, {"cpu": None}, {"kernels": None}, {"gpu": None, "cpu": None, "kernels": None}):
    _samples = _quiet(0, 60, 120) + _quiet(180, **_missing) + _quiet(240, 300, 360, 420)
    assert stop_at(_samples, 180) == 420, "a sample that could not be read counts as idle"
    assert stop_at(_quiet(*_minutes, **_missing), 60) is None, "a machine that nobody can see is stopped"
assert stop_at(_quiet(0, 60, 181, 241, 301), 120) == 301, "a gap without samples counts as idle"
assert stop_at(_quiet(0, 60, 180, 240), 120) == 180, "samples that are 120 seconds apart are called a gap"
assert stop_at(_quiet(1000, 1060, 1120), 120) == 1120, "idleness is counted from time 0, not from the first idle sample"
assert stop_at(_quiet(*_minutes, gpu=4.9, cpu=9.9), 120) == 120, "use below the limits is called busy"
for _case in range(60):
    _time, _samples = int(_random.integers(0, 5000)), []
    _calm = [0.5, 0.8, 0.95][_case % 3]
    for _ in range(40):
        _time += int(_random.choice([30, 60, 60, 60, 60, 119, 120, 121, 400]))
        _sample = {"time": _time, "gpu": int(_random.integers(0, 5)), "cpu": int(_random.integers(0, 10)), "kernels": 0}
        if _random.random() > _calm:
            _sample |= [{"gpu": None}, {"cpu": None}, {"kernels": None}, {"gpu": 70}, {"cpu": 30}, {"kernels": 2}, {"gpu": 5}, {"cpu": 10}][_random.integers(8)]
        _samples.append(_sample)
    _idle_s = int(_random.choice([60, 180, 300, 600]))
    assert stop_at([dict(_sample) for _sample in _samples], _idle_s) == _by_definition(_samples, _idle_s), "for some series of samples the time to stop is wrong"
### END HIDDEN TESTS

# %% [markdown]
# An invented evening: a training run until 20:00, then a notebook that waits for a download (a kernel is
# computing), then nobody.
#
# **Expected:** the red line stands at 21:00, half an hour after the last work. A program that only
# watches the GPU would have stopped the machine during the download.

# %% tags=["after-exercises", "nbval-ignore-output"]
evening = []
for minute in range(150):  # from 19:00 to 21:30
    training, loading = minute < 60, 60 <= minute < 90
    unread = minute in (20, 72)
    evening.append({
        "time": 60 * minute,
        "gpu": None if unread else 90 if training else 0,
        "cpu": 40 if training else 4,
        "kernels": int(training or loading),
    })
end = stop_at(evening, idle_s=1800)
print("stop at", f"{19 + end // 3600}:{end // 60 % 60:02}")

clock = [19 + sample["time"] / 3600 for sample in evening]
plt.figure(figsize=(6, 2.4))
plt.plot(clock, [np.nan if s["gpu"] is None else s["gpu"] for s in evening], label="GPU, %")
plt.plot(clock, [s["cpu"] for s in evening], label="CPU, %")
plt.fill_between(clock, [25 * s["kernels"] for s in evening], step="post", alpha=0.2, label="a kernel computes")
plt.axvline(19 + end / 3600, color="#b03a2e", label="stop")
plt.xlabel("time of day")
plt.legend(fontsize=8)
plt.show()

# %% [markdown]
# ## 6. Reach JupyterLab, and nobody else does
#
# JupyterLab is a web server: whoever reaches its page can run any program on the machine. On which
# **address** does it wait for visitors?
#
# - `127.0.0.1` (also called `localhost`) means *this machine itself*. Nobody outside can connect.
# - `0.0.0.0` means *all networks*. On a machine with a public address that is the whole internet, and
#   programs that try out every address find an open JupyterLab soon.
#
# So JupyterLab stays on `127.0.0.1` of the rented machine. How do you get there? Through a **tunnel**. SSH
# is the program with which you log in to another machine, encrypted. It can also carry a connection: what
# you send to a *port* (a numbered door) of your own computer comes out at a port over there.

# %% nbgrader={"grade": false, "grade_id": "figure-tunnel", "locked": true, "schema_version": 3, "solution": false}
course.figure("05-tunnel")

# %% [markdown]
# ### Exercise `tunnel` · medium · 10 minutes
#
# `tunnel(name, zone, busy, bind)` returns a pair: the command as a list of words, and the address for
# your browser. For the machine `trainer` with port 8888 free on your computer:
#
# ```text
# gcloud compute ssh trainer --zone=us-central1-a -- -N -L 127.0.0.1:8888:127.0.0.1:8888
# http://127.0.0.1:8888/lab
# ```
#
# What follows `--` goes to `ssh` itself. `-N` means: no command there, only the tunnel. `-L` has four
# parts: the address and port here, the address and port there. JupyterLab over there is on 8888.
#
# - The port here is the first one from 8888 on that is not in the set `busy`.
# - `bind` is the address here. Allowed are `"127.0.0.1"` and `"localhost"`. For all others, the empty
#   text included, raise a `ValueError`: with `0.0.0.0`, everybody in your café could use your tunnel.
# - `name` and `zone` must match `PATTERNS`, otherwise raise a `ValueError`. A "name" like `-oProxyCommand=…`
#   would be an option for `ssh`, and could run a program on *your* computer.

# %% nbgrader={"grade": false, "grade_id": "tunnel", "locked": false, "schema_version": 3, "solution": true}
def tunnel(name, zone, busy, bind="127.0.0.1"):  # busy: set of port numbers -> (command, address)
    ### BEGIN SOLUTION
    if not re.fullmatch(PATTERNS["name"], name) or not re.fullmatch(PATTERNS["zone"], zone):
        raise ValueError("this is no machine's name, or no zone")
    if bind not in ("127.0.0.1", "localhost"):
        raise ValueError("a tunnel begins on 127.0.0.1: anything else lets others in")
    port = 8888
    while port in busy:
        port += 1
    there = ["-N", "-L", f"{bind}:{port}:127.0.0.1:8888"]
    command = ["gcloud", "compute", "ssh", name, f"--zone={zone}", "--", *there]
    return command, f"http://{bind}:{port}/lab"
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "tunnel-check", "locked": true, "schema_version": 3, "solution": false}
check("tunnel")

# %% nbgrader={"grade": true, "grade_id": "tunnel-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import re as _re

from autograder.secret import generator

_random = generator("tunnel")
_form = _re.compile(r"(?:127\.0\.0\.1|localhost):(\d+):(?:127\.0\.0\.1|localhost):8888$")
for _case in range(12):
    _name, _zone = f"m{_random.integers(10**6)}", "europe-west4-" + "abc"[_case % 3]
    _first = 8888 + (_case > 0) * int(_random.integers(1, 60))
    _busy = set(range(8888, _first)) | {_first + int(_n) for _n in _random.integers(1, 40, 5)} | {22, 8887}
    _bind = ["127.0.0.1", "localhost"][_case % 4 == 3]
    _pair = tunnel(_name, _zone, set(_busy), _bind) if _case % 2 else tunnel(_name, _zone, set(_busy))
    assert isinstance(_pair, (tuple, list)) and len(_pair) == 2, "tunnel does not return a pair"
    _words, _address = _pair
    assert not isinstance(_words, str), "the command is one string, not a list of words"
    _words = list(_words)
    assert all(isinstance(_word, str) for _word in _words), "a word of the command is not text"
    assert _words[:3] == ["gcloud", "compute", "ssh"], "the command is not gcloud compute ssh"
    assert _name in _words, "the machine's name is not a word of the command"
    assert f"--zone={_zone}" in _words or ("--zone" in _words and _zone in _words), "--zone is missing or wrong"
    _found = [_match for _match in map(_form.search, _words) if _match]
    assert len(_found) == 1, "the forwarding does not lead from 127.0.0.1 here to 127.0.0.1:8888 there"
    assert int(_found[0][1]) == _first, "the port here is not the first free one from 8888 on"
    assert any(_re.fullmatch(r"(--ssh-flag=)?-[a-zA-Z]*N[a-zA-Z]*", _word) for _word in _words), "a shell opens beside the tunnel"
    if not any(_word.startswith("--ssh-flag") for _word in _words):
        assert "--" in _words, "the word -- before what goes to ssh is missing"
        assert not any(_form.search(_word) for _word in _words[: _words.index("--")]), "the forwarding stands before --"
    assert _address in (f"http://127.0.0.1:{_first}/lab", f"http://localhost:{_first}/lab"), "the address for the browser is wrong"

for _name, _zone, _bind in (
    ("trainer", "us-central1-a", "0.0.0.0"), ("trainer", "us-central1-a", ""), ("trainer", "us-central1-a", "*"),
    ("trainer", "us-central1-a", "::"), ("trainer", "us-central1-a", "[::]"), ("trainer", "us-central1-a", "192.168.1.7"),
    ("trainer", "us-central1-a", "0"), ("trainer", "us-central1-a", "127.0.0.1:80:evil.example"),
):
    try:
        tunnel(_name, _zone, set(), _bind)
    except ValueError:
        pass
    else:
        raise AssertionError("an address on which others can come in is not refused with ValueError")
for _name, _zone in (
    ("-oProxyCommand=reboot", "us-central1-a"), ("a b", "us-central1-a"), ("a;reboot", "us-central1-a"), ("", "us-central1-a"),
    ("trainer\n", "us-central1-a"), ("trainer", "us-central1-a --x"), ("trainer", ""),
):
    try:
        tunnel(_name, _zone, set())
    except ValueError:
        pass
    else:
        raise AssertionError("a wrong name or zone is not refused with ValueError")
### END HIDDEN TESTS

# %% [markdown]
# On your own computer, the busy ports are found by trying. If you run this notebook on your computer with
# JupyterLab, port 8888 is probably the notebook itself.
#
# **Expected:** one command, one address. The port is 8888 or a little above it.

# %% tags=["after-exercises", "nbval-ignore-output"]
def is_busy(port):
    """Say whether a program on this computer already waits on that port of 127.0.0.1."""
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


command, address = tunnel("trainer", "us-central1-a", {port for port in range(8888, 8900) if is_busy(port)})
print(shlex.join(command))
print(address)

# %% [markdown]
# ## 7. A machine that starts, works and deletes itself
#
# For a long run you need no JupyterLab. A **start-up script** is a program in the language of the shell
# that a machine runs by itself when it boots. It can do the whole job while your laptop is closed. But
# then nobody is there when something goes wrong. The 2019 script for this job had just that flaw: no time
# limit, no plan for errors, and after a crash the machine stayed, and cost.
#
# The pieces of shell that you need:
#
# | Shell | What it does |
# | --- | --- |
# | `set -euo pipefail` | end at the first command that fails (`-e`), at a variable that does not exist (`-u`), and notice a failure inside `a \| b`. Put it first: without it a shell goes on after an error |
# | `at_end() { …; }` then `trap at_end EXIT` | run the function `at_end` when the script ends, *however* it ends. `-e` holds in there too |
# | `code=0`, then `"$code"` | set a variable (**no spaces** around `=`), then use its value |
# | `$?` | how the last command ended: 0 is well, all other numbers are errors. The next command overwrites it, so keep it at once: `code=$?` |
# | `command \|\| true` | try the command, and go on if it fails (`\|\|` is *or else*) |
# | `for try in $(seq 5); do …; done` | five times; `break` leaves the loop |
# | `if command; then …; else …; fi` | asks whether a command succeeds. `[ "$code" -eq 0 ]` is one that compares numbers (`=` for texts); mind its spaces |
# | `echo "$code" > FAILED` | write a text into the file `FAILED` |
# | `exit 1` | end the script here, as failed |
#
# The first lines of the script are given. They say what this machine is for:

# %% nbgrader={"grade": false, "grade_id": "header", "locked": true, "schema_version": 3, "solution": false}
def header(wait_s=300, results="gs://my-bucket/run-7", job="python3 train.py"):
    """Return the first lines of a start-up script: its settings and two functions."""
    return f"""\
#!/usr/bin/env bash
WAIT_S={wait_s}
RESULTS={results}
run_the_job() {{ {job}; }}
delete_this_machine() {{
  gcloud compute instances delete trainer --zone=us-central1-a --quiet || shutdown -h now
}}
"""


print(header())

# %% [markdown]
# `shutdown` in the last line is for a machine whose account may not delete it: then at least it stops.
# `RESULTS` is a folder in a *bucket*, Google's storage for files; what lies there outlives the machine.
#
# ### Exercise `startup-script` · harder · 25 minutes
#
# Write the rest of the script. `startup_script()` returns it as text; it is put behind the header, so
# begin with `set -euo pipefail`. Write the text between `r"""` and `"""`: the `r` keeps Python from
# touching a `\`.
#
# 1. **Strict:** `set -euo pipefail` is in force while the job runs.
# 2. **Wait for the GPU.** The driver comes up a minute or two after the machine. Try `nvidia-smi` once a
#    second (`sleep 1`), for at most `$WAIT_S` seconds. If it never succeeds, do not run the job: the
#    script has failed (`exit 1`).
# 3. **Work:** call `run_the_job`.
# 4. **At the end, in every case**, so in a function that a `trap` runs:
#    - write a file: `SUCCEEDED` (its content does not matter) if all went well, else `FAILED` with the exit
#      code in it;
#    - upload it with `gcloud storage cp FILE "$RESULTS/"`;
#    - then call `delete_this_machine`. **Also if the upload fails.** A lost message is a pity, a machine that
#      stays is a bill.

# %% nbgrader={"grade": false, "grade_id": "startup-script", "locked": false, "schema_version": 3, "solution": true}
def startup_script():  # -> the script without its header, as text
    ### BEGIN SOLUTION
    return r"""
set -euo pipefail  # the first error ends the script

at_end() {
  code=$?
  if [ "$code" -eq 0 ]; then
    word=SUCCEEDED
  else
    word=FAILED
  fi
  echo "exit code $code" >"$word" || true
  gcloud storage cp "$word" "$RESULTS/" || true
  delete_this_machine  # whatever happened before
}
trap at_end EXIT  # in every case

ready=no
for try in $(seq "$WAIT_S"); do
  if nvidia-smi; then
    ready=yes
    break
  fi
  sleep 1
done
[ "$ready" = yes ] || exit 1

run_the_job
"""
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "startup-script-check", "locked": true, "schema_version": 3, "solution": false}
check("startup-script")

# %% nbgrader={"grade": true, "grade_id": "startup-script-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student

_random = generator("startup-script")
# The script is a student's program: it runs over there, never here, with stand-ins that write down
# what is called. What it is made of is looked at here.
_rehearsal = student.library("course.checks.rehearsal")
_job = 'echo "options $SHELLOPTS" >>"$REHEARSAL/calls"; python3 train.py'
_results = f"gs://bucket-{_random.integers(10**6)}/run-{_random.integers(10**6)}"
_body = startup_script()
assert isinstance(_body, str), "startup_script does not return text"
assert all(_word in _body for _word in ("trap", "nvidia-smi", "run_the_job", "delete_this_machine", "WAIT_S", "RESULTS")), (
    "the script lacks one of: trap, nvidia-smi, run_the_job, delete_this_machine, $WAIT_S, $RESULTS"
)


def _play(wait_s, **settings):
    calls = list(_rehearsal.rehearse(header(wait_s, _results, _job) + _body, results=_results, **settings))
    assert not any(call.startswith("syntax: ") for call in calls), "bash cannot read the script"
    assert "too late" not in calls, "the script does not come to its end"
    assert "delete" in calls, "a machine is left, and goes on costing"
    sent = {call.split()[1]: call for call in calls if call.startswith("upload ")}
    if sent:
        last = max(place for place, call in enumerate(calls) if call.startswith("upload "))
        assert last < calls.index("delete"), "the machine is deleted before the upload"
    return calls, sent


# The driver comes late, but in time; all goes well.
_calls, _sent = _play(40, ready_after=12)
assert "job" in _calls, "the driver came up in time, but the job was not run"
assert _calls[: _calls.index("job")].count("nvidia-smi") >= 13, "the job was run before the driver was there"
assert _calls.count("job") == 1, "the job was run more than once"
assert "sleep" in _calls, "between two tries for the driver the script does not sleep"
_options = next((_call for _call in _calls if _call.startswith("options ")), "")
assert all(_word in _options for _word in ("errexit", "nounset", "pipefail")), "set -euo pipefail is not in force while the job runs"
assert set(_sent) & {"SUCCEEDED", "FAILED"} == {"SUCCEEDED"}, "all went well, but what came to $RESULTS is not SUCCEEDED alone"

# The job fails.
_code = int(_random.integers(20, 120))
_calls, _sent = _play(20, job_code=_code)
assert set(_sent) & {"SUCCEEDED", "FAILED"} == {"FAILED"}, "the job failed, but what came to $RESULTS is not FAILED alone"
assert str(_code) in _sent["FAILED"], "the file FAILED does not hold the exit code of the job"

# The driver never comes.
_calls, _sent = _play(2, ready_after=10**6)
assert "job" not in _calls, "the job was started without a driver"
assert set(_sent) & {"SUCCEEDED", "FAILED"} == {"FAILED"}, "the driver never came, but what came to $RESULTS is not FAILED alone"

# Nothing can be uploaded: what counts is that the machine goes, which `_play` looks at.
for _ends in (0, _code):
    _play(20, upload_code=1, job_code=_ends)
### END HIDDEN TESTS

# %% [markdown]
# See it work. `rehearse` runs your script on *this* machine with stand-ins: small programs named
# `nvidia-smi`, `gcloud`, `shutdown` and so on that do nothing but write down that they were called.
# Nothing is uploaded or deleted.
#
# **Expected:** both lists end with an upload and then `delete`: the first uploads `SUCCEEDED`, the second
# `FAILED` with a 3.

# %% tags=["after-exercises"]
from course.checks.rehearsal import rehearse

script = header() + startup_script()
print("driver after 2 tries: ", rehearse(script, ready_after=2))
print("job ends with code 3:", rehearse(script, job_code=3))

# %% [markdown]
# On a real machine two more flags of `create` take the script along:
# `--metadata=install-nvidia-driver=True` and `--metadata-from-file=startup-script=startup.sh`. The machine
# then needs an account that may write to the bucket and delete this machine. `course run --target gcloud`
# of this course makes such a script for any notebook, with a guard for the deadline as well;
# `--dry-run` only shows it.
#
# ## Three errors you will meet
#
# - `ZONE_RESOURCE_POOL_EXHAUSTED` The zone has no such machine free at present. Try another zone, another
#   GPU, or later. Your command is right.
# - `Quota 'GPUS_ALL_REGIONS' exceeded` A new project may use 0 GPUs. Ask for more in the console under
#   *IAM, Quotas*. The answer takes a while, so ask early.
# - `bind: Address already in use` Your tunnel's port is taken, often by a tunnel that you forgot. Take
#   the next port, or close the old one with Ctrl-C in its terminal.
#
# ## What it cost, and cleaning up
#
# This lesson cost nothing: nothing was started. After a real session, closing the browser stops
# nothing. Look, from any computer with `gcloud`:
#
# ```text
# gcloud compute instances list     # machines: running ones, and stopped ones (TERMINATED)
# gcloud compute disks list         # disks, also those that no machine uses any more
# gcloud compute addresses list     # addresses that you reserved
# gcloud storage ls                 # buckets
# ```
#
# All four empty, in *each* project that you use: nothing of what this lesson describes is left.
# (Snapshots and images of disks cost too, if you made some.) Otherwise
# `gcloud compute instances delete NAME --zone=ZONE` deletes a machine with its boot disk, and
# `gcloud compute disks delete NAME --zone=ZONE` a disk that was left. Then set a **budget** in the console,
# under *Billing*, with a mail at half of it. A budget only warns: it stops nothing.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. You close the browser tab with JupyterLab on your rented machine. What do you pay from then on?**
#
# <details><summary>Nothing: without a tab, nothing runs</summary>No. The tab is a window on the machine.
# The machine goes on running, and so does the meter.</details>
# <details><summary>Only the disk</summary>No. That is the price of a machine that was stopped, and closing
# a tab stops nothing.</details>
# <details><summary>Machine, GPU and disk, as before</summary>Right. You pay for what exists and runs, not
# for what you look at.</details>
#
# **2. Why does <code>create_command</code> return a list and not one string?**
#
# <details><summary>A list is faster</summary>No. You would not notice any difference in time between the
# two.</details>
# <details><summary>No shell reads it, so that <code>;</code> in a name stays a part of the name</summary>Right.
# Each word arrives at the program as it is, and can never become a command of its own.</details>
# <details><summary><code>gcloud</code> cannot read strings</summary>No. Every program gets a list of words
# in the end; the question is who splits the string.</details>
#
# **3. A run of ten hours saves no checkpoints. Spot costs a third. What do you say?**
#
# <details><summary>First save checkpoints, then replay both plans</summary>Right. Without checkpoints each
# loss throws everything away; with them you can calculate whether spot pays.</details>
# <details><summary>Take spot: a third is a third</summary>No. One loss in the ninth hour costs nine hours,
# and a second one may follow.</details>
# <details><summary>Never use spot for training</summary>Too strict. With checkpoints a loss costs minutes,
# and the price is far lower.</details>
#
# **4. The sensor of the GPU fails for an hour, and the CPU is quiet. What should the idle program do?**
#
# <details><summary>Stop the machine: no news is good news</summary>No. The GPU may have been training all
# that hour without needing the CPU much.</details>
# <details><summary>Wait: what it cannot see, it does not call idle</summary>Right. The count starts again
# when the sensor does; a limit of hours is there for the rest.</details>
# <details><summary>Take the last value that it saw</summary>No. The last value says how it was then, not
# what happened in that hour.</details>
#
# **5. What is wrong with starting JupyterLab on <code>0.0.0.0</code> "just for today"?**
#
# <details><summary>The page becomes slow</summary>No. The speed is the same; what changes is who can open
# the page.</details>
# <details><summary>Nothing, if the port is an unusual one</summary>No. Programs try all ports of all
# addresses; an unusual number hides nothing.</details>
# <details><summary>Everybody on the internet can try to run programs on it</summary>Right. JupyterLab runs
# what it is given. On 127.0.0.1 with a tunnel, only you reach it.</details>
#
# ## Take away
#
# - A machine is data first: describe it, check it, price it, then start it.
# - You pay for what exists. Stopped still pays for the disk; only deleted is free.
# - Spot is cheap for runs with checkpoints. Replay it before you decide.
# - What is not known is not idle: a program that stops machines must be sure.
# - Commands are lists of words. JupyterLab stays on 127.0.0.1.
# - Plan the end first: a trap, a message, a deletion, and a limit that Google itself keeps.
#
# ## Read on
#
# - [Google: GPU prices](https://cloud.google.com/compute/gpus-pricing)
# - [Google: spot machines](https://cloud.google.com/compute/docs/instances/spot)
# - [The Bash manual](https://www.gnu.org/software/bash/manual/bash.html): `set`, `trap`, loops
# - [Jupyter Server: running a public server, and why not to](https://jupyter-server.readthedocs.io/en/latest/operators/public-server.html)
# - The talk this course grew from: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data Science 38, 2019.
#   Its second half is the subject of this lesson.
