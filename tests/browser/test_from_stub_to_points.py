"""An exercise from its stub to its points: solved, checked, handed in and graded for real."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from jupyterlab_page import LESSON, ROOT, opened, run_all
from playwright.sync_api import Browser, Locator, Page, expect

from autograder.build.contract import exercises
from autograder.build.release import source_notebook
from autograder.build.step import grade_id
from autograder.directory import Directory
from autograder.synthetic import reference
from course.submission.pack import MANIFEST, digests, receipt_of

EXERCISE = "split"
MISTAKE = ROOT / "tests" / "mutants" / LESSON / EXERCISE / "sides-swapped.py"
SOON = 60_000  # milliseconds
pytestmark = pytest.mark.browser


def solution() -> str:
    cells = source_notebook(Directory.open(ROOT), LESSON).cells
    return reference(next(cell.source for cell in cells if grade_id(cell) == EXERCISE))


def cell(page: Page, place: int) -> Locator:
    """Return a cell by its place: what is far from the screen has no text yet."""
    return page.locator(".jp-Notebook .jp-Cell").nth(place)


def places(path: Path) -> dict[str, int]:
    """Return where each cell of a released notebook stands, by its id."""
    return {cell["id"]: at for at, cell in enumerate(json.loads(path.read_text())["cells"])}


def run(code: Locator) -> None:
    code.locator(".cm-content").click()
    code.page.keyboard.press("Control+Enter")


def write(code: Locator, text: str) -> None:
    """Replace a cell's text and run it."""
    code.locator(".cm-content").click()
    code.page.keyboard.press("Control+a")
    code.page.keyboard.insert_text(text)
    code.page.keyboard.press("Control+Enter")


def says(code: Locator, text: str | re.Pattern[str]) -> None:
    """Wait for an output with a text, to be seen as dark on white, whatever the theme."""
    output = code.locator(".jp-OutputArea-output", has_text=text)
    expect(output).to_be_visible(timeout=SOON)
    panel = output.locator("div[style]").first
    expect(panel).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(panel).to_have_css("color", "rgb(26, 26, 26)")


def write_below(code: Locator, text: str) -> None:
    """Insert a cell below another, write into it and run it."""
    code.locator(".jp-InputPrompt").click()
    for key in ("Escape", "b", "Enter"):
        code.page.keyboard.press(key)
    code.page.keyboard.insert_text(text)
    code.page.keyboard.press("Control+Enter")


def delete(code: Locator, text: str) -> None:
    """Delete a cell once it has run."""
    expect(code).to_contain_text(text)
    expect(code.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"), timeout=SOON)
    code.locator(".jp-InputPrompt").click()
    for key in ("Escape", "d", "d"):
        code.page.keyboard.press(key)
    expect(code).not_to_contain_text(text)


def save(page: Page, path: Path, text: str) -> None:
    """Save until the file holds a text."""
    for _ in range(20):
        page.keyboard.press("Control+s")
        time.sleep(0.5)
        if text in json.dumps(json.loads(path.read_text())):
            return
    raise AssertionError("the notebook was not saved")


def graded(folder: Path, handed_in: Path) -> dict[str, object]:
    """Grade a file in a fresh copy of the course; return the only result."""
    folder.mkdir()
    shutil.copytree(ROOT / "source", folder / "source")
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    place = folder / "submitted" / "ada" / LESSON
    place.mkdir(parents=True)
    shutil.copy(handed_in, place)
    command = [
        sys.executable,
        "-c",
        "from course.cli import main; main()",
        "grade",
        LESSON,
        "--json",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = json.loads(done.stdout)["results"]
    return dict(result)


def test_an_exercise_is_solved_handed_in_and_graded(
    lab: tuple[str, Path], browser: Browser, tmp_path: Path
) -> None:
    address, folder = lab
    path = folder / f"{LESSON}.ipynb"
    at = places(path)
    page = opened(browser, f"{address}/lab/tree/{LESSON}.ipynb")
    run_all(page)
    last = page.locator(".jp-Notebook .jp-Cell").last
    # Nothing is answered, or the file is older than what ran: both are no reason to make a file.
    says(last, "No file to hand in yet")
    assert not list(folder.rglob(f"{LESSON}.zip"))

    answer, check = cell(page, at[EXERCISE]), cell(page, at[f"{EXERCISE}-check"])
    says(check, f"Not attempted yet: write your code for '{EXERCISE}'")
    write_below(check, f'hint("{EXERCISE}")')
    hint = cell(page, at[f"{EXERCISE}-check"] + 1)
    says(hint, "Hint 1 of 2: np.isin(blocks, held_out)")
    says(hint, f'Still stuck? hint("{EXERCISE}", level=2)')

    write(answer, MISTAKE.read_text("utf-8"))
    run(check)
    says(check, re.compile(r"✘ Not yet: .{20,}"))
    write(answer, solution())
    run(check)
    says(check, "✔ Passed: ")

    run(last)
    says(last, re.compile(r"[Ss]ave .*\(Ctrl\+S\)"))
    # A cell that was tried and deleted will be in no file: saving settles it all the same.
    write_below(check, "split_by_block = 1")
    delete(cell(page, at[f"{EXERCISE}-check"] + 1), "split_by_block = 1")
    save(page, path, "np.isin(blocks, held_out)")
    run(last)
    says(last, "✘ Save first")
    save(page, path, "Save first")
    run(last)
    says(last, f"✔ Ready to hand in: {LESSON}.zip")
    says(last, re.compile(r"Receipt: ([0-9a-f]{4}-){2}[0-9a-f]{4} \(in full: [0-9a-f]{64}\)"))
    points = exercises(source_notebook(Directory.open(ROOT), LESSON))
    says(last, "Not answered yet: " + ", ".join(name for name in points if name != EXERCISE))
    shown = last.locator(".jp-OutputArea-output").inner_text()
    page.close()

    (handed_in,) = folder.rglob(f"{LESSON}.zip")
    with zipfile.ZipFile(handed_in) as pack:
        files = {name: pack.read(name) for name in pack.namelist() if name != MANIFEST}
    receipt = receipt_of(digests(files))
    assert receipt in shown, "the receipt on the screen is not the file's"

    result = graded(tmp_path / "course", handed_in)
    scores = {c["grade_id"].removesuffix("-tests"): c["score"] for c in result["cells"]}
    assert scores == {name: points[name] if name == EXERCISE else 0 for name in points}
    assert result["score"] == points[EXERCISE]
    assert result["repairs"] == []
    assert result["receipt"] == receipt
