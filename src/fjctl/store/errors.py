"""What can be wrong with `fjctl.db`: one class a code, and the way from SQLite's errors to them.

Every class is a `StoreError`, so a caller that wants to go on without a memory catches one thing.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from fjctl.errors import StoreError

if TYPE_CHECKING:
    from types import TracebackType

# Primary result codes (the low byte of the extended ones): https://www.sqlite.org/rescode.html
_PERM, _BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _PROTOCOL, _AUTH, _NOTADB = (
    3, 5, 6, 8, 10, 11, 13, 14, 15, 23, 26,
)  # fmt: skip
_MAGIC = b"SQLite format 3\0"
_NOT_UTF8 = "Could not decode to UTF-8"  # sqlite3's own, without a code
_BAD_FORMAT = "unsupported file format"  # SQLITE_ERROR, for a header that names no known schema format
_LONGEST = 200  # characters of SQLite's message


class DatabaseNewerError(StoreError):
    """Written by a newer fjctl: its tables may mean something this one does not know."""

    code = "FJ201"
    name = "database-newer"


class NotADatabaseError(StoreError):
    """The file at the database's place is something else: text, another program's database, a folder, a pipe."""

    code = "FJ202"
    name = "not-a-fjctl-database"


class DatabaseCorruptError(StoreError):
    """It was a database of ours, and its pages or its contents no longer make sense."""

    code = "FJ203"
    name = "database-corrupt"


class DatabaseReadOnlyError(StoreError):
    """Nothing can be written: a read-only file or folder, a full disk."""

    code = "FJ204"
    name = "database-read-only"


class DatabaseBusyError(StoreError):
    """Another process held the write lock for longer than the timeout."""

    code = "FJ205"
    name = "database-busy"


class DatabaseMissingError(StoreError):
    """There is no database yet, and the caller did not ask for a new one."""

    code = "FJ206"
    name = "database-missing"


def newer(path: str, version: int, known: int) -> DatabaseNewerError:
    """The error for a database of `version` when this fjctl knows up to `known`."""
    return DatabaseNewerError(
        f"the database has version {version}, and this fjctl knows up to {known}",
        hint=f"upgrade fjctl, or delete {path} (only history is lost)",
        place=path,
    )


def not_ours(path: str, what: str) -> NotADatabaseError:
    """The error for a file that is `what` instead of a database of ours; it is left as it is."""
    return NotADatabaseError(what, hint=f"move {path} away, and fjctl makes a new one", place=path)


def corrupt(path: str, what: str) -> DatabaseCorruptError:
    """The error for a damaged database."""
    return DatabaseCorruptError(
        f"the database is damaged: {what}",
        hint=f"delete {path}, {path}-wal and {path}-shm (only history is lost)",
        place=path,
    )


def read_only(path: str, what: str) -> DatabaseReadOnlyError:
    """The error for a database that cannot be written."""
    return DatabaseReadOnlyError(
        f"the database cannot be written: {what}",
        hint="make the file and its folder writable, or free some space; the history so far can still be read",
        place=path,
    )


def missing(path: str) -> DatabaseMissingError:
    """The error for a database that is not there when only reading was asked for."""
    return DatabaseMissingError("there is no history yet", hint="`fjctl convert` makes the database", place=path)


def primary(error: sqlite3.Error) -> int:
    """The primary result code of an SQLite error; 0 when Python raised it without asking SQLite."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def is_busy(error: sqlite3.Error) -> bool:
    """Whether trying again may help."""
    return primary(error) in {_BUSY, _LOCKED, _PROTOCOL}


def cannot_open(error: sqlite3.Error) -> bool:
    """Whether the file, or the `-shm` file that reading in WAL mode needs, could not be opened."""
    return primary(error) in {_CANTOPEN, _READONLY}


def translate(error: sqlite3.Error, path: str) -> StoreError:
    """The `StoreError` for whatever SQLite said about the database at `path`."""
    text = "".join(letter if letter.isprintable() else " " for letter in str(error))[:_LONGEST]  # it may quote the file
    code = primary(error)
    if is_busy(error):
        hint = "wait for the other fjctl to finish, and repeat"
        return DatabaseBusyError("another process keeps the database locked", hint=hint, place=path)
    if code in {_PERM, _READONLY, _IOERR, _FULL, _CANTOPEN, _AUTH}:
        return read_only(path, text)
    if code == _NOTADB:
        return corrupt(path, text) if _starts_like_a_database(path) else not_ours(path, "not a database")
    if text.startswith(_NOT_UTF8):
        return corrupt(path, "a text in it is not UTF-8")
    if code == _CORRUPT or text == _BAD_FORMAT:
        return corrupt(path, text)
    return StoreError(f"the database refused: {text}", hint="run `fjctl doctor`", place=path)


def _starts_like_a_database(path: str) -> bool:
    """Whether the file has SQLite's first bytes.

    Only for a file SQLite has already turned away: closing any descriptor of a file drops this process's
    POSIX locks on it, so a database in use must never be opened past SQLite
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


class Guard:
    """A context in which an error of SQLite becomes the `StoreError` of its kind."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = os.fspath(path)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error):
            raise translate(error, self.path) from error
        if isinstance(error, UnicodeDecodeError):  # sqlite3 decodes SQLite's message, which quotes the damage
            raise corrupt(self.path, "a text in it is not UTF-8") from error
