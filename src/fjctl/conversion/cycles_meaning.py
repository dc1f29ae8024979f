"""What one iteration of a loop's body decides: which ways out of it go round again, which leave, and how to tell.

The unit is the *group*: a block and one of its branches (None for what always follows), with all edges that leave
there together. A group of a condition or router block is told by the choice the block made. A group of a plain edge is
told by the choices that lead to its block: `ALWAYS` when every path through the body comes by. What cannot be told so
needs a marker, a choice of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fjctl.model.references import normalize, references
from fjctl.model.workflow import BODY, ENTRY_KINDS, ERROR, FORK_KINDS, SPECIAL_BRANCHES, TIMEOUT, Block, BlockKind, Edge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fjctl.source import JsonValue

Group = tuple[str, str | None]
"""Block id and branch: the edges that are taken together."""
ALWAYS: frozenset[Group] = frozenset({("", None)})
"""Taken in every iteration; else the groups of which one was taken."""
_BACK = "back"
_RESERVED = frozenset({"loop", "parallel", "variable"})


@dataclass(slots=True)
class Way:
    """One way on after a loop: where it leads (`edges`, of the first group), and the groups that lead there."""

    edges: list[Edge]
    groups: list[Group] = field(default_factory=list)
    fired: frozenset[Group] = frozenset()


@dataclass(slots=True)
class Meaning:
    """How a loop goes on after an iteration. `leaky`: an iteration may also just end, and the loop with it.

    `again` and the ways' `fired` say which groups tell it; `markers` are the groups that need a block to remember them;
    `leaving` are all edges out of the body and back to the header.
    """

    again: frozenset[Group]
    ways: list[Way]
    leaky: bool
    markers: list[Group]
    leaving: list[Edge]

    @property
    def plain(self) -> bool:
        """Whether the container itself can lead on, as there is one way and always a reason to take it."""
        return len(self.ways) == 1 and not self.leaky

    def otherwise(self, number: int) -> bool:
        """Whether a way is the one that is left when no other was taken."""
        return not self.leaky and number == len(self.ways) - 1


def meaning_of(blocks: Mapping[str, Block], edges: Iterable[Edge], header: str, nodes: set[str]) -> Meaning | None:
    """How the loop with this header and these blocks goes on; None when a container cannot say it: an entry block
    inside, an edge across scopes, or an iteration that goes several of these ways at once."""
    edges = [edge for edge in edges if edge.source in blocks and edge.target in blocks]
    if any(blocks[node].kind in ENTRY_KINDS for node in nodes) or _crosses(blocks, edges, header, nodes):
        return None
    body = Body(blocks, edges, header, nodes)
    return body.meaning()


def _crosses(blocks: Mapping[str, Block], edges: Iterable[Edge], header: str, nodes: set[str]) -> bool:
    scope = blocks[header].parent
    for edge in edges:
        source, target = blocks[edge.source], blocks[edge.target]
        if source.parent == target.parent and edge.branch != BODY:
            continue
        if edge.source in nodes and target.parent != edge.source:
            return True
        inward = edge.target in nodes and source.parent != edge.target
        if inward and not (edge.branch == BODY and edge.source == scope and edge.target == header):
            return True
    return False


class Body:
    """The blocks of a loop with what stays inside and what leaves; the edges inside have no cycle."""

    def __init__(self, blocks: Mapping[str, Block], edges: Iterable[Edge], header: str, nodes: set[str]) -> None:
        self.blocks = {node: block for node, block in blocks.items() if node in nodes}
        self.header = header
        self.names: dict[str, int] = {}
        for block in blocks.values():
            name = normalize(block.name)
            self.names[name] = self.names.get(name, 0) + 1
        self.out: dict[str, list[Edge]] = {node: [] for node in self.blocks}
        self.stay: dict[str, list[Edge]] = {node: [] for node in self.blocks}
        self.into: dict[str, list[Edge]] = {node: [] for node in self.blocks}
        self.away: dict[Group, list[Edge]] = {}
        for edge in edges:
            if edge.source in self.blocks and edge.branch != BODY:
                self.out[edge.source].append(edge)
                if edge.target in self.blocks and edge.target != header:
                    self.stay[edge.source].append(edge)
                    self.into[edge.target].append(edge)
        place = {node: number for number, node in enumerate(self.blocks)}
        inside = set(self.blocks) - {header}
        leaving = [edge for found in self.out.values() for edge in found if edge.target not in inside]
        for edge in sorted(leaving, key=lambda e: (place[e.source], self.blocks[e.source].rank(e.branch))):
            self.away.setdefault((edge.source, edge.branch), []).append(edge)
        self.open = {node for node in self.blocks if self._leaks(node)}
        self.left = self.open | {node for node, _ in self.away}
        self.reached: dict[str, frozenset[Group] | None] = {}
        self._reach()

    def _leaks(self, node: str) -> bool:
        """Whether a path may simply end at a block."""
        block = self.blocks[node]
        taken = {edge.branch for edge in self.out[node]}
        if not block.enabled:
            return True
        if None in taken:
            return False
        if not block.branches:
            return True
        sure = block.kind is BlockKind.ROUTER or any(branch.otherwise for branch in block.branches)
        return not sure or any(branch.id not in taken for branch in block.branches)

    def _reach(self) -> None:
        """Finds, for each block, the groups that tell that it was reached; None: they do not tell."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph(
            {node: [edge.target for edge in found] for node, found in self.stay.items()}
        )
        doors = nx.immediate_dominators(graph, self.header)
        for node in nx.topological_sort(graph):
            if node == self.header:
                self.reached[node] = ALWAYS
            elif node not in doors:
                self.reached[node] = None
            elif len(self.into[node]) > 1 and self._leads_only_to(doors[node], node):
                self.reached[node] = self.reached[doors[node]]
            else:
                self.reached[node] = either(self.fired((edge.source, edge.branch)) for edge in self.into[node])

    def _leads_only_to(self, start: str, end: str) -> bool:
        """Whether every path from one block comes by another before it leaves or ends."""
        seen, stack = {start}, [start]
        while stack:
            node = stack.pop()
            if node in self.left:
                return False
            for edge in self.stay[node]:
                if edge.target != end and edge.target not in seen:
                    seen.add(edge.target)
                    stack.append(edge.target)
        return True

    def fired(self, group: Group) -> frozenset[Group] | None:
        """The groups that tell that a group was taken; None: a marker must."""
        node, branch = group
        if not self.blocks[node].enabled:
            return frozenset()
        if branch is not None:
            return None if branch in SPECIAL_BRANCHES else frozenset({group})
        if any(edge.branch in SPECIAL_BRANCHES for edge in self.out[node]):
            return None
        return self.reached[node]

    def told(self, group: Group) -> frozenset[Group] | None:
        """`fired`, where an expression can spell it and reading it back finds the group again."""
        block = self.blocks[group[0]]
        if not block.enabled or (group[1] is None and block.branches):
            return None
        found = self.fired(group)
        if not found:
            return None
        return found if found == ALWAYS or all(self._spells(*item) for item in found) else None

    def _spells(self, node: str, branch: str | None) -> bool:
        block = self.blocks[node]
        name = normalize(block.name)
        if block.kind not in FORK_KINDS or self.names[name] > 1 or name in _RESERVED or branch is None or "<" in branch:
            return False
        text = f"<{name}.selectedOption>"
        return [(item.name, item.path) for item in references(text)] == [(name, "selectedOption")]

    def meaning(self) -> Meaning | None:
        """See `meaning_of`."""
        back: list[Group] = []
        ways: dict[tuple[object, ...], Way] = {}
        sorts: dict[Group, object] = {}
        for group, edges in self.away.items():
            targets = {edge.target for edge in edges}
            mixed = any((edge.source, edge.branch) == group for edge in self.stay[group[0]])
            if mixed or (self.header in targets and len(targets) > 1):
                return None
            if self.header in targets:
                back.append(group)
                sorts[group] = _BACK
            else:
                key = tuple(edge.target for edge in edges)
                ways.setdefault(key, Way(edges)).groups.append(group)
                sorts[group] = key
        if len(set(sorts.values())) > 1 and self._goes_several_ways(sorts):
            return None
        for way in ways.values():
            if len(way.groups) > 1:
                way.edges = [
                    _together(edges) for edges in zip(*(self.away[group] for group in way.groups), strict=True)
                ]
        return self._told(back, list(ways.values()))

    def _told(self, back: list[Group], ways: list[Way]) -> Meaning:
        leaving = [edge for edges in self.away.values() for edge in edges]
        meaning = Meaning(frozenset(), ways, bool(self.open), [], leaving)
        marked: dict[Group, None] = {}

        def tell(groups: list[Group], *, spelled: bool = True) -> frozenset[Group]:
            parts: list[frozenset[Group]] = []
            for group in groups:
                told = self.told(group)
                if told is None and spelled:
                    marked[group] = None
                parts.append(frozenset({group}) if told is None else told)
            return frozenset().union(*parts)

        meaning.again = tell(back)
        for number, way in enumerate(ways):
            way.fired = tell(way.groups, spelled=not meaning.plain and not meaning.otherwise(number))
        # A failure must find its way while the body runs, told or not; reading back must find the other two.
        for group in self.away:
            block = self.blocks[group[0]]
            if group[1] in SPECIAL_BRANCHES or not block.enabled or (group[1] is None and block.branches):
                marked[group] = None
        meaning.markers = list(marked)
        return meaning

    def _goes_several_ways(self, sorts: Mapping[Group, object]) -> bool:
        """Whether one iteration can leave in two of the given sorts of ways: from a block whose edges go together, two
        paths without a common block lead to groups of different sorts."""
        for node, block in self.blocks.items():
            for branch in (None, ERROR, TIMEOUT, *(item.id for item in block.branches)):
                together = {branch} if branch in SPECIAL_BRANCHES else {None, branch}
                starts = {edge.target for edge in self.stay[node] if edge.branch in together}
                straight = {sorts[node, item] for item in together if (node, item) in sorts}
                if len(starts) + len(straight) > 1 and self._disjoint(starts, straight, sorts):
                    return True
        return False

    def _disjoint(self, starts: set[str], straight: set[object], sorts: Mapping[Group, object]) -> bool:
        import networkx as nx

        graph: nx.DiGraph[object] = nx.DiGraph()
        for node in self.blocks:
            graph.add_edge(("in", node), ("out", node), capacity=1)
            for edge in self.stay[node]:
                graph.add_edge(("out", node), ("in", edge.target), capacity=1)
        for (node, _), sort in sorts.items():
            graph.add_edge(("out", node), ("sort", sort), capacity=1)
            graph.add_edge(("sort", sort), "end", capacity=1)
        graph.add_edges_from((("start", ("in", node)) for node in starts), capacity=1)
        graph.add_edges_from((("start", ("sort", sort)) for sort in straight), capacity=1)
        return bool(nx.maximum_flow_value(graph, "start", "end") > 1)


def talk_of(edges: Iterable[Edge]) -> dict[str, JsonValue]:
    """What several edges say for the conversation, the first that says a thing counting."""
    talk: dict[str, JsonValue] = {}
    for edge in edges:
        talk = {**edge.talk, **talk}
    return talk


def _together(edges: Sequence[Edge]) -> Edge:
    """One edge for several that lead to the same place. What they say is kept for the list of losses only: where loops
    are containers, edges hold no texts, and so no text may decide what the containers look like."""
    first = edges[0]
    return Edge(source=first.source, target=first.target, branch=first.branch, talk=talk_of(edges))


def either(parts: Iterable[frozenset[Group] | None]) -> frozenset[Group] | None:
    """What tells that one of several things happened."""
    found = list(parts)
    if ALWAYS in found:
        return ALWAYS
    known = [part for part in found if part is not None]
    return frozenset().union(*known) if len(known) == len(found) else None
