"""Agentflow v2: control flow between agents, tools and choices; jumps back, iterations, flow state.

Two things are no connections in the file: a loop node names the node it jumps back to, and an iteration begins at the
nodes inside it that nothing leads to. In the drawing both are wires.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats import flowise_forms as spelled
from fjctl.formats import flowise_texts as texts
from fjctl.formats.base import is_blank, warning
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.flowise_definitions import anchors, beginning, definition, edge_colors
from fjctl.formats.flowise_graph import Flowise, data_of, title
from fjctl.formats.flowise_types import MODEL_SETTINGS, V2
from fjctl.model.workflow import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.drawing import Drawing
    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType, Table
    from fjctl.source import JsonValue

START, LOOP, ITERATION, FUNCTION = (f"{name}Agentflow" for name in ("start", "loop", "iteration", "customFunction"))
JUMPS = "loopBack"
"""Setting of a node that leads to a loop node: what that one says, by port."""
_OWN_ID = re.compile(r"\w+")
_DASH = re.compile(r"\W+")
_MOST = 5
"""How often Flowise jumps back when nobody says."""
_PLAIN_NAME = re.compile(r"loop(?: \d+)?(?: back to .*)?", re.IGNORECASE)
_PROVIDERS = {"claude": "chatAnthropic", "gemini": "chatGoogleGenerativeAI", "mistral": "chatMistralAI"}
_USUAL_PROVIDER = "chatOpenAI"


def provider_of(model: object) -> str:
    """The component that Flowise talks to a model by, from the model's name."""
    name = model.lower() if isinstance(model, str) else ""
    return next((component for word, component in _PROVIDERS.items() if word in name), _USUAL_PROVIDER)


