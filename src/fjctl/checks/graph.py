"""The graph of a workflow or a journey, in one form for both, and what follows from it.

Everything is computed when first asked for, in time linear in the graph (dominators: nearly).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fjctl.checks.rule import Spot
    from fjctl.model.workflow import Block, BlockKind, Branch
    from fjctl.source import Pointer

Way = Literal["always", "when", "condition", "command", "event", "else", "error", "timeout", "body"]
"""Why a link is taken. `when` is an expression, `condition` a sentence for the model."""


@dataclass(slots=True, eq=False)
class Node:
    """A block or a state. `fields` are as in `model/workflow.py` for both sides (`prompt`, `say`, `ask`, `agent`,
    `tool`, `loop`, `parallel`, `journey`, `wait`, `inputs`, `result` …); `places` are the pointers of a journey's
    fields where they stand elsewhere than under the state."""

    id: str
    label: str
    kind: BlockKind
    spot: Spot
    parent: str | None
    fields: Mapping[str, Any]
    enabled: bool = True
    block: Block | None = None
    state: Mapping[str, Any] | None = None
    pointer: Pointer = ()
    places: dict[str, Pointer] = field(default_factory=dict)
    leaves: bool = False
    """Whether a way out of it ends the run by saying so (an `end`, a transition without `to`)."""


@dataclass(slots=True, eq=False)
class Link:
    """An edge or a transition, from node to node. `target` may name a node that does not exist. `when` is the
    expression, `text` the sentence, command or event."""

    number: int
    source: str
    target: str
    way: Way
    spot: Spot
    when: str | None = None
    text: str = ""
    branch: Branch | None = None
    item: Mapping[str, Any] | None = None


@dataclass(eq=False)
class Graph:
    """Nodes by id, links in document order, and where a run begins. Links to nodes that do not exist are in `links`
    and in `dangling`, and count for nothing else. `starts` are the first states of a journey; in a workflow, its
    entry blocks, or, where it has none (`declared` is False), the blocks that nothing leads to."""

    nodes: dict[str, Node]
    links: list[Link]
    starts: list[str]
    declared: bool = True

    @cached_property
    def drawn(self) -> dict[str, list[Link]]:
        """All links by source, also those that lead nowhere."""
        found: dict[str, list[Link]] = {name: [] for name in self.nodes}
        for link in self.links:
            found.setdefault(link.source, []).append(link)
        return found

    @cached_property
    def outgoing(self) -> dict[str, list[Link]]:
        """Links by source, those whose ends both exist."""
        return self._by(lambda link: link.source)

    @cached_property
    def incoming(self) -> dict[str, list[Link]]:
        """Links by target, those whose ends both exist."""
        return self._by(lambda link: link.target)

    def _by(self, end: Any) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = {name: [] for name in self.nodes}
        for link in self.links:
            if link.source in self.nodes and link.target in self.nodes:
                found[end(link)].append(link)
        return found

    @cached_property
    def dangling(self) -> list[Link]:
        """Links that begin or end nowhere."""
        return [link for link in self.links if link.source not in self.nodes or link.target not in self.nodes]

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The nodes that a run can come to; a container's body only if something leads into it."""
        return self.reach(name for name in self.starts if name in self.nodes)

    def reach(self, begin: Iterable[str]) -> frozenset[str]:
        """The nodes that can be come to from some, themselves included."""
        seen = set(begin)
        stack = list(seen)
        while stack:
            for link in self.outgoing[stack.pop()]:
                if link.target not in seen:
                    seen.add(link.target)
                    stack.append(link.target)
        return frozenset(seen)

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The nodes inside each container, by its id."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.parent is not None:
                found.setdefault(node.parent, []).append(node.id)
        return found

    def ancestors(self, node: str) -> list[str]:
        """The containers around a node, from the inside out; a cycle of parents is cut."""
        found: list[str] = []
        parent = self.nodes[node].parent
        while parent is not None and parent in self.nodes and parent not in found and parent != node:
            found.append(parent)
            parent = self.nodes[parent].parent
        return found

    @cached_property
    def cycles(self) -> list[list[str]]:
        """The strongly connected parts with a cycle, each in document order (Tarjan, without recursion)."""
        return _cyclic_parts(self)

    @cached_property
    def dominators(self) -> dict[str, str]:
        """The immediate dominator of each reachable node; a start has none. Besides their ways out, containers lead
        from their last blocks back out, so that what a body sets counts as run once it is left."""
        return _dominators(self)

    def always_before(self, node: str, other: str) -> bool:
        """Whether every path from a start to `node` has come by `other` before. A node is before itself only in a
        loop, which this does not count."""
        at = self.dominators.get(node)
        while at is not None:
            if at == other:
                return True
            at = self.dominators.get(at)
        return False

    def may_be_before(self, node: str, other: str) -> bool:
        """Whether some path leads from `other` to `node`, by at least one link."""
        return node in self._after[other]

    @cached_property
    def _after(self) -> _Later:
        return _Later(self)


