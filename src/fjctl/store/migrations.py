"""The numbered migrations of `fjctl.db`, forward only.

To add one: write `m003_…` below, then regenerate `schema.py` with
`python -c "from fjctl.store import migrations; migrations.regenerate()"`. A test compares the two.

This module imports sqlite-utils (150 ms and more), so it is imported only for a database that is older than
this fjctl. A new database is made from `schema.py`.
"""

from __future__ import annotations

import sqlite3
from inspect import cleandoc
from pathlib import Path

from sqlite_utils import Database, Migrations

from fjctl.store import errors

MIGRATIONS = Migrations("fjctl")


@MIGRATIONS()
def m001_conversions(db: Database) -> None:
    """Each conversion with its files and losses."""
    _run(
        db,
        """CREATE TABLE conversions (
            id INTEGER PRIMARY KEY,
            key TEXT UNIQUE,
            started_at TEXT NOT NULL,
            duration_ms REAL NOT NULL,
            direction TEXT NOT NULL,
            tool_version TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('ok', 'refused', 'unchanged')),
            options TEXT NOT NULL
        )""",
        """CREATE TABLE conversion_files (
            conversion_id INTEGER NOT NULL REFERENCES conversions (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('input', 'output')),
            path TEXT NOT NULL,
            format TEXT NOT NULL,
            hash TEXT NOT NULL,
            bytes INTEGER NOT NULL
        )""",
        "CREATE INDEX conversion_files_conversion ON conversion_files (conversion_id)",
        "CREATE INDEX conversion_files_path ON conversion_files (path)",
        """CREATE TABLE losses (
            conversion_id INTEGER NOT NULL REFERENCES conversions (id) ON DELETE CASCADE,
            pointer TEXT NOT NULL,
            what TEXT NOT NULL,
            reason TEXT NOT NULL,
            own INTEGER NOT NULL
        )""",
        "CREATE INDEX losses_conversion ON losses (conversion_id)",
    )


@MIGRATIONS()
def m002_mappings(db: Database) -> None:
    """How the files of a pair belong together, and the content on which both last agreed."""
    _run(
        db,
        """CREATE TABLE mappings (
            id INTEGER PRIMARY KEY,
            workflow_path TEXT NOT NULL,
            journey_path TEXT NOT NULL,
            workflow_format TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            conversion_id INTEGER REFERENCES conversions (id) ON DELETE SET NULL,
            UNIQUE (workflow_path, journey_path)
        )""",
        "CREATE INDEX mappings_journey ON mappings (journey_path)",
        "CREATE INDEX mappings_conversion ON mappings (conversion_id)",
        """CREATE TABLE node_state_mappings (
            mapping_id INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
            node_id TEXT NOT NULL,
            state_id TEXT NOT NULL,
            kind TEXT NOT NULL
        )""",
        "CREATE INDEX node_state_mappings_mapping ON node_state_mappings (mapping_id)",
        """CREATE TABLE edge_transition_mappings (
            mapping_id INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
            edge_id TEXT NOT NULL,
            source_state TEXT NOT NULL,
            branch TEXT NOT NULL,
            target_state TEXT NOT NULL
        )""",
        "CREATE INDEX edge_transition_mappings_mapping ON edge_transition_mappings (mapping_id)",
        """CREATE TABLE context_variable_mappings (
            mapping_id INTEGER NOT NULL REFERENCES mappings (id) ON DELETE CASCADE,
            workflow_variable TEXT NOT NULL,
            journey_variable TEXT NOT NULL,
            type TEXT NOT NULL
        )""",
        "CREATE INDEX context_variable_mappings_mapping ON context_variable_mappings (mapping_id)",
        """CREATE TABLE snapshots (
            hash TEXT PRIMARY KEY,
            bytes INTEGER NOT NULL,
            content BLOB NOT NULL
        )""",
        """CREATE TABLE bases (
            mapping_id INTEGER PRIMARY KEY REFERENCES mappings (id) ON DELETE CASCADE,
            workflow_hash TEXT NOT NULL REFERENCES snapshots (hash),
            journey_hash TEXT NOT NULL REFERENCES snapshots (hash)
        )""",
        "CREATE INDEX bases_workflow ON bases (workflow_hash)",
        "CREATE INDEX bases_journey ON bases (journey_hash)",
    )


@MIGRATIONS()
def m003_intents(db: Database) -> None:
    """What is about to be written: a run that is killed before it records must not look like a person's edit."""
    _run(
        db,
        """CREATE TABLE intents (
            path TEXT NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (path, hash)
        )""",
    )


def names() -> tuple[str, ...]:
    """The migrations in order; a database's `user_version` is how many of them it has."""
    memory = sqlite3.connect(":memory:")
    try:
        return tuple(migration.name for migration in MIGRATIONS.pending(_wrap(memory)))
    finally:
        memory.close()


def upgrade(connection: sqlite3.Connection, path: str) -> None:
    """Brings the open database at `path` to the newest version: all pending migrations, or none.

    Raises `StoreError` for a damaged database and `sqlite3.Error` for whatever else SQLite says.
    """
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise errors.corrupt(path, str(problem))
    # A table that is rebuilt under foreign keys would delete the rows that point to it, and the
    # switch does nothing inside a transaction (https://www.sqlite.org/lang_altertable.html).
    connection.execute("PRAGMA foreign_keys=OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")  # the nested ones become savepoints of this
        MIGRATIONS.apply(_wrap(connection))
        _check_references(connection, path)
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS.applied(_wrap(connection)))}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys=ON")


def generate() -> str:
    """The text of `schema.py`, from a database made by the migrations."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        upgrade(memory, ":memory:")
        select = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'index', rowid"
        rows = memory.execute(select).fetchall()
    finally:
        memory.close()
    lines = [
        '"""The newest schema of `fjctl.db`. Generated from `migrations.py`, which says how; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        "MIGRATIONS = (",
        *(f'    "{name}",' for name in names()),
        ")",
        "VERSION = len(MIGRATIONS)",
        "STATEMENTS = (",
        *(f'    """{sql}""",' for (sql,) in rows),
        ")",
    ]
    return "\n".join(lines) + "\n"


def regenerate() -> None:
    """Writes `schema.py` anew, for a developer who has added a migration."""
    Path(__file__).with_name("schema.py").write_text(generate(), encoding="utf-8")


def _check_references(connection: sqlite3.Connection, path: str) -> None:
    """Refuses to commit rows that point to rows that are not there."""
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise errors.corrupt(path, "rows point to rows that are not there")


def _run(db: Database, *statements: str) -> None:
    """Executes statements inside the migration's transaction."""
    for statement in statements:
        db.conn.execute(cleandoc(statement))


def _wrap(connection: sqlite3.Connection) -> Database:
    """sqlite-utils on our connection, without the plugins of whoever installed some."""
    return Database(connection, recursive_triggers=False, execute_plugins=False)
