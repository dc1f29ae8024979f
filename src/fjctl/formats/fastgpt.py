"""FastGPT's apps and plugins: templates, exports, and the modules of V1.

Sources: labring/FastGPT `packages/global/core/workflow`, `projects/app/src/web/core/workflow/{utils.ts,adapt.ts}` (how
a stored node becomes a drawn one: the editor adds what its own template of the type has), labring/fastgpt-plugin.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import warning
from fjctl.formats.canvas import reader, writer
from fjctl.formats.canvas.dialect import Dialect
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.canvas.secrets import without_secrets
from fjctl.formats.canvas.soundness import only_ways
from fjctl.formats.canvas.table import opaque
from fjctl.formats.fastgpt_config import Config, read_config, written
from fjctl.formats.fastgpt_envelope import Envelope, module_of
from fjctl.formats.fastgpt_forms import CHOICES, FORMS
from fjctl.formats.fastgpt_inputs import inputs_of, rows_of, settings_of
from fjctl.formats.fastgpt_own import own_part as own_part_of
from fjctl.formats.fastgpt_references import read_text, rewrite_text, write_text
from fjctl.formats.fastgpt_types import (
    AS_TOOL,
    CONFIG_TYPES,
    ERROR_KEY,
    LEFT,
    RIGHT,
    SELECTED,
    STEP,
    TYPES,
    as_tool,
    kind_of,
    port_of,
)
from fjctl.formats.fastgpt_write import (
    asked,
    asked_for,
    config_nodes,
    drawn,
    edge,
    old_config,
    old_input,
    placed,
    wrapped,
)
from fjctl.model.names import slug, stable_id
from fjctl.model.workflow import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.base import Encoded
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Workflow
    from fjctl.source import JsonValue, Pointer

_ID = 24


class Fastgpt(Dialect):
    """The dialect of FastGPT."""

    title = "FastGPT"
    table = TYPES
    forms = FORMS
    choices = CHOICES
    plain_port = RIGHT
    into_port = LEFT
    error_port = ERROR_KEY
    keeps_extras = True

    # Taking apart

    def open(self, value: JsonValue) -> Drawing | None:
        """See `Dialect.open`."""
        envelope = Envelope.of(value)
        if envelope is None:
            return None
        root = envelope.root
        drawing = Drawing(name=_text(root.get("name")), description=_text(root.get("intro")))
        config = _config(envelope)
        drawing.variables, drawing.extras = config.variables, config.extras
        drawing.asked = frozenset(config.inputs)
        for pointer, raw in envelope.nodes():
            node = _node(raw, pointer, drawing)
            if node is not None and node.type not in CONFIG_TYPES:
                drawing.nodes.append(node)
        known = drawing.by_id()
        skipped = {str(raw.get("nodeId")) for _, raw in envelope.nodes()} - known.keys()
        for pointer, raw in envelope.edges():
            wire = _wire(raw, pointer)
            if wire is not None and not {wire.source, wire.target} & skipped:
                drawing.wires.append(wire)
        _hang_tools(drawing, known)
        start = next((node.id for node in drawing.nodes if node.type == "workflowStart"), None)
        for node in drawing.nodes:
            cleaned, found = without_secrets(settings_of(node, known, start), node.pointer)
            drawing.found += found
            node.settings = cleaned
            if node.parent in known and node.x is not None and node.y is not None:
                node.x, node.y = node.x - (known[node.parent].x or 0.0), node.y - (known[node.parent].y or 0.0)
        only_ways(drawing, _ways(drawing))
        entry = next((n for n in drawing.nodes if TYPES.rows.get(n.type, opaque("")).kind is BlockKind.START), None)
        if entry is not None and config.greeting:
            entry.settings["$greeting"] = config.greeting
        if entry is not None and config.inputs:
            entry.settings.setdefault("$inputs", {}).update(config.inputs)
        return drawing

    def type_of(self, node: Node) -> NodeType:
        """See `Dialect.type_of`; a node that hangs on an agent is a tool, whatever it is elsewhere."""
        if not node.mark:
            return super().type_of(node)
        row = AS_TOOL.get(node.type)
        if row is None:
            row = AS_TOOL[node.type] = as_tool(opaque(node.type))
        return row

    def type_for(self, block: Block) -> NodeType | None:
        """See `Dialect.type_for`."""
        if block.kind is BlockKind.AGENT and block.fields.get("tools"):
            return self.table.get("tools")
        if block.kind is BlockKind.HUMAN and block.branches:
            return self.table.get("userSelect")
        if block.kind is BlockKind.RESPONSE:
            return self.table.get("pluginOutput" if block.fields.get("result") else "answerNode")
        return super().type_for(block)

    def role(self, node: Node, row: NodeType, leaving: Sequence[Wire]) -> str:
        """See `Dialect.role`."""
        del leaving
        return node.mark or ("body" if row.role == "body" else "")

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """See `Dialect.part_for`."""
        if role == STEP:
            return AS_TOOL.get(str(said.get("type")))
        if role != "tool":
            return None
        kind, name = said.get("kind"), said.get("service")
        by_kind = {"http": "httpRequest468", "javascript": "code", "python": "code", "workflow": "appModule"}
        settings = said.get("settings")
        if isinstance(name, str) and isinstance(settings, dict) and settings.get("opaque") is True:
            return self.type_of(Node(id="", type=name, mark="tool"))
        found = name if isinstance(name, str) and name in TYPES.rows else by_kind.get(str(kind), "")
        return AS_TOOL.get(found) if found in TYPES.rows else None

    def part_port(self, row: NodeType, role: str) -> str:
        """See `Dialect.part_port`."""
        del row
        return SELECTED if role == "tool" else STEP

    def body_node(self, block: Block) -> Node | None:
        """See `Dialect.body_node`."""
        if block.kind not in {BlockKind.LOOP, BlockKind.PARALLEL}:
            return None
        name = stable_id("loopStart", block.id).replace("-", "")[:_ID]
        return Node(id=name, type="loopStart", name="Start", x=60.0, y=120.0)

    # References and new things

    def read_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.read_text`."""
        return read_text(text, scope)

    def write_text(self, text: str, scope: Scope) -> str:
        """See `Dialect.write_text`."""
        return write_text(text, scope)

    def rewrite_text(self, text: str, before: str, scope: Scope) -> str:
        """See `Dialect.rewrite_text`."""
        return rewrite_text(text, before, scope)

    def node_id(self, block: Block) -> str:
        """Letters and digits: a handle is taken apart at its hyphens."""
        if block.id.isalnum() and block.id.isascii():
            return block.id
        return "workflowStartNodeId" if block.kind is BlockKind.START else stable_id(block.id).replace("-", "")[:_ID]

    def new_part_id(self, host: str, role: str, row: NodeType) -> str:
        """See `Dialect.new_part_id`."""
        return super().new_part_id(host, role, row).replace("-", "")[:_ID]

    # Putting together

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """See `Dialect.close`."""
        envelope = Envelope.of(prior) if prior is not None else None
        entry = next((node for node in drawing.nodes if "$greeting" in node.settings), None)
        greeting = entry.settings["$greeting"] if entry is not None else ""
        config = Config(
            greeting if isinstance(greeting, str) else "", drawing.variables, asked_for(drawing), drawing.extras
        )
        if envelope is not None and envelope.old:
            return self._close_old(drawing, envelope, config)
        start = next((node.id for node in drawing.nodes if node.type == "workflowStart"), None)
        wanted = asked(drawing)
        nodes: list[Any] = [*config_nodes(envelope, config, drawing)]
        by_id = drawing.by_id()
        errors = {wire.source for wire in drawing.wires if wire.out == ERROR_KEY}
        nodes += [
            drawn(node, by_id, start, wanted.get(node.id, []), drawing, fails=node.id in errors)
            for node in drawing.nodes
        ]
        graph: Map = {"nodes": nodes, "edges": [edge(wire) for wire in drawing.wires]}
        chat = written(config, envelope.graph.get("chatConfig") if envelope is not None else None)
        if chat or envelope is None or "chatConfig" in envelope.graph:
            graph["chatConfig"] = chat
        return wrapped(graph, drawing, envelope)

    def _close_old(self, drawing: Drawing, envelope: Envelope, config: Config) -> JsonValue:
        before = self.open(envelope.value)
        drawn = {(wire.source, wire.target) for wire in before.wires} if before is not None else set()
        start = next((node.id for node in drawing.nodes if node.type == "workflowStart"), None)
        rows: list[Any] = []
        for _, raw in envelope.nodes():
            if kind_of(raw.get("flowNodeType")) in CONFIG_TYPES:
                rows.append(old_config(raw, config))
        by_id = drawing.by_id()
        straight = [
            Wire(source=w.target, target=w.source, out=SELECTED) if w.out in {SELECTED, STEP} else w
            for w in drawing.wires
        ]
        drawn |= {(target, source) for source, target in drawn}
        for node in drawing.nodes:
            made = module_of(node, node.name, straight, drawn)
            raw_inputs = {row["key"]: row for row in rows_of(node.raw.get("$module", {}), "inputs")}
            linked = {row["key"]: row.get("value") for row in rows_of(node.raw, "inputs")}
            made["inputs"] = [old_input(row, linked, raw_inputs) for row in inputs_of(node, start)]
            made |= placed(node, by_id)
            rows.append({key: item for key, item in made.items() if item is not None})
        if not envelope.place:
            return rows
        return wrapped({str(envelope.place[-1]): rows}, drawing, envelope)

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """See `WorkflowFormat.list_key`."""
        for keys in (("nodeId",), ("moduleId", "key"), ("moduleId",), ("key",)):
            found = tuple(item.get(key) for key in keys)
            if all(isinstance(part, str) and part for part in found):
                return found
        return super().list_key(pointer, item)

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """See `WorkflowFormat.own_part`."""
        return own_part_of(pointer, value)

    def tool_name(self, node: Node) -> str:
        """See `Dialect.tool_name`."""
        return slug(node.name or node.type, "tool")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


