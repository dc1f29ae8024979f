"""Nodes and edges of chatflows and sequential agents as the canvas writes them: the component's definition, the names
of the anchors in the ends of an edge, and each connection once more in the settings of its target.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.flowise_definitions import category, component, component_data
from fjctl.formats.flowise_graph import USUAL_MODEL, USUAL_PROVIDER, data_of
from fjctl.formats.flowise_rounds import back_wires
from fjctl.formats.flowise_routes import CHOOSERS, outputs
from fjctl.formats.flowise_types import PORTS, ROLES, STEPS
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.canvas.drawing import Drawing
    from fjctl.formats.canvas.paths import Map

NAMES = (
    "agentName",
    "llmNodeName",
    "workerName",
    "supervisorName",
    "chainName",
    "toolNodeName",
    "conditionAgentName",
    "conditionName",
    "functionName",
    "seqExecuteFlowName",
    "customToolName",
)
"""Settings in which an author names a step."""
START, LOOP, STEP_PORT = "seqStart", "seqLoop", "sequentialNode"
COMPONENT, CATEGORY = "component", "componentCategory"
"""Settings under which the journey keeps what component a step is, and of what category one is that Flowise does not
have, or has elsewhere."""
_DASH = re.compile(r"\W+")


def least(kind: str, name: str) -> Map:
    """The settings that a component has to have, as they are where nobody says anything; so they say nothing."""
    if kind == "bufferMemory":
        return {"memoryKey": "chat_history"}
    if kind == "customTool":
        return {"customToolDesc": name, "customToolSchema": "[]", "customToolFunc": "return ''"}
    return {"description": name} if kind == "ChatflowTool" else {}


def name_keys(kind: str) -> tuple[str, ...]:
    """The settings in which an author names a step or a tool, the first that is there."""
    return ("name",) if kind == "ChatflowTool" else NAMES


def label_of(name: str) -> str:
    """What the editor calls a new node of a component."""
    return str(component(name).get("label") or name)


def _usual_model(start: str) -> str:
    """The id of the model that a new start node is given."""
    return f"{USUAL_PROVIDER}_{_DASH.sub('', stable_id(start, 'model', START))[:8]}"


def begin(drawing: Drawing) -> None:
    """Gives new sequential agents the node where runs begin, and that one the model that it has to have. Beside a chain
    or an agent of the other kind they are no flow of their own."""
    steps = [node for node in drawing.nodes if node.type.startswith("seq")]
    known = [node for node in steps if node.type == START]
    beside = any(not node.type.startswith("seq") and _is_step(node) for node in drawing.nodes)
    if steps and not known and not beside:
        entered = {wire.target for wire in drawing.wires if wire.into in {"", STEP_PORT}}
        first = next((node for node in steps if node.id not in entered), steps[0])
        known = [Node(id=f"{START}_0", type=START, name=label_of(START), x=(first.x or 0) - 350, y=first.y)]
        drawing.nodes.insert(0, known[0])
        drawing.wires.insert(0, Wire(source=known[0].id, target=first.id))
    for start in known:
        if all(wire.target != start.id or wire.into != "model" for wire in drawing.wires):
            model = Node(id=_usual_model(start.id), type=USUAL_PROVIDER, name=label_of(USUAL_PROVIDER))
            model.x, model.y = (start.x or 0) - 350, (start.y or 0) + 260
            model.settings = {"modelName": USUAL_MODEL}
            drawing.nodes.append(model)
            drawing.wires.append(Wire(source=model.id, target=start.id, into="model"))


def _is_step(node: Node) -> bool:
    """Whether a component is run for its own sake: by its category, or by what the journey says of it."""
    return COMPONENT in node.settings or (not node.role and category(node.type) in STEPS)


def without_usual_models(drawing: Drawing) -> None:
    """Takes the models out of a drawing that `begin` has put there, and that nobody has touched since."""
    for start in [node for node in drawing.nodes if node.type == START]:
        wanted = _usual_model(start.id)
        feeding = [wire for wire in drawing.wires if wanted in {wire.source, wire.target}]
        for node in [node for node in drawing.nodes if node.id == wanted and node.type == USUAL_PROVIDER]:
            plain = node.settings == {"modelName": USUAL_MODEL} and node.name == label_of(USUAL_PROVIDER)
            if plain and [(wire.target, wire.into) for wire in feeding] == [(start.id, "model")]:
                drawing.nodes.remove(node)
                drawing.wires = [wire for wire in drawing.wires if wire not in feeding]


class Writing:
    """One drawing being written. `graph` is the prior document, empty for a new one; `out_port` tells the port of a
    prior edge's handle."""

    def __init__(
        self,
        drawing: Drawing,
        graph: Map,
        out_port: Callable[[Node, str], str],
    ) -> None:
        self.drawing = drawing
        self.out_port = out_port
        rows = graph.get("nodes")
        self.known = {
            row["id"]: row
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and isinstance(row.get("id"), str)
        }
        self.nodes = drawing.by_id()
        self.drawing_ids = frozenset(self.nodes)
        self.loops: dict[str, Node] = {}
        jumps = {wire.ends() for wire in drawing.wires if self._prior_loop(wire) is not None}
        self.back = back_wires(drawing, jumps)
        self.ends = [(wire, *self._end(wire)) for wire in drawing.wires]
        self.data = {node.id: self._data(node) for node in self.nodes.values()}

    def graph(self) -> Map:
        """The lists of nodes and edges."""
        edges = [self._edge(wire, self.nodes[target], port) for wire, target, port in self.ends]
        self._connect()
        return {"nodes": [self._node(node) for node in self.nodes.values()], "edges": edges}

    # Where a wire ends

    def _end(self, wire: Wire) -> tuple[str, str]:
        """The node that a wire is drawn to, and by which port it enters: a way back enters a node that jumps, a chain
        that follows a chain enters its prompt."""
        raw = wire.raw if isinstance(wire.raw, dict) else {}
        prior, target = self._prior_loop(wire), self.nodes[wire.target]
        if prior is not None:
            return self._jump(prior["id"], prior, target), STEP_PORT
        if wire.ends() in self.back and not raw and wire.into in {"", STEP_PORT}:
            return self._jump(f"{LOOP}_{_DASH.sub('', stable_id(*wire.ends()))[:8]}", {}, target), STEP_PORT
        if not wire.into and not raw and not target.type.startswith("seq"):
            for other in self.drawing.wires:
                if other.target == target.id and other.into == "prompt":
                    return other.source, "promptValues"
        return wire.target, wire.into or STEP_PORT

    def _prior_loop(self, wire: Wire) -> Map | None:
        """The node that jumps by which a wire stands in the prior document."""
        raw = wire.raw if isinstance(wire.raw, dict) else {}
        prior = self.known.get(str(raw.get("target")))
        if prior is None or prior["id"] in self.drawing_ids or data_of(prior).get("name") != LOOP:
            return None
        return prior

    def _jump(self, identifier: str, raw: Map, target: Node) -> str:
        if identifier not in self.nodes:
            node = Node(id=identifier, type=LOOP, name=str(data_of(raw).get("label") or label_of(LOOP)), raw=raw)
            node.settings = {"loopToName": target.name}
            position = raw.get("position")
            place: Map = position if isinstance(position, dict) else {"x": (target.x or 0) + 350, "y": target.y or 0}
            node.x, node.y = place.get("x"), place.get("y")
            self.nodes[identifier] = self.loops[identifier] = node
        return identifier

    # Nodes

    def _data(self, node: Node) -> Map:
        """A node's `data`."""
        kind = node.type.partition("/")[0]
        settings = {key: item for key, item in node.settings.items() if key not in {COMPONENT, CATEGORY}}
        if node.raw:
            return _prior_data(node, settings)
        said = node.settings.get(CATEGORY)
        wanted = said if isinstance(said, str) else category(kind) or self._category_by_use(node)
        data = component_data(kind, node.id, wanted)
        params = {param["name"] for param in data["inputParams"]}
        place = next((key for key in name_keys(kind) if key in params), "")
        named = place and node.id not in self.loops
        unnamed = named or not node.name or (node.role and node.name == kind)
        label = data["label"] if unnamed else node.name
        empty = {param["name"]: "" for param in (*data["inputParams"], *data["inputAnchors"])}
        given = {**empty, **least(kind, node.name), **({place: node.name} if named else {}), **settings}
        for param in data["inputParams"]:
            given |= _tab(param, given, node.id) if param.get("tabs") else {}
        if kind in CHOOSERS:
            data["outputAnchors"] = [{**data["outputAnchors"][0], "options": _outputs(node)}]
            data["outputAnchors"][0].pop("default", None)
            data["outputs"] = {"output": "end"}
        return {**data, "label": label, "inputs": given}

    def _category_by_use(self, node: Node) -> str:
        """The category of a component that Flowise does not have: of a part by what it enters."""
        into = next((wire.into for wire in self.drawing.wires if wire.source == node.id and wire.into), "")
        role = next((role for role, port in PORTS.items() if port == into), "")
        usual = "Chains" if COMPONENT in node.settings else ""
        return next((name for name, known in ROLES.items() if known == role), usual)

    def _node(self, node: Node) -> Map:
        raw = node.raw
        shape = "stickyNote" if node.type.startswith("stickyNote") else "customNode"
        written: Map = {"id": node.id, "type": raw.get("type", shape)}
        written["position"] = {"x": node.x or 0, "y": node.y or 0}
        written["data"] = self.data[node.id]
        if node.parent is not None and raw:
            written["parentNode"] = node.parent
        return written

    # Edges

    def _edge(self, wire: Wire, target: Node, port: str) -> Map:
        source = self.nodes[wire.source]
        raw = wire.raw if isinstance(wire.raw, dict) else None
        kept = raw is not None and raw.get("target") == target.id
        if raw is not None and kept and self.out_port(source, str(raw.get("sourceHandle") or "")) == wire.out:
            return {key: raw[key] for key in ("id", "source", "sourceHandle", "target", "targetHandle") if key in raw}
        out = self._out_handle(source, wire.out)
        into = self._in_handle(target, port, source)
        ends = {"source": source.id, "sourceHandle": out, "target": target.id, "targetHandle": into}
        return {**ends, "type": "buttonedge", "id": f"{source.id}-{out}-{target.id}-{into}"}

    def _out_handle(self, source: Node, port: str) -> str:
        """The handle of a way out; one that the node does not have yet is added."""
        data = self.data[source.id]
        shown = data if "outputAnchors" in data else data_of(source.raw)
        anchors = [anchor for anchor in _list(shown.get("outputAnchors")) if isinstance(anchor, dict)]
        choices = next((anchor for anchor in anchors if isinstance(anchor.get("options"), list)), None)
        every = [item for item in (choices["options"] if choices else anchors) if isinstance(item, dict)]
        wanted = port or source.type.partition("/")[0]
        found = next((item for item in every if item.get("name") == wanted), None)
        if found is None and not port and every:
            found = every[0]
        if found is not None and isinstance(found.get("id"), str):
            return str(found["id"])
        kinds = _list(shown.get("baseClasses")) or [wanted]
        new = {"name": wanted, "label": wanted, "type": " | ".join(map(str, kinds))}
        new["id"] = f"{source.id}-output-{wanted}-{'|'.join(map(str, kinds))}"
        if choices is not None:
            grown = [{**choices, "options": [*every, {**new, "isAnchor": True}]}]
            data["outputAnchors"] = [grown[0] if anchor is choices else anchor for anchor in anchors]
        else:
            data["outputAnchors"] = [*anchors, new]
        return new["id"]

    def _in_handle(self, target: Node, port: str, source: Node) -> str:
        """The handle of a way in; a component of which nothing is known is given one."""
        data = self.data[target.id]
        shown = {**data_of(target.raw), **data}
        every = [*_list(shown.get("inputAnchors")), *_list(shown.get("inputParams"))]
        for item in every:
            if isinstance(item, dict) and item.get("name") == port and isinstance(item.get("id"), str):
                return str(item["id"])
        kinds = _list(self.data[source.id].get("baseClasses")) or [source.type]
        kind = " | ".join(map(str, kinds))
        new = {"label": port, "name": port, "type": kind, "id": f"{target.id}-input-{port}-{kind}"}
        if not target.raw:
            data["inputAnchors"] = [*_list(data.get("inputAnchors")), {**new, "list": True}]
        return new["id"]

    def _connect(self) -> None:
        """Writes each connection into the settings of its target, as the canvas does."""
        entering: dict[tuple[str, str], list[str]] = {}
        for wire, target, port in self.ends:
            known = entering.setdefault((target, port), [])
            spelled = f"{{{{{wire.source}.data.instance}}}}"
            if spelled not in known:
                known.append(spelled)
        for (target, port), instances in entering.items():
            data, raw = self.data[target], self.nodes[target].raw
            anchors = _list({**data_of(raw), **data}.get("inputAnchors"))
            anchor = next((item for item in anchors if isinstance(item, dict) and item.get("name") == port), None)
            if anchor is not None and is_blank(data["inputs"].get(port)):
                data["inputs"][port] = instances if anchor.get("list") else instances[0]


