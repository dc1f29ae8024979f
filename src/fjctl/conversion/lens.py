"""The symmetric lens between a journey and a workflow format: `get`, `create`, and the two `put`s, on values.

For a format F let `image(J)` be what comes back when J is written as F and read again. Then
`put(W, J) = J + (get(W) - image(J))` and `put(J, W) = W + (F(J) - F(get(W)))`: the difference of two values in the same
space, carried over to the document that holds more. Without an edit the difference is empty, so nothing changes
(GetPut); what one side cannot hold never appears in a difference, so it stays (the own parts).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.conversion.adopt import adopt_branches, adopt_edges, place
from fjctl.conversion.choosers import expand, fold
from fjctl.conversion.naming import Hints, hints_of
from fjctl.conversion.node_ids import with_own_ids
from fjctl.conversion.relink import relink
from fjctl.conversion.rounds import has_cycle, neighbours
from fjctl.conversion.to_journey import to_journey
from fjctl.conversion.to_workflow import Builder
from fjctl.diagnostics import Diagnostic, Loss
from fjctl.formats.journey import coerce, list_keys
from fjctl.model.fitting import fit_workflow
from fjctl.model.journey import walk
from fjctl.model.meaning import difference, meaning
from fjctl.model.transplant import same, transplant
from fjctl.model.workflow import TIMEOUT, BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.formats.registry import Format
    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Block, Workflow
    from fjctl.source import JsonValue, Pointer

CODES: dict[str, tuple[str, str]] = {
    "FJ401": ("cannot-hold", "the target has no place for an edit, so nothing is written"),
    "FJ402": ("irreducible-cycle", "a cycle has two ways in, and the format repeats through containers only"),
    "FJ403": ("unlinked", "a node's state, or a state's node, cannot be found with certainty"),
    "FJ404": ("relinked", "nodes have new ids and were found again by name, neighbours or content"),
}


class Prepared(NamedTuple):
    """A journey's workflow in the form a format can draw, before it is written. `nodes` is key → block id."""

    workflow: Workflow
    nodes: dict[str, str]
    refused: list[list[str]]


@dataclass(slots=True, eq=False)
class Outcome:
    """What a lens operation gives: the new value (None when refused), the pair's common names, and remarks."""

    value: JsonValue = None
    journey: Journey | None = None
    workflow: Workflow | None = None
    nodes: dict[str, str] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether nothing may be written."""
        return self.value is None


def prepare(journey: Journey, form: Format, prior: Workflow | None = None, named: Workflow | None = None) -> Prepared:
    """The workflow of a journey as `form` draws it, with the ids and places of a prior one, and with the names that
    `named` (the prior one where there is one) gives to more than one block."""
    known = prior or named
    names = {b.id: b.name for b in known.blocks if b.kind is not BlockKind.NOTE} if known is not None else None
    builder = Builder(journey, names, refer_by_id=form.refer_by_id)
    workflow = builder.workflow()
    keys = {node: key for key, node in builder.keys.items()}
    nodes = dict(builder.keys)
    refused: list[list[str]] = []
    if form.choosers:
        expanded = expand(workflow, keys, builder.node_id, builder.kind_of, form.choose_too)
        workflow, nodes = expanded.workflow, nodes | expanded.nodes
        keys |= {node: key for key, node in expanded.nodes.items()}
    if prior is not None:
        workflow = adopt_branches(workflow, prior)
    late = [edge for edge in workflow.edges if edge.branch == TIMEOUT and not form.timeouts]
    drawn = [edge for edge in workflow.edges if edge not in late] if late else workflow.edges
    if not form.cycles and has_cycle(neighbours(workflow.by_id(), drawn)):
        from fjctl.conversion.cycles import recover_loops

        # A way that the format does not draw closes no cycle there; it goes along to be named as lost.
        recovered = recover_loops(replace(workflow, edges=drawn), keys, builder.node_id)
        workflow, nodes, refused = recovered.workflow, nodes | recovered.nodes, recovered.refused
        workflow.edges = [*workflow.edges, *late]
        if prior is not None and recovered.nodes:
            workflow = adopt_branches(workflow, prior)
    node_id = getattr(form.load(), "node_id", None)
    if node_id is not None:
        origin = journey.get("origin", {})
        kept = {block.id for block in known.blocks} if known is not None else set[str]()
        kept |= set(origin.get("nodes", {}).values()) if origin.get("format") == form.name else set()
        workflow, nodes = with_own_ids(workflow, nodes, node_id, kept)
    if prior is not None:
        workflow = adopt_edges(workflow, prior)
    return Prepared(workflow, nodes, refused)


def read_back(workflow: Workflow, hints: Hints, form: Format, name: str = "workflow") -> Journey:
    """`get`: the journey of a workflow, named as the hints say; blocks the hints call added are taken back."""
    workflow = fit_workflow(workflow)
    folded: dict[str, str] = {}
    present = {block.id for block in workflow.blocks}
    if not form.cycles and any(key.endswith(".loop") for key in hints.keys.values()):
        from fjctl.conversion.cycles_restore import restore_cycles

        workflow = restore_cycles(workflow, hints.keys)
        kept = {block.id for block in workflow.blocks}
        folded |= {key: node for node, key in hints.keys.items() if node in present and node not in kept}
    if form.choosers:
        workflow, more = fold(workflow, hints.keys)
        folded |= more
    journey = to_journey(workflow, hints, name=name, refer_by_id=form.refer_by_id)
    if folded:
        nodes = journey["origin"]["nodes"]
        journey["origin"]["nodes"] = {**nodes, **folded}
    return journey


def image(journey: Journey, form: Format, named: Workflow | None = None) -> tuple[Journey, Prepared, list[Loss]]:
    """The journey as it comes back from the format, what was written, and what the format had no place for."""
    prepared = prepare(journey, form, named=named)
    if named is not None:
        prepared.workflow.blocks = _in_order_of(prepared.workflow, named)
    module = form.load()
    encoded = module.encode(prepared.workflow)
    again = module.decode(encoded.value).workflow
    return read_back(again, hints_of(journey, prepared.nodes), form, journey["journey"]), prepared, encoded.losses


def _in_order_of(workflow: Workflow, named: Workflow) -> list[Block]:
    """The blocks in another workflow's order, new ones behind what they follow: of equal names the first counts."""
    rank = {block.id: place for place, block in enumerate(named.blocks)}
    places: list[tuple[int, int]] = []
    last = -1
    for number, block in enumerate(workflow.blocks):
        last = rank.get(block.id, last)
        places.append((last, number))
    return [workflow.blocks[number] for _, number in sorted(places)]


