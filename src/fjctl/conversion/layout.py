"""Where blocks stand on the canvas when nobody has placed them yet.

Containers are drawn innermost first; in each, `layers.py` draws every connected part, and the parts are stacked.

All lengths are canvas pixels; x grows rightwards, y downwards; a place is a top-left corner, relative to that of the
container. The result depends on the order of `boxes` and `edges` only.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fjctl.conversion.layers import COLUMN_GAP, GRID, ROW_GAP, Layers, Size, up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PADDING = 50
HEADER = 50
ORIGIN = 150
SHELF_WIDTH = 1600
"""Narrowest wrap of the rows that hold loose blocks and notes."""


@dataclass(slots=True, frozen=True)
class Box:
    """One block. `x` and `y` are given when it already has a place, relative to its parent."""

    id: str
    width: float
    height: float
    parent: str | None = None
    note: bool = False
    x: float | None = None
    y: float | None = None


class Placed(NamedTuple):
    """Top-left corner relative to the parent, and size."""

    x: float
    y: float
    width: float
    height: float


class _Tree:
    """The nesting of boxes: a parent that is missing, or inside its own child, counts as none."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes: dict[str, Box] = {}
        for box in boxes:
            self.boxes.setdefault(box.id, box)
        self.parent = {id_: box.parent if box.parent in self.boxes else None for id_, box in self.boxes.items()}
        self.depth: dict[str, int] = {}
        for id_ in self.boxes:
            self._measure(id_)
        self.children: dict[str | None, list[str]] = {None: []}
        for id_, parent in self.parent.items():
            self.children.setdefault(parent, []).append(id_)

    def _measure(self, id_: str) -> None:
        trail: dict[str, None] = {}
        at: str | None = id_
        while at is not None and at not in self.depth:
            trail[at] = None
            above = self.parent[at]
            if above in trail:
                self.parent[at] = above = None
            at = above
        depth = -1 if at is None else self.depth[at]
        for node in reversed(trail):
            depth += 1
            self.depth[node] = depth

    def inside_out(self) -> list[str | None]:
        """Every container, innermost first, the canvas (None) last."""
        containers = [id_ for id_ in self.boxes if id_ in self.children]
        return [*sorted(containers, key=lambda id_: -self.depth[id_]), None]

    def lifted(self, edges: Iterable[tuple[str, str]]) -> dict[str | None, list[tuple[str, str]]]:
        """Each edge as one between siblings, by their parent; edges inside one block or to nothing are left out."""
        found: dict[str | None, dict[tuple[str, str], None]] = {}
        for source, target in edges:
            if source in self.boxes and target in self.boxes:
                a, b = self._siblings(source, target)
                if a != b:
                    found.setdefault(self.parent[a], {})[a, b] = None
        return {parent: list(pairs) for parent, pairs in found.items()}

    def _siblings(self, a: str, b: str) -> tuple[str, str]:
        while a != b and self.parent[a] != self.parent[b]:
            # The deeper one climbs; of two equally deep, the first does and the other follows.
            if self.depth[a] >= self.depth[b]:
                a = self._above(a)
            else:
                b = self._above(b)
        return a, b

    def _above(self, id_: str) -> str:
        above = self.parent[id_]
        return id_ if above is None else above


def arrange(boxes: Sequence[Box], edges: Sequence[tuple[str, str]]) -> dict[str, Placed]:
    """Place all boxes from nothing; given places are not looked at.

    A container's size is what its children need, never smaller than the given one. Edges to unknown ids and
    from a block to itself are ignored. The result has one entry a box, in the order of `boxes`.
    """
    tree = _Tree(boxes)
    flows = tree.lifted(edges)
    sizes = {id_: _given_size(box) for id_, box in tree.boxes.items()}
    corners: dict[str, tuple[float, float]] = {}
    for parent in tree.inside_out():
        members = tree.children.get(parent, [])
        left, top = _origin(parent)
        for id_, (x, y) in _flow(members, flows.get(parent, []), sizes, tree.boxes).items():
            corners[id_] = (x + left, y + top)
        if parent is not None:
            sizes[parent] = _grown(sizes[parent], members, corners, sizes)
    return {id_: Placed(*corners[id_], *sizes[id_]) for id_ in tree.boxes}


