"""Loops that a builder draws flat: a node with one way into the body, one way on, and a way back from the body's end.

In the model such a loop is a container with its body inside, as builders with real containers draw it. `fold` makes
containers of the flat cycles in a drawing that has been taken apart, `unfold` draws them flat again. A body that has a
second way in or a way out past the loop is no container: its loop node stays one that chooses (`read_choice`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fjctl.formats.canvas.drawing import Drawing, Node, Wire
from fjctl.model.workflow import Branch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class LoopPorts(NamedTuple):
    """The ports of a builder's loop node: `item` leads into the body, `done` on, `back` is where the way back enters.
    `offset` is how far right and down of the loop node, in the canvas's pixels, the corner of its body is drawn."""

    item: str
    done: str
    back: str
    offset: tuple[float, float] = (0.0, 0.0)


MORE = "There is another item"
"""How a conversation reads the way into the body of a loop that is no container."""


def fold(drawing: Drawing, loops: Iterable[Node], ports: LoopPorts, *, loose: bool = False) -> None:
    """Makes a container of each loop node whose body is well formed: its body's nodes get it as parent, with positions
    relative to it, and the ways back are taken out of the drawing (and remembered in `Node.inside`).

    `loose`: a wire from outside into the body only carries a value, so it is no second way in.
    """
    leaving = _leaving(drawing.wires)
    known = drawing.by_id()
    bodies = {
        node.id: body
        for node in loops
        if (body := _body(node.id, drawing.wires, leaving, ports, loose=loose))
        and all(name in known and known[name].parent == node.parent for name in body)
    }
    taken: dict[str, str] = {}
    for loop in sorted(bodies, key=lambda name: len(bodies[name])):
        if _nested(loop, taken, bodies):
            for name in bodies[loop]:
                taken.setdefault(name, loop)
    folded = {loop for loop in bodies if loop in taken.values()}
    for loop in folded:
        node = known[loop]
        inside = [wire for name in bodies[loop] for wire in leaving.get(name, ()) if taken[name] == loop]
        node.inside = (*(wire for wire in leaving[loop] if wire.out == ports.item), *inside)
        node.width = node.height = None
    back = {id(wire) for loop in folded for wire in known[loop].inside or () if wire.target == loop}
    drawing.wires = [wire for wire in drawing.wires if id(wire) not in back]
    corners = {loop: _corner(known[loop], ports) for loop in folded}
    for name, loop in taken.items():
        known[name].parent = loop
        _move(known[name], corners[loop], -1)


def _leaving(wires: Iterable[Wire]) -> dict[str, list[Wire]]:
    found: dict[str, list[Wire]] = {}
    for wire in wires:
        found.setdefault(wire.source, []).append(wire)
    return found


def _body(
    loop: str, wires: Sequence[Wire], leaving: dict[str, list[Wire]], ports: LoopPorts, *, loose: bool
) -> dict[str, None] | None:
    """The nodes between a loop's way in and its way back, in the order in which they are reached; None where the loop
    has no body of its own."""
    body = _reached([wire.target for wire in leaving.get(loop, ()) if wire.out == ports.item], leaving, loop)
    after = _reached([wire.target for wire in leaving.get(loop, ()) if wire.out != ports.item], leaving, loop)
    closed = any(wire.target == loop and wire.into == ports.back for name in body for wire in leaving.get(name, ()))
    for wire in wires:
        if wire.target in body and wire.source not in body and not (wire.source == loop and wire.out == ports.item):
            if wire.source == loop or wire.source in after or not loose:
                return None
        elif wire.source in body and wire.target == loop and wire.into != ports.back:
            return None
    return body if closed else None


def _reached(first: list[str], leaving: dict[str, list[Wire]], loop: str) -> dict[str, None]:
    """The nodes that can be reached from some without passing the loop node."""
    found: dict[str, None] = {}
    stack = first[::-1]
    while stack:
        name = stack.pop()
        if name not in found and name != loop:
            found[name] = None
            stack += [wire.target for wire in reversed(leaving.get(name, ()))]
    return found


