"""Graphs and texts out of the two models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from fjctl.checks.graph import Graph, Link, Node, Way
from fjctl.checks.rule import Spot
from fjctl.model.journey import KINDS, kind_of, targets, walk
from fjctl.model.names import humanize
from fjctl.model.workflow import BODY, ENTRY_KINDS, ERROR, TIMEOUT, Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fjctl.model.journey import Journey, State
    from fjctl.model.workflow import Branch, Edge, Workflow
    from fjctl.source import Pointer

Role = Literal["text", "expression", "javascript", "python", "shell", "url", "schema"]
"""What a text is: words (perhaps with references), an expression, a program, an address, or JSON that is a schema."""

TOOL_KINDS: dict[str, BlockKind] = {
    "http": BlockKind.HTTP,
    "javascript": BlockKind.CODE,
    "python": BlockKind.CODE,
    "shell": BlockKind.CODE,
    "mcp": BlockKind.MCP,
    "workflow": BlockKind.WORKFLOW,
    "assign": BlockKind.ASSIGN,
    "external": BlockKind.INTEGRATION,
}
"""What a state that calls a tool of some kind is as a block."""

_STATE_FIELDS = {"chat": "prompt", "say": "say", "ask": "ask", "journey": "journey", "wait": "wait"}
"""The field that a state's kind key is in a block."""
_SAME_FIELDS = ("agent", "inputs", "result", "status", "headers", "retry", "loop", "parallel", "extras", "sets")
_TALK_FIELDS = ("instructions", "messages", "canned", "confirm", "title", "description", "timeout", "mode")
_STATE_KINDS = {
    "chat": BlockKind.AGENT,
    "say": BlockKind.REPLY,
    "ask": BlockKind.HUMAN,
    "loop": BlockKind.LOOP,
    "parallel": BlockKind.PARALLEL,
    "journey": BlockKind.WORKFLOW,
    "wait": BlockKind.WAIT,
    "end": BlockKind.RESPONSE,
}


class Text(NamedTuple):
    """A text with the node it belongs to (empty for the document's own) and the path of its field."""

    value: str
    role: Role
    spot: Spot
    node: str
    path: tuple[str | int, ...] = ()


# --- workflows -------------------------------------------------------------------------------------------------------


def workflow_graph(workflow: Workflow) -> Graph:
    """The graph of a workflow's blocks and edges."""
    nodes: dict[str, Node] = {}
    for block in workflow.blocks:
        if block.kind is not BlockKind.NOTE and block.id not in nodes:
            nodes[block.id] = _block_node(block)
    links = [_edge_link(number, edge, nodes) for number, edge in enumerate(workflow.edges)]
    for node in nodes.values():
        node.leaves = node.kind is BlockKind.RESPONSE
    starts = [node.id for node in nodes.values() if node.kind in ENTRY_KINDS]
    if starts:
        return Graph(nodes, links, starts)
    led_to = {link.target for link in links if link.source != link.target}
    roots = [node.id for node in nodes.values() if node.parent is None and node.id not in led_to]
    return Graph(nodes, links, roots, declared=False)


def _block_node(block: Block) -> Node:
    spot = Spot(block=block.id)
    label = block.name or block.id
    return Node(block.id, label, block.kind, spot, block.parent, block.fields, block.enabled, block)


def _edge_link(number: int, edge: Edge, nodes: dict[str, Node]) -> Link:
    source = nodes.get(edge.source)
    branch = source.block.branch(edge.branch) if source is not None and source.block is not None else None
    way, when, text = _reason(edge.branch, branch)
    return Link(number, edge.source, edge.target, way, Spot(edge=number), when, text, branch)


def _reason(branch_id: str | None, branch: Branch | None) -> tuple[Way, str | None, str]:
    special: dict[str | None, Way] = {None: "always", ERROR: "error", TIMEOUT: "timeout", BODY: "body"}
    if branch is None:
        return special.get(branch_id, "always"), None, ""
    if branch.otherwise:
        return "else", None, ""
    if branch.when is not None:
        return "when", branch.when, branch.condition
    if branch.command:
        return "command", None, branch.command
    return ("event", None, branch.event) if branch.event else ("condition", None, branch.condition)


def workflow_texts(graph: Graph) -> list[Text]:
    """The texts of a workflow: fields of blocks, then the reasons of their branches."""
    found: list[Text] = []
    for node in graph.nodes.values():
        block = cast("Block", node.block)
        for field, value in block.fields.items():
            found += _block_texts(block, (field,), value)
        for branch in block.branches:
            if branch.when is not None:
                found.append(_text(block, ("branches", branch.id, "when"), branch.when, "expression"))
            elif branch.condition:
                found.append(_text(block, ("branches", branch.id, "condition"), branch.condition, "text"))
    return found


