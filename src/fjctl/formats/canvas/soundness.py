"""What has to be true of a drawing before it can be read: every id once, every wire and parent somewhere.

Files that scripts and models write break these rules, and editors draw what is left. So does this: what cannot stand is
left out of the model (never of the file), with a warning that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.base import warning
from fjctl.model.workflow import CONTAINER_KINDS

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.dialect import Dialect
    from fjctl.formats.canvas.drawing import Drawing, Node
    from fjctl.source import JsonValue


def opened(dialect: Dialect, value: JsonValue) -> Drawing | None:
    """`dialect.open`, made sound; the warnings are added to the drawing's findings."""
    drawing = dialect.open(value)
    if drawing is not None:
        drawing.found += [*_nodes(drawing), *_wires(drawing), *_parents(dialect, drawing)]
    return drawing


def _nodes(drawing: Drawing) -> Iterator[Diagnostic]:
    seen: dict[str, Node] = {}
    for node in drawing.nodes:
        if node.id in seen:
            message = f"a second node has the id {node.id!r}; the first one counts"
            yield warning("FJ302", message, node.pointer, hint="give it an id of its own")
        else:
            seen[node.id] = node
    if len(seen) < len(drawing.nodes):
        drawing.nodes = list(seen.values())


def _wires(drawing: Drawing) -> Iterator[Diagnostic]:
    known = drawing.by_id()
    kept = []
    for wire in drawing.wires:
        missing = next((end for end in (wire.source, wire.target) if end not in known), None)
        if missing is None:
            kept.append(wire)
        else:
            message = f"an edge {'begins' if missing == wire.source else 'ends'} at {missing!r}, which does not exist"
            yield warning("FJ303", message, wire.pointer, hint="remove the edge, or add the node")
    if len(kept) < len(drawing.wires):
        drawing.wires = kept


def _parents(dialect: Dialect, drawing: Drawing) -> Iterator[Diagnostic]:
    known = drawing.by_id()
    for node in drawing.nodes:
        if node.parent is None:
            continue
        parent = known.get(node.parent)
        problem = "which does not exist" if parent is None else ""
        if parent is not None and dialect.type_of(parent).kind not in CONTAINER_KINDS:
            problem = "which is no container"
        elif parent is not None and _circles(node, known):
            problem = "which sits in it"
        if problem:
            message = f"node {node.name or node.id!r} sits in {node.parent!r}, {problem}; it is read as lying outside"
            yield warning("FJ304", message, node.pointer, hint="move the node out of it, or add the container")
            node.parent = None


def only_ways(drawing: Drawing, ports: Mapping[str, Container[str]]) -> None:
    """Leaves out the wires by which a node that chooses is left and which are none of its ways; `ports` are these, by
    node. For builders whose editors draw no such edge."""
    kept = []
    for wire in drawing.wires:
        known = ports.get(wire.source)
        if known is None or wire.out in known:
            kept.append(wire)
        else:
            message = f"an edge leaves {wire.source!r} by {wire.out!r}, which is none of its ways"
            drawing.found.append(warning("FJ307", message, wire.pointer, hint="lead it from one of its ways"))
    if len(kept) < len(drawing.wires):
        drawing.wires = kept


def _circles(node: Node, known: Mapping[str, Node]) -> bool:
    """Whether a node's containers lead back to it."""
    seen = {node.id}
    above = node.parent
    while above is not None and above in known:
        if above in seen:
            return above == node.id
        seen.add(above)
        above = known[above].parent
    return False
