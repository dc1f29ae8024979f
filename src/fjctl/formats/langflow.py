"""Langflow flows: the JSON that its editor and its API export, of every era (2023 to 1.13).

Langflow draws components and where their values go. `langflow_flow` finds the steps in it, `langflow_fields` what each
is told, `langflow_write` puts a document together again. Sources: lfx 1.13.0 and langflow-base 0.0.99 to 1.13.0 (MIT).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.diagnostics import Loss
from fjctl.formats.base import Decoded, Encoded, finding
from fjctl.formats.canvas import reader, writer
from fjctl.formats.canvas.dialect import Choices, Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.loops import MORE, LoopPorts
from fjctl.formats.canvas.paths import ABSENT, at
from fjctl.formats.canvas.table import NodeType, implied, opaque, service, slots
from fjctl.formats.langflow_choices import CHOICES, FALLBACK, fits_if
from fjctl.formats.langflow_fields import settings_of, shown
from fjctl.formats.langflow_flow import AFTER, Flow, lifted, reduced
from fjctl.formats.langflow_forms import FORMS, action_name, actions
from fjctl.formats.langflow_graph import LOOP_FIELD, Component, map_at, place_of, read_graph, text_at
from fjctl.formats.langflow_groups import is_group
from fjctl.formats.langflow_new import component_id, part_output
from fjctl.formats.langflow_own import own_part as own_part_at
from fjctl.formats.langflow_types import (
    CUSTOM,
    INPUTS,
    LOOP,
    PART_PORTS,
    PLACEHOLDER,
    SAY,
    SAYS,
    START,
    TYPES,
    USUAL,
    language_model,
)
from fjctl.formats.langflow_write import close as close_document
from fjctl.formats.langflow_write import unsaid
from fjctl.model.names import slug
from fjctl.model.workflow import ENTRY_KINDS, FORK_KINDS, Block, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue, Pointer

PORTS = LoopPorts(LOOP_FIELD, "done", LOOP_FIELD, (40.0, 320.0))


class Langflow(Dialect):
    """Langflow's vocabulary. Its texts hold references in our spelling already: it has none of its own, only links."""

    title = "Langflow"
    table = TYPES
    forms: ClassVar[Mapping[str, Form]] = FORMS
    choices: ClassVar[Mapping[str, Choices]] = CHOICES
    loops = PORTS
    timeout_port = FALLBACK

    def open(self, value: JsonValue) -> Drawing | None:
        """See `Dialect.open`."""
        pointer = place_of(value)
        if pointer is None:
            return None
        graph = read_graph(value, pointer)
        flow = Flow(graph)
        head: Any = value if isinstance(value, dict) else {}
        drawing = Drawing(name=text_at(head, "name"), description=text_at(head, "description"), found=graph.found)
        for component in flow.steps():
            values, told = shown(component)
            drawing.nodes.append(_node(flow, component, values))
            drawing.found += told
        _connect(self, drawing, flow)
        return drawing

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """See `Dialect.close`."""
        inside = {node.id: node.parent for node in drawing.nodes if node.parent is not None}
        self.unfold_loops(drawing)
        return close_document(drawing, prior, inside)

    def type_of(self, node: Node) -> NodeType:
        """A tool is one whatever component it is; a chat output may say something on the way; a model of a provider
        nobody has listed is known by what it gives."""
        row = super().type_of(node)
        if row.name == PLACEHOLDER:
            row = row._replace(kind=BlockKind.INTEGRATION) if "contract" in node.settings else CUSTOM
        if node.role == TOOL:
            return tool_row(row)
        if SAY in node.settings and row.name == SAYS.name:
            return SAYS
        if node.mark == GROUP:
            return service(node.type or "Group")._replace(usual=USUAL, ports=PART_PORTS)
        if self.table.get(node.type) is None and _is_model(node.raw):
            return language_model(node.type)
        return row

    def type_for(self, block: Block) -> NodeType | None:
        """See `Dialect.type_for`. What has more ways than an If-Else is for the smart router."""
        if block.kind is BlockKind.REPLY:
            return SAYS
        if block.kind is BlockKind.AGENT:
            structured = at(block.fields, ("agent", "settings", "output_schema")) is not ABSENT
            plain = "StructuredOutput" if structured else "LanguageModelComponent"
            return self.table.rows["Agent" if block.fields.get("tools") else plain]
        if block.kind in FORK_KINDS and block.branches[:1] and block.branches[0].condition == MORE:
            return self.type_of(Node(id="", type=LOOP))
        if block.kind is BlockKind.CONDITION and not fits_if(block.branches):
            return self.table.of_kind(BlockKind.ROUTER)
        tool = block.fields.get("tool")
        if block.kind in {BlockKind.INTEGRATION, BlockKind.OPAQUE} and isinstance(tool, dict) and _unlisted(tool):
            return opaque(str(tool["service"]))._replace(ports=PART_PORTS)
        if block.kind is BlockKind.INTEGRATION:
            row = super().type_for(block)
            return row if row is not None and row.name not in _NEVER_NEW else None
        if block.kind is BlockKind.CODE:
            python = isinstance(tool, dict) and tool.get("kind") == "python"
            return self.table.of_kind(BlockKind.CODE) if python else None
        return super().type_for(block)

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """See `Dialect.part_for`."""
        if role != TOOL:
            kind = said.get("type")
            named = self.table.get(kind) if isinstance(kind, str) else None
            if named is None and isinstance(kind, str) and role != "model":  # another builder's model adds nothing
                named = opaque(kind)._replace(ports=PART_PORTS)
            return named._replace(role=role) if named is not None else None
        service = said.get("service")
        if not isinstance(service, str) or said.get("kind") != "external":
            return tool_row(self.table.rows[PLACEHOLDER])
        known = self.table.get(service)
        if known is None and _unlisted(said):
            known = opaque(service)
        return tool_row(known if known is not None and known.kind is not None else self.table.rows[PLACEHOLDER])

    def node_id(self, block: Block) -> str:
        """`<Type>-<5 characters>`, as Langflow makes them; what is given to a flow and what it gives are told by it."""
        if _ID.fullmatch(block.id):
            return block.id
        row = SAYS if block.kind is BlockKind.REPLY else self.table.of_kind(block.kind)
        return component_id(row.name if row is not None else PLACEHOLDER, block.id)

    def new_part_id(self, host: str, role: str, row: NodeType) -> str:
        """See `Dialect.new_part_id`."""
        return component_id(row.name, host, role)

    def part_port(self, row: NodeType, role: str) -> str:
        """See `Dialect.part_port`."""
        del row
        return part_output(role)[0]

    def tool_name(self, node: Node) -> str:
        """A tool is called what the agent calls it."""
        found = actions(node.settings.get("tools_metadata"))
        return slug(action_name(found[0], node.name) if len(found) == 1 else node.name or node.type, "tool")

    def name_tool(self, node: Node, name: str) -> None:
        """See `Dialect.name_tool`."""
        found = actions(node.settings.get("tools_metadata"))
        if len(found) < 2 and self.tool_name(node) != name:
            row = found[0] if found else {"status": True}
            node.settings["tools_metadata"] = [{**row, "name": name}]

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """See `WorkflowFormat.own_part`."""
        return own_part_at(pointer, value)


