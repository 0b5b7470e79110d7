"""The released lesson on Colab's own Jupyter, which is years older than ours.

A second environment holds the versions that Colab pins. Everything else, PyTorch above all, is
ours: our packages come behind its own on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from tests.standins import PACKAGES

ROOT = Path(__file__).parents[2]
LESSON = "03_train_end_to_end"
# As in googlecolab/backend-info, August 2026; jupyter_client is what its notebook 6.5.7 allows.
PINS = ("ipython==7.34.0", "ipykernel==6.17.1", "jupyter_client<8")
ASK = """\
import IPython, ipykernel, jupyter_client
from course.platforms import detect
here.platform, detect().key, IPython.__version__, ipykernel.__version__, jupyter_client.__version__
"""
LIVE = "len(detect().live_notebook()['cells'])"
pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def colab_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with Colab's Jupyter and our PyTorch."""
    home = tmp_path_factory.mktemp("colab") / "venv"
    python = home / "bin" / "python"
    run = {"check": True, "capture_output": True, "timeout": 300}
    subprocess.run([sys.executable, "-m", "venv", str(home)], **run)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINS], **run)
    ours = sysconfig.get_paths()
    found = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        text=True, **run,
    )  # fmt: skip
    both = dict.fromkeys((ours["purelib"], ours["platlib"]))
    Path(found.stdout.strip(), "ours.pth").write_text("\n".join(both))
    return python


@pytest.fixture(scope="module")
def colab_kernel(colab_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a kernel on that interpreter, with the stand-in for Colab's shell."""
    home = tmp_path_factory.mktemp("kernel")
    spec = {
        "argv": [
            str(colab_python), "-m", "ipykernel_launcher", "-f", "{connection_file}",
            "--IPKernelApp.kernel_class=google.colab._kernel.Kernel",
        ],
        "display_name": "Colab",
        "language": "python",
        "env": {
            "COLAB_RELEASE_TAG": "release-colab-external_20260801",
            "IPYTHONDIR": str(home / "ipython"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(PACKAGES)]),
            "STANDIN_NOTEBOOK": str(ROOT / "release" / LESSON / f"{LESSON}.ipynb"),
        },
    }  # fmt: skip
    folder = home / "jupyter" / "kernels" / "colab"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(home / "jupyter"))
        for name in ("KAGGLE_KERNEL_RUN_TYPE", "VERTEX_PRODUCT"):
            patch.delenv(name, raising=False)
        yield "colab"


@pytest.fixture(scope="module")
def executed(colab_kernel: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The release as a student gets it, run from top to bottom, and two questions of ours."""
    target = tmp_path_factory.mktemp("lesson") / LESSON
    folder = Path(shutil.copytree(ROOT / "release" / LESSON, target))
    notebook = nbformat.read(folder / f"{LESSON}.ipynb", as_version=4)
    notebook.cells += [new_code_cell(ASK), new_code_cell(LIVE)]
    NotebookClient(
        notebook,
        kernel_name=colab_kernel,
        timeout=120,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return notebook


def errors(notebook: Any) -> list[Any]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [o for cell in code for o in cell.outputs if o.output_type == "error"]


def test_the_release_runs_on_colabs_own_jupyter(executed: Any) -> None:
    asked, live = executed.cells[-2:]
    platform, key, *versions = eval(asked.outputs[0].data["text/plain"])
    assert (platform, key) == ("Google Colab", "colab")
    assert versions[:2] == ["7.34.0", "6.17.1"]
    assert int(versions[2].split(".")[0]) < 8
    setup = next(c for c in executed.cells if "course.setup" in c.source and c.outputs)
    assert "Platform Google Colab\n" in setup.outputs[0].text
    assert int(live.outputs[0].data["text/plain"]) == len(executed.cells) - 2


def test_each_stub_that_is_run_shows_one_friendly_line(executed: Any) -> None:
    shown = errors(executed)
    assert {error.ename for error in shown} == {"NotAttempted"}
    for error in shown:
        (line,) = error.traceback
        assert line.startswith("Not attempted yet: write your code for the exercise '")


def test_every_cell_was_run_and_every_check_answered(executed: Any) -> None:
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    checks = [cell for cell in code if cell.source.startswith("check(")]
    assert len(checks) == 8
    for cell in checks:
        assert "Not attempted yet" in cell.outputs[0].data["text/plain"]
