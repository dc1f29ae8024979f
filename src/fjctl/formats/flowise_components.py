"""Flowise's chatflows and sequential agents (v1): graphs of components, in which a model feeds a chain as a step
follows a step.

Whether a component is a step or a part of one is told by its category, which each node carries. A connection is also
written into the settings of its target (`{{chatOpenAI_0.data.instance}}`); that copy says nothing more.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from fjctl.formats import flowise_forms as spelled
from fjctl.formats.canvas.conditions import Comparison, parse, spell
from fjctl.formats.canvas.dialect import Choices
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.canvas.table import NodeType, Table, opaque
from fjctl.formats.flowise_graph import TAB, Flowise, category_of, data_of, title
from fjctl.formats.flowise_types import ALONE, PORTS, ROLES, STEPS, alone, part, step
from fjctl.formats.flowise_types import COMPONENTS as TABLE
from fjctl.model.names import stable_id
from fjctl.model.workflow import Block, BlockKind, Branch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fjctl.formats.canvas.drawing import Drawing
    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.scope import Scope
    from fjctl.source import JsonValue

_INSTANCE = re.compile(r"\{\{\s*[\w.\-]+\.data\.instance\s*\}\}")
_OUTPUT = re.compile(r"\{\{\s*([\w\-]+)\.data\.instance\s*\}\}")
_NAMES = (
    "agentName",
    "llmNodeName",
    "workerName",
    "supervisorName",
    "chainName",
    "toolNodeName",
    "conditionAgentName",
    "conditionName",
)
_OWN_ID = re.compile(r"\w+")
_DASH = re.compile(r"\W+")
COMPONENT, CATEGORY = "component", "category"
"""Settings under which the journey keeps what component a step is, and of what category one is that feeds nothing."""
_OPERATIONS = {
    "Is": "eq",
    "Is Not": "ne",
    "Contains": "has",
    "Not Contains": "lacks",
    "Starts With": "starts",
    "Ends With": "ends",
    "Is Empty": "empty",
    "Is Not Empty": "filled",
    "Greater Than": "gt",
    "Less Than": "lt",
    "Greater Than or Equal To": "ge",
    "Less Than or Equal To": "le",
}
_END = "end"
_NOTHING = ("[]", "{}")
_SPELLED = {ours: theirs for theirs, ours in _OPERATIONS.items()}
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
            said.setdefault(_port(row["output"]), _rule(row))
    for option in _options(node):
        said.setdefault(option, "")
    for wire in wires:
        said.setdefault(wire.out, "")
    found = [_route(port, rule, fixed=bool(_rules(node))) for port, rule in said.items() if port]
    return sorted(found, key=lambda branch: branch.otherwise)


def _route(port: str, rule: str, *, fixed: bool) -> Branch:
    """The branch of an output. `End` is what is left when no rule holds."""
    if rule:
        return Branch(id=port, when=rule)
    return Branch(id=port, otherwise=True) if fixed and port == _END else Branch(id=port, condition=_words(port))


def _rule(row: Map) -> str:
    """A rule as an expression; empty where it compares something else than a value of the flow's state."""
    variable = str(row.get("variable") or "")
    op = _OPERATIONS.get(str(row.get("operation")))
    if not variable.startswith("$flow.state.") or op is None:
        return ""
    left = f"<variable.{variable.removeprefix('$flow.state.')}>"
    return spell([Comparison(left, op, None if op in {"empty", "filled"} else str(row.get("value") or ""))])


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
    """Rules that still hold stay as they are; a condition in words is the function's, or an output without a rule."""
    before = _rules(prior) if prior is not None else []
    rows: list[Any] = []
    ports: dict[str, str] = {}
    for branch in branches:
        known = next((row for row in before if isinstance(row, dict) and _is_rule_of(row, branch)), None)
        row = known if known is not None else _row(branch)
        ports[branch.id] = _END if branch.otherwise else _port(row["output"]) if row is not None else branch.id
        if row is None and prior is None and branch.condition:
            ports[branch.id] = _port(branch.condition)
        rows += [row] if row is not None else []
    if prior is not None and "conditionFunction" in prior.settings:
        settings["conditionFunction"] = prior.settings["conditionFunction"]
    if prior is not None and rows == before and "conditionUI" in prior.settings:
        settings["conditionUI"] = prior.settings["conditionUI"]
    elif rows:
        settings["conditionUI"] = json.dumps(rows, ensure_ascii=False)
    return ports


def _is_rule_of(row: Map, branch: Branch) -> bool:
    same = _port(str(row.get("output") or "")) == branch.id
    return same and (branch.when is None or _rule(row) == branch.when)


