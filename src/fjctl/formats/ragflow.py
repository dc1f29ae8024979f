"""RAGFlow's agents: templates, exports of every release since 2024, and files that hold the components alone.

A file says everything twice: `graph` as it is drawn and `components` as it is run. The graph is read, since the editor
makes the components of it; a file without one is read from its components. Sources: infiniflow/ragflow `agent/`,
`web/src/pages/agent` (`store.ts`, `utils.ts`, `hooks/use-add-node.ts`, `hooks/use-export-json.ts`).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank, warning
from fjctl.formats.canvas import reader, writer
from fjctl.formats.canvas.dialect import Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.secrets import without_secrets
from fjctl.formats.ragflow_choices import CHOICES, ELSE
from fjctl.formats.ragflow_components import ABOVE, BELOW, EXCEPTION, TOOLS, Component, Link, components_of
from fjctl.formats.ragflow_envelope import Envelope, label_of, localised, variables_in, variables_out
from fjctl.formats.ragflow_forms import FORMS
from fjctl.formats.ragflow_own import own_part as own_part_of
from fjctl.formats.ragflow_references import read_text, write_text
from fjctl.formats.ragflow_settings import form_of, settings_of
from fjctl.formats.ragflow_types import ALIASES, DRAWN_ONLY, NODE_TYPES, SUB_AGENT, TYPES
from fjctl.model.names import slug, stable_id
from fjctl.model.workflow import CONTAINER_KINDS, ERROR, Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.source import JsonValue, Pointer

START, END = "start", "end"
"""The handles of an ordinary way out and in."""
_BARE = ("items_ref", "split_ref")
_CHOOSERS = frozenset({"Categorize", "Switch", "Relevant"})
_ID = re.compile(r"begin|[A-Za-z]\w*:\w+", re.ASCII)
_WORDS = re.compile(r"[A-Za-z0-9]+")


class Ragflow(Dialect):
    """The dialect of RAGFlow."""

    title = "RAGFlow"
    table = TYPES
    forms = FORMS
    choices = CHOICES
    plain_port = START
    into_port = END
    error_port = EXCEPTION

    # Taking apart

    def open(self, value: JsonValue) -> Drawing | None:
        """See `Dialect.open`."""
        envelope = Envelope.of(value)
        if envelope is None:
            return None
        root = envelope.root
        drawing = Drawing(name=localised(root.get("title")), description=localised(root.get("description")))
        drawing.variables = variables_in(envelope.dsl.get("variables"))
        nodes, edges = envelope.nodes(), envelope.edges()
        below = {str(edge.get("target")) for _, edge in edges if edge.get("targetHandle") == ABOVE}
        for pointer, raw in nodes:
            node = _node(raw, pointer, below, drawing)
            if node is not None:
                drawing.nodes.append(node)
        known = drawing.by_id()
        pictures = {str(raw.get("id")) for _, raw in nodes if label_of(raw) in DRAWN_ONLY}
        for pointer, raw in edges:
            wire = _wire(raw, pointer, known, pictures)
            if wire is not None:
                drawing.wires.append(wire)
        return drawing

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """Only an agent is drawn below an agent; its other tools stand in its form."""
        return self.table.get(SUB_AGENT) if role == "tool" and said.get("service") == SUB_AGENT else None

    def part_port(self, row: NodeType, role: str) -> str:
        """See `Dialect.part_port`."""
        del row, role
        return ABOVE

    def type_for(self, block: Block) -> NodeType | None:
        """What RAGFlow has for a block; an ending is a message there, and what runs side by side runs in turn."""
        if block.kind is BlockKind.RESPONSE:
            return self.table.get("Message")
        if block.kind is BlockKind.PARALLEL:
            return self.table.get("Iteration")
        if block.kind is BlockKind.LOOP:
            loop = block.fields.get("loop")
            counted = isinstance(loop, dict) and not loop.get("each") and ("do_while" in loop or "times" in loop)
            return self.table.get("Loop" if counted else "Iteration")
        return super().type_for(block)

    def port(self, block: Block, branch: str | None) -> str | None:
        """See `Dialect.port`; only agents have a way that is taken when they fail."""
        if branch == ERROR and block.kind is not BlockKind.AGENT:
            return None
        return super().port(block, branch)

    def body_node(self, block: Block) -> Node | None:
        """See `Dialect.body_node`."""
        if block.kind not in CONTAINER_KINDS:
            return None
        loop = block.id.startswith("Loop:")
        kind = "LoopItem" if loop else "IterationItem"
        name = f"{kind}:{_words(block.id.partition(':')[2] or block.id)}"
        return Node(id=name, type=kind, name=kind, x=50.0, y=100.0)

    # References

    def read_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.read_text`."""
        return read_text(text, scope)

    def write_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.write_text`."""
        return write_text(text, scope)

    def rewrite_text(self, text: str, before: str, scope: Scope) -> str:
        """See `Dialect.rewrite_text`: a field that held a bare reference holds the new one likewise."""
        written = self.write_text(text, scope)
        bare = _bare(written)
        return bare if "{" not in before and "{" not in bare and self.read_text(bare, scope) == text else written

    # New things

    def node_id(self, block: Block) -> str:
        """`Agent:3fa29c1e`: references are made of letters, digits and colons, and what stands before the colon is
        looked at when an agent runs."""
        if _ID.fullmatch(block.id):
            return block.id
        if block.kind is BlockKind.START:
            return "begin"
        row = self.type_for(block)
        label = row.name if row is not None and row.name.isalnum() else "Component"
        return f"{label}:{stable_id(block.id).replace('-', '')[:12]}"

    def new_part_id(self, host: str, role: str, row: NodeType) -> str:
        """See `Dialect.new_part_id`."""
        del row
        return f"Agent:{_words(host.partition(':')[2])}{_words(role)}"

    def new_wire_id(self, wire: Wire) -> str:
        """As React Flow 12 names the edges that somebody draws."""
        return f"xy-edge__{wire.source}{wire.out}-{wire.target}{wire.into}"

    # Putting together

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """See `Dialect.close`."""
        envelope = Envelope.of(prior) if prior is not None else None
        links = [_link(wire) for wire in drawing.wires]
        nodes: list[Any] = []
        made: list[Component] = []
        for node in drawing.nodes:
            component = _component(node, links)
            made.append(component)
            nodes.append(_drawn(node, component))
        types = {node.id: node.type for node in drawing.nodes}
        edges = [_edge(wire, types) for wire in drawing.wires]
        pictures = _pictures(made, drawing, envelope)
        nodes += [picture for picture, _ in pictures]
        edges += [edge for _, edge in pictures]
        dsl: Map = {}
        if envelope is None or "components" in envelope.dsl:
            dsl["components"] = components_of(made, links)
        if envelope is None or envelope.graph is not None:
            dsl["graph"] = {"nodes": nodes, "edges": edges}
        dsl |= variables_out(drawing.variables, envelope.dsl if envelope is not None else None)
        return (envelope or Envelope.new()).written(dsl, drawing.name, drawing.description)

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """See `WorkflowFormat.list_key`."""
        for key in ("uuid", "mcp_id", "group_name", "variable"):
            found = item.get(key)
            if isinstance(found, str) and found and "source" not in item:
                return found
        return super().list_key(pointer, item)

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """See `WorkflowFormat.own_part`."""
        return own_part_of(pointer, value)


def _words(text: str) -> str:
    """A text as one word of letters and digits: `Refund offer` → `RefundOffer`; empty where it has none of them."""
    return "".join(word[:1].upper() + word[1:] for word in _WORDS.findall(text))[:40]


# Reading nodes and edges


def _node(raw: Map, pointer: Pointer, below: set[str], drawing: Drawing) -> Node | None:
    data = raw.get("data")
    data = data if isinstance(data, dict) else {}
    label = data.get("label")
    label = label if isinstance(label, str) and label else str(raw.get("type") or "")
    label = ALIASES.get(label, label)
    identifier = raw.get("id")
    if label in DRAWN_ONLY:
        return None
    if not isinstance(identifier, str) or not identifier:
        hint = "give it an id; nothing can lead to it"
        drawing.found.append(warning("FJ301", f"a {label or 'node'} has no id and is left out", pointer, hint=hint))
        return None
    form = data.get("form")
    cleaned, found = without_secrets(form if isinstance(form, dict) else {}, (*pointer, "data", "form"))
    drawing.found += found
    kind = SUB_AGENT if label == "Agent" and identifier in below else label
    node = Node(id=identifier, type=kind, settings=settings_of(kind, cleaned), raw=raw, pointer=pointer)
    name = data.get("name")
    node.name = name if isinstance(name, str) else ""
    parent = raw.get("parentId") or raw.get("parentNode")
    node.parent = parent if isinstance(parent, str) else None
    position = raw.get("position")
    if isinstance(position, dict):
        node.x, node.y = _number(position.get("x")), _number(position.get("y"))
    measured = raw.get("measured")
    measured = measured if isinstance(measured, dict) else {}
    node.width = _number(raw.get("width")) or _number(measured.get("width"))
    node.height = _number(raw.get("height")) or _number(measured.get("height"))
    return node


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _wire(raw: Map, pointer: Pointer, known: dict[str, Node], pictures: set[str]) -> Wire | None:
    source, target = raw.get("source"), raw.get("target")
    if not isinstance(source, str) or not isinstance(target, str) or {source, target} & pictures:
        return None
    found = raw.get("id")
    identifier = found if isinstance(found, str) else ""
    if raw.get("targetHandle") == ABOVE:
        return Wire(source=target, target=source, out=ABOVE, into=BELOW, id=identifier, raw=raw, pointer=pointer)
    port = _port(known[source].type if source in known else "", raw.get("sourceHandle"))
    return Wire(source=source, target=target, out=port, into=END, id=identifier, raw=raw, pointer=pointer)


def _port(label: str, handle: Any) -> str:
    """The port that a handle means; before 2025 the handles of an ordinary node were single letters, or none."""
    if label in _CHOOSERS and isinstance(handle, str) and handle:
        return ELSE if handle == "end_cpn_id" else handle
    return EXCEPTION if handle == EXCEPTION else START


# Writing nodes and edges


def _link(wire: Wire) -> Link:
    if wire.out == ABOVE:
        return Link(wire.target, BELOW, wire.source, ABOVE)
    return Link(wire.source, wire.out, wire.target, wire.into)


def _component(node: Node, links: list[Link]) -> Component:
    leaving: dict[str, list[str]] = {}
    for link in links:
        if link.source == node.id:
            leaving.setdefault(link.out, []).append(link.target)
    data = node.raw.get("data")
    data = data if isinstance(data, dict) else {}
    before = data.get("form")
    prior = before if isinstance(before, dict) else {} if node.raw else None
    form = form_of(node.type, node.settings, prior, leaving)
    for key in _BARE if prior is None else ():
        if key in form:
            form[key] = _bare(form[key])
    label = "Agent" if node.type == SUB_AGENT else node.type
    if isinstance(data.get("label"), str) and ALIASES.get(data["label"]) == label:
        label = data["label"]
    whole = form if form or not node.raw or isinstance(before, dict) else None
    return Component(node.id, label, node.name, whole, node.parent)


def _bare(value: Any) -> Any:
    return value[1:-1] if isinstance(value, str) and value.startswith("{") and value.endswith("}") else value


def _drawn(node: Node, component: Component) -> Map:
    """A node as the editor keeps it."""
    raw = node.raw
    data: Map = {"label": component.label}
    if node.name or not raw:
        data["name"] = node.name
    if component.form is not None:
        data["form"] = component.form
    found: Map = {"id": node.id, "type": raw.get("type", NODE_TYPES.get(component.label, "ragNode")), "data": data}
    if node.x is not None and node.y is not None:
        found["position"] = {"x": node.x, "y": node.y}
    elif not raw:
        found["position"] = {"x": 0, "y": 0}
    if not raw:
        found |= {"sourcePosition": "right", "targetPosition": "left"}
        if component.label == "Note":
            found["dragHandle"] = ".note-drag-handle"
    if node.parent is not None:
        found[next((key for key in ("parentId", "parentNode") if key in raw), "parentId")] = node.parent
        found |= {"extent": "parent"} if not raw or "extent" in raw else {}
    sized = component.label in {"Iteration", "Loop", "Note"} and not raw
    for key, size in (("width", node.width), ("height", node.height)):
        if size is not None and (key in raw or sized):
            found[key] = size
    return found


def _edge(wire: Wire, types: Mapping[str, str]) -> Map:
    """An edge as the editor keeps it; a handle that means the same stays as it is."""
    link = _link(wire)
    raw = wire.raw if isinstance(wire.raw, dict) else {}
    handle = raw.get("sourceHandle")
    kept = bool(raw) and wire.out != ABOVE and _port(types.get(link.source, ""), handle) == link.out
    out = handle if kept else link.out
    found: Map = {"id": wire.id or f"xy-edge__{link.source}{link.out}-{link.target}{link.into}"}
    found |= {"source": link.source, "target": link.target}
    if not kept or "sourceHandle" in raw:
        found["sourceHandle"] = out
    if not raw or "targetHandle" in raw:
        found["targetHandle"] = raw.get("targetHandle", link.into)
    return found if raw else {**found, "data": {"isHovered": False}}


def _pictures(made: list[Component], drawing: Drawing, envelope: Envelope | None) -> list[tuple[Map, Map]]:
    """The node below each agent that shows its tools, with its edge: as it stands, or a new one."""
    known = envelope.pictures() if envelope is not None else {}
    by_id = drawing.by_id()
    found = []
    for component in made:
        form = component.form or {}
        if component.label != "Agent" or (is_blank(form.get("tools")) and is_blank(form.get("mcp"))):
            continue
        if component.id in known:
            found.append(known[component.id])
        elif envelope is None or not by_id[component.id].raw:
            found.append(_picture(by_id[component.id]))
    return found


def _picture(agent: Node) -> tuple[Map, Map]:
    name = f"Tool:{_words(agent.id.partition(':')[2])}"
    node: Map = {
        "id": name,
        "type": NODE_TYPES["Tool"],
        "position": {"x": (agent.x or 0.0) - 82, "y": (agent.y or 0.0) + 140},
        "data": {"label": "Tool", "name": slug(f"tool_{agent.name}", "tool"), "form": {}},
        "sourcePosition": "right",
        "targetPosition": "left",
    }
    if agent.parent is not None:
        node |= {"parentId": agent.parent, "extent": "parent"}
    identifier = f"xy-edge__{agent.id}{TOOLS}-{name}{END}"
    edge: Map = {"id": identifier, "source": agent.id, "sourceHandle": TOOLS, "target": name, "targetHandle": END}
    return node, edge


RAGFLOW = Ragflow()
decode = partial(reader.decode, RAGFLOW)
encode = partial(writer.encode, RAGFLOW)
node_id = RAGFLOW.node_id
list_key = RAGFLOW.list_key
own_part = RAGFLOW.own_part
