"""The student package is quick to import and holds no instructors' code."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

MEASURED = """\
import sys, time
started = time.perf_counter()
import course
seconds = time.perf_counter() - started
print(seconds, *sorted({name.split(".")[0] for name in sys.modules}))
"""


def fresh(code: str, cwd: Path) -> list[str]:
    """Run code in a fresh interpreter and return the words it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, check=True, capture_output=True, text=True
    )
    return done.stdout.split()


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a wheel built from this repository."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = target.glob("*.whl")
    with zipfile.ZipFile(path) as pack:
        return pack.namelist()


def test_importing_the_package_is_quick(tmp_path: Path) -> None:
    assert min(float(fresh(MEASURED, tmp_path)[0]) for _ in range(3)) < 0.3


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = set(fresh(MEASURED, tmp_path)[1:])
    assert "course" in loaded
    assert not loaded & {"torch", "numpy", "PIL", "safetensors", "IPython", "nbgrader"}


def test_checks_and_hints_do_not_load_torch_either(tmp_path: Path) -> None:
    code = 'import sys\nfrom course import check, hint\ncheck("split", {})\nprint(*sys.modules)'
    assert "torch" not in fresh(code, tmp_path)


def test_every_name_is_the_same_when_asked_for_again(tmp_path: Path) -> None:
    """A module of the name would take its place once it is imported."""
    code = (
        "import course, types\n"
        "for name in course.__all__:\n"
        "    first = getattr(course, name)\n"
        "    if getattr(course, name) is not first or isinstance(first, types.ModuleType):\n"
        "        print(name)"
    )
    assert fresh(code, tmp_path) == []


def test_students_names_do_not_load_instructors_code(tmp_path: Path) -> None:
    code = "import sys\nfrom course import *\nprint(*sys.modules)"
    loaded = fresh(code, tmp_path)
    assert "course.runtime" in loaded
    assert "autograder" not in loaded


def test_every_public_name_exists() -> None:
    import course

    for name in course.__all__:
        assert getattr(course, name).__name__ == name


def test_a_name_the_package_lacks_is_an_attribute_error() -> None:
    import course

    with pytest.raises(AttributeError, match="has no attribute 'torch'"):
        _ = course.torch


def test_the_version_is_the_one_of_the_project(repo: Path) -> None:
    import course

    project = tomllib.loads((repo / "pyproject.toml").read_text("utf-8"))["project"]
    assert course.__version__ == project["version"]


def test_the_wheel_holds_the_student_package_and_nothing_else(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"course"}
    assert len(tops) == 2


def test_the_wheel_holds_every_module_of_the_student_package(repo: Path, wheel: list[str]) -> None:
    modules = {str(path.relative_to(repo)) for path in (repo / "course").rglob("*.py")}
    assert modules <= set(wheel)


@pytest.mark.parametrize("part", ["autograder", "tests", "source", "secret", "release"])
def test_the_wheel_holds_nothing_of_the_instructors(wheel: list[str], part: str) -> None:
    assert not [name for name in wheel if part in name.split("/")]


def test_the_wheel_holds_code_drawings_and_the_run_contract_only(wheel: list[str]) -> None:
    others = [n for n in wheel if n.startswith("course/") and not n.endswith((".py", ".svg"))]
    assert others == ["course/executor/run.schema.json"]
