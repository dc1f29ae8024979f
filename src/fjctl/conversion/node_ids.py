"""Ids as a builder's own would look, for blocks that have none of its: new ones, and those of another builder's file.

Some builders take an id apart or allow few characters in a reference, so that an id of another form would draw well
and not run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from fjctl.model.names import unique
from fjctl.model.references import BY_ID, rename, rename_all

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from fjctl.model.workflow import Block, Branch, Workflow


def with_own_ids(
    workflow: Workflow, nodes: dict[str, str], node_id: Callable[[Block], str], kept: Container[str]
) -> tuple[Workflow, dict[str, str]]:
    """The workflow and the links (key → id) with each id that is not to be `kept` as `node_id` says. Ids that it gives
    must depend on the block's kind and id alone and be their own image, so that asking again changes nothing."""
    new: dict[str, str] = {}
    taken = {block.id for block in workflow.blocks}
    for block in workflow.blocks:
        found = block.id if block.id in kept else node_id(block)
        if found != block.id:
            new[block.id] = unique(found, taken)
            taken.add(new[block.id])
    if not new:
        return workflow, nodes

    def resolve(name: str, path: str) -> str | None:
        found = new.get(name[len(BY_ID) :]) if name.startswith(BY_ID) else None
        return None if found is None else f"{BY_ID}{found}.{path}" if path else BY_ID + found

    def moved(block: Block) -> Block:
        fields = cast("dict[str, Any]", rename_all(cast("Any", block.fields), resolve))
        parent = new.get(block.parent, block.parent) if block.parent is not None else None
        branches = [_renamed(branch, resolve) for branch in block.branches]
        return replace(block, id=new.get(block.id, block.id), parent=parent, fields=fields, branches=branches)

    edges = [
        replace(edge, source=new.get(edge.source, edge.source), target=new.get(edge.target, edge.target))
        for edge in workflow.edges
    ]
    talk = cast("dict[str, Any]", rename_all(cast("Any", workflow.talk), resolve))
    workflow = replace(workflow, blocks=[moved(block) for block in workflow.blocks], edges=edges, talk=talk)
    return workflow, {key: new.get(node, node) for key, node in nodes.items()}


def _renamed(branch: Branch, resolve: Callable[[str, str], str | None]) -> Branch:
    when = branch.when if branch.when is None else rename(branch.when, resolve)
    return replace(branch, when=when, condition=rename(branch.condition, resolve))
