"""Opening `fjctl.db`: whose it is, which version, made when there is none, and safe when it is a stranger's.

Write-ahead log with `synchronous=NORMAL`: a committed conversion survives any kill of the process; only a
power cut may take the last ones, never the file's consistency, and FULL costs nine times as much for each
(https://www.sqlite.org/pragma.html#pragma_synchronous). Where the file system has no shared memory, SQLite
keeps a rollback journal, and then FULL is needed for consistency.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from typing import TYPE_CHECKING

from fjctl.store import errors, schema

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x464A4354  # "FJCT" at offset 68 of the file
_PAUSE = 0.005  # seconds between two tries at what SQLite's own busy handler does not wait for
_SAFE = (
    "PRAGMA trusted_schema=OFF",  # a stranger's schema may call no function with side effects
    "PRAGMA cell_size_check=ON",  # damaged pages are noticed before they are used
    "PRAGMA foreign_keys=ON",
)
_MIGRATIONS_TABLE = "_sqlite_migrations"  # sqlite-utils's own, written as its version likes


def connect(path: Path, *, create: bool, read_only: bool, timeout: float) -> sqlite3.Connection:
    """An open connection to a database of the newest version; `timeout` in seconds is for a busy one.

    `read_only` never makes or migrates a database. Raises `StoreError`.
    """
    place = os.fspath(path)
    with errors.Guard(place):
        empty = _is_empty(path, place)
        if empty and (read_only or not create):
            raise errors.missing(place)
        try:
            return _open(path, "rwc" if empty else "rw", read_only=read_only, timeout=timeout)
        except sqlite3.Error as error:
            if empty or not errors.cannot_open(error) or _has_log(path):
                raise
        # In a folder that cannot be written, a log-less database is still whole: read it without locks.
        return _open(path, "ro&immutable=1", read_only=True, timeout=timeout)


def _is_empty(path: Path, place: str) -> bool:
    """Whether there is no database yet: no file, or one of no bytes."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise errors.not_ours(place, "a link to nowhere") from None
        if not path.parent.is_dir():
            raise errors.read_only(place, "its folder does not exist") from None
        return True
    except OSError as error:
        raise errors.read_only(place, error.strerror or str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        raise errors.not_ours(place, "not a file")
    if found.st_size == 1:  # SQLite's unixFileSize calls this empty, and would write over it
        raise errors.not_ours(place, "a file of one byte")
    if found.st_size == 0 and path.is_symlink():
        raise errors.not_ours(place, "a link to an empty file")  # which a stranger's project may have aimed
    return found.st_size == 0


def _has_log(path: Path) -> bool:
    """Whether a write-ahead log with contents lies beside the database."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False


def _uri(path: Path, mode: str) -> str:
    """The `file:` URI of SQLite (https://www.sqlite.org/uri.html); `Path.as_uri` would import urllib."""
    text = path.absolute().as_posix()
    text = text.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file://{'' if text.startswith('/') else '/'}{text}?mode={mode}"


def _open(path: Path, mode: str, *, read_only: bool, timeout: float) -> sqlite3.Connection:
    """Connects, and looks at the file until it is the newest version or an error."""
    connection = sqlite3.connect(_uri(path, mode), uri=True, timeout=timeout, isolation_level=None)
    try:
        for pragma in _SAFE:
            connection.execute(pragma)
        if read_only:
            # Not `mode=ro`: such a reader of a write-ahead log cannot clean up behind itself.
            connection.execute("PRAGMA query_only=ON")
        _settle(connection, os.fspath(path), read_only=read_only, deadline=time.monotonic() + timeout)
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: sqlite3.Connection, place: str, *, read_only: bool, deadline: float) -> None:
    """Makes, migrates or accepts the database."""
    version = _version(connection, place)
    if version < schema.VERSION:
        if read_only and version == 0:
            raise errors.missing(place)
        if read_only:
            raise errors.read_only(place, f"its version {version} has to be brought to {schema.VERSION} first")
        if version == 0:
            _log_ahead(connection, deadline)
            _create(connection, place)
        else:
            from fjctl.store import migrations

            migrations.upgrade(connection, place)
    _check_tables(connection, place)
    if not read_only:
        _log_ahead(connection, deadline)


def _version(connection: sqlite3.Connection, place: str) -> int:
    """The version of a database of ours, 0 for one without any table; raises for all others.

    What is looked at is of one moment: another process may be making the database just now.
    """
    inside = connection.in_transaction
    if not inside:
        connection.execute("BEGIN")
    try:
        return _version_now(connection, place)
    finally:
        if not inside and connection.in_transaction:
            connection.execute("ROLLBACK")


def _version_now(connection: sqlite3.Connection, place: str) -> int:
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if owner == APPLICATION_ID:
        if version > schema.VERSION:
            raise errors.newer(place, version, schema.VERSION)
        if version < 1:
            raise errors.corrupt(place, f"its version is {version}")
        return version
    if owner == 0 and version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
        return 0
    raise errors.not_ours(place, "a database of another program")


def _log_ahead(connection: sqlite3.Connection, deadline: float) -> None:
    """Switches to the write-ahead log, which needs the file alone for a moment when it is new."""
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.Error as error:
            if errors.cannot_open(error):
                return  # a read-only file: whoever writes is told then
            if not errors.is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            connection.execute(f"PRAGMA synchronous={'NORMAL' if mode == 'wal' else 'FULL'}")
            return


def _create(connection: sqlite3.Connection, place: str) -> None:
    """Fills an empty database in one transaction, unless another process was faster."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection, place) == 0:
            for statement in schema.STATEMENTS:
                connection.execute(statement)
            connection.executemany(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
                " VALUES ('fjctl', ?, strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now'))",
                [(name,) for name in schema.MIGRATIONS],
            )
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={schema.VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check_tables(connection: sqlite3.Connection, place: str) -> None:
    """Refuses a database whose tables are not the ones fjctl makes, or that would act by itself.

    A stranger's `mappings` could be a view that never ends, or a trigger could rewrite what is recorded.
    Views, indexes and tables that a person has added beside ours are fine.
    """
    found = set()
    for kind, sql in connection.execute("SELECT type, sql FROM sqlite_master"):
        if kind == "trigger":
            raise errors.not_ours(place, "a database with triggers, which fjctl never makes")
        found.add(sql)
    for statement in schema.STATEMENTS:
        if statement not in found and statement.startswith("CREATE TABLE") and _MIGRATIONS_TABLE not in statement:
            table = statement.split(maxsplit=3)[2]
            raise errors.not_ours(place, f"a database whose table {table} is not the one fjctl makes")
