"""`python -m tests.acceptance BUILDER FILE ...`: what its own code says of them; status 1 for a complaint."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.acceptance.checkers import complaints_about


def main(builder: str, *names: str) -> int:
    """Print the complaints, each behind its file."""
    told = complaints_about(builder, map(Path, names))
    for path, found in told.items():
        for complaint in found or ["accepted"]:
            sys.stdout.write(f"{path}: {complaint}\n")
    return int(any(told.values()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
