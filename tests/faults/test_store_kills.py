"""A process killed at any moment: the database opens, is whole, and holds every conversion that was acknowledged."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from fjctl.store import open_store, schema
from tests.support import REPOSITORY, environment
from tests.unit.store.samples import conversion, old, rows

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")


def worker(path: Path, name: str, count: int, statement: int) -> subprocess.Popen[str]:
    """A started `store_worker`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.store_worker", str(path), name, str(count), str(statement)],
        cwd=REPOSITORY,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def whole(path: Path, acknowledged: set[str]) -> None:
    """The database opens and nothing of what it acknowledged is missing or torn."""
    with open_store(path) as store:
        assert store.check() == []
        for pair in store.pairs():
            known = store.mapping(*pair)
            assert known is not None
            assert len(known.nodes) == 5
            assert store.base(*pair) is not None
        conversions = store.history(limit=10_000_000)
    keys = {key for (key,) in rows(path, "SELECT key FROM conversions")}
    assert acknowledged <= keys
    assert len(conversions) == len(keys)
    assert all(
        (row["losses"], row["own"], len(row["inputs"]), len(row["outputs"])) == (1, 1, 1, 1) for row in conversions
    )


def kill_in_a_loop(path: Path, kills: int) -> None:
    """Kill a writer after some acknowledged records and a little more, again and again on the same file."""
    chance = random.Random(kills)  # noqa: S311 - any moments will do
    acknowledged: set[str] = set()
    for round_ in range(kills):
        with worker(path, str(round_), 0, 0) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(chance.choice((0, 1, 3, 10, 15)))]
            time.sleep(chance.random() * (0.004 if lines else 0.2))  # without a line, also while it starts
            process.kill()
            rest, errors = process.communicate(timeout=60)
            assert errors == ""
        printed = ("".join(lines) + rest).rpartition("\n")[0]  # the last line may be torn
        acknowledged.update(printed.split())
        whole(path, acknowledged)
    assert len(acknowledged) >= kills  # most rounds had something to lose


def test_twenty_kills(tmp_path: Path) -> None:
    kill_in_a_loop(tmp_path / "fjctl.db", 20)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_two_hundred_kills(tmp_path: Path) -> None:
    kill_in_a_loop(tmp_path / "fjctl.db", 200)


# Statements of the worker: opening and making take 42, opening and migrating 56, and each record 29.
MOMENTS = (1, 5, 9, 12, 20, 30, 38, 41, 45, 55, 70)


@pytest.mark.parametrize("statement", MOMENTS)
@pytest.mark.parametrize("start", ["new", "old"])
def test_killed_at_a_statement(tmp_path: Path, start: str, statement: int) -> None:
    """While it is made or migrated, and while a record is written."""
    path = tmp_path / "fjctl.db"
    acknowledged = set()
    if start == "old":
        old(path)
        acknowledged.add("old")
    with worker(path, "a", 10, statement) as process:
        printed, errors = process.communicate(timeout=60)
    assert errors == ""
    assert process.returncode == -signal.SIGKILL
    whole(path, acknowledged | set(printed.split()))
    with open_store(path) as store:
        assert store.record(conversion(key="after")) > 0


def test_a_killed_writer_s_lock_is_free_at_once(tmp_path: Path) -> None:
    path = tmp_path / "fjctl.db"
    open_store(path).close()
    code = f"""
import os, pathlib, signal
from fjctl.store import open_store
store = open_store(pathlib.Path({str(path)!r}))
store._connection.execute("BEGIN IMMEDIATE")
store._connection.execute("DELETE FROM _sqlite_migrations")
os.kill(os.getpid(), signal.SIGKILL)
"""  # noqa: S608 - a program, not a query
    done = subprocess.run([sys.executable, "-c", code], env=environment(), cwd=REPOSITORY, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.with_name("fjctl.db-wal").exists()  # the log shows that it was killed and did not end
    with open_store(path, timeout=0) as store:
        assert store.record(conversion()) == 1
    assert len(rows(path, "SELECT * FROM _sqlite_migrations")) == schema.VERSION
