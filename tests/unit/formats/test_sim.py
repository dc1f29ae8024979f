"""Sim documents: each core block to the journey and back, each envelope, each era, wrong types in every field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fjctl import api
from fjctl.conversion import bridge
from tests.support_documents import (
    EVERYTHING,
    JOURNEY,
    SIM,
    Map,
    block,
    edge,
    paths,
    replaced,
    sim,
    state,
    there_and_back,
)

ROW = [{"id": "1", "cells": {"Key": "k", "Value": "v"}}]
FIELD = [{"id": "1", "name": "q", "type": "string", "value": "x"}]
CALL = {"server": "s", "tool": "t", "arguments": '{"a": 1}'}
SHOWN = [{"id": "1", "name": "message", "type": "string", "value": "ok?"}]
STATES: list[tuple[str, Map, Map]] = [
    ("agent", {"systemPrompt": "hi"}, {"chat": "hi"}),
    ("agent", {"messages": '[{"role": "system", "content": "hi"}]'}, {"chat": "hi"}),
    ("agent", {"systemPrompt": "s", "userPrompt": "u"}, {"chat": "s", "agent": {"input": "u"}}),
    ("agent", {"systemPrompt": "s", "maxTokens": 5}, {"chat": "s", "agent": {"max_tokens": 5}}),
    ("agent", {"systemPrompt": "s", "responseFormat": '{"a": 1}'}, {"chat": "s", "agent": {"output": {"a": 1}}}),
    ("router", {"prompt": "p", "model": "m"}, {"fork": "p", "agent": {"model": "m"}}),
    ("router_v2", {"context": "p"}, {"fork": "p"}),
    ("response", {"dataMode": "structured", "builderData": SHOWN}, {"end": True, "result": {"message": "ok?"}}),
    ("response", {"dataMode": "json", "data": '{"a": 1}'}, {"end": True, "result": {"a": 1}}),
    ("response", {"status": "404", "headers": ROW}, {"end": True, "status": "404", "headers": {"k": "v"}}),
    ("workflow", {"workflowId": "w", "input": "x"}, {"journey": "w", "inputs": "x"}),
    ("workflow_input", {"workflowId": "w", "inputMapping": '{"a": 1}'}, {"journey": "w", "inputs": {"a": 1}}),
    ("workflow_input", {"manualWorkflowId": "w"}, {"journey": "w"}),
    ("wait", {"timeValue": "10", "timeUnit": "minutes"}, {"wait": "10m"}),
    ("wait", {"async": True, "timeValue": "2", "timeUnitLong": "days"}, {"wait": "2d"}),
    ("wait", {}, {"wait": "10s"}),
    ("human_in_the_loop", {"builderData": SHOWN}, {"ask": "ok?"}),
    ("human_in_the_loop", {"inputFormat": FIELD}, {"ask": {"fields": {"q": {"type": "string", "default": "x"}}}}),
    ("pause_resume", {"builderData": SHOWN, "notification": ["n"]}, {"ask": {"message": "ok?", "notify": ["n"]}}),
]
TOOLS: list[tuple[str, Map, Map]] = [
    (
        "api",
        {"url": "u", "method": "GET", "params": ROW},
        {"kind": "http", "request": {"method": "GET", "url": "u", "query": {"k": "v"}}},
    ),
    (
        "api",
        {"headers": ROW, "body": "b", "timeout": 3},
        {"kind": "http", "request": {"headers": {"k": "v"}, "body": "b", "timeout": 3}},
    ),
    ("function", {"code": "return 1"}, {"kind": "javascript", "code": "return 1"}),
    (
        "function",
        {"code": [{"content": "a"}, {"content": "b"}], "language": "shell"},
        {"kind": "shell", "code": "a\nb"},
    ),
    ("variables", {"variables": [{"variableName": "x", "value": "y"}]}, {"kind": "assign", "assign": {"x": "y"}}),
    ("mcp", CALL, {"kind": "mcp", "server": "s", "tool": "t", "arguments": {"a": 1}}),
    (
        "knowledge",
        {"operation": "search", "query": "q"},
        {"kind": "external", "service": "knowledge", "operation": "search", "arguments": {"query": "q"}},
    ),
    (
        "memory",
        {"operation": "add", "id": "i"},
        {"kind": "external", "service": "memory", "operation": "add", "arguments": {"id": "i"}},
    ),
    ("guardrails", {"input": "i"}, {"kind": "external", "service": "guardrails", "arguments": {"input": "i"}}),
    ("evaluator", {"content": "i"}, {"kind": "external", "service": "evaluator", "arguments": {"content": "i"}}),
    (
        "slack",
        {"operation": "send", "text": "i"},
        {"kind": "external", "service": "slack", "operation": "send", "arguments": {"text": "i"}},
    ),
]
CONTAINERS: list[tuple[str, Map, Map]] = [
    ("loop", {"loopType": "for", "count": 3}, {"loop": {"times": 3}}),
    ("loop", {}, {"loop": {"times": 5}}),
    ("loop", {"loopType": "forEach", "collection": "<a.b>"}, {"loop": {"each": "<a.b>"}}),
    ("loop", {"loopType": "while", "whileCondition": "x"}, {"loop": {"while": "x"}}),
    ("loop", {"loopType": "doWhile", "doWhileCondition": "x"}, {"loop": {"do_while": "x"}}),
    ("parallel", {"parallelType": "count", "count": 3, "batchSize": 2}, {"parallel": {"count": 3, "batch": 2}}),
    ("parallel", {"parallelType": "collection", "collection": "[1]"}, {"parallel": {"each": "[1]"}}),
]


def accepted_by_sim(conversion: bridge.Conversion) -> dict[str, Map]:
    """Asserts what Sim's wire schema and import require of a fresh file; its blocks."""
    value: Any = conversion.value
    assert value["version"] == "1.0"
    blocks: dict[str, Map] = value["state"]["blocks"]
    required = {"id", "type", "name", "position", "subBlocks", "outputs", "enabled"}
    for key, item in blocks.items():
        assert required <= item.keys()
        assert item["id"] == key
        assert isinstance(item["position"]["x"], (int, float))
        assert all(
            sub["id"] == name and sub.keys() == {"id", "type", "value"} for name, sub in item["subBlocks"].items()
        )
    for item in value["state"]["edges"]:
        assert {"id", "source", "target"} <= item.keys()
        assert {item["source"], item["target"]} <= blocks.keys()
    for name in ("loop", "parallel"):
        assert value["state"][f"{name}s"].keys() == {key for key, item in blocks.items() if item["type"] == name}
    return blocks


