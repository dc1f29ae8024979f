from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database, Migrations

from fjctl.store import migrations, open_store, schema
from fjctl.store.errors import DatabaseCorruptError, DatabaseReadOnlyError
from tests.unit.store.samples import base, conversion, old, rows


def shape(path: Path) -> set[tuple[str, str, str]]:
    """Everything in a database's schema, without white space and quotes."""
    found = rows(path, "SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    return {(kind, name, re.sub(r'[\s"]+', "", sql)) for kind, name, sql in found}


def state(path: Path) -> dict[str, Any]:
    applied = rows(path, "SELECT migration_set, name FROM _sqlite_migrations ORDER BY id")
    return {
        "schema": shape(path),
        "applied": applied,
        "version": rows(path, "PRAGMA user_version"),
        "owner": rows(path, "PRAGMA application_id"),
        "journal": rows(path, "PRAGMA journal_mode"),
    }


def test_the_generated_schema_is_what_the_migrations_make() -> None:
    current = Path(schema.__file__).read_text(encoding="utf-8")
    assert migrations.generate() == current, "run migrations.regenerate()"
    assert migrations.names() == schema.MIGRATIONS
    assert len(migrations.names()) == schema.VERSION


@pytest.mark.parametrize("first", schema.MIGRATIONS[1:])
def test_a_migrated_database_equals_a_new_one(tmp_path: Path, first: str) -> None:
    old(tmp_path / "old.db", first)
    open_store(tmp_path / "old.db").close()
    open_store(tmp_path / "new.db").close()
    assert state(tmp_path / "old.db") == state(tmp_path / "new.db")


def test_the_moments_of_a_new_database_read_like_those_of_a_migrated_one(tmp_path: Path) -> None:
    old(tmp_path / "old.db", "m002_mappings")
    open_store(tmp_path / "old.db").close()
    open_store(tmp_path / "new.db").close()
    for name in ("old.db", "new.db"):
        for (moment,) in rows(tmp_path / name, "SELECT applied_at FROM _sqlite_migrations"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00", moment)


def test_sqlite_utils_sees_nothing_to_do_in_a_new_database(tmp_path: Path) -> None:
    open_store(tmp_path / "new.db").close()
    before = state(tmp_path / "new.db")
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as connection:
        database = Database(connection, execute_plugins=False)
        assert migrations.MIGRATIONS.pending(database) == []
        migrations.MIGRATIONS.apply(database)
    assert state(tmp_path / "new.db") == before


def test_migrating_keeps_the_rows_and_the_result_works(tmp_path: Path) -> None:
    path = tmp_path / "fjctl.db"
    old(path, "m002_mappings")
    with open_store(path) as store:
        assert store.record(conversion()) == 2
        assert store.base("flows/0.json", "journeys/0.yaml") == base()
        assert [row["direction"] for row in store.history()] == ["sim -> journey", "sim -> old"]
        assert store.losses(1) == [{"pointer": "", "what": "old", "reason": "", "own": own} for own in (False, True)]
        assert store.check() == []


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fjctl.db"
    old(path, "m002_mappings")
    before = state(path)

    def broken(db: Database) -> None:
        db.conn.execute("CREATE TABLE half (a)")
        raise KeyError("bug")

    failing = Migrations("fjctl")
    for migration in migrations.MIGRATIONS._migrations:
        failing(name=migration.name)(migration.fn)
    failing()(broken)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", failing)
        with pytest.raises(KeyError):
            open_store(path)
    assert state(path) == before
    open_store(path).close()
    assert rows(path, "PRAGMA user_version") == [(schema.VERSION,)]


def test_a_migration_that_would_leave_rows_pointing_nowhere_is_not_committed(tmp_path: Path) -> None:
    path = tmp_path / "fjctl.db"
    old(path, "m002_mappings")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO losses VALUES (99, '', '', '', 0)")
    before = state(path)
    with pytest.raises(DatabaseCorruptError):
        open_store(path)
    assert state(path) == before


def test_reading_only_does_not_migrate(tmp_path: Path) -> None:
    path = tmp_path / "fjctl.db"
    old(path, "m002_mappings")
    before = state(path)
    with pytest.raises(DatabaseReadOnlyError, match="version 1"):
        open_store(path, read_only=True)
    assert state(path) == before
