"""Rules about what Parlant 3.3 refuses, breaks on, or takes for something else; each was measured on a running server.

They run with `--for parlant`. A journey breaks them and is a good journey all the same: it has to be lowered first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.checks.rule import Problem, Spot
from fjctl.model.journey import targets
from fjctl.model.references import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.checks.graph import Graph, Link, Node
    from fjctl.checks.subject import Subject

ITERATIONS = 3
"""Parlant's default of `max_engine_iterations`: tools in a row that one turn runs."""
MANY_CALLS = 500
"""Calls of a model at start-up from which loading is worth a thought; `limits.parlant-calls` says otherwise."""
MOST_CYCLES = 20_000
"""Cycles that are counted at most."""


def _spoken(subject: Subject) -> Iterator[tuple[str, Spot, str]]:
    """Actions, conditions and descriptions: what Parlant puts into its prompts, with place and node."""
    used = {"chat", "fork", "end", "instructions", "description"}
    for text in subject.texts:
        first, last = text.path[0], text.path[-1]
        in_state = text.role == "text" and bool(text.node) and first in used
        if (
            in_state
            or first in {"triggers", "description"}
            or (last in {"condition", "action"} and text.role == "text")
        ):
            yield text.value, text.spot, text.node


def braces(subject: Subject) -> Iterator[Problem]:
    """A brace in an instruction, a condition or a description.

    Why: Parlant formats its prompts with the braces of Python, and takes yours for a field.

    When it runs: in an action or a condition, the server does not start; in a description, every turn at that state
    fails with "Guideline Matching Batch failed".

    Example:
        chat: 'Answer as {"fee": 1}'

    Instead: say it in words.
        chat: Answer with the fee
    """
    for value, spot, node in _spoken(subject):
        at = min((value.find(sign) for sign in "{}" if sign in value), default=-1)
        if at >= 0:
            message = f"Parlant takes {value[at]!r} in this text for a field of its prompt"
            yield Problem(spot.within(value[at], at), message, "say it in words, without braces", node)


def never_activates(subject: Subject) -> Iterator[Problem]:
    """A journey without triggers, on its way to Parlant.

    Why: a journey is chosen by its conditions.

    When it runs: one without a condition can never activate.

    Example:
        journey: return-item, without triggers

    Instead: say when it begins.
        triggers: [The customer wants to return something]
    """
    if not any(item.strip() for item in subject.the_journey.get("triggers", [])):
        hint = "add `triggers:`, unless another journey calls this one"
        yield Problem(Spot(("journey",)), "Parlant can never activate a journey without triggers", hint)


def _ways(graph: Graph, node: str) -> list[Link]:
    return [link for link in graph.outgoing[node] if link.way not in {"body", "error", "timeout"}]


def _is_tool(node: Node) -> bool:
    return "tool" in (node.state or {})


def _is_end(node: Node) -> bool:
    return "end" in (node.state or {})


def straight_to_end(subject: Subject) -> Iterator[Problem]:
    """A tool, or the start, that leads straight to the end.

    Why: Parlant's end is no state that a turn can be in.

    When it runs: the turn fails: "Item 'end' not found".

    Example:
        refund: {tool: create_refund, next: bye}
        bye: {end: true}

    Instead: a word to the customer in between.
        refund: {tool: create_refund, next: tell}
        tell: {chat: Tell them that it is done, next: bye}
    """
    graph = subject.graph
    for node in graph.nodes.values():
        if _is_tool(node):
            for link in _ways(graph, node.id):
                if _is_end(graph.nodes[link.target]) and (graph.nodes[link.target].state or {}).get("end") is True:
                    message = f"tool state {node.label!r} leads straight to the end"
                    yield Problem(link.spot, message, "put a chat state in between", node.id)
    for name in subject.graph.starts:
        if name in graph.nodes and _is_end(graph.nodes[name]):
            yield Problem(graph.nodes[name].spot, "the journey begins at its end", "begin with another state", name)


