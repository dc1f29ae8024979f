"""From a workflow to the drawing that says it, in the manner of a prior one where there is one."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from fjctl.diagnostics import Loss
from fjctl.formats.base import SAID_ONLY, Encoded, is_blank
from fjctl.formats.canvas.conditions import alike
from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.formats.canvas.new_parts import NewParts
from fjctl.formats.canvas.parts import NAME, TOOL, as_linked, taken_back
from fjctl.formats.canvas.paths import Map, Path, at, without
from fjctl.formats.canvas.reader import Reading, read
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.canvas.settings import read_fields, write_settings
from fjctl.formats.canvas.soundness import opened
from fjctl.formats.canvas.table import NodeType, opaque
from fjctl.model.names import unique
from fjctl.model.transplant import same
from fjctl.model.workflow import BODY, ENTRY_KINDS, FORK_KINDS, TOOL_KINDS, Block, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fjctl.formats.canvas.dialect import Dialect
    from fjctl.source import JsonValue


def encode(dialect: Dialect, workflow: Workflow, prior: JsonValue = None) -> Encoded:
    """A whole document of a builder, and what it has no place for."""
    drawing = opened(dialect, prior) if prior is not None else None
    reading = read(dialect, drawing) if drawing is not None else Reading(Drawing(), Scope(Drawing()))
    writer = _Writer(dialect, workflow, reading, fresh=drawing is None)
    return Encoded(dialect.close(writer.write(), prior if drawing is not None else None), writer.losses)


class _Writer:
    def __init__(self, dialect: Dialect, workflow: Workflow, prior: Reading, *, fresh: bool) -> None:
        self.dialect = dialect
        self.workflow = workflow
        self.prior = prior
        self.fresh = fresh
        self.by_id = workflow.by_id()
        self.losses: list[Loss] = []
        self.out = Drawing(name=workflow.name, description=workflow.description, variables=workflow.variables)
        extras = workflow.talk.get("extras")
        self.out.extras = extras if isinstance(extras, dict) and dialect.keeps_extras else {}
        self.out.fresh, self.out.environment = fresh, prior.drawing.environment
        self.rows: dict[str, NodeType] = dict(prior.rows)
        self.ports: dict[tuple[str, str], str] = {}
        self.parts: dict[str, Node] = {}
        self.bodies: dict[str, str] = {}
        self.body_nodes: dict[str, Node] = {}

    def write(self) -> Drawing:
        for block in self.workflow.blocks:
            self.rows[block.id] = self._row(block)
        self.scope = self._scope()
        for block in self.workflow.blocks:
            self._node(block)
        for edge in self.workflow.edges:
            self._wire(edge)
        self.losses += [
            Loss(f"the journey's {key}", (key,), f"{self.dialect.title} has no place for it", own=True)
            for key in self.workflow.talk
            if key != "extras" or not self.dialect.keeps_extras
        ]
        if not self.dialect.keeps_variables:
            reason = f"{self.dialect.title} declares no variables in a workflow"
            self.losses += [Loss(f"the variable {name}", ("variables", name), reason) for name in self.out.variables]
        return self.out

    def _plan(self) -> Drawing:
        """What the document is going to be, without settings: what its texts may ask for. A block's own branches bear
        their own ids here, since their ports are not known yet."""
        given = [block.fields.get("inputs") for block in self.workflow.blocks if block.kind in ENTRY_KINDS]
        asked = frozenset(name for each in given if isinstance(each, dict) for name in each)
        plan = replace(self.out, nodes=[], wires=[], asked=asked)
        for block in self.workflow.blocks:
            node = Node(id=block.id, type=self.rows[block.id].name, name=block.name, parent=block.parent)
            known = self.prior.nodes.get(block.id)
            plan.nodes.append(node if known is None else replace(node, raw=known.raw))
            links = self.prior.links.get(block.id, ())
            plan.nodes += [link.node for link in links]
            plan.wires += [link.wire for link in links]
        for edge in self.workflow.edges:
            source = self.by_id[edge.source]
            own = source.branch(edge.branch) is not None
            out = edge.branch if own else self.dialect.port(source, edge.branch)
            known_wires = self.prior.ways.get((edge.source, edge.branch, edge.target))
            plan.wires += known_wires or [Wire(source=edge.source, target=edge.target, out=out or "")]
        return plan

    def _scope(self) -> Scope:
        """Where texts stand, before any node is written: a text may refer to one that comes later."""
        parents = {block.id: block.parent for block in self.workflow.blocks if block.parent}
        for block in self.workflow.blocks:
            body = self.prior.bodies.get(block.id)
            if body is None and block.id not in self.prior.nodes:  # a container keeps the manner in which it begins
                body = self.dialect.body_node(block)
                if body is not None and body.id in self.by_id:
                    body = replace(body, id=unique(body.id, self.by_id))
            if body is not None:
                self.bodies[block.id] = body.id
                self.rows.setdefault(body.id, self.dialect.type_of(body))
                self.body_nodes[block.id] = body
                parents[body.id] = block.id
        return Scope(self._plan(), self.rows, parents=parents, bodies=self.bodies)

    def _row(self, block: Block) -> NodeType:
        prior = self.prior.rows.get(block.id) if block.id in self.prior.nodes else None
        if prior is not None and _alike(block.kind, prior.kind) and self.dialect.holds(prior, block):
            return prior
        row = self.dialect.type_for(block)
        if row is None:
            reason = f"{self.dialect.title} has nothing like it; it is drawn as a node that does nothing there"
            self.losses.append(Loss(f"the {block.kind.value} {block.name!r}", ("states", block.id), reason))
            row = self.dialect.table.of_kind(BlockKind.OPAQUE) or opaque(block.kind.value)
        return row

    def _node(self, block: Block) -> None:
        dialect, row = self.dialect, self.rows[block.id]
        prior = self.prior.nodes.get(block.id)
        if prior is not None and self.prior.rows[block.id] is not row:
            prior = replace(prior, settings={})
        node = Node(id=block.id, type=row.name, name=block.name, enabled=block.enabled, x=block.x, y=block.y)
        if not block.enabled and not dialect.disables:
            reason = f"{dialect.title} runs every step"
            self.losses.append(Loss(f"that {block.name} is switched off", ("states", block.id, "enabled"), reason))
        if prior is not None and self.prior.rows[block.id] is row:
            node.type, node.mark = prior.type, prior.mark
        node.parent = block.parent
        node.width, node.height = block.width, block.height
        node.raw = prior.raw if prior is not None else {}
        if block.kind is BlockKind.LOOP:
            node.inside = prior.inside if prior is not None and prior.inside is not None else ()
        scope = replace(self.scope, node=node)
        self.out.nodes.append(node)
        fields = self._parts(block, cast("Map", deepcopy(block.fields)), scope)
        node.settings = write_settings(dialect, row, fields, prior.settings if prior is not None else None, scope)
        choices = dialect.choices_of(row)
        if choices is not None:
            ports = choices.write(block.branches, prior, node.settings, scope)
            self.ports |= {(block.id, branch): port for branch, port in ports.items()}
            self._count_choices(block, {branch.id: branch for branch in choices.read(node, (), scope)}, ports)
        claimed = choices.keys if choices is not None else ()
        self._count_losses(block, fields, read_fields(dialect, row, node.settings, scope, claimed), choices is not None)
        self.losses += [
            Loss(f"{what} of {block.name}", ("states", block.id), reason)
            for what, reason in (dialect.doubts(node, scope) if self.fresh else ())
        ]
        body = self.body_nodes.get(block.id)
        if body is not None:
            self.out.nodes.append(replace(body, parent=node.id))

    def _parts(self, block: Block, fields: Map, scope: Scope) -> Map:
        """Writes the nodes that feed a block, and gives what is left for the block itself."""
        kept: list[tuple[Node, Wire]] = []
        links = self.prior.links.get(block.id, [])
        fields = as_linked(fields, links)
        for link in reversed(links):
            said = taken_back(fields, link)
            held = at(fields, link.path)
            fields = without(fields, [link.path, *link.spread]) if said is not None else fields
            if said is None:
                continue
            node = self.parts.get(link.node.id)
            if node is None:
                row = self.prior.rows[link.node.id]
                inner = replace(scope, node=link.node)
                settings = write_settings(self.dialect, row, said, link.node.settings, inner)
                node = self.parts[link.node.id] = replace(link.node, settings=settings)
                self._count_part(block, link.path, said, read_fields(self.dialect, row, settings, inner))
                if isinstance(held, dict):
                    node.name = str(held.get("title" if TOOL in said else NAME) or link.node.name)
            kept.append((node, link.wire))
        for node, wire in reversed(kept):
            if all(node is not known for known in self.out.nodes):
                self.out.nodes.append(node)
            self._draw(replace(wire))
        new = NewParts(self.dialect, block, self.rows[block.id], scope)
        left = new.take(fields)
        for path, said, again in new.read:
            self._count_part(block, path, said, again)
        self.out.nodes += new.nodes
        for wire in new.wires:
            self._draw(wire)
        return left

    def _draw(self, wire: Wire) -> None:
        if all(known.ends() != wire.ends() for known in self.out.wires):
            wire.id = wire.id or self.dialect.new_wire_id(wire)
            self.out.wires.append(wire)

    def _wire(self, edge: Edge) -> None:
        source = self.by_id[edge.source]
        out = self.ports.get((edge.source, edge.branch or ""))
        out = self.dialect.port(source, edge.branch) if out is None else out
        body = self.bodies.get(edge.source) if edge.branch == BODY else None
        if body is not None:
            out = self.dialect.plain_port
        self._count_edge(edge, drawn=out is not None)
        if out is None:
            return
        known = self.prior.ways.get((edge.source, edge.branch, edge.target))
        if known:
            for wire in known:
                self._draw(replace(wire, out=out if wire.target == edge.target else wire.out))
            return
        wire = Wire(source=body or edge.source, target=edge.target, out=out, id=edge.id)
        wire.into = self.dialect.entry_port(self.rows[edge.target])
        self._draw(wire)

    def _count_edge(self, edge: Edge, *, drawn: bool) -> None:
        place = ("states", edge.source, "next")
        if not drawn:
            reason = f"{self.dialect.title} draws no such connection"
            self.losses.append(Loss(f"a transition on {edge.branch}", place, reason))
        reason = f"the connections of {self.dialect.title} hold no texts"
        self.losses += [Loss(f"{key} of a transition", place, reason, key in SAID_ONLY) for key in edge.talk]

    def _count_losses(self, block: Block, fields: Map, again: Map, chooses: bool) -> None:  # noqa: FBT001
        """What a block says and its node, read again, does not."""
        place, reason = ("states", block.id), f"{self.dialect.title} has no place for it"
        for path in _missing(fields, again):
            key = path[-1]
            own = key in SAID_ONLY and path[0] == "talk"
            spot = path[1:] if path[0] == "talk" else path
            self.losses.append(Loss(f"{key} of {block.name}", (*place, *spot), reason, own))
        if block.branches and not chooses:
            what = f"the choice behind {block.name}"
            self.losses.append(Loss(what, (*place, "next"), f"its node has one way out in {self.dialect.title}"))

    def _count_part(self, block: Block, path: Path, said: Map, again: Map) -> None:
        """What a block says of a part and the part's node, read again, does not."""
        reason = f"{self.dialect.title} has no place for it"
        for missing in _missing(said, again):
            what = f"{missing[-1]} of {path[-1]} of {block.name}"
            self.losses.append(Loss(what, ("states", block.id, *path, *missing), reason))

    def _count_choices(self, block: Block, again: Mapping[str, Branch], ports: Mapping[str, str]) -> None:
        """Reasons of branches that the node, read again, does not give."""
        for branch in block.branches:
            found = again.get(ports.get(branch.id, ""))
            if found is not None and not _same_choice(found, branch):
                said = branch.when or branch.condition or branch.command or branch.event or "otherwise"
                reason = f"{self.dialect.title} has no way to say it; what is written never holds by mistake"
                self.losses.append(Loss(f"the choice {said!r} of {block.name}", ("states", block.id, "next"), reason))


def _same_choice(one: Branch, other: Branch) -> bool:
    return one.reason()[1:] == other.reason()[1:] and alike(one.when, other.when)


def _alike(one: BlockKind, other: BlockKind | None) -> bool:
    """Kinds that a journey does not tell apart by the block alone."""
    if one is other:
        return True
    return any(one in group and other in group for group in (FORK_KINDS, TOOL_KINDS))


def _missing(fields: Map, again: Map, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The places of values that say something in one map and are not so in another."""
    found: list[tuple[str, ...]] = []
    for key, item in fields.items():
        other: Any = again.get(key)
        if is_blank(item) or same(item, other):
            continue
        if isinstance(item, dict) and (isinstance(other, dict) or not path):
            found += _missing(item, other if isinstance(other, dict) else {}, (*path, key))
        else:
            found.append((*path, key))
    return found
