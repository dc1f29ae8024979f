"""Ways round in a drawing: Flowise draws none, it has nodes that jump back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from fjctl.formats.canvas.drawing import Drawing, Wire

Ends = tuple[str, str, str, str]
"""What makes two wires the same (see `Wire.ends`)."""


def back_wires(drawing: Drawing, jumps: Collection[Ends] = ()) -> set[Ends]:
    """The wires that close a way round, seen from where runs begin; `jumps` are drawn otherwise already."""
    leaving: dict[str, list[Wire]] = {}
    entered: set[str] = set()
    for wire in drawing.wires:
        if wire.ends() not in jumps:
            leaving.setdefault(wire.source, []).append(wire)
            entered.add(wire.target)
    found: set[Ends] = set()
    done: set[str] = set()
    roots = [node.id for node in drawing.nodes if node.id not in entered] + [node.id for node in drawing.nodes]
    for root in roots:
        if root in done:
            continue
        path: dict[str, None] = {root: None}
        work = [(root, iter(leaving.get(root, ())))]
        done.add(root)
        while work:
            node, wires = work[-1]
            for wire in wires:
                if wire.target in path:
                    found.add(wire.ends())
                elif wire.target not in done:
                    done.add(wire.target)
                    path[wire.target] = None
                    work.append((wire.target, iter(leaving.get(wire.target, ()))))
                    break
            else:
                work.pop()
                del path[node]
    return found


def rounds(drawing: Drawing) -> dict[str, frozenset[str]]:
    """For each node on a way round the nodes that share one with it, itself included. Unlike `back_wires`, this does
    not depend on the order of nodes."""
    leaving: dict[str, list[str]] = {}
    entering: dict[str, list[str]] = {}
    for wire in drawing.wires:
        leaving.setdefault(wire.source, []).append(wire.target)
        entering.setdefault(wire.target, []).append(wire.source)
    found: dict[str, frozenset[str]] = {}
    for node in drawing.nodes:
        if node.id not in found:
            group = _reached(leaving, node.id) & _reached(entering, node.id)
            found |= dict.fromkeys(group, frozenset(group))
    return found


def _reached(ways: dict[str, list[str]], start: str) -> set[str]:
    """What is reached from a node by at least one way."""
    seen: set[str] = set()
    work = list(ways.get(start, ()))
    while work:
        node = work.pop()
        if node not in seen:
            seen.add(node)
            work += ways.get(node, ())
    return seen
