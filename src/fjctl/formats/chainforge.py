"""ChainForge's flows (`.cforge`): a React Flow graph under `flow`, and the answers of past runs under `cache`.

Answers are never walked: they are most of a file, which may be many megabytes. A template's `{game}` stands for what
the edge into the handle `game` brings. Sources: ianarawjo/ChainForge `chainforge/react-server/src/{App,store}.tsx`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import warning
from fjctl.formats.canvas import reader, writer
from fjctl.formats.canvas.dialect import Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.secrets import secret_part, without_secrets
from fjctl.formats.chainforge_forms import FORMS
from fjctl.formats.chainforge_types import MODEL_USUAL, START, TYPES, VIEWS
from fjctl.model.names import humanize, slug
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Block
    from fjctl.source import JsonValue, Pointer

OUT, IN = "output", "input"
_PROMPTS = frozenset({"prompt", "chat"})
_EVALUATED = "responseBatch"
_VARIABLE = re.compile(r"(?<!\\)\{([A-Za-z_]\w*)\}")
_RESULTS = frozenset({"fields", "output", "responses"})
_NEVER = frozenset({"title", "refresh", "input", "vars", "availableVars", "availableMetavars", "cols", "selected_vars"})
_SOURCES = frozenset({"textfields", "csv", "table", "items", "media", "multimedia", "upload"})
_LABELS = {
    "prompt": "Prompt",
    "chat": "Chat turn",
    "evaluator": "Evaluate",
    "simpleval": "Check the answers",
    "llmeval": "Grade the answers",
    "multieval": "Check the answers",
    "processor": "Process",
    "textfields": "Texts",
    "csv": "Texts",
    "table": "Table",
    "items": "Items",
    "join": "Join",
    "split": "Split",
}
_OUTER = "flow"


class ChainForge(Dialect):
    """The dialect of ChainForge."""

    title = "ChainForge"
    table = TYPES
    forms = FORMS
    plain_port = OUT
    into_port = IN

    def open(self, value: JsonValue) -> Drawing | None:
        """See `Dialect.open`."""
        graph = _graph(value)
        if graph is None:
            return None
        drawing = Drawing()
        hidden = set[str]()
        for place, raw in enumerate(graph["nodes"]):
            node = _node(raw, (_OUTER, "nodes", place), drawing) if isinstance(raw, dict) else None
            if node is not None and node.type in VIEWS:
                hidden.add(node.id)
            elif node is not None:
                drawing.nodes.append(node)
        edges = graph.get("edges")
        for place, raw in enumerate(edges if isinstance(edges, list) else ()):
            wire = _wire(raw, (_OUTER, "edges", place)) if isinstance(raw, dict) else None
            if wire is not None and not {wire.source, wire.target} & hidden:
                drawing.wires.append(wire)
        names = _usual_names(drawing)
        for node in drawing.nodes:
            node.name = node.name or names[node.id]
        return drawing

    def entry_port(self, row: NodeType) -> str:
        """See `Dialect.entry_port`; evaluators take a batch of answers."""
        if row.name in {"evaluator", "simpleval", "llmeval", "multieval", "processor"}:
            return _EVALUATED
        return IN

    def node_id(self, block: Block) -> str:
        """See `Dialect.node_id`."""
        return block.id

    def new_wire_id(self, wire: Wire) -> str:
        """As React Flow 11 names the edges that somebody draws."""
        return f"reactflow__edge-{wire.source}{wire.out}-{wire.target}{wire.into}"

    def read_text(self, text: str, scope: Scope) -> str:
        """A template's variables as what the edges into them bring."""
        if "{" not in text:
            return text
        return _VARIABLE.sub(lambda match: _brought(match[1], scope) or match[0], text)

    def write_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.write_text`."""

        def spell(name: str, path: str) -> str | None:
            source = name.removeprefix("@")
            if not name.startswith("@") or source not in scope.rows:
                return None
            theirs = scope.theirs(path, source)
            for variable, wires in _fed(scope).items():
                if variable and len(wires) == 1 and wires[0].source == source and wires[0].out == theirs:
                    return "{" + variable + "}"
            return "{" + (_variable(source, scope.drawing) if theirs in {OUT, "prompt"} else theirs) + "}"

        return scope.write(text, spell)

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """See `Dialect.close`."""
        before = _graph(prior)
        by_id = drawing.by_id()
        names = _usual_names(drawing)
        starts = {node.id for node in drawing.nodes if node.type == START}
        nodes: list[Any] = [_drawn(node, names[node.id]) for node in drawing.nodes if node.id not in starts]
        wires = [wire for wire in drawing.wires if wire.source not in starts]
        edges: list[Any] = [edge for wire in wires for edge in _edges(wire, by_id, drawing)]
        if before is not None:
            return {_OUTER: {"nodes": nodes, "edges": edges}}
        view: Map = {"x": 0, "y": 0, "zoom": 1}
        return {_OUTER: {"nodes": nodes, "edges": edges, "viewport": view}, "cache": {}}

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """See `WorkflowFormat.list_key`."""
        found = item.get("uid", item.get("__uid", item.get("key")))
        if isinstance(found, str) and found and "source" not in item:
            return found
        return super().list_key(pointer, item)

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """See `WorkflowFormat.own_part`."""
        secret = secret_part(pointer, value)
        if secret:
            return secret
        if pointer[0] != _OUTER:
            return "results"
        if len(pointer) <= len(("flow", "nodes")):
            return "editor" if pointer[1:] == ("viewport",) else ""
        if pointer[1] == "edges" and len(pointer) == len(("flow", "edges", 0)):
            ends = {str(value.get(key)).lower() for key in ("source", "target")} if isinstance(value, dict) else set()
            return "editor" if any(end.startswith(tuple(VIEWS)) for end in ends) else ""
        if pointer[1] == "edges":
            return _EDGE.get(str(pointer[3]), "") if len(pointer) > 3 else ""
        return _own_node(pointer[3:], value)


_NODE = {
    "id": "identity",
    "position": "layout",
    "positionAbsolute": "layout",
    "width": "layout",
    "height": "layout",
    "measured": "layout",
    "style": "layout",
    "selected": "editor",
    "dragging": "editor",
    "resizing": "editor",
    "dragHandle": "editor",
}
_EDGE = {
    "id": "identity",
    "type": "editor",
    "markerEnd": "editor",
    "style": "editor",
    "interactionWidth": "editor",
    "selected": "editor",
    "animated": "editor",
    "sourceHandle": "layout?",
    "targetHandle": "layout?",
}
_MODEL = {
    "key": "identity",
    "emoji": "editor",
    "base_model": "payload",
    "temp": "derived",
    "formData": "derived",
    "progress": "results",
}
"""Fields of a model beside its name and settings; the form of its settings holds them a second time."""


def _own_node(path: Pointer, value: JsonValue) -> str:
    if not path:
        return "editor" if isinstance(value, dict) and value.get("type") in tuple(VIEWS) else ""
    if path[0] != "data":
        return _NODE.get(str(path[0]), "") if len(path) == 1 else ""
    if len(path) == 2:
        if path[1] == "fields" and _are_results(value):
            return "results"
        return "editor" if path[1] in _NEVER - {"title"} else "results" if path[1] in _RESULTS - {"fields"} else ""
    if len(path) > 1 and path[-2] == "settings" and path[-1] in MODEL_USUAL:
        return "usual" if same(value, MODEL_USUAL[str(path[-1])]) else ""
    of_model = path[-2:-1] == ("grader",) or (path[1:2] == ("llms",) and len(path) == len(("data", "llms", 0, "key")))
    return _MODEL.get(str(path[-1]), "") if of_model else ""


def _graph(value: JsonValue) -> Map | None:
    graph: Any = value.get(_OUTER) if isinstance(value, dict) else None
    return graph if isinstance(graph, dict) and isinstance(graph.get("nodes"), list) else None


def _are_results(value: Any) -> bool:
    """Whether a node's `fields` are answers of a past run; those of texts are the texts themselves."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and bool(first.keys() & {"prompt", "llm", "fill_history", "batch_id", "uid"})


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _node(raw: Map, pointer: Pointer, drawing: Drawing) -> Node | None:
    identifier, kind, data = raw.get("id"), raw.get("type"), raw.get("data")
    if not isinstance(identifier, str) or not identifier:
        hint = "give it an id; nothing can lead to it"
        drawing.found.append(warning("FJ301", f"a {kind} has no id and is left out", pointer, hint=hint))
        return None
    said = data if isinstance(data, dict) else {}
    node = Node(id=identifier, type=kind if isinstance(kind, str) else "", raw=raw, pointer=pointer)
    title = said.get("title")
    node.name = title if isinstance(title, str) else ""
    kept = {key: item for key, item in said.items() if key not in _NEVER and not _is_result(key, item)}
    node.settings, found = without_secrets(kept, (*pointer, "data"))
    drawing.found += found
    position = raw.get("position")
    if isinstance(position, dict):
        node.x, node.y = _number(position.get("x")), _number(position.get("y"))
    node.width, node.height = _number(raw.get("width")), _number(raw.get("height"))
    return node


def _is_result(key: str, value: Any) -> bool:
    return (key == "fields" and _are_results(value)) or key in _RESULTS - {"fields"}


def _wire(raw: Map, pointer: Pointer) -> Wire | None:
    source, target = raw.get("source"), raw.get("target")
    if not isinstance(source, str) or not isinstance(target, str):
        return None
    ports = [raw.get(key) for key in ("sourceHandle", "targetHandle", "id")]
    out, into, identifier = (port if isinstance(port, str) else "" for port in ports)
    return Wire(source=source, target=target, out=out or OUT, into=into or IN, id=identifier, raw=raw, pointer=pointer)


# References


def _fed(scope: Scope) -> dict[str, list[Wire]]:
    """By handle, the wires that enter the node of a text."""
    known = scope.memo.setdefault("entering", {})
    if not known:
        for wire in scope.drawing.wires:
            known.setdefault(wire.target, {}).setdefault(wire.into, []).append(wire)
    found: dict[str, list[Wire]] = known.get(scope.node.id, {})
    return found


def _brought(variable: str, scope: Scope) -> str | None:
    """The reference to what a variable of a template stands for. While a document is planned its new wires have no
    handles yet; they will be named as `write_text` names them."""
    fed = _fed(scope)
    wires = fed.get(variable, ())
    if len(wires) == 1:
        return scope.ours(wires[0].source, wires[0].out)
    for wire in fed.get("", ()) if not wires else ():
        row = scope.rows.get(wire.source)
        if row is not None and row.name == "table":
            return scope.ours(wire.source, variable)
        if row is not None and _variable(wire.source, scope.drawing) == variable:
            return scope.ours(wire.source, "prompt" if row.name in _PROMPTS else OUT)
    return None


def _variable(source: str, drawing: Drawing) -> str:
    """What a template calls the output of a node that nobody has connected yet."""
    node = next((each for each in drawing.nodes if each.id == source), None)
    return slug(node.name if node is not None and node.name else source, "text")


# Writing


def _usual_names(drawing: Drawing) -> dict[str, str]:
    """What nodes are called that nobody has named: texts as the variable that they are for, others as what they do."""
    feeds: dict[str, str] = {}
    for wire in drawing.wires:
        if wire.into not in {IN, _EVALUATED, ""}:
            feeds.setdefault(wire.source, wire.into)
    return {
        node.id: humanize(feeds[node.id]) if node.type in _SOURCES and node.id in feeds else _LABELS.get(node.type, "")
        for node in drawing.nodes
    }


def _drawn(node: Node, usual: str) -> Map:
    raw = node.raw
    data: Map = dict(node.settings)
    if node.name and (node.name != usual or not raw):
        data["title"] = node.name
    found: Map = {"id": node.id, "type": node.type, "data": data}
    if node.x is not None and node.y is not None:
        found["position"] = {"x": node.x, "y": node.y}
    elif not raw:
        found["position"] = {"x": 0, "y": 0}
    return found


def _edges(wire: Wire, by_id: dict[str, Node], drawing: Drawing) -> list[Map]:
    """The edges of a wire: one for each variable of a template that it brings."""
    raw = wire.raw if isinstance(wire.raw, dict) else {}
    if raw:
        found = {key: raw[key] for key in ("sourceHandle", "targetHandle") if key in raw}
        return [{"id": wire.id, "source": wire.source, "target": wire.target, **found}]
    source, target = by_id[wire.source], by_id[wire.target]
    out = "prompt" if source.type in _PROMPTS else OUT
    ports = [(out, wire.into)]
    if target.type in _PROMPTS:
        asked = _VARIABLE.findall(str(target.settings.get("prompt", "")))
        columns = [name for name in dict.fromkeys(asked) if name in _columns(source)]
        plain = _variable(wire.source, drawing)
        ports = [(name, name) for name in columns] or [(out, plain)]
    ends = {"source": wire.source, "target": wire.target}
    return [
        {
            "id": f"reactflow__edge-{wire.source}{leaves}-{wire.target}{enters}",
            **ends,
            "sourceHandle": leaves,
            "targetHandle": enters,
        }
        for leaves, enters in ports
    ]


def _columns(node: Node) -> set[str]:
    """The columns of a table, by which it is left."""
    rows = node.settings.get("columns")
    return {str(row.get("header")) for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()


CHAINFORGE = ChainForge()
decode = partial(reader.decode, CHAINFORGE)
encode = partial(writer.encode, CHAINFORGE)
list_key = CHAINFORGE.list_key
own_part = CHAINFORGE.own_part
