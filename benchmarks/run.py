"""Measures what the project promises about speed and memory; exit 1 when a limit is broken.

    python -m benchmarks.run [NAME …] [--corpus FOLDER] [--rounds N] [--json]

Every figure is a ratio of two things measured in turn in the same run, so that it means the same on any machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import all_figures, missing_peers
from benchmarks.measure import Effort, Figure


def main(arguments: list[str]) -> int:
    chosen = _arguments().parse_args(arguments)
    effort = Effort(processes=chosen.rounds, calls=max(1, chosen.rounds * 3))
    topics = all_figures(effort, chosen.corpus)
    unknown = set(chosen.names) - set(topics)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(topics)}", file=sys.stderr)
        return 2
    for peer in missing_peers():
        print(f"without {peer} its figures are left out; install fjctl[bench] to have them", file=sys.stderr)
    figures: list[Figure] = []
    for name in chosen.names or topics:
        with TemporaryDirectory() as folder:
            found = topics[name](Path(folder))
        figures += found
        if not chosen.json:
            print("\n".join(map(line, found)), flush=True)
    if chosen.json:
        print(json.dumps([as_json(figure) for figure in figures], indent=2))
    return 0 if all(figure.ok for figure in figures) else 1


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measure speed and memory.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="topics; all when none is given")
    parser.add_argument("--corpus", type=Path, help="a folder with real workflows under sim/, langflow/ …")
    parser.add_argument("--rounds", type=int, default=15, help="how often each process is timed (default 15)")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    return parser


def line(figure: Figure) -> str:
    """A row of the table: name, median, lowest to highest, limit, verdict."""
    spread = f"{_number(min(figure.values))} to {_number(max(figure.values))}"
    limit = "" if figure.limit is None else f"≤ {figure.limit:g}"
    verdict = "" if figure.limit is None else "ok" if figure.ok else "BROKEN"
    return f"{figure.name:<84} {_number(figure.middle):>6} {figure.unit:<2} {spread:<14} {limit:>6} {verdict}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def as_json(figure: Figure) -> dict[str, object]:
    return {**figure._asdict(), "median": figure.middle, "ok": figure.ok}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
