"""Rules about the graph: where runs begin and end, what they can come to, and how containers are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.checks import edits
from fjctl.checks.rule import Problem, Repair
from fjctl.diagnostics import Safety

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.checks.graph import Link
    from fjctl.checks.subject import Subject


def unreachable(subject: Subject) -> Iterator[Problem]:
    """A block or state that no path from the start leads to.

    Why: nothing that stands in it ever happens. Either an edge was forgotten, and the flow does less than it shows, or
    the block is left over, and readers lose time over it.

    When it runs: Sim, Dify and n8n skip such a block without a word. Parlant stores the state, evaluates it at start-up
    and never enters it.

    Example:
        states:
          greet: {say: Hello, next: done}
          offer: {say: "A discount?", next: done}
          done: {end: true}

    Instead: lead a transition to it, or remove it.
        states:
          greet: {say: Hello, next: offer}
          offer: {say: "A discount?", next: done}
          done: {end: true}
    """
    graph = subject.graph
    if not any(name in graph.nodes for name in graph.starts):
        return  # that nothing can be reached is another rule's finding
    noun = "block" if subject.side == "workflow" else "state"
    for node in graph.nodes.values():
        if node.id in graph.reachable or any(name not in graph.reachable for name in graph.ancestors(node.id)):
            continue  # what stands in an unreachable container is not said again
        if node.enabled:
            repair = Repair(f"remove the {noun}", edits.remove_node(node.id), Safety.UNSAFE)
            hint = f"lead an edge to it from the {noun} that should come before, or remove it"
            yield Problem(node.spot, f"no path leads to {noun} {node.label!r}", hint, node.id, repair)


def duplicate_edge(subject: Subject) -> Iterator[Problem]:
    """Two edges from the same way out to the same block, or two equal transitions.

    Why: the second adds nothing, and whoever removes the first believes that the way is gone.

    When it runs: Sim starts the target once; Flowise and n8n start it twice. In Parlant the second transition is stored
    and evaluated, so each turn costs more.

    Example:
        next:
          - {to: done, condition: The customer agrees}
          - {to: done, condition: The customer agrees}

    Instead: keep one of them.
        next:
          - {to: done, condition: The customer agrees}
    """
    seen: dict[tuple[object, ...], Link] = {}
    for link in subject.graph.links:
        if link.target not in subject.graph.nodes or link.source not in subject.graph.nodes:
            continue
        key = (link.source, link.target, link.way, link.when, link.text, link.branch.id if link.branch else None)
        first = seen.setdefault(key, link)
        if first is not link:
            source, target = (subject.graph.nodes[name].label for name in (link.source, link.target))
            repair = Repair("remove the second one", edits.remove_link(link))
            yield Problem(link.spot, f"{source!r} leads to {target!r} twice", "remove one of them", link.source, repair)
