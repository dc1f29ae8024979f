"""In which order blocks and edges are written: that of a prior document, with new ones behind their predecessors."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fjctl.formats.reactflow_data import Map
    from fjctl.formats.reactflow_read import Reading
    from fjctl.model.workflow import Block, Edge, Workflow

_LAST = float("inf")
Key: TypeAlias = "tuple[float, int, int]"


class Order:
    """The blocks and edges of a workflow in the order of the file; `raw` is the prior edge by `id()` of an edge.

    Parents stand in front of their children, as version 12 requires. Edges of the same way out keep the order that the
    workflow gives them. `copies` are further prior edges that say what one of the workflow says (between other
    handles of the same two nodes).
    """

    def __init__(self, workflow: Workflow, reading: Reading) -> None:
        self.workflow = workflow
        self.raw: dict[int, Map] = {}
        self.keys: dict[int, Key] = {}
        self.copies: list[tuple[Key, Edge, Map]] = []
        self.blocks = self._parents_first(self._blocks(reading))
        self.edges = self._edges(reading)

    def _blocks(self, reading: Reading) -> list[Block]:
        known = {identifier: float(place) for place, identifier in enumerate(reading.nodes)}
        inside: dict[str, float] = {}
        for block in reversed(self.workflow.blocks):
            place = min(known.get(block.id, _LAST), inside.get(block.id, _LAST))
            if block.parent is not None:
                inside[block.parent] = min(inside.get(block.parent, _LAST), place)
        keys: dict[str, tuple[float, int]] = {}
        before = -1.0 if known else _LAST
        for number, block in enumerate(self.workflow.blocks):
            if block.id in known:
                before = known[block.id]
                keys[block.id] = (before, -1)
            elif inside.get(block.id, _LAST) < _LAST:
                keys[block.id] = (inside[block.id] - 0.5, number)
            else:
                keys[block.id] = (before, number)
        return sorted(self.workflow.blocks, key=lambda block: keys[block.id])

    def _parents_first(self, blocks: list[Block]) -> list[Block]:
        by_id = self.workflow.by_id()
        listed: list[Block] = []
        done: set[str] = set()
        for block in blocks:
            chain: list[Block] = []
            above: Block | None = block
            while above is not None and above.id not in done:
                chain.append(above)
                done.add(above.id)
                above = by_id.get(above.parent) if above.parent else None
            listed += reversed(chain)
        return listed

    def _edges(self, reading: Reading) -> list[Edge]:
        places = {id(raw): float(place) for place, raw in enumerate(reading.in_order)}
        spare = {key: list(raws) for key, raws in reading.edges.items()}
        groups: dict[tuple[str, str | None], list[Edge]] = {}
        for edge in self.workflow.edges:
            raws = spare.get((edge.source, edge.branch, edge.target))
            if raws:
                self.raw[id(edge)] = raws.pop(0)
            groups.setdefault((edge.source, edge.branch), []).append(edge)
        last: dict[str, float] = {}
        for number, edges in enumerate(groups.values()):
            source = edges[0].source
            slots = sorted(places[id(self.raw[id(edge)])] for edge in edges if id(edge) in self.raw)
            before = slots[0] - 0.5 if slots else last.get(source, _LAST)
            for inner, edge in enumerate(edges):
                known = id(edge) in self.raw
                before = slots.pop(0) if known else before
                self.keys[id(edge)] = (before, -1 if known else number, inner)
                if known:
                    self.copies += self._copies(edge, reading, places)
            last[source] = before
        return sorted(self.workflow.edges, key=lambda edge: self.keys[id(edge)])

    def _copies(self, edge: Edge, reading: Reading, places: dict[int, float]) -> list[tuple[Key, Edge, Map]]:
        raws = reading.copies.get(id(self.raw[id(edge)]), ())
        return [((places[id(raw)], -1, 0), edge, raw) for raw in raws]