@pytest.mark.parametrize(("kind", "subs", "expected"), STATES)
def test_each_block_is_a_state(kind: str, subs: Map, expected: Map) -> None:
    journey, again = there_and_back(sim([block("b", kind, "It", subs)]))
    assert journey["states"]["it"] == expected
    assert accepted_by_sim(again)
    assert again.workflow is not None
    assert again.workflow.blocks[-1].fields


@pytest.mark.parametrize(("kind", "subs", "expected"), TOOLS)
def test_each_tool_block_is_a_tool(kind: str, subs: Map, expected: Map) -> None:
    journey, again = there_and_back(sim([block("b", kind, "It", subs)]))
    assert journey["states"]["it"] == {"tool": "it"}
    assert journey["tools"]["it"] == expected
    assert "b" in accepted_by_sim(again)
    assert accepted_by_sim(again)["b"]["type"] == kind


@pytest.mark.parametrize(("kind", "data", "expected"), CONTAINERS)
def test_each_container_holds_its_body(kind: str, data: Map, expected: Map) -> None:
    inner = block("i", "function", "Inner", {"code": "x"}, data={"parentId": "b", "extent": "parent"})
    document = sim([block("b", kind, "It", data=data), inner], [edge("b", "i", f"{kind}-start-source")])
    journey, again = there_and_back(document)
    assert journey["states"]["it"] == {**expected, "start": "inner", "states": {"inner": {"tool": "inner"}}}
    blocks = accepted_by_sim(again)
    assert blocks["i"]["data"]["parentId"] == "b"
    value: Any = again.value
    assert value["state"][f"{kind}s"]["b"]["nodes"] == ["i"]
    assert value["state"]["edges"][0]["sourceHandle"] == f"{kind}-start-source"


@pytest.mark.parametrize(
    ("kind", "event"),
    [("api_trigger", "api"), ("chat_trigger", "chat"), ("generic_webhook", "webhook"), ("rss", "rss")],
)
def test_triggers_are_entries(kind: str, event: str) -> None:
    journey, again = there_and_back(sim([block("t", kind, "T", {"x": "y"})]))
    assert next(iter(journey["entries"].values()))["event"] == event
    assert accepted_by_sim(again)["t"]["type"] == kind


def test_branches_have_handles_that_name_their_rows() -> None:
    rows = [{"id": "c-if", "title": "if", "value": "a > 1"}, {"id": "c-else", "title": "ELSE ", "value": ""}]
    routes = [{"id": "r1", "title": "Sales", "value": "about buying"}]
    blocks = [
        block("c", "condition", "C", {"conditions": rows}),
        block("r", "router_v2", "R", {"routes": routes}),
        block("z", "wait", "Z"),
    ]
    edges = [
        edge("c", "r", "condition-c-if"),
        edge("c", "z", "condition-c-else"),
        edge("r", "z", "router-r1"),
        edge("z", "r", "error"),
    ]
    document = sim(blocks, edges[:3])
    journey, again = there_and_back(document)
    assert journey["states"]["c"]["next"] == [
        {"to": "r", "when": "a > 1", "condition": "a is greater than 1"},
        {"to": "z", "else": True},
    ]
    assert journey["states"]["r"]["next"] == [{"to": "z", "condition": "Sales: about buying"}]
    written = accepted_by_sim(again)
    ids = [row["id"] for row in written["c"]["subBlocks"]["conditions"]["value"]]
    value: Any = again.value
    handles = {item["sourceHandle"] for item in value["state"]["edges"]}
    assert {f"condition-{each}" for each in ids} <= handles
    assert f"router-{written['r']['subBlocks']['routes']['value'][0]['id']}" in handles


