"""One connected graph drawn in layers from left to right, on a grid.

After Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981):
leave out what closes a cycle, layer by longest path, order each layer by barycentres (keeping the best order
seen), then find the heights closest to the neighbours' that keep order and gaps (pool adjacent violators: least
squares, linear in the layer). All lengths are canvas pixels.
Why no library does it: `docs/decisions/0003-layout-library.md`.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

GRID = 10
COLUMN_GAP = 100
ROW_GAP = 60
SWEEPS = 8
"""Most passes that look for an order with fewer crossings."""
ROUNDS = 12
"""Passes to the right and back that straighten the edges."""
BIG = 1500
"""Nodes of one drawing, helper points included, above which fewer of both are made."""


class Size(NamedTuple):
    """Width and height."""

    width: float
    height: float


class Layers:
    """One connected drawing. Nodes are numbers: the blocks first, then the helper points of long edges."""

    def __init__(self, part: Sequence[str], edges: Sequence[tuple[str, str]], sizes: dict[str, Size]) -> None:
        self.part = part
        number = {id_: i for i, id_ in enumerate(part)}
        self.width = [up(sizes[id_].width) for id_ in part]
        self.height = [up(sizes[id_].height) for id_ in part]
        links = [(number[a], number[b]) for a, b in edges]
        forward, visit = _acyclic(len(part), links)
        self.layer = _ranks(len(part), forward)
        self.before: list[list[int]] = [[] for _ in part]
        self.after: list[list[int]] = [[] for _ in part]
        self._link(forward)
        self.rows: list[list[int]] = [[] for _ in range(max(self.layer) + 1)]
        self._first_order(visit)
        self.small = len(self.layer) <= BIG

    def draw(self) -> dict[str, tuple[float, float]]:
        """Corners by id, the topmost and leftmost at 0."""
        self._reduce_crossings()
        heights = self._heights()
        lefts: list[float] = [0]
        for row in self.rows:
            lefts.append(lefts[-1] + max(self.width[i] for i in row) + COLUMN_GAP)
        top = min(heights[: len(self.part)])
        return {id_: (lefts[self.layer[i]], heights[i] - top) for i, id_ in enumerate(self.part)}

    def _link(self, forward: Sequence[tuple[int, int]]) -> None:
        # Helper points keep blocks out of a long edge's way; a budget keeps their number linear.
        budget = 4 * (len(self.part) + len(forward))
        for source, target in forward:
            last = source
            span = self.layer[target] - self.layer[source] - 1
            if span > budget:
                span = 0
            budget -= span
            for step in range(span):
                helper = len(self.layer)
                self.layer.append(self.layer[source] + step + 1)
                self.width.append(0)
                self.height.append(0)
                self.before.append([])
                self.after.append([])
                self._join(last, helper)
                last = helper
            self._join(last, target)

    def _join(self, a: int, b: int) -> None:
        self.after[a].append(b)
        self.before[b].append(a)

    def _first_order(self, visit: Sequence[int]) -> None:
        """Depth first along the edges in their order, so that a fork's branches stand in theirs."""
        seen = [False] * len(self.layer)
        for root in visit:
            stack = [root]
            while stack:
                at = stack.pop()
                if seen[at]:
                    continue
                seen[at] = True
                self.rows[self.layer[at]].append(at)
                stack.extend(reversed(self.after[at]))

    def _reduce_crossings(self) -> None:
        best, fewest = [list(row) for row in self.rows], self._crossings()
        for sweep in range(SWEEPS if self.small else 2):
            if not fewest:
                break
            down = sweep % 2 == 0
            near = self.before if down else self.after
            place = self._places()
            for row in self.rows if down else reversed(self.rows):
                wish = {i: _mean([place[j] for j in near[i]], place[i]) for i in row}
                row.sort(key=wish.__getitem__)
                for index, i in enumerate(row):
                    place[i] = float(index)
            count = self._crossings()
            if count < fewest:
                best, fewest = [list(row) for row in self.rows], count
        self.rows = best

    def _places(self) -> list[float]:
        place = [0.0] * len(self.layer)
        for row in self.rows:
            for index, i in enumerate(row):
                place[i] = float(index)
        return place

    def _crossings(self) -> int:
        """Pairs of edges that cross between neighbouring layers (inversions of the target order)."""
        place = self._places()
        total = 0
        for row in self.rows:
            seen: list[float] = []
            for i in row:
                ends = sorted(place[j] for j in self.after[i] if self.layer[j] == self.layer[i] + 1)
                total += sum(len(seen) - bisect_left(seen, end + 0.5) for end in ends)
                for end in ends:
                    insort(seen, end)
        return total

    def _heights(self) -> list[float]:
        """Tops on the grid: each layer as close to its neighbours' middles as order and gaps allow."""
        middle = [0.0] * len(self.layer)
        for row in self.rows:
            self._settle(row, middle, [0.0] * len(row))
        for near, rows in ((self.before, self.rows), (self.after, self.rows[::-1])) * (ROUNDS if self.small else 3):
            for row in rows:
                self._settle(row, middle, [_mean([middle[j] for j in near[i]], middle[i]) for i in row])
        tops = [0.0] * len(self.layer)
        for row in self.rows:
            floor = -math.inf
            for i in row:
                # Rounding must not eat the gap above.
                tops[i] = max(float(GRID * round((middle[i] - self.height[i] / 2) / GRID)), floor)
                floor = tops[i] + self.height[i] + (ROW_GAP if self.height[i] else 0)
        return tops

    def _settle(self, row: Sequence[int], middle: list[float], wishes: Sequence[float]) -> None:
        """Least squares under `next - this >= distance`: pool adjacent violators on the shifted wishes."""
        offsets, offset = [0.0], 0.0
        for above, below in pairwise(row):
            offset += (self.height[above] + self.height[below]) / 2 + ROW_GAP
            offsets.append(offset)
        pools: list[tuple[float, float]] = []
        for wish, shift in zip(wishes, offsets, strict=True):
            total, count = wish - shift, 1.0
            while pools and pools[-1][0] / pools[-1][1] >= total / count:
                total, count = total + pools[-1][0], count + pools[-1][1]
                pools.pop()
            pools.append((total, count))
        levels = (total / count for total, count in pools for _ in range(int(count)))
        for i, level, shift in zip(row, levels, offsets, strict=True):
            middle[i] = level + shift


