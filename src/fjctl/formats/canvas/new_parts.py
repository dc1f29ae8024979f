"""Drawing what a block has as nodes of its own, for builders that want a model or a tool to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.dialect import home_of
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.canvas.parts import NAME, TOOL, TYPE, holder_of
from fjctl.formats.canvas.paths import ABSENT, Map, at, put, without
from fjctl.formats.canvas.settings import read_fields, write_settings
from fjctl.model.names import is_numbered

if TYPE_CHECKING:
    from fjctl.formats.canvas.dialect import Dialect
    from fjctl.formats.canvas.paths import Path
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Block


class NewParts:
    """The nodes and wires that a block needs beside those a prior document has for it."""

    def __init__(self, dialect: Dialect, block: Block, row: NodeType, scope: Scope) -> None:
        self.dialect = dialect
        self.block = block
        self.row = row
        self.scope = scope
        self.nodes: list[Node] = []
        self.wires: list[Wire] = []
        self.read: list[tuple[Path, Map, Map]] = []
        """For each part its path in the block's fields, what was said of it, and what its node says, read again."""

    def take(self, fields: Map) -> Map:
        """Draws what the row's ports are for; gives the fields that are left for the block itself."""
        home = home_of(self.block.kind)
        if home != ("agent",):
            return self._inner(self.row, self.block.id, fields, home)
        for role, port in self.row.ports.items():
            fields = self._tools(fields, port) if role == TOOL else self._role(fields, role, port, home)
        return self._inner(self.row, self.block.id, fields, home)  # a second one of a role

    def _tools(self, fields: Map, port: str) -> Map:
        tools = fields.get("tools")
        for name, contract in list(tools.items()) if isinstance(tools, dict) else []:
            row = self.dialect.part_for(TOOL, contract if isinstance(contract, dict) else {})
            if row is None or not isinstance(contract, dict):
                continue
            said: Map = {TOOL: {key: item for key, item in contract.items() if key != "title"}}
            self._add(row, TOOL, self.block.id, port, str(contract.get("title") or name), said, name)
            fields = without(fields, [("tools", name)])
        return fields

    def _role(self, fields: Map, role: str, port: str, home: Path) -> Map:
        path = (*home, holder_of(role))
        held = at(fields, path)
        if held is not ABSENT and not isinstance(held, dict):
            return fields  # a word of another builder's, no part
        held = held if isinstance(held, dict) else {}
        row = self.dialect.part_for(role, {"agent": fields.get("agent"), **held})
        if row is None:
            return fields
        said: Map = {key: item for key, item in held.items() if key not in {TYPE, NAME}}
        spread = self._spread(fields, row) if path[0] == "agent" else []
        if not held and not spread:
            return fields
        for meaning in spread:
            put(said, meaning, at(fields, meaning))
        self._add(row, role, self.block.id, port, str(held.get(NAME) or row.label or row.name), said, role)
        return without(fields, [path, *spread])

    def _inner(self, row: NodeType, host: str, said: Map, home: Path) -> Map:
        """Draws the parts that are kept at `home` under their roles; gives what is left for their host itself."""
        for role, port in row.ports.items():
            base = TOOL if role == TOOL else holder_of(role)
            inside = at(said, home) if home else said
            for key in [key for key in inside if is_numbered(key, base)] if isinstance(inside, dict) else []:
                held = inside[key]
                if not isinstance(held, dict) or not isinstance(held.get(TYPE), str):
                    continue
                contract = held.get(TOOL) if role == TOOL else None
                about = contract if isinstance(contract, dict) else held
                inner = self.dialect.part_for(role, {**about, "service": held[TYPE]})
                if inner is None:
                    continue
                kept: Map = {name: item for name, item in held.items() if name not in {TYPE, NAME}}
                said = without(said, [(*home, key)])
                name = str(held.get(NAME) or inner.label or inner.name)
                self._add(inner, role, host, port, name, kept, f"{host}.{key}")
        return said

    def _spread(self, fields: Map, row: NodeType) -> list[Path]:
        """What the block says in our model's words and a part of this type keeps."""
        own = {slot.meaning for slot in self.row.slots}
        meanings = dict.fromkeys(slot.meaning for slot in row.slots if slot.meaning and slot.meaning not in own)
        return [meaning for meaning in meanings if at(fields, meaning) is not ABSENT]

    def _add(self, row: NodeType, role: str, host: str, port: str, name: str, said: Map, key: str) -> None:
        identifier = self.dialect.new_part_id(self.block.id, key, row)
        node = Node(id=identifier, type=row.name, name=name, parent=self.block.parent, role=role)
        if self.block.x is not None and self.block.y is not None:
            node.x = self.block.x - 120 + 220.0 * len(self.nodes)
            node.y = self.block.y + 260.0
        self.nodes.append(node)
        offered = role == TOOL and host == self.block.id and home_of(self.block.kind) == ("agent",)
        home: Path = (TOOL, "settings") if offered else ()  # a tool of what is no agent is a part like any other
        left = self._inner(row, identifier, said, home)
        node.settings = write_settings(self.dialect, row, left, None, self.scope)
        path: Path = ("tools", key) if offered else (*home_of(self.block.kind), holder_of(role))
        self.read.append((path, left, read_fields(self.dialect, row, node.settings, self.scope)))
        if offered:
            self.dialect.name_tool(node, key)
        wire: Any = Wire(source=identifier, target=host, out=self.dialect.part_port(row, role), into=port)
        self.wires.append(wire)