def _row(branch: Branch) -> Map | None:
    """A rule for a branch's expression; None where rules cannot say it."""
    found = parse(branch.when) if branch.when else None
    if found is None or len(found[0]) != 1:
        return None
    left, op, right = found[0][0]
    if not left.startswith("<variable.") or not left.endswith(">") or op not in _SPELLED:
        return None
    variable = f"$flow.state.{left.removeprefix('<variable.').removesuffix('>')}"
    value = "" if right is None else str(right)
    return {"variable": variable, "operation": _SPELLED[op], "value": value, "output": _words(branch.id)}


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
        kept = {
            key: item
            for key, item in given.items()
            if key not in _NAMES and not _is_instance(item) and not TAB.match(key) and item not in _NOTHING
        }
        if node.type not in self.table.rows and category_of(node.raw) in STEPS:
            kept[COMPONENT] = node.type
        return kept

    def out_port(self, node: Node, handle: str) -> str:
        """`<id>-output-<name>-<types>`: the name where the node has several outputs, else the plain way."""
        port = handle.removeprefix(f"{node.id}-output-").partition("-")[0] if handle.startswith(node.id) else ""
        chooses = node.type in {"ifElseFunction", "seqCondition", "seqConditionAgent"} and port != node.type
        return port if chooses or port in _options(node) else ""

    def in_port(self, node: Node, handle: str) -> str:
        """`<id>-input-<param>-<type>`."""
        return handle.removeprefix(f"{node.id}-input-").rpartition("-")[0] if handle.startswith(node.id) else ""

    def opened(self, drawing: Drawing) -> None:
        """A loop of sequential agents names the agent it goes back to."""
        feeding = {wire.source for wire in drawing.wires}
        for node in drawing.nodes:
            category = category_of(node.raw)
            if node.id not in feeding and category in ALONE:
                node.settings[CATEGORY] = category
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
        category = category_of(node.raw)
        if category in STEPS:
            return step(node.type)
        role = ROLES.get(category)
        return part(node.type, role) if role is not None else opaque(node.type)

    def role(self, node: Node, row: NodeType, leaving: Sequence[Wire]) -> str:
        """A component that feeds nothing is a step of its own; a chain that feeds a tool is its part."""
        del node
        if not row.role:
            feeds = {wire.into for wire in leaving}
            return "chain" if feeds and feeds <= {"baseChain"} else ""
        return row.role if leaving else ""

    def type_for(self, block: Block) -> NodeType | None:
        """The component that the block says it is; chatflows have no steps of other builders' kinds."""
        agent = block.fields.get("agent")
        settings = agent.get("settings") if isinstance(agent, dict) else None
        said = settings.get(COMPONENT) if isinstance(settings, dict) else None
        if block.kind is BlockKind.ROUTER and not (block.fields.get("prompt") or agent):
            return self.table.rows["seqCondition"]  # what its rules say may read as a choice of a model
        if block.kind is BlockKind.AGENT:
            return step(said if isinstance(said, str) else "conversationChain")
        tool = block.fields.get("tool")
        service = tool.get("service") if isinstance(tool, dict) else None
        if block.kind in ALONE.values() and isinstance(service, str):
            return super().type_for(block) or alone(service, block.kind)
        return super().type_for(block)

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """The component that the part says it is."""
        name = said.get("service" if role == "tool" else "type")
        known = self.table.get(name) if isinstance(name, str) else None
        if known is not None and known.role == role:
            return known
        if isinstance(name, str):
            return part(name, role)
        return part("chatOpenAI", role) if role == "model" else None

    def node_id(self, block: Block) -> str:
        """`<component>_<word>`, as the handles of its edges are told apart by dashes."""
        return block.id if _OWN_ID.fullmatch(block.id) else f"{block.kind.value}_{_DASH.sub('', block.id)[:8] or '0'}"

    def new_part_id(self, host: str, role: str, row: NodeType) -> str:
        """`<component>_<word>` as well."""
        return f"{row.name}_{_DASH.sub('', stable_id(host, role, row.name))[:8]}"

    def type_alone(self, node: Node) -> NodeType:
        """The row of a component that would feed another and does not."""
        kind = ALONE.get(category_of(node.raw))
        return alone(node.type, kind) if kind is not None else opaque(node.type)

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
        by_id = {node.id: node for node in drawing.nodes}
        nodes = [_written(node, _category(node, drawing)) for node in drawing.nodes]
        edges: list[Any] = []
        for wire in drawing.wires:
            raw = wire.raw if isinstance(wire.raw, dict) else None
            loop = _loop_of(graph, raw, by_id)
            if loop is not None and all(loop["id"] != known["id"] for known in nodes):
                nodes.append(_loop(loop, by_id[wire.target]))
            edges.append(_edge(wire, raw, by_id, loop))
        return {**title(drawing, prior), "nodes": nodes, "edges": edges}


def _category(node: Node, drawing: Drawing) -> str:
    """The category of a new node's component: of a step by its own, of a part by what it enters."""
    into = next((wire.into for wire in drawing.wires if wire.source == node.id and wire.into), "")
    role = next((role for role, port in PORTS.items() if port == into), "")
    usual = "Chains" if COMPONENT in node.settings else str(node.settings.get(CATEGORY) or "")
    return next((name for name, known in ROLES.items() if known == role), usual)


def _is_instance(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_instance(item) for item in value)
    return isinstance(value, str) and _INSTANCE.fullmatch(value.strip()) is not None


def _written(node: Node, category: str = "") -> Map:
    data = data_of(node.raw)
    inputs = data.get("inputs")
    given: Map = inputs if isinstance(inputs, dict) else {}
    place = next((key for key in _NAMES if isinstance(given.get(key), str) and given[key]), "")
    label = data.get("label", node.name) if place else node.name
    settings = {key: item for key, item in node.settings.items() if key not in {COMPONENT, CATEGORY}}
    settings = {place: node.name, **settings} if place else settings
    raw = node.raw
    written: Map = {
        "id": node.id,
        "type": raw.get("type", "customNode"),
        "position": {"x": node.x or 0, "y": node.y or 0},
    }
    written["data"] = {"id": node.id, "label": label, "name": node.type, "inputs": settings}
    if category and not raw and node.type not in TABLE.rows:
        written["data"]["category"] = category
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
