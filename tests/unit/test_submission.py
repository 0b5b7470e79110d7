"""Handing in, on a platform that is made up: what is packed, what is said, what is refused."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from handed_in import LESSON, RIGHT, FakePlace, answered, cell, get, released, without

from course.errors import CourseError
from course.submission import NotPacked, Receipt, submit
from course.submission.freshness import when_saved
from course.submission.pack import MANIFEST

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


def packed(tmp_path: Path, live: Any, **options: Any) -> Receipt:
    answer = submit(place=FakePlace(tmp_path, live), **options)
    assert isinstance(answer, Receipt), str(answer)
    return answer


def refused(tmp_path: Path, live: Any, **options: Any) -> str:
    answer = submit(place=FakePlace(tmp_path, live), **options)
    assert isinstance(answer, NotPacked), str(answer)
    assert not list(tmp_path.glob("*.zip"))
    return str(answer)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_the_file_holds_the_notebook_and_a_manifest(tmp_path: Path) -> None:
    receipt = packed(tmp_path, answered())
    assert receipt.path == tmp_path / f"{LESSON}.zip"
    files = contents(receipt.path)
    assert set(files) == {f"{LESSON}.ipynb", MANIFEST}
    assert get(json.loads(files[f"{LESSON}.ipynb"]), "double")["source"] == RIGHT


def test_the_manifest_says_what_is_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "net.safetensors").write_bytes(b"weights")
    receipt = packed(tmp_path, answered())
    files = contents(receipt.path)
    manifest = json.loads(files.pop(MANIFEST))
    assert (manifest["lesson"], manifest["edition"]) == (LESSON, "2026")
    assert manifest["course"] == "0.1.0"
    assert manifest["when"].endswith("+00:00")
    assert manifest["files"] == {n: hashlib.sha256(c).hexdigest() for n, c in files.items()}
    assert manifest["receipt"] == receipt.digest


def test_the_receipt_is_what_sha256sum_says(tmp_path: Path) -> None:
    (tmp_path / "net.safetensors").write_bytes(b"weights")
    receipt = packed(tmp_path, answered())
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(receipt.path) as pack:
        pack.extractall(folder)
    (folder / MANIFEST).unlink()
    command = "LC_ALL=C sha256sum * | sha256sum"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    assert done.stdout.split()[0] == receipt.digest
    assert receipt.digest.startswith(receipt.short.replace("-", ""))


def test_the_same_work_gives_the_same_receipt_and_other_work_another(tmp_path: Path) -> None:
    first = packed(tmp_path, answered())
    time.sleep(0.01)
    again = answered()
    # What the cell that hands in said the last time is no work.
    get(again, "hand-in").update(execution_count=7, outputs=[{"output_type": "stream"}])
    assert packed(tmp_path, again).digest == first.digest
    assert packed(tmp_path, answered(double="double = 2")).digest != first.digest


def test_artefacts_come_along_and_other_files_do_not(tmp_path: Path) -> None:
    for name in ("net.safetensors", "metrics-1.json", "notes.txt", "other.json"):
        (tmp_path / name).write_text(name)
    receipt = packed(tmp_path, answered())
    assert [name for name, _ in receipt.files] == [
        "01_tiny.ipynb", "metrics-1.json", "net.safetensors",
    ]  # fmt: skip


def test_a_lesson_may_name_other_artefacts(tmp_path: Path) -> None:
    for name in ("net.safetensors", "map.png"):
        (tmp_path / name).write_text(name)
    notebook = answered()
    notebook["metadata"]["course"]["artefacts"] = ["*.png"]
    assert [name for name, _ in packed(tmp_path, notebook).files] == ["01_tiny.ipynb", "map.png"]


def test_a_file_that_is_too_large_stays_behind_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.submission.artefacts.MOST_A_FILE", 1_000_000)
    (tmp_path / "net.safetensors").write_bytes(b"x" * 2_000_000)
    receipt = packed(tmp_path, answered())
    assert [name for name, _ in receipt.files] == ["01_tiny.ipynb"]
    assert "`net.safetensors` (2 MB) stays behind: a file may have 1 MB." in str(receipt)


def test_a_large_output_stays_behind_and_is_told(tmp_path: Path) -> None:
    notebook = answered()
    get(notebook, "double-check")["outputs"] = [{"output_type": "stream", "text": "x" * 1_100_000}]
    receipt = packed(tmp_path, notebook)
    assert receipt.files[0][1] < 100_000
    assert "The output of 1 cell was too large" in str(receipt)


def test_the_file_is_handed_over(tmp_path: Path) -> None:
    place = FakePlace(tmp_path, answered())
    receipt = submit(place=place)
    assert place.handed_over == [tmp_path / f"{LESSON}.zip"]
    assert "It is among your downloads." in str(receipt)


def test_a_file_that_cannot_be_handed_over_is_still_there(tmp_path: Path) -> None:
    place = FakePlace(tmp_path, answered())
    place.refuses = True
    receipt = submit(place=place)
    assert isinstance(receipt, Receipt)
    assert receipt.path.is_file()
    assert receipt.where == f"It is here: {receipt.path} (the browser refused the download)"


def test_what_is_unanswered_is_listed(tmp_path: Path) -> None:
    receipt = packed(tmp_path, answered())
    assert receipt.unanswered == ("essay",)
    assert "Not answered yet: `essay`" in str(receipt)
    done = packed(tmp_path, answered(double=RIGHT, essay="Because of the memory."))
    assert done.unanswered == ()
    assert "Answered: `double`, `essay`" in str(done)


def test_the_notebook_as_it_was_released_is_not_packed(tmp_path: Path) -> None:
    said = refused(tmp_path, released())
    assert said.startswith(
        "○ No file to hand in yet: no exercise is answered.\n  What to do: write"
    )


def test_code_with_the_stub_left_behind_is_packed(tmp_path: Path) -> None:
    receipt = packed(tmp_path, answered(double=f'{RIGHT}\n    raise NotAttempted("double")'))
    assert receipt.unanswered == ("double", "essay")


def test_without_a_live_notebook_the_fallback_is_told_and_nothing_raises(tmp_path: Path) -> None:
    error = CourseError("Colab did not answer", do="choose File > Download .ipynb")
    assert refused(tmp_path, error) == (
        "○ No file to hand in yet: Colab did not answer.\n"
        "  What to do: choose File > Download .ipynb; or name the notebook's file: "
        '`course.submit(notebook="name.ipynb")`.'
    )


def test_a_notebook_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = {"nbformat": 4, "metadata": {}, "cells": [cell("print(1)")]}
    assert "this notebook holds no cell of a lesson" in refused(tmp_path, other)


@pytest.mark.parametrize("live", [None, [], "text", {"worksheets": []}, {"cells": [1]}])
def test_what_is_no_notebook_is_refused(tmp_path: Path, live: Any) -> None:
    assert "this is not a notebook of format 4" in refused(tmp_path, live)


def test_a_gone_or_edited_cell_is_told_in_a_plain_sentence(tmp_path: Path) -> None:
    notebook = without(answered(), "double-tests", "setup")
    get(notebook, "double-check")["source"] = 'check("double")  # mine'
    said = str(packed(tmp_path, notebook))
    assert (
        "The cells `setup`, `double-tests` are gone. It does not matter for your marks: "
        "the graded notebook is rebuilt from the lesson." in said
    )
    assert "The cell `double-check` is not as released. It does not matter" in said


# --- by hand ------------------------------------------------------------------------------------


def test_a_notebook_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "Copy of 01_tiny (1).ipynb"
    path.write_text(json.dumps(answered()))
    (tmp_path / "net.safetensors").write_bytes(b"weights")
    live = CourseError("must not be asked")
    (tmp_path / "out").mkdir()
    receipt = packed(tmp_path / "out", live, notebook=str(path))
    # The name that graders look for, whatever the file was called, and what lies beside the file.
    assert [name for name, _ in receipt.files] == ["01_tiny.ipynb", "net.safetensors"]
    assert receipt.path == tmp_path / "out" / "01_tiny.zip"


def test_a_named_notebook_that_is_not_there_is_told(tmp_path: Path) -> None:
    said = refused(tmp_path, released(), notebook="mine.ipynb")
    assert str(tmp_path / "mine.ipynb") in said
    assert "there is no such file" in said
    assert "check the name" in said


def test_a_cell_that_stands_twice_and_one_that_is_gone_are_told(tmp_path: Path) -> None:
    notebook = answered()
    (copied,) = (c for c in notebook["cells"] if c.get("id") == "double")
    notebook["cells"].append({**copied, "id": "copy"})
    place = FakePlace(tmp_path / "out", notebook)
    place.folder.mkdir()
    assert "`double` is there more than once: the last changed one counts" in str(
        submit(place=place)
    )
    place.live = answered()
    place.live["cells"] = [c for c in place.live["cells"] if c.get("id") != "essay"]
    said = str(submit(place=place))
    assert "Answered: `double`\n" in said
    assert "The cell `essay` is gone" in said


def test_a_torn_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text(json.dumps(answered())[:200])
    assert "the notebook cannot be read" in refused(tmp_path, released(), notebook="mine.ipynb")


def shell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course.submission", *arguments]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_from_a_shell(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text(json.dumps(answered()))
    done = shell(tmp_path, "mine.ipynb")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("✔ Ready to hand in: `01_tiny.zip`")
    assert [path.name for path in tmp_path.rglob("*.zip")] == ["01_tiny.zip"]


def test_from_a_shell_wrong_use_and_failure_are_told_apart(tmp_path: Path) -> None:
    assert shell(tmp_path).returncode == 2
    missing = shell(tmp_path, "none.ipynb")
    assert missing.returncode == 1
    assert "○ No file to hand in yet" in missing.stderr
    assert "Traceback" not in missing.stderr


# --- from the file that Jupyter keeps -----------------------------------------------------------


def on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: list[str], saved: Any = None
) -> Receipt | NotPacked:
    """Hand in on this machine's own platform, where the saved file is what counts."""
    path = tmp_path / "01_tiny.ipynb"
    path.write_text(json.dumps(saved or answered()))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setattr("course.submission.what_ran", lambda: ran)
    from course.platforms.local import Local

    return submit(place=Local())