def exit_without_condition(subject: Subject) -> Iterator[Problem]:
    """Several ways out of a state, one of them without a condition.

    Why: where there is a choice, Parlant wants a condition for each way.

    When it runs: building the journey fails: "Cannot connect a new state without a condition".

    Example:
        next: [{to: refund, condition: They agree}, bye]

    Instead: say when.
        next: [{to: refund, condition: They agree}, {to: bye, condition: They refuse}]
    """
    for node in subject.graph.nodes.values():
        ways = _ways(subject.graph, node.id)
        for link in ways if len(ways) > 1 else ():
            if link.way == "always":
                message = f"one of several ways out of {node.label!r} has no condition"
                yield Problem(link.spot, message, "give it a condition, or `else: true`", node.id)


def fork_heads_loop(subject: Subject) -> Iterator[Problem]:
    """A way back to a fork.

    Why: a loop whose first state says nothing has nothing to come back to.

    When it runs: the journey exits instead of going round.

    Example:
        again: {chat: Anything else?, next: which}
        which: {fork: true, next: [{to: again, condition: Yes}, {to: bye, condition: No}]}

    Instead: go back to the state before the fork.
        which: {fork: true, next: [{to: ask, condition: Yes}, {to: bye, condition: No}]}
    """
    graph = subject.graph
    for part in graph.cycles:
        inside = set(part)
        heads = [name for name in part if any(link.source not in inside for link in graph.incoming[name])]
        heads = heads or [name for name in part if name in graph.starts]
        for name in heads:
            if "fork" in (graph.nodes[name].state or {}):
                back = next(link for link in graph.incoming[name] if link.source in inside)
                message = f"the loop begins with fork {graph.nodes[name].label!r}"
                yield Problem(back.spot, message, "lead the way back to a chat or tool state", back.source)


def back_to_start(subject: Subject) -> Iterator[Problem]:
    """A way back to the first state.

    Why: in Parlant it means that the journey is over.

    When it runs: the journey exits.

    Example:
        start: greet
        states: {greet: {chat: Greet, next: ask}, ask: {chat: Ask, next: [{to: greet, condition: Again}, bye]}}

    Instead: begin with a state that is passed once.
        start: hello
    """
    graph = subject.graph
    for name in graph.starts:
        for link in graph.incoming.get(name, []):
            if link.way != "body" and name in graph.reach([name]) and link.source in graph.reachable:
                message = f"{graph.nodes[link.source].label!r} leads back to the first state, which ends the journey"
                yield Problem(link.spot, message, "put a state in front that is passed once", link.source)


def two_ways_to_one(subject: Subject) -> Iterator[Problem]:
    """Two ways between the same two states.

    Why: Parlant keeps one of them.

    When it runs: which condition survives depends on the hash seed of the process.

    Example:
        next: [{to: bye, condition: They agree}, {to: bye, condition: They leave}]

    Instead: one, with both.
        next: [{to: bye, condition: They agree or leave}]
    """
    for node in subject.graph.nodes.values():
        seen: set[str] = set()
        for link in _ways(subject.graph, node.id):
            if link.target in seen:
                target = subject.graph.nodes[link.target].label
                message = f"a second way from {node.label!r} to {target!r}, of which Parlant keeps one"
                yield Problem(link.spot, message, "join the conditions with `or`", node.id)
            seen.add(link.target)


def tools_without_instruction(subject: Subject) -> Iterator[Problem]:
    """Several tools in one state, and no instruction.

    Why: the state has no action.

    When it runs: it counts as the end, and the tools never run.

    Example:
        look: {tool: [look_up, check], next: tell}

    Instead: say what they are for.
        look: {tool: [look_up, check], instructions: Look the order up and check it, next: tell}
    """
    for node in subject.graph.nodes.values():
        state = node.state or {}
        named = targets(state.get("tool"))
        if len(named) > 1 and not state.get("instructions") and not state.get("description"):
            message = f"{node.label!r} runs {len(named)} tools and has no instruction"
            yield Problem(node.spot, message, "add `instructions:`", node.id)


def instruction_dropped(subject: Subject) -> Iterator[Problem]:
    """An instruction on a tool that follows a tool.

    Why: Parlant drops it.

    When it runs: the second tool runs with the words "Use the tool".

    Example:
        look: {tool: look_up, next: check}
        check: {tool: check, instructions: Check the date only}

    Instead: make one tool of both, or speak in between.
        look: {tool: look_up_and_check}
    """
    graph = subject.graph
    for node in graph.nodes.values():
        if not _is_tool(node) or not (node.state or {}).get("instructions"):
            continue
        if any(_is_tool(graph.nodes[link.source]) for link in graph.incoming[node.id]):
            spot = Spot((*node.pointer, "instructions"))
            message = f"the instruction of {node.label!r} is dropped, since it follows a tool"
            yield Problem(spot, message, "make one tool of both, or speak in between", node.id)


