"""The memory of a project: conversions, mappings and merge bases in one SQLite file.

`open_store` and everything of `Store` but `history`, `losses` and `check` cost a process sqlite3 and nothing else.
A `Store` belongs to the thread that opened it; processes and threads each open their own, also after a fork.
"""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Any, Self

from fjctl.store import connection as connections
from fjctl.store import errors
from fjctl.store.records import Base, EdgeTransition, MappingRecord, NodeState, VariableLink, content_hash
from fjctl.store.writing import SNAPSHOT_LIMIT, Writer, printable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    from fjctl.store.records import ConversionRecord

TIMEOUT = 5.0  # seconds to wait for another process's write
_NODES = "SELECT node_id, state_id, kind FROM node_state_mappings WHERE mapping_id = ? ORDER BY rowid"
_TRANSITIONS = (
    "SELECT edge_id, source_state, branch, target_state FROM edge_transition_mappings"
    " WHERE mapping_id = ? ORDER BY rowid"
)
_VARIABLES = (
    "SELECT workflow_variable, journey_variable, type FROM context_variable_mappings"
    " WHERE mapping_id = ? ORDER BY rowid"
)


def open_store(path: Path, *, create: bool = True, read_only: bool = False, timeout: float = TIMEOUT) -> Store:
    """Opens `fjctl.db`, making or migrating it as needed; use it as a context manager.

    A file or folder that cannot be written still opens, for reading; writing then raises FJ204.
    Raises `StoreError`: FJ201 newer, FJ202 not ours, FJ203 damaged, FJ204 cannot be made, FJ205 busy,
    FJ206 not there (with `create=False` or `read_only=True`).
    """
    return Store(connections.connect(path, create=create, read_only=read_only, timeout=timeout), os.fspath(path))


