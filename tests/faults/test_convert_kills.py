"""`fjctl convert` killed at random moments: no file torn or lost, the database whole, and the next run finishes."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

import fjctl
from fjctl.store import content_hash
from tests.support import EXAMPLES, REPOSITORY, environment, run

if TYPE_CHECKING:
    from pathlib import Path

FILES = 12
WORKFLOW = EXAMPLES / "support/workflows/return-item.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a dozen workflows."""
    (tmp_path / "fjctl.toml").write_text('[[pairs]]\nworkflow = "w/*.json"\njourney = "j/*.journey.yaml"\n')
    (tmp_path / "w").mkdir()
    (tmp_path / "j").mkdir()
    for number in range(FILES):
        (tmp_path / "w" / f"flow{number}.json").write_bytes(edited(number, 0))
    return tmp_path


def edited(number: int, turn: int) -> bytes:
    """A workflow that says in which turn it was edited."""
    return WORKFLOW.read_bytes().replace(b"two friendly sentences", f"flow {number}, turn {turn}".encode())


def expected(number: int, turns: range) -> set[str]:
    return {f"flow {number}, turn {turn}" for turn in turns}


def kill_once(folder: Path, moment: float) -> None:
    process = subprocess.Popen(
        ["fjctl", "convert", "w"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(moment)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def assert_whole(folder: Path, turn: int) -> None:
    """Every journey reads, says one of the turns so far, and is the whole of it."""
    for path in sorted((folder / "j").glob("*.journey.yaml")):
        document = fjctl.read(path)
        assert document.ok, [item.line() for item in document.located()]
        number = int(path.name.removeprefix("flow").partition(".")[0])
        text = document.source.text
        assert any(words in text for words in expected(number, range(turn + 1))), path
        assert text.endswith("\n")
        assert "notes.limits:" in text


def assert_database(folder: Path) -> int:
    """The database opens and is sound; gives the number of conversions in it."""
    database = folder / "fjctl.db"
    if not database.exists() or database.stat().st_size == 0:
        return 0
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'conversions'").fetchone():
            return 0
        (count,) = connection.execute("SELECT count(*) FROM conversions").fetchone()
    finally:
        connection.close()
    return int(count)


def kills(folder: Path, times: int, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    start = time.perf_counter()
    assert run("fjctl", "convert", "w", folder=folder).returncode == 0
    whole = time.perf_counter() - start
    known = assert_database(folder)
    assert known == FILES
    for turn in range(1, times + 1):
        for number in range(FILES):
            (folder / "w" / f"flow{number}.json").write_bytes(edited(number, turn))
        kill_once(folder, rng.uniform(0.0, whole * 1.2))
        assert_whole(folder, turn)
        count = assert_database(folder)
        assert count >= known, "a committed conversion is gone"
        known = count
    assert run("fjctl", "convert", "w", folder=folder).returncode == 0
    assert_finished(folder, times)


def assert_finished(folder: Path, turn: int) -> None:
    """The next run brings everything to the last turn, leaves nothing behind, and the database knows the bytes."""
    connection = sqlite3.connect(folder / "fjctl.db")
    hashes = {row[0] for row in connection.execute("SELECT hash FROM conversion_files WHERE role = 'output'")}
    connection.close()
    for number in range(FILES):
        path = folder / "j" / f"flow{number}.journey.yaml"
        assert f"flow {number}, turn {turn}" in path.read_text(encoding="utf-8")
        assert content_hash(path.read_bytes()) in hashes
    assert [path.name for path in (folder / "j").iterdir() if path.name.endswith(".tmp")] == []


@pytest.mark.slow
def test_a_conversion_killed_at_any_moment_tears_and_loses_nothing(project: Path) -> None:
    kills(project, 20, seed=1)


@pytest.mark.full
def test_two_hundred_kills(project: Path) -> None:
    kills(project, 200, seed=2)


def test_the_example_says_what_the_edits_replace() -> None:
    assert edited(1, 2) != WORKFLOW.read_bytes()
    assert REPOSITORY.is_dir()
