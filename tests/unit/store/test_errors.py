from __future__ import annotations

import sqlite3

import pytest

from fjctl.errors import StoreError
from fjctl.store import errors

CLASSES = (
    errors.DatabaseNewerError,
    errors.NotADatabaseError,
    errors.DatabaseCorruptError,
    errors.DatabaseReadOnlyError,
    errors.DatabaseBusyError,
    errors.DatabaseMissingError,
)


def test_every_kind_has_its_own_code_and_name() -> None:
    assert [kind.code for kind in CLASSES] == ["FJ201", "FJ202", "FJ203", "FJ204", "FJ205", "FJ206"]
    assert len({kind.name for kind in CLASSES} | {StoreError.name}) == len(CLASSES) + 1


def failing(code: int, text: str) -> sqlite3.Error:
    """An error as sqlite3 raises it, with SQLite's result code."""
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, errors.DatabaseBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, errors.DatabaseBusyError),
        (sqlite3.SQLITE_PROTOCOL, errors.DatabaseBusyError),
        (sqlite3.SQLITE_FULL, errors.DatabaseReadOnlyError),
        (sqlite3.SQLITE_IOERR_WRITE, errors.DatabaseReadOnlyError),
        (sqlite3.SQLITE_READONLY_DIRECTORY, errors.DatabaseReadOnlyError),
        (sqlite3.SQLITE_CORRUPT_INDEX, errors.DatabaseCorruptError),
        (sqlite3.SQLITE_NOTADB, errors.NotADatabaseError),
        (sqlite3.SQLITE_ERROR, StoreError),
    ],
)
def test_result_codes(code: int, kind: type[StoreError]) -> None:
    assert type(errors.translate(failing(code, "text"), "nowhere.db")) is kind


def test_a_message_that_quotes_a_stranger_s_file_stays_one_short_line() -> None:
    error = errors.translate(failing(sqlite3.SQLITE_ERROR, "no such column: \x1b[2J\r\n" + "x" * 1000), "fjctl.db")
    assert error.message.isprintable()
    assert len(error.message) < 300


def test_other_errors_pass_a_guard() -> None:
    with pytest.raises(KeyError), errors.Guard("fjctl.db"):
        raise KeyError
