"""The way back from loop containers to the cycles they were made of (see `cycles`).

A container is dissolved on trial: the ends that its expressions name are wired to the header or to where the loop led
on, and what `recover_loops` would make of the result is compared with what is there. Only if they agree is the trial
kept, so that a loop that a person has changed into something else stays a loop.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from fjctl.conversion.cycles import EXIT, LEAVE, LOOP, natural_loops
from fjctl.conversion.cycles_meaning import ALWAYS, Body, Group, meaning_of
from fjctl.conversion.rounds import neighbours
from fjctl.model.references import normalize
from fjctl.model.workflow import BODY, Block, BlockKind, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Mapping

_ATOM = re.compile(r"""\s*<([^<>]+)\.selected(?:Option|Route)>\s*===?\s*("(?:[^"\\]|\\.)*"|'[^'\\]*')\s*(\|\||$)""")
_TRUE = re.compile(r"\s*true\s*\|\|")


def restore_cycles(workflow: Workflow, keys: Mapping[str, str]) -> Workflow:
    """Dissolves the containers that `recover_loops` made; `keys` is block id → key (`ask_order.loop`). Those that no
    longer say what it would have said stay as they are."""
    present = workflow.by_id()
    wanted = [node for node, key in keys.items() if key.endswith(LOOP) and node in present]
    if not wanted:
        return workflow
    order = {block.id: number for number, block in enumerate(workflow.blocks)}
    for node in sorted(wanted, key=lambda item: (_depth(present, item), order[item])):
        workflow = _Trial(workflow, keys, node).outcome() or workflow
    return workflow


def _depth(blocks: Mapping[str, Block], node: str) -> int:
    seen: set[str] = set()
    parent = blocks[node].parent
    while parent is not None and parent in blocks and parent not in seen:
        seen.add(parent)
        parent = blocks[parent].parent
    return len(seen)


@dataclass(slots=True)
class _Exit:
    """A way on as it stands: what tells it (None: everything else) and the edges that lead there."""

    fired: frozenset[Group] | None
    edges: list[Edge]