# Reading


def _config(envelope: Envelope) -> Config:
    guide: Map = {}
    for _, raw in envelope.nodes():
        if kind_of(raw.get("flowNodeType")) in CONFIG_TYPES:
            guide |= {row["key"]: row.get("value") for row in rows_of(raw, "inputs")}
    return read_config(envelope.graph.get("chatConfig"), guide)


def _node(raw: Map, pointer: Pointer, drawing: Drawing) -> Node | None:
    identifier = raw.get("nodeId")
    if not isinstance(identifier, str) or not identifier:
        hint = "give it a nodeId; nothing can lead to it"
        drawing.found.append(
            warning("FJ301", f"node {raw.get('name')!r} has no nodeId and is left out", pointer, hint=hint)
        )
        return None
    node = Node(
        id=identifier, type=kind_of(raw.get("flowNodeType")), name=_text(raw.get("name")), raw=raw, pointer=pointer
    )
    parent = raw.get("parentNodeId")
    node.parent = parent if isinstance(parent, str) and parent else None
    position = raw.get("position")
    if isinstance(position, dict):
        node.x, node.y = _number(position.get("x")), _number(position.get("y"))
    for row in rows_of(raw, "inputs"):
        if row["key"] == "nodeWidth":
            node.width = _number(row.get("value"))
        elif row["key"] == "nodeHeight":
            node.height = _number(row.get("value"))
    return node


