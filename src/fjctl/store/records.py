"""What the memory holds, as plain values.

Named tuples and not dataclasses: a frozen dataclass takes eight times as long to define (0.65 ms against
0.08 ms), and every conversion pays for all of them; and a row goes to SQLite as it is.
Paths are relative to the project, with forward slashes. Times are ISO 8601 in UTC. Hashes carry their
algorithm (`sha256:…`), so that it can change.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fjctl.diagnostics import Loss

Status: TypeAlias = Literal["ok", "refused", "unchanged"]
Role: TypeAlias = Literal["input", "output"]


def content_hash(content: bytes) -> str:
    """The tagged SHA-256 of a file's bytes: `sha256:` and 64 hexadecimal digits."""
    digest: str = _sha256()(content).hexdigest()
    return f"sha256:{digest}"


@cache
def _sha256() -> Callable[[bytes], Any]:
    """Python's own SHA-256, as the `random` module takes its hash: `hashlib` loads OpenSSL, which takes 3 ms."""
    for name in ("_sha2", "_sha256"):  # from Python 3.12 on, and before
        with suppress(ImportError):
            found: Callable[[bytes], Any] = import_module(name).sha256
            return found
    from hashlib import sha256

    return sha256


class FileRecord(NamedTuple):
    """A file that a conversion read or wrote; `hash` as `content_hash` gives it, `size` in bytes."""

    role: Role
    path: str
    format: str
    hash: str
    size: int


class NodeState(NamedTuple):
    """A workflow's node and the journey's state it became; `kind` is the block kind."""

    node_id: str
    state_id: str
    kind: str


class EdgeTransition(NamedTuple):
    """A workflow's edge and the journey's transition it became; `branch` is empty for the only way out."""

    edge_id: str
    source_state: str
    branch: str
    target_state: str


class VariableLink(NamedTuple):
    """A workflow's variable and the journey's context variable; `type` as the journey names it."""

    workflow_variable: str
    journey_variable: str
    type: str


class Base(NamedTuple):
    """The last content of a pair on which both sides agreed: the bytes of the two files."""

    workflow: bytes
    journey: bytes

    @property
    def workflow_hash(self) -> str:
        """The tagged hash of the workflow's bytes."""
        return content_hash(self.workflow)

    @property
    def journey_hash(self) -> str:
        """The tagged hash of the journey's bytes."""
        return content_hash(self.journey)


class MappingRecord(NamedTuple):
    """How the two files of a pair belong together, and their merge base.

    Recording it replaces what was known of the pair; a `base` of `None` leaves the known base alone.
    `updated_at` and `conversion_id` are filled in by reading and ignored by writing.
    """

    workflow_path: str
    journey_path: str
    workflow_format: str
    nodes: tuple[NodeState, ...] = ()
    transitions: tuple[EdgeTransition, ...] = ()
    variables: tuple[VariableLink, ...] = ()
    base: Base | None = None
    updated_at: str = ""
    conversion_id: int | None = None


class ConversionRecord(NamedTuple):
    """One conversion: when, how long, what was read and written, what was lost.

    `direction` is free text such as `sim -> journey`. A non-empty `key` makes recording idempotent:
    a second record with the same key writes nothing and gives the first one's id.
    """

    started_at: str
    duration_ms: float
    direction: str
    tool_version: str
    status: Status
    options: Mapping[str, object] = {}
    files: tuple[FileRecord, ...] = ()
    losses: tuple[Loss, ...] = ()
    mapping: MappingRecord | None = None
    key: str = ""
