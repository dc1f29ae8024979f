"""Agentflow v2: control flow between agents, tools and choices; jumps back, iterations, flow state.

Two things are no connections in the file: a loop node names the node it jumps back to, and an iteration begins at the
nodes inside it that nothing leads to. In the drawing both are wires.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats import flowise_forms as spelled
from fjctl.formats import flowise_texts as texts
from fjctl.formats.base import is_blank, warning
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.flowise_definitions import NO_OUTPUT, anchor, anchors, beginning, definition, edge_colors
from fjctl.formats.flowise_graph import NOWHERE, USUAL_MODEL, USUAL_PROVIDER, Flowise, data_of, provider_of, title
from fjctl.formats.flowise_rounds import back_wires, rounds
from fjctl.formats.flowise_types import MODEL_SETTINGS, STARTS, V2
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
HUMAN, PROCEED = "humanInputAgentflow", "0"
_NUMBERED = {"conditionAgentflow": "conditions", "conditionAgentAgentflow": "conditionAgentScenarios"}
"""The types that choose, whose ways out have numbers, with the setting that lists them."""
JUMPS = "loopBack"
"""Setting of a node that leads to a loop node: what that one says, by port."""
_OWN_ID = re.compile(r"\w+")
_SPACE = re.compile(r"\s")
_DASH = re.compile(r"\W+")
_MOST = 5
"""How often Flowise jumps back when nobody says."""
_PLAIN_NAME = re.compile(r"loop(?: \d+)?(?: back to .*)?", re.IGNORECASE)
NEEDED: dict[str, dict[str, str]] = {
    "conditionAgentAgentflow": {
        "conditionAgentInput": "{{ question }}",
        "conditionAgentInstructions": "Choose the scenario that fits.",
    },
    "executeFlowAgentflow": {"executeFlowInput": "{{ question }}"},
    "retrieverAgentflow": {"retrieverQuery": "{{ question }}"},
    "directReplyAgentflow": {"directReplyMessage": "<p> </p>"},
}
"""Settings that have to be given, with what stands there where nobody says anything; so it says nothing."""
NEEDS_MODEL = frozenset({"llmAgentflow", "agentAgentflow", "conditionAgentAgentflow"})


def _is_same_text(value: object, usual: str) -> bool:
    """Whether a text says the same as another, however it is laid out."""
    return isinstance(value, str) and _bare(value) == _bare(usual)


def _bare(text: str) -> str:
    return _SPACE.sub("", texts.plain(text) if texts.is_html(text) else text)


class Agentflow(Flowise):
    """Flowise's agentflow v2."""

    table: Table = V2
    forms: ClassVar[Mapping[str, Form]] = spelled.FORMS
    body_port = "body"

    def settings_of(self, node: Node, given: Map) -> Map:
        """Without the copies: the model's component inside the model's settings, and the one that its name implies."""
        prefix = MODEL_SETTINGS.get(node.type)
        if prefix is not None and _is_usual_model(prefix, given):
            del given[f"{prefix}Model"], given[f"{prefix}ModelConfig"]
        for key, item in list(given.items()):
            if key.endswith("Config") and isinstance(item, dict):
                owner = key.removesuffix("Config")
                kept = {name: value for name, value in item.items() if name != owner and not is_blank(value)}
                given[key] = kept
        if prefix is not None:
            config = given.get(f"{prefix}ModelConfig")
            model = config.get("modelName") if isinstance(config, dict) else None
            if given.get(f"{prefix}Model") == provider_of(model):
                del given[f"{prefix}Model"]
        for key, usual in NEEDED.get(node.type, {}).items():
            if _is_same_text(given.get(key), usual):
                del given[key]
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
        jumps: list[tuple[Wire, Map]] = []
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
                jumps.append((wire, said))
                wire.target = target
            drawing.nodes.remove(node)
        round_of = rounds(drawing) if jumps else {}
        for wire, said in jumps:
            if said and wire.target in round_of.get(wire.source, ()):  # else it leads on, as an edge does
                known[wire.source].settings.setdefault(JUMPS, {})[wire.out or "next"] = said

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
        empty = node.type in _NUMBERED and not node.settings.get(_NUMBERED[node.type])
        plain = "0" if node.type == HUMAN or empty else NOWHERE if node.type in _NUMBERED else ""
        return plain if port in {node.type, handle, ""} else port

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
        wanted = {BlockKind.RESPONSE: "directReplyAgentflow", BlockKind.TRIGGER: START, BlockKind.PARALLEL: ITERATION}
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
        if drawing.fresh:
            self._begin(drawing)
        jumps = _Jumps(drawing, prior)
        nodes = [self._written(node, drawing) for node in drawing.nodes]
        by_id = {node.id: node for node in drawing.nodes}
        edges = [self._connected(by_id, wire, jumps) for wire in drawing.wires if wire.out != self.body_port]
        return {**title(drawing, prior), "nodes": [*nodes, *jumps.nodes], "edges": edges}

    @staticmethod
    def _begin(drawing: Drawing) -> None:
        """Gives a new flow the node where runs begin, which Flowise asks for, where the journey has none."""
        steps = [node for node in drawing.nodes if node.parent is None and not node.type.startswith("stickyNote")]
        if steps and all(node.type != START for node in steps):
            entered = {wire.target for wire in drawing.wires}
            first = next((node for node in steps if node.id not in entered), steps[0])
            start = Node(id=f"{START}_0", type=START, name="Start", x=(steps[0].x or 0) - 350, y=steps[0].y)
            start.settings = dict(V2.rows[START].usual)
            drawing.nodes.insert(0, start)
            drawing.wires.insert(0, Wire(source=start.id, target=first.id))

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
        if kind == START and not node.raw:
            settings = begun(settings)
        _with_model(kind, settings, node.raw)
        for key, usual in NEEDED.get(kind, {}).items():
            before = _inputs(node.raw).get(key) if node.raw else usual
            if key not in settings and _is_same_text(before, usual):
                settings[key] = before
        written = node_of(kind, node, settings)
        if kind in NO_OUTPUT and not node.raw and any(wire.source == node.id for wire in drawing.wires):
            # Flowise ends runs with a reply; one that does not end there shows the way out that its edges leave by.
            written["data"] |= {"outputAnchors": [anchor(kind, node.id)], "hideOutput": False}
        return written

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