def _block_texts(block: Block, path: tuple[str | int, ...], value: Any) -> Iterator[Text]:
    for inner, text in strings(value, path):
        yield _text(block, inner, text, role_of(inner, block.fields))


def _text(block: Block, path: tuple[str | int, ...], value: str, role: Role) -> Text:
    return Text(value, role, Spot(block=block.id, value=value), block.id, path)


Path: TypeAlias = "tuple[str | int, ...]"


def strings(value: Any, path: Path = ()) -> list[tuple[Path, str]]:
    """The texts inside a value with their paths, in order; keys are none."""
    found: list[tuple[Path, str]] = []
    _strings(value, path, found)
    return found


def _strings(value: Any, path: Path, found: list[tuple[Path, str]]) -> None:
    if isinstance(value, str):
        found.append((path, value))
    elif isinstance(value, dict):
        for key, item in value.items():
            if item.__class__ is str:
                found.append(((*path, key), item))
            elif isinstance(item, (dict, list)):
                _strings(item, (*path, key), found)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _strings(item, (*path, number), found)


_LOOPS = frozenset({"while", "do_while"})
_LANGUAGES: dict[str, Role] = {"javascript": "javascript", "python": "python", "shell": "shell"}


def role_of(path: tuple[str | int, ...], fields: Mapping[str, Any]) -> Role:
    """What the text at a path of a node's fields is."""
    last = path[-1]
    if path[0] == "loop" and last in _LOOPS:
        return "expression"
    if "tool" in path[:3]:
        at = path.index("tool")
        tool = fields
        for part in path[: at + 1]:
            tool = tool[part]  # type: ignore[index]
        if last == "code" and len(path) == at + 2:
            return _LANGUAGES.get(str(tool.get("kind")), "text")
        if path[at + 1 :] == ("request", "url"):
            return "url"
    if path[0] == "tools" and len(path) > 2:
        tool = fields["tools"][path[1]]
        if path[2] == "code" and isinstance(tool, dict):
            return _LANGUAGES.get(str(tool.get("kind")), "text")
        if path[2:] == ("request", "url"):
            return "url"
    return "text"


# --- journeys --------------------------------------------------------------------------------------------------------


def variable_spot(side: str, name: str) -> Spot:
    """Where a variable is declared."""
    return Spot(("variables", name), key=True) if side == "journey" else Spot(value=name)


def journey_graph(journey: Journey) -> Graph:
    """The graph of a journey's states and transitions. States are known by their names, which are unique."""
    nodes: dict[str, Node] = {}
    links: list[Link] = []
    tools = journey.get("tools", {})
    for path, name, state in walk(journey["states"]):
        pointer = state_pointer(path, name)
        nodes.setdefault(name, _state_node(name, state, pointer, path[-1] if path else None, tools))
        _state_links(name, state, pointer, nodes[name], links)
    starts = [*targets(journey.get("start")), *_entries(journey)]
    if not starts and journey["states"]:
        starts = [next(iter(journey["states"]))]
    return Graph(nodes, links, list(dict.fromkeys(starts)))


def _entries(journey: Journey) -> Iterator[str]:
    for entry in journey.get("entries", {}).values():
        yield from targets(entry.get("to"))


def state_pointer(path: tuple[str, ...], name: str) -> Pointer:
    """Where a state stands, given the containers above it."""
    return tuple(part for item in (*path, name) for part in ("states", item))


def _state_node(name: str, state: State, pointer: Pointer, parent: str | None, tools: Mapping[str, Any]) -> Node:
    kind = kind_of(state)
    fields: dict[str, Any] = {key: state[key] for key in _SAME_FIELDS if key in state}  # type: ignore[literal-required]
    fields |= {key: state[key] for key in _TALK_FIELDS if key in state}  # type: ignore[literal-required]
    places: dict[str, Pointer] = {key: (*pointer, key) for key in fields}
    block_kind = _STATE_KINDS.get(kind, BlockKind.OPAQUE)
    if kind in _STATE_FIELDS:
        fields[_STATE_FIELDS[kind]] = state[kind]  # type: ignore[literal-required]
        places[_STATE_FIELDS[kind]] = (*pointer, kind)
    elif kind == "tool":
        named = targets(state["tool"])
        block_kind = _tool_fields(named, tools, fields, places)
    elif kind == "fork":
        asked = state["fork"]
        block_kind = BlockKind.ROUTER if isinstance(asked, str) else BlockKind.CONDITION
        if isinstance(asked, str):
            fields["prompt"], places["prompt"] = asked, (*pointer, "fork")
    elif kind == "end" and isinstance(state["end"], str):
        fields["closing"], places["closing"] = state["end"], (*pointer, "end")
    if kind in {"chat", "fork"} and state.get("tools"):
        fields["tools"] = {item: tools[item] for item in state["tools"] if item in tools}
        places["tools"] = ("tools",)
    spot = Spot(pointer, key=True)
    label = state.get("title") or humanize(name)
    return Node(
        name, label, block_kind, spot, parent, fields, state.get("enabled", True), None, state, pointer, places,
        leaves=kind == "end",
    )  # fmt: skip


