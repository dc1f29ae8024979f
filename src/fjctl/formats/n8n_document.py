"""An n8n document taken apart into nodes and connections, and put together again.

`{name, nodes, connections: {<name of the source>: {<kind>: [[{node, type, index}] for each output]}}, settings …}`, as
the editor downloads it, copies it or the API gives it, and as scripts have bent it. Source: n8n-workflow
`interfaces.ts` (`IWorkflowBase`, `INode`, `IConnections`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.base import warning
from fjctl.formats.canvas.drawing import Node, Wire
from fjctl.formats.n8n_choices import outputs
from fjctl.formats.n8n_types import ERROR_PORT
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.canvas.paths import Map
    from fjctl.source import JsonValue, Pointer

WRAPPERS = ("workflow", "data")
"""Keys under which a template or an answer of the API holds the workflow."""
MAIN = "main"


class Place(NamedTuple):
    """Where a workflow stands in a document: the map, its place, and how it spells its keys (scripts quote them)."""

    root: Map
    pointer: Pointer
    keys: Mapping[str, str]

    def get(self, name: str) -> Any:
        """The value of a key."""
        return self.root.get(self.keys.get(name, name))

    def key(self, name: str) -> str:
        """How the document spells a key."""
        return self.keys.get(name, name)


def locate(value: JsonValue) -> Place | None:
    """The workflow in a document; None where there is none."""
    for pointer in ((), *((key,) for key in WRAPPERS)):
        root: Any = value
        for part in pointer:
            root = root.get(part) if isinstance(root, dict) else None
        if not isinstance(root, dict):
            continue
        keys = {key.strip('"'): key for key in root if isinstance(key, str) and key[:1] == key[-1:] == '"'}
        place = Place(root, pointer, {name: key for name, key in keys.items() if name not in root})
        if isinstance(place.get("nodes"), list) and isinstance(place.get("connections"), dict):
            return place
    return None


def identify(raws: Iterable[Map]) -> list[str]:
    """An id for each node: its own, or one that follows from its name where it has none or another has the same."""
    found: list[str] = []
    seen = set[str]()
    for raw in raws:
        own = raw.get("id")
        identifier = own if isinstance(own, str) and own and own not in seen else ""
        number = 0
        while not identifier or identifier in seen:
            identifier = stable_id("n8n", str(raw.get("name")), str(number))
            number += 1
        seen.add(identifier)
        found.append(identifier)
    return found


class Link(NamedTuple):
    """One connection as the document has it."""

    source: str
    kind: str
    slot: int
    target: str
    into: str
    number: int
    pointer: Pointer


def links(place: Place, found: list[Diagnostic]) -> Iterator[Link]:
    """The connections of a document; what is no connection is named in `found`."""
    connections = place.get("connections")
    base: Pointer = (*place.pointer, place.key("connections"))
    for source, kinds in connections.items():
        if not isinstance(kinds, dict):
            found.append(_odd((*base, source), "is no map of outputs"))
            continue
        for kind, slots in kinds.items():
            yield from _slots(source, kind, slots, (*base, source, kind), found)


def _slots(source: str, kind: str, slots: Any, pointer: Pointer, found: list[Diagnostic]) -> Iterator[Link]:
    if not isinstance(slots, list):
        found.append(_odd(pointer, "is no list of outputs"))
        return
    for slot, rows in enumerate(slots):
        if not isinstance(rows, list):
            if rows is not None:
                found.append(_odd((*pointer, slot), "is no list of connections"))
            continue
        for number, row in enumerate(rows):
            here = (*pointer, slot, number)
            target = row.get("node") if isinstance(row, dict) else None
            if not isinstance(row, dict) or not isinstance(target, str):
                found.append(_odd(here, "names no node"))
                continue
            into, index = row.get("type", kind), row.get("index", 0)
            index = index if type(index) is int and index >= 0 else 0
            yield Link(source, kind, slot, target, into if isinstance(into, str) else MAIN, index, here)


def _odd(pointer: Pointer, what: str) -> Diagnostic:
    hint = "n8n leaves it out; draw the connection anew in the editor"
    return warning("FJ303", f"the connection at {pointer[1]!r} {what}", pointer, hint=hint)


def wires(place: Place, nodes: Mapping[str, Node], found: list[Diagnostic]) -> list[Wire]:
    """The connections between nodes that exist, by ports; `nodes` by name."""
    drawn: list[Wire] = []
    known = set[tuple[str, str, str, str]]()
    used: dict[str, int] = {}
    listed = list(links(place, found))
    for link in listed:
        if link.kind == MAIN:
            used[link.source] = max(used.get(link.source, 0), link.slot)
    for link in listed:
        source, target = nodes.get(link.source), nodes.get(link.target)
        if source is None or target is None:
            missing = link.source if source is None else link.target
            hint = "connections go by the names of nodes; remove it, or add the node"
            found.append(
                warning("FJ303", f"a connection names {missing!r}, which no node is called", link.pointer, hint=hint)
            )
            continue
        wire = Wire(source=source.id, target=target.id, pointer=link.pointer, raw=link)
        wire.out = _port(source, link.slot, used.get(link.source, 0)) if link.kind == MAIN else _kind(link)
        wire.into = str(link.number) if link.into == MAIN else link.into + (f":{link.number}" if link.number else "")
        if wire.ends() not in known:
            known.add(wire.ends())
            drawn.append(wire)
    return drawn


def _kind(link: Link) -> str:
    if link.kind == ERROR_PORT:
        return ERROR_PORT
    several = link.slot and not link.kind.startswith("ai_")  # a node is one thing to those that have it
    return link.kind + (f":{link.slot}" if several else "")


def _port(node: Node, slot: int, last: int) -> str:
    """The port of a main output; `last` is the last one that is connected."""
    ports = outputs(node)
    if slot < len(ports):
        return ports[slot]
    if node.settings.get("@onError") == "continueErrorOutput" and slot == max(last, len(ports)):
        return ERROR_PORT
    return str(slot)


def connections(drawing_wires: Iterable[Wire], nodes: Mapping[str, Node], names: Mapping[str, str]) -> Map:
    """The connections of a document, in the order of the prior ones."""
    written: Map = {}
    ordered = sorted(enumerate(drawing_wires), key=lambda item: (_rank(item[1]), item[0]))
    last = _last_slots([wire for _, wire in ordered], nodes)
    for _, wire in ordered:
        source = nodes[wire.source]
        kind, slot = _slot_of(wire, source, last)
        into, _, index = wire.into.partition(":") if not wire.into.isdecimal() else (MAIN, "", wire.into)
        slots = written.setdefault(names[wire.source], {}).setdefault(kind, [])
        while len(slots) <= slot:
            slots.append([])
        row = {"node": names[wire.target], "type": into or MAIN, "index": int(index) if index.isdecimal() else 0}
        if row not in slots[slot]:
            slots[slot].append(row)
    return written


def _rank(wire: Wire) -> tuple[Any, ...]:
    """New connections come last; those of a document keep their order."""
    return (0, wire.raw.pointer[-1]) if isinstance(wire.raw, Link) else (1, 0)


def _last_slots(drawn: Iterable[Wire], nodes: Mapping[str, Node]) -> dict[str, int]:
    """For nodes whose outputs nobody has named: the first output behind all that are in use."""
    found: dict[str, int] = {}
    for wire in drawn:
        if wire.out.isdecimal():
            found[wire.source] = max(found.get(wire.source, 0), int(wire.out) + 1)
    return {name: max(count, len(outputs(nodes[name]))) for name, count in found.items()}


def _slot_of(wire: Wire, source: Node, last: Mapping[str, int]) -> tuple[str, int]:
    link = wire.raw if isinstance(wire.raw, Link) else None
    if wire.out == ERROR_PORT:
        if link is not None and link.kind == ERROR_PORT:
            return ERROR_PORT, link.slot
        return MAIN, max(last.get(wire.source, 0), len(outputs(source)))
    if wire.out.isdecimal():
        return MAIN, min(int(wire.out), 999)
    ports = outputs(source)
    if wire.out in ports:
        return MAIN, ports.index(wire.out)
    kind, _, slot = wire.out.partition(":")
    known = kind.startswith("ai_") or (link is not None and link.kind == kind)
    return (kind, min(int(slot), 999) if slot.isdecimal() else 0) if known else (MAIN, 0)