class _Later(dict[str, frozenset[str]]):
    """What can follow each node, found when asked for."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self._graph = graph

    def __missing__(self, node: str) -> frozenset[str]:
        graph = self._graph
        first = [link.target for link in graph.outgoing.get(node, ())]
        if node in graph.nodes:  # leaving a body is going on behind its container
            first += [link.target for name in graph.ancestors(node) for link in graph.outgoing[name]]
        found = self[node] = graph.reach(first)
        return found


def _cyclic_parts(graph: Graph) -> list[list[str]]:
    order = {name: number for number, name in enumerate(graph.nodes)}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: dict[str, None] = {}
    found: list[list[str]] = []
    for root in graph.nodes:
        if root in index:
            continue
        work = [(root, iter(graph.outgoing[root]))]
        index[root] = low[root] = len(index)
        on_stack[root] = None
        while work:
            name, links = work[-1]
            for link in links:
                if link.target not in index:
                    index[link.target] = low[link.target] = len(index)
                    on_stack[link.target] = None
                    work.append((link.target, iter(graph.outgoing[link.target])))
                    break
                if link.target in on_stack:
                    low[name] = min(low[name], index[link.target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    part = _pop_to(on_stack, name)
                    if len(part) > 1 or any(link.target == name for link in graph.outgoing[name]):
                        found.append(sorted(part, key=order.__getitem__))
    return sorted(found, key=lambda part: order[part[0]])


def _pop_to(stack: dict[str, None], name: str) -> list[str]:
    part = []
    while True:
        part.append(stack.popitem()[0])
        if part[-1] == name:
            return part


def _flow(graph: Graph) -> dict[str, list[str]]:
    """Successors for dominators: a container goes on behind itself only through its body, where it has one."""
    following: dict[str, list[str]] = {}
    for name, links in graph.outgoing.items():
        following[name] = [link.target for link in links]
    for container, inside in graph.children.items():
        if container not in graph.nodes:
            continue
        last = [name for name in inside if not any(link.way != "error" for link in graph.outgoing[name])]
        behind = [link.target for link in graph.outgoing[container] if link.way != "body"]
        for name in last:
            following[name] = [*following[name], *behind]
    return following


def _dominators(graph: Graph) -> dict[str, str]:
    """Immediate dominators by the method of Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001)."""
    following = _flow(graph)
    root = ""
    following[root] = [name for name in graph.starts if name in graph.nodes]
    number: dict[str, int] = {}
    order = _postorder(root, following, number)
    before: dict[str, list[str]] = {name: [] for name in order}
    for name in order:
        for target in following[name]:
            before[target].append(name)
    found = {root: root}
    changed = True
    while changed:
        changed = False
        for name in reversed(order[:-1]):
            known = [item for item in before[name] if item in found]
            new = known[0]
            for item in known[1:]:
                new = _meet(new, item, found, number)
            if found.get(name) != new:
                found[name] = new
                changed = True
    return {name: at for name, at in found.items() if root not in {name, at}}


def _postorder(root: str, following: dict[str, list[str]], number: dict[str, int]) -> list[str]:
    order: list[str] = []
    seen = {root}
    work = [(root, iter(following[root]))]
    while work:
        name, targets = work[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                work.append((target, iter(following[target])))
                break
        else:
            work.pop()
            number[name] = len(order)
            order.append(name)
    return order


def _meet(one: str, other: str, found: dict[str, str], number: dict[str, int]) -> str:
    while one != other:
        while number[one] < number[other]:
            one = found[one]
        while number[other] < number[one]:
            other = found[other]
    return one
