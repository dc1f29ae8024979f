"""Reading a React Flow graph: nodes, parents, edges, title, with the places where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from fjctl.diagnostics import Severity
from fjctl.formats.base import finding, warning
from fjctl.formats.reactflow_choices import Choices, notes_in_label, read_choices, talk_of
from fjctl.formats.reactflow_data import Map, Node, at, data_of, read_node
from fjctl.formats.recognise import graphs
from fjctl.model.workflow import CONTAINER_KINDS, Block, BlockKind, Edge, Workflow

if TYPE_CHECKING:
    from fjctl.diagnostics import Diagnostic
    from fjctl.formats.reactflow_kinds import Path
    from fjctl.source import JsonValue, Pointer

MEANING = "workflow"
"""Key beside `nodes` for the name, description, variables and conversation-wide parts."""


def graph_pointer(value: JsonValue) -> Pointer | None:
    """Where the map with `nodes` and `edges` (before version 10: `elements`) stands; None when there is none.

    The shallowest counts, and among those the one with the most nodes.
    """
    best: Pointer | None = None
    most = -1
    for pointer in graphs(value):
        if best is not None and len(pointer) > len(best):
            break
        graph = at(value, cast("Path", pointer))
        size = len(graph.get("nodes") or graph.get("elements") or ())
        if size > most:
            best, most = pointer, size
    if best is None and isinstance(value, dict) and all(isinstance(value.get(key), list) for key in ("nodes", "edges")):
        return ()
    return best


@dataclass(slots=True)
class Reading:
    """A document read, with everything a writer needs to put meanings back to where they stand."""

    graph: Map
    pointer: Pointer
    workflow: Workflow = field(default_factory=Workflow)
    found: list[Diagnostic] = field(default_factory=list)
    places: dict[str, Pointer] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    choices: dict[str, Choices] = field(default_factory=dict)
    edges: dict[tuple[str, str | None, str], list[Map]] = field(default_factory=dict)
    copies: dict[int, list[Map]] = field(default_factory=dict)
    in_order: list[Map] = field(default_factory=list)
    titles: dict[str, Path] = field(default_factory=dict)


def read(value: JsonValue, pointer: Pointer) -> Reading:
    """Reads the graph at a pointer."""
    return _Reader(value, pointer).read()


class _Reader:
    def __init__(self, value: Any, pointer: Pointer) -> None:
        self.value = value
        self.graph: Map = at(value, cast("Path", pointer))
        self.out = Reading(self.graph, pointer)
        self.old = not isinstance(self.graph.get("nodes"), list)
        self.raw: dict[str, Map] = {}
        self.sound: set[str] = set()
        self.outgoing: dict[str, list[tuple[Pointer, Map]]] = {}

    def _items(self, key: str) -> list[tuple[Pointer, Any]]:
        pointer = self.out.pointer
        if not self.old:
            return [((*pointer, key, place), item) for place, item in enumerate(self.graph[key])]
        wanted = key == "edges"
        return [
            ((*pointer, "elements", place), item)
            for place, item in enumerate(self.graph["elements"])
            if wanted == (isinstance(item, dict) and "source" in item and "target" in item)
        ]

    def read(self) -> Reading:
        self._nodes()
        entered = self._edges()
        workflow = self.out.workflow
        for identifier, raw in self.raw.items():
            node = read_node(raw, leads_in=identifier in entered)
            if raw.get("type") == "group" and node.kind is BlockKind.OPAQUE:
                continue
            self.out.nodes[identifier] = node
        for identifier, node in self.out.nodes.items():
            workflow.blocks.append(self._block(identifier, node))
        for block in workflow.blocks:
            block.parent = self._parent(block.id)
        for block in workflow.blocks:
            self._ways(block)
        self._title()
        return self.out

    def _nodes(self) -> None:
        found = self.out.found
        for pointer, raw in self._items("nodes"):
            if not isinstance(raw, dict):
                found.append(finding("FJ300", "a node is not a map", pointer, hint="remove it"))
                continue
            identifier = id_of(raw.get("id"))
            if not identifier:
                hint = "React Flow cannot draw it either; give it an id of its own"
                found.append(finding("FJ301", "a node has no id", pointer, hint=hint))
            elif identifier in self.raw:
                hint = "give each node an id of its own"
                found.append(finding("FJ302", f"two nodes have the id {identifier!r}", pointer, hint=hint))
            else:
                self.raw[identifier] = raw
                self.out.places[identifier] = pointer

    def _edges(self) -> set[str]:
        entered: set[str] = set()
        for pointer, raw in self._items("edges"):
            ends = [id_of(raw.get(key)) for key in ("source", "target")] if isinstance(raw, dict) else ["", ""]
            if not all(ends):
                self.out.found.append(
                    finding("FJ301", "an edge has no source or no target", pointer, hint="remove the edge")
                )
                continue
            missing = next((end for end in ends if end not in self.raw), None)
            if missing is not None:
                hint = "React Flow does not draw it; it stays in the file and means nothing; remove it"
                message = f"the edge leads to or from {missing!r}, which is no node"
                self.out.found.append(warning("FJ303", message, pointer, hint=hint))
                continue
            entered.add(ends[1])
            self.out.in_order.append(raw)
            self.outgoing.setdefault(ends[0], []).append((pointer, raw))
        return entered

    def _block(self, identifier: str, node: Node) -> Block:
        block = Block(
            id=identifier, kind=node.kind, type=node.type, name=node.name, enabled=node.enabled, fields=node.fields
        )
        raw = node.raw
        block.x, block.y = (_number(at(raw, ("position", axis))) for axis in ("x", "y"))
        block.width, block.height = (_size(raw, side) for side in ("width", "height"))
        if node.kind is BlockKind.OPAQUE and "fjctl" not in data_of(raw) and node.implied:
            hint = "it is kept whole as a tool; a type named after what it does (agent, http, condition) is read"
            message = f"type {node.type!r} of {node.name!r} is unknown"
            self.out.found.append(
                finding("FJ308", message, self.out.places[identifier], hint=hint, severity=Severity.INFO)
            )
        return block

    def _parent(self, identifier: str) -> str | None:
        """The nearest container above a node; groups that are only drawn are passed through."""
        found: str | None = None
        seen = {identifier}
        above = parent_of(self.raw[identifier])
        while above and above not in self.sound:
            if above in seen:
                hint = "nodes cannot hold each other in a circle; clear one parentId"
                message = f"node {identifier!r} sits in itself"
                self.out.found.append(finding("FJ304", message, self.out.places[identifier], hint=hint))
                return None
            if above not in self.raw:
                hint = "React Flow draws it without a parent; clear its parentId"
                message = f"node {identifier!r} sits in {above!r}, which does not exist"
                self.out.found.append(warning("FJ304", message, self.out.places[identifier], hint=hint))
                return found
            seen.add(above)
            found = found or self._container(above)
            above = parent_of(self.raw[above])
        self.sound |= seen
        while above and found is None:
            found = self._container(above)
            above = parent_of(self.raw[above])
        return found

    def _container(self, identifier: str) -> str | None:
        node = self.out.nodes.get(identifier)
        return identifier if node is not None and node.kind in CONTAINER_KINDS else None

    def _ways(self, block: Block) -> None:
        pairs = [(p, raw) for p, raw in self.outgoing.get(block.id, ()) if id_of(raw["target"]) in self.out.nodes]
        parents = {item.id: item.parent for item in self.out.workflow.blocks} if block.kind in CONTAINER_KINDS else {}
        inside = [parents.get(id_of(raw["target"])) == block.id for _, raw in pairs]
        node = self.out.nodes[block.id]
        choices = read_choices(node, [raw for _, raw in pairs], inside)
        add_beyond(node, choices)
        self.out.choices[block.id] = choices
        block.branches = choices.branches
        for place, ((pointer, raw), way) in enumerate(zip(pairs, choices.ways, strict=True)):
            if place in choices.unknown:
                hint = "connect the edge to a branch that exists"
                message = f"node {block.name!r} has no branch {raw.get('sourceHandle')!r}"
                self.out.found.append(warning("FJ307", message, pointer, hint=hint))
            edge = Edge(source=block.id, target=id_of(raw["target"]), branch=way, id=str(raw.get("id") or ""))
            edge.talk = edge_talk(raw, block.branch(way) is not None)
            known = self.out.edges.setdefault((edge.source, way, edge.target), [])
            chosen = block.branch(way) is not None
            same = next((item for item in known if edge_talk(item, chosen) == edge.talk), None)
            if same is not None:
                self.out.copies.setdefault(id(same), []).append(raw)
                continue
            self.out.workflow.edges.append(edge)
            known.append(raw)

    def _title(self) -> None:
        """Name, description, variables and conversation-wide parts, of the graph or of the maps around it."""
        workflow, pointer = self.out.workflow, cast("Path", self.out.pointer)
        own = self.graph.get(MEANING)
        own = own if isinstance(own, dict) else {}
        for key in ("variables", "talk"):
            if isinstance(own.get(key), dict):
                setattr(workflow, key, own[key])
        for key, names in (("name", ("name", "title")), ("description", ("description",))):
            places = [(*pointer, MEANING, name) for name in names]
            for depth in range(len(pointer), -1, -1):
                places += [(*pointer[:depth], *inner, name) for inner in ((), ("metadata",)) for name in names]
            for place in places:
                text_place = _text_place(self.value, place)
                if text_place is not None and at(self.value, text_place):
                    setattr(workflow, key, at(self.value, text_place))
                    self.out.titles[key] = text_place
                    break


def _text_place(value: Any, place: Path) -> Path | None:
    """A text's place; in a map of languages (RAGFlow) that of the English one, or of the first."""
    found = at(value, place)
    if isinstance(found, str):
        return place
    if isinstance(found, dict) and found and all(isinstance(item, str) for item in found.values()):
        return (*place, "en" if "en" in found else next(iter(found)))
    return None


def add_beyond(node: Node, choices: Choices) -> None:
    """Puts what the rows of choices say beyond their branches to the node's free-form fields."""
    if choices.beyond and node.rows:
        spot = node.fields.setdefault("agent" if node.kind is BlockKind.ROUTER else "extras", {})
        spot.setdefault(node.rows[-1], choices.beyond)


def edge_talk(raw: Map, chosen: bool) -> dict[str, JsonValue]:  # noqa: FBT001 - whether its label is a reason
    """What an edge says for the conversation."""
    talk = talk_of(raw)
    notes = "" if chosen else notes_in_label(raw)
    return {**talk, "notes": notes} if notes else talk


def id_of(value: Any) -> str:
    """An id as text; empty for what is none."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def parent_of(raw: Map) -> str:
    """The id of the node that a node sits in (`parentNode` until version 11); empty for none."""
    return id_of(raw.get("parentId")) or id_of(raw.get("parentNode"))


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _size(raw: Map, side: str) -> float | None:
    for place in ((side,), ("measured", side), ("style", side)):
        found = _number(at(raw, place))
        if found is not None:
            return found
    return None
