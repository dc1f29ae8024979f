"""Nodes that are no step of their own: a model, a memory, a tool, a prompt that feeds an agent becomes a setting of it.

Component graphs draw what an agent *has* the same way as what *follows*. The part's settings go into the fields of the
block that it feeds: what our model has a word for (`agent.model`) to its place, the rest under the part's role. A
part of a part is kept within it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fjctl.formats.canvas.dialect import home_of
from fjctl.formats.canvas.paths import ABSENT, Map, Path, at, merge, put, without
from fjctl.formats.canvas.settings import read_fields
from fjctl.model.journey import Agent
from fjctl.model.names import unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fjctl.formats.canvas.dialect import Dialect
    from fjctl.formats.canvas.drawing import Node, Wire
    from fjctl.formats.canvas.scope import Scope
    from fjctl.model.workflow import Block

TOOL = "tool"
_TOOL_DEPTH = 2
TYPE, NAME = "type", "name"
"""Keys under a part's role that say what it is."""


class Link(NamedTuple):
    """A part that a block's fields hold: the node, its role, the path of its own map in the fields, the meanings that
    stand outside that map, and the wire by which it feeds `feeds` (the block, or another part)."""

    node: Node
    role: str
    path: Path
    spread: tuple[Path, ...]
    wire: Wire
    feeds: str


class Parts:
    """The parts of one drawing. `fed` are the nodes that are parts of some block."""

    def __init__(self, dialect: Dialect, scope: Scope, nodes: Mapping[str, Node], roles: Mapping[str, str]) -> None:
        self.dialect = dialect
        self.scope = scope
        self.nodes = nodes
        self.roles = roles
        self.entering: dict[str, list[Wire]] = {}
        self.behind: dict[str, list[str]] = {}
        for wire in scope.drawing.wires:
            self.entering.setdefault(wire.target, []).append(wire)
            if wire.source in roles:
                self.behind.setdefault(wire.source, []).append(wire.target)
        self.fed = {node for node in roles if self.blocks_behind(node)}

    def blocks_behind(self, node: str) -> list[str]:
        """The blocks that a part feeds, also by way of other parts; a block itself."""
        found: dict[str, None] = {}
        seen = set[str]()
        stack = [node]
        while stack:
            current = stack.pop()
            if current not in self.roles:
                found[current] = None
            elif current not in seen:
                seen.add(current)
                stack += reversed(self.behind.get(current, ()))
        return list(found)

    def absorb(self, block: Block) -> list[Link]:
        """Takes everything that feeds a block into its fields."""
        links: list[Link] = []
        self._feed(block, block.id, home_of(block.kind), links, {block.id})
        return links

    def _feed(self, block: Block, target: str, home: Path, links: list[Link], above: set[str]) -> None:
        for wire in self.entering.get(target, ()):
            if wire.source not in self.fed or wire.source in above:
                continue
            link = self._take(block, wire, home, direct=target == block.id)
            links.append(link)
            inner = (*link.path, "settings") if link.path[0] == "tools" and target == block.id else link.path
            self._feed(block, wire.source, inner, links, above | {wire.source})

    def _take(self, block: Block, wire: Wire, home: Path, *, direct: bool) -> Link:
        node = self.nodes[wire.source]
        row, role = self.scope.rows[node.id], self.roles[node.id]
        fields = read_fields(self.dialect, row, node.settings, replace(self.scope, node=node))
        if direct and role == TOOL and home == ("agent",):
            tools = block.fields.get("tools")
            known = tools if isinstance(tools, dict) else {}
            path: Path = ("tools", unique(self.dialect.tool_name(node), known))
            contract = fields.get(TOOL)
            title = {"title": node.name} if node.name and node.name != path[1] else {}
            tool = merge({"kind": "external", **title}, contract if isinstance(contract, dict) else {})
            usual = self.dialect.part_for(TOOL, tool)
            if "service" not in tool and (usual is None or usual.name != row.name):
                tool["service"] = row.name
            put(block.fields, path, tool)
            return Link(node, role, path, (), wire, wire.target)
        holder = at(block.fields, home)
        path = (*home, unique(holder_of(role), holder if isinstance(holder, dict) else {}))
        spread = self._spread(block, fields) if direct and home == ("agent",) else ()
        whole: Map = {TYPE: node.type, **({NAME: node.name} if node.name else {}), **fields}
        if not spread or len(whole) > 1 or not self._usual(block, node, role):
            put(block.fields, path, whole)
        return Link(node, role, path, spread, wire, wire.target)

    def _usual(self, block: Block, node: Node, role: str) -> bool:
        """Whether a new node for what the block says in our words would be of this very type."""
        row = self.dialect.part_for(role, {"agent": block.fields.get("agent")})
        return row is not None and row.name == node.type

    @staticmethod
    def _spread(block: Block, fields: Map) -> tuple[Path, ...]:
        """Moves what our model has a word for to its place in the block, unless something stands there already."""
        moved: list[Path] = []
        for path in [*_leaves(fields.get("agent"), ("agent",)), *((key,) for key in ("prompt",) if key in fields)]:
            if at(block.fields, path) is ABSENT:
                put(block.fields, path, at(fields, path))
                moved.append(path)
        rest = dict(without(fields, moved))  # the very map where nothing has moved
        fields.clear()
        fields |= rest
        return tuple(moved)


def holder_of(role: str) -> str:
    """Under which name a block's fields keep what a part says beyond our own words: its role, unless that is a word of
    ours (`agent.model` is the model's name; what else is known of it is the `provider`)."""
    if role == "model":
        return "provider"
    return f"{role}_part" if role in Agent.__annotations__ else role


def _leaves(value: object, path: Path) -> Iterable[Path]:
    """The places of a map's entries; one level, as the agent's words are."""
    return [(*path, key) for key in value] if isinstance(value, dict) else []


def as_linked(block_fields: Map, links: Iterable[Link]) -> Map:
    """A block's fields with its tools under the names that they have there: a journey's tools share one space of names,
    so that the second `search` is `search_2` in it."""
    wanted = {link.path[1] for link in links if link.path[0] == "tools" and len(link.path) == _TOOL_DEPTH}
    tools = block_fields.get("tools")
    if not isinstance(tools, dict) or wanted <= tools.keys():
        return block_fields
    missing = wanted - tools.keys()
    renamed: Map = {}
    for name, contract in tools.items():
        base, _, number = name.rpartition("_")
        known = base if name not in wanted and number.isdecimal() and base in missing else name
        missing.discard(known)
        renamed[known] = contract
    return {**block_fields, "tools": renamed}


def taken_back(block_fields: Map, link: Link) -> Map | None:
    """The fields of a part as a block's fields hold them now; None where the block has it no more."""
    held = at(block_fields, link.path)
    if link.path[0] == "tools" and len(link.path) == _TOOL_DEPTH:
        return {TOOL: {key: item for key, item in held.items() if key != "title"}} if isinstance(held, dict) else None
    fields: Map = {key: item for key, item in held.items() if key not in {TYPE, NAME}} if isinstance(held, dict) else {}
    said = [path for path in link.spread if at(block_fields, path) is not ABSENT]
    if not isinstance(held, dict) and not said:
        return None
    for path in said:
        put(fields, path, at(block_fields, path))
    return fields
