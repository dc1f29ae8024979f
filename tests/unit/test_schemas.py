"""The generated schemas: pydantic, JSON Schema and `model/shape.py` give the same verdict on the same document."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from fjctl.formats.document import read
from fjctl.model import journey
from fjctl.model.shape import Shape
from fjctl.project.config_file import ConfigTable
from fjctl.schemas import all_schemas, config_adapter, config_schema, journey_adapter, journey_schema
from tests.support import EXAMPLES

SHAPE = Shape(journey.Journey, journey.OPEN)
EXAMPLE = EXAMPLES / "support/journeys/return-item.journey.yaml"


@pytest.fixture(scope="module")
def adapter() -> TypeAdapter[Any]:
    return journey_adapter()


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(journey_schema())


def document(**more: Any) -> dict[str, Any]:
    return {"journey": "x", "version": 1, "states": {"a": {"chat": "Hello", "next": "b"}, "b": {"end": True}}, **more}


def state(**keys: Any) -> dict[str, Any]:
    return document(states={"a": keys})


VALID = [
    document(),
    document(variables={"x": {"type": "string", "default": [1, None]}}, guidelines=[{"condition": "c"}]),
    state(chat="c", agent={"model": "m", "anything": 1}, next=[{"to": "b", "when": "<x> > 1"}, "c"]),
    state(loop={"times": 3, "while": "<x>"}, states={"i": {"say": "s"}}),
    state(tool=["a", "b"], enabled=False, retry={"tries": 2, "wait": "1s"}),
    state(ask={"message": "m", "fields": {"f": {"type": "string"}}}, next=[{"to": "a", "else": True}]),
    document(notes={"n": "text", "m": {"text": "t"}}, tools={"t": {"kind": "http", "request": {"odd": 1}}}),
]
INVALID = [
    {},
    [],
    document(version=2),
    document(version="1"),
    document(journey=1),
    document(unknown=1),
    document(states=[]),
    document(labels="x"),
    document(priority=1.5),
    document(priority=True),
    document(guidelines=[{"action": "a"}]),
    document(tools={"t": {"kind": "smtp"}}),
    document(tools={"t": {}}),
    document(origin={"nodes": {"a": 1}}),
    state(chat=1),
    state(chat="c", nxt="b"),
    state(chat="c", enabled="yes"),
    state(chat="c", next=[{"to": "b", "else": False}]),
    state(chat="c", next=[{"to": "b", "on": "fire"}]),
    state(chat="c", next={"to": "b"}),
    state(chat="c", retry={"tries": "2"}),
    state(loop={"times": 1.5}),
    state(loop={}, states={"i": {"say": 1}}),
    state(chat="c", mode="loud"),
]


@pytest.mark.parametrize("value", [*VALID, *INVALID], ids=str)
def test_all_three_agree(value: Any, adapter: TypeAdapter[Any], validator: jsonschema.Draft202012Validator) -> None:
    expected = any(value is item for item in VALID)
    try:
        adapter.validate_python(copy.deepcopy(value))
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert accepted is expected
    assert validator.is_valid(value) is expected
    assert (not SHAPE.check(value)) is expected


def test_true_is_not_version_1(validator: jsonschema.Draft202012Validator) -> None:
    value = document(version=True)  # pydantic, as Python, takes it for 1
    assert not validator.is_valid(value)
    assert SHAPE.check(value)


def test_the_example_is_valid(adapter: TypeAdapter[Any], validator: jsonschema.Draft202012Validator) -> None:
    value = read(EXAMPLE.name, EXAMPLE.read_bytes()).value
    adapter.validate_python(value)
    assert list(validator.iter_errors(value)) == []


@pytest.mark.parametrize("name", all_schemas())
def test_every_schema_is_a_schema_with_a_title(name: str) -> None:
    schema = all_schemas()[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["$id"] == f"urn:fjctl:schema:{name}:1"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, True),
        ({"pairs": [{"workflow": "a", "journey": "b"}], "exclude": ["x"], "history": False}, True),
        ({"pairs": [{"workflow": "a"}]}, False),
        ({"pairs": [{"workflow": "a", "journey": "b", "more": ""}]}, False),
        ({"pairs": {}}, False),
        ({"exclude": "x"}, False),
        ({"exclude": [1]}, False),
        ({"history": 0}, False),
        ({"database": 1}, False),
        ({"more": 1}, False),
    ],
    ids=str,
)
def test_all_three_agree_on_settings(table: dict[str, Any], expected: bool) -> None:
    try:
        config_adapter().validate_python(copy.deepcopy(table))
        by_pydantic = True
    except ValidationError:
        by_pydantic = False
    by_schema = jsonschema.Draft202012Validator(config_schema()).is_valid(table)
    assert (not Shape(ConfigTable).check(table), by_pydantic, by_schema) == (expected, expected, expected)
