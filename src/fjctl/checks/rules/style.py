"""Rules of taste: names, notes, positions. Off unless selected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fjctl.checks.rule import Problem, Repair, Spot
from fjctl.model.names import slug
from fjctl.model.workflow import CONTAINER_KINDS, ENTRY_KINDS, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fjctl.checks.rule import Model
    from fjctl.checks.subject import Subject
    from fjctl.model.workflow import Block

NAME_LIMIT = 60
"""Characters; `limits.name` of the project says otherwise."""
STATES_LIMIT = 60
"""States or blocks; `limits.nodes` of the project says otherwise."""
GRID = 400.0, 120.0
"""The size of a block whose file does not say it, in pixels; most builders draw them about so."""
_NUMBERED = re.compile(r"[\s_-]*\d+$")
_TODO = re.compile(r"\b(?:TODO|FIXME|XXX)\b")


def default_name(subject: Subject) -> Iterator[Problem]:
    """A block that still has the name its builder gave it.

    Why: "Agent 3" says neither to a reviewer nor in a log what it is for; in a journey its state is called `agent_3`.

    When it runs: nothing changes; traces and errors name it so.

    Example:
        a block of kind agent, called Agent 2

    Instead: name what it does.
        Summarise the complaint
    """
    for node in subject.graph.nodes.values():
        if node.kind.value in {"start", "trigger", "response"}:
            continue
        plain = _NUMBERED.sub("", node.label).casefold().strip()
        kinds = {node.kind.value, node.block.type.casefold() if node.block is not None else ""}
        if plain in kinds:
            hint = "say what it does, in two or three words"
            yield Problem(node.spot, f"{node.label!r} is only the name of its type", hint, node.id)


def state_name(subject: Subject) -> Iterator[Problem]:
    """A state whose name is not in lower case with underscores.

    Why: names are typed in references, and one way to write them is one thing less to remember.

    When it runs: nothing changes.

    Example:
        states: {AskOrder: {chat: Ask for the order number}}

    Instead: write it as the others.
        states: {ask_order: {chat: Ask for the order number}}
    """
    for node in subject.graph.nodes.values():
        if node.id != slug(node.id):
            yield Problem(node.spot, f"state {node.id!r} is not in snake_case", f"call it {slug(node.id)!r}", node.id)


def similar_names(subject: Subject) -> Iterator[Problem]:
    """Two blocks or states whose names differ in case, blanks or a number alone.

    Why: people take one for the other, in references above all.

    When it runs: names that are equal but for case and blanks are one name to Sim's references.

    Example:
        Check order, check_order

    Instead: say what makes them different.
        Check order, Check delivery
    """
    seen: dict[str, str] = {}
    for node in subject.graph.nodes.values():
        plain = re.sub(r"[\W_]+", "", _NUMBERED.sub("", node.label)).casefold()
        if not plain:
            continue
        first = seen.setdefault(plain, node.label)
        if first != node.label:
            hint = "say in the name what makes them different"
            yield Problem(node.spot, f"{node.label!r} is easily taken for {first!r}", hint, node.id)


def long_name(subject: Subject) -> Iterator[Problem]:
    """A name of more than sixty characters.

    Why: canvases cut it off, and a reference to it fills the line.

    When it runs: nothing changes.

    Example:
        Check whether the order that the customer has just named was delivered within the last thirty days

    Instead: a short name, and the details in the description.
        Delivered lately?
    """
    longest = subject.knowledge.limits.get("name", NAME_LIMIT)
    for node in subject.graph.nodes.values():
        if len(node.label) > longest:
            hint = "shorten it; the details have a place in the description"
            yield Problem(node.spot, f"the name has {len(node.label)} characters, more than {longest}", hint, node.id)


def too_large(subject: Subject) -> Iterator[Problem]:
    """A flow with more blocks or states than anybody can keep in mind.

    Why: nobody reviews it as a whole; parts of it can be named, tested and used again when they are flows of their own.

    When it runs: Parlant's start-up and its prompts grow with the number of states.

    Example:
        a journey of ninety states

    Instead: a journey that calls others.
        pay: {journey: take-payment}
    """
    most = subject.knowledge.limits.get("nodes", STATES_LIMIT)
    count = len(subject.graph.nodes)
    if count > most:
        noun = "blocks" if subject.side == "workflow" else "states"
        hint = "move parts that belong together into flows of their own"
        spot = Spot(("journey",)) if subject.side == "journey" else Spot()
        yield Problem(spot, f"{count} {noun} are more than {most}", hint)


def no_description(subject: Subject) -> Iterator[Problem]:
    """A journey without a description.

    Why: it is the first thing that a reader sees, and often the only one.

    When it runs: Parlant shows the description to the model when it chooses among journeys.

    Example:
        journey: return-item

    Instead: one sentence.
        journey: return-item
        description: Helps a customer send something back.
    """
    if not str(subject.the_journey.get("description", "")).strip():
        hint = "add `description:` with a sentence that says what the journey does"
        yield Problem(Spot(("journey",)), "the journey has no description", hint)


def undocumented_input(subject: Subject) -> Iterator[Problem]:
    """An input without a description.

    Why: whoever starts the flow has to guess what to give it.

    When it runs: forms and tools made from the flow show the bare name.

    Example:
        variables: {order_id: {type: string, input: true}}

    Instead: say what it is.
        variables: {order_id: {type: string, input: true, description: As printed on the receipt}}
    """
    for name, item in subject.variables.items():
        if isinstance(item, dict) and item.get("input") and not item.get("description"):
            yield _undocumented(name, subject.variable_spot(name))
    for node in subject.graph.nodes.values():
        inputs = node.fields.get("inputs") if node.kind in ENTRY_KINDS else None
        for name, item in inputs.items() if isinstance(inputs, dict) else ():
            if not (isinstance(item, dict) and item.get("description")):
                yield _undocumented(name, Spot(block=node.id, value=name), node.id)


def _undocumented(name: str, spot: Spot, node: str = "") -> Problem:
    return Problem(spot, f"input {name!r} has no description", "say what it is and where people find it", node)


def unfinished(subject: Subject) -> Iterator[Problem]:
    """A text that says that something is still to do.

    Why: it was meant to be finished before anybody uses it. In a prompt, the model reads it too.

    When it runs: the text is used as it stands.

    Example:
        chat: "Offer a refund. TODO: how much?"

    Instead: finish it.
        chat: Offer a refund of at most 250 euros.
    """
    for text in subject.texts:
        found = _TODO.search(text.value)
        if found:
            hint = "finish it, or move the remark to a note"
            yield Problem(text.spot.within(found[0], found.start()), f"{found[0]} stands in a text", hint, text.node)


def empty_note(subject: Subject) -> Iterator[Problem]:
    """A note with nothing in it.

    Why: it takes a place on the canvas and says nothing.

    When it runs: nothing changes.

    Example:
        a sticky note without text

    Instead: remove it, or write what it was meant to say.
        The policy changes in May
    """
    for block in subject.the_workflow.blocks:
        if block.kind is BlockKind.NOTE and not str(block.fields.get("text") or "").strip():
            repair = Repair("remove the note", _without_block(block.id))
            yield Problem(Spot(block=block.id), "the note is empty", "remove it, or write something", block.id, repair)


def _without_block(name: str) -> Callable[[Model], None]:
    def apply(model: Model) -> None:
        if isinstance(model, Workflow):
            model.blocks[:] = [block for block in model.blocks if block.id != name]

    return apply


def overlapping_blocks(subject: Subject) -> Iterator[Problem]:
    """Two blocks that lie on top of each other.

    Why: the lower one cannot be seen, and its edges seem to belong to the upper one.

    When it runs: nothing changes.

    Example:
        two blocks at (100, 100)

    Instead: move one of them.
        one at (100, 100), one at (600, 100)
    """
    placed = [block for block in subject.the_workflow.blocks if _is_placed(block)]
    placed.sort(key=lambda block: (block.parent or "", block.x or 0.0))
    for number, block in enumerate(placed):
        for other in placed[number + 1 :]:
            if other.parent != block.parent or (other.x or 0.0) >= (block.x or 0.0) + _size(block)[0] / 2:
                break
            if abs((other.y or 0.0) - (block.y or 0.0)) < _size(block)[1] / 2:
                message = f"{other.name or other.id!r} lies on {block.name or block.id!r}"
                yield Problem(Spot(block=other.id), message, "move one of them", other.id)


def _is_placed(block: Block) -> bool:
    known = block.x is not None and block.y is not None
    return known and block.kind is not BlockKind.NOTE and block.kind not in CONTAINER_KINDS


def _size(block: Block) -> tuple[float, float]:
    return (block.width or GRID[0], block.height or GRID[1])


def outside_container(subject: Subject) -> Iterator[Problem]:
    """A block that is part of a container and is drawn outside it.

    Why: readers believe that it runs once, while it runs in each round; or the other way round.

    When it runs: it is part of the container, wherever it is drawn.

    Example:
        a container 400 pixels wide, with a block inside it at x = 900

    Instead: draw it inside, or take it out of the container.
        the block at x = 100
    """
    by_id = subject.the_workflow.by_id()
    for block in subject.the_workflow.blocks:
        around = by_id.get(block.parent or "")
        if around is None or block.x is None or block.y is None or not around.width or not around.height:
            continue
        if not (0 <= block.x <= around.width and 0 <= block.y <= around.height):
            message = f"{block.name or block.id!r} is drawn outside {around.name or around.id!r}, which it is part of"
            yield Problem(Spot(block=block.id), message, "move it inside, or out of the container", block.id)
