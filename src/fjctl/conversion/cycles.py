"""Cycles as loop containers, for builders that cannot draw a back edge.

`recover_loops` finds the natural loops of every scope (dominators and back edges) and puts each, inside out, into a
loop container that runs its body first and then asks whether to go round again (`do_while`). Whether it does is read
off the choices that the body's blocks made in that iteration: a block that has not run since gives null in an
expression (Sim, executor/variables), so `<fork.selectedOption> === "again"` also says that the fork was reached.
What is no choice but must be told apart afterwards (a way out on an error, say) gets a choice of its own: a condition
block with a single branch (`<state>.leave`), which selects it when reached. Where the loop can end in several ways, a
condition block behind the container (`<header>.exit`) sends on.

`cycles_restore.restore_cycles` is the inverse.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fjctl.conversion.cycles_meaning import ALWAYS, Group, Meaning, Way, meaning_of, talk_of
from fjctl.conversion.rounds import has_cycle, neighbours
from fjctl.model.references import normalize
from fjctl.model.workflow import BODY, ENTRY_KINDS, ERROR, TIMEOUT, Block, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOOP = ".loop"
EXIT = ".exit"
LEAVE = ".leave"
_MARGIN_X, _MARGIN_Y = 60.0, 100.0
_UNREADABLE = str.maketrans("", "", "<>=!&|")


@dataclass(slots=True)
class Recovered:
    """A workflow without the cycles that could be recovered (never the object that was given).

    `nodes` is key → block id of everything added; `refused` holds, for each cycle that stays, the names of its blocks
    in their order along the arrows.
    """

    workflow: Workflow
    nodes: dict[str, str] = field(default_factory=dict)
    refused: list[list[str]] = field(default_factory=list)


def recover_loops(workflow: Workflow, keys: Mapping[str, str], new_id: Callable[[str], str]) -> Recovered:
    """Turns cycles into loop containers that mean the same; `keys` is block id → state id, `new_id` gives the id for an
    added key. Only condition and router blocks may have branches (`choosers.expand`)."""
    successors = neighbours(workflow.by_id(), workflow.edges)
    if not has_cycle(successors):
        return Recovered(replace(workflow, blocks=list(workflow.blocks), edges=list(workflow.edges)))
    return _Recovery(workflow, keys, new_id).recover()


def expression(fired: frozenset[Group], blocks: Mapping[str, Block], markers: Mapping[Group, Block]) -> str:
    """JavaScript that is true after an iteration in which one of these edges was taken."""
    groups = fired - ALWAYS
    place = {node: number for number, node in enumerate(blocks)}
    atoms = ["true"] if fired >= ALWAYS else []
    for group in sorted(groups, key=lambda item: (place[item[0]], blocks[item[0]].rank(item[1]))):
        marker = markers.get(group)
        block, branch = (marker, marker.branches[0].id) if marker is not None else (blocks[group[0]], group[1])
        output = "selectedRoute" if block.kind is BlockKind.ROUTER else "selectedOption"
        atoms.append(f"<{normalize(block.name)}.{output}> === {json.dumps(branch, ensure_ascii=False)}")
    return " || ".join(atoms) if atoms else "false"


class _Recovery:
    def __init__(self, workflow: Workflow, keys: Mapping[str, str], new_id: Callable[[str], str]) -> None:
        self.workflow = workflow
        self.keys = keys
        self.new_id = new_id
        self.blocks = [replace(block) for block in workflow.blocks]
        self.by_id: dict[str, Block] = {}
        for block in self.blocks:
            self.by_id.setdefault(block.id, block)
        self.place = {node: float(number) for number, node in enumerate(self.by_id)}
        self.edges = [replace(edge) for edge in workflow.edges]
        self.names = {normalize(block.name) for block in workflow.blocks}
        self.nodes: dict[str, str] = {}
        self.refused: list[list[str]] = []
        self.given_up: set[str] = set()

    def recover(self) -> Recovered:
        pending = self._components(set(self.by_id))
        while pending:
            component = pending.pop(0)
            left = self._step(component)
            if left is not None:
                pending = self._components(left) + pending
        return Recovered(replace(self.workflow, blocks=self.blocks, edges=self.edges), self.nodes, self.refused)

    def _components(self, among: set[str]) -> list[set[str]]:
        """The strongly connected components that hold a cycle, in document order."""
        return components(self._successors(among), self.place)

    def _successors(self, among: set[str]) -> dict[str, list[str]]:
        found = neighbours(self.by_id, self.edges)
        return {
            node: [target for target in targets if target in among] for node, targets in found.items() if node in among
        }

    def _step(self, component: set[str]) -> set[str] | None:
        """Wraps the innermost loop of a component; returns the blocks still to look at, None when there are none."""
        successors = self._successors(component)
        back = _back_edges(successors, self._entries(component))
        loops = natural_loops(successors, back)
        for header in sorted(loops, key=lambda node: (len(loops[node]), self.place[node])):
            body = loops[header]
            inner = {node: [t for t in successors[node] if t in body and t != header] for node in body}
            if header in self.given_up or has_cycle(inner):
                continue
            meaning = meaning_of(self.by_id, self.edges, header, body)
            if meaning is not None:
                return (component - body) | self._wrap(header, body, meaning)
            self.given_up.add(header)
            self._refuse(successors, header, body)
        rest = {node: [t for t in found if (node, t) not in back] for node, found in successors.items()}
        for tangle in components(rest, self.place):
            self._refuse(rest, min(tangle, key=self.place.__getitem__), tangle)
        return None

    def _entries(self, component: set[str]) -> list[str]:
        """Where control comes in from outside; the first block in the document where it never does."""
        found = {edge.target for edge in self.edges if edge.target in component and edge.source not in component}
        found |= {node for node in component if self.by_id[node].kind in ENTRY_KINDS}
        return sorted(found, key=self.place.__getitem__) or [min(component, key=self.place.__getitem__)]

    def _refuse(self, successors: Mapping[str, list[str]], start: str, among: set[str]) -> None:
        """Notes the shortest cycle through a block."""
        cause: dict[str, str] = {}
        queue = [start]
        for node in queue:
            for target in successors[node]:
                if target == start:
                    path = [node]
                    while path[-1] != start:
                        path.append(cause[path[-1]])
                    self.refused.append([self.by_id[item].name for item in reversed(path)])
                    return
                if target in among and target not in cause:
                    cause[target] = node
                    queue.append(target)

    def _wrap(self, header: str, body: set[str], meaning: Meaning) -> set[str]:
        """Moves a body into a new container; returns the ids of what now stands in its place."""
        first = self.by_id[header]
        key = self.keys.get(header, header)
        children = [block for block in self.blocks if block.id in body]
        container = self._add(key + LOOP, f"Repeat {first.name}", BlockKind.LOOP, first)
        markers = {group: self._marker(group) for group in meaning.markers}
        again = expression(meaning.again, self.by_id, markers)
        container.fields = {"loop": {"do_while": again}}
        gone = {id(edge) for edge in meaning.leaving}
        self.edges = [edge for edge in self.edges if id(edge) not in gone]
        for edge in self.edges:
            if edge.target == header and edge.source not in body:
                edge.target = container.id
        said = talk_of(edge for edge in meaning.leaving if edge.target == header)
        self.edges.append(Edge(source=container.id, target=header, branch=BODY, talk=said))
        for (source, branch), marker in markers.items():
            self.edges.append(Edge(source=source, target=marker.id, branch=branch))
        added = self._send_on(key, first, container, meaning, markers)
        _place(container, children)
        for block in children:
            block.parent = container.id
        for marker in markers.values():
            marker.parent = container.id
        return {container.id, *added}

    def _send_on(
        self, key: str, first: Block, container: Block, meaning: Meaning, markers: Mapping[Group, Block]
    ) -> set[str]:
        """Wires the ways out of a container; returns the id of the block that chooses among them, if any."""
        if not meaning.ways:
            return set()
        if meaning.plain:
            self.edges += _copies(meaning.ways[0], container.id, None)
            return set()
        chooser = self._add(key + EXIT, f"{first.name} exit", BlockKind.CONDITION, first)
        self.edges.append(Edge(source=container.id, target=chooser.id))
        for number, way in enumerate(meaning.ways):
            if meaning.otherwise(number):
                branch = Branch(id=f"{chooser.id}-else", otherwise=True)
            else:
                suffix = f"else-if-{number}" if number else "if"
                when = expression(way.fired, self.by_id, markers)
                branch = Branch(id=f"{chooser.id}-{suffix}", when=when)
            chooser.branches.append(branch)
            self.edges += _copies(way, chooser.id, branch.id)
        return {chooser.id}

    def _marker(self, group: Group) -> Block:
        """The condition block that remembers that an edge was taken."""
        source = self.by_id[group[0]]
        special = {None: ("", "left"), ERROR: ("_error", "failed"), TIMEOUT: ("_timeout", "late")}
        number = source.rank(group[1]) + 1
        suffix, words = special.get(group[1], (f"_{number}", f"left {number}"))
        key = self.keys.get(source.id, source.id) + LEAVE + suffix
        marker = self._add(key, f"{source.name} {words}", BlockKind.CONDITION, source)
        marker.enabled = True
        marker.branches = [Branch(id=f"{marker.id}-else", otherwise=True)]
        return marker

    def _add(self, key: str, name: str, kind: BlockKind, beside: Block) -> Block:
        """A new block before another in the document, with a name that references can spell."""
        base = " ".join(name.translate(_UNREADABLE).split())
        free, number = base, 1
        while normalize(free) in self.names:
            number += 1
            free = f"{base} {number}"
        self.names.add(normalize(free))
        block = Block(id=self.new_id(key), kind=kind, name=free, parent=beside.parent, enabled=beside.enabled)
        self.nodes[key] = block.id
        self.blocks.insert(self.blocks.index(beside), block)
        self.by_id[block.id] = block
        self.place[block.id] = self.place[beside.id] - 1 / (len(self.nodes) + 1)
        return block


def _copies(way: Way, source: str, branch: str | None) -> list[Edge]:
    """The edges of a way, leaving from another block."""
    return [replace(edge, source=source, branch=branch, talk=dict(edge.talk)) for edge in way.edges]


def _place(container: Block, children: list[Block]) -> None:
    """Puts a container around placed children, whose positions become relative to it; else nothing has a place."""
    places = [(block.x, block.y) for block in children if block.x is not None and block.y is not None]
    if len(places) < len(children):
        return
    left, top = min(x for x, _ in places) - _MARGIN_X, min(y for _, y in places) - _MARGIN_Y
    container.x, container.y = left, top
    for block, (x, y) in zip(children, places, strict=True):
        block.x, block.y = x - left, y - top


def components(successors: Mapping[str, list[str]], place: Mapping[str, float]) -> list[set[str]]:
    """Strongly connected components with a cycle, ordered by their first block."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph(successors)
    strong: list[set[str]] = list(nx.strongly_connected_components(graph))
    found = [part for part in strong if len(part) > 1 or any(node in successors[node] for node in part)]
    return sorted(found, key=lambda component: min((place[node], node) for node in component))


def _back_edges(successors: Mapping[str, list[str]], entries: list[str]) -> set[tuple[str, str]]:
    """Edges whose target every path from the entries to their source has passed."""
    import networkx as nx

    root = "\x00"
    graph: nx.DiGraph[str] = nx.DiGraph(successors)
    graph.add_edges_from((root, entry) for entry in entries)
    parents = nx.immediate_dominators(graph, root)
    found: set[tuple[str, str]] = set()
    for source, targets in successors.items():
        wanted = set(targets)
        node: str | None = source
        while wanted and node is not None and node != root:
            if node in wanted:
                found.add((source, node))
            node = parents.get(node)
    return found


def natural_loops(successors: Mapping[str, list[str]], back: set[tuple[str, str]]) -> dict[str, set[str]]:
    """Header → its loop's blocks: those from which a back edge can be reached without passing the header."""
    predecessors: dict[str, list[str]] = {node: [] for node in successors}
    for node, targets in successors.items():
        for target in targets:
            predecessors[target].append(node)
    loops: dict[str, set[str]] = {}
    for source, header in back:
        body = loops.setdefault(header, {header})
        stack = [source]
        while stack:
            node = stack.pop()
            if node not in body:
                body.add(node)
                stack += predecessors[node]
    return loops
