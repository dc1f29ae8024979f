from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from fjctl.errors import ExitCode, StoreError
from fjctl.store import connection as connections
from fjctl.store import open_store, schema
from fjctl.store.errors import (
    DatabaseBusyError,
    DatabaseCorruptError,
    DatabaseMissingError,
    DatabaseNewerError,
    DatabaseReadOnlyError,
    NotADatabaseError,
)
from tests.support import REPOSITORY, run
from tests.unit.store.samples import base, conversion, execute, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
unix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions, links and pipes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fjctl.db"


@pytest.fixture
def filled(path: Path) -> Path:
    with open_store(path) as store:
        store.record(conversion())
    return path


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that a user without rights can reach (pytest's own are private)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user to whom permissions apply, when the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def one_clear_line(error: StoreError, code: str, path: Path) -> None:
    """An error has its code, a name, one line, a next step and the file."""
    assert error.code == code
    assert error.name.replace("-", "").isalpha()
    assert "\n" not in error.message + error.hint
    assert error.message
    assert error.hint
    assert error.place == str(path)
    assert error.exit_code is ExitCode.UNUSABLE


def test_a_new_database(path: Path) -> None:
    open_store(path).close()
    assert rows(path, "PRAGMA user_version") == [(schema.VERSION,)]
    assert path.read_bytes()[68:72] == b"FJCT"
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.parametrize("read_only", [False, True])
def test_the_settings_of_a_connection(filled: Path, read_only: bool) -> None:
    with closing(connections.connect(filled, create=True, read_only=read_only, timeout=5.0)) as connection:
        names = ("trusted_schema", "cell_size_check", "foreign_keys", "busy_timeout", "query_only")
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    assert found == {
        "trusted_schema": 0,
        "cell_size_check": 1,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "query_only": int(read_only),
    }
    assert read_only or synchronous == 1  # NORMAL


def test_a_file_of_no_bytes_is_new(path: Path) -> None:
    path.touch()
    with open_store(path) as store:
        assert store.record(conversion()) == 1


def test_a_database_that_was_never_filled_is_new(path: Path) -> None:
    """What a kill between switching the journal mode and creating the tables leaves behind."""
    execute(path, "PRAGMA journal_mode=WAL", "VACUUM")
    assert path.stat().st_size > 0
    with open_store(path) as store:
        assert store.record(conversion()) == 1


@pytest.mark.parametrize("flags", [{"create": False}, {"read_only": True}])
@pytest.mark.parametrize("prepare", ["nothing", "empty file", "empty database"])
def test_a_database_is_not_made_unasked(path: Path, flags: dict[str, bool], prepare: str) -> None:
    if prepare == "empty file":
        path.touch()
    elif prepare == "empty database" and "read_only" in flags:
        execute(path, "PRAGMA journal_mode=WAL", "VACUUM")
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(DatabaseMissingError) as caught:
        open_store(path, **flags)
    one_clear_line(caught.value, "FJ206", path)
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_database_from_the_future(filled: Path) -> None:
    execute(filled, "PRAGMA user_version=99")
    before = filled.read_bytes()
    with pytest.raises(DatabaseNewerError, match=f"version 99, and this fjctl knows up to {schema.VERSION}") as caught:
        open_store(filled)
    one_clear_line(caught.value, "FJ201", filled)
    assert "only history is lost" in caught.value.hint
    assert filled.read_bytes() == before


def foreign(path: Path, kind: str) -> None:
    """Put something that is not a database of ours at `path`."""
    if kind == "text":
        path.write_text("dear diary\n" * 1000, encoding="utf-8")
    elif kind == "short text":
        path.write_text("x", encoding="utf-8")
    elif kind == "zeros":
        path.write_bytes(bytes(8192))
    elif kind == "database of another program":
        execute(path, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")
    elif kind == "owned database of another program":
        execute(path, "PRAGMA application_id=1196444487", "CREATE TABLE t (a)")
    elif kind == "versioned database of another program":
        execute(path, "PRAGMA user_version=1")
    else:
        execute(path, "PRAGMA journal_mode=WAL", "CREATE TABLE conversions (a)")


FOREIGN = (
    "text",
    "short text",
    "zeros",
    "database of another program",
    "owned database of another program",
    "versioned database of another program",
    "log-ahead database of another program",
)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_left_as_it_is(path: Path, kind: str, read_only: bool) -> None:
    foreign(path, kind)
    before = path.read_bytes()
    with pytest.raises(NotADatabaseError) as caught:
        open_store(path, read_only=read_only)
    one_clear_line(caught.value, "FJ202", path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["fjctl.db"]


def test_a_folder_is_not_a_database(path: Path) -> None:
    path.mkdir()
    with pytest.raises(NotADatabaseError) as caught:
        open_store(path)
    one_clear_line(caught.value, "FJ202", path)


@unix
def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(NotADatabaseError):
        open_store(path)


@unix
@pytest.mark.parametrize("target", ["missing", "empty"])
def test_a_link_cannot_make_a_database_elsewhere(path: Path, target: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    if target == "empty":
        outside.touch()
    path.symlink_to(outside)
    with pytest.raises(NotADatabaseError, match="a link to") as caught:
        open_store(path)
    one_clear_line(caught.value, "FJ202", path)
    assert (outside.read_bytes() if outside.exists() else b"") == b""


@unix
def test_a_link_to_a_database_of_ours_is_followed(filled: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(filled)
    with open_store(link) as store:
        assert store.record(conversion(1)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON conversions BEGIN DELETE FROM losses; END",
        "ALTER TABLE losses ADD COLUMN more",
        "DROP TABLE context_variable_mappings",
        "ALTER TABLE conversions RENAME TO c",
    ],
)
def test_a_stranger_s_schema_is_not_used(filled: Path, statement: str) -> None:
    execute(filled, statement)
    before = filled.read_bytes()
    with pytest.raises(NotADatabaseError) as caught:
        open_store(filled)
    one_clear_line(caught.value, "FJ202", filled)
    assert filled.read_bytes() == before


def test_a_view_in_place_of_a_table_is_not_used(filled: Path) -> None:
    endless = "WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a FROM n"
    execute(filled, "DROP TABLE losses", f"CREATE VIEW losses (conversion_id) AS {endless}")
    with pytest.raises(NotADatabaseError, match="table losses"):
        open_store(filled)


def test_what_a_person_adds_beside_our_tables_is_fine(filled: Path) -> None:
    execute(
        filled,
        "CREATE VIEW recent AS SELECT * FROM conversions",
        "CREATE TABLE notes (a)",
        "CREATE INDEX mine ON conversions (direction)",
    )
    with open_store(filled) as store:
        assert store.record(conversion(1)) == 2


def use(path: Path) -> None:
    """Everything a store can do."""
    with open_store(path, timeout=0.01) as store:
        store.base("flows/0.json", "journeys/0.yaml")
        store.mapping("flows/0.json", "journeys/0.yaml")
        store.pairs()
        store.record(conversion())
        store.history()
        store.check()


def damage(path: Path, kind: str) -> None:
    """Break a good database."""
    content = bytearray(path.read_bytes())
    page = int.from_bytes(content[16:18], "big")
    if kind == "cut after a page":
        del content[page:]
    elif kind == "cut inside a page":
        del content[page * 2 + 100 :]
    elif kind == "cut inside the header":
        del content[50:]
    elif kind == "garbage in all pages but the first":
        content[page:] = bytes(range(1, 252)) * (len(content) // 251)
    elif kind == "garbage in the schema":
        content[100:page] = b"\xa5" * (page - 100)
    else:
        content[18:24] = b"\xff" * 6
    path.write_bytes(content)


@pytest.mark.parametrize(
    "kind",
    [
        "cut after a page",
        "cut inside a page",
        "cut inside the header",
        "garbage in all pages but the first",
        "garbage in the schema",
        "garbage in the header",
    ],
)
def test_a_damaged_database_is_one_clear_error(filled: Path, kind: str) -> None:
    damage(filled, kind)
    with pytest.raises(DatabaseCorruptError) as caught:
        use(filled)
    one_clear_line(caught.value, "FJ203", filled)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE conversions SET direction = CAST(x'0aff' AS TEXT)",
        "UPDATE mappings SET journey_path = CAST(x'ff' AS TEXT), workflow_path = 'flows/0.json'",
        "UPDATE sqlite_master SET sql = CAST(x'ff' AS TEXT) WHERE name = 'losses'",
        "UPDATE sqlite_master SET sql = 'CREATE' || char(10) || CAST(x'ff' AS TEXT) WHERE name = 'losses'",
    ],
)
def test_a_text_that_is_not_utf8_is_damage(filled: Path, statement: str) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(statement)
    with pytest.raises(DatabaseCorruptError) as caught:
        use(filled)
    one_clear_line(caught.value, "FJ203", filled)


def test_a_version_below_one_is_damage(filled: Path) -> None:
    execute(filled, "PRAGMA user_version=-1")
    with pytest.raises(DatabaseCorruptError, match="version is -1"):
        open_store(filled)


@pytest.mark.parametrize("byte", range(0, 2000, 97))
def test_a_flipped_byte_is_never_a_traceback(filled: Path, byte: int) -> None:
    content = bytearray(filled.read_bytes())
    content[byte] ^= 0xFF
    filled.write_bytes(content)
    with suppress(StoreError):
        use(filled)


@unix
@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("what", ["file", "folder", "both"])
def test_what_cannot_be_written_can_still_be_read(shared: Path, what: str, journal: str) -> None:
    path = shared / "fjctl.db"
    with open_store(path) as store:
        store.record(conversion())
    execute(path, f"PRAGMA journal_mode={journal}")
    path.chmod(0o444 if what != "folder" else 0o666)
    shared.chmod(0o555 if what != "file" else 0o777)
    with without_rights(), open_store(path) as store:
        assert store.base("flows/0.json", "journeys/0.yaml") == base()
        assert len(store.history()) == 1
        with pytest.raises(DatabaseReadOnlyError) as caught:
            store.record(conversion(1))
        one_clear_line(caught.value, "FJ204", path)
        assert len(store.history()) == 1


@unix
def test_a_folder_that_cannot_be_written_has_no_database(shared: Path) -> None:
    shared.chmod(0o555)
    with without_rights(), pytest.raises(DatabaseReadOnlyError) as caught:
        open_store(shared / "fjctl.db")
    one_clear_line(caught.value, "FJ204", shared / "fjctl.db")


@unix
def test_a_database_that_cannot_be_read(shared: Path) -> None:
    path = shared / "fjctl.db"
    open_store(path).close()
    path.chmod(0)
    with without_rights(), pytest.raises(DatabaseReadOnlyError) as caught:
        open_store(path)
    one_clear_line(caught.value, "FJ204", path)


@unix
def test_a_folder_that_cannot_be_entered(shared: Path) -> None:
    shared.chmod(0o600)
    with without_rights(), pytest.raises(DatabaseReadOnlyError, match=r"[Pp]ermission denied"):
        open_store(shared / "fjctl.db")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseReadOnlyError, match="folder does not exist"):
        open_store(tmp_path / "no" / "fjctl.db")


@unix
@pytest.mark.parametrize("limit", [0, 40_000])
def test_a_full_disk(filled: Path, limit: int) -> None:
    """A file-size limit stands in for the disk; SQLite sees the same failing write."""
    code = f"""
import pathlib, resource
from fjctl.store import open_store
from fjctl.store.errors import DatabaseReadOnlyError
from tests.unit.store.samples import conversion
free = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, free[1]))
try:
    with open_store(pathlib.Path({str(filled)!r})) as store:
        for number in range(1000):
            store.record(conversion(number))
except DatabaseReadOnlyError as error:
    print(error.code, error.message)
resource.setrlimit(resource.RLIMIT_FSIZE, free)
"""
    done = run(sys.executable, "-c", code, folder=REPOSITORY)
    assert done.stderr == ""
    assert done.stdout.startswith("FJ204 the database cannot be written: ")
    with open_store(filled) as store:
        assert store.check() == []
        assert store.base("flows/0.json", "journeys/0.yaml") == base()


def test_waiting_to_become_the_only_one_ends(path: Path) -> None:
    """A new file whose lock somebody keeps, before there is a write-ahead log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusyError) as caught:
            open_store(path, timeout=0.05)
    one_clear_line(caught.value, "FJ205", path)


@pytest.mark.parametrize("name", ["a b.db", "100%25.db", "what?.db", "a#b.db", "ä\u4e2d.db", "&mode=ro.db"])
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with open_store(path) as store:
        assert store.record(conversion()) == 1
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store(Path("fjctl.db")).close()
    assert (tmp_path / "fjctl.db").is_file()


def test_a_rollback_journal_is_synchronised_fully() -> None:
    """Where no write-ahead log is possible, here in memory, NORMAL would not be safe."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connections._log_ahead(connection, 0.0)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_database_made_between_two_questions_is_no_strangers(path: Path) -> None:
    """Who opens it while another process fills it sees all of it or nothing, never an owner without a version."""
    asking, making = (sqlite3.connect(path, isolation_level=None, timeout=0.05) for _ in range(2))

    class Interrupted:
        """Lets the other connection make the database behind the first question."""

        first = True

        def execute(self, sql: str) -> sqlite3.Cursor:
            if "application_id" in sql and self.first:
                self.first = False
                ((owner,),) = asking.execute(sql).fetchall()
                with suppress(sqlite3.OperationalError):  # it has to wait until all is asked
                    connections._create(making, str(path))
                return asking.execute("SELECT ?", (owner,))
            return asking.execute(sql)

        def __getattr__(self, name: str) -> object:
            return getattr(asking, name)

    with closing(asking), closing(making):
        assert connections._version(cast("sqlite3.Connection", Interrupted()), str(path)) in {0, schema.VERSION}
        connections._create(making, str(path))
        assert connections._version(asking, str(path)) == schema.VERSION