def _inputs(raw: Map) -> Map:
    """The settings of a node as they stand in the document."""
    found = data_of(raw).get("inputs")
    return found if isinstance(found, dict) else {}


def _is_usual_model(prefix: str, settings: Map) -> bool:
    """Whether a node has the model that is written where a journey names none; the editor always writes more."""
    wanted = {"modelName": USUAL_MODEL, f"{prefix}Model": USUAL_PROVIDER}
    return settings.get(f"{prefix}Model") == USUAL_PROVIDER and settings.get(f"{prefix}ModelConfig") == wanted


def _with_model(kind: str, settings: Map, raw: Map) -> None:
    """Puts back the copies that `settings_of` leaves out; a new node has to name a model."""
    prefix = MODEL_SETTINGS.get(kind)
    if prefix is not None and f"{prefix}Model" not in settings:
        config = settings.get(f"{prefix}ModelConfig")
        said = config.get("modelName") if isinstance(config, dict) else None
        silent = config is None or config == V2.rows[kind].usual.get(f"{prefix}ModelConfig")
        before = _inputs(raw).get(f"{prefix}Model") if raw or kind not in NEEDS_MODEL else USUAL_PROVIDER
        if said is not None or before == USUAL_PROVIDER:
            settings[f"{prefix}Model"] = provider_of(said)
        if silent and before == USUAL_PROVIDER and (not raw or _is_usual_model(prefix, _inputs(raw))):
            settings[f"{prefix}ModelConfig"] = {"modelName": USUAL_MODEL}
    for key, item in list(settings.items()):
        owner = key.removesuffix("Config")
        if key.endswith("Config") and isinstance(item, dict) and owner in settings:
            settings[key] = {**item, owner: settings[owner]}