class Agentflow(Flowise):
    """Flowise's agentflow v2."""

    table: Table = V2
    forms: ClassVar[Mapping[str, Form]] = spelled.FORMS
    body_port = "body"

    def settings_of(self, node: Node, given: Map) -> Map:
        """Without the copies: the model's component inside the model's settings, and the one that its name implies."""
        prefix = MODEL_SETTINGS.get(node.type)
        for key, item in list(given.items()):
            if key.endswith("Config") and isinstance(item, dict):
                owner = key.removesuffix("Config")
                kept = {name: value for name, value in item.items() if name != owner and not is_blank(value)}
                given[key] = kept
        if prefix is not None:
            config = given.get(f"{prefix}ModelConfig")
            model = config.get("modelName") if isinstance(config, dict) else None
            if given.get(f"{prefix}Model") == provider_of(model) and isinstance(model, str):
                del given[f"{prefix}Model"]
        return {key: item for key, item in given.items() if not is_blank(item)}

    def opened(self, drawing: Drawing) -> None:
        """Jumps and beginnings become wires, the flow state becomes variables."""
        self._open_jumps(drawing)
        self._open_bodies(drawing)
        for node in drawing.nodes:
            if node.type == START:
                self._open_state(drawing, node)

    def _open_jumps(self, drawing: Drawing) -> None:
        known = drawing.by_id()
        entering: dict[str, list[Wire]] = {}
        for wire in drawing.wires:
            entering.setdefault(wire.target, []).append(wire)
        for node in [node for node in drawing.nodes if node.type == LOOP]:
            target = str(node.settings.get("loopBackToNode") or "").partition("-")[0]
            if target not in known or known[target].type == LOOP or not entering.get(node.id):
                if target and target not in known:
                    hint = "choose the node to go back to"
                    message = f"{node.name!r} jumps back to {target!r}, which is no node"
                    drawing.found.append(warning("FJ303", message, node.pointer, hint=hint))
                continue
            said = {key: item for key, item in node.settings.items() if key != "loopBackToNode"}
            if said.get("maxLoopCount") in {_MOST, str(_MOST)}:
                del said["maxLoopCount"]
            if node.name and not _PLAIN_NAME.fullmatch(node.name):
                said["name"] = node.name
            for wire in entering[node.id]:
                if said:
                    known[wire.source].settings.setdefault(JUMPS, {})[wire.out or "next"] = said
                wire.target = target
            drawing.nodes.remove(node)

    def _open_bodies(self, drawing: Drawing) -> None:
        parents = {node.id: node.parent for node in drawing.nodes}
        entered = {wire.target for wire in drawing.wires if parents.get(wire.source) == parents.get(wire.target)}
        containers = {node.id for node in drawing.nodes if node.type == ITERATION}
        for node in drawing.nodes:
            if node.parent in containers and node.id not in entered and self._is_step(node):
                drawing.wires.append(Wire(source=str(node.parent), target=node.id, out="body"))

    def _is_step(self, node: Node) -> bool:
        row = self.table.get(node.type)
        return row is None or row.kind is not BlockKind.NOTE

    @staticmethod
    def _open_state(drawing: Drawing, node: Node) -> None:
        rows = node.settings.get("startState")
        if isinstance(rows, list) and all(isinstance(row, dict) and isinstance(row.get("key"), str) for row in rows):
            del node.settings["startState"]
            for row in rows:
                shape: Map = {"type": "string"}
                drawing.variables[row["key"]] = shape | ({"default": row["value"]} if row.get("value") else {})

    def out_port(self, node: Node, handle: str) -> str:
        """`<id>-output-<type>` is the plain way, `<id>-output-<n>` the way of the choice with that number."""
        port = handle.removeprefix(f"{node.id}-output-")
        return "" if port in {node.type, handle, ""} else port

    def in_port(self, node: Node, handle: str) -> str:
        """Nodes have one way in."""
        del node, handle
        return ""

    def type_of(self, node: Node) -> NodeType:
        """A function without code that sets the state is an assignment."""
        if node.type == FUNCTION and "customFunctionUpdateState" in node.settings:
            code = node.settings.get("customFunctionJavascriptFunction", "return ''")
            if isinstance(code, str) and code.strip().rstrip(";") in {"return ''", 'return ""', ""}:
                return self.table.rows[f"{FUNCTION}/assign"]
        return super().type_of(node)

    def type_for(self, block: Block) -> NodeType | None:
        """An agent with tools is an agent, one without a plain call of a model; what Flowise has nothing like does
        nothing there."""
        if block.kind is BlockKind.AGENT and block.fields.get("tools"):
            return self.table.rows["agentAgentflow"]
        wanted = {BlockKind.RESPONSE: "directReplyAgentflow", BlockKind.TRIGGER: START}
        if block.kind in wanted:
            return self.table.rows[wanted[block.kind]]
        if block.kind is BlockKind.OPAQUE:
            found = super().type_for(block)
            return found if found is not None and found.name.endswith("Agentflow") else self.table.rows["toolAgentflow"]
        if block.kind in {BlockKind.MCP, BlockKind.MEMORY, BlockKind.GUARDRAIL, BlockKind.EVALUATOR}:
            return self.table.rows["toolAgentflow"]
        return self.table.of_kind(block.kind)

    def node_id(self, block: Block) -> str:
        """`<type>_<word>`: without a dash, since jumps name their goal as `<id>-<label>`."""
        if _OWN_ID.fullmatch(block.id):
            return block.id
        row = self.type_for(block) or self.table.rows["toolAgentflow"]
        return f"{row.name.partition('/')[0]}_{_DASH.sub('', block.id)[:8] or '0'}"

    def new_wire_id(self, wire: Wire) -> str:
        """Flowise's ids are the ends and handles; they are made where the edge is written."""
        del wire
        return ""

    # Writing

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """The graph as the canvas exports it."""
        jumps = _Jumps(drawing, prior)
        nodes = [self._written(node, drawing) for node in drawing.nodes]
        by_id = {node.id: node for node in drawing.nodes}
        edges = [self._connected(by_id, wire, jumps) for wire in drawing.wires if wire.out != self.body_port]
        return {**title(drawing, prior), "nodes": [*nodes, *jumps.nodes], "edges": edges}

    @staticmethod
    def _connected(by_id: Mapping[str, Node], wire: Wire, jumps: _Jumps) -> Map:
        source = by_id[wire.source]
        target = jumps.target(source, wire)
        into = by_id[target].type.partition("/")[0] if target in by_id else LOOP
        return _edge(source, wire, target, into)

    def _written(self, node: Node, drawing: Drawing) -> Map:
        kind = node.type.partition("/")[0]
        settings = {key: item for key, item in node.settings.items() if key != JUMPS}
        if kind == START and drawing.variables:
            shapes: Any = drawing.variables
            settings["startState"] = [{"key": key, "value": s.get("default", "")} for key, s in shapes.items()]
        _with_model(kind, settings)
        return node_of(kind, node, settings)

    def read_text(self, text: str, scope: Scope) -> str:
        """HTML and `{{ … }}`."""
        return texts.read(text, scope, _start) if "{{" in text or "<" in text else text

    def write_text(self, text: str, scope: Scope) -> str:
        """As plain text."""
        return texts.write(text, scope, _start)

    def rewrite_text(self, text: str, before: str, scope: Scope) -> str:
        """As HTML where it was HTML."""
        written = texts.write(text, scope, _start)
        return texts.html(written) if texts.is_html(before) else written


