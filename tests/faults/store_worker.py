"""A process that records conversions, for the fault tests of the store: `python -m tests.faults.store_worker`.

Arguments: database, name, how many (0 is without end), and the statement at which it kills itself (0 is never).
It prints each conversion's key once the conversion is recorded.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fjctl.store import open_store
from tests.unit.store.samples import conversion, mapping

if TYPE_CHECKING:
    from collections.abc import Callable

REOPEN = 10  # records between two openings


def kill_at(statement: int) -> None:
    """Make this process kill itself where it would run its so-manieth SQL statement."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    seen = 0

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]


def main() -> None:
    """Record, and say so."""
    path, name, count, statement = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if statement:
        kill_at(statement)
    number = 0
    while not count or number < count:
        with open_store(path) as store:
            for _ in range(REOPEN):
                key = f"{name}/{number}"
                store.record(conversion(number % 7, key=key, mapping=mapping(number % 7, content=number)))
                print(key, flush=True)  # noqa: T201 - the acknowledgement that its parent counts on
                number += 1


if __name__ == "__main__":
    main()
