"""What every workflow format's module offers, and small helpers they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from fjctl.diagnostics import Diagnostic, Loss, Severity

if TYPE_CHECKING:
    from fjctl.model.workflow import Workflow
    from fjctl.source import JsonValue, Pointer


@dataclass(slots=True)
class Decoded:
    """A workflow read from a parsed document, with what was found on the way."""

    workflow: Workflow
    diagnostics: list[Diagnostic] = field(default_factory=list)


@dataclass(slots=True)
class Encoded:
    """A document written from a workflow, with what the format has no place for."""

    value: JsonValue
    losses: list[Loss] = field(default_factory=list)


class WorkflowFormat(Protocol):
    """The functions a workflow format's module has."""

    def decode(self, value: JsonValue) -> Decoded:
        """Reads a parsed document. Problems are diagnostics; an error among them means the workflow is unusable."""
        ...

    def encode(self, workflow: Workflow, prior: JsonValue = None) -> Encoded:
        """Writes a whole document, in the manner (envelope, eras, ids) of `prior` where one is given."""
        ...

    def list_key(self, pointer: Pointer, item: dict[str, JsonValue]) -> object:
        """What identifies an item of the list at `pointer` when two documents are compared; None where nothing does."""
        ...

    def own_part(self, pointer: Pointer, value: JsonValue = None) -> str:
        """Why the field at `pointer` stays in the workflow by design (`layout`, `editor`, `identity`, `derived`);
        empty where it should have gone into the journey. With a `?` at its end it holds only for a field that is not
        in the journey (a setting not in use, a copy that is out of date)."""
        ...


FORMAT_CODES: dict[str, tuple[str, str]] = {
    "FJ300": ("wrong-shape", "the document is not what its format requires"),
    "FJ301": ("missing-field", "a block or an edge lacks a field it cannot do without"),
    "FJ302": ("duplicate-id", "two blocks have the same id"),
    "FJ303": ("dangling-edge", "an edge begins or ends at a block that does not exist"),
    "FJ304": ("bad-parent", "a block sits in a container that does not exist, or in itself"),
    "FJ305": ("self-loop", "an edge begins and ends at the same block"),
    "FJ306": ("unknown-version", "the file says it has a version nobody knows"),
    "FJ307": ("unknown-branch", "an edge leaves by a branch its block does not have"),
    "FJ308": ("unknown-kind", "a block's type is unknown and is kept as an opaque tool"),
    "FJ309": ("unknown-format", "the file is in no format fjctl knows"),
    "FJ310": ("reference-name", "two blocks have the same name in references"),
    "FJ311": ("secret", "a secret stands in the file in plain text; it stays there and is copied nowhere"),
    "FJ312": ("several-flows", "the file holds several flows, or not the one that was named"),
    "FJ313": ("way-back", "an edge closes a cycle, which its builder does not draw"),
}


SAID_ONLY = frozenset(
    {"description", "messages", "instructions", "canned", "labels", "mode", "notes", "result", "priority"}
)
"""What only the conversation says and no run of the workflow could notice: the journey's own part by design."""


def finding(
    code: str, message: str, pointer: Pointer = (), *, hint: str = "", severity: Severity = Severity.ERROR
) -> Diagnostic:
    """A diagnostic with the code's name."""
    return Diagnostic(code, FORMAT_CODES[code][0], message, severity, hint, pointer)


def warning(code: str, message: str, pointer: Pointer = (), *, hint: str = "") -> Diagnostic:
    """A diagnostic that does not stop the reading."""
    return finding(code, message, pointer, hint=hint, severity=Severity.WARNING)


def is_blank(value: object) -> bool:
    """Whether a value says nothing: null, empty text, empty list or map. False and 0 say something."""
    return not value and (value is None or isinstance(value, (str, list, dict)))


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The entries that say something."""
    return {key: item for key, item in values.items() if item or not is_blank(item)}