def _wire(raw: Map, pointer: Pointer) -> Wire | None:
    source, target, handle = raw.get("source"), raw.get("target"), raw.get("sourceHandle")
    if not isinstance(source, str) or not isinstance(target, str):
        return None
    return Wire(source=source, target=target, out=port_of(handle, source), into=LEFT, raw=raw, pointer=pointer)


def _ways(drawing: Drawing) -> dict[str, frozenset[str]]:
    """The ways out of the nodes that choose."""
    found: dict[str, frozenset[str]] = {}
    for node in drawing.nodes:
        row = TYPES.rows.get(node.type)
        if row is not None and row.choices and not node.mark:
            ports = {branch.id for branch in CHOICES[row.choices].read(node, (), Scope(drawing))}
            found[node.id] = frozenset(ports | {ERROR_KEY, STEP, SELECTED})
    return found


def _hang_tools(drawing: Drawing, known: dict[str, Node]) -> None:
    """Turns the wires to an agent's tools round, and those of the steps that follow a tool and nothing else."""
    entering: dict[str, list[Wire]] = {}
    leaving: dict[str, list[Wire]] = {}
    for wire in drawing.wires:
        entering.setdefault(wire.target, []).append(wire)
        leaving.setdefault(wire.source, []).append(wire)
    stack: list[str] = []
    for wire in drawing.wires:
        host, tool = known.get(wire.source), known.get(wire.target)
        if wire.out != SELECTED or host is None or tool is None or host is tool:
            continue
        if all(other.out == SELECTED for other in entering[tool.id]):
            tool.mark = "tool"
            stack.append(tool.id)
    while stack:
        for wire in leaving.get(stack.pop(), ()):
            step = known.get(wire.target)
            alone = step is not None and len(entering.get(step.id, ())) == 1 and wire.out != SELECTED
            if step is not None and alone and not step.mark and step.parent == known[wire.source].parent:
                step.mark = STEP
                stack.append(step.id)
    for wire in drawing.wires:
        target = known.get(wire.target)
        if target is None or not target.mark or wire.source not in known:
            continue
        port = SELECTED if target.mark == "tool" else STEP
        wire.source, wire.target, wire.out, wire.into = wire.target, wire.source, port, wire.out


class Plugin(Fastgpt):
    """The dialect in which a new plugin is written: it begins with its inputs and ends with its outputs."""

    def type_for(self, block: Block) -> NodeType | None:
        """See `Dialect.type_for`."""
        if block.kind is BlockKind.START:
            return self.table.get("pluginInput")
        return self.table.get("pluginOutput") if block.kind is BlockKind.RESPONSE else super().type_for(block)


FASTGPT = Fastgpt()
PLUGIN_DIALECT = Plugin()
decode = partial(reader.decode, FASTGPT)


def encode(workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """See `WorkflowFormat.encode`. A workflow that is given something and gives something back is a plugin."""
    given = any(block.kind is BlockKind.START and block.fields.get("inputs") for block in workflow.blocks)
    back = any(block.kind is BlockKind.RESPONSE and block.fields.get("result") for block in workflow.blocks)
    return writer.encode(PLUGIN_DIALECT if given and back else FASTGPT, workflow, prior)


node_id = FASTGPT.node_id
list_key = FASTGPT.list_key
own_part = FASTGPT.own_part
