from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fjctl.store import FileRecord, Store, open_store
from tests.unit.store.samples import base, conversion, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "fjctl.db") as store:
        yield store


def test_history_is_ready_for_json(store: Store) -> None:
    store.record(conversion())
    found = store.history()
    assert json.loads(json.dumps(found)) == found
    assert found == [
        {
            "id": 1,
            "started_at": "2026-11-23T19:05:00.250Z",
            "duration_ms": 12.5,
            "direction": "sim -> journey",
            "tool_version": "0.1.0",
            "status": "ok",
            "options": {"strict": False},
            "losses": 1,
            "own": 1,
            "inputs": [{"path": "flows/0.json", "format": "sim", "hash": base().workflow_hash, "bytes": 15}],
            "outputs": [{"path": "journeys/0.yaml", "format": "journey", "hash": base().journey_hash, "bytes": 11}],
        }
    ]


def test_history_is_newest_first_and_limited(store: Store) -> None:
    store.record_many(conversion(number) for number in range(5))
    assert [row["id"] for row in store.history(limit=3)] == [5, 4, 3]
    assert [row["outputs"][0]["path"] for row in store.history(limit=2)] == ["journeys/4.yaml", "journeys/3.yaml"]
    assert store.history(limit=0) == []
    assert store.history(limit=-1) == []


def test_history_of_a_file_or_a_folder(store: Store) -> None:
    store.record_many(conversion(number % 2) for number in range(4))
    store.record(conversion(files=(FileRecord("input", "flows/00%_.json", "sim", "sha256:0", 1),)))
    assert [row["id"] for row in store.history(path="flows/1.json")] == [4, 2]
    assert [row["id"] for row in store.history(path="journeys/")] == [4, 3, 2, 1]
    assert [row["id"] for row in store.history(path="flows")] == [5, 4, 3, 2, 1]
    assert [row["id"] for row in store.history(path="flows/00%_.json")] == [5]
    assert store.history(path="flow") == []


def test_losses_of_one_conversion(store: Store) -> None:
    store.record_many([conversion(0), conversion(1, losses=())])
    assert store.losses(1) == [
        {"pointer": "/blocks/a~1b/position", "what": "position", "reason": "stays in the workflow", "own": True},
        {"pointer": "/blocks/1", "what": "colour", "reason": "a journey has none", "own": False},
    ]
    assert store.losses(2) == []


@pytest.mark.parametrize("text", ["", "[1]", "{", "null", "[" * 100_000])
def test_options_that_somebody_has_overwritten_are_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fjctl.db"
    with open_store(path) as store:
        store.record(conversion())
    execute(path, f"UPDATE conversions SET options = '{text}'")  # noqa: S608
    with open_store(path) as store:
        assert store.history()[0]["options"] == {}