def begun(settings: Map) -> Map:
    """The settings of a new start node without those of other ways to start."""
    event = str(settings.get("startInputType"))
    return {
        key: item
        for key, item in settings.items()
        if not any(key.startswith(prefix) and event != name for name, prefix in STARTS.items())
    }


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


def _ways_out(kind: str, settings: Map) -> int:
    """How many ways lead out of a node that chooses; a condition has an else beside its rows."""
    rows = settings.get(_NUMBERED[kind])
    return (len(rows) if isinstance(rows, list) else 0) + (kind == "conditionAgentflow")


def _edge(source: Node, wire: Wire, target: str, into: str) -> Map:
    kind = source.type.partition("/")[0]
    human = kind == HUMAN
    out = wire.out or (PROCEED if human else "")
    handle = f"{source.id}-output-{out or kind}"
    raw = wire.raw if isinstance(wire.raw, dict) else {}
    if (
        raw
        and raw.get("target") == target
        and Agentflow.out_port(AGENTFLOW, source, str(raw.get("sourceHandle"))) in {out, wire.out}
    ):
        return {key: raw[key] for key in ("id", "source", "sourceHandle", "target", "targetHandle") if key in raw}
    written: Map = {"source": source.id, "sourceHandle": handle, "target": target, "targetHandle": target}
    label = {"edgeLabel": {PROCEED: "proceed", "1": "reject"}.get(out, out) if human else out} if out else {}
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
        self.by_id = drawing.by_id()
        self.round = rounds(drawing)
        self.sure = {wire.ends() for wire in drawing.wires if self._is_jump(wire)}
        self.back = back_wires(drawing, self.sure)

    def _is_jump(self, wire: Wire) -> bool:
        """Whether a wire is drawn as a jump in the prior document, or said to be one and leading back."""
        prior = self._prior(wire)
        if prior is not None and _goal(prior) == wire.target:
            return True
        return self._told(wire) is not None and wire.target in self.round.get(wire.source, ())

    def _prior(self, wire: Wire) -> Map | None:
        """The loop node by which a wire stands in the prior document."""
        return self.known.get(wire.raw.get("target")) if isinstance(wire.raw, dict) else None

    def _told(self, wire: Wire) -> Map | None:
        """What the wire's source says about the jump."""
        said = self.by_id[wire.source].settings.get(JUMPS)
        told = said.get(wire.out or "next") if isinstance(said, dict) else None
        return told if isinstance(told, dict) else None

    def target(self, source: Node, wire: Wire) -> str:
        """Where the edge of a wire leads: to its target, or to the loop node that jumps there."""
        if wire.ends() not in self.sure | self.back:
            return wire.target
        told, prior, goal = self._told(wire), self._prior(wire), self.by_id[wire.target]
        settings: Map = {"loopBackToNode": f"{goal.id}-{goal.name}", "maxLoopCount": _MOST, **(told or {})}
        name = str(settings.pop("name", ""))
        if prior is not None:
            identifier = str(prior["id"])
            if _goal(prior) == goal.id:
                settings["loopBackToNode"] = data_of(prior)["inputs"]["loopBackToNode"]
            name = name or str(data_of(prior).get("label") or "")
        else:
            numbers = (f"{LOOP}_{number}" for number in count(len(self.made) + len(self.known)))
            identifier = next(name for name in numbers if name not in self.by_id.keys() | self.known.keys())
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


AGENTFLOW = Agentflow()
Agentflow.choices = spelled.condition_choices(AGENTFLOW.read_text, AGENTFLOW.write_text)
