"""Whether a workflow goes round anywhere: what is asked of each one before the recovery of loops is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fjctl.model.workflow import BODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fjctl.model.workflow import Block, Edge


def neighbours(blocks: Mapping[str, Block], edges: Iterable[Edge]) -> dict[str, list[str]]:
    """Block id → the blocks of the same scope that its edges lead to."""
    found: dict[str, list[str]] = {node: [] for node in blocks}
    for edge in edges:
        source, target = blocks.get(edge.source), blocks.get(edge.target)
        if source is not None and target is not None and edge.branch != BODY and source.parent == target.parent:
            found[edge.source].append(edge.target)
    return found


def has_cycle(successors: Mapping[str, list[str]]) -> bool:
    """Whether some block leads back to itself."""
    entering = dict.fromkeys(successors, 0)
    for targets in successors.values():
        for target in targets:
            entering[target] += 1
    free = [node for node, count in entering.items() if not count]
    left = len(entering)
    while free:
        left -= 1
        for target in successors[free.pop()]:
            entering[target] -= 1
            if not entering[target]:
                free.append(target)
    return left > 0
