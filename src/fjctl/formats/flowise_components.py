"""Flowise's chatflows and sequential agents (v1): graphs of components, in which a model feeds a chain as a step
follows a step.

Whether a component is a step or a part of one is told by its category, which each node carries. A connection is also
written into the settings of its target (`{{chatOpenAI_0.data.instance}}`); that copy says nothing more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats import flowise_component_nodes as nodes
from fjctl.formats import flowise_forms as spelled
from fjctl.formats.canvas.table import Table, opaque
from fjctl.formats.flowise_definitions import category
from fjctl.formats.flowise_graph import NOWHERE, TAB, USUAL_MODEL, Flowise, category_of, is_tab, provider_of, title
from fjctl.formats.flowise_routes import CHOICES, SCHEMA, is_choice_schema, options
from fjctl.formats.flowise_types import ALONE, FUNCTION, PORTS, ROLES, STEPS, alone, part, step
from fjctl.formats.flowise_types import COMPONENTS as TABLE
from fjctl.model.names import slug, stable_id
from fjctl.model.workflow import TOOL_KINDS, Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.dialect import Choices
    from fjctl.formats.canvas.drawing import Drawing, Node, Wire
    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.source import JsonValue

_INSTANCE = re.compile(r"\{\{\s*[\w.\-]+\.data\.instance\s*\}\}")
_OUTPUT = re.compile(r"\{\{\s*([\w\-]+)\.data\.instance\s*\}\}")
_OWN_ID = re.compile(r"\w+")
_DASH = re.compile(r"\W+")
_NOTHING = ("[]", "{}")
_KNOWN = STEPS | ROLES.keys() | ALONE.keys()


def _category(node: Node) -> str:
    """The category of a node's component: its own word where that is one of Flowise's, else the component's."""
    said = category_of(node.raw)
    return said if said in _KNOWN else category(node.type) or said


