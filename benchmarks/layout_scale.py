"""How the time of `arrange` grows: time a node for 2,000 boxes over time a node for 20, for several shapes."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from fjctl.conversion.layout import Box, arrange, place_new

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL, LARGE = 20, 2000
Edges = list[tuple[str, str]]


def shapes(count: int) -> dict[str, Edges]:
    """Edges over the ids "0" to "count - 1"."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    return {
        "chain": [(str(i), str(i + 1)) for i in range(count - 1)],
        "fan": [("0", str(i)) for i in range(1, count)],
        "near": [(str(i), str(min(count - 1, i + 1 + rng.randrange(8)))) for i in range(count - 1) for _ in "ab"],
        "random": [(str(rng.randrange(count)), str(rng.randrange(count))) for _ in range(count * 3 // 2)],
        "none": [],
    }


def best(run: Callable[[], object], repeats: int) -> float:
    """Shortest of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print one line a shape."""
    for kind in shapes(SMALL):
        each = {}
        for count, repeats in ((SMALL, 20), (LARGE, 2)):
            boxes = [Box(str(i), 250, 100) for i in range(count)]
            edges = shapes(count)[kind]
            each[count] = best(lambda boxes=boxes, edges=edges: arrange(boxes, edges), repeats) / count  # type: ignore[misc]
        total = each[LARGE] * LARGE
        print(f"{kind:8} {LARGE} boxes {total:6.3f} s, time a node x{each[LARGE] / each[SMALL]:.1f} of {SMALL} boxes")
    boxes = [Box(str(i), 250, 100, x=0 if i == 0 else None, y=0 if i == 0 else None) for i in range(LARGE)]
    for kind, edges in shapes(LARGE).items():
        print(f"place_new {kind:8} {best(lambda edges=edges: place_new(boxes, edges), 1):6.3f} s")  # type: ignore[misc]


if __name__ == "__main__":
    main()