def _nested(loop: str, taken: dict[str, str], bodies: dict[str, dict[str, None]]) -> bool:
    """Whether every loop found so far lies wholly inside or outside a loop's body, together with what is in it."""
    body = bodies[loop]
    if loop in taken and not body.keys() <= bodies[taken[loop]].keys():
        return False
    inner = {taken[name] for name in body if name in taken}
    return all(found in body and bodies[found].keys() <= body.keys() for found in inner)


def _corner(loop: Node, ports: LoopPorts) -> tuple[float, float]:
    return ((loop.x or 0.0) + ports.offset[0], (loop.y or 0.0) + ports.offset[1])


def _move(node: Node, by: tuple[float, float], sign: int) -> None:
    if node.x is not None and node.y is not None:
        node.x, node.y = node.x + sign * by[0], node.y + sign * by[1]


def unfold(
    drawing: Drawing, loops: Iterable[Node], ports: LoopPorts, ways: Callable[[Node, Sequence[Wire]], Sequence[str]]
) -> None:
    """Draws the containers `loops` flat: their bodies stand beside them, and lead back to them.

    `ways(node, wires)` are the ports by which a node is left, those that no wire uses included. Each of them that leads
    nowhere inside a body leads back, except where the prior document had a dead end there.
    """
    flat = {node.id: node for node in loops}
    leaving = _leaving(drawing.wires)
    added: list[Wire] = []
    corners = {name: _absolute(node, flat, ports) for name, node in flat.items()}
    for node in drawing.nodes:
        loop = flat.get(node.parent or "")
        if loop is None:
            continue
        wires = leaving.get(node.id, ())
        used = {wire.out for wire in wires}
        added += [way for port in ways(node, wires) if (way := _way_back(node, loop, port, ports, used)) is not None]
    for node in drawing.nodes:
        if node.parent in flat:
            _move(node, corners[node.parent], 1)
    for node in drawing.nodes:
        if node.parent in flat:
            node.parent = _outside(node.parent, flat)
    for node in flat.values():
        node.width = node.height = None
    drawing.wires += added


def _absolute(loop: Node, flat: dict[str, Node], ports: LoopPorts) -> tuple[float, float]:
    """The corner of a loop's body, as seen from where the outermost flat loop around it stands."""
    x, y = _corner(loop, ports)
    seen = {loop.id}
    outer = flat.get(loop.parent or "")
    while outer is not None and outer.id not in seen:
        seen.add(outer.id)
        more = _corner(outer, ports)
        x, y = x + more[0], y + more[1]
        outer = flat.get(outer.parent or "")
    return x, y


def _outside(parent: str | None, flat: dict[str, Node]) -> str | None:
    """The first container around a node that is drawn as one; None for the canvas. Loops are still nested here or
    have been taken out already, so the walk ends."""
    seen = set[str]()
    while parent in flat and parent not in seen:
        seen.add(parent)
        parent = flat[parent].parent
    return parent if parent not in flat else None


def _way_back(node: Node, loop: Node, port: str, ports: LoopPorts, used: set[str]) -> Wire | None:
    """The wire that leads from a port back to the loop, if one does: the one that stood there, beside others or
    alone; a new one for a port that leads nowhere, unless that was a dead end before."""
    inside = loop.inside or ()
    before = [wire for wire in inside if wire.source == node.id and wire.out == port]
    back = next((wire for wire in before if wire.target == loop.id), None)
    if port in used and (back is None or len(before) == 1):
        return None
    if back is not None:
        return replace(back)
    if not before and any(wire.target == node.id for wire in inside):
        return None
    return Wire(source=node.id, target=loop.id, out=port, into=ports.back)


def read_choice(ports: LoopPorts) -> list[Branch]:
    """The ways out of a loop node that is no container: another item, or on."""
    return [Branch(id=ports.item, condition=MORE), Branch(id=ports.done, otherwise=True)]


def write_choice(branches: Sequence[Branch], ports: LoopPorts) -> dict[str, str]:
    """The port of each way out, by its id; the node itself says nothing about them."""
    return {branch.id: ports.done if branch.otherwise else ports.item for branch in branches}