def many_tools_in_a_row(subject: Subject) -> Iterator[Problem]:
    """More tools in a row than a turn runs.

    Why: each costs one of the engine's iterations, three by default.

    When it runs: the turn ends in the middle, and the agent answers from there.

    Example:
        four tool states, one after the other

    Instead: make one tool of them.
        one tool that calls the four
    """
    graph = subject.graph
    lengths: dict[str, int] = {}
    for node in graph.nodes.values():
        if _is_tool(node) and not any(_is_tool(graph.nodes[link.source]) for link in graph.incoming[node.id]):
            length, at = 1, node.id
            seen = {at}
            while True:
                following = [
                    link.target
                    for link in _ways(graph, at)
                    if _is_tool(graph.nodes[link.target]) and link.target not in seen
                ]
                if not following:
                    break
                at = following[0]
                seen.add(at)
                length += 1
            lengths[node.id] = length
            if length > ITERATIONS:
                message = f"{length} tools in a row from {node.label!r}; a turn runs {ITERATIONS}"
                yield Problem(node.spot, message, "make one tool of them", node.id)


def start_up_calls(subject: Subject) -> Iterator[Problem]:
    """A journey with very many cycles.

    Why: Parlant asks a model about each state, and again about each cycle, when it starts.

    When it runs: eight states that all lead to each other took 16,135 calls. (Two for each state, one for each simple
    cycle, six more: measured on 3.3.2.)

    Example:
        eight states, each with a way to all the others

    Instead: a state in the middle to which all come back.
        each state leads to `what_next`, and that to each
    """
    calls = predicted_calls(subject.graph)
    limit = subject.knowledge.limits.get("parlant-calls", MANY_CALLS)
    if calls > limit:
        more = "more than " if calls > MOST_CYCLES else ""
        hint = "let the states come back to one in the middle"
        yield Problem(Spot(("journey",)), f"start-up takes {more}{calls:,} calls of a model", hint)


def predicted_calls(graph: Graph) -> int:
    """How many calls of a model Parlant 3.3.2 makes for a journey when it starts: measured 2n + 6 without cycles."""
    from itertools import islice

    cycles = 0
    if graph.cycles:
        import networkx as nx

        drawn: Any = nx.DiGraph([(link.source, link.target) for links in graph.outgoing.values() for link in links])
        cycles = sum(1 for _ in islice(nx.simple_cycles(drawn), MOST_CYCLES))
    return 2 * len(graph.nodes) + 6 + cycles


def not_held(subject: Subject) -> Iterator[Problem]:
    """A state of a kind that Parlant does not have.

    Why: Parlant's states chat, run tools, or fork. Loops, parallels and waits have to be expressed by these.

    When it runs: a loader leaves them out, or makes a chat state of them, which says it in its own words.

    Example:
        pause: {wait: 10m}

    Instead: an instruction, or a tool.
        pause: {chat: Ask them to come back in ten minutes}
    """
    kinds = ("loop", "parallel", "wait")
    for node in subject.graph.nodes.values():
        kind = next((kind for kind in kinds if kind in (node.state or {})), "")
        if kind:
            message = f"Parlant has no {kind} state, as {node.label!r} is"
            yield Problem(Spot((*node.pointer, kind), key=True), message, "express it by chat, tool and fork", node.id)


def expression_for_model(subject: Subject) -> Iterator[Problem]:
    """An expression without a sentence that says the same.

    Why: in Parlant a model decides, and it is given the sentence.

    When it runs: the expression itself is put before the model, references and all.

    Example:
        next: [{to: refund, when: "<order.fee> > 0"}, {to: bye, else: true}]

    Instead: say it in words as well.
        next: [{to: refund, when: "<order.fee> > 0", condition: There is a fee}, {to: bye, else: true}]
    """
    for link in subject.graph.links:
        if link.when is not None and not link.text and any(item.path for item in references(link.when)):
            spot = Spot((*link.spot.pointer[:-1], "when"))
            yield Problem(
                spot, "the model would have to read this expression", "add `condition:` in words", link.source
            )