TOOL = "tool"
GROUP = "group"
_ID = re.compile(r"[A-Za-z0-9]+-[A-Za-z0-9_]+")
_NEVER_NEW = frozenset({LOOP})


def tool_row(row: NodeType) -> NodeType:
    """The row of a component as an agent's tool."""
    said = implied(tool__kind="external", tool__service=row.name)
    form = "contract" if row.name == PLACEHOLDER else "beyond"
    said_by = ("* <- tools_metadata : actions", f"* <- contract : {form}")
    return NodeType(
        row.name,
        BlockKind.INTEGRATION,
        slots(*said_by),
        said,
        row.usual,
        ("tool", "arguments"),
        role=TOOL,
        ports=PART_PORTS,
        label=row.label,
    )


def _unlisted(contract: Map) -> bool:
    """Whether a tool is a component of a type that nobody has listed here, as somebody's own are."""
    return isinstance(contract.get("service"), str) and at(contract, ("settings", "opaque")) is True


def _is_model(raw: Map) -> bool:
    outputs = map_at(raw, "data", "node").get("outputs")
    names = {text_at(item, "name") for item in outputs} if isinstance(outputs, list) else set[str]()
    return {"text_output", "model_output"} <= names


def _node(flow: Flow, component: Component, values: Map) -> Node:
    position = map_at(component.raw, "position")
    return Node(
        id=component.id,
        type="note" if component.note else component.type,
        name=component.name,
        settings=settings_of(flow, component, values),
        x=_number(position.get("x")),
        y=_number(position.get("y")),
        raw=component.raw,
        pointer=component.pointer,
        mark=GROUP if is_group(component) else "",
        role="" if component.note else flow.roles.get(component.id, ""),
    )


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _connect(dialect: Langflow, drawing: Drawing, flow: Flow) -> None:
    """Draws what follows what, with the loops as containers and nothing said twice."""
    follows = flow.follows()
    drawing.wires = [Wire(source=source, out=out, target=target) for source, out, target, _ in follows]
    for link in flow.graph.links:
        if link.back and link.source not in flow.hidden:
            drawing.wires.append(Wire(source=link.source, target=link.target, into=LOOP_FIELD, raw=link.raw))
    dialect.fold_loops(drawing, loose=True)
    parents = {node.id: node.parent for node in drawing.nodes if node.parent is not None}
    ways = [(wire.source, wire.out, wire.target) for wire in drawing.wires if not wire.into]
    level = list(dict.fromkeys(way for each in ways if (way := lifted(each, parents)) is not None))
    fixed = {lifted((source, out, target), parents) for source, out, target, link in follows if link.field == AFTER}
    back = [wire for wire in drawing.wires if wire.into]
    level = [*_begun(drawing, flow, level), *level]
    kept = set(reduced(level)) | fixed
    drawing.wires = [Wire(source=way[0], out=way[1], target=way[2]) for way in level if way in kept] + back
    for link in flow.graph.links:
        if flow.roles.get(link.source):
            for target in [link.target] if link.target not in flow.hidden else flow.hosts(link.target):
                wire = Wire(source=link.source, out=link.output, target=target, into=link.field, raw=link.raw)
                drawing.wires.append(wire)


