"""Dify's DSL: the YAML that its console exports, of every version.

Sources: dify-plus `api/services/app_dsl_service.py` (export and import), langgenius/graphon (node entities).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas import forms, reader, writer
from fjctl.formats.canvas.dialect import Choices, Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.forms import Form, Read
from fjctl.formats.canvas.paths import ABSENT, Map
from fjctl.formats.dify_types import TYPES
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.scope import Scope
    from fjctl.source import JsonValue, Pointer

_REFERENCE = re.compile(r"\{\{#([a-zA-Z0-9_]{1,50})((?:\.[a-zA-Z_][a-zA-Z0-9_]{0,29}){1,10})#\}\}")
_OUTSIDE = frozenset({"title", "type", "selected"})


def _messages_in(value: Any, _: Scope) -> Read | None:
    if not isinstance(value, list) or not value:
        return None
    first = value[0]
    if not isinstance(first, dict) or not isinstance(first.get("text"), str):
        return None
    fields: Map = {"prompt": first["text"]}
    if first.get("role") != "system":
        fields["agent"] = {"role": first.get("role")}
    if value[1:]:
        fields.setdefault("agent", {})["messages"] = [
            {"role": m.get("role"), "content": m.get("text")} for m in value[1:]
        ]
    return Read(fields)


def _messages_out(fields: Any, prior: Any, _beyond: Any, _scope: Scope) -> Any:
    agent = fields.get("agent", {})
    if "prompt" not in fields:
        return ABSENT
    rows = [{"role": agent.get("role", "system"), "text": fields["prompt"]}]
    rows += [{"role": m["role"], "text": m["content"]} for m in agent.get("messages", [])]
    return rows


def _selector_in(value: Any, scope: Scope) -> str | None:
    if not isinstance(value, list) or len(value) < 2:
        return None
    return scope.ours(str(value[0]), ".".join(map(str, value[1:])))


def _cases_read(node: Node, wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    cases = node.settings.get("cases")
    found = [
        Branch(id=str(case["case_id"]), when=str(case.get("conditions")))
        for case in (cases if isinstance(cases, list) else [])
    ]
    return [*found, Branch(id="false", otherwise=True)]


def _cases_write(branches: Sequence[Branch], prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    settings["cases"] = [{"case_id": b.id, "id": b.id, "conditions": []} for b in branches if not b.otherwise]
    return {b.id: "false" if b.otherwise else b.id for b in branches}


class Dify(Dialect):
    title = "Dify"
    table = TYPES
    forms = {
        **forms.FORMS,
        "messages": Form(_messages_in, _messages_out),
        "inputs": Form(lambda v, s: None, lambda m, p, b, s: ABSENT),
        "outputs": Form(lambda v, s: None, lambda m, p, b, s: ABSENT),
        "arguments": Form(lambda v, s: None, lambda m, p, b, s: ABSENT),
        "language": forms.choice({"python3": "python", "javascript": "javascript"}),
    }
    choices = {"cases": Choices(_cases_read, _cases_write, ("cases",))}
    plain_port = "source"
    into_port = "target"
    error_port = "fail-branch"

    def open(self, value: JsonValue) -> Drawing | None:
        root: Any = value
        graph = root["workflow"]["graph"]
        drawing = Drawing(name=str(root.get("app", {}).get("name") or ""))
        for place, raw in enumerate(graph["nodes"]):
            data = raw["data"]
            node = Node(id=str(raw["id"]), type=data.get("type", ""), name=data.get("title", ""), raw=raw)
            node.pointer = ("workflow", "graph", "nodes", place)
            node.settings = {key: item for key, item in data.items() if key not in _OUTSIDE}
            node.parent = raw.get("parentId")
            node.x, node.y = raw["position"]["x"], raw["position"]["y"]
            drawing.nodes.append(node)
        for place, raw in enumerate(graph["edges"]):
            drawing.wires.append(
                Wire(
                    source=raw["source"],
                    target=raw["target"],
                    out=raw["sourceHandle"],
                    into=raw["targetHandle"],
                    id=raw["id"],
                    raw=raw,
                )
            )
        return drawing

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        nodes = [
            {
                "id": n.id,
                "type": "custom",
                "position": {"x": n.x, "y": n.y},
                "data": {"type": n.type, "title": n.name, **n.settings},
            }
            for n in drawing.nodes
        ]
        edges = [
            {"id": w.id, "source": w.source, "sourceHandle": w.out, "target": w.target, "targetHandle": w.into}
            for w in drawing.wires
        ]
        return {"app": {"name": drawing.name}, "workflow": {"graph": {"nodes": nodes, "edges": edges}}}

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        return ""

    def read_text(self, text: str, scope: Scope) -> str:
        if "{{#" not in text:
            return text
        return _REFERENCE.sub(lambda m: scope.ours(m[1], m[2][1:]) or m[0], text)

    def write_text(self, text: str, scope: Scope) -> str:
        def spell(name: str, path: str) -> str | None:
            if not name.startswith("@"):
                return None
            return "{{#" + name[1:] + "." + scope.theirs(path, name[1:]) + "#}}"

        return scope.write(text, spell)


DIFY = Dify()
decode = partial(reader.decode, DIFY)
encode = partial(writer.encode, DIFY)
list_key = DIFY.list_key
own_part = DIFY.own_part
