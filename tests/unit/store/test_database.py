from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from fjctl.diagnostics import Loss
from fjctl.errors import StoreError
from fjctl.store import Base, FileRecord, NodeState, content_hash, open_store, writing
from fjctl.store.errors import DatabaseBusyError, DatabaseCorruptError
from tests.support import REPOSITORY, run
from tests.unit.store.samples import base, conversion, execute, mapping, rows

if TYPE_CHECKING:
    from pathlib import Path

PAIR = ("flows/0.json", "journeys/0.yaml")
CONTENTS = (
    "conversions",
    "conversion_files",
    "losses",
    "mappings",
    "node_state_mappings",
    "edge_transition_mappings",
    "context_variable_mappings",
    "snapshots",
    "bases",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fjctl.db"


def counts(path: Path) -> dict[str, int]:
    return {table: rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in CONTENTS}  # noqa: S608


def test_a_conversion_is_there_after_reopening(path: Path) -> None:
    with open_store(path) as store:
        first = store.record(conversion())
    with open_store(path) as store:
        found = store.mapping(*PAIR)
        assert store.base(*PAIR) == base()
    assert found == mapping()._replace(base=None, updated_at="2026-11-23T19:05:00.250Z", conversion_id=first)
    assert rows(path, "SELECT * FROM conversions") == [
        (1, None, "2026-11-23T19:05:00.250Z", 12.5, "sim -> journey", "0.1.0", "ok", '{"strict":false}')
    ]
    assert rows(path, "SELECT * FROM conversion_files") == [
        (1, "input", "flows/0.json", "sim", content_hash(base().workflow), len(base().workflow)),
        (1, "output", "journeys/0.yaml", "journey", content_hash(base().journey), len(base().journey)),
    ]
    assert rows(path, "SELECT * FROM losses") == [
        (1, "/blocks/a~1b/position", "position", "stays in the workflow", 1),
        (1, "/blocks/1", "colour", "a journey has none", 0),
    ]


def test_nothing_but_the_database_is_left_behind(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion())
    with open_store(path, read_only=True) as store:
        store.history()
    assert [file.name for file in path.parent.iterdir()] == ["fjctl.db"]


def test_an_unknown_pair_has_neither_mapping_nor_base(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion())
        assert store.mapping("flows/0.json", "journeys/1.yaml") is None
        assert store.base("flows/1.json", "journeys/0.yaml") is None


def test_recording_a_pair_again_replaces_what_was_known(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion())
        store.record(conversion(1))
        changed = mapping(nodes=2, content=7)._replace(workflow_format="reactflow")
        last = store.record(conversion(started_at="2026-11-24T00:00:00Z", mapping=changed))
        found = store.mapping(*PAIR)
        assert found == changed._replace(base=None, updated_at="2026-11-24T00:00:00Z", conversion_id=last)
        assert store.base(*PAIR) == base(7)
        assert store.base("flows/1.json", "journeys/1.yaml") == base(1)
        assert store.pairs() == [PAIR, ("flows/1.json", "journeys/1.yaml")]
    hashes = {base(7).workflow_hash, base(7).journey_hash, base(1).workflow_hash, base(1).journey_hash}
    assert {row[0] for row in rows(path, "SELECT hash FROM snapshots")} == hashes  # those of base(0) are gone


def test_a_content_that_another_pair_needs_stays(path: Path) -> None:
    with open_store(path) as store:
        store.record_many([conversion(0), conversion(1, mapping=mapping(1, content=0))])
        store.record(conversion(0, mapping=mapping(0, content=5)))
        assert store.base("flows/1.json", "journeys/1.yaml") == base(0)


def test_the_sides_of_a_base_may_be_the_same_content(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion(mapping=mapping()._replace(base=Base(b"same", b"same"))))
        store.record(conversion(mapping=mapping()._replace(base=Base(b"same", b"other"))))
        assert store.base(*PAIR) == Base(b"same", b"other")


def test_a_mapping_without_a_base_leaves_the_known_base(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion())
        store.record(conversion(mapping=mapping()._replace(base=None)))
        assert store.base(*PAIR) == base()


def test_a_file_too_large_to_keep_has_no_base(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(path) as store:
        store.record(conversion())
        monkeypatch.setattr(writing, "SNAPSHOT_LIMIT", 5)
        store.record(conversion(mapping=mapping(content=1)))
        assert store.base(*PAIR) is None


def test_pairs_can_be_asked_for_by_either_side(path: Path) -> None:
    with open_store(path) as store:
        store.record_many([conversion(0), conversion(1)])
        assert store.pairs("flows/1.json") == store.pairs("journeys/1.yaml") == [("flows/1.json", "journeys/1.yaml")]
        assert store.pairs("flows/2.json") == []


def test_a_batch_gives_its_ids_in_order(path: Path) -> None:
    with open_store(path) as store:
        assert store.record_many(conversion(number) for number in range(3)) == [1, 2, 3]
        assert store.record_many([]) == []


def test_a_batch_is_all_or_none(path: Path) -> None:
    with open_store(path) as store:
        before = counts(path)
        with pytest.raises(StoreError, match="CHECK constraint failed"):
            store.record_many([conversion(0), conversion(1, status="great")])
        assert counts(path) == before
        assert store.record(conversion(2)) == 1


def test_a_key_makes_recording_idempotent(path: Path) -> None:
    with open_store(path) as store:
        first = store.record(conversion(key="run-1/0"))
        before = counts(path)
        assert store.record(conversion(key="run-1/0", started_at="later")) == first
        assert counts(path) == before
        assert store.record_many([conversion(key="a"), conversion(key="a")]) == [first + 1, first + 1]
        assert store.record(conversion()) != store.record(conversion())  # without one, each is its own


def test_a_refused_conversion_needs_no_mapping(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion(status="refused", mapping=None, files=(), losses=(), options={}))
    assert counts(path) == dict.fromkeys(CONTENTS, 0) | {"conversions": 1}


def test_texts_that_utf8_cannot_hold_are_written_out(path: Path) -> None:
    odd = mapping()._replace(journey_path="journeys/\udcff.yaml", nodes=(NodeState("\ud800", "s", "agent"),))
    record = conversion(
        mapping=odd,
        files=(FileRecord("input", "\udcff", "sim", "sha256:0", 0),),
        losses=(Loss("\ud83d", ("\ud800",)),),
        options={"path": "\udcff"},
    )
    with open_store(path) as store:
        store.record(record)
        found = store.mapping("flows/0.json", "journeys/\udcff.yaml")
        assert found is not None
        assert found.nodes == (NodeState(r"\ud800", "s", "agent"),)
        assert store.base("flows/0.json", "journeys/\udcff.yaml") == base()
        assert store.losses(1)[0]["what"] == r"\ud83d"
        assert len(store.history(path="\udcff")) == 1


def test_deleting_a_conversion_keeps_the_pair(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion())
    execute(path, "PRAGMA foreign_keys=ON", "DELETE FROM conversions")
    with open_store(path) as store:
        found = store.mapping(*PAIR)
        assert found is not None
        assert found.conversion_id is None
        assert store.base(*PAIR) == base()
    assert counts(path)["losses"] == counts(path)["conversion_files"] == 0


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE snapshots SET content = x'789c'",
        "UPDATE snapshots SET content = x'00ff'",
        "UPDATE snapshots SET content = 'text'",
        "UPDATE snapshots SET bytes = bytes - 1",
        "UPDATE snapshots SET bytes = 'many'",
        "UPDATE snapshots SET bytes = 1 << 60",
        "UPDATE snapshots SET bytes = -1",
        "UPDATE snapshots SET (bytes, content) = (SELECT bytes, content FROM snapshots ORDER BY content DESC)",
    ],
)
def test_a_content_that_is_not_what_its_hash_says_is_damage(path: Path, damage: str) -> None:
    with open_store(path) as store:
        store.record(conversion())
    execute(path, damage)
    with open_store(path) as store, pytest.raises(DatabaseCorruptError) as caught:
        store.base(*PAIR)
    assert caught.value.code == "FJ203"


