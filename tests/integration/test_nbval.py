"""nbval compares something, and notices when it is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.integration
SOURCES = sorted((ROOT / "source").glob("*/*.ipynb"))


def nbval(folder: Path) -> subprocess.CompletedProcess[str]:
    config = str(ROOT / "tests" / "nbval.cfg")
    options = ["-q", "-c", "/dev/null", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--nbval-sanitize-with", config, "."],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def write(folder: Path, said: str) -> None:
    cell = new_code_cell(
        "print('loss 0.123, validation accuracy 50.0%'); print('three tiles')",
        execution_count=1,
        outputs=[new_output("stream", name="stdout", text=said)],
    )
    nbformat.write(new_notebook(cells=[cell]), folder / "x.ipynb")


def test_losses_may_differ(tmp_path: Path) -> None:
    write(tmp_path, "loss 0.999, validation accuracy 99.9%\nthree tiles\n")
    done = nbval(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_a_tampered_output_fails(tmp_path: Path) -> None:
    write(tmp_path, "loss 0.999, validation accuracy 99.9%\nfour tiles\n")
    assert nbval(tmp_path).returncode == 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_sources_give_nbval_something_to_compare(path: Path) -> None:
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert all(cell.execution_count for cell in cells), "a cell was not executed"
    ignored = "nbval-ignore-output"
    compared = [c for c in cells if c.outputs and ignored not in c.metadata.get("tags", [])]
    assert len(compared) >= 5