class _Trial:
    """One container, dissolved in a copy of the workflow."""

    def __init__(self, workflow: Workflow, keys: Mapping[str, str], container: str) -> None:
        self.workflow = workflow
        self.keys = keys
        self.blocks = {node: replace(block) for node, block in workflow.by_id().items()}
        self.edges = [replace(edge) for edge in workflow.edges]
        self.container = self.blocks[container]
        self.children = {n for n, b in self.blocks.items() if b.parent == container and b.kind is not BlockKind.NOTE}
        self.markers: dict[str, Group] = {}
        self.dropped = {container}
        self.by_name: dict[str, str] = {}
        for node in self.children:
            self.by_name.setdefault(normalize(self.blocks[node].name), node)

    def outcome(self) -> Workflow | None:
        """The workflow without the container; None when the inverse does not apply."""
        header = self._header()
        if header is None or not self._take_markers() or not self._acyclic():
            return None
        again = self._told(self._condition())
        exits = self._exits()
        if again is None or exits is None or self.dropped & self.children == self.children:
            return None
        self.children -= self.dropped
        touched = self._wire(header, again, exits)
        self._leave(header)
        self._sort(touched)
        return self._agreed(header, again, exits)

    def _header(self) -> str | None:
        container = self.container
        into = [edge for edge in self.edges if edge.source == container.id and edge.branch == BODY]
        if container.kind is not BlockKind.LOOP or set(container.fields) != {"loop"} or container.branches:
            return None
        return into[0].target if len(into) == 1 and into[0].target in self.children else None

    def _condition(self) -> str | None:
        loop = self.container.fields["loop"]
        text = loop.get("do_while") if isinstance(loop, dict) and loop.keys() <= {"do_while", "times"} else None
        return text if isinstance(text, str) else None

    def _take_markers(self) -> bool:
        """Takes the blocks out that only remember that an edge was taken."""
        for node in self.children:
            if not self.keys.get(node, "").rpartition(".")[2].startswith(LEAVE[1:]):
                continue
            block = self.blocks[node]
            into = [edge for edge in self.edges if edge.target == node]
            out = any(edge.source == node for edge in self.edges)
            remembers = block.kind is BlockKind.CONDITION and len(block.branches) == 1 and block.branches[0].otherwise
            if out or len(into) != 1 or not remembers or into[0].source not in self.children:
                return False
            self.markers[node] = (into[0].source, into[0].branch)
            self.edges.remove(into[0])
            self.dropped.add(node)
        return not self.markers.keys() & {source for source, _ in self.markers.values()}

    def _acyclic(self) -> bool:
        inside = {node: [t for t in found if t in self.children] for node, found in self._inside().items()}
        done: set[str] = set()
        for _ in inside:
            free = {node for node, found in inside.items() if node not in done and not set(found) - done}
            if not free:
                break
            done |= free
        return len(done) == len(inside)

    def _inside(self) -> dict[str, list[str]]:
        return {node: found for node, found in neighbours(self.blocks, self.edges).items() if node in self.children}

    def _told(self, text: str | None) -> frozenset[Group] | None:
        """The groups an expression names; None when it is not one of ours."""
        if text is None:
            return None
        if text.strip() in {"true", "false"}:
            return ALWAYS if text.strip() == "true" else frozenset()
        always = _TRUE.match(text)
        found: set[Group] = set(ALWAYS if always else ())
        place, more = always.end() if always else 0, "||"
        while more:
            atom = _ATOM.match(text, place)
            node = self.by_name.get(normalize(atom[1])) if atom is not None else None
            if atom is None or node is None:
                return None
            value = _string(atom[2])
            if self.blocks[node].branch(value) is None:
                return None
            found.add(self.markers.get(node, (node, value)))
            place, more = atom.end(), atom[3]
        return frozenset(found) if place == len(text) else None

    def _exits(self) -> list[_Exit] | None:
        leaving = [edge for edge in self.edges if edge.source == self.container.id and edge.branch != BODY]
        if any(edge.branch is not None or edge.target == self.container.id for edge in leaving):
            return None
        chooser = self.blocks.get(leaving[0].target) if len(leaving) == 1 else None
        if chooser is None or not self.keys.get(chooser.id, "").endswith(EXIT):
            return [_Exit(None, leaving)] if leaving else []
        entering = sum(edge.target == chooser.id for edge in self.edges)
        branches = {branch.id for branch in chooser.branches}
        onward = [edge for edge in self.edges if edge.source == chooser.id]
        stray = any(edge.branch not in branches for edge in onward)
        if chooser.kind is not BlockKind.CONDITION or entering != 1 or stray:
            return None
        exits: list[_Exit] = []
        for branch in chooser.branches:
            fired = None if branch.otherwise else self._told(branch.when)
            edges = [edge for edge in onward if edge.branch == branch.id]
            if branch.otherwise and not edges:
                continue  # the row for everything else, which a condition of Sim has whether it is used or not
            if not edges or (fired is None and not branch.otherwise):
                return None
            exits.append(_Exit(fired, edges))
        self.dropped.add(chooser.id)
        return exits

    def _loose(self) -> list[Group]:
        """The ends inside the body from which nothing leads on."""
        found: list[Group] = []
        for node in self.blocks:
            if node not in self.children:
                continue
            block = self.blocks[node]
            used = {edge.branch for edge in self.edges if edge.source == node}
            if block.branches:
                found += [(node, branch.id) for branch in block.branches if branch.id not in used]
            elif None not in used:
                found.append((node, None))
        return found

    def _wire(self, header: str, again: frozenset[Group], exits: list[_Exit]) -> set[str]:
        """Gives the loose ends their targets; returns the blocks whose edges changed."""
        marked = set(self.markers.values())
        taken = [Edge(source=source, target=header, branch=branch) for source, branch in marked]
        body = Body(self.blocks, self.edges + taken, header, self.children)
        groups = list(dict.fromkeys([*self._loose(), *self.markers.values()]))
        rest = next((item for item in exits if item.fired is None), None)
        chosen: list[tuple[Group, _Exit | None]] = []
        for group in groups:
            fired = frozenset({group}) if group in marked else body.fired(group)
            to = next((item for item in exits if fired and item.fired is not None and fired <= item.fired), rest)
            if fired and fired <= again:
                chosen.append((group, None))
            elif to is not None and (group in marked or self.blocks[group[0]].enabled):
                chosen.append((group, to))
        for (source, branch), leads in chosen:
            edges = [Edge(source=source, target=header)] if leads is None else leads.edges
            single = sum(other is leads for _, other in chosen) == 1
            for edge in edges:
                name = edge.id if single else ""
                self.edges.append(replace(edge, source=source, branch=branch, id=name, talk=dict(edge.talk)))
        return {source for (source, _), _ in chosen}

    def _leave(self, header: str) -> None:
        """Takes the container away and its inside out."""
        container = self.container
        self.edges = [edge for edge in self.edges if edge.source not in self.dropped]
        for edge in self.edges:
            if edge.target == container.id:
                edge.target = header
        for block in self.blocks.values():
            if block.parent == container.id:
                block.parent = container.parent
                if block.x is not None and block.y is not None and container.x is not None and container.y is not None:
                    block.x, block.y = block.x + container.x, block.y + container.y
        for node in self.dropped:
            del self.blocks[node]

    def _sort(self, touched: set[str]) -> None:
        """Puts each touched block's edges in the order of its branches."""
        for node in touched:
            places = [place for place, edge in enumerate(self.edges) if edge.source == node]
            block = self.blocks[node]
            ordered = sorted((self.edges[place] for place in places), key=lambda edge: block.rank(edge.branch))
            for place, edge in zip(places, ordered, strict=True):
                self.edges[place] = edge

    def _agreed(self, header: str, again: frozenset[Group], exits: list[_Exit]) -> Workflow | None:
        """The outcome, if recovering it would give what was there."""
        successors = neighbours(self.blocks, self.edges)
        back = {(node, header) for node in self.children if header in successors[node]}
        if natural_loops(successors, back).get(header) != self.children:
            return None
        meaning = meaning_of(self.blocks, self.edges, header, self.children)
        if meaning is None or meaning.again != again or len(meaning.ways) != len(exits):
            return None
        now = {_targets(way.edges): way.fired for way in meaning.ways}
        then = {_targets(item.edges): item.fired for item in exits}
        told = {targets for targets, fired in then.items() if fired is not None}
        if now.keys() != then.keys() or (meaning.leaky and len(told) < len(then)):
            return None
        for targets in told:
            if now[targets] != then[targets]:
                return None
        order = [self.blocks[block.id] for block in self.workflow.blocks if block.id in self.blocks]
        return replace(self.workflow, blocks=order, edges=self.edges)


def _targets(edges: list[Edge]) -> tuple[tuple[str, str], ...]:
    return tuple((edge.target, repr(edge.talk)) for edge in edges)


def _string(literal: str) -> str:
    return cast("str", json.loads(literal)) if literal.startswith('"') else literal[1:-1]
