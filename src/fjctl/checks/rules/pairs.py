"""Rules about a workflow and its journey: whether they still say the same, and whether each finds the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.checks.rule import Problem, Spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.checks.subject import Pair
    from fjctl.model.diff import Change

SHOWN = 3
"""How many differences a message names."""


def _said(change: Change) -> str:
    what = "the journey" if change.what == "journey" else f"{change.what} {change.name!r}"
    place = f" ({change.path[-1]})" if change.path else ""
    return f"{what} {change.kind}{place}"


def out_of_sync(pair: Pair) -> Iterator[Problem]:
    """A workflow and its journey that no longer mean the same.

    Why: one side was edited and the other not. What is reviewed on one side is not what runs on the other.

    When it runs: each side runs as it stands. The next `fjctl convert` carries the edited side over.

    Example:
        workflows/return.json     prompt: Be very brief
        journeys/return.journey.yaml   chat: Be brief

    Instead: carry the edit over, in the direction that is meant.
        fjctl convert workflows/return.json
    """
    if not pair.changes:
        return
    shown = ", ".join(_said(change) for change in pair.changes[:SHOWN])
    more = len(pair.changes) - SHOWN
    shown += f" and {more} more" if more > 0 else ""
    hint = "run `fjctl convert` on the side that is right; `fjctl diff WORKFLOW JOURNEY` shows everything"
    yield Problem(Spot(("journey",)), f"the journey and its workflow differ: {shown}", hint)


def origin_astray(pair: Pair) -> Iterator[Problem]:
    """An entry of `origin` whose state or block does not exist.

    Why: `origin` is how the two sides find each other; an entry that points nowhere hides that a block was removed or
    redrawn.

    When it runs: nothing; the next conversion may take a state for a new one and give its block a new place.

    Example:
        origin:
          nodes: {greet: 8f2c-gone}

    Instead: convert again, or remove the entry.
        fjctl convert journeys/return.journey.yaml
    """
    nodes = pair.journey.the_journey.get("origin", {}).get("nodes", {})
    for name, block in pair.astray.items():
        known = pair.journey.graph.nodes.get(name.partition(".")[0])
        missing = f"state {name!r}" if known is None else f"block {block!r}"
        spot = Spot(("origin", "nodes", name), key=known is None) if name in nodes else Spot(("origin",), key=True)
        hint = "run `fjctl convert` to link the two sides again, or remove the entry"
        yield Problem(spot, f"origin names {missing}, which does not exist", hint, name)


def mapping_ambiguous(pair: Pair) -> Iterator[Problem]:
    """A state for which several blocks could be meant.

    Why: without an id to go by, blocks are found by name, neighbours and content. Two that are alike cannot be told
    apart, and an edit might land in the wrong one.

    When it runs: `fjctl convert` refuses to carry an edit of such a state over.

    Example:
        two agents called "Writer" with the same prompt, and no `origin` in the journey

    Instead: give the blocks different names, or restore the `origin` of the journey.
        origin: {nodes: {writer: 91ab, writer_2: 8f2c}}
    """
    for name, blocks in pair.ambiguous.items():
        node = pair.journey.graph.nodes.get(name)
        message = f"state {name!r} could be any of {len(blocks)} blocks: {', '.join(blocks[:SHOWN])}"
        hint = "give the blocks different names, or restore the entry in `origin`"
        yield Problem(node.spot if node is not None else Spot(("origin",), key=True), message, hint, name)


def loss_not_accepted(pair: Pair) -> Iterator[Problem]:
    """Something in the journey that its workflow cannot hold.

    Why: it exists on one side only. Whoever runs the workflow runs without it.

    When it runs: the workflow leaves it out; Parlant has it.

    Example:
        fee: {chat: Name the fee, next: [{to: pay, delay: 2h, condition: The customer agrees}]}

    Instead: do without it, or suppress the finding where the loss is accepted.
        fee: {chat: Name the fee, next: [{to: pay, delay: 2h, condition: The customer agrees}]}  # fjctl: ignore[FJ623]
    """
    for loss in pair.losses:
        if loss.own:
            continue
        reason = f": {loss.reason}" if loss.reason else ""
        hint = "express it in a way the workflow can hold, or accept it with a suppression"
        yield Problem(
            Spot(loss.pointer), f"the workflow cannot hold {loss.what}{reason}", hint, _state_of(loss.pointer)
        )


def _state_of(pointer: tuple[str | int, ...]) -> str:
    named = [str(pointer[at + 1]) for at, part in enumerate(pointer[:-1]) if part == "states"]
    return named[-1] if named else ""


def wrong_format(pair: Pair) -> Iterator[Problem]:
    """A journey whose `origin` names another format than its workflow is in.

    Why: the ids and branches of another builder are written into it, or the wrong file is taken for its workflow.

    When it runs: `fjctl convert` goes by the file and links the two anew.

    Example:
        origin: {workflow: ../workflows/return.json, format: sim}   # and the file is an n8n workflow

    Instead: name the right file, or convert again.
        origin: {workflow: ../workflows/return.json, format: n8n}
    """
    origin = pair.journey.the_journey.get("origin", {})
    said = origin.get("format")
    if said and said != pair.workflow.format:
        hint = "mend `origin.workflow` or `origin.format`, or run `fjctl convert` on the workflow"
        message = f"origin says the workflow is {said}, and it is {pair.workflow.format}"
        yield Problem(Spot(("origin", "format")), message, hint)
