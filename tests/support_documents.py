"""One Sim document with every core block, and a short way to write others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fjctl import api
from fjctl.conversion import bridge
from fjctl.formats import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.conversion.bridge import Conversion
    from fjctl.formats.document import Document

Map = dict[str, Any]
JOURNEY = registry.find("journey")
SIM = registry.find("sim")


def block(block_id: str, kind: str, name: str = "", subs: Map | None = None, **more: Any) -> Map:
    values = {key: {"id": key, "type": "short-input", "value": item} for key, item in (subs or {}).items()}
    plain = {"position": {"x": 1, "y": 2}, "enabled": True, "outputs": {}, "subBlocks": values}
    return {"id": block_id, "type": kind, "name": name or block_id, **plain, **more}


def edge(source: str, target: str, handle: str = "source") -> Map:
    ends = {"source": source, "target": target, "sourceHandle": handle, "targetHandle": "target"}
    return {"id": f"{source}-{handle}-{target}", **ends}


def state(blocks: list[Map], edges: list[Map], **more: Any) -> Map:
    return {"blocks": {item["id"]: item for item in blocks}, "edges": edges, **more}


def sim(blocks: list[Map], edges: list[Map] | None = None, **more: Any) -> Document:
    """A Sim document, read."""
    return api.reads(json.dumps({"version": "1.0", "state": state(blocks, edges or [], **more)}), "w.json")


def there_and_back(document: Document) -> tuple[Map, Conversion]:
    """The journey of a workflow, and the workflow made anew from that journey's text alone."""
    assert document.ok, document.diagnostics
    forward = bridge.convert(document, JOURNEY)
    again = api.reads(forward.text or "", "w.journey.yaml")
    assert again.journey is not None, again.diagnostics
    assert bridge.convert(again, SIM, document).text == document.source.text
    return dict(again.journey), bridge.convert(again, SIM)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(item, (*at, key))


def replaced(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], new)
    return copy


_TOOLS = [
    {"type": "exa", "title": "Exa", "toolId": "t", "operation": "o", "params": {"a": "b"}, "usageControl": "auto"},
    {
        "type": "custom-tool",
        "title": "C",
        "code": "return 1",
        "schema": {"function": {"name": "c", "parameters": {"type": "object"}}},
    },
    {"type": "mcp", "title": "M", "params": {"serverId": "s", "toolName": "t"}, "schema": {"a": 1}},
]
_TABLE = [{"id": "1", "cells": {"Key": "a", "Value": "b"}}]
_FIELD = [{"id": "1", "name": "q", "type": "string", "value": "x", "description": "d"}]
_CONDITIONS = (
    '[{"id": "c-if", "title": "if", "value": "<start.q> > 1"}, {"id": "c-else", "title": "else", "value": ""}]'
)
BLOCKS = [
    block("s", "start_trigger", "Start", {"inputFormat": _FIELD}),
    block("t", "schedule", "Daily", {"scheduleType": "daily"}),
    block(
        "a",
        "agent",
        "Agent",
        {
            "messages": [{"role": "system", "content": "hi <start.q>"}, {"role": "user", "content": "u"}],
            "model": "m",
            "tools": _TOOLS,
            "responseFormat": '{"name": "r"}',
            "temperature": 0.5,
        },
        retry={"enabled": True, "maxTries": 3, "waitBetweenTriesMs": 1500},
    ),
    block(
        "o", "agent", "Old", {"systemPrompt": "hi", "userPrompt": "u", "memories": [{"role": "user", "content": "x"}]}
    ),
    block("h", "api", "Api", {"url": "https://x", "method": "GET", "params": _TABLE, "headers": _TABLE, "body": "{}"}),
    block("f", "function", "Fn", {"code": [{"content": "return 1"}], "language": "python"}),
    block("c", "condition", "Cond", {"conditions": _CONDITIONS}),
    block(
        "r",
        "router_v2",
        "Router",
        {"context": "x", "routes": [{"id": "r1", "title": "A", "value": "aaa"}], "model": "m"},
    ),
    block("l", "loop", "Loop 1", data={"loopType": "forEach", "collection": "[1]", "width": 5, "height": 6}),
    block("i", "function", "Inner", {"code": "x"}, data={"parentId": "l", "extent": "parent"}),
    block("w", "workflow_input", "Child", {"workflowId": "x", "inputMapping": '{"a": 1}'}),
    block(
        "v",
        "variables",
        "Vars",
        {"variables": [{"variableId": "1", "variableName": "x", "type": "string", "value": "y"}]},
    ),
    block("p", "wait", "Wait", {"timeValue": "10", "timeUnit": "seconds"}),
    block(
        "u",
        "human_in_the_loop",
        "Human",
        {
            "builderData": [{"id": "1", "name": "message", "type": "string", "value": "hi"}],
            "inputFormat": _FIELD,
            "notification": [{"type": "slack"}],
        },
    ),
    block("m", "mcp", "Mcp", {"server": "s", "tool": "t", "arguments": '{"a": 1}'}),
    block(
        "e",
        "response",
        "Res",
        {
            "dataMode": "structured",
            "builderData": [{"id": "1", "name": "a", "type": "string", "value": "b"}],
            "status": "200",
            "headers": _TABLE,
        },
    ),
    block("n", "note", "Note", {"content": "hi", "color": "red"}),
]
_PLAIN = [edge("s", "a"), edge("a", "h"), edge("h", "c"), edge("h", "e", "error"), edge("c", "r", "condition-c-if")]
_PLAIN += [edge("c", "f", "condition-c-else"), edge("r", "l", "router-r1"), edge("l", "i", "loop-start-source")]
_PLAIN += [
    edge("l", "w", "loop-end-source"),
    edge("w", "v"),
    edge("v", "p"),
    edge("p", "u"),
    edge("u", "m"),
    edge("m", "e"),
]
VARIABLES = {"v1": {"id": "v1", "name": "x", "type": "string", "value": "1"}}
EVERYTHING: Map = {
    "version": "1.0",
    "state": state(
        BLOCKS, _PLAIN, metadata={"name": "N", "description": "D"}, variables=VARIABLES, loops={}, parallels={}
    ),
}