def create(journey: Journey, form: Format) -> Outcome:
    """A new workflow for a journey, laid out."""
    prepared = prepare(journey, form)
    if prepared.refused:
        return Outcome(journey=journey, diagnostics=refusals(prepared.refused, form))
    workflow = place(prepared.workflow)
    encoded = form.load().encode(workflow)
    return Outcome(
        encoded.value, journey, workflow, prepared.nodes, in_journey(encoded.losses, journey, prepared.nodes)
    )


def put_journey(journey: Journey, value: JsonValue, workflow: Workflow, form: Format) -> Outcome:
    """Writes a journey into an existing workflow document: `value` is the document, `workflow` its model."""
    module = form.load()
    linked, remarks, _ = _linked(journey, workflow, form)
    before = read_back(workflow, hints_of(linked), form, journey["journey"])
    linked = with_nodes(linked, {**linked["origin"].get("nodes", {}), **before["origin"]["nodes"]})
    here, there = prepare(before, form, workflow), prepare(linked, form, workflow)
    if there.refused and there.refused != here.refused:
        return Outcome(journey=journey, diagnostics=refusals(there.refused, form))
    base = module.encode(place(here.workflow, workflow), value)
    theirs = module.encode(place(there.workflow, workflow), value)
    result = transplant(base.value, theirs.value, value, _keys_of(form))
    outcome = Outcome(
        result, journey, there.workflow, there.nodes, in_journey(theirs.losses, journey, there.nodes), remarks
    )
    # Equal documents from unequal models: what differs is the conversation's own part, or has been lost.
    if result is not value or here.workflow != there.workflow:
        _verify(outcome, module.decode(result).workflow, linked, form)
    return outcome


def put_workflow(workflow: Workflow, journey: Journey, form: Format) -> Outcome:
    """Writes a workflow into an existing journey document; what only the journey says stays."""
    linked, remarks, own = _linked(journey, workflow, form)
    base, prepared, _ = image(linked, form, workflow)
    hints = hints_of(linked, prepared.nodes)
    theirs = read_back(workflow, hints, form, journey["journey"])
    nodes = theirs["origin"]["nodes"]
    for value in (base, theirs):
        value.pop("origin", None)
    result = transplant(
        cast("JsonValue", base), cast("JsonValue", theirs), cast("JsonValue", journey), list_keys, coerce
    )
    merged = _with_origin(cast("Journey", result), journey, nodes, own)
    outcome = Outcome(cast("JsonValue", merged), merged, workflow, nodes, [], remarks)
    if not same(base, theirs):  # type: ignore[arg-type]
        outcome = _verified(outcome, workflow, theirs, form)
    return outcome


def both_sides(workflow: Workflow, journey: Journey, form: Format) -> tuple[Journey, Journey]:
    """A workflow and its journey in the same terms: the journey that the workflow gives, and what of the journey the
    format can hold. They mean the same when the pair is in step."""
    linked, _, _ = _linked(journey, workflow, form)
    held, prepared, _ = image(linked, form, workflow)
    theirs = read_back(workflow, hints_of(linked, prepared.nodes), form, journey["journey"])
    return theirs, held


def _with_origin(merged: Journey, journey: Journey, nodes: dict[str, str], own: dict[str, str]) -> Journey:
    """The journey with its links brought up to date; `own` are those it has, written down or following from its names.
    Links that already follow are not written down."""
    before = journey.get("origin", {}).get("nodes", {})
    new = {key: node for key, node in nodes.items() if own.get(key) != node}
    if not new and before.keys() <= nodes.keys():
        return merged
    written = {key: nodes[key] for key in before if key in nodes} | new if "origin" in journey else nodes
    return cast("Journey", {**merged, "origin": {**merged.get("origin", {}), "nodes": written}})


