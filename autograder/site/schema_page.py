"""The page of a format, made from its JSON Schema: an example, then a table of what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from autograder.schema import Schema, kind

_HEAD = (
    "| Entry | What it is | Required | Meaning | Example |\n"
    "|-------|------------|----------|---------|---------|"
)


def json_block(example: Any) -> str:
    """Return an example as it stands in a JSON file."""
    return f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```"


def page(schema: Schema, intro: str, show: Callable[[Any], str] = json_block) -> str:
    """Return the Markdown of the page.

    Parameters
    ----------
    intro
        Markdown that stands between the description and the example.
    show
        Makes a block of an example.
    """
    parts = [f"## {name}\n\n{_section(part, json_block)}" for name, part in schema["$defs"].items()]
    opening = f"# {schema['title']}\n\n{schema['description']}\n\n{intro}\n\n"
    return opening + "\n\n".join([_section({**schema, "description": ""}, show), *parts]) + "\n"


def _section(schema: Schema, show: Callable[[Any], str]) -> str:
    examples = [show(example) for example in schema.get("examples", [])]
    return "\n\n".join(filter(None, [schema["description"], *examples, table(schema)]))


def table(schema: Schema) -> str:
    """Return a table of a mapping's entries; empty if it names none."""
    rows = [
        _row(name, entry, required=name in schema.get("required", []))
        for name, entry in schema.get("properties", {}).items()
    ]
    return "\n".join([_HEAD, *rows]) if rows else ""


def _row(name: str, entry: Schema, *, required: bool) -> str:
    default = f"no; then {_code(entry['default'])}" if entry.get("default") else "no"
    examples = " or ".join(_code(example) for example in entry.get("examples", []))
    cells = [f"`{name}`", _kind(entry), "yes" if required else default, entry["description"]]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in [*cells, examples])} |"


def _kind(schema: Schema, *, several: bool = False) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    words = kind(schema) + "s" * several
    inside = schema.get("items") or schema.get("additionalProperties")
    return f"{words} of {_kind(inside, several=True)}" if inside else words


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"
