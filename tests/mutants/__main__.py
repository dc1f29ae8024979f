"""The table of mutants: `python -m tests.mutants [--seed N] [FILE…]`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutants.mutating import flows, mutants
from tests.mutants.operators import OPERATORS
from tests.support import corpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.mutants.mutating import Mutant

ENDS = (".json", ".yml", ".yaml", ".cforge")


def files() -> list[Path]:
    """The workflow files of the corpus, or, without it, those beside the tests."""
    root = corpus()
    skipped = {"parlant", "reports"}
    return sorted(path for path in root.rglob("*") if path.suffix in ENDS and not skipped & set(path.parts))


def share(found: Sequence[Mutant]) -> float:
    """How many of them were caught."""
    return sum(bool(item.codes) for item in found) / len(found)


def survivors(found: Iterable[Mutant]) -> str:
    """Those that nobody noticed."""
    return "\n".join(f"{item.file} ({item.format}): {item.operator}" for item in found if not item.codes)


def main(arguments: list[str]) -> int:
    seed = 1
    if arguments[:1] == ["--seed"]:
        seed, arguments = int(arguments[1]), arguments[2:]
    chosen = [Path(name) for name in arguments] or files()
    found = [
        m for path in chosen for flow in flows(path.name, path.read_bytes()) for m in mutants(flow, OPERATORS, seed)
    ]
    for title, key in (("operator", "operator"), ("format", "format")):
        made = Counter(getattr(item, key) for item in found)
        caught = Counter(getattr(item, key) for item in found if item.codes)
        print(f"{title:42} mutants  caught")  # noqa: T201
        for name, count in sorted(made.items()):
            print(f"{name:42} {count:7} {caught[name] / count:7.1%}")  # noqa: T201
        print()  # noqa: T201
    print(survivors(found))  # noqa: T201
    print(f"{len(found)} mutants of {len(chosen)} files, {share(found):.1%} caught")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
