"""From a drawing to the workflow that it means."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fjctl.diagnostics import Severity
from fjctl.formats.base import Decoded, finding, warning
from fjctl.formats.canvas.parts import Link, Parts
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.canvas.settings import read_fields
from fjctl.formats.canvas.soundness import opened
from fjctl.formats.graph import check_graph
from fjctl.model.workflow import BODY, Block, BlockKind, Edge, Workflow

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.dialect import Dialect
    from fjctl.formats.canvas.drawing import Drawing, Node, Wire
    from fjctl.formats.canvas.table import NodeType
    from fjctl.source import JsonValue

Way = tuple[str, str | None, str]
"""An edge by source, branch and target."""
BODY_ROLE = "body"


@dataclass(slots=True)
class Reading:
    """A drawing read, with what a writer needs to put each meaning back where it stands."""

    drawing: Drawing
    scope: Scope
    workflow: Workflow = field(default_factory=Workflow)
    nodes: dict[str, Node] = field(default_factory=dict)
    rows: dict[str, NodeType] = field(default_factory=dict)
    ways: dict[Way, list[Wire]] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    bodies: dict[str, Node] = field(default_factory=dict)


def decode(dialect: Dialect, value: JsonValue) -> Decoded:
    """Reads a parsed document of a builder."""
    drawing = opened(dialect, value)
    if drawing is None:
        hint = "`fjctl formats` lists what is read; name the format with --from if you know it"
        return Decoded(Workflow(), [finding("FJ300", f"no {dialect.title} graph found", hint=hint)])
    reading = read(dialect, drawing)
    places = reading.nodes
    found = [*drawing.found, *_unknown(reading)]
    found += check_graph(reading.workflow, lambda block: places[block].pointer if block in places else (), named=False)
    return Decoded(reading.workflow, found)


def read(dialect: Dialect, drawing: Drawing) -> Reading:
    """The workflow of a drawing, and how it came about."""
    return _Reader(dialect, drawing).read()


def _unknown(reading: Reading) -> list[Diagnostic]:
    hint = "it is kept whole as a tool; everything around it is converted"
    return [
        finding(
            "FJ308",
            f"type {node.type!r} of {node.name or node.id!r} is unknown",
            node.pointer,
            hint=hint,
            severity=Severity.INFO,
        )
        for block, node in reading.nodes.items()
        if reading.rows[block].kind is BlockKind.OPAQUE
    ]


class _Reader:
    def __init__(self, dialect: Dialect, drawing: Drawing) -> None:
        self.dialect = dialect
        rows = {node.id: dialect.type_of(node) for node in drawing.nodes}
        self.out = Reading(drawing, Scope(drawing, rows), rows=rows)
        self.out.workflow.name = drawing.name
        self.out.workflow.description = drawing.description
        self.out.workflow.variables = drawing.variables
        if drawing.extras:
            self.out.workflow.talk["extras"] = drawing.extras
        self.leaving: dict[str, list[Wire]] = {}
        for wire in drawing.wires:
            self.leaving.setdefault(wire.source, []).append(wire)

    def read(self) -> Reading:
        out = self.out
        by_id = out.drawing.by_id()
        roles = {
            node.id: self.dialect.role(node, out.rows[node.id], self.leaving.get(node.id, ()))
            for node in out.drawing.nodes
        }
        for node in out.drawing.nodes:
            if roles[node.id] == BODY_ROLE and node.parent is not None:
                out.bodies.setdefault(node.parent, node)
        bodies = {node.id: parent for parent, node in out.bodies.items()}
        out.scope.parents = {node.id: node.parent for node in out.drawing.nodes if node.parent is not None}
        out.scope.bodies = {parent: node.id for parent, node in out.bodies.items()}
        parts = Parts(self.dialect, out.scope, by_id, {k: r for k, r in roles.items() if r not in {"", BODY_ROLE}})
        for node in out.drawing.nodes:
            if node.id in bodies or node.id in parts.fed:
                continue
            if out.rows[node.id].kind is None:
                out.rows[node.id] = self.dialect.type_alone(node)
            out.nodes[node.id] = node
            out.workflow.blocks.append(self._block(node, parts))
        for block in out.workflow.blocks:
            self._edges(block, parts)
        for container, node in out.bodies.items():
            self._leave(container, BODY, self.leaving.get(node.id, ()), parts)
        return out

    def _block(self, node: Node, parts: Parts) -> Block:
        dialect, row = self.dialect, self.out.rows[node.id]
        scope = replace(self.out.scope, node=node)
        choices = dialect.choices_of(row)
        fields = read_fields(dialect, row, node.settings, scope, choices.keys if choices is not None else ())
        block = Block(id=node.id, kind=_kind(row), type=node.type, name=node.name, enabled=node.enabled, fields=fields)
        block.parent, block.x, block.y = node.parent, node.x, node.y
        block.width, block.height = node.width, node.height
        if choices is not None:
            block.branches = choices.read(node, self.leaving.get(node.id, ()), scope)
        links = parts.absorb(block)
        if links:
            self.out.links[node.id] = links
        return block

    def _edges(self, block: Block, parts: Parts) -> None:
        for wire in self.leaving.get(block.id, ()):
            branch = wire.out if block.branch(wire.out) is not None else self.dialect.way(block, wire)
            if branch is None and block.branches and wire.out != self.dialect.plain_port:
                message = f"{block.name or block.id!r} has no way out {wire.out!r}"
                hint = "the edge stays in the file and means nothing; connect it to a way that exists"
                self.out.drawing.found.append(warning("FJ307", message, wire.pointer, hint=hint))
                continue
            self._leave(block.id, branch, (wire,), parts)

    def _leave(self, source: str, branch: str | None, wires: list[Wire] | tuple[Wire, ...], parts: Parts) -> None:
        """The edges that wires mean: into a block, or through a part into every block that it feeds."""
        for wire in wires:
            for target in parts.blocks_behind(wire.target):
                if target not in self.out.nodes or (target == source and wire.target != target):
                    continue
                known = self.out.ways.setdefault((source, branch, target), [])
                if not known:
                    identifier = wire.id if wire.target == target else ""
                    self.out.workflow.edges.append(Edge(source=source, target=target, branch=branch, id=identifier))
                known.append(wire)


def _kind(row: NodeType) -> BlockKind:
    return BlockKind.OPAQUE if row.kind is None else row.kind