def _tab(param: Map, given: Map, identifier: str) -> Map:
    """Which of its tabs a parameter is given in: the one that is filled in, else the first."""
    names = [tab["name"] for tab in param["tabs"]]
    chosen = next((name for name in names if given.get(name)), param.get("default") or names[0])
    return {param["name"]: chosen, f"{param['tabIdentifier']}_{identifier}": chosen}


def _outputs(node: Node) -> list[Map]:
    """The outputs of a new condition: one for each of its rules, and the one that is taken when none holds."""
    found = [*outputs(node.settings), ("end", "End")]
    return [
        {
            "id": f"{node.id}-output-{name}-Condition",
            "name": name,
            "label": label,
            "type": "Condition",
            "isAnchor": True,
        }
        for name, label in found
    ]


def _prior_data(node: Node, settings: Map) -> Map:
    """What a node that is in the document already says."""
    data = data_of(node.raw)
    inputs = data.get("inputs")
    given: Map = inputs if isinstance(inputs, dict) else {}
    place = next((key for key in name_keys(node.type) if isinstance(given.get(key), str) and given[key]), "")
    label = data.get("label", node.name) if place else node.name or silent_label(node)
    for key, usual in least(node.type, node.name).items():
        if key not in settings and given.get(key) == usual:
            settings[key] = usual
    name = node.type.partition("/")[0]
    return {
        "id": node.id,
        "label": label,
        "name": name,
        "inputs": {place: node.name, **settings} if place else settings,
    }


def silent_label(node: Node) -> str:
    """What a part without a name of its own is called: as it is in the document, where that is what it is."""
    said = data_of(node.raw).get("label")
    return said if isinstance(said, str) and said in own_words(node.type) else label_of(node.type)


def own_words(kind: str) -> frozenset[str]:
    """What a component is called that nobody has given a name; versions of Flowise differ in it."""
    return frozenset({kind, label_of(kind), str(component(kind).get("type") or kind)})


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