def _tool_fields(
    named: list[str], tools: Mapping[str, Any], fields: dict[str, Any], places: dict[str, Pointer]
) -> BlockKind:
    found = tools.get(named[0]) if named else None
    if not isinstance(found, dict):
        return BlockKind.OPAQUE
    fields["tool"], places["tool"] = found, ("tools", named[0])
    return TOOL_KINDS.get(str(found.get("kind")), BlockKind.OPAQUE)


def _state_links(name: str, state: State, pointer: Pointer, node: Node, links: list[Link]) -> None:
    for target in targets(state.get("start")) or list(state.get("states", {}))[:1]:
        spot = Spot((*pointer, "start")) if "start" in state else Spot((*pointer, "states", target), key=True)
        links.append(Link(len(links), name, target, "body", spot))
    written = state.get("next")
    if isinstance(written, str):
        links.append(Link(len(links), name, written, "always", Spot((*pointer, "next"))))
    for number, item in enumerate(written if isinstance(written, list) else []):
        at = (*pointer, "next", number)
        if isinstance(item, str):
            links.append(Link(len(links), name, item, "always", Spot(at)))
            continue
        found = targets(item.get("to"))
        node.leaves = node.leaves or not found
        for target in found:
            way, when, text = _transition_reason(cast("Mapping[str, Any]", item))
            spot = Spot((*at, "to"))
            links.append(Link(len(links), name, target, way, spot, when, text, item=cast("Mapping[str, Any]", item)))
    for command, target in state.get("commands", {}).items():
        links.append(Link(len(links), name, target, "command", Spot((*pointer, "commands", command)), None, command))


def _transition_reason(item: Mapping[str, Any]) -> tuple[Way, str | None, str]:
    if item.get("else"):
        return "else", None, ""
    if "when" in item:
        return "when", item["when"], item.get("condition", "")
    if "on" in item:
        return item["on"], None, ""
    for key in ("command", "event", "condition"):
        if key in item:
            return key, None, item[key]
    return "always", None, ""


_OWN_PARTS = ("triggers", "guidelines", "canned", "description")


def journey_texts(journey: Journey, graph: Graph) -> list[Text]:
    """The texts of a journey: states, transitions, tools, and what holds anywhere in it. A tool that no state calls
    has its texts too, with no node."""
    found: list[Text] = []
    for key in _OWN_PARTS:
        found += [Text(text, "text", Spot(path), "", path) for path, text in strings(journey.get(key), (key,))]
    users = _tool_users(graph)
    for name, tool in journey.get("tools", {}).items():
        for path, text in strings(tool, ("tool",)):
            role = role_of(path, {"tool": tool})
            spot = Spot(("tools", name, *path[1:]))
            found.append(Text(text, role, spot, users.get(name, ""), path))
    for node in graph.nodes.values():
        found += _state_texts(node)
    return found


def _tool_users(graph: Graph) -> dict[str, str]:
    users: dict[str, str] = {}
    for node in graph.nodes.values():
        state = node.state or {}
        for name in [*targets(state.get("tool")), *state.get("tools", [])]:
            users.setdefault(name, node.id)
    return users


_NOT_TEXTS = frozenset(
    {"states", "next", "start", "commands", "tool", "tools", "title", "labels", "mode", "notes", "timeout", "enabled"}
)


def _state_texts(node: Node) -> Iterator[Text]:
    state = node.state or {}
    for key, value in state.items():
        if key in _NOT_TEXTS or (key in KINDS and key in {"journey", "wait"}):
            continue
        for path, text in strings(value, (key,)):
            role = role_of(path, {}) if key in {"loop", "parallel"} else "text"
            yield Text(text, role, Spot((*node.pointer, *path)), node.id, path)
    written = state.get("next")
    for number, item in enumerate(written if isinstance(written, list) else []):
        if isinstance(item, dict):
            for key in ("when", "condition", "confirm"):
                if isinstance(item.get(key), str):
                    path = ("next", number, key)
                    yield Text(
                        item[key],
                        "expression" if key == "when" else "text",
                        Spot((*node.pointer, *path)),
                        node.id,
                        path,
                    )
