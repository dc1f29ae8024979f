"""Rules about the graph: where runs begin and end, what they can come to, and how containers are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.checks import edits
from fjctl.checks.rule import Problem, Repair, Spot
from fjctl.diagnostics import Safety
from fjctl.model.workflow import CONTAINER_KINDS, ENTRY_KINDS, FORK_KINDS, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.checks.graph import Graph, Link, Node
    from fjctl.checks.subject import Subject


ENTRYLESS = frozenset({"langflow", "flowise-chatflow", "chainforge"})
"""Formats in which the first component is where the message comes in, and nothing else marks the start."""
ONE_START = frozenset({"sim", "dify", "flowise", "fastgpt"})
"""Formats that take one start block; the others are started by whichever trigger fires."""


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
        if not graph.declared and _is_alone(graph, node) and node.enabled:
            repair = Repair(f"remove the {noun}", edits.remove_node(node.id), Safety.UNSAFE)
            message = f"{noun} {node.label!r} is connected with nothing"
            yield Problem(node.spot, message, "connect it, or remove it", node.id, repair)
            continue
        if node.id in graph.reachable or any(name not in graph.reachable for name in graph.ancestors(node.id)):
            continue  # what stands in an unreachable container is not said again
        if node.enabled:
            repair = Repair(f"remove the {noun}", edits.remove_node(node.id), Safety.UNSAFE)
            hint = f"lead an edge to it from the {noun} that should come before, or remove it"
            yield Problem(node.spot, f"no path leads to {noun} {node.label!r}", hint, node.id, repair)


def _is_alone(graph: Graph, node: Node) -> bool:
    """Whether nothing leads to or from a node that is not the only one, nor the first of several that are all so."""
    others = bool(graph.links) or next(iter(graph.nodes)) != node.id
    return not graph.incoming[node.id] and not graph.outgoing[node.id] and node.parent is None and others


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


def no_start(subject: Subject) -> Iterator[Problem]:
    """A workflow in which nothing says where a run begins.

    Why: whoever runs it starts somewhere that nobody chose, or not at all.

    When it runs: Sim begins at the first block that nothing leads to; an n8n workflow without a trigger can only be run
    by hand; Dify and Flowise refuse to publish.

    Example:
        an agent and a reply, and no start block

    Instead: put a start in front.
        start, agent, reply
    """
    if subject.graph.declared or subject.format in ENTRYLESS or not subject.graph.nodes:
        return
    first = next(iter(subject.graph.nodes.values()))
    message = "nothing says where a run begins: there is no start and no trigger"
    yield Problem(first.spot, message, f"add a start block and lead it to {first.label!r}", first.id)


def several_starts(subject: Subject) -> Iterator[Problem]:
    """Several start blocks where a builder takes one.

    Why: only one of them is used, and the blocks behind the others never run.

    When it runs: Sim takes the first that is enabled; Dify and Flowise refuse a second one.

    Example:
        two blocks of kind start

    Instead: keep one start, and lead it to both.
        one start with two edges
    """
    if subject.format not in ONE_START and subject.format != "reactflow":
        return
    starts = [node for node in subject.graph.nodes.values() if node.kind is BlockKind.START and node.enabled]
    for node in starts[1:]:
        hint = f"remove it, and lead {starts[0].label!r} to where it led"
        yield Problem(node.spot, f"{node.label!r} is a second start beside {starts[0].label!r}", hint, node.id)


def leads_nowhere(subject: Subject) -> Iterator[Problem]:
    """A block or state that chooses, and has no way out at all.

    Why: a choice without ways is forgotten work: whatever is decided, nothing follows.

    When it runs: Sim decides and ends the path. In Parlant a fork without an exit ends the journey.

    Example:
        choose: {fork: true}

    Instead: draw its ways, or remove it.
        choose: {fork: true, next: [{to: offer, when: <order.found>}, {to: ask, else: true}]}
    """
    for node in subject.graph.nodes.values():
        if node.kind in FORK_KINDS and not subject.graph.outgoing[node.id] and not node.leaves and node.enabled:
            yield Problem(
                node.spot, f"{node.label!r} chooses, and no way leads on", "draw its ways, or remove it", node.id
            )


def always_to_itself(subject: Subject) -> Iterator[Problem]:
    """A state or block that leads to itself without a condition.

    Why: it never stops.

    When it runs: Sim waits for itself and never runs it; Parlant takes it for an exit or repeats the state each turn.

    Example:
        greet: {chat: Greet the customer, next: greet}

    Instead: say when it is repeated, and what else follows.
        greet: {chat: Greet them, next: [{to: greet, condition: They say nothing}, {to: ask, else: true}]}
    """
    for link in subject.graph.links:
        if link.source == link.target and link.source in subject.graph.nodes and link.way == "always":
            label = subject.graph.nodes[link.source].label
            repair = Repair("remove the way to itself", edits.remove_link(link), Safety.UNSAFE)
            hint = "say when it is repeated, or remove the way"
            yield Problem(link.spot, f"{label!r} leads to itself without a condition", hint, link.source, repair)


def branch_without_edge(subject: Subject) -> Iterator[Problem]:
    """A case of a choice that leads nowhere while others do.

    Why: when this case holds, the run ends there without a word. Often an edge was lost.

    When it runs: Sim takes the case, finds no edge and ends the path, with success. Dify and Flowise do the same.

    Example:
        a condition with the cases "large" and "small", and an edge from "large" only

    Instead: draw the edge, or remove the case.
        an edge from each case
    """
    for node in subject.graph.nodes.values():
        block = node.block
        used = {link.branch.id for link in subject.graph.outgoing[node.id] if link.branch is not None}
        if block is None or not used or not node.enabled:
            continue
        for branch in block.branches:
            if branch.id not in used and not branch.otherwise:
                name = branch.condition or branch.when or branch.command or branch.event or branch.id
                spot = node.spot._replace(value=branch.when or branch.condition or None)
                message = f"the case {_shortened(name)!r} of {node.label!r} leads nowhere"
                yield Problem(spot, message, "draw its edge, or remove the case", node.id)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def edge_without_branch(subject: Subject) -> Iterator[Problem]:
    """An edge that leaves a condition or router by none of its cases.

    Why: nothing says when it is taken.

    When it runs: Sim maps it to a case by its number among the edges, so that another edge changes its meaning; an edge
    by the plain handle is taken whatever is decided.

    Example:
        a condition with cases, and an edge from its plain output

    Instead: lead the edge from the case that is meant.
        an edge from the case "large"
    """
    for link in subject.graph.links:
        node = subject.graph.nodes.get(link.source)
        if node is None or node.block is None or node.kind not in FORK_KINDS or not node.block.branches:
            continue
        if link.way == "always" and link.branch is None and link.target in subject.graph.nodes:
            target = subject.graph.nodes[link.target].label
            hint = "lead it from the case that is meant"
            yield Problem(
                link.spot, f"the edge from {node.label!r} to {target!r} leaves by none of its cases", hint, node.id
            )


def cycle_without_exit(subject: Subject) -> Iterator[Problem]:
    """A cycle that nothing leads out of.

    Why: once a run is in it, it never ends.

    When it runs: a builder repeats it until a limit stops the run; in Parlant the conversation goes round for ever, and
    only another journey can take over.

    Example:
        states:
          ask: {chat: Ask for the number, next: check}
          check: {chat: Repeat it, next: ask}

    Instead: give it a way out.
        check: {chat: Repeat it, next: [{to: ask, condition: It is wrong}, {to: done, else: true}]}
    """
    graph = subject.graph
    for part in graph.cycles:
        inside = set(part)
        if any(graph.nodes[name].leaves for name in part):
            continue
        out = [link for name in part for link in graph.outgoing[name] if link.target not in inside]
        if out or (len(part) == 1 and any(link.way == "always" for link in graph.outgoing[part[0]])):
            continue  # a node that leads to itself is another rule's finding
        if any(_leaves_container(graph, name, inside) for name in part):
            continue
        labels = " → ".join(graph.nodes[name].label for name in [*part, part[0]])
        yield Problem(graph.nodes[part[0]].spot, f"nothing leads out of the cycle {labels}", "add a way out", part[0])


def _leaves_container(graph: Graph, name: str, inside: set[str]) -> bool:
    """Whether a choice at a node can end a round: a case without an edge."""
    block = graph.nodes[name].block
    used = {link.branch.id for link in graph.outgoing[name] if link.branch is not None}
    return block is not None and any(branch.id not in used for branch in block.branches) and name in inside


def empty_container(subject: Subject) -> Iterator[Problem]:
    """A loop or parallel with nothing inside.

    Why: there is nothing to repeat.

    When it runs: Sim fails the run: "Loop has no executable blocks inside".

    Example:
        each_item: {loop: {each: <order.items>}, states: {}}

    Instead: put the states inside, or remove it.
        each_item: {loop: {each: <order.items>}, states: {check: {tool: check_item}}}
    """
    for node in subject.graph.nodes.values():
        if node.kind in CONTAINER_KINDS and node.enabled and not subject.graph.children.get(node.id):
            message = f"{node.label!r} repeats nothing: it is empty"
            yield Problem(node.spot, message, "put inside what is to be repeated, or remove it", node.id)


def body_not_connected(subject: Subject) -> Iterator[Problem]:
    """A loop or parallel whose start is not connected to what is inside.

    Why: the blocks inside never run.

    When it runs: Sim fails the run: "Loop start is not connected to any blocks". Dify begins at the iteration's own
    start.

    Example:
        a loop with an agent inside, and no edge from the loop's inner start

    Instead: draw the edge from the inner start to the first block.
        loop start to agent
    """
    if subject.format not in {"sim", "reactflow"}:
        return
    for node in subject.graph.nodes.values():
        inside = subject.graph.children.get(node.id, [])
        if node.kind not in CONTAINER_KINDS or not inside or not node.enabled:
            continue
        if not any(link.way == "body" for link in subject.graph.outgoing[node.id]):
            first = subject.graph.nodes[inside[0]].label
            message = f"the start of {node.label!r} leads to none of the blocks inside"
            yield Problem(node.spot, message, f"lead its inner start to the first of them, perhaps {first!r}", node.id)


def across_container(subject: Subject) -> Iterator[Problem]:
    """An edge or a transition that crosses the border of a loop or parallel.

    Why: what is inside runs once a round, what is outside once. An edge between the two belongs to neither.

    When it runs: Sim drops such an edge without a word. Others run the target in each round, or never.

    Example:
        an edge from a block inside a loop to one behind it

    Instead: leave by the container itself.
        an edge from the loop's end to the block behind it
    """
    graph = subject.graph
    for link in graph.links:
        source, target = graph.nodes.get(link.source), graph.nodes.get(link.target)
        if source is None or target is None or source.parent == target.parent:
            continue
        if source.id == target.parent or target.id == source.parent:
            continue
        around = graph.nodes.get(source.parent or target.parent or "")
        name = around.label if around is not None else "its container"
        message = f"the way from {source.label!r} to {target.label!r} crosses the border of {name!r}"
        yield Problem(link.spot, message, f"lead it to or from {name!r} itself", source.id)


def never_ready(subject: Subject) -> Iterator[Problem]:
    """A block that waits for one that comes after it.

    Why: it waits for ever.

    When it runs: a block of Sim is ready when every edge into it was taken or given up. One that closes a cycle is
    neither before the block has run. Only loop containers repeat.

    Example:
        edges: begin to ask, ask to check, check to ask

    Instead: put the blocks into a loop that repeats while a condition holds.
        begin to loop; inside: ask to check
    """
    if subject.format != "sim":
        return
    graph = subject.graph
    for part in graph.cycles:
        inside = set(part)
        heads = [name for name in part if any(link.source not in inside for link in graph.incoming[name])]
        containers = [name for name in part if graph.nodes[name].kind in CONTAINER_KINDS]
        if containers or (len(part) == 1):
            continue
        head = graph.nodes[(heads or part)[0]]
        back = next(link for link in graph.incoming[head.id] if link.source in inside)
        message = f"{head.label!r} waits for {graph.nodes[back.source].label!r}, which comes after it"
        yield Problem(back.spot, message, "repeat with a loop container instead of an edge back", head.id)


def else_not_last(subject: Subject) -> Iterator[Problem]:
    """An `else` with other cases behind it.

    Why: whoever reads from above stops there, and so does Sim.

    When it runs: Sim tests the cases in order, and "else wins where it stands": the ones behind it are never tested.

    Example:
        next:
          - {to: bye, else: true}
          - {to: refund, when: <order.late>}

    Instead: put it last.
        next:
          - {to: refund, when: <order.late>}
          - {to: bye, else: true}
    """
    for node in subject.graph.nodes.values():
        reasons = _reasons(subject, node)
        at = next((number for number, (is_else, _) in enumerate(reasons) if is_else), None)
        if at is not None and at < len(reasons) - 1:
            repair = Repair("put it last", edits.move_else_last(node.id))
            message = f"the cases behind the `else` of {node.label!r} are never tested"
            yield Problem(reasons[at][1], message, "put it last", node.id, repair)


def _reasons(subject: Subject, node: Node) -> list[tuple[bool, Spot]]:
    """The cases of a node in order: whether each is the `else`, and where it stands."""
    if node.block is not None:
        return [(branch.otherwise, node.spot) for branch in node.block.branches]
    links = (link for link in subject.graph.drawn[node.id] if link.item is not None)
    return [(link.way == "else", link.spot) for link in links if link.way in {"when", "condition", "else"}]


def after_always_true(subject: Subject) -> Iterator[Problem]:
    """A case behind one that always holds.

    Why: it can never be reached.

    When it runs: cases are tested in order; the first that holds is taken.

    Example:
        next:
          - {to: refund, when: "true"}
          - {to: bye, when: <order.late>}

    Instead: give the first a real condition, or make it the `else` and put it last.
        next:
          - {to: bye, when: <order.late>}
          - {to: refund, else: true}
    """
    for node in subject.graph.nodes.values():
        always: str | None = None
        for when, spot in _whens(subject, node):
            if always is not None:
                message = f"this case of {node.label!r} is never tested: {_shortened(always)!r} before it always holds"
                yield Problem(spot, message, "give the one before a real condition, or remove this one", node.id)
            elif when.strip().lower() in {"true", "1", "!0", "!!1", "1 == 1", "1 === 1"}:
                always = when


def _whens(subject: Subject, node: Node) -> list[tuple[str, Spot]]:
    if node.block is not None:
        branches = [branch for branch in node.block.branches if branch.when is not None]
        return [(branch.when or "", node.spot._replace(value=branch.when)) for branch in branches]
    links = (link for link in subject.graph.drawn[node.id] if link.when is not None)
    return [(link.when or "", Spot((*link.spot.pointer[:-1], "when"))) for link in links]


def error_edge_from_start(subject: Subject) -> Iterator[Problem]:
    """An edge for errors from a block that cannot fail.

    Why: it is never taken, and the block that can fail has none.

    When it runs: a start, a trigger and a fixed text only pass on what they have; Sim never marks them as failed.

    Example:
        an error edge from the start to an apology

    Instead: lead it from the block that may fail.
        an error edge from the HTTP request to the apology
    """
    safe = ENTRY_KINDS | {BlockKind.REPLY, BlockKind.NOTE}
    for link in subject.graph.links:
        node = subject.graph.nodes.get(link.source)
        if node is not None and link.way == "error" and node.kind in safe and link.target in subject.graph.nodes:
            repair = Repair("remove the edge", edits.remove_link(link), Safety.UNSAFE)
            hint = "lead it from the block that may fail, or remove it"
            yield Problem(
                link.spot, f"{node.label!r} cannot fail, so its way for errors is never taken", hint, node.id, repair
            )


def into_start(subject: Subject) -> Iterator[Problem]:
    """An edge that leads to a start or a trigger.

    Why: a run begins there and never comes back to it.

    When it runs: Sim drops the edge when it imports the file; n8n and Dify do not draw one.

    Example:
        an edge from the last block back to the start

    Instead: lead it to the block behind the start, or use a loop.
        an edge from the last block to the first agent
    """
    for link in subject.graph.links:
        target = subject.graph.nodes.get(link.target)
        if target is not None and target.kind in ENTRY_KINDS and link.source in subject.graph.nodes:
            repair = Repair("remove the edge", edits.remove_link(link), Safety.UNSAFE)
            hint = "lead it to the block behind, or repeat with a loop"
            message = f"an edge leads to {target.label!r}, where runs begin"
            yield Problem(link.spot, message, hint, link.source, repair)


def after_response(subject: Subject) -> Iterator[Problem]:
    """A block behind one that ends the run.

    Why: it never runs.

    When it runs: a response block of Sim gives the final output and stops everything else.

    Example:
        a response, and an edge from it to an agent

    Instead: put the response last.
        the agent, and an edge from it to the response
    """
    if subject.format not in {"sim", "reactflow"}:
        return
    for link in subject.graph.links:
        node = subject.graph.nodes.get(link.source)
        if (
            node is not None
            and node.kind is BlockKind.RESPONSE
            and link.way == "always"
            and link.target in subject.graph.nodes
        ):
            target = subject.graph.nodes[link.target].label
            hint = f"put {target!r} before it"
            yield Problem(link.spot, f"{node.label!r} ends the run, so {target!r} never follows", hint, node.id)


def disabled_on_the_way(subject: Subject) -> Iterator[Problem]:
    """A disabled block that everything behind it depends on.

    Why: whoever switched it off perhaps did not see that nothing behind it runs any more.

    When it runs: Sim leaves out a disabled block and everything that can only be reached through it. n8n passes the
    data through.

    Example:
        begin to check (disabled) to answer

    Instead: lead an edge past it, or switch it on.
        begin to answer
    """
    if subject.side == "workflow" and subject.format in {"n8n", "langflow", "flowise-chatflow"}:
        return
    graph = subject.graph
    off = [node for node in graph.nodes.values() if not node.enabled and node.id in graph.reachable]
    if not off:
        return
    switched_off = {node.id for node in off}
    for node in off:
        behind = [link.target for link in graph.outgoing[node.id] if link.way not in {"error", "timeout"}]
        left = _reach_without(graph, switched_off)
        lost = [name for name in behind if name not in left and name not in switched_off]
        if lost:
            label = graph.nodes[lost[0]].label
            hint = "lead a way past it, switch it on, or switch off what is behind it, too"
            message = f"{node.label!r} is switched off, so {label!r} behind it never runs"
            yield Problem(node.spot, message, hint, node.id)


def _reach_without(graph: Graph, gone: set[str]) -> set[str]:
    seen = {name for name in graph.starts if name in graph.nodes and name not in gone}
    stack = list(seen)
    while stack:
        for link in graph.outgoing[stack.pop()]:
            if link.target not in seen and link.target not in gone:
                seen.add(link.target)
                stack.append(link.target)
    return seen