BODY = state([block("a", "agent", "A", {"systemPrompt": "hi"})], [])


@pytest.mark.parametrize(
    "envelope",
    [
        BODY,
        {"state": BODY},
        {"version": "1.0", "exportedAt": "x", "state": BODY},
        {"data": {"version": "1.0", "state": BODY, "workflow": {"name": "N", "description": "D"}}},
        {"data": BODY},
        {"version": "1.0", "state": {**BODY, "variables": [{"id": "v", "name": "x", "type": "number", "value": 1}]}},
    ],
)
def test_every_envelope_is_read_and_written_back(envelope: Map) -> None:
    document = api.reads(json.dumps(envelope), "w.json")
    journey, again = there_and_back(document)
    assert journey["states"]["a"] == {"chat": "hi"}
    accepted_by_sim(again)
    changed = api.reads(
        (bridge.convert(document, JOURNEY).text or "").replace("chat: hi", "chat: ho"), "w.journey.yaml"
    )
    written = bridge.convert(changed, SIM, document).text
    assert written == document.source.text.replace('"hi"', '"ho"')


@pytest.mark.parametrize(
    ("value", "code", "at"),
    [
        ({"blocks": {"a": 1}, "edges": []}, "FJ300", ("blocks", "a")),
        ({"blocks": {"a": {"subBlocks": {}}}}, "FJ301", ("blocks", "a")),
        ({"blocks": {k: {"id": "a", "type": "agent"} for k in "ab"}, "edges": []}, "FJ302", ("blocks", "b")),
        (state([block("a", "agent")], [edge("a", "x")]), "FJ303", ("edges", 0)),
        (state([block("a", "agent", data={"parentId": "x"})], []), "FJ304", ("blocks", "a")),
        (state([block("a", "loop", data={"parentId": "a"})], []), "FJ304", ("blocks", "a")),
        (state([block("a", "agent")], [edge("a", "a")]), "FJ305", ("blocks", "a")),
        ({"data": {"version": "9", "state": BODY}}, "FJ306", ("data", "version")),
        (state([block("a", "condition"), block("b", "agent")], [edge("a", "b", "condition-x")]), "FJ307", ("edges", 0)),
        (state([block("a", "agent", "A b"), block("b", "agent", "a.B")], []), "FJ310", ("blocks", "b")),
        ({"blocks": {}, "edges": {}}, "FJ300", ("edges",)),
        ({"blocks": {"a": {"id": "a", "type": "agent"}}, "edges": [1]}, "FJ301", ("edges", 0)),
        (
            state([block(f"l{n}", "loop", data={"parentId": f"l{n - 1}"} if n else {}) for n in range(40)], []),
            "FJ304",
            ("blocks", "l33"),
        ),
    ],
)
def test_what_is_wrong_has_a_code_and_a_place(value: Map, code: str, at: tuple[Any, ...]) -> None:
    found = api.reads(json.dumps(value), "w.json").located()
    assert [item for item in found if item.code == code and item.pointer == at and item.position], found


SPOTS = sorted({at for at in paths(EVERYTHING) if at}, key=str)


@pytest.mark.parametrize("part", range(8))
def test_any_value_anywhere_gives_a_journey_that_can_be_read_and_written_back(part: int) -> None:
    odd: list[Any] = [
        None,
        7,
        [],
        ["x"],
        "x",
        {"a": 1},
        [{"id": [1], "name": {}, "cells": 4, "title": 5, "schema": {"function": 1}}],
    ]
    for place, at in enumerate(SPOTS[part::8]):
        document = api.reads(json.dumps(replaced(EVERYTHING, at, odd[(place + part) % len(odd)])), "w.json")
        if document.ok:
            there_and_back(document)
            assert bridge.convert(document, JOURNEY).losses is not None


def test_any_value_anywhere_is_read_without_an_exception() -> None:
    for at in SPOTS:
        odd: tuple[Any, ...] = (None, -1, [], ["x"], "x", {"a": 1}, [{}], True, 1e300, 10**400)
        for new in odd:
            SIM.load().decode(replaced(EVERYTHING, at, new))


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}', '{"a": 1e999}', "[" * 70 + "]" * 70]
)
def test_texts_that_only_seem_to_be_json_stay_text(text: str) -> None:
    journey, _ = there_and_back(sim([block("b", "mcp", "It", {"server": "s", "arguments": text})]))
    assert journey["tools"]["it"]["settings"] == {"arguments": text}
