"""Rules about journeys as conversations: what states say, how they are left, what starts the journey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.checks import edits
from fjctl.checks.rule import Problem, Repair, Spot
from fjctl.diagnostics import Safety
from fjctl.model.journey import kind_of, targets
from fjctl.model.references import references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fjctl.checks.graph import Link, Node
    from fjctl.checks.subject import Subject
    from fjctl.model.journey import Journey

DURATION = re.compile(r"\d+(?:\.\d+)?(?:ms|s|m|h|d)")
"""A time with its unit, as the journey document writes it."""
PROMPT_LIMIT, CONDITION_LIMIT = 32_000, 1_000
"""Characters; `limits.prompt` and `limits.condition` of the project say otherwise."""
_WORDS = re.compile(r"\w+")


def words(text: str) -> str:
    """A sentence as people compare it: its words in lower case."""
    return " ".join(_WORDS.findall(text.casefold()))


_TEXT_KINDS = {"chat": "an instruction", "say": "a text", "ask": "a question", "end": "closing words"}


def state_without_text(subject: Subject) -> Iterator[Problem]:
    """A state that should speak and has nothing to say.

    Why: the customer waits for an answer that does not come, or gets one that nobody wrote.

    When it runs: Parlant takes an empty `chat_state` for a transition to the end of the journey; one of blanks becomes
    a state whose action is blank. In a workflow the model is called without a prompt.

    Example:
        states:
          greet: {chat: "", next: done}

    Instead: say what the state is for, or remove it.
        states:
          greet: {chat: Greet the customer and ask what they need, next: done}
    """
    for node in subject.graph.nodes.values():
        state = node.state or {}
        kind = kind_of(state)  # type: ignore[arg-type]
        text = state.get(kind)
        if kind == "ask" and isinstance(text, dict):
            text = None if text.get("fields") else text.get("message", "")
        if kind in _TEXT_KINDS and isinstance(text, str) and not text.strip():
            hint = f"write {_TEXT_KINDS[kind]} under `{kind}`, or remove the state"
            yield Problem(Spot((*node.pointer, kind)), f"state {node.label!r} has nothing to say", hint, node.id)


def fork_with_one_exit(subject: Subject) -> Iterator[Problem]:
    """A fork with a single way out.

    Why: a fork chooses. With one exit the reader looks for the case that is missing: does the conversation end there?

    When it runs: in Parlant, the exit's condition is not looked at when the state before is a tool; a fork without any
    exit ends the journey. A workflow goes the one way or stops without a word.

    Example:
        states:
          known: {fork: true, next: [{to: offer, when: "<order.found>"}]}

    Instead: name the other case, or go straight on.
        states:
          known: {fork: true, next: [{to: offer, when: "<order.found>"}, {to: ask, else: true}]}
    """
    for node in subject.graph.nodes.values():
        state = node.state or {}
        if "fork" not in state:
            continue
        ways = [link for link in subject.graph.drawn[node.id] if link.way not in {"error", "timeout"}]
        if len(ways) == 1 and not node.leaves:
            message = f"fork {node.label!r} has one way out, and nothing says what happens otherwise"
            hint = "add the other case (`else: true` for all the rest), or lead the states before it straight on"
            yield Problem(node.spot, message, hint, node.id)


def mixed_reasons(subject: Subject) -> Iterator[Problem]:
    """An unconditional transition beside conditional ones.

    Why: one of the two is not meant. The unconditional one is always taken, so the others look like a choice and are
    none.

    When it runs: Parlant refuses to build the state: "Cannot connect a new state without a condition if there are
    already connected states without conditions". A workflow takes both ways.

    Example:
        next:
          - {to: refund, condition: The customer agrees}
          - bye

    Instead: say that the plain one is for all other cases.
        next:
          - {to: refund, condition: The customer agrees}
          - {to: bye, else: true}
    """
    for node, links in _ways(subject):
        always = [link for link in links if link.way == "always"]
        chosen = [link for link in links if link.way in {"when", "condition"}]
        if not chosen or not always or any(link.way == "else" for link in links):
            continue
        for link in always:
            message = (
                f"state {node.label!r} goes to {_label(subject, link.target)!r} always, and to others on a condition"
            )
            repair = Repair("make it the way for all other cases", _as_else(link), Safety.UNSAFE)
            hint = "write `else: true` beside it if it is meant for all other cases"
            yield Problem(link.spot, message, hint, node.id, repair if len(always) == 1 else None)


def _as_else(link: Link) -> Callable[[Journey], None]:
    def apply(journey: Journey) -> None:
        state = edits.state_of(journey, link.source)
        written: Any = state.get("next") if state else None
        if not isinstance(written, list):
            return
        for number, item in enumerate(written):
            if item == link.target or (isinstance(item, dict) and item == link.item):
                written[number] = {"to": link.target, "else": True, **(item if isinstance(item, dict) else {})}
                return

    return apply


def _ways(subject: Subject) -> Iterator[tuple[Node, list[Link]]]:
    """Each state with its ways out, bodies left out, in order."""
    for name, node in subject.graph.nodes.items():
        links = [link for link in subject.graph.drawn[name] if link.way != "body"]
        if links:
            yield node, links


def _label(subject: Subject, name: str) -> str:
    node = subject.graph.nodes.get(name)
    return node.label if node is not None else name


def repeated_reason(subject: Subject) -> Iterator[Problem]:
    """Two transitions of a state with the same reason and different targets.

    Why: only one of them can be taken, so the other is never seen.

    When it runs: the first in the file is taken by fjctl and by every builder that tests in order. In Parlant the model
    is offered the same sentence twice and picks either.

    Example:
        next:
          - {to: refund, condition: The customer agrees}
          - {to: voucher, condition: the customer agrees.}

    Instead: tell the two cases apart.
        next:
          - {to: refund, condition: The customer wants the money back}
          - {to: voucher, condition: The customer takes a voucher}
    """
    for node, links in _ways(subject):
        seen: dict[tuple[str, str], Link] = {}
        for link in links:
            said = link.when if link.way == "when" else words(link.text)
            if link.way not in {"when", "condition", "event"} or not said:
                continue
            first = seen.setdefault((link.way, said), link)
            if first.item is not link.item and first.target != link.target:
                key = "when" if link.way == "when" else link.way
                other = _label(subject, first.target)
                message = f"the way to {_label(subject, link.target)!r} has the same reason as the one to {other!r}"
                hint = "only one can be taken: tell the two cases apart, or remove one"
                yield Problem(_of_transition(link, key), message, hint, node.id)


def _of_transition(link: Link, key: str) -> Spot:
    pointer = link.spot.pointer[:-1] if link.spot.pointer[-1:] == ("to",) else link.spot.pointer
    return Spot((*pointer, key))


def command_collision(subject: Subject) -> Iterator[Problem]:
    """Two commands of a state that people cannot tell apart.

    Why: what a person types or presses leads to one place; the second command is never heard.

    When it runs: commands are compared without regard to case and blanks; the first in the file wins.

    Example:
        commands: {Accept: refund, accept: bye}

    Instead: give each its own word.
        commands: {accept: refund, decline: bye}
    """
    for node, links in _ways(subject):
        seen: dict[str, Link] = {}
        for link in links:
            if link.way != "command":
                continue
            first = seen.setdefault(words(link.text), link)
            if first is not link and first.target != link.target:
                message = f"command {link.text!r} is the same as {first.text!r} to whoever types it"
                spot = Spot(link.spot.pointer, key=True) if link.item is None else _of_transition(link, "command")
                yield Problem(spot, message, "give each command a word of its own", node.id)


def no_trigger(subject: Subject) -> Iterator[Problem]:
    """A journey without triggers.

    Why: nothing says when it should begin, so a server that has several journeys never chooses it.

    When it runs: Parlant activates a journey when one of its conditions holds; one without conditions "can never
    activate". A journey that other journeys call, or that only runs as a workflow, needs none: leave this out there.

    Example:
        journey: return-item
        states: {greet: {say: Hello}}

    Instead: say when it begins.
        journey: return-item
        triggers: [The customer wants to return something they bought]
        states: {greet: {say: Hello}}
    """
    if not any(item.strip() for item in subject.the_journey.get("triggers", [])):
        hint = "add `triggers:` with a sentence that says when the customer needs this journey"
        yield Problem(Spot(("journey",)), "nothing says when this journey begins", hint)


def overlapping_triggers(subject: Subject) -> Iterator[Problem]:
    """Two triggers that say the same.

    Why: the second adds nothing but cost, and two journeys with the same trigger both begin.

    When it runs: Parlant keeps each trigger as a guideline of its own, and the model judges all of them in every turn.

    Example:
        triggers: [The customer asks about an order, the customer asks about an order.]

    Instead: keep one.
        triggers: [The customer asks about an order]
    """
    seen: dict[str, str] = {}
    for number, text in enumerate(subject.the_journey.get("triggers", [])):
        said = words(text)
        if said and said in seen:
            repair = Repair("remove the second one", _without_trigger(text, number))
            message = f"this trigger says the same as {seen[said]!r}"
            yield Problem(Spot(("triggers", number)), message, "remove one of them", "", repair)
        seen.setdefault(said, text)


def _without_trigger(text: str, number: int) -> Callable[[Journey], None]:
    def apply(journey: Journey) -> None:
        found = journey.get("triggers", [])
        at = [place for place, item in enumerate(found) if item == text]
        if at:
            del found[number if number in at else at[-1]]

    return apply


def undeclared_variable(subject: Subject) -> Iterator[Problem]:
    """A state that sets a variable which the journey does not declare.

    Why: what is set has no type, no place in the documentation of the journey, and a misspelt name goes unnoticed.

    When it runs: the value is kept for the conversation; on the way to a workflow it becomes a variable without a type.

    Example:
        variables: {order_id: {type: string}}
        states:
          ask: {chat: Ask for the number, sets: {orderid: <reply>}}

    Instead: declare it, or use the name that is declared.
        states:
          ask: {chat: Ask for the number, sets: {order_id: <reply>}}
    """
    declared = list(subject.variables)
    for node in subject.graph.nodes.values():
        for name in (node.state or {}).get("sets") or {}:
            if name not in subject.variables:
                near = _near(name, declared)
                hint = f"did you mean {near!r}? " if near else ""
                hint += f"declare it: `variables: {{{name}: {{type: string}}}}`"
                repair = Repair(f"declare {name}", _declare(name))
                spot = Spot((*node.pointer, "sets", name), key=True)
                message = f"state {node.label!r} sets {name!r}, which is not declared"
                yield Problem(spot, message, hint, node.id, None if near else repair)


def _near(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, 1)), "")


def _declare(name: str) -> Callable[[Journey], None]:
    def apply(journey: Journey) -> None:
        journey.setdefault("variables", {}).setdefault(name, {"type": "any"})

    return apply


def text_too_long(subject: Subject) -> Iterator[Problem]:
    """A text that is too long for what it is used for.

    Why: every word of an instruction is sent to the model in each turn; what is essential drowns, and costs grow.

    When it runs: Parlant puts the actions and conditions of all nodes that may follow into one prompt. Limits: 32,000
    characters (some 8,000 tokens) for an instruction, 1,000 for a condition or trigger; `limits` in the configuration
    changes them.

    Example:
        ask: {chat: "…forty pages of the handbook…"}

    Instead: keep the instruction short, and put the handbook where a tool finds it.
        ask: {chat: Answer from the handbook, tools: [search_handbook]}
    """
    limits = subject.knowledge.limits
    longest = {"prompt": limits.get("prompt", PROMPT_LIMIT), "condition": limits.get("condition", CONDITION_LIMIT)}
    for text in subject.texts:
        what = _use_of(text.path) if text.role == "text" else ""
        if what and len(text.value) > longest[what]:
            message = f"the {what} has {len(text.value):,} characters, more than {longest[what]:,}"
            yield Problem(text.spot, message, "shorten it, or move the details to where a tool finds them", text.node)


_PROMPTS = frozenset({"prompt", "chat", "fork", "instructions", "say", "end", "closing"})


def _use_of(path: tuple[str | int, ...]) -> str:
    if path[-1] == "condition" or path[0] == "triggers":
        return "condition"
    return "prompt" if path[0] in _PROMPTS else ""


def unused_tool(subject: Subject) -> Iterator[Problem]:
    """A tool that no state and no guideline uses.

    Why: it is left over, or a state forgot to name it.

    When it runs: it is loaded and described to nobody; on the way to a workflow it has no block.

    Example:
        tools: {look_up: {kind: http, request: {url: https://shop.example}}}
        states: {greet: {say: Hello}}

    Instead: call it where it is needed, or remove it.
        states: {greet: {tool: look_up}}
    """
    journey = subject.the_journey
    used = {name for node in subject.graph.nodes.values() for name in targets((node.state or {}).get("tool"))}
    used |= {name for node in subject.graph.nodes.values() for name in (node.state or {}).get("tools", [])}
    used |= {name for item in journey.get("guidelines", []) for name in item.get("tools", [])}
    for name in journey.get("tools", {}):
        if name not in used:
            repair = Repair("remove the tool", _without_tool(name), Safety.UNSAFE)
            hint = "name it in a state (`tool:` to run it, `tools:` to let the model call it), or remove it"
            yield Problem(Spot(("tools", name), key=True), f"nothing uses tool {name!r}", hint, "", repair)


def _without_tool(name: str) -> Callable[[Journey], None]:
    def apply(journey: Journey) -> None:
        tools = journey.get("tools", {})
        tools.pop(name, None)
        if not tools:
            journey.pop("tools", None)

    return apply


def duplicate_guideline(subject: Subject) -> Iterator[Problem]:
    """Two guidelines with the same condition and the same action.

    Why: one of them is a copy that will be edited alone one day, and then the two disagree.

    When it runs: Parlant has the model judge both in every turn.

    Example:
        guidelines:
          - {condition: The customer is upset, action: Offer a colleague}
          - {condition: The customer is upset, action: offer a colleague.}

    Instead: keep one.
        guidelines:
          - {condition: The customer is upset, action: Offer a colleague}
    """
    seen: set[tuple[str, str]] = set()
    for number, item in enumerate(subject.the_journey.get("guidelines", [])):
        said = (words(item["condition"]), words(item.get("action", "")))
        if said in seen:
            repair = Repair("remove the second one", _without_guideline(item))
            message = "this guideline says the same as one before"
            yield Problem(Spot(("guidelines", number, "condition")), message, "remove one of them", "", repair)
        seen.add(said)


def _without_guideline(item: Any) -> Callable[[Journey], None]:
    def apply(journey: Journey) -> None:
        found = journey.get("guidelines", [])
        at = [number for number, other in enumerate(found) if other == item]
        if at:
            del found[at[-1]]

    return apply


def choice_of_one(subject: Subject) -> Iterator[Problem]:
    """A field that offers a choice of one, or the same choice twice.

    Why: a person is asked to choose where there is nothing to choose.

    When it runs: the form shows a list with a single entry; equal entries cannot be told apart in the answer.

    Example:
        ask: {message: How shall we pay you back?, fields: {way: {options: [card]}}}

    Instead: offer what there is, or do not ask.
        ask: {message: How shall we pay you back?, fields: {way: {options: [card, voucher]}}}
    """
    for node in subject.graph.nodes.values():
        asked = (node.state or {}).get("ask")
        fields: Mapping[str, Any] = asked.get("fields", {}) if isinstance(asked, dict) else {}
        for name, item in fields.items():
            options = item.get("options") if isinstance(item, dict) else None
            if isinstance(options, list) and len({str(option) for option in options}) < max(2, len(options)):
                spot = Spot((*node.pointer, "ask", "fields", name, "options"), key=True)
                message = (
                    f"field {name!r} offers no choice: {len(options)} option{'s' * (len(options) != 1)}, not all new"
                )
                yield Problem(spot, message, "offer two different options or more, or leave `options` out", node.id)


def bad_duration(subject: Subject) -> Iterator[Problem]:
    """A delay or a timeout that is no time with a unit.

    Why: `30` may mean seconds, minutes or milliseconds, and whoever reads it guesses.

    When it runs: fjctl refuses to run the journey; a builder would take the bare number for its own unit.

    Example:
        next: [{to: remind, delay: "30"}]

    Instead: write the unit: `ms`, `s`, `m`, `h` or `d`.
        next: [{to: remind, delay: 30m}]
    """
    for node in subject.graph.nodes.values():
        found = [(Spot((*node.pointer, "timeout")), "timeout", (node.state or {}).get("timeout"))]
        found += [
            (_of_transition(link, "delay"), "delay", link.item.get("delay"))
            for link in subject.graph.drawn[node.id]
            if link.item is not None
        ]
        for spot, what, value in found:
            if isinstance(value, str) and not DURATION.fullmatch(value) and not any(references(value)):
                hint = "write a number and a unit: 500ms, 3s, 10m, 2h, 1d"
                yield Problem(spot, f"{what} {value!r} is no time", hint, node.id)


def no_reply(subject: Subject) -> Iterator[Problem]:
    """A state that keeps the customer's reply although it asks nothing.

    Why: `<reply>` is what the customer answered in this state. One that only calls a tool or chooses gets no answer, so
    the variable stays empty or keeps an old one.

    When it runs: the value is empty, and what uses it later goes on without it.

    Example:
        look: {tool: look_up, sets: {order_id: <reply>}}

    Instead: take the reply where it is given, and the tool's result here.
        ask: {chat: Ask for the order number, sets: {order_id: <reply>}, next: look}
    """
    for node in subject.graph.nodes.values():
        state = node.state or {}
        if kind_of(state) in {"chat", "say", "ask", "loop", "parallel", ""}:  # type: ignore[arg-type]
            continue
        for name, value in (state.get("sets") or {}).items():
            if isinstance(value, str) and any(item.name == "reply" for item in references(value)):
                message = f"state {node.label!r} keeps a reply, and nobody is asked in it"
                hint = "set it in the chat or ask state before, or take `<result>` here"
                yield Problem(Spot((*node.pointer, "sets", name)).within("<reply"), message, hint, node.id)


def calls_itself(subject: Subject) -> Iterator[Problem]:
    """A journey that calls itself.

    Why: each call begins it again from the start, and nothing counts how often.

    When it runs: Parlant copies the journey into itself when it is linked, and the state gets two ways out without a
    condition. fjctl stops a run at a depth of 32.

    Example:
        journey: return-item
        states: {again: {journey: return-item}}

    Instead: go back to the first state.
        states: {again: {say: Anything else?, next: first}}
    """
    own = subject.the_journey["journey"]
    for node in subject.graph.nodes.values():
        called = (node.state or {}).get("journey")
        if called == own:
            hint = "lead a transition back to the first state instead"
            message = f"state {node.label!r} calls the journey it is part of"
            yield Problem(Spot((*node.pointer, "journey")), message, hint, node.id)


def unknown_journey(subject: Subject) -> Iterator[Problem]:
    """A state that calls a journey which the project does not have.

    Why: the call fails, in the middle of a conversation.

    When it runs: fjctl says so before the run begins; loading into Parlant fails as a whole.

    Example:
        pay: {journey: take-payment}

    Instead: write the name as the other file has it under `journey:`.
        pay: {journey: take-payments}
    """
    known = subject.knowledge.journeys
    if known is None:
        return
    for node in subject.graph.nodes.values():
        called = (node.state or {}).get("journey")
        if isinstance(called, str) and called not in known and not any(references(called)):
            near = _near(called, sorted(known))
            hint = f"did you mean {near!r}?" if near else "add the journey's file to the project, or mend the name"
            yield Problem(Spot((*node.pointer, "journey")), f"the project has no journey {called!r}", hint, node.id)


def end_goes_on(subject: Subject) -> Iterator[Problem]:
    """An end state with a way out.

    Why: the journey is over there, so the transition is never taken; whoever drew it expected otherwise.

    When it runs: Parlant cannot connect an end state to anything; fjctl ends the run.

    Example:
        bye: {end: true, next: greet}

    Instead: speak and go on, or end.
        bye: {say: Anything else?, next: greet}
    """
    for node in subject.graph.nodes.values():
        state = node.state or {}
        if "end" in state and ("next" in state or "commands" in state):
            key = "next" if "next" in state else "commands"
            repair = Repair("remove the ways out", _without_ways(node.id), Safety.UNSAFE)
            hint = "make it a `say` state if the conversation goes on, or remove what follows"
            message = f"state {node.label!r} ends the journey, and yet leads on"
            yield Problem(Spot((*node.pointer, key), key=True), message, hint, node.id, repair)


def _without_ways(name: str) -> Callable[[Journey], None]:
    def apply(journey: Journey) -> None:
        state = edits.state_of(journey, name)
        if state is not None:
            state.pop("next", None)
            state.pop("commands", None)

    return apply


def strict_without_canned(subject: Subject) -> Iterator[Problem]:
    """A state that may speak only in canned responses, and there are none.

    Why: the agent has nothing that it is allowed to say.

    When it runs: in Parlant's strict mode a message that no canned response fits is replaced by the server's words for
    "no match", in every turn.

    Example:
        mode: strict_canned
        states: {greet: {chat: Greet the customer}}

    Instead: give it the sentences.
        mode: strict_canned
        canned: [Hello! What can I do for you?]
        states: {greet: {chat: Greet the customer}}
    """
    journey = subject.the_journey
    if journey.get("canned"):
        return
    for node in subject.graph.nodes.values():
        state = node.state or {}
        if "chat" in state and state.get("mode", journey.get("mode")) == "strict_canned" and not state.get("canned"):
            spot = Spot((*node.pointer, "mode")) if "mode" in state else node.spot
            hint = "add `canned:` to the state or to the journey, or choose another mode"
            message = f"state {node.label!r} may use canned responses only, and has none"
            yield Problem(spot, message, hint, node.id)
