"""Records to write, for the tests of the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from fjctl.diagnostics import Loss
from fjctl.store import (
    Base,
    ConversionRecord,
    EdgeTransition,
    FileRecord,
    MappingRecord,
    NodeState,
    VariableLink,
    content_hash,
    schema,
)
from fjctl.store.connection import APPLICATION_ID

if TYPE_CHECKING:
    from pathlib import Path


def base(number: int = 0) -> Base:
    """Two contents that differ from those of every other number."""
    return Base(f'{{"number": {number}}}\r\n'.encode(), f"journey: {number}\n".encode())


def mapping(number: int = 0, *, nodes: int = 5, content: int | None = None) -> MappingRecord:
    """The mapping of pair `number`, a line of `nodes` nodes; `content` is the number of its base."""
    return MappingRecord(
        f"flows/{number}.json",
        f"journeys/{number}.yaml",
        "sim",
        tuple(NodeState(f"node-{index}", f"state_{index}", "agent") for index in reversed(range(nodes))),
        tuple(
            EdgeTransition(f"edge-{index}", f"state_{index}", "", f"state_{index + 1}") for index in range(nodes - 1)
        ),
        (VariableLink("order", "order_id", "string"),),
        base(number if content is None else content),
    )


def conversion(number: int = 0, **changes: Any) -> ConversionRecord:
    """A conversion of pair `number`, with everything a record can have; `changes` replace fields."""
    pair = mapping(number)
    assert pair.base is not None
    files = (
        FileRecord("input", pair.workflow_path, "sim", pair.base.workflow_hash, len(pair.base.workflow)),
        FileRecord("output", pair.journey_path, "journey", content_hash(pair.base.journey), len(pair.base.journey)),
    )
    losses = (
        Loss("position", ("blocks", "a/b", "position"), "stays in the workflow", own=True),
        Loss("colour", ("blocks", 1), "a journey has none"),
    )
    record = ConversionRecord(
        "2026-11-23T19:05:00.250Z", 12.5, "sim -> journey", "0.1.0", "ok", {"strict": False}, files, losses, pair
    )
    return record._replace(**changes)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What plain SQLite finds in the file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def execute(path: Path, *statements: str) -> None:
    """Change the file with plain SQLite."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def old(path: Path, stop_before: str = "m002_mappings") -> None:
    """Make a database as the fjctl before a migration made it, with one conversion, whose key is `old`."""
    from sqlite_utils import Database  # slow, and the fault tests' workers import this module

    from fjctl.store import migrations

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        migrations.MIGRATIONS.apply(Database(connection, execute_plugins=False), stop_before=stop_before)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={schema.MIGRATIONS.index(stop_before)}")
        connection.execute("INSERT INTO conversions VALUES (1, 'old', 't', 1.0, 'sim -> old', '0.0.1', 'ok', '{}')")
        connection.execute("INSERT INTO conversion_files VALUES (1, 'input', 'a', 'sim', 'sha256:0', 1)")
        connection.execute("INSERT INTO conversion_files VALUES (1, 'output', 'b', 'sim', 'sha256:0', 1)")
        connection.execute("INSERT INTO losses VALUES (1, '', 'old', '', 0), (1, '', 'old', '', 1)")
