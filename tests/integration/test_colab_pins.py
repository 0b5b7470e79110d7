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


@pytest.fixture
def colab_kernel(colab_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a kernel on that interpreter, with the stand-in for Colab's shell."""
    spec = {
        "argv": [
            str(colab_python), "-m", "ipykernel_launcher", "-f", "{connection_file}",
            "--IPKernelApp.kernel_class=google.colab._kernel.Kernel",
        ],
        "display_name": "Colab",
        "language": "python",
        "env": {
            "COLAB_RELEASE_TAG": "release-colab-external_20260801",
            "IPYTHONDIR": str(tmp_path / "ipython"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(PACKAGES)]),
            "STANDIN_NOTEBOOK": str(ROOT / "release" / LESSON / f"{LESSON}.ipynb"),
        },
    }  # fmt: skip
    folder = tmp_path / "jupyter" / "kernels" / "colab"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    for name in ("KAGGLE_KERNEL_RUN_TYPE", "VERTEX_PRODUCT"):
        monkeypatch.delenv(name, raising=False)
    return "colab"


@pytest.fixture
def executed(colab_kernel: str, tmp_path: Path) -> Any:
    """The release as a student gets it, run from top to bottom, and two questions of ours."""
    folder = Path(shutil.copytree(ROOT / "release" / LESSON, tmp_path / LESSON))
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


def test_the_release_runs_on_colabs_own_jupyter(executed: Any) -> None:
    """One test, so that parallel workers do not make the environment twice."""
    *lesson, asked, live = executed.cells
    platform, key, *versions = eval(asked.outputs[0].data["text/plain"])
    assert (platform, key) == ("Google Colab", "colab")
    assert versions[:2] == ["7.34.0", "6.17.1"]
    assert int(versions[2].split(".")[0]) < 8
    assert int(live.outputs[0].data["text/plain"]) == len(lesson)

    code = [cell for cell in lesson if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code), "a cell was not run"
    assert "Platform Google Colab\n" in code[0].outputs[0].text
    checks = [cell for cell in code if cell.source.startswith("check(")]
    assert checks
    for cell in checks:
        assert "Not attempted yet" in cell.outputs[0].data["text/plain"]

    errors = [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert {error.ename for error in errors} == {"NotAttempted"}
    for error in errors:
        (line,) = error.traceback
        assert line.startswith("Not attempted yet: write your code for the exercise '")