def _start(scope: Scope) -> str:
    """The node where runs begin."""
    if "start" not in scope.memo:
        found = next((node.id for node in scope.drawing.nodes if node.type.partition("/")[0] == START), "")
        scope.memo["start"] = found
    return str(scope.memo["start"])


def _with_model(kind: str, settings: Map) -> None:
    """Puts back the copies that `settings_of` leaves out."""
    prefix = MODEL_SETTINGS.get(kind)
    if prefix is not None:
        config = settings.get(f"{prefix}ModelConfig")
        named = isinstance(config, dict) and "modelName" in config
        if f"{prefix}Model" not in settings and named:
            settings[f"{prefix}Model"] = provider_of(config["modelName"] if isinstance(config, dict) else None)
    for key, item in list(settings.items()):
        owner = key.removesuffix("Config")
        if key.endswith("Config") and isinstance(item, dict) and owner in settings:
            settings[key] = {**item, owner: settings[owner]}


def node_of(kind: str, node: Node, settings: Map) -> Map:
    """A node as the canvas has it; a new one with its component's definition, for the forms of the editor."""
    raw = node.raw
    data: Map = {"id": node.id, "label": node.name, "name": kind, "inputs": settings}
    if not raw:
        data = {**definition(kind, node.id), **data, "inputs": {**beginning(kind), **settings}}
        if kind in _NUMBERED:
            data["outputAnchors"] = anchors(kind, node.id, _ways_out(kind, settings))
    shape = "iteration" if kind == ITERATION else "stickyNote" if kind.startswith("stickyNote") else "agentFlow"
    written: Map = {"id": node.id, "type": raw.get("type", shape), "position": {"x": node.x or 0, "y": node.y or 0}}
    written["data"] = data
    if node.parent is not None:
        key = "parentId" if "parentId" in raw and "parentNode" not in raw else "parentNode"
        written |= {key: node.parent, "extent": "parent"}
    if node.width is not None and node.height is not None:
        written |= {"width": node.width, "height": node.height}
    return written


_NUMBERED = {"conditionAgentflow": "conditions", "conditionAgentAgentflow": "conditionAgentScenarios"}


def _ways_out(kind: str, settings: Map) -> int:
    """How many ways lead out of a node that chooses; a condition has an else beside its rows."""
    rows = settings.get(_NUMBERED[kind])
    return (len(rows) if isinstance(rows, list) else 0) + (kind == "conditionAgentflow")


def _edge(source: Node, wire: Wire, target: str, into: str) -> Map:
    kind = source.type.partition("/")[0]
    handle = f"{source.id}-output-{wire.out or kind}"
    raw = wire.raw if isinstance(wire.raw, dict) else {}
    if (
        raw
        and raw.get("target") == target
        and Agentflow.out_port(AGENTFLOW, source, str(raw.get("sourceHandle"))) == wire.out
    ):
        return {key: raw[key] for key in ("id", "source", "sourceHandle", "target", "targetHandle") if key in raw}
    written: Map = {"source": source.id, "sourceHandle": handle, "target": target, "targetHandle": target}
    human = kind == "humanInputAgentflow"
    label = (
        {"edgeLabel": {"0": "proceed", "1": "reject"}.get(wire.out, wire.out) if human else wire.out}
        if wire.out
        else {}
    )
    data = {**edge_colors(kind, into), **label, "isHumanInput": human}
    return {**written, "data": data, "type": "agentFlow", "id": f"{source.id}-{handle}-{target}-{target}"}


