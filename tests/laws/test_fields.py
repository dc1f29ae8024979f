"""Every name of the journey's field table goes through YAML, JSON and React Flow and comes back."""

from __future__ import annotations

import copy
import json
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings

from fjctl.conversion import bridge, lens
from fjctl.formats.journey import decode
from fjctl.model import journey as model
from fjctl.model.meaning import difference, meaning
from tests.strategies import Options, journeys
from tests.support_laws import JOURNEY, REACTFLOW, read, written

RICH: dict[str, Any] = {
    "$schema": "../schemas/journey.schema.json",
    "journey": "return-item",
    "version": 1,
    "title": "Return an item",
    "description": "Helps.",
    "triggers": ["The customer wants to return something"],
    "start": "ask",
    "entries": {
        "start": {"title": "Begin", "event": "chat", "settings": {"a": 1}, "extras": {"b": 2}},
        "nightly": {"event": "schedule", "inputs": {"who": {"type": "string"}}, "enabled": False, "to": "ask"},
    },
    "variables": {
        "order_id": {"type": "string", "input": True, "required": True, "description": "As printed", "default": "x"},
        "limit": {"type": "number", "default": 5, "description": "In euros", "required": True},
    },
    "tools": {
        "look_up": {
            "kind": "http",
            "title": "Look up",
            "description": "Finds it",
            "request": {
                "method": "POST",
                "url": "https://shop.example/<variable.order_id>",
                "query": {"q": "1"},
                "headers": {"A": "B"},
                "body": "{}",
                "timeout": 5,
            },
            "parameters": {"type": "object"},
            "output": {"type": "object"},
            "usage": "force",
            "settings": {"x": 1},
        },
        "search": {"kind": "mcp", "server": "s", "tool": "t", "arguments": {"q": 1}},
        "child": {"kind": "workflow", "workflow": "w2", "arguments": {"q": 1}},
        "compute": {"kind": "python", "code": "return 1"},
        "put": {"kind": "assign", "assign": {"limit": 3}},
        "slack": {"kind": "external", "service": "slack", "operation": "send", "arguments": {"t": 1}},
    },
    "states": {
        "ask": {
            "title": "Ask the customer",
            "description": "First",
            "chat": "Ask for the order number",
            "instructions": ["Be short", "Be kind"],
            "messages": {"entry": "Hello", "exit": "Thanks", "error": "Sorry", "help": "It is on the receipt"},
            "tools": ["search"],
            "agent": {
                "model": "m",
                "role": "user",
                "input": "i",
                "messages": [{"role": "user", "content": "c"}],
                "output": {"type": "object"},
                "temperature": 0.5,
                "max_tokens": 9,
            },
            "sets": {"order_id": "<reply>"},
            "confirm": "Go ahead?",
            "canned": ["One moment."],
            "labels": ["a"],
            "mode": "strict_canned",
            "retry": {"tries": 3, "wait": "1s"},
            "timeout": "10m",
            "notes": ["n1", "n2"],
            "extras": {"x": [1]},
            "commands": {"cancel": "bye"},
            "next": [
                {"to": "tools_state", "when": "a > 1", "condition": "It is big", "confirm": "Sure?", "delay": "5s"},
                {"to": "repeat", "condition": "The customer wants", "confirm": True, "priority": 2, "notes": "n"},
                {"to": "fork_it", "command": "fork"},
                {"to": "wait_it", "event": "paid"},
                {"to": "bye", "on": "timeout"},
                {"to": ["say_it", "form"], "else": True},
            ],
        },
        "tools_state": {
            "tool": ["look_up", "compute"],
            "result": "order",
            "next": [{"to": "say_it", "on": "error"}, {"to": "call"}],
        },
        "repeat": {"loop": {"times": 3}, "start": "inner", "states": {"inner": {"tool": "put"}}, "next": "each"},
        "each": {"loop": {"each": "<variable.items>"}, "start": "one", "states": {"one": {"tool": "slack"}}},
        "while_it": {"loop": {"while": "i < 3"}, "start": "two", "states": {"two": {"say": "x"}}},
        "until": {"loop": {"do_while": "i < 3"}, "start": "three", "states": {"three": {"say": "x"}}},
        "beside": {"parallel": {"count": 2, "batch": 1}, "start": "four", "states": {"four": {"tool": "child"}}},
        "beside_each": {"parallel": {"each": ["a"]}, "start": "five", "states": {"five": {"say": "x"}}},
        "fork_it": {"fork": "Decide", "next": [{"to": "bye", "condition": "Done"}]},
        "say_it": {"say": "Something went wrong", "enabled": False, "next": "bye"},
        "form": {
            "ask": {
                "message": "Go?",
                "show": {"a": 1},
                "fields": {
                    "ok": {
                        "type": "boolean",
                        "label": "L",
                        "description": "D",
                        "required": True,
                        "default": True,
                        "options": [1],
                    }
                },
                "notify": [{"by": "mail"}],
            },
            "next": "bye",
        },
        "call": {"journey": "human-support", "inputs": {"summary": "s"}, "next": "bye"},
        "wait_it": {"wait": "2h", "next": "bye"},
        "bye": {"end": True, "result": {"reply": "x"}, "status": 200, "headers": {"X": "1"}},
    },
    "guidelines": [
        {
            "condition": "Upset",
            "action": "Offer help",
            "description": "D",
            "tools": ["slack"],
            "labels": ["l"],
            "priority": 2,
        }
    ],
    "canned": ["On its way."],
    "labels": ["returns"],
    "mode": "fluid",
    "priority": 0,
    "notes": {"limits": "A remark", "boxed": {"title": "T", "text": "X", "color": "#ff0"}},
    "extras": {"anything": {"x": None}},
    "origin": {"workflow": "../w.json", "format": "reactflow", "nodes": {"ask": "n1"}},
}
"""A journey that uses every key of every class."""

