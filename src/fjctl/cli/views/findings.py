"""Findings for people: the line with a caret, one line each, counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fjctl.cli.terminal import TERMINAL
from fjctl.cli.views import human

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fjctl.project.reports import Report

WIDTH = 100
"""Characters of a source line that are shown."""


def text(reports: Iterable[Report]) -> list[str]:
    """Each finding with its place in the file and what to do next."""
    lines: list[str] = []
    for report in reports:
        lines += _one(report)
    return lines


def _one(report: Report) -> list[str]:
    lines = [_head(report)]
    lines += _excerpt(report)
    return [*lines, f"  {TERMINAL.styled('help:', 'dim')} {report.help}"] if report.help else lines


def _head(report: Report) -> str:
    kind = TERMINAL.styled(f"{report.code} {report.name}", report.severity)
    return f"{TERMINAL.styled(report.where(), 'bold')}: {kind}: {report.message}"


def _excerpt(report: Report) -> list[str]:
    """The source line, cut to what fits, and carets under the place."""
    if not report.source.strip():
        return []
    at = report.column - report.source_at
    begin = 0 if at < WIDTH * 3 // 4 else at - WIDTH // 2
    shown = report.source[begin : begin + WIDTH].expandtabs(1)
    length = report.end_column - report.column if report.end_line == report.line else len(report.source) - at
    length = max(1, min(length, len(shown) - (at - begin)))
    number = str(report.line)
    bar = TERMINAL.styled("|", "dim")
    dots = "…" if begin else ""
    carets = TERMINAL.styled("^" * length, report.severity)
    return [
        f"  {number} {bar} {dots}{shown.rstrip()}",
        f"  {' ' * len(number)} {bar} {' ' * (at - begin + len(dots))}{carets}",
    ]


def concise(reports: Iterable[Report]) -> list[str]:
    """One line a finding."""
    return [_head(report) for report in reports]


def statistics(reports: Sequence[Report]) -> list[str]:
    """How often each rule was broken, the most frequent first."""
    counts = Counter((report.code, report.name) for report in reports)
    rows = [(str(count), code, name) for (code, name), count in counts.most_common()]
    return human.table(("COUNT", "CODE", "NAME"), rows)


def summary(reports: Sequence[Report], files: int, hidden: int) -> str:
    """What was found, in one line."""
    counts = Counter(report.severity for report in reports)
    parts = [
        human.counted(counts[level], what, many)
        for level, what, many in (("error", "error", ""), ("warning", "warning", ""), ("info", "remark", ""))
        if counts[level]
    ]
    accepted = f" ({hidden} accepted)" if hidden else ""
    return f"{', '.join(parts) or 'nothing found'} in {human.counted(files, 'file')}{accepted}"
