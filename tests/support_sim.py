"""Hypothesis strategies for raw Sim documents: every envelope, both eras, and what real files are full of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.support_values import EXPRESSIONS, json_maps, json_values, words

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

Map = dict[str, Any]

NAMES = ("Agent 1", "Größe", "Start", "My Agent", "API.2", "My Agent", "日本", "loop", "", "ask_order", "condition 1")


class _SimMaker:
    """Draws one document."""

    def __init__(self, draw: DrawFn) -> None:
        self.draw = draw
        self.old = draw(st.booleans())
        self.blocks: Map = {}
        self.edges: list[Map] = []

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def text(self) -> str:
        base = self.draw(words)
        if self.blocks and self.chance(30):
            name = self.draw(st.sampled_from([block["name"] for block in self.blocks.values()]))
            spelled = name if self.chance(30) else name.replace(" ", "").lower()
            base += (
                f" <{spelled}.{self.draw(st.sampled_from(('content', 'data.items', 'result.x')))}>" if spelled else ""
            )
        return base

    def document(self) -> Map:
        self.block("starter" if self.old else "start_trigger", self._start())
        for _ in range(self.draw(st.integers(1, 5))):
            self.any_block(None, 0)
        self._connect()
        state: Map = {
            "blocks": self.blocks,
            "edges": self.edges,
            "loops": self._cache("loop"),
            "parallels": self._cache("parallel"),
        }
        if self.chance(60):
            state["variables"] = self._variables()
        return self._envelope(state)

    def _envelope(self, state: Map) -> Map:
        kind = self.draw(st.integers(0, 4))
        if kind == 0:
            return {**state, "lastSaved": 1_700_000_000_000, "isDeployed": False}
        state["metadata"] = {
            "name": "größe prüfen",
            "description": self.draw(st.sampled_from(("New workflow", "Does things"))),
        }
        if kind == 1:
            return {"state": state}
        exported = {"version": "1.0", "exportedAt": "2026-01-01T00:00:00.000Z", "state": state}
        if kind == 2:
            return {
                "data": {
                    **exported,
                    "workflow": {"id": "w1", "name": "größe prüfen", "description": None, "folderId": None},
                }
            }
        if kind == 3:
            state.pop("metadata")
            return {**exported, "workflow": {"name": "outer"}, "foreign": {"kept": [1.0, None]}}
        return exported

    def _variables(self) -> Any:
        rows = [
            {
                "id": f"v{n}",
                "name": name,
                "type": "string",
                "value": self.draw(st.one_of(words, st.just(""))),
                "workflowId": "w1",
            }
            for n, name in enumerate(("limit", "größe")[: self.draw(st.integers(0, 2))])
        ]
        return rows if self.chance(30) else {row["id"]: row for row in rows}

    def _start(self) -> Map:
        fields = [
            {
                "id": f"f{n}",
                "name": name,
                "type": "string",
                "value": "",
                "collapsed": False,
                **({"description": "d"} if self.chance(40) else {}),
            }
            for n, name in enumerate(("message", "größe", "")[: self.draw(st.integers(0, 3))])
        ]
        return {"startWorkflow": "manual", "inputFormat": fields} if self.old else {"inputFormat": fields or None}

    # --- blocks

    def block(self, kind: str, values: Map, parent: str | None = None, data: Map | None = None) -> Map:
        identifier = f"b{len(self.blocks)}-{self.draw(st.sampled_from(('x', 'é', '7f')))}"
        found: Map = {
            "id": identifier,
            "type": kind,
            "name": self.draw(st.sampled_from(NAMES)),
            "position": {"x": self.draw(st.sampled_from((0, 100.5, -3))), "y": self.draw(st.integers(-50, 500))},
            "enabled": kind == "note" or not self.chance(10),
            "subBlocks": {
                key: {"id": key, "type": "long-input", "value": value}
                for key, value in {**values, **({} if kind == "note" else self._unknown())}.items()
            },
            "outputs": {"content": "string"} if self.chance(30) else {},
        }
        inside = {"parentId": parent, "extent": "parent"} if parent else {}
        if inside or data or self.chance(30):
            found["data"] = {**inside, **(data or {})}
        if not self.old:
            found |= {
                "horizontalHandles": True,
                "advancedMode": False,
                "triggerMode": False,
                "height": 95,
                "locked": False,
            }
        if self.chance(10):
            found["foreignKey"] = self.draw(json_values)
        if kind in {"api", "function"} and self.chance(25):
            found["retry"] = {
                "enabled": True,
                "maxTries": 3,
                "waitBetweenTriesMs": self.draw(st.sampled_from((1000, 1500))),
            }
        self.blocks[identifier] = found
        return found

    def _unknown(self) -> Map:
        found: Map = {"memoryType": None} if self.chance(20) else {}
        return {**found, "someNewSetting": self.draw(json_values)} if self.chance(15) else found

    def any_block(self, parent: str | None, depth: int) -> None:
        kinds = [
            "agent",
            "agent",
            "api",
            "function",
            "condition",
            "condition",
            "router",
            "response",
            "service",
            "variables",
            "wait",
        ]
        kinds += ["human", "mcp", "workflow", "note", "trigger"]
        kinds += ["loop", "parallel"] if depth < 2 else []
        kind = self.draw(st.sampled_from(kinds))
        if kind in {"note", "trigger"} and parent is not None:
            kind = "agent"
        if kind in {"loop", "parallel"}:
            self._container(kind, parent, depth)
            return
        made = self._variables_block() if kind == "variables" else getattr(self, f"_{kind}")()
        block = self.block(made.pop("$type"), made, parent)
        if kind == "condition":
            self._condition_rows(block)
        elif kind == "router" and block["type"] == "router_v2":
            self._route_rows(block)

    def _container(self, kind: str, parent: str | None, depth: int) -> None:
        loops = (
            {"loopType": "for", "count": 4},
            {"loopType": "forEach", "collection": '["a"]'},
            {"loopType": "while", "whileCondition": "i < 3"},
        )
        parallels = (
            {"parallelType": "count", "count": 2},
            {"parallelType": "collection", "collection": "<start.items>", "count": 5},
        )
        settings = dict(self.draw(st.sampled_from(loops if kind == "loop" else parallels)))
        block = self.block(kind, {}, parent, {"width": 500, "height": 300, "type": f"{kind}Node", **settings})
        for _ in range(self.draw(st.integers(0, 2))):
            self.any_block(block["id"], depth + 1)

    def _agent(self) -> Map:
        if self.old:
            found: Map = {"$type": "agent", "systemPrompt": self.text(), "model": "gpt-4o"}
            return {**found, "userPrompt": self.text()} if self.chance(60) else found
        messages = [{"role": "system", "content": self.text()}]
        messages += [{"role": "user", "content": self.text()}] if self.chance(60) else []
        found = {
            "$type": "agent",
            "messages": json.dumps(messages) if self.chance(30) else messages,
            "model": "gpt-4o",
            "temperature": 0.5,
        }
        if self.chance(30):
            found["responseFormat"] = '{"name": "x", "schema": {"type": "object"}}'
        if self.chance(30):
            found["tools"] = [
                {
                    "type": "slack",
                    "title": "Slack",
                    "toolId": "slack_message",
                    "params": {"channel": self.text()},
                    "usageControl": "auto",
                    "isExpanded": True,
                },
                {
                    "type": "custom-tool",
                    "title": "mine",
                    "code": "return 1",
                    "schema": {"type": "function", "function": {"name": "mine", "parameters": {}}},
                },
            ]
        return found

    def _api(self) -> Map:
        headers = [
            {"id": "r1", "cells": {"Key": "A", "Value": self.text()}},
            {"id": "r2", "cells": {"Key": "", "Value": ""}},
        ]
        return {
            "$type": "api",
            "url": self.text(),
            "method": "GET",
            "headers": headers if self.chance(60) else None,
            "params": "",
            "body": self.text(),
        }

    def _function(self) -> Map:
        code = "return <variable.limit>;" if self.chance(30) else self.text()
        return {
            "$type": "function",
            "code": [{"content": code, "id": 1}] if self.old and self.chance(30) else code,
            "language": "javascript",
        }

    def _condition(self) -> Map:
        return {"$type": "condition"}

    def _rows(self, block: Map, titles: tuple[str, ...], values: tuple[str, ...], key: str) -> None:
        rows = [
            {"id": f"{block['id']}-{title.replace(' ', '-')}-{n}", "title": title, "value": value}
            for n, (title, value) in enumerate(zip(titles, values, strict=True))
        ]
        block["subBlocks"][key] = {
            "id": key,
            "type": f"{key}-input",
            "value": json.dumps(rows, ensure_ascii=False) if self.chance(70) else rows,
        }
        block["$rows"] = [row["id"] for row in rows]

    def _condition_rows(self, block: Map) -> None:
        first = self.draw(st.sampled_from(EXPRESSIONS))
        second = self.draw(st.sampled_from(("x > 2", first, "")))  # an editor lets rows say the same, or nothing yet
        both = self.chance(50)
        titles = ("if", "else if", "else") if both else ("if", "else")
        self._rows(block, titles, (first, second, "") if both else (first, ""), "conditions")

    def _route_rows(self, block: Map) -> None:
        titles, texts = ("Route 1", "Refunds", ""), (self.draw(words), "about money", "third")
        if self.chance(20):
            titles, texts = ("Route 1", "Route 1", ""), (texts[0], texts[0], texts[0])
        self._rows(block, titles, texts, "routes")

    def _router(self) -> Map:
        return (
            {"$type": "router", "prompt": self.text(), "model": "m"}
            if self.old
            else {"$type": "router_v2", "context": self.text(), "model": "m"}
        )

    def _response(self) -> Map:
        if self.chance(50):
            return {"$type": "response", "dataMode": "json", "data": '{"ok": "<agent1.content>"}', "status": "200"}
        rows = [{"id": "d1", "name": "reply", "type": "string", "value": self.text(), "collapsed": False}]
        return {"$type": "response", "dataMode": "structured", "builderData": rows}

    def _service(self) -> Map:
        kind = self.draw(
            st.sampled_from(("slack", "gmail_v2", "knowledge", "memory", "guardrails", "evaluator", "brand_new_thing"))
        )
        return {"$type": kind, "operation": "send", "text": self.text(), "limit": "5", "advanced": self.draw(json_maps)}

    def _variables_block(self) -> Map:
        return {
            "$type": "variables",
            "variables": [
                {
                    "id": "a1",
                    "variableId": "v0",
                    "variableName": "limit",
                    "type": "string",
                    "value": self.text(),
                    "isExisting": True,
                }
            ],
        }

    def _wait(self) -> Map:
        return {
            "$type": "wait",
            "timeValue": self.draw(st.sampled_from(("10", 5, "<start.n>"))),
            "timeUnit": self.draw(st.sampled_from(("seconds", "minutes"))),
        }

    def _human(self) -> Map:
        rows = [
            {"id": "h1", "name": "message", "type": "string", "value": self.text()},
            {"id": "h2", "name": "total", "type": "number", "value": 5},
        ]
        fields = [{"id": "i1", "name": "approved", "type": "boolean", "required": True}]
        return {"$type": "human_in_the_loop", "builderData": rows, "inputFormat": fields, "notification": []}

    def _mcp(self) -> Map:
        return {"$type": "mcp", "server": "s", "tool": "t", "arguments": json.dumps({"q": self.text()})}

    def _workflow(self) -> Map:
        mapping = json.dumps({"q": self.text()})
        return (
            {"$type": "workflow", "workflowId": "w2", "input": mapping}
            if self.old
            else {"$type": "workflow_input", "workflowId": "w2", "inputMapping": mapping}
        )

    def _note(self) -> Map:
        return {"$type": "note", "content": self.text()}

    def _trigger(self) -> Map:
        return {"$type": self.draw(st.sampled_from(("generic_webhook", "schedule", "chat_trigger"))), "path": "abc"}

    # --- edges

    def _connect(self) -> None:
        """Forward edges within a scope: branches without edges, fan-out, joins, errors, several edges to one block."""
        for place, (identifier, block) in enumerate(self.blocks.items()):
            rows = block.pop("$rows", [])
            later = [
                b
                for b in list(self.blocks.values())[place + 1 :]
                if self._scope(b) == self._scope(block)
                and b["type"] not in ("note", "generic_webhook", "schedule", "chat_trigger")
            ]
            inside = [b for b in self.blocks.values() if self._scope(b) == identifier]
            if inside and block["type"] in {"loop", "parallel"}:
                self._edge(identifier, inside[0]["id"], f"{block['type']}-start-source")
            if block["type"] in {"note", "response"} or not later:
                continue
            for _ in range(self.draw(st.integers(0, 2))):
                target = self.draw(st.sampled_from(later))["id"]
                self._edge(identifier, target, self._handle(block, rows, target))

    def _handle(self, block: Map, rows: list[str], target: str) -> str | None:
        kind = block["type"]
        if kind == "condition":
            return f"condition-{self.draw(st.sampled_from(rows))}"
        if kind == "router_v2":
            return f"router-{self.draw(st.sampled_from(rows))}"
        if kind == "router":
            return f"router-{target}" if self.chance(50) else "source"
        if kind in {"loop", "parallel"}:
            return f"{kind}-end-source"
        if kind in {"api", "function", "agent"} and self.chance(20):
            return "error"
        return self.draw(st.sampled_from(("source", "source", None)))

    def _edge(self, source: str, target: str, handle: str | None) -> None:
        if any(
            (e["source"], e["target"], e.get("sourceHandle") or "source") == (source, target, handle or "source")
            for e in self.edges
        ):
            return
        edge: Map = {"id": f"e{len(self.edges)}", "source": source, "target": target}
        if handle is not None or self.chance(50):
            edge["sourceHandle"] = handle
        if not self.old:
            edge |= {"targetHandle": "target", "type": "default", "data": {}}
        self.edges.append(edge)

    @staticmethod
    def _scope(block: Map) -> str | None:
        found = block.get("data", {}).get("parentId")
        return found if isinstance(found, str) else None

    def _cache(self, kind: str) -> Map:
        return {
            b["id"]: {"id": b["id"], "nodes": [c["id"] for c in self.blocks.values() if self._scope(c) == b["id"]]}
            for b in self.blocks.values()
            if b["type"] == kind
        }


@st.composite
def sim_documents(draw: DrawFn) -> Map:
    """Raw Sim documents that Sim's own import takes."""
    return _SimMaker(draw).document()
