"""The student's shell: what it does not import beforehand works all the same."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

FIGURE = """\
import sys
{before}
from autograder.isolation.shell import Shell
shell = Shell.fresh()
assert ("matplotlib" in sys.modules) is bool({before!r}), "matplotlib was not to be imported"
done = shell.run("import matplotlib.pyplot as plt\\nplt.plot([1, 2])\\nplt.show()")
assert done["error"] is None, done
print(*[kind for shown in done["shown"] for kind in shown["data"]])
"""


@pytest.mark.parametrize("before", ["", "import matplotlib_inline.backend_inline"])
def test_a_figure_is_shown_whether_matplotlib_was_there_before_or_not(before: str) -> None:
    environment = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    done = subprocess.run(
        [sys.executable, "-c", FIGURE.format(before=before)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "image/png" in done.stdout.split()


FIRST = """\
import sys
from autograder.isolation.shell import Shell
shell = Shell.fresh()
assert shell.user_ns["In"] == [""] and shell.user_ns["Out"] == {}, shell.user_ns["In"]
assert not hasattr(sys, "last_value")
done = shell.run("1 / 0")
assert "In[1]" in "".join(done["error"]["traceback"]), done
"""


def test_the_students_first_cell_is_the_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
