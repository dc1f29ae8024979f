"""Where a text stands, for whoever translates its references: the node, the other nodes, and what they call things.

In the model a reference names a block by its id, `<@id.path>`, since builders' names may be given twice or hold
anything; the journey calls the same `<state.path>`. `path` is in our words (`content`, `data`, `result`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.drawing import Drawing, Node
from fjctl.model.references import rename
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fjctl.formats.canvas.table import NodeType

_SAFE = re.compile(r"[^<>\s.=!&|]+")
_SAFE_PATH = re.compile(r"[^<>\s]*")


@dataclass(slots=True)
class Scope:
    """`rows` are the types of all nodes by id; `node` is the one whose text it is. `parents` is the container of each
    node that sits in one, `bodies` the node where the inside of a container begins. While a document is written,
    `drawing` is the one that it is going to be: all names and connections, no settings yet. `memo` is for what a
    dialect works out about the drawing once and asks for in many texts."""

    drawing: Drawing
    rows: Mapping[str, NodeType] = field(default_factory=dict)
    node: Node = field(default_factory=lambda: Node(id="", type=""))
    parents: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)

    def loop(self) -> str | None:
        """The loop in which the node of the text sits, the innermost one; None outside of loops."""
        seen = set[str]()
        name = self.parents.get(self.node.id)
        while name is not None and name not in seen:
            row = self.rows.get(name)
            if row is not None and row.kind is BlockKind.LOOP:
                return name
            seen.add(name)
            name = self.parents.get(name)
        return None

    def ours(self, node_id: str, path: str = "") -> str | None:
        """The reference in the model to an output of a node, `path` as the builder calls it; None where there is no
        such node or its id cannot stand in a reference (the text then stays as it is)."""
        row = self.rows.get(node_id)
        if row is None or not _SAFE.fullmatch(node_id) or not _SAFE_PATH.fullmatch(path):
            return None
        named = _renamed(path, row.outputs)
        return f"<@{node_id}.{named}>" if named else f"<@{node_id}>"

    def theirs(self, path: str, node_id: str) -> str:
        """A path in our words as the builder calls it."""
        row = self.rows.get(node_id)
        return path if row is None else _renamed(path, {ours: theirs for theirs, ours in row.outputs.items()})

    def write(self, text: str, spell: Callable[[str, str], str | None]) -> str:
        """A text with our references in the builder's spelling: `spell(name, path)` gives the whole replacement, angle
        brackets included where they are wanted, for `@id`, `variable`, `loop` …; None leaves one as it is."""
        if "<" not in text:
            return text
        parts: list[str] = []

        def mark(name: str, path: str) -> str | None:
            spelled = spell(name, path)
            if spelled is None:
                return None
            parts.append(spelled)
            return f"\x00{len(parts) - 1}\x00"

        marked = rename(text, mark)
        return _MARK.sub(lambda match: parts[int(match[1])], marked) if parts else text


_MARK = re.compile("<\x00(\\d+)\x00>")


def _renamed(path: str, names: Mapping[str, str]) -> str:
    """A path whose beginning has another name; the longest that fits counts, and the empty name fits every path: what
    it stands for goes in front. An empty new name drops the old one."""
    for old in sorted(names, key=len, reverse=True):
        if not old:
            return f"{names[old]}.{path}" if path else names[old]
        if path == old or path.startswith((f"{old}.", f"{old}[")):
            return (names[old] + path[len(old) :]).lstrip(".")
    return path
