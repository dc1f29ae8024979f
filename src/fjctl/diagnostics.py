"""What readers, writers and rules say about a document: values, never exceptions.

Named tuples, since a dataclass costs every process four times as much to define.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from fjctl.source import Pointer, Position, format_path, format_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How much a finding matters; the order is the order of weight."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Safety(StrEnum):
    """Whether a fix may be applied without being asked for."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Fix(NamedTuple):
    """A repair as model operations: pairs of path and new value; `None` as value removes."""

    title: str
    operations: tuple[tuple[Pointer, object], ...]
    safety: Safety = Safety.SAFE


class Diagnostic(NamedTuple):
    """One finding: a code and a name, what is wrong, where, and what to do next.

    `position` is filled in by whoever has the text; `pointer` is always there.
    """

    code: str
    name: str
    message: str
    severity: Severity = Severity.ERROR
    help: str = ""
    pointer: Pointer = ()
    source: str = ""
    position: Position | None = None
    fix: Fix | None = None

    def order(self) -> tuple[str, int, int, int, str, str]:
        """Sort key: file, place, weight, code, message."""
        place = self.position or Position(0, 0)
        return (self.source, place.line, place.column, _WEIGHT[self.severity], self.code, self.message)

    def where(self) -> str:
        """`name:line:col`, as far as it is known."""
        if self.position is None:
            return self.source
        return f"{self.source}:{self.position.line}:{self.position.column}"

    def line(self) -> str:
        """The finding in one line, without its help."""
        where = self.where()
        return (
            f"{where}: {self.code} {self.name}: {self.message}" if where else f"{self.code} {self.name}: {self.message}"
        )

    def to_json(self) -> dict[str, object]:
        """The form machine-readable views print."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity.value,
            "message": self.message,
            "help": self.help,
            "source": self.source,
            "pointer": format_pointer(self.pointer),
            "path": format_path(self.pointer),
            "line": self.position.line if self.position else None,
            "column": self.position.column if self.position else None,
        }


class Loss(NamedTuple):
    """Something read that the written side cannot hold: what, where, and why.

    `own` marks what stays behind in the source file by design (positions, sizes, editor state);
    a loss proper (`own=False`) is meaning, and fails under `--strict`.
    """

    what: str
    pointer: Pointer = ()
    reason: str = ""
    own: bool = False

    def to_json(self) -> dict[str, object]:
        """The form machine-readable views print."""
        return {"what": self.what, "pointer": format_pointer(self.pointer), "reason": self.reason, "own": self.own}


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any finding is an error."""
    return any(item.severity is Severity.ERROR for item in diagnostics)