def test_a_snapshot_never_unpacks_to_more_than_it_says(path: Path) -> None:
    bomb = Base(b"\0" * 20_000_000, b"")
    with open_store(path) as store:
        store.record(conversion(mapping=mapping()._replace(base=bomb)))
        assert store.base(*PAIR) == bomb
    execute(path, "UPDATE snapshots SET bytes = 10 WHERE bytes > 10")
    with open_store(path) as store, pytest.raises(DatabaseCorruptError):
        store.base(*PAIR)


def test_check_finds_rows_that_point_nowhere(path: Path) -> None:
    with open_store(path) as store:
        store.record(conversion())
        assert store.check() == []
    execute(path, "DELETE FROM snapshots")
    with open_store(path) as store:
        assert store.check() == ["a row of bases points to a missing row of snapshots"] * 2


def test_a_lock_that_stays_is_one_clear_error_and_passes(path: Path) -> None:
    with open_store(path, timeout=0.05) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError) as caught:
            store.record(conversion())
        assert (caught.value.code, caught.value.name) == ("FJ205", "database-busy")
        assert caught.value.hint
        assert store.mapping(*PAIR) is None  # reading goes on meanwhile
        other.execute("ROLLBACK")
        assert store.record(conversion()) == 1


def test_a_closed_store_says_so(path: Path) -> None:
    store = open_store(path)
    store.close()
    with pytest.raises(StoreError, match="closed database"):
        store.record(conversion())


def test_recording_imports_nothing_heavy(path: Path) -> None:
    """The way of every conversion: a new database, and then one that is there."""
    code = f"""
import sqlite3, pathlib, dataclasses, sys
before = set(sys.modules)
from fjctl.store import open_store
from fjctl.store.records import *
for number in range(2):
    with open_store(pathlib.Path({str(path)!r})) as store:
        pair = MappingRecord("a.json", "a.yaml", "sim", (NodeState("a", "b", "c"),), base=Base(b"a", b"b"))
        store.record(ConversionRecord("t", 1.0, "d", "v", "ok", {{"a": 1}}, mapping=pair))
        store.base("a.json", "a.yaml"), store.mapping("a.json", "a.yaml"), store.pairs()
print(*sorted(name.split(".")[0] for name in set(sys.modules) - before if not name.startswith("_")))
"""
    done = run(sys.executable, "-c", code, folder=REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"fjctl", "hashlib", "json", "zlib", "typing", "contextlib"}


def test_intents_are_known_until_a_conversion_is_recorded(tmp_path: Path) -> None:
    with open_store(tmp_path / "fjctl.db") as store:
        assert store.intended("a.json") == set()
        store.intend("a.json", "sha256:1")
        store.intend("a.json", "sha256:2")
    with open_store(tmp_path / "fjctl.db") as store:
        assert store.intended("a.json") == {"sha256:1", "sha256:2"}
