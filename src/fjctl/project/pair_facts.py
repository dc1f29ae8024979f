"""What rules see of a pair: how the two sides differ, what one cannot hold, and which links lead nowhere."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from fjctl.checks.subject import Knowledge, Pair
from fjctl.conversion import lens
from fjctl.model.diff import differences
from fjctl.model.journey import walk
from fjctl.model.references import normalize
from fjctl.model.transplant import same
from fjctl.project.checking import subject_of

if TYPE_CHECKING:
    from fjctl.formats.document import Document
    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow
    from fjctl.source import Pointer


def pair_of(workflow: Document, journey: Document, knowledge: Knowledge | None = None) -> Pair:
    """The facts about two documents that were read without errors."""
    form = cast("Format", workflow.format)
    flow, talk = cast("Workflow", workflow.workflow), cast("Journey", journey.journey)
    theirs, held = lens.both_sides(flow, talk, form)
    written = lens.put_journey(talk, workflow.value, flow, form)
    return Pair(
        workflow=subject_of(workflow, knowledge),
        journey=subject_of(journey, knowledge),
        changes=differences(held, theirs),
        losses=[loss for loss in dict.fromkeys(written.losses) if not _has(theirs, talk, loss.pointer)],
        astray=_astray(talk, flow),
        ambiguous=_ambiguous(talk, flow),
    )


def _has(theirs: Journey, journey: Journey, pointer: Pointer) -> bool:
    """Whether the workflow has what the journey has at a place, whatever its writer says of it: it was there before."""
    one: Any = theirs
    other: Any = journey
    for part in pointer:
        try:
            one, other = one[part], other[part]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(pointer) and same(one, other)


def _astray(journey: Journey, workflow: Workflow) -> dict[str, str]:
    """Entries of the origin whose state or block is gone. A second part of a key (`a.next`) is a part of the state."""
    nodes = journey.get("origin", {}).get("nodes", {})
    states = {name for _, name, _ in walk(journey["states"])}
    ids = {block.id for block in workflow.blocks}
    outside = ("entries.", "notes.")
    return {
        key: node
        for key, node in nodes.items()
        if node not in ids or (key.partition(".")[0] not in states and not key.startswith(outside))
    }


def _ambiguous(journey: Journey, workflow: Workflow) -> dict[str, list[str]]:
    """States without a link, whose name several blocks have that no other state is linked with."""
    nodes = journey.get("origin", {}).get("nodes", {})
    taken = set(nodes.values())
    names = Counter(normalize(block.name or block.id) for block in workflow.blocks if block.id not in taken)
    found: dict[str, list[str]] = {}
    for _, name, state in walk(journey["states"]):
        label = normalize(state.get("title", name))
        if name not in nodes and names[label] > 1:
            found[name] = [
                block.id
                for block in workflow.blocks
                if block.id not in taken and normalize(block.name or block.id) == label
            ]
    return found
