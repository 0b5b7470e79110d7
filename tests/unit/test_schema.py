"""A schema's mistakes are said in words, and its page shows all of it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from autograder import schema
from autograder.lesson import SCHEMA_FILE
from autograder.site import reference
from autograder.site.schema_page import page

FILES = [SCHEMA_FILE, reference.RUN]
SCHEMA: schema.Schema = {
    "title": "Recipe",
    "description": "How to cook.",
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"description": "What it is.", "type": "string", "minLength": 1},
        "people": {"description": "How many eat.", "type": "integer", "minimum": 1, "default": 2},
        "taste": {"description": "How.", "enum": ["sweet", "sour"], "examples": ["a|b"]},
        "file": {
            "description": "A picture.", "type": "string", "pattern": "png$", "title": "picture",
        },
        "steps": {
            "description": "What to do.", "type": "array", "items": {"$ref": "#/$defs/step"},
        },
        "notes": {
            "description": "Yours.", "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "rest": {"description": "Left.", "anyOf": [{"$ref": "#/$defs/step"}, {"const": {}}]},
    },
    "$defs": {
        "step": {
            "description": "One step.", "type": "object", "required": ["do"],
            "properties": {"do": {"description": "What.", "type": "string"}},
            "examples": [{"do": "stir"}],
        }
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({}, "'name' is missing"),
        ({"name": ""}, "'name' is empty"),
        ({"name": 7}, "'name' is not a text: 7"),
        ({"name": "x", "people": 0}, "'people' is not a whole number from 1 on: 0"),
        ({"name": "x", "people": True}, "'people' is not a whole number from 1 on: True"),
        ({"name": "x", "taste": "dull"}, "'taste' is not one of sweet, sour: 'dull'"),
        ({"name": "x", "file": "x.gif"}, "'file' is not a picture: 'x.gif'"),
        ({"name": "x", "steps": ["stir"]}, "'steps', no. 1 is not a mapping: 'stir'"),
        ({"name": "x", "steps": [{"do": ""}, {}]}, "'steps', no. 2: 'do' is missing"),
        ({"name": "x", "notes": {"a": "b"}}, "'notes', 'a' is not a list: 'b'"),
        ({"name": ["x" * 99]}, "'name' is not a text"),
        ({"name": "x", "rest": 3}, "'rest' breaks the rule anyOf"),
        ([], "it is not a mapping: []"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_place(value: Any, what: str) -> None:
    assert schema.mistake(SCHEMA, value) == (what, "")


def test_a_misspelt_entry_is_said_before_the_one_that_is_missed() -> None:
    assert schema.mistake(SCHEMA, {"nam": "x"}) == (
        "there is no entry 'nam'", "write 'name' if you mean that",
    )  # fmt: skip


def test_an_unknown_entry_is_said_with_those_that_are_known() -> None:
    found = schema.mistake(SCHEMA, {"name": "x", "colour": 1})
    assert found is not None
    assert found[1].startswith("use only: name, people, taste")


def test_what_is_right_has_no_mistake() -> None:
    right = {"name": "x", "people": 3, "steps": [{"do": "stir"}], "rest": {}, "notes": {"a": ["b"]}}
    assert schema.mistake(SCHEMA, right) is None


def test_the_page_says_kind_default_meaning_and_example_of_each_entry() -> None:
    text = page(SCHEMA, "Welcome.")
    assert text.startswith("# Recipe\n\nHow to cook.\n\nWelcome.\n\n| Entry")
    for row in [
        "| `name` | text | yes | What it is. |  |",
        "| `people` | whole number from 1 on | no; then `2` | How many eat. |  |",
        '| `taste` | one of sweet, sour | no | How. | `"a\\|b"` |',
        "| `steps` | list of [step](#step) | no | What to do. |  |",
        "| `notes` | mapping of lists of texts | no | Yours. |  |",
        "| `rest` | [step](#step) or {} | no | Left. |  |",
        "| `do` | text | yes | What. |  |",
    ]:
        assert row in text
    assert '## step\n\nOne step.\n\n```json\n{\n  "do": "stir"\n}\n```' in text


def parts(whole: schema.Schema) -> list[tuple[str, schema.Schema]]:
    """Each part of a schema with a meaning of its own: the whole, definitions, entries."""
    named = {"": whole, **whole["$defs"]}
    entries = {
        f"{name}.{entry}": part
        for name, each in named.items()
        for entry, part in each["properties"].items()
    }
    return [*named.items(), *entries.items()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_schemas_are_schemas_with_a_meaning_for_everything(path: Any) -> None:
    whole = schema.load(path)
    Draft202012Validator.check_schema(whole)
    for name, part in parts(whole):
        assert part["description"].endswith((".", "`.")), f"{name}: say what it means"
        assert set(part.get("required", ())) <= set(part.get("properties", ())), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_schemas_examples_and_defaults_are_right(path: Any) -> None:
    whole = schema.load(path)
    for name, part in parts(whole):
        alone = {**part, "$defs": whole["$defs"]}
        shown = [*part.get("examples", ()), *([part["default"]] if "default" in part else ())]
        for example in shown:
            assert schema.mistake(alone, example) is None, name