def _acyclic(count: int, links: Sequence[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[int]]:
    """The links without those that close a cycle, and the nodes in the order to start from.

    Closing links are left out, not turned round: they would pull the loop's start down to its end. No node loses
    its last link by that, for each but the starts keeps the one it was found by.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    entered = [False] * count
    for source, target in links:
        after[source].append(target)
        entered[target] = True
    starts = sorted(range(count), key=lambda i: entered[i])
    state = bytearray(count)  # 0 new, 1 on the path, 2 done
    back: set[tuple[int, int]] = set()
    for root in starts:
        stack = [] if state[root] else [(root, iter(after[root]))]
        state[root] = state[root] or 1
        while stack:
            at, rest = stack[-1]
            for target in rest:
                if state[target] == 1:
                    back.add((at, target))
                elif not state[target]:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
                    break
            else:
                state[at] = 2
                stack.pop()
    return [link for link in links if link not in back], starts


def _ranks(count: int, forward: Sequence[tuple[int, int]]) -> list[int]:
    """Longest path from the left; what nothing leads to stands just before what it leads to."""
    after: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for source, target in forward:
        after[source].append(target)
        missing[target] += 1
    sources = [i for i in range(count) if not missing[i]]
    rank = [0] * count
    queue = deque(sources)
    while queue:
        at = queue.popleft()
        for target in after[at]:
            rank[target] = max(rank[target], rank[at] + 1)
            missing[target] -= 1
            if not missing[target]:
                queue.append(target)
    for i in sources:
        rank[i] = min((rank[j] for j in after[i]), default=1) - 1
    return rank


def _mean(values: Sequence[float], default: float) -> float:
    return math.fsum(values) / len(values) if values else default


def up(value: float) -> int:
    """The next multiple of the grid."""
    return GRID * math.ceil(value / GRID)
