"""Drawing what a block has as nodes of its own, for builders that want a model or a tool to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.canvas.dialect import home_of
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.canvas.parts import NAME, TOOL, TYPE, holder_of
from fjctl.formats.canvas.paths import ABSENT, Map, at, put, without
from fjctl.formats.canvas.settings import write_settings
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

    def take(self, fields: Map) -> Map:
        """Draws what the row's ports are for; gives the fields that are left for the block itself."""
        return self._feeding(fields, home_of(self.block.kind), self.row, self.block.id, direct=True)

    def _tools(self, fields: Map, port: str) -> Map:
        tools = fields.get("tools")
        for name, contract in list(tools.items()) if isinstance(tools, dict) else []:
            row = self.dialect.part_for(TOOL, contract) if isinstance(contract, dict) else None
            if row is None:
                continue
            said: Map = {TOOL: {key: item for key, item in contract.items() if key != "title"}}
            self._add(row, TOOL, (self.block.id, port), str(contract.get("title") or name), said, name)
            fields = without(fields, [("tools", name)])
        return fields

    def _feeding(self, fields: Map, home: Path, row: NodeType, target: str, *, direct: bool) -> Map:
        """Draws the parts whose maps stand at `home` in the fields of what they feed."""
        for role, port in row.ports.items():
            if role == TOOL and direct:
                fields = self._tools(fields, port)
                continue
            for key in self._keys(fields, home, role, direct=direct):
                fields = self._part(fields, (*home, key), role, (target, port), direct=direct)
        return fields

    @staticmethod
    def _keys(fields: Map, home: Path, role: str, *, direct: bool) -> list[str]:
        """The keys of a role's parts: one for each, and, where it is the block's own, one to begin with."""
        held = at(fields, home) if home else fields
        name = holder_of(role)
        found = [key for key in held if is_numbered(key, name)] if isinstance(held, dict) else []
        return found or ([name] if direct else [])

    def _part(self, fields: Map, path: Path, role: str, into: tuple[str, str], *, direct: bool) -> Map:
        held = at(fields, path)
        if held is not ABSENT and not isinstance(held, dict):
            return fields  # a word of another builder's, no part
        held = held if isinstance(held, dict) else {}
        row = self.dialect.part_for(role, held)
        if row is None:
            return fields
        said: Map = {key: item for key, item in held.items() if key not in {TYPE, NAME}}
        first = direct and path[0] == "agent" and path[-1] == holder_of(role)
        spread = self._spread(fields, row) if first else []
        if not held and not spread:
            return fields
        for meaning in spread:
            put(said, meaning, at(fields, meaning))
        self._add(row, role, into, str(held.get(NAME) or row.label or row.name), said, path[-1])
        return without(fields, [path, *spread])

    def _spread(self, fields: Map, row: NodeType) -> list[Path]:
        """What the block says in our model's words and a part of this type keeps."""
        own = {slot.meaning for slot in self.row.slots}
        meanings = dict.fromkeys(slot.meaning for slot in row.slots if slot.meaning and slot.meaning not in own)
        return [meaning for meaning in meanings if at(fields, meaning) is not ABSENT]

    def _add(self, row: NodeType, role: str, into: tuple[str, str], name: str, said: Map, key: str) -> None:
        target, port = into
        identifier = self.dialect.new_part_id(target, key, row)
        node = Node(id=identifier, type=row.name, name=name, parent=self.block.parent)
        if self.block.x is not None and self.block.y is not None:
            node.x = self.block.x - 120 + 220.0 * len(self.nodes)
            node.y = self.block.y + 260.0
        self.nodes.append(node)
        self.wires.append(Wire(source=identifier, target=target, out=self.dialect.part_port(row, role), into=port))
        home = (TOOL, "settings") if role == TOOL and target == self.block.id else ()
        said = self._feeding(said, home, row, identifier, direct=False)
        node.settings = write_settings(self.dialect, row, said, None, self.scope)