def _begun(drawing: Drawing, flow: Flow, ways: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Lets everything that waits for nothing begin when the flow does: the ways from its start, which is drawn where
    the flow has none."""
    steps = [node for node in drawing.nodes if not node.role and node.type != "note" and node.parent is None]
    if not steps:
        return []
    if flow.start is None:
        settings = {INPUTS: flow.inputs} if flow.inputs else {}
        drawing.nodes.insert(0, Node(id=flow.start_id, type=START, settings=settings))
    entered, leaving = {target for _, _, target in ways}, {source for source, _, _ in ways}
    entry = {node.id for node in steps if (row := TYPES.get(node.type)) is not None and row.kind in ENTRY_KINDS}
    first = [node.id for node in steps if node.id not in entered and node.id not in entry]
    begun = [name for name in first if name in leaving] or ([] if leaving & entry else first)
    return [(flow.start_id, "", name) for name in begun]


LANGFLOW = Langflow()


def decode(value: JsonValue) -> Decoded:
    """Reads a parsed document. A single component, which is saved in the same form, is no flow."""
    if isinstance(value, dict) and value.get("is_component") is True:
        message = f"{text_at(value, 'name') or 'this'} is a single component of Langflow, not a flow"
        hint = "add it to a flow in Langflow and export the flow"
        return Decoded(Workflow(), [finding("FJ300", message, ("is_component",), hint=hint)])
    return reader.decode(LANGFLOW, value)


def encode(workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """Writes a whole document. What stands in it only for show is told: components whose code is not known here, and
    references that no link can say."""
    encoded = writer.encode(LANGFLOW, workflow, prior)
    encoded.losses += unsaid(encoded.value, prior)
    reason = "Langflow knows what is given to a flow, and no variables beside that"
    encoded.losses += [Loss(f"the variable {name}", ("variables", name), reason) for name in workflow.variables]
    return encoded


list_key = LANGFLOW.list_key
node_id = LANGFLOW.node_id
own_part = LANGFLOW.own_part
