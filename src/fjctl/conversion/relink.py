"""Finding again which node belongs to which state after an editor has given the nodes new ids (Sim does on import),
or a person has renamed a state: by name and kind, by neighbours, by content. What is not certain is not guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.model.references import normalize
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from fjctl.model.workflow import Block, Workflow


def relink(known: Workflow, found: Workflow) -> dict[str, str]:
    """Ids of `known` → ids of `found`, for the blocks that are certainly the same; a block without one is missing."""
    ids = {block.id for block in found.blocks}
    links = {block.id: block.id for block in known.blocks if block.id in ids}
    lost = [block for block in known.blocks if block.id not in links]
    free = [block for block in found.blocks if block.id not in links]
    if not lost or not free:
        return links
    _pair(
        lost,
        free,
        links,
        lambda block: (normalize(block.name), block.kind),
        lambda block: (normalize(block.name), block.kind),
    )
    _by_content(lost, free, links)
    before = -1
    while len(links) != before:
        before = len(links)
        back = {new: old for old, new in links.items()}
        around_known, around_found = _neighbours(known, {}), _neighbours(found, back)
        linked = links.keys()
        _pair(lost, free, links, _place(around_known, linked), _place(around_found, linked))
    return links


def _pair(
    lost: list[Block],
    free: list[Block],
    links: dict[str, str],
    key_known: Callable[[Block], Hashable],
    key_found: Callable[[Block], Hashable],
) -> None:
    here = _unique(lost, key_known)
    there = _unique(free, key_found)
    for key, block in here.items():
        other = there.get(key)
        if key is not None and other is not None and other.kind is block.kind:
            links[block.id] = other.id
            lost.remove(block)
            free.remove(other)


def _unique(blocks: Iterable[Block], key: Callable[[Block], Hashable]) -> dict[Hashable, Block]:
    found: dict[Hashable, Block | None] = {}
    for block in blocks:
        name = key(block)
        found[name] = None if name in found else block
    return {name: block for name, block in found.items() if block is not None}


def _by_content(lost: list[Block], free: list[Block], links: dict[str, str]) -> None:
    for block in list(lost):
        alike = [other for other in free if _alike(block, other)]
        twins = [other for other in lost if _alike(block, other)]
        if len(alike) == 1 and len(twins) == 1:
            links[block.id] = alike[0].id
            lost.remove(block)
            free.remove(alike[0])


def _alike(one: Block, other: Block) -> bool:
    if one.kind is not other.kind or not one.fields:
        return False
    here: Any = one.fields
    there: Any = other.fields
    return same(here, there) and [b.reason() for b in one.branches] == [b.reason() for b in other.branches]


def _neighbours(workflow: Workflow, renamed: dict[str, str]) -> dict[str, set[tuple[str, str]]]:
    around: dict[str, set[tuple[str, str]]] = {}
    for edge in workflow.edges:
        around.setdefault(edge.source, set()).add(("out", renamed.get(edge.target, edge.target)))
        around.setdefault(edge.target, set()).add(("in", renamed.get(edge.source, edge.source)))
    return around


def _place(around: dict[str, set[tuple[str, str]]], linked: Iterable[str]) -> Callable[[Block], Hashable]:
    known = set(linked)

    def key(block: Block) -> Hashable:
        sides = frozenset(item for item in around.get(block.id, ()) if item[1] in known)
        return (block.kind, sides) if sides else None

    return key