def place_new(boxes: Sequence[Box], edges: Sequence[tuple[str, str]]) -> dict[str, Placed]:
    """Place only the boxes without `x` or `y`; nothing that has a place moves.

    A new box stands right of a placed predecessor, else left of a placed successor, else below everything, and
    overlaps no sibling. Returned are the new boxes and the containers that had to grow around them; such a
    container keeps its corner, and may reach over its neighbours when it stood close to them.
    """
    tree = _Tree(boxes)
    flows = tree.lifted(edges)
    sizes = {id_: _given_size(box) for id_, box in tree.boxes.items()}
    corners = {id_: (box.x, box.y) for id_, box in tree.boxes.items() if box.x is not None and box.y is not None}
    changed: dict[str, None] = {}
    for parent in tree.inside_out():
        members = tree.children.get(parent, [])
        new = [id_ for id_ in members if id_ not in corners]
        corners.update(_Patch(parent, members, flows.get(parent, []), sizes, corners, tree.boxes).run(new))
        changed.update(dict.fromkeys(new))
        # A placed container answers for its new and grown children only; a new one for all.
        inner = [id_ for id_ in members if id_ in changed] if parent in corners else members
        if parent is not None and inner:
            grown = _grown(sizes[parent], inner, corners, sizes)
            if grown != sizes[parent]:
                sizes[parent] = grown
                changed[parent] = None
    return {id_: Placed(*corners[id_], *sizes[id_]) for id_ in tree.boxes if id_ in changed}