class _Jumps:
    """The loop nodes of what is written: those that a prior document has for a way, and new ones for new ways back."""

    def __init__(self, drawing: Drawing, prior: JsonValue) -> None:
        self.drawing = drawing
        self.nodes: list[Map] = []
        self.made: dict[str, str] = {}
        graph: Any = prior if isinstance(prior, dict) else {}
        rows = graph.get("nodes")
        self.known = {
            raw["id"]: raw
            for raw in (rows if isinstance(rows, list) else [])
            if isinstance(raw, dict) and data_of(raw).get("name") == LOOP
        }
        self.back = _back_wires(drawing)

    def target(self, source: Node, wire: Wire) -> str:
        """Where the edge of a wire leads: to its target, or to the loop node that jumps there."""
        raw = wire.raw if isinstance(wire.raw, dict) else {}
        said = source.settings.get(JUMPS, {})
        told = said.get(wire.out or "next") if isinstance(said, dict) else None
        prior = self.known.get(raw.get("target"))
        if wire.ends() not in self.back and (prior is None or _goal(prior) != wire.target):
            return wire.target
        goal = next(node for node in self.drawing.nodes if node.id == wire.target)
        settings: Map = {"loopBackToNode": f"{goal.id}-{goal.name}", "maxLoopCount": _MOST, **(told or {})}
        name = str(settings.pop("name", ""))
        if prior is not None:
            identifier = str(prior["id"])
            if _goal(prior) == goal.id:
                settings["loopBackToNode"] = data_of(prior)["inputs"]["loopBackToNode"]
            name = name or str(data_of(prior).get("label") or "")
        else:
            identifier = f"{LOOP}_{len(self.made) + len(self.known)}"
        if identifier not in self.made:
            self.made[identifier] = goal.id
            node = Node(id=identifier, type=LOOP, name=name or f"Loop back to {goal.name}", raw=prior or {})
            node.x, node.y = _beside(prior, source)
            node.parent = source.parent
            self.nodes.append(node_of(LOOP, node, settings))
        return identifier


def _goal(raw: Map) -> str:
    """The node that a loop node jumps back to."""
    inputs = data_of(raw).get("inputs")
    said = inputs.get("loopBackToNode") if isinstance(inputs, dict) else None
    return said.partition("-")[0] if isinstance(said, str) else ""


def _beside(prior: Map | None, source: Node) -> tuple[float, float]:
    position = prior.get("position") if prior is not None else None
    if isinstance(position, dict):
        return position.get("x", 0), position.get("y", 0)
    return (source.x or 0) + 250, (source.y or 0)


def _back_wires(drawing: Drawing) -> set[tuple[str, str, str, str]]:
    """The wires that close a way round, seen from where runs begin."""
    leaving: dict[str, list[Wire]] = {}
    entered: set[str] = set()
    for wire in drawing.wires:
        leaving.setdefault(wire.source, []).append(wire)
        entered.add(wire.target)
    found: set[tuple[str, str, str, str]] = set()
    done: set[str] = set()
    roots = [node.id for node in drawing.nodes if node.id not in entered] + [node.id for node in drawing.nodes]
    for root in roots:
        if root in done:
            continue
        path: dict[str, None] = {root: None}
        work = [(root, iter(leaving.get(root, ())))]
        done.add(root)
        while work:
            node, wires = work[-1]
            for wire in wires:
                if wire.target in path:
                    found.add(wire.ends())
                elif wire.target not in done:
                    done.add(wire.target)
                    path[wire.target] = None
                    work.append((wire.target, iter(leaving.get(wire.target, ()))))
                    break
            else:
                work.pop()
                del path[node]
    return found


AGENTFLOW = Agentflow()
Agentflow.choices = spelled.condition_choices(AGENTFLOW.read_text, AGENTFLOW.write_text)
