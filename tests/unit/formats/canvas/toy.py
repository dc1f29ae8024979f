"""A builder that nobody uses, small enough to see through: what the kit's tests read and write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats.canvas import forms
from fjctl.formats.canvas.dialect import Choices, Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.table import NodeType, Table, implied, opaque, service, slots
from fjctl.model.workflow import Block, BlockKind, Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.source import JsonValue, Pointer

_REFERENCE = re.compile(r"\{\{ ?(\w+)((?:\.\w+)*) ?\}\}")

TABLE = Table(
    [
        NodeType("begin", BlockKind.START, slots("inputs <- inputs : map"), rest=("settings",)),
        NodeType(
            "agent",
            BlockKind.AGENT,
            slots("prompt <- prompt : text", "agent.temperature <- options.heat : number", "talk.notes <- memo : text"),
            usual={"options": {"stream": False}},
            rest=("agent", "settings"),
            outputs={"text": "content"},
            ports={"model": "model", "tool": "tools"},
        ),
        NodeType(
            "model",
            None,
            slots("agent.model <- name : text", "agent.temperature <- heat : number"),
            role="model",
            label="Model",
        ),
        service("search")._replace(role="tool", kind=None),
        NodeType(
            "http",
            BlockKind.HTTP,
            slots("tool.request.url <- url : text", "tool.request.headers <- headers : pairs"),
            implied=implied(tool__kind="http"),
            rest=("tool", "settings"),
            outputs={"": "data"},
        ),
        NodeType("pick", BlockKind.CONDITION, choices="rules"),
        NodeType("each", BlockKind.LOOP, slots("loop.each <- list : text")),
        NodeType("enter", None, role="body"),
        NodeType("remark", BlockKind.NOTE, slots("text <- text : text"), rest=None),
    ]
)


def _rules_in(node: Node, _wires: Sequence[Wire], scope: Scope) -> list[Branch]:
    rules = node.settings.get("rules")
    rules = rules if isinstance(rules, list) else []
    found = [Branch(id=str(place), when=TOY.read_text(str(rule), scope)) for place, rule in enumerate(rules)]
    return [*found, Branch(id="else", otherwise=True)]


def _rules_out(branches: Sequence[Branch], _prior: Node | None, settings: Map, scope: Scope) -> dict[str, str]:
    chosen = [branch for branch in branches if not branch.otherwise]
    settings["rules"] = [TOY.write_text(branch.when or "", scope) for branch in chosen]
    ports = {branch.id: str(place) for place, branch in enumerate(chosen)}
    return ports | {branch.id: "else" for branch in branches if branch.otherwise}


class Toy(Dialect):
    title = "Toy"
    disables = True
    table = TABLE
    forms: ClassVar = {**forms.FORMS, "pairs": forms.pairs("key", "value"), "wait": forms.duration("s")}
    choices: ClassVar = {"rules": Choices(_rules_in, _rules_out, ("rules",))}
    plain_port = "out"
    into_port = "in"
    error_port = "failed"
    keeps_extras = True

    def open(self, value: JsonValue) -> Drawing | None:
        if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
            return None
        root: Any = value
        drawing = Drawing(name=root.get("title", ""), extras=root.get("options", {}))
        for place, raw in enumerate(root["nodes"]):
            node = Node(id=raw["id"], type=raw["type"], name=raw.get("name", ""), raw=raw, pointer=("nodes", place))
            node.settings, node.parent = raw.get("set", {}), raw.get("in")
            node.enabled = not raw.get("off", False)
            drawing.nodes.append(node)
        for place, (source, out, target, into) in enumerate(root["wires"]):
            drawing.wires.append(Wire(source=source, out=out, target=target, into=into, pointer=("wires", place)))
        return drawing

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        del prior
        nodes: list[Any] = []
        for node in drawing.nodes:
            raw: Map = {"id": node.id, "type": node.type, "name": node.name}
            raw |= {"set": node.settings} if node.settings else {}
            raw |= {"in": node.parent} if node.parent is not None else {}
            raw |= {} if node.enabled else {"off": True}
            nodes.append(raw)
        wires: list[Any] = [[wire.source, wire.out, wire.target, wire.into] for wire in drawing.wires]
        options = {"options": drawing.extras} if drawing.extras else {}
        return {"title": drawing.name, "nodes": nodes, "wires": wires, **options}

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        del value
        return "layout" if pointer[-1] == "in" else ""

    def body_node(self, block: Block) -> Node | None:
        return Node(id=f"{block.id}_enter", type="enter") if block.kind is BlockKind.LOOP else None

    def type_of(self, node: Node) -> NodeType:
        return self.table.get(node.type) or opaque(node.type)

    def read_text(self, text: str, scope: Scope) -> str:
        return _REFERENCE.sub(lambda match: scope.ours(match[1], match[2][1:]) or match[0], text)

    def write_text(self, text: str, scope: Scope) -> str:
        def spell(name: str, path: str) -> str | None:
            found = scope.theirs(path, name[1:]) if name.startswith("@") else ""
            return "{{ " + ".".join(part for part in (name[1:], found) if part) + " }}" if name[:1] == "@" else None

        return scope.write(text, spell)


TOY = Toy()
