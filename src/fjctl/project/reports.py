"""A finding as everything outside the engine has it: plain values, of one file, ready to be shown, kept or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.diagnostics import Severity
from fjctl.source import Pointer, format_path, format_pointer

if TYPE_CHECKING:
    from fjctl.project.checking import Placed

WEIGHT = {Severity.ERROR.value: 0, Severity.WARNING.value: 1, Severity.INFO.value: 2}
_LONGEST_LINE = 400
"""Characters of a source line that are kept around a finding; a workflow may be one line of a megabyte."""


class Report(NamedTuple):
    """A finding with its place. Lines and columns count from 1, columns characters; the end is behind the last one.
    `pointer` is the place in the file's value; `node` the id of the block or state, `label` the name people know it
    by; `fix` is `safe`, `unsafe` or empty; `source` the line (or the part of it that begins at column `source_at`)."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    name: str
    severity: str
    message: str
    help: str
    pointer: Pointer = ()
    node: str = ""
    label: str = ""
    fix: str = ""
    source: str = ""
    source_at: int = 1

    def order(self) -> tuple[str, int, int, int, str, str]:
        """Sort key: file, place, weight, code, message."""
        return (self.path, self.line, self.column, WEIGHT[self.severity], self.code, self.message)

    def where(self) -> str:
        """`path:line:col`."""
        return f"{self.path}:{self.line}:{self.column}"

    def to_json(self) -> dict[str, Any]:
        """The form that machines get."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
            "file": self.path,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "pointer": format_pointer(self.pointer),
            "path": format_path(self.pointer),
            "node": self.node or None,
            "label": self.label or None,
            "fix": self.fix or None,
        }


def report_of(item: Placed, lines: list[str]) -> Report:
    """A placed finding as a report; `lines` are those of its file."""
    found = item.finding
    line = lines[item.start.line - 1].rstrip("\r") if item.start.line <= len(lines) else ""
    begin = 0
    if len(line) > _LONGEST_LINE:
        begin = max(0, item.start.column - 1 - _LONGEST_LINE // 4)
        line = line[begin : begin + _LONGEST_LINE]
    return Report(
        item.source, *item.start, *item.end, found.code, found.name, found.severity.value, found.message, found.help,
        item.pointer, found.node, found.label, found.repair.safety.value if found.repair else "", line, begin + 1,
    )  # fmt: skip