def in_journey(losses: Sequence[Loss], journey: Journey, nodes: dict[str, str]) -> list[Loss]:
    """Losses with places in the journey, where the writer could only name the block: `states`, block id, field."""
    paths: dict[str, Pointer] = {}
    for path, name, _ in walk(journey["states"]):
        paths[name] = (*(part for outer in path for part in ("states", outer)), "states", name)
    owners = {node: paths[key.partition(".")[0]] for key, node in nodes.items() if key.partition(".")[0] in paths}
    return [
        loss._replace(pointer=(*owners[loss.pointer[1]], *loss.pointer[2:]))
        if len(loss.pointer) > 1 and loss.pointer[0] == "states" and loss.pointer[1] in owners
        else loss
        for loss in losses
    ]


def with_nodes(journey: Journey, nodes: dict[str, str]) -> Journey:
    """The journey with these node ids in its origin."""
    return cast("Journey", {**journey, "origin": {**journey.get("origin", {}), "nodes": nodes}})


def _linked(journey: Journey, workflow: Workflow, form: Format) -> tuple[Journey, list[Diagnostic], dict[str, str]]:
    """The journey with an origin whose node ids are those of `workflow`, remarks on what could not be linked, and the
    links as the journey itself has them."""
    prepared = prepare(journey, form)
    ids = {block.id for block in workflow.blocks}
    nodes = prepared.nodes
    remarks: list[Diagnostic] = []
    if not set(nodes.values()) <= ids:
        links = relink(prepared.workflow, workflow)
        moved = {old: new for old, new in links.items() if old != new}
        nodes = {key: links.get(node, node) for key, node in nodes.items()}
        if moved:
            remarks.append(
                _remark("FJ404", f"{len(moved)} nodes were found again under new ids", (), "the links are written anew")
            )
    origin = journey.get("origin", {})
    stale = {
        key for key, node in origin.get("nodes", {}).items() if key not in nodes and node in ids and "." not in key
    }
    free = {key: node for key, node in origin.get("nodes", {}).items() if key in stale and node not in nodes.values()}
    remarks += [
        _remark(
            "FJ403",
            f"state {key!r} of the origin is gone from the journey",
            ("origin", "nodes", key),
            "its block is removed from the workflow",
        )
        for key in free
    ]
    kept = {key: node for key, node in origin.get("nodes", {}).items() if key not in nodes and key not in stale}
    return cast("Journey", {**journey, "origin": {**origin, "nodes": {**kept, **nodes}}}), remarks, prepared.nodes


def _remark(code: str, message: str, pointer: Pointer, hint: str) -> Diagnostic:
    from fjctl.diagnostics import Severity

    return Diagnostic(code, CODES[code][0], message, Severity.INFO, hint, pointer)


def refusals(refused: Sequence[Sequence[str]], form: Format) -> list[Diagnostic]:
    """One finding for each cycle that a format cannot hold."""
    hint = "give the loop one way in, or use a format that can draw it (reactflow)"
    return [
        Diagnostic(
            "FJ402",
            CODES["FJ402"][0],
            f"{form.name} cannot hold this cycle: {' → '.join([*cycle, cycle[0]])}",
            help=hint,
            pointer=("states",),
        )
        for cycle in refused
    ]


def _keys_of(form: Format) -> Any:
    module = form.load()

    def keys(pointer: Pointer, item: JsonValue) -> tuple[object, ...]:
        if isinstance(item, dict):
            identifier = item.get("id")
            return (module.list_key(pointer, item), identifier if isinstance(identifier, (str, int)) else None)
        return (None,)

    return keys


def _verify(outcome: Outcome, written: Workflow, journey: Journey, form: Format) -> None:
    """PutGet at run time: the workflow written must say what the journey says, as far as the format can."""
    expected, prepared, _ = image(journey, form, written)
    nodes = {**journey.get("origin", {}).get("nodes", {}), **prepared.nodes}
    found = read_back(written, hints_of(journey, nodes), form, journey["journey"])
    at = difference(cast("Any", meaning(expected)), cast("Any", meaning(found)))
    if at is not None:
        outcome.value = None
        outcome.diagnostics.append(_refusal(at, form))


def _verified(outcome: Outcome, workflow: Workflow, theirs: Journey, form: Format) -> Outcome:
    merged, nodes = cast("Journey", outcome.journey), outcome.nodes
    again, _, _ = image(with_nodes(merged, nodes), form, workflow)
    at = difference(cast("Any", meaning(theirs)), cast("Any", meaning(again)))
    if at is not None:
        outcome.value = None
        outcome.diagnostics.append(_refusal(at, form))
    return outcome


def _refusal(pointer: Pointer, form: Format) -> Diagnostic:
    from fjctl.source import format_path

    message = f"the edit at {format_path(pointer)} cannot be carried over to or from {form.name}"
    return Diagnostic(
        "FJ401", CODES["FJ401"][0], message, help="make the edit on the other side, or undo it", pointer=pointer
    )
