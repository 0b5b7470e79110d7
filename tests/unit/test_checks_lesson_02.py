"""The visible checks of lesson 02 let right answers pass and say what is wrong with others."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

import pytest
from nbgrader import utils

from autograder.build.release import read_notebook
from autograder.build.step import grade_id
from autograder.markers import reference
from course.checks.lesson_02 import PracticeMount
from course.exercise import NotAttempted, Result, Verdict, check

ROOT = Path(__file__).parents[2]
LESSON = "02_data_and_drive"
MUTANTS = sorted((ROOT / "tests" / "mutants" / LESSON).glob("*/*.py"))
# What only the hidden tests look at: memory, deeper folders, links, colour.
UNSEEN = {"all-at-once", "dots-at-the-front-only", "symbolic-links-only", "colour-kept"}


def cells() -> list[Any]:
    return list(read_notebook(ROOT / "source" / LESSON / f"{LESSON}.ipynb").cells)


def namespace(instead: str = "") -> dict[str, Any]:
    """Return what a notebook holds after the reference solutions, and after one more answer."""
    names: dict[str, Any] = {}
    imports = next(cell.source for cell in cells() if grade_id(cell) == "imports")
    exec(imports.split("scratch = ")[0], names)
    for cell in cells():
        if utils.is_solution(cell):
            exec(reference(cell.source), names)
    exec(instead, names)
    return names


@pytest.mark.parametrize(
    "exercise",
    [grade_id(cell) for cell in cells() if utils.is_solution(cell)],
)
def test_the_reference_passes(exercise: str) -> None:
    result = check(exercise, namespace())
    assert result.verdict is Verdict.PASSED, result.message


def told(mutant: Path) -> Result:
    """Return what the check says to a wrong solution."""
    return check(mutant.parent.name, namespace(mutant.read_text("utf-8")))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mistake_is_told_in_a_sentence_of_its_own(mutant: Path) -> None:
    result = told(mutant)
    if mutant.stem in UNSEEN:
        assert result.verdict is Verdict.PASSED
        return
    assert result.verdict is Verdict.FAILED
    assert re.search(r"[a-z].*[.?]$", result.message), "not a sentence"
    assert len(result.message.split()) >= 6, "too short to say what is wrong"
    assert not result.message.startswith("your code raised"), "an exception is no explanation"


@pytest.mark.parametrize(
    ("mutant", "sentence"),
    [
        ("one-archive/not-sorted", "Are the paths sorted"),
        ("one-archive/size-forgotten", "Is info.size its length?"),
        ("one-archive/compressed-with-a-time", "Open it with the mode 'w'."),
        ("checksum/capitals-refused", "What does sha256.lower() give?"),
        ("checksum/says-no-quietly", "verified does not refuse"),
        ("safe-unpack/dots-anywhere", "an honest archive was refused"),
        ("safe-unpack/step-by-step", "other entries were written before"),
        ("safe-unpack/each-file-alone", "more bytes than the limit"),
        ("folder-dataset/everything-read-at-once", "Does __init__ open files"),
        ("folder-dataset/not-scaled", "Divide by 255."),
        ("group-split/share-of-the-groups", "at most 5 items in a group"),
        ("group-split/order-of-appearance", "Sort the names of the groups"),
        ("survive-drop/straight-to-its-name", "Give it another name beside it"),
        ("survive-drop/not-compared", "A copy can be wrong without an error"),
        ("survive-drop/waits-after-the-last", "it should wait 1, then 2 seconds"),
    ],
)
def test_the_sentence_helps(mutant: str, sentence: str) -> None:
    path = ROOT / "tests" / "mutants" / LESSON / f"{mutant}.py"
    assert sentence in told(path).message


def solved(exercise: str) -> str:
    cell = next(cell for cell in cells() if grade_id(cell) == exercise)
    return str(reference(cell.source))


@pytest.mark.parametrize(
    ("exercise", "right", "wrong", "sentence"),
    [
        ("checksum", ".hexdigest()", ".digest()", "returns bytes, not text"),
        ("safe-unpack", "tar.extractall(", "folder.mkdir(); tar.extractall(", "the second time"),
        (
            "one-archive",
            "info = tarfile.TarInfo(path.relative_to(folder).as_posix())",
            "info = tar.gettarinfo(path, path.name); info.name = str(path.relative_to(folder)); "
            "info.mtime = info.uid = info.gid = 0; info.uname = info.gname = ''",
            "the permissions of its file",
        ),
    ],
)
def test_a_slip_is_told_before_the_hidden_tests_tell_it(
    exercise: str, right: str, wrong: str, sentence: str
) -> None:
    answer = solved(exercise).replace(right, wrong)
    assert sentence in check(exercise, namespace(answer)).message


def test_whoever_left_the_checksum_out_is_told_so() -> None:
    names = namespace("def sha256_of(path):\n    raise NotAttempted('checksum')")
    names["NotAttempted"] = NotAttempted
    result = check("survive-drop", names)
    assert result.verdict is Verdict.NOT_ATTEMPTED
    assert "'checksum'" in result.message


def test_the_practice_mount_fails_on_request(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"12345678")
    mount = PracticeMount("drops", "garbles", "is full")
    with pytest.raises(OSError, match=str(errno.ENOTCONN)):
        mount.copy(source, target)
    assert target.read_bytes() == b"1234"
    mount.copy(source, target)
    assert target.read_bytes() == b"1234\0\0\0\0"
    with pytest.raises(OSError, match=str(errno.ENOSPC)):
        mount.copy(source, target)
    mount.copy(source, target)
    assert target.read_bytes() == b"12345678"
    assert mount.targets == [str(target)] * 4
