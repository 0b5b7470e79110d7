"""The reference names everything that is public, once, and its pages are on the site."""

from __future__ import annotations

import importlib
import re
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml
from mkdocs.utils.yaml import yaml_load

from autograder.site import reference

PUBLIC = [
    "course", "course.data", "course.executor", "course.platforms", "course.submission",
    "course.training",
]  # fmt: skip


def named(repo: Path) -> list[str]:
    """What the pages ask mkdocstrings to show."""
    texts = [path.read_text("utf-8") for path in sorted((repo / "docs" / "reference").glob("*.md"))]
    return [name for text in texts for name in re.findall(r"^::: (\S+)$", text, re.MULTILINE)]


def found(name: str) -> Any:
    """The object of that name."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return reduce(getattr, parts[length:], module)
    raise AssertionError(f"there is no {name}")


@pytest.mark.parametrize("home", PUBLIC)
def test_every_public_name_is_in_the_reference_once(repo: Path, home: str) -> None:
    shown = [found(name) for name in named(repo)]
    for name in importlib.import_module(home).__all__:
        times = sum(each is found(f"{home}.{name}") for each in shown)
        assert times == 1, f"{home}.{name} is in the reference {times} times"


def test_everything_in_the_reference_says_what_it_is(repo: Path) -> None:
    for name in named(repo):
        thing = found(name)
        assert isinstance(thing, tuple) or thing.__doc__, name


def test_every_page_is_in_the_navigation(repo: Path) -> None:
    navigation = yaml_load((repo / "mkdocs.yml").read_text("utf-8"))["nav"]
    pages = next(entry["Reference"] for entry in navigation if "Reference" in entry)
    listed = {path for page in pages for path in page.values()}
    folder = repo / "docs" / "reference"
    written = {f"reference/{path.name}" for path in folder.glob("*.md")}
    assert listed == written | {f"reference/{name}.md" for name in reference.pages()}


def test_what_is_generated_is_written_and_not_kept_by_git(repo: Path, tmp_path: Path) -> None:
    reference.write_reference(tmp_path / "made")
    written = {path.name for path in (tmp_path / "made").iterdir()}
    assert written == {
        "commands.md", "front-matter.md", "run-contract.md", "lesson.schema.json",
        "run.schema.json",
    }  # fmt: skip
    ignored = (repo / ".gitignore").read_text("utf-8").splitlines()
    for name in written:
        assert {f"docs/reference/{name}", "docs/reference/*.schema.json"} & set(ignored), name


def test_the_page_of_the_front_matter_begins_with_a_whole_one() -> None:
    text = reference.pages()["front-matter"]
    (block,) = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert yaml.safe_load(block)["course"]["title"] == "Train end to end"
    assert text.index("```yaml") < text.index("| Entry")
