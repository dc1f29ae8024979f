"""Flowise's chatflows and sequential agents (v1): component graphs, in which a model feeds a chain as a step follows one.

Whether a component is a step or a part of one is told by its category, which each node carries. A connection is also
written into the settings of its target (`{{chatOpenAI_0.data.instance}}`); that copy says nothing more.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats import flowise_forms as spelled
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.canvas.table import NodeType, Table, opaque
from fjctl.formats.flowise_graph import Flowise, data_of
from fjctl.formats.flowise_types import ALONE, ROLES, STEPS, alone, part, step
from fjctl.formats.flowise_types import COMPONENTS as TABLE
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.drawing import Drawing
    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.source import JsonValue

_INSTANCE = re.compile(r"\{\{\s*[\w.\-]+\.data\.instance\s*\}\}")
_NAMES = (
    "agentName",
    "workerName",
    "supervisorName",
    "chainName",
    "toolNodeName",
    "conditionAgentName",
    "conditionName",
)
_RULES = re.compile(r"[^A-Za-z0-9]+")


def _rules(node: Node) -> list[Any]:
    """The rows of a condition, which are JSON in a text."""
    text = node.settings.get("conditionUI")
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def _routes_in(node: Node, wires: Sequence[Wire], _: Scope) -> list[Branch]:
    """One branch for each output that a rule names or an edge leaves by; the one called End or Else comes last."""
    said: dict[str, str] = {}
    for row in _rules(node):
        if isinstance(row, dict) and isinstance(row.get("output"), str):
            rule = f"{row.get('variable', '')} {row.get('operation', '')} {row.get('value', '')}".strip()
            said.setdefault(_port(row["output"]), rule)
    for option in _options(node):
        said.setdefault(option, "")
    for wire in wires:
        said.setdefault(wire.out, "")
    return [Branch(id=port, condition=rule or _words(port)) for port, rule in said.items() if port]


def _port(output: str) -> str:
    """The port of a named output: its words in camel case."""
    words = [word for word in _RULES.split(output) if word]
    return "".join([words[0][:1].lower() + words[0][1:], *(w[:1].upper() + w[1:] for w in words[1:])]) if words else ""


def _words(port: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", port)
    return words[:1].upper() + words[1:]


def _options(node: Node) -> list[str]:
    anchors = data_of(node.raw).get("outputAnchors")
    found: list[str] = []
    for anchor in anchors if isinstance(anchors, list) else []:
        options = anchor.get("options") if isinstance(anchor, dict) else None
        found += [o["name"] for o in options or [] if isinstance(o, dict) and isinstance(o.get("name"), str)]
    return found


def _routes_out(branches: Sequence[Branch], prior: Node | None, settings: Map, _: Scope) -> dict[str, str]:
    """Rules stay as they are; which of them lead where is told by the ports."""
    if prior is not None:
        kept = {key: prior.settings[key] for key in ("conditionUI", "conditionFunction") if key in prior.settings}
        settings.update(kept)
    return {branch.id: branch.id for branch in branches}


def _if_in(node: Node, _wires: Sequence[Wire], _scope: Scope) -> list[Branch]:
    code = node.settings.get("ifFunction")
    return [
        Branch(id="returnTrue", when=code if isinstance(code, str) else ""),
        Branch(id="returnFalse", otherwise=True),
    ]


def _if_out(branches: Sequence[Branch], prior: Node | None, settings: Map, _: Scope) -> dict[str, str]:
    ports: dict[str, str] = {}
    for branch in branches:
        if branch.otherwise:
            ports[branch.id] = "returnFalse"
        elif "ifFunction" not in settings:
            settings["ifFunction"] = branch.when or ""
            ports[branch.id] = "returnTrue"
    if prior is not None and "elseFunction" in prior.settings:
        settings["elseFunction"] = prior.settings["elseFunction"]
    return ports


class Components(Flowise):
    """Flowise's chatflows and agentflow v1."""

    table: Table = TABLE
    forms: ClassVar[Mapping[str, Form]] = spelled.FORMS
    choices: ClassVar[Mapping[str, Choices]] = {
        "routes": Choices(_routes_in, _routes_out, ("conditionUI", "conditionFunction")),
        "if_else": Choices(_if_in, _if_out, ("ifFunction", "elseFunction")),
    }

    def name_of(self, data: Map) -> str:
        """The name that its author gave an agent, else the component's label."""
        inputs = data.get("inputs")
        given = inputs if isinstance(inputs, dict) else {}
        return next(
            (given[key] for key in _NAMES if isinstance(given.get(key), str) and given[key]), super().name_of(data)
        )

    def settings_of(self, node: Node, given: Map) -> Map:
        """Without the connections, which are wires, and the name."""
        return {key: item for key, item in given.items() if key not in _NAMES and not _is_instance(item)}

    def out_port(self, node: Node, handle: str) -> str:
        """`<id>-output-<name>-<types>`: the name where the node has several outputs, else the plain way."""
        port = handle.removeprefix(f"{node.id}-output-").partition("-")[0] if handle.startswith(node.id) else ""
        return (
            port
            if port in _options(node) or node.type in {"ifElseFunction", "seqCondition", "seqConditionAgent"}
            else ""
        )

    def in_port(self, node: Node, handle: str) -> str:
        """`<id>-input-<param>-<type>`."""
        return handle.removeprefix(f"{node.id}-input-").rpartition("-")[0] if handle.startswith(node.id) else ""

    def opened(self, drawing: Drawing) -> None:
        """A loop of sequential agents names the agent it goes back to."""
        by_name = {node.name: node for node in reversed(drawing.nodes)}
        for node in [node for node in drawing.nodes if node.type == "seqLoop"]:
            target = by_name.get(str(node.settings.get("loopToName")))
            entering = [wire for wire in drawing.wires if wire.target == node.id]
            if target is not None and entering:
                for wire in entering:
                    wire.target = target.id
                drawing.nodes.remove(node)

    def type_of(self, node: Node) -> NodeType:
        """By name where the table has it, else by category."""
        known = self.table.get(node.type)
        if known is not None:
            return known
        category = data_of(node.raw).get("category")
        if category in STEPS:
            return step(node.type)
        role = ROLES.get(category) if isinstance(category, str) else None
        return part(node.type, role) if role is not None else opaque(node.type)

    def role(self, node: Node, row: NodeType, leaving: Sequence[Wire]) -> str:
        """A component that feeds nothing is a step of its own; a chain that feeds a tool is its part."""
        if not row.role:
            feeds = {wire.into for wire in leaving}
            return "chain" if feeds and feeds <= {"baseChain"} else ""
        return row.role if leaving else ""

    def type_alone(self, node: Node) -> NodeType:
        """The row of a component that would feed another and does not."""
        category = data_of(node.raw).get("category")
        kind = ALONE.get(category) if isinstance(category, str) else None
        return alone(node.type, kind) if kind is not None else opaque(node.type)

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """The graph as the canvas exports it."""
        graph: Any = prior if isinstance(prior, dict) else {}
        by_id = {node.id: node for node in drawing.nodes}
        nodes = [_written(node) for node in drawing.nodes]
        edges: list[Any] = []
        for wire in drawing.wires:
            raw = wire.raw if isinstance(wire.raw, dict) else None
            loop = _loop_of(graph, raw, by_id)
            if loop is not None and all(loop["id"] != known["id"] for known in nodes):
                nodes.append(_loop(loop, by_id[wire.target]))
            edges.append(_edge(wire, raw, by_id, loop))
        title: Map = {key: item for key in ("name", "description") if (item := getattr(drawing, key)) and key in graph}
        return {**title, "nodes": nodes, "edges": edges}


