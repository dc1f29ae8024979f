"""What a person asks of the memory. Imports sqlite-utils, so only the verbs that ask import this."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_CONVERSIONS = """
SELECT id, started_at, duration_ms, direction, tool_version, status, options,
    (SELECT count(*) FROM losses WHERE conversion_id = conversions.id AND NOT own) AS losses,
    (SELECT count(*) FROM losses WHERE conversion_id = conversions.id AND own) AS own
FROM conversions
WHERE :path IS NULL OR EXISTS (
    SELECT 1 FROM conversion_files
    WHERE conversion_id = conversions.id AND (path = :path OR substr(path, 1, length(:folder)) = :folder)
)
ORDER BY id DESC LIMIT :limit
"""
_FILES = """
SELECT conversion_id, role, path, format, hash, bytes FROM conversion_files
WHERE conversion_id BETWEEN ? AND ? ORDER BY rowid
"""


def history(connection: sqlite3.Connection, limit: int, path: str | None) -> list[dict[str, Any]]:
    """The rows of `Store.history`."""
    database = _wrap(connection)
    folder = None if path is None else path.rstrip("/") + "/"
    rows = list(database.query(_CONVERSIONS, {"path": path, "folder": folder, "limit": max(0, limit)}))
    for row in rows:
        row["options"] = _object(row["options"])
        row["inputs"] = []
        row["outputs"] = []
    _add_files(database, rows)
    return rows


def losses(connection: sqlite3.Connection, conversion_id: int) -> list[dict[str, Any]]:
    """The rows of `Store.losses`."""
    sql = "SELECT pointer, what, reason, own FROM losses WHERE conversion_id = ? ORDER BY rowid"
    rows = list(_wrap(connection).query(sql, (conversion_id,)))
    for row in rows:
        row["own"] = bool(row["own"])
    return rows


def _add_files(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Puts each conversion's files into its row; rows are in falling order of id."""
    if not rows:
        return
    by_id = {row["id"]: row for row in rows}
    for file in database.query(_FILES, (rows[-1]["id"], rows[0]["id"])):
        row = by_id.get(file.pop("conversion_id"))
        if row is not None:
            row["inputs" if file.pop("role") == "input" else "outputs"].append(file)


def _object(text: str) -> dict[str, Any]:
    """The options as an object; empty when somebody has written something else there."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _wrap(connection: sqlite3.Connection) -> Database:
    """sqlite-utils on our connection, without the plugins of whoever installed some."""
    return Database(connection, recursive_triggers=False, execute_plugins=False)
