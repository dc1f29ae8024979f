"""Checks of a workflow's graph that every reader makes: parents, loops of one block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.base import finding, warning
from fjctl.model.references import normalize
from fjctl.model.workflow import CONTAINER_KINDS, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.diagnostics import Diagnostic
    from fjctl.source import Pointer


def check_graph(workflow: Workflow, place: Callable[[str], Pointer]) -> list[Diagnostic]:
    """Findings on parents, self-loops and names; `place` gives the pointer of a block."""
    return [*_parents(workflow, place), *_self_loops(workflow, place), *_names(workflow, place)]


def _parents(workflow: Workflow, place: Callable[[str], Pointer]) -> list[Diagnostic]:
    by_id = workflow.by_id()
    found: list[Diagnostic] = []
    settled: set[str] = set()
    for block in workflow.blocks:
        if block.parent is None:
            continue
        parent = by_id.get(block.parent)
        if parent is None or parent.kind not in CONTAINER_KINDS:
            what = "does not exist" if parent is None else "is no container"
            hint = "move the block out of it, or add the container"
            found.append(finding("FJ304", f"block {block.name!r} sits in {block.parent!r}, which {what}", place(block.id), hint=hint))
            continue
        above, seen = block.id, set[str]()
        while above in by_id and above not in settled and above not in seen:
            seen.add(above)
            above = by_id[above].parent or ""
        if above in seen:
            hint = "containers cannot hold each other in a circle; clear one parentId"
            found.append(finding("FJ304", f"block {block.name!r} sits in itself", place(block.id), hint=hint))
        settled |= seen
    return found


def _self_loops(workflow: Workflow, place: Callable[[str], Pointer]) -> list[Diagnostic]:
    by_id = workflow.by_id()
    hint = "builders drop such an edge; a loop container repeats a block"
    return [
        warning("FJ305", f"block {by_id[edge.source].name!r} leads to itself", place(edge.source), hint=hint)
        for edge in workflow.edges
        if edge.source == edge.target
    ]


def _names(workflow: Workflow, place: Callable[[str], Pointer]) -> list[Diagnostic]:
    seen: dict[str, str] = {}
    found: list[Diagnostic] = []
    for block in workflow.blocks:
        name = normalize(block.name)
        if block.kind is BlockKind.NOTE or not name:
            continue
        if name in seen:
            message = f"blocks {seen[name]!r} and {block.name!r} have the same name in references"
            found.append(warning("FJ310", message, place(block.id), hint="references mean the first; rename one of them"))
        seen.setdefault(name, block.name)
    return found