class Store:
    """An open database. Every method raises `StoreError` when the file cannot do what is asked."""

    __slots__ = ("_connection", "_guard")

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self._guard = errors.Guard(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; the last one to close also folds the write-ahead log into it."""
        self._connection.close()

    def record(self, conversion: ConversionRecord) -> int:
        """Writes one conversion with its files, losses, mapping and base in one transaction; its id.

        When this returns, the conversion outlives the process; when it raises, nothing of it is there.
        """
        return self.record_many((conversion,))[0]

    def record_many(self, conversions: Iterable[ConversionRecord]) -> list[int]:
        """Writes a batch in one transaction, all or none; the ids in order."""
        batch = tuple(conversions)
        with self._guard:
            try:
                return self._write(Writer(self._connection), batch)
            except UnicodeEncodeError:  # a lone surrogate somewhere: rare, so it costs only those who have one
                return self._write(Writer(self._connection, escape=True), batch)

    def _write(self, writer: Writer, batch: Sequence[ConversionRecord]) -> list[int]:
        """One immediate transaction: a deferred one that reads first cannot wait for another writer."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            ids = [writer.conversion(conversion) for conversion in batch]
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return ids

    def mapping(self, workflow_path: str, journey_path: str) -> MappingRecord | None:
        """What is known of a pair, in document order, without its base; `None` for an unknown pair."""
        with self._guard:
            self._connection.execute("BEGIN")  # so that the rows of all tables are of one moment
            try:
                return self._mapping((printable(workflow_path), printable(journey_path)))
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def base(self, workflow_path: str, journey_path: str) -> Base | None:
        """The content on which the pair last agreed, checked against its hashes; `None` when there is none."""
        with self._guard:
            row = self._connection.execute(
                "SELECT w.hash, w.bytes, w.content, j.hash, j.bytes, j.content FROM mappings m"
                " JOIN bases b ON b.mapping_id = m.id"
                " JOIN snapshots w ON w.hash = b.workflow_hash JOIN snapshots j ON j.hash = b.journey_hash"
                " WHERE m.workflow_path = ? AND m.journey_path = ?",
                (printable(workflow_path), printable(journey_path)),
            ).fetchone()
        if row is None:
            return None
        return Base(self._unpack(*row[:3]), self._unpack(*row[3:]))

    def intend(self, path: str, hash_: str) -> None:
        """Notes what is about to be written to a file (its tagged hash); committed before this returns."""
        with self._guard:
            self._connection.execute("INSERT OR REPLACE INTO intents VALUES (?, ?)", (printable(path), hash_))

    def intended(self, path: str) -> set[str]:
        """The tagged hashes of what was about to be written to a file since a conversion of it was last recorded."""
        with self._guard:
            rows = self._connection.execute("SELECT hash FROM intents WHERE path = ?", (printable(path),)).fetchall()
        return {str(hash_) for (hash_,) in rows}

    def pairs(self, path: str = "") -> list[tuple[str, str]]:
        """The known pairs of workflow and journey, in order; only those with `path` on one side, if given."""
        sql = (
            "SELECT workflow_path, journey_path FROM mappings"
            " WHERE :path IN ('', workflow_path, journey_path) ORDER BY workflow_path, journey_path"
        )
        with self._guard:
            rows = self._connection.execute(sql, {"path": printable(path)}).fetchall()
        return [(str(workflow), str(journey)) for workflow, journey in rows]

    def history(self, limit: int = 20, path: str | None = None) -> list[dict[str, Any]]:
        """The newest conversions first, ready for JSON; only those that touched `path` or files below it, if given.

        Each has `id`, `started_at`, `duration_ms`, `direction`, `tool_version`, `status`, `options`,
        `inputs` and `outputs` (`path`, `format`, `hash`, `bytes`), and the counts `losses` and `own`.
        """
        from fjctl.store import queries

        with self._guard:
            return queries.history(self._connection, limit, None if path is None else printable(path))

    def losses(self, conversion_id: int) -> list[dict[str, Any]]:
        """What a conversion lost: `pointer`, `what`, `reason`, `own`, in the order recorded."""
        from fjctl.store import queries

        with self._guard:
            return queries.losses(self._connection, conversion_id)

    def check(self) -> list[str]:
        """What is wrong with the file, at most 100 findings; reads all of it, so it is for `doctor`."""
        with self._guard:
            found = [str(row[0]) for row in self._connection.execute("PRAGMA quick_check")]
            broken = self._connection.execute("PRAGMA foreign_key_check").fetchmany(100)
        problems = [line for line in found if line != "ok"]
        return problems + [f"a row of {table} points to a missing row of {parent}" for table, _, parent, _ in broken]

    def _mapping(self, pair: tuple[str, str]) -> MappingRecord | None:
        """The mapping of a pair, inside a transaction."""
        row = self._connection.execute(
            "SELECT id, workflow_format, updated_at, conversion_id FROM mappings"
            " WHERE workflow_path = ? AND journey_path = ?",
            pair,
        ).fetchone()
        if row is None:
            return None
        identity, workflow_format, updated_at, conversion = row
        return MappingRecord(
            *pair,
            workflow_format,
            tuple(NodeState(*found) for found in self._rows(_NODES, identity)),
            tuple(EdgeTransition(*found) for found in self._rows(_TRANSITIONS, identity)),
            tuple(VariableLink(*found) for found in self._rows(_VARIABLES, identity)),
            updated_at=updated_at,
            conversion_id=conversion,
        )

    def _rows(self, sql: str, mapping: int) -> list[tuple[str, ...]]:
        """The rows of one mapping in the order written."""
        return [tuple(map(str, row)) for row in self._connection.execute(sql, (mapping,))]

    def _unpack(self, hash_: object, size: object, packed: object) -> bytes:
        """A snapshot's content, never more than the limit, and only if it is what its hash says."""
        if isinstance(size, int) and 0 <= size <= SNAPSHOT_LIMIT and isinstance(packed, bytes):
            try:
                content = zlib.decompressobj().decompress(packed, size + 1)
            except zlib.error:
                content = b""
            if len(content) == size and content_hash(content) == hash_:
                return content
        raise errors.corrupt(self._guard.path, f"the content stored as {hash_} is not that content")