def test_the_saved_file_is_handed_in_and_its_age_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = on_disk(tmp_path, monkeypatch, [RIGHT, 'check("double")', "course.submit()"])
    assert isinstance(receipt, Receipt)
    assert not receipt.stale
    assert "What counts is the file `01_tiny.ipynb` as it was saved just now." in str(receipt)
    assert str(receipt.path) in receipt.where


def test_the_page_for_students_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "students.md").read_text("utf-8")
    receipt = on_disk(tmp_path, monkeypatch, [])
    assert isinstance(receipt, Receipt)
    name = "03_train_end_to_end"
    shown = dataclasses.replace(
        receipt,
        path=Path(f"{name}.zip"),
        where=receipt.where.replace(str(tmp_path), "/home/ada").replace(LESSON, name),
        digest="3f9a02bc71de",
        files=((f"{name}.ipynb", 214_000), ("tile_net.safetensors", 98_000)),
        unanswered=("recall", "pr-curve"),
        told=(when_saved(f"{name}.ipynb", NOW - timedelta(minutes=2), NOW),),
    )
    assert f"\n{shown}\n" in page.replace("71de…", "71de")


def test_what_was_run_and_not_saved_is_told_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    better = "def double(x):\n    return 2 * x"
    receipt = on_disk(tmp_path, monkeypatch, [RIGHT, better, 'check("double")', "course.submit()"])
    assert isinstance(receipt, Receipt)
    assert receipt.stale
    assert str(receipt).startswith("✘ Save first: the notebook's file lacks what you ran last.")


