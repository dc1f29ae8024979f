"""The rows of one conversion, written into a transaction that the caller has open."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeAlias

from fjctl.source import format_pointer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from fjctl.store.records import Base, ConversionRecord, MappingRecord

SNAPSHOT_LIMIT = 1 << 28  # bytes of one file; a larger one is converted without a merge base
_LEVEL = 3  # on exported workflows half the time of level 6 for a seventh more bytes
_MAPPING_ROWS = (
    (
        "DELETE FROM node_state_mappings WHERE mapping_id = ?",
        "INSERT INTO node_state_mappings VALUES (?, ?, ?, ?)",
    ),
    (
        "DELETE FROM edge_transition_mappings WHERE mapping_id = ?",
        "INSERT INTO edge_transition_mappings VALUES (?, ?, ?, ?, ?)",
    ),
    (
        "DELETE FROM context_variable_mappings WHERE mapping_id = ?",
        "INSERT INTO context_variable_mappings VALUES (?, ?, ?, ?)",
    ),
)

Row: TypeAlias = "tuple[str | int | float | bytes | None, ...]"


def printable(text: str) -> str:
    r"""The text with each lone surrogate written out (`\ud800`), for SQLite holds valid UTF-8 only."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Writer:
    """Writes records through one connection; `escape` writes lone surrogates out."""

    __slots__ = ("_connection", "_escape")

    def __init__(self, connection: sqlite3.Connection, *, escape: bool = False) -> None:
        self._connection = connection
        self._escape = escape

    def conversion(self, record: ConversionRecord) -> int:
        """Writes a conversion and everything that belongs to it; its id, or that of the one with its key."""
        if record.key:
            known = self._one("SELECT id FROM conversions WHERE key = ?", (record.key,))
            if known is not None:
                return known
        identity = self._insert(
            "INSERT INTO conversions (key, started_at, duration_ms, direction, tool_version, status, options)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record.key or None,
                record.started_at,
                record.duration_ms,
                record.direction,
                record.tool_version,
                record.status,
                _options(record.options),
            ),
        )
        self._many(
            "INSERT INTO conversion_files VALUES (?, ?, ?, ?, ?, ?)", ((identity, *file) for file in record.files)
        )
        self._many(
            "INSERT INTO losses VALUES (?, ?, ?, ?, ?)",
            ((identity, format_pointer(loss.pointer), loss.what, loss.reason, loss.own) for loss in record.losses),
        )
        if record.mapping is not None:
            self._mapping(record.mapping, record.started_at, identity)
        return identity

    def _mapping(self, mapping: MappingRecord, updated_at: str, conversion: int) -> None:
        """Replaces what is known of a pair."""
        pair = (mapping.workflow_path, mapping.journey_path)
        self._connection.execute("DELETE FROM intents WHERE path IN (?, ?)", tuple(map(printable, pair)))
        self._insert(
            "INSERT INTO mappings (workflow_path, journey_path, workflow_format, updated_at, conversion_id)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (workflow_path, journey_path) DO UPDATE SET"
            " workflow_format = excluded.workflow_format, updated_at = excluded.updated_at,"
            " conversion_id = excluded.conversion_id",
            (*pair, mapping.workflow_format, updated_at, conversion),
        )
        identity = self._one("SELECT id FROM mappings WHERE workflow_path = ? AND journey_path = ?", pair)
        rows: tuple[tuple[Row, ...], ...] = (mapping.nodes, mapping.transitions, mapping.variables)
        for (delete, insert), values in zip(_MAPPING_ROWS, rows, strict=True):
            self._connection.execute(delete, (identity,))
            self._many(insert, ((identity, *value) for value in values))
        if mapping.base is not None and identity is not None:
            self._base(identity, mapping.base)

    def _base(self, mapping: int, base: Base) -> None:
        """Makes `base` the pair's merge base, and drops the contents that no pair needs any more."""
        if max(len(base.workflow), len(base.journey)) > SNAPSHOT_LIMIT:
            self._connection.execute("DELETE FROM bases WHERE mapping_id = ?", (mapping,))
            return
        old = self._connection.execute(
            "SELECT workflow_hash, journey_hash FROM bases WHERE mapping_id = ?", (mapping,)
        ).fetchone()
        new = (base.workflow_hash, base.journey_hash)
        if new == old:
            return
        for hash_, content in zip(new, base, strict=True):
            self._snapshot(hash_, content)
        self._connection.execute("INSERT OR REPLACE INTO bases VALUES (?, ?, ?)", (mapping, *new))
        for hash_ in set(old or ()) - set(new):
            self._connection.execute(
                "DELETE FROM snapshots WHERE hash = :hash"
                " AND NOT EXISTS (SELECT 1 FROM bases WHERE workflow_hash = :hash)"
                " AND NOT EXISTS (SELECT 1 FROM bases WHERE journey_hash = :hash)",
                {"hash": hash_},
            )

    def _snapshot(self, hash_: str, content: bytes) -> None:
        """Stores a content once."""
        if self._connection.execute("SELECT 1 FROM snapshots WHERE hash = ?", (hash_,)).fetchone() is None:
            packed = zlib.compress(content, _LEVEL)
            self._connection.execute("INSERT INTO snapshots VALUES (?, ?, ?)", (hash_, len(content), packed))

    def _one(self, sql: str, row: Row) -> int | None:
        """The one number a query gives, if any."""
        found = self._connection.execute(sql, self._row(row)).fetchone()
        return None if found is None else int(found[0])

    def _insert(self, sql: str, row: Row) -> int:
        """The id of the row that an `INSERT` makes; after an upsert it may be any other row's."""
        return self._connection.execute(sql, self._row(row)).lastrowid or 0

    def _many(self, sql: str, rows: Iterable[Row]) -> None:
        """The same statement for each row."""
        self._connection.executemany(sql, map(self._row, rows) if self._escape else rows)

    def _row(self, row: Row) -> Row:
        """The row, with its texts made printable when that is asked for."""
        return tuple(printable(value) if isinstance(value, str) else value for value in row) if self._escape else row


def _options(options: Mapping[str, object]) -> str:
    """Options as canonical JSON, in ASCII; a value JSON does not know is written as its text."""
    if not options:
        return "{}"
    import json

    return json.dumps(dict(options), sort_keys=True, separators=(",", ":"), default=str)
