"""A value held against a JSON Schema: its first mistake, in words.

A schema file is the one place that says what a format is: what is read is held against it here, and
its page of the site (`autograder.site.schema_page`) is made from it.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Schema = dict[str, Any]

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "truth value",
    "array": "list",
    "object": "mapping",
}
_LONGEST = 40  # of a wrong value that is shown


def load(path: Path) -> Schema:
    """Read a schema file."""
    schema: Schema = json.loads(path.read_text("utf-8"))
    return schema


def mistake(schema: Schema, value: Any) -> tuple[str, str] | None:
    """Return the first mistake in a value, and what to do about it if that is known.

    The order of the keywords in the schema decides which is the first: an entry that is misspelt
    comes before the one that is missed.

    Returns
    -------
    tuple or None
        What is wrong and what to do, as a `CourseError` takes them; None if all is well.
    """
    error = next(Draft202012Validator(schema).iter_errors(value), None)
    return None if error is None else _said(error)


def kind(schema: Schema) -> str:
    """Return in words what a value has to be; of what is inside it, nothing."""
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    words = _WORDS[schema["type"]]
    return f"{words} from {schema['minimum']} on" if "minimum" in schema else words


def _said(error: ValidationError) -> tuple[str, str]:
    place = ", ".join(
        f"no. {step + 1}" if isinstance(step, int) else f"'{step}'" for step in error.absolute_path
    )
    inside = f"{place}: " if place else ""
    match error.validator:
        case "required":
            missing = next(name for name in error.validator_value if name not in error.instance)
            return f"{inside}'{missing}' is missing", ""
        case "additionalProperties":
            return _unknown(inside, error.instance, list(error.schema["properties"]))
        case "minLength" | "minItems":
            return f"{place} is empty", ""
        case "type" | "const" | "enum" | "minimum":
            wanted = kind(error.schema)
        case "pattern":
            wanted = str(error.schema["title"])
        case rule:
            return f"{place or 'it'} breaks the rule {rule}", ""
    article = "a " if "type" in error.schema else ""
    shown = repr(error.instance)
    value = f": {shown}" if len(shown) <= _LONGEST else ""
    return f"{place or 'it'} is not {article}{wanted}{value}", ""


def _unknown(inside: str, entries: dict[str, Any], known: list[str]) -> tuple[str, str]:
    unknown = next(str(name) for name in entries if name not in known)
    near = difflib.get_close_matches(unknown, known, n=1)
    do = f"write '{near[0]}' if you mean that" if near else f"use only: {', '.join(known)}"
    return f"{inside}there is no entry '{unknown}'", do
