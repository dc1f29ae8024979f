"""Results as lines for people; without colour they are plain text for other programs too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.cli.terminal import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fjctl.diagnostics import Diagnostic
    from fjctl.errors import FjctlError


def error_lines(error: FjctlError, place: str = "") -> list[str]:
    """`place: CODE name: message` and the next step."""
    where = place or error.place
    kind = TERMINAL.styled(f"{error.code} {error.name}", "error", sys.stderr)
    lines = [f"{where}: {kind}: {error.message}" if where else f"{kind}: {error.message}"]
    return [*lines, f"  help: {error.hint}"] if error.hint else lines


def diagnostic_lines(item: Diagnostic, place: str = "") -> list[str]:
    """`path:line:col: CODE name: message` and the next step; `place` stands for the path."""
    where = place or item.source
    if item.position is not None:
        where = f"{where}:{item.position.line}:{item.position.column}"
    kind = TERMINAL.styled(f"{item.code} {item.name}", item.severity.value, sys.stderr)
    lines = [f"{where}: {kind}: {item.message}" if where else f"{kind}: {item.message}"]
    return [*lines, f"  help: {item.help}"] if item.help else lines


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns as wide as their longest cell on a terminal; elsewhere cells with tabs between, without a header."""
    cells = [list(row) for row in rows]
    if not sys.stdout.isatty():
        return ["\t".join(row) for row in cells]
    widths = [max(len(row[column]) for row in (header, *cells)) for column in range(len(header))]
    titled = [TERMINAL.styled("  ".join(_padded(header, widths)).rstrip(), "bold")]
    return titled + ["  ".join(_padded(row, widths)).rstrip() for row in cells]


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]


def counted(number: int, what: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number} {what if number == 1 else many or what + 's'}"


def near(path: Path) -> Path:
    """A path below the current folder as seen from there, as messages name it; others as they are."""
    folder = Path.cwd()
    return path.relative_to(folder) if path.is_relative_to(folder) else path
