"""Taking over from a workflow what a journey does not know: ids of branches and edges, places on the canvas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fjctl.model.workflow import CONTAINER_KINDS, BlockKind, Branch, Edge, Workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fjctl.conversion.layout import Placed
    from fjctl.model.workflow import Block

_SIZE = (250.0, 120.0)
_CONTAINER_SIZE = (400.0, 200.0)


def adopt_branches(workflow: Workflow, prior: Workflow) -> Workflow:
    """A workflow whose branches bear the ids of their counterparts in `prior`. Expressions may name them, so this comes
    before loops are recovered."""
    known = prior.by_id()
    renamed: dict[tuple[str, str], str] = {}
    blocks: list[Block] = []
    for block in workflow.blocks:
        other = known.get(block.id)
        if other is None or not other.branches or not block.branches:
            blocks.append(block)
            continue
        ids = _branch_ids(block.branches, other.branches)
        renamed |= {(block.id, old): new for old, new in ids.items()}
        blocks.append(replace(block, branches=[replace(branch, id=ids[branch.id]) for branch in block.branches]))
    edges = [replace(e, branch=renamed.get((e.source, e.branch or ""), e.branch)) for e in workflow.edges]
    return replace(workflow, blocks=blocks, edges=edges)


def adopt_edges(workflow: Workflow, prior: Workflow) -> Workflow:
    """A workflow whose edges bear the ids of their counterparts in `prior`. They stand in the order of its blocks, and
    of each block's branches: where a journey lists its states, or its ways out, is no reason to move an edge.

    This comes last. An edge that is still to be led elsewhere would carry its id along.
    """
    known = workflow.by_id()
    place = {block.id: number for number, block in enumerate(prior.blocks)}

    def rank(edge: Edge) -> tuple[int, int]:
        block = known.get(edge.source)
        return place.get(edge.source, len(place)), block.rank(edge.branch) if block is not None else 0

    return replace(workflow, edges=_edge_ids(sorted(workflow.edges, key=rank), prior.edges))


def _branch_ids(branches: Sequence[Branch], known: Sequence[Branch]) -> dict[str, str]:
    free = list(known)
    found: dict[str, str] = {}
    for branch in branches:
        same = next((other for other in free if other.reason() == branch.reason()), None)
        if same is not None:
            found[branch.id] = same.id
            free.remove(same)
    for branch in branches:
        if branch.id not in found:
            same = next((other for other in free if other.otherwise == branch.otherwise), None)
            if same is not None:
                found[branch.id] = same.id
                free.remove(same)
    taken = {other.id for other in known} | set(found.values())
    for branch in branches:
        if branch.id not in found:
            number, name = 1, branch.id
            while name in taken:
                number += 1
                name = f"{branch.id}-{number}"
            found[branch.id] = name
            taken.add(name)
    return found


def _edge_ids(edges: list[Edge], known: list[Edge]) -> list[Edge]:
    exact: dict[tuple[str, str | None, str], list[str]] = {}
    for edge in known:
        exact.setdefault((edge.source, edge.branch, edge.target), []).append(edge.id)
    result = list(edges)
    used: set[str] = set()
    for place, edge in enumerate(edges):
        ids = exact.get((edge.source, edge.branch, edge.target))
        if ids and not edge.id:
            result[place] = replace(edge, id=ids.pop(0))
            used.add(result[place].id)
    moved: dict[tuple[str, str | None], list[str]] = {}
    for edge in known:
        if edge.id not in used:
            moved.setdefault((edge.source, edge.branch), []).append(edge.id)
    for place, edge in enumerate(result):
        ids = moved.get((edge.source, edge.branch))
        if ids and not edge.id:
            result[place] = replace(edge, id=ids.pop(0))
    return result


def place(workflow: Workflow, prior: Workflow | None = None) -> Workflow:
    """A workflow with a place for every block: that of `prior` where it has one, near its neighbours for a new one, and
    laid out as a whole when nothing has a place yet."""
    known = prior.by_id() if prior is not None else {}
    blocks = []
    for block in workflow.blocks:
        other = known.get(block.id, block)
        keep = block.parent == other.parent
        x, y = (other.x, other.y) if keep else (None, None)
        blocks.append(replace(block, x=x, y=y, width=other.width, height=other.height))
    missing = [block for block in blocks if block.x is None or block.y is None]
    if missing and (
        prior is None or any(block.id not in known or block.parent != known[block.id].parent for block in missing)
    ):
        blocks = _laid_out(blocks, workflow.edges, anew=len(missing) == len(blocks))
    return replace(workflow, blocks=blocks)


def _laid_out(blocks: list[Block], edges: list[Edge], *, anew: bool) -> list[Block]:
    from fjctl.conversion.layout import Box, arrange, place_new

    boxes = []
    for block in blocks:
        width, height = _CONTAINER_SIZE if block.kind in CONTAINER_KINDS else _SIZE
        boxes.append(
            Box(
                id=block.id,
                width=block.width or width,
                height=block.height or height,
                parent=block.parent,
                note=block.kind is BlockKind.NOTE,
                x=None if anew else block.x,
                y=None if anew else block.y,
            )
        )
    ends = [(edge.source, edge.target) for edge in edges]
    placed = arrange(boxes, ends) if anew else place_new(boxes, ends)
    return [_moved(block, placed.get(block.id)) for block in blocks]


def _moved(block: Block, spot: Placed | None) -> Block:
    if spot is None:
        return block
    if block.kind in CONTAINER_KINDS:
        return replace(block, x=spot.x, y=spot.y, width=spot.width, height=spot.height)
    return replace(block, x=spot.x, y=spot.y)
