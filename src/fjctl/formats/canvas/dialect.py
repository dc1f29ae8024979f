"""What makes one builder different from the next: its document, its types, its ports, its references.

A builder's module subclasses `Dialect`, gives it a `Table`, and binds it; `reader` and `writer` do the rest.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from fjctl.formats.canvas import forms, loops
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.canvas.table import Table, opaque
from fjctl.model.names import slug, stable_id
from fjctl.model.workflow import BODY, ERROR, TIMEOUT, TOOL_KINDS, Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fjctl.formats.canvas.drawing import Drawing, Node, Wire
    from fjctl.formats.canvas.forms import Form
    from fjctl.formats.canvas.loops import LoopPorts
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Branch
    from fjctl.source import JsonValue, Pointer


class Choices(NamedTuple):
    """How a type of node spells its ways out. `keys` are the settings in which it does.

    `read(node, wires, scope)` gives the branches, whose ids are the ports they leave by; `wires` are those that leave
    the node. `write(branches, prior, settings, scope)` puts the branches into `settings` (in the manner of the prior
    node, if any) and gives the port of each branch by its id.
    """

    read: Callable[[Node, Sequence[Wire], Scope], list[Branch]]
    write: Callable[[Sequence[Branch], Node | None, Map, Scope], dict[str, str]]
    keys: tuple[str, ...] = ()


class Dialect:
    """One builder. The attributes are its vocabulary; the methods marked *required* take its document apart and put it
    together; the others have an answer that fits most builders."""

    title = ""
    """What messages call the builder."""
    table: Table = Table(())
    forms: ClassVar[Mapping[str, Form]] = forms.FORMS
    choices: ClassVar[Mapping[str, Choices]] = {}
    plain_port = ""
    """The port of a way out that is always taken."""
    into_port = ""
    """The port by which a node is entered."""
    error_port: str | None = None
    """The port of the way that is taken when a node failed; None where the builder has none."""
    timeout_port: str | None = None
    body_port: str | None = None
    """The port of a container that leads into it, where the builder draws that as a wire from the container."""
    keeps_extras = False
    """Whether a document has room for settings of the whole workflow (`Drawing.extras`)."""
    keeps_variables = True
    """Whether a document declares the variables of a conversation."""
    disables = False
    """Whether a node can be switched off."""
    loops: LoopPorts | None = None
    """For a builder that draws loops flat: `open` ends with `fold_loops`, `close` begins with `unfold_loops`."""

    def open(self, value: JsonValue) -> Drawing | None:
        """*Required.* A parsed document taken apart; None where there is no graph in it."""
        raise NotImplementedError

    def close(self, drawing: Drawing, prior: JsonValue) -> JsonValue:
        """*Required.* A whole document that says the drawing and nothing else, shaped as `prior` is where there is one
        (`Node.raw`, `Wire.raw` are the prior parts), else as the builder would write it."""
        raise NotImplementedError

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """See `WorkflowFormat.list_key`."""
        del pointer
        if "source" in item and "target" in item:
            return (
                str(item["source"]),
                str(item.get("sourceHandle")),
                str(item["target"]),
                str(item.get("targetHandle")),
            )
        for key in ("id", "name", "key", "variable", "label"):
            found = item.get(key)
            if isinstance(found, (str, int)) and found != "":
                return found
        return None

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """*Required.* See `WorkflowFormat.own_part`."""
        raise NotImplementedError

    # Types

    def type_of(self, node: Node) -> NodeType:
        """The row of a node's type, as its place in the drawing makes it."""
        row = self.row_of(node)
        if self.loops is not None and row.kind is BlockKind.LOOP and node.inside is None:
            return _chooser(row)
        return row

    def row_of(self, node: Node) -> NodeType:
        """The row that the table has for a node."""
        return self.table.get(node.type) or opaque(node.type)

    def holds(self, row: NodeType, block: Block) -> bool:
        """Whether a node of this type, which was one for such a block, can still be one; else it gets a new type."""
        del row, block
        return True

    def type_alone(self, node: Node) -> NodeType:
        """The row of a node that is a part by its type and feeds nothing."""
        return opaque(node.type)

    def choices_of(self, row: NodeType) -> Choices | None:
        """How a type spells its ways out; None for one that has a single one."""
        if row.choices == _LOOP and self.loops is not None:
            ports = self.loops
            return Choices(lambda *_: loops.read_choice(ports), lambda found, *_: loops.write_choice(found, ports))
        return self.choices[row.choices] if row.choices else None

    def type_for(self, block: Block) -> NodeType | None:
        """The type a new node for this block has: that of the same service, else the first of its kind. None where the
        builder has nothing like it."""
        if block.kind in TOOL_KINDS:
            tool = block.fields.get("tool")
            service = tool.get("service") if isinstance(tool, dict) else None
            if block.kind is BlockKind.OPAQUE and isinstance(service, str):
                return self.table.get(service) or opaque(service)
            for row in self.table.rows.values():
                # A journey does not tell a knowledge base from any other service, so the service alone decides.
                if isinstance(service, str) and row.implied.get(("tool", "service")) == service and not row.role:
                    return row
        return self.table.of_kind(block.kind)

    def role(self, node: Node, row: NodeType, leaving: Sequence[Wire]) -> str:
        """What a node is to the block that it feeds (`model`, `memory`, `tool` …), empty for a block of its own."""
        del leaving
        return node.role or row.role

    def part_for(self, role: str, said: Map) -> NodeType | None:
        """The type that a new part of this role has: the one that `said` names, else the first of its role. `said` is
        what the block says of the part, for a tool its contract; else beside it, under `agent`, the block's own words.
        """
        name = said.get("service" if role == "tool" else "type")
        known = self.table.get(name) if isinstance(name, str) else None
        if known is not None and known.role == role:
            return known
        return next((row for row in self.table.rows.values() if row.role == role and row.writes), None)

    def part_port(self, row: NodeType, role: str) -> str:
        """The port by which a part leaves."""
        del row, role
        return self.plain_port

    # Ports

    def way(self, block: Block, wire: Wire) -> str | None:
        """The branch of the edge for a wire that none of the block's own branches claims."""
        if wire.out == self.error_port:
            return ERROR
        if wire.out == self.timeout_port:
            return TIMEOUT
        if wire.out == self.body_port:
            return BODY
        if self.loops is not None and block.kind is BlockKind.LOOP and wire.out == self.loops.item:
            return BODY
        return None

    def port(self, block: Block, branch: str | None) -> str | None:
        """The port for an edge's branch that is none of the block's own; None where the builder cannot draw it."""
        if branch == ERROR:
            return self.error_port
        if branch == TIMEOUT:
            return self.timeout_port
        if self.loops is not None and block.kind is BlockKind.LOOP and branch in {None, BODY}:
            return self.loops.done if branch is None else self.loops.item
        if branch == BODY:
            return self.body_port
        return self.plain_port

    def fold_loops(self, drawing: Drawing, *, loose: bool = False) -> None:
        """Makes containers of the loops in a drawing of a builder that draws them flat (see `loops.fold`)."""
        if self.loops is not None:
            found = [node for node in drawing.nodes if self._loops(node)]
            if found:
                loops.fold(drawing, found, self.loops, loose=loose)

    def unfold_loops(self, drawing: Drawing) -> None:
        """Draws the containers of a drawing flat, for a builder that does."""
        if self.loops is not None:
            inside = {node.parent for node in drawing.nodes}
            found = [node for node in drawing.nodes if node.id in inside and self._loops(node)]
            if found:
                loops.unfold(drawing, found, self.loops, partial(self._ways_out, Scope(drawing)))

    def _loops(self, node: Node) -> bool:
        return self.row_of(node).kind is BlockKind.LOOP

    def _ways_out(self, scope: Scope, node: Node, wires: Sequence[Wire]) -> Sequence[str]:
        row = self.type_of(node)
        if row.kind is BlockKind.LOOP and self.loops is not None:
            return (self.loops.done,)
        choices = self.choices_of(row)
        if choices is not None:
            return [branch.id for branch in choices.read(node, wires, scope)]
        return () if row.kind is BlockKind.NOTE else (self.plain_port,)

    def entry_port(self, row: NodeType) -> str:
        """The port by which a new wire enters a node of this type."""
        del row
        return self.into_port

    # References

    def read_text(self, text: str, scope: Scope) -> str:
        """A text with the builder's references in the model's spelling, `<@id.path>`, `<variable.x>`, `{{ENV}}`."""
        del scope
        return text

    def write_text(self, text: str, scope: Scope) -> str:
        """The way back of `read_text`; a reference that the builder cannot spell stays as it is."""
        del scope
        return text

    def rewrite_text(self, text: str, before: str, scope: Scope) -> str:
        """`write_text` for a text that stood as `before` in the builder's spelling and says something else now; for
        builders that can spell the same in several ways."""
        del before
        return self.write_text(text, scope)

    def doubts(self, node: Node, scope: Scope) -> Iterable[tuple[str, str]]:
        """What a node of a new document says that the builder will not do, and why: losses that reading the document
        again does not show."""
        del node, scope
        return ()

    # New things

    def node_id(self, block: Block) -> str:
        """The id of a node for a block that has none of this builder's; a block's id that would do stays. It may depend
        on the block's kind and id alone. A dialect's module offers it, bound, as `node_id`."""
        return block.id

    def new_part_id(self, host: str, role: str, row: NodeType) -> str:
        """The id of a new node that feeds a block."""
        return stable_id(host, role, row.name)

    def new_wire_id(self, wire: Wire) -> str:
        """The id of a new wire."""
        return stable_id("edge", *wire.ends())

    def body_node(self, block: Block) -> Node | None:
        """The node where the inside of a new container begins, where the builder draws one."""
        del block
        return None

    def name_tool(self, node: Node, name: str) -> None:
        """Lets a new node be an agent's tool of this name, where the builder keeps that apart from the node's."""
        del node, name

    def tool_name(self, node: Node) -> str:
        """What an agent's tool is called that is drawn as a node of its own."""
        return slug(node.name or node.type, "tool")


_LOOP = "a loop's ways out"


def _chooser(row: NodeType) -> NodeType:
    """The row of a loop node that is no container, because its body is not well formed: one that chooses."""
    return row._replace(kind=BlockKind.CONDITION, choices=_LOOP, slots=(), rest=("extras",))


def home_of(kind: BlockKind) -> tuple[str, ...]:
    """Where in a block's fields the parts that feed it are kept."""
    if kind in {BlockKind.AGENT, BlockKind.ROUTER}:
        return ("agent",)
    return ("tool", "settings") if kind in TOOL_KINDS else ("extras",)