class _Patch:
    """New boxes among placed siblings."""

    def __init__(
        self,
        parent: str | None,
        members: Sequence[str],
        edges: Sequence[tuple[str, str]],
        sizes: dict[str, Size],
        corners: dict[str, tuple[float, float]],
        boxes: dict[str, Box],
    ) -> None:
        self.left, self.top = _origin(parent)
        self.inside = parent is not None
        self.edges = edges
        self.sizes = sizes
        self.boxes = boxes
        self.placed = {id_: corners[id_] for id_ in members if id_ in corners}
        self.before, self.after = _neighbours(members, edges)

    def run(self, new: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Corners of the new boxes: first those that hang on a placed one, wave by wave, then the rest below."""
        waiting = {id_ for id_ in new if not self.boxes[id_].note}
        # Rightwards first, so that a box between two placed ones stands right of the first.
        grew = True
        while grew:
            left = len(waiting)
            self._spread(self.after, waiting)
            self._spread(self.before, waiting)
            grew = len(waiting) < left
        rest = [id_ for id_ in new if id_ not in self.placed]
        self._below(rest)
        return {id_: self.placed[id_] for id_ in new}

    def _spread(self, follow: dict[str, list[str]], waiting: set[str]) -> None:
        queue = deque(self.placed)
        while queue:
            at = queue.popleft()
            for id_ in follow[at]:
                if id_ in waiting:
                    waiting.discard(id_)
                    self.placed[id_] = self._beside(id_, at, rightwards=follow is self.after)
                    queue.append(id_)

    def _beside(self, id_: str, at: str, *, rightwards: bool) -> tuple[float, float]:
        x, y = self.placed[at]
        width = self.sizes[id_].width
        x = up(x + self.sizes[at].width + COLUMN_GAP) if rightwards else _down(x - width - COLUMN_GAP)
        y = up(y)
        if self.inside:
            x, y = max(x, self.left), max(y, self.top)
        return x, self._free(x, y, self.sizes[id_])

    def _free(self, x: float, y: float, size: Size) -> float:
        """The first height from `y` down at which the column at `x` has room, with gaps."""
        taken = sorted(
            (oy, oy + self.sizes[other].height)
            for other, (ox, oy) in self.placed.items()
            if ox < x + size.width + COLUMN_GAP and x < ox + self.sizes[other].width + COLUMN_GAP
        )
        for top, bottom in taken:
            if y + size.height + ROW_GAP <= top:
                break
            if bottom + ROW_GAP > y:
                y = up(bottom + ROW_GAP)
        return y

    def _below(self, rest: Sequence[str]) -> None:
        left: float = min((x for x, _ in self.placed.values()), default=self.left)
        top: float = self.top
        if self.placed:
            top = max(y + self.sizes[id_].height for id_, (_, y) in self.placed.items()) + ROW_GAP
        if self.inside:
            left, top = max(left, self.left), max(top, self.top)
        known = set(rest)
        edges = [(a, b) for a, b in self.edges if a in known and b in known]
        for id_, (x, y) in _flow(rest, edges, self.sizes, self.boxes).items():
            self.placed[id_] = (x + up(left), y + up(top))


def _flow(
    members: Sequence[str], edges: Sequence[tuple[str, str]], sizes: dict[str, Size], boxes: dict[str, Box]
) -> dict[str, tuple[float, float]]:
    """Corners of siblings from (0, 0): connected parts stacked, then loose blocks in rows, then notes in rows."""
    blocks = [id_ for id_ in members if not boxes[id_].note]
    known = set(blocks)
    edges = [(a, b) for a, b in edges if a in known and b in known]
    corners: dict[str, tuple[float, float]] = {}
    top: float = 0
    loose: list[str] = []
    for part, links in _parts(blocks, edges):
        if len(part) == 1:
            loose += part
            continue
        drawn = Layers(part, links, sizes).draw()
        corners.update({id_: (x, y + top) for id_, (x, y) in drawn.items()})
        top = max(corners[id_][1] + up(sizes[id_].height) for id_ in part) + 2 * ROW_GAP
    for group in (loose, [id_ for id_ in members if boxes[id_].note]):
        rows = _shelves(group, sizes, corners)
        corners.update({id_: (x, y + top) for id_, (x, y) in rows.items()})
        if group:
            top = max(corners[id_][1] + up(sizes[id_].height) for id_ in group) + 2 * ROW_GAP
    return corners


def _shelves(
    group: Sequence[str], sizes: dict[str, Size], drawn: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Rows from left to right, wrapped at the width of what is drawn, or at about a square."""
    area = sum((sizes[id_].width + COLUMN_GAP) * (sizes[id_].height + ROW_GAP) for id_ in group)
    wrap = max([SHELF_WIDTH, math.sqrt(area) * 1.3, *(x + sizes[id_].width for id_, (x, _) in drawn.items())])
    corners: dict[str, tuple[float, float]] = {}
    x = y = row = 0.0
    for id_ in group:
        width, height = (up(side) for side in sizes[id_])
        if x and x + width > wrap:
            x, y, row = 0.0, y + row + ROW_GAP, 0.0
        corners[id_] = (x, y)
        x, row = x + width + COLUMN_GAP, max(row, height)
    return corners


def _parts(blocks: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """The connected parts with their edges, in the order of their first blocks."""
    before, after = _neighbours(blocks, edges)
    part_of: dict[str, int] = {}
    count = 0
    for root in blocks:
        if root in part_of:
            continue
        part_of[root] = count
        stack = [root]
        while stack:
            at = stack.pop()
            for near in (*after[at], *before[at]):
                if near not in part_of:
                    part_of[near] = count
                    stack.append(near)
        count += 1
    parts: list[tuple[list[str], list[tuple[str, str]]]] = [([], []) for _ in range(count)]
    for id_ in blocks:
        parts[part_of[id_]][0].append(id_)
    for source, target in edges:
        parts[part_of[source]][1].append((source, target))
    return parts


def _neighbours(
    members: Sequence[str], edges: Sequence[tuple[str, str]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {id_: [] for id_ in members}
    after: dict[str, list[str]] = {id_: [] for id_ in members}
    for source, target in edges:
        after[source].append(target)
        before[target].append(source)
    return before, after


def _origin(parent: str | None) -> tuple[float, float]:
    return (ORIGIN, ORIGIN) if parent is None else (PADDING, HEADER + PADDING)


def _grown(size: Size, members: Sequence[str], corners: dict[str, tuple[float, float]], sizes: dict[str, Size]) -> Size:
    right = max(corners[id_][0] + sizes[id_].width for id_ in members)
    bottom = max(corners[id_][1] + sizes[id_].height for id_ in members)
    return Size(max(size.width, up(right + PADDING)), max(size.height, up(bottom + PADDING)))


def _given_size(box: Box) -> Size:
    width, height = (side if math.isfinite(side) and side > 0 else 0 for side in (box.width, box.height))
    return Size(width, height)


def _down(value: float) -> int:
    return GRID * math.floor(value / GRID)
