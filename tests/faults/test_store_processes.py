"""Several processes write one database at once: nothing is lost, and nobody is told to go away."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from fjctl.store import open_store
from tests.support import COVERED, REPOSITORY, environment
from tests.unit.store.samples import old, rows

if TYPE_CHECKING:
    from pathlib import Path

PROCESSES = 4
RECORDS = 50


@pytest.mark.parametrize("start", ["new", "old"])
def test_nothing_is_lost(tmp_path: Path, start: str) -> None:
    """They also race to make the database, or to migrate it."""
    path = tmp_path / "fjctl.db"
    if start == "old":
        old(path)
    command = [sys.executable, "-m", "tests.faults.store_worker", str(path)]
    workers = [
        subprocess.Popen(
            [*command, str(name), str(RECORDS), "0"],
            cwd=REPOSITORY,
            env=environment(**COVERED),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in range(PROCESSES)
    ]
    outputs = [worker.communicate(timeout=60) for worker in workers]
    assert [errors for _, errors in outputs] == [""] * PROCESSES
    assert [worker.returncode for worker in workers] == [0] * PROCESSES
    expected = {f"{name}/{number}" for name in range(PROCESSES) for number in range(RECORDS)}
    assert {key for printed, _ in outputs for key in printed.split()} == expected
    kept = {key for (key,) in rows(path, "SELECT key FROM conversions")}
    assert kept == expected | ({"old"} if start == "old" else set())
    assert rows(path, "SELECT count(*) FROM losses") == [(2 * len(kept),)]
    assert rows(path, "SELECT count(*) FROM mappings") == [(7,)]
    assert rows(path, "SELECT count(*) FROM node_state_mappings") == [(7 * 5,)]
    with open_store(path) as store:
        assert store.check() == []
        assert all(store.base(*pair) for pair in store.pairs())
    assert [file.name for file in tmp_path.iterdir()] == ["fjctl.db"]