def _is_instance(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_instance(item) for item in value)
    return isinstance(value, str) and _INSTANCE.fullmatch(value.strip()) is not None


def _written(node: Node) -> Map:
    data = data_of(node.raw)
    inputs = data.get("inputs")
    given: Map = inputs if isinstance(inputs, dict) else {}
    place = next((key for key in _NAMES if isinstance(given.get(key), str) and given[key]), "")
    label = data.get("label", node.name) if place else node.name
    settings = {place: node.name, **node.settings} if place else node.settings
    raw = node.raw
    written: Map = {
        "id": node.id,
        "type": raw.get("type", "customNode"),
        "position": {"x": node.x or 0, "y": node.y or 0},
    }
    written["data"] = {"id": node.id, "label": label, "name": node.type, "inputs": settings}
    if node.parent is not None:
        written["parentNode"] = node.parent
    return written


def _loop_of(graph: Map, raw: Map | None, by_id: Mapping[str, Node]) -> Map | None:
    """The loop node that a prior edge led to, if it did."""
    target = raw.get("target") if raw is not None else None
    if target is None or target in by_id:
        return None
    nodes = graph.get("nodes")
    rows = nodes if isinstance(nodes, list) else []
    return next((row for row in rows if isinstance(row, dict) and row.get("id") == target), None)


def _loop(raw: Map, target: Node) -> Map:
    node = Node(id=raw["id"], type="seqLoop", name=str(data_of(raw).get("label") or ""), raw=raw)
    node.settings = {"loopToName": target.name}
    position = raw.get("position")
    if isinstance(position, dict):
        node.x, node.y = position.get("x"), position.get("y")
    return _written(node)


def _edge(wire: Wire, raw: Map | None, by_id: Mapping[str, Node], loop: Map | None) -> Map:
    source = by_id[wire.source]
    if raw is not None and (loop is not None or raw.get("target") == wire.target):
        same = COMPONENTS.out_port(source, str(raw.get("sourceHandle") or "")) == wire.out
        if same:
            return {key: raw[key] for key in ("id", "source", "sourceHandle", "target", "targetHandle") if key in raw}
    out = f"{wire.source}-output-{wire.out or source.type}"
    into = f"{wire.target}-input-{wire.into or 'sequentialNode'}"
    ends = {"source": wire.source, "sourceHandle": out, "target": wire.target, "targetHandle": into}
    return {**ends, "type": "buttonedge", "id": f"{wire.source}-{out}-{wire.target}-{into}"}


COMPONENTS = Components()