CLASSES: dict[str, list[tuple[Any, ...]]] = {
    "Journey": [()],
    "State": [("states", "*")],
    "Tool": [("tools", "*")],
    "Request": [("tools", "look_up", "request")],
    "Agent": [("states", "ask", "agent")],
    "Retry": [("states", "ask", "retry")],
    "Messages": [("states", "ask", "messages")],
    "Ask": [("states", "form", "ask")],
    "Field": [("states", "form", "ask", "fields", "ok")],
    "Loop": [("states", "*", "loop")],
    "Parallel": [("states", "*", "parallel")],
    "Transition": [("states", "ask", "next", "*")],
    "Variable": [("variables", "*")],
    "Guideline": [("guidelines", "*")],
    "Entry": [("entries", "*")],
    "Note": [("notes", "boxed")],
    "Origin": [("origin",)],
}


def places(pattern: tuple[Any, ...], value: Any = RICH) -> list[tuple[Any, ...]]:
    """The pointers that a pattern with `*` stands for."""
    if not pattern:
        return [()]
    head, rest = pattern[0], pattern[1:]
    keys = [head] if head != "*" else list(value) if isinstance(value, dict) else list(range(len(value)))
    held = [key for key in keys if isinstance(key, int) or (isinstance(value, dict) and key in value)]
    return [(key, *inner) for key in held for inner in places(rest, value[key])]


def at(value: Any, pointer: tuple[Any, ...]) -> Any:
    for part in pointer:
        value = value[part]
    return value


FIELDS = [(name, key) for name, patterns in CLASSES.items() for key in getattr(model, name).__annotations__]


def test_the_sample_is_a_journey_and_uses_every_key() -> None:
    assert decode(copy.deepcopy(RICH))[1] == []
    for name, key in FIELDS:
        assert holders(name, key), f"{name}.{key} is nowhere"


def holders(name: str, key: str) -> list[tuple[Any, ...]]:
    found = [pointer for pattern in CLASSES[name] for pointer in places(pattern)]
    return [pointer for pointer in found if isinstance(at(RICH, pointer), dict) and key in at(RICH, pointer)]


@pytest.mark.parametrize("syntax", ["yaml", "json"])
@pytest.mark.parametrize(("name", "key"), FIELDS, ids=str)
def test_every_field_survives_a_file(name: str, key: str, syntax: str) -> None:
    found = written(RICH, syntax)
    for pointer in holders(name, key):
        assert at(found.value, (*pointer, key)) == at(RICH, (*pointer, key))


def test_every_field_survives_both_syntaxes_and_a_conversion_between_them() -> None:
    yaml = written(RICH, "yaml")
    as_json = bridge.convert(yaml, JOURNEY, names=bridge.Names(target="x.journey.json"))
    assert as_json.text is not None
    assert json.loads(as_json.text) == RICH
    back = bridge.convert(read("x.journey.json", as_json.text), JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    assert back.text == yaml.source.text


def test_every_field_survives_a_canvas() -> None:
    image, _, losses = lens.image(cast("Any", RICH), REACTFLOW)
    assert difference(cast("Any", meaning(cast("Any", RICH))), cast("Any", meaning(image))) is None
    assert [loss for loss in losses if not loss.own] == []


def test_every_field_survives_a_canvas_file() -> None:
    """The same through the text of the file, and the journey is not touched by it."""
    journey = written(RICH)
    created = bridge.convert(journey, REACTFLOW)
    assert created.text is not None
    found = read("w.json", created.text)
    assert bridge.convert(found, JOURNEY, prior=journey).text is not None
    assert bridge.convert(journey, REACTFLOW, prior=found).unchanged


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(value=journeys(Options(cycles=True)))
def test_drawn_journeys_in_both_syntaxes(value: Any) -> None:
    assert written(value, "yaml").value == value
    assert written(value, "json").value == value