def test_save_first_goes_away_by_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell was tried and deleted: no file will ever hold it."""
    path, ran = tmp_path / "01_tiny.ipynb", [RIGHT, "double = 3"]

    def stale(saved: int, *more: str) -> bool:
        ran.extend((*more, "course.submit()"))
        os.utime(path, (saved, saved))
        answer = submit(place=Local())
        assert isinstance(answer, Receipt), str(answer)
        return answer.stale

    from course.platforms.local import Local

    path.write_text(json.dumps(answered()))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.setattr("course.submission.what_ran", lambda: tuple(ran))
    assert stale(1_000)
    assert stale(1_000), "not saved yet"
    assert not stale(2_000)
    assert not stale(2_000)
    assert stale(2_000, "double = 2"), "and worked on since"
    assert not stale(3_000)


def test_a_file_that_goes_away_meanwhile_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "01_tiny.ipynb"
    path.write_text(json.dumps(answered()))
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    place = FakePlace(tmp_path / "out", answered())
    place.folder.mkdir()

    def renamed(packed: Path) -> str:
        path.rename(tmp_path / "other.ipynb")
        return f"{packed} is ready."

    monkeypatch.setattr(place, "hand_over", renamed)
    receipt = submit(place=place)
    assert isinstance(receipt, Receipt)
    assert not path.exists()
    assert "as it was saved just now." in str(receipt)


def test_what_the_system_refuses_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    place = FakePlace(tmp_path, answered())
    monkeypatch.setattr(place, "hand_over", full)
    receipt = submit(place=place)
    assert isinstance(receipt, Receipt)
    assert receipt.where == f"It is here: {receipt.path} (No space left on device)"
    monkeypatch.setattr(place, "outputs", full)
    assert str(submit(place=place)) == (
        f"○ No file to hand in yet: `{tmp_path}`: a file cannot be reached "
        "(No space left on device).\n  What to do: run this again."
    )


def test_answers_that_were_never_saved_are_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = on_disk(tmp_path, monkeypatch, [RIGHT, "course.submit()"], released())
    assert str(answer) == (
        "○ No file to hand in yet: the notebook's file lacks what you ran last.\n"
        "  What to do: save (Ctrl+S), then run this again."
    )
    untouched = on_disk(tmp_path, monkeypatch, ["import course", "course.submit()"], released())
    assert "no exercise is answered" in str(untouched)


def test_a_notebook_that_was_renamed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "old.ipynb"))
    from course.platforms.local import Local

    said = str(submit(place=Local()))
    assert said.startswith("○ No file to hand in yet: the notebook's own file cannot be found")
    assert "was it renamed?" in said
    assert 'or name the notebook\'s file: `course.submit(notebook="name.ipynb")`.' in said


def test_vs_code_says_which_file_it_is(tmp_path: Path) -> None:
    """In a real IPython, since that is where VS Code leaves the name."""
    path = tmp_path / "01_tiny.ipynb"
    notebook = answered()
    notebook["cells"].append(cell(CODE))
    path.write_text(json.dumps(notebook))
    script = tmp_path / "run.py"
    script.write_text(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"shell.user_ns['__vsc_ipynb_file__'] = {str(path)!r}\n"
        f"shell.run_cell({CODE!r}, store_history=True)\n"
    )
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "✔ Ready to hand in: `01_tiny.zip`" in done.stdout, done.stdout + done.stderr
    script.write_text(script.read_text().replace("shell.run_cell(", BETTER + "shell.run_cell(", 1))
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "✘ Save first" in done.stdout, done.stdout + done.stderr


CODE = "import course\nprint(course.submit())"
BETTER = "shell.run_cell('def double(x):\\n    return 2 * x', store_history=True)\n"


def test_a_front_end_that_drops_the_metadata_is_made_do_with(tmp_path: Path) -> None:
    notebook = answered()
    notebook["metadata"] = {"colab": {"name": "Copy of 01_tiny.ipynb"}}
    receipt = packed(tmp_path, without(notebook, "double-tests"))
    assert receipt.path.name == "Copy of 01_tiny.zip"
    assert receipt.answers == ("double", "essay")
    assert receipt.told == ()


def test_a_name_that_leaves_the_folder_does_not(tmp_path: Path) -> None:
    notebook = answered()
    notebook["metadata"]["course"]["notebook"] = "../../x"
    assert packed(tmp_path, notebook).path.parent == tmp_path