class Components(Flowise):
    """Flowise's chatflows and agentflow v1."""

    table: Table = TABLE
    forms: ClassVar[Mapping[str, Form]] = spelled.FORMS
    choices: ClassVar[Mapping[str, Choices]] = CHOICES
    keeps_variables = False

    def name_of(self, data: Map) -> str:
        """The name that its author gave an agent, else the component's label."""
        inputs = data.get("inputs")
        given = inputs if isinstance(inputs, dict) else {}
        name = data.get("name")
        kind = name if isinstance(name, str) else ""
        named = (given[key] for key in nodes.name_keys(kind) if isinstance(given.get(key), str) and given[key])
        return next(named, super().name_of(data))

    def settings_of(self, node: Node, given: Map) -> Map:
        """Without the connections, which are wires, and the name."""
        kept = {
            key: _without_instances(item)
            for key, item in given.items()
            if key not in nodes.name_keys(node.type) and not _is_silent(key, item)
        }
        if is_choice_schema(given):
            kept.pop(SCHEMA, None)
        if node.type not in self.table.rows and _category(node) in STEPS:
            kept[nodes.COMPONENT] = node.type
        return kept

    def out_port(self, node: Node, handle: str) -> str:
        """`<id>-output-<name>-<types>`: the name where the node has several outputs, else the plain way."""
        port = handle.removeprefix(f"{node.id}-output-").partition("-")[0] if handle.startswith(node.id) else ""
        if node.type in {"ifElseFunction", "seqCondition", "seqConditionAgent"}:
            return port if port not in {"", node.type} else NOWHERE
        return port if port in options(node) else ""

    def in_port(self, node: Node, handle: str) -> str:
        """`<id>-input-<param>-<type>`."""
        return handle.removeprefix(f"{node.id}-input-").rpartition("-")[0] if handle.startswith(node.id) else ""

    def opened(self, drawing: Drawing) -> None:
        """A loop of sequential agents names the agent it goes back to."""
        nodes.without_usual_models(drawing)
        feeding = {wire.source for wire in drawing.wires}
        for node in drawing.nodes:
            for key, usual in nodes.least(node.type, node.name).items():
                if node.settings.get(key) == usual:
                    del node.settings[key]
            if not node.name or node.name in nodes.own_words(node.type):  # called what it is
                is_part = node.id in feeding and ROLES.get(_category(node), "tool") != "tool"
                node.name = "" if is_part else node.name or nodes.label_of(node.type)
            said, usual = category_of(node.raw), category(node.type)
            if node.type not in self.table.rows and ((said in _KNOWN and said != usual) or not usual):
                node.settings[nodes.CATEGORY] = said or "Custom"
        by_name = {node.name: node for node in reversed(drawing.nodes)}
        for node in [node for node in drawing.nodes if node.type == nodes.LOOP]:
            target = by_name.get(str(node.settings.get("loopToName")))
            entering = [wire for wire in drawing.wires if wire.target == node.id]
            if target is not None and target is not node and entering:
                for wire in entering:
                    wire.target, wire.into = target.id, ""
                drawing.nodes.remove(node)

    def type_of(self, node: Node) -> NodeType:
        """By name where the table has it, else by category."""
        if node.type == FUNCTION and spelled.returned(node.settings.get("javascriptFunction")) is not None:
            return self.table.rows[f"{FUNCTION}/reply"]
        known = self.table.get(node.type)
        if known is not None:
            return known
        said = _category(node)
        if said in STEPS:
            return step(node.type)
        role = ROLES.get(said)
        return part(node.type, role) if role is not None else _unknown(node.type)

    def role(self, node: Node, row: NodeType, leaving: Sequence[Wire]) -> str:
        """A component that feeds nothing is a step of its own; a chain that feeds a tool is its part."""
        del node
        if not row.role:
            feeds = {wire.into for wire in leaving}
            return "chain" if feeds and feeds <= {"baseChain"} else ""
        return row.role if leaving else ""

    def type_for(self, block: Block) -> NodeType | None:
        """The component that the block says it is, else what sequential agents have for it."""
        agent = block.fields.get("agent")
        settings = agent.get("settings") if isinstance(agent, dict) else None
        said = settings.get(nodes.COMPONENT) if isinstance(settings, dict) else None
        if block.kind is BlockKind.ROUTER and not (block.fields.get("prompt") or agent):
            return self.table.rows["seqCondition"]  # what its rules say may read as a choice of a model
        if block.kind is BlockKind.AGENT:
            return step(said if isinstance(said, str) else "seqAgent" if block.fields.get("tools") else "seqLLMNode")
        if block.kind is BlockKind.TRIGGER:
            return self.table.rows["seqStart"]
        return self._tool_for(block) if block.kind in TOOL_KINDS else self.table.of_kind(block.kind)

    def _tool_for(self, block: Block) -> NodeType | None:
        """The component that a tool's service names, if it is one of Flowise's; else what is there for its kind."""
        tool = block.fields.get("tool")
        contract: Map = tool if isinstance(tool, dict) else {}
        service = contract.get("service")
        if not isinstance(service, str):
            return self.table.of_kind(block.kind) if block.kind is not BlockKind.OPAQUE else None
        for row in self.table.rows.values():
            if row.implied.get(("tool", "service")) == service and not row.role:
                return row
        if not _is_ours(service, contract.get("arguments")):
            return None
        return _unknown(service) if block.kind is BlockKind.OPAQUE else alone(service, block.kind)

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """The component that the part says it is; for another builder's the one that does the same."""
        name = said.get("service" if role == "tool" else "type")
        known = self.table.get(name) if isinstance(name, str) else None
        if known is not None and known.role == role:
            return known
        if isinstance(name, str) and _is_ours(name, said.get("arguments" if role == "tool" else "settings")):
            return part(name, role)
        if role == "tool":
            return self.table.rows["ChatflowTool" if said.get("kind") == "workflow" else "customTool"]
        agent = said.get("agent")
        if role == "model":
            model = agent.get("model") if isinstance(agent, dict) else None
            row = part(provider_of(model), role)
            return row if model or name is None else row._replace(usual={"modelName": USUAL_MODEL})
        return part("bufferMemory", role) if role == "memory" and isinstance(name, str) else None

    def tool_name(self, node: Node) -> str:
        """What its author calls it, else what it is."""
        return slug(node.name or nodes.label_of(node.type), "tool")

    def node_id(self, block: Block) -> str:
        """`<component>_<word>`, as the handles of its edges are told apart by dashes."""
        return block.id if _OWN_ID.fullmatch(block.id) else f"{block.kind.value}_{_DASH.sub('', block.id)[:8] or '0'}"

    def new_part_id(self, host: str, role: str, row: NodeType) -> str:
        """`<component>_<word>` as well."""
        return f"{row.name}_{_DASH.sub('', stable_id(host, role, row.name))[:8]}"

    def type_alone(self, node: Node) -> NodeType:
        """The row of a component that would feed another and does not."""
        kind = ALONE.get(_category(node))
        return alone(node.type, kind) if kind is not None else _unknown(node.type)

    def read_text(self, text: str, scope: Scope) -> str:
        """What another component gives, `{{llmChain_0.data.instance}}`; everything else is the component's own."""
        return _OUTPUT.sub(lambda match: scope.ours(match[1], "content") or match[0], text) if "{{" in text else text

    def write_text(self, text: str, scope: Scope) -> str:
        """The way back; a chatflow refers to whole answers only."""

        def spell(name: str, path: str) -> str | None:
            known = name.startswith("@") and path in {"", "content"}
            return f"{{{{{name[1:]}.data.instance}}}}" if known else None

        return scope.write(text, spell)

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """The graph as the canvas exports it."""
        graph: Any = prior if isinstance(prior, dict) else {}
        if drawing.fresh:
            nodes.begin(drawing)
        writing = nodes.Writing(drawing, graph, self.out_port)
        return {**title(drawing, prior), **writing.graph()}


def _unknown(name: str) -> NodeType:
    """The row of a component that nobody has listed; what feeds it stays its part."""
    return opaque(name)._replace(ports=PORTS)


def _is_ours(name: str, settings: object) -> bool:
    """Whether a component is one of Flowise's: by its name, or by the category that came with it."""
    said = settings.get(nodes.CATEGORY) if isinstance(settings, dict) else None
    return bool(category(name)) or isinstance(said, str)


def _is_silent(key: str, item: Any) -> bool:
    """Whether a setting says nothing of its own: a connection, a tab that is open, an empty list as a text."""
    return _is_instance(item) or TAB.match(key) is not None or is_tab(key, item) or item in _NOTHING


def _without_instances(value: Any) -> Any:
    """A list without the connections in it."""
    return [item for item in value if not _is_instance(item)] if isinstance(value, list) else value


def _is_instance(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_instance(item) for item in value)
    return isinstance(value, str) and _INSTANCE.fullmatch(value.strip()) is not None


COMPONENTS = Components()
