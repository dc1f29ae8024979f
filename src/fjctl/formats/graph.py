"""Checks of a workflow's graph that every reader makes: parents, loops of one block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.formats.base import finding, warning
from fjctl.model.references import normalize
from fjctl.model.workflow import CONTAINER_KINDS, BlockKind, Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fjctl.diagnostics import Diagnostic
    from fjctl.model.workflow import Block
    from fjctl.source import Pointer

_MAX_NESTING = 33
"""Levels of blocks, containers and what is in them. Sim stops at 10; a journey nests two levels of YAML for each."""


def check_graph(workflow: Workflow, place: Callable[[str], Pointer], *, named: bool = True) -> list[Diagnostic]:
    """Findings on parents, self-loops and names; `place` gives the pointer of a block. `named`: references name blocks
    by name, so that two of one name are worth a word."""
    names = _names(workflow, place) if named else []
    return [*_parents(workflow, place), *_self_loops(workflow, place), *names]


def _parents(workflow: Workflow, place: Callable[[str], Pointer]) -> list[Diagnostic]:
    by_id = workflow.by_id()
    found: list[Diagnostic] = []
    depth: dict[str, int] = {}
    for block in workflow.blocks:
        if block.parent is None:
            continue
        parent = by_id.get(block.parent)
        if parent is None or parent.kind not in CONTAINER_KINDS:
            what = "does not exist" if parent is None else "is no container"
            hint = "move the block out of it, or add the container"
            found.append(
                finding(
                    "FJ304", f"block {block.name!r} sits in {block.parent!r}, which {what}", place(block.id), hint=hint
                )
            )
            continue
        above, seen = block.id, set[str]()
        while above in by_id and above not in depth and above not in seen:
            seen.add(above)
            above = by_id[above].parent or ""
        if above in seen:
            hint = "containers cannot hold each other in a circle; clear one parentId"
            found.append(finding("FJ304", f"block {block.name!r} sits in itself", place(block.id), hint=hint))
        below = depth.get(above, 0) + len(seen)
        if above not in seen and below > _MAX_NESTING:
            hint = "move the inner containers into a workflow of their own (Sim allows 10)"
            message = f"block {block.name!r} sits {below - 1} containers deep; at most {_MAX_NESTING - 1} are read"
            found.append(finding("FJ304", message, place(block.id), hint=hint))
        depth |= {each: below - number for number, each in enumerate(_upwards(block.id, seen, by_id))}
    return found


def _upwards(block_id: str, seen: set[str], by_id: Mapping[str, Block]) -> list[str]:
    """The blocks of a chain of parents, innermost first."""
    chain: dict[str, None] = {}
    while block_id in seen and block_id not in chain:
        chain[block_id] = None
        block_id = by_id[block_id].parent or ""
    return list(chain)


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
            found.append(
                warning("FJ310", message, place(block.id), hint="references mean the first; rename one of them")
            )
        seen.setdefault(name, block.name)
    return found
