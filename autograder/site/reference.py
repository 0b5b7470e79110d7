"""The pages of the reference that are made from commands and schemas, in ``docs/reference/``.

The other pages of that folder name what is public, and mkdocstrings fills in the docstrings.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

import course.executor
from autograder import schema
from autograder.lesson import SCHEMA, SCHEMA_FILE
from autograder.site import cli_page
from autograder.site.schema_page import page

RUN = Path(course.executor.__file__).with_name("run.schema.json")
_FRONT_MATTER = """\
An entry that is missing, misspelt or of another kind stops the build, and the message names it.
That is done with the JSON Schema this page is made from: [lesson.schema.json](lesson.schema.json).
[Write a lesson](../authoring.md) shows the rest of the file."""
_CONTRACT = """\
A run is over when its folder holds `SUCCEEDED` or `FAILED`; that file says the rest. The tests hold
what runs leave against the JSON Schema this page is made from: [run.schema.json](run.schema.json).
[A notebook as a job](../executor.md) shows how to start runs, and what else is in the folder."""


def write_reference(folder: Path) -> None:
    """Write the pages, and the schemas beside them, into a new folder."""
    folder.mkdir()
    for name, text in pages().items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    for path in (SCHEMA_FILE, RUN):
        shutil.copyfile(path, folder / path.name)


def pages() -> dict[str, str]:
    """Return the Markdown of each page by its name."""
    return {
        "commands": cli_page.page(),
        "front-matter": page(SCHEMA, _FRONT_MATTER, _header),
        "run-contract": page(schema.load(RUN), _CONTRACT),
    }


def _header(front: Any) -> str:
    """Return front matter as it stands in a lesson's header."""
    text = yaml.safe_dump({"course": front}, sort_keys=False, allow_unicode=True, width=100)
    return f"```yaml\n{text}```"
