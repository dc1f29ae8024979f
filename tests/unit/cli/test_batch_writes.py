"""A batch whose files are on their way to the disk side by side: as if they were written one after the other."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

import fjctl
from fjctl.cli import converting
from fjctl.cli.door import run as door
from fjctl.errors import ExitCode
from tests.support_documents import block, sim

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 60


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "fjctl.toml").write_text("")
    (tmp_path / "w").mkdir()
    for number in range(COUNT):
        document = sim([block("s", "starter", "Start"), block("a", "agent", f"Agent {number}", {"systemPrompt": "Hi"})])
        (tmp_path / "w" / f"f{number:02}.json").write_text(document.source.text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recorded(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "fjctl.db")
    try:
        rows = connection.execute("SELECT path FROM conversion_files WHERE role = 'output' ORDER BY conversion_id")
        return [row[0] for row in rows]
    finally:
        connection.close()


def test_lines_and_records_keep_the_order_of_the_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert door(["convert", "w"]) == 0
    names = [f"w/f{number:02}" for number in range(COUNT)]
    lines = capsys.readouterr().out.splitlines()
    assert lines[:COUNT] == [f"{name}.json -> {name}.journey.yaml: written" for name in names]
    assert recorded(folder) == [f"{name}.journey.yaml" for name in names]


def test_a_file_written_by_the_same_batch_is_read_as_written(folder: Path) -> None:
    """The journey of the first workflow is the second source: it must be the new one that is converted."""
    workflow = folder / "w" / "f00.json"
    assert door(["convert", "w/f00.json"]) == 0
    workflow.write_text(workflow.read_text().replace("Hi", "Hello"))
    journey = folder / "w" / "f00.journey.yaml"
    assert door(["convert", "--force", "w/f00.json", "w/f00.journey.yaml", "w/f01.json"]) == 0
    assert "Hello" in journey.read_text()
    assert "Hello" in workflow.read_text()


def test_a_file_that_cannot_be_written_stops_no_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "w" / "f03.journey.yaml").symlink_to(folder / "none" / "x.yaml")
    assert door(["convert", "w"]) == ExitCode.UNUSABLE
    told = capsys.readouterr()
    assert "none/x.yaml: FJ007" in told.err
    assert told.out.count(": written") == COUNT - 1
    assert len(list((folder / "w").glob("*.journey.yaml"))) == COUNT
    assert len(recorded(folder)) == COUNT - 1


def test_what_was_done_before_an_interruption_is_recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    convert, done = fjctl.convert_file, iter(range(COUNT))

    def interrupted(*arguments: object, **named: object) -> object:
        if next(done) == 30:
            raise KeyboardInterrupt
        return convert(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(converting, "convert_file", interrupted)
    assert door(["convert", "w"]) == ExitCode.INTERRUPTED
    written = sorted(path.relative_to(folder).as_posix() for path in (folder / "w").glob("*.yaml"))
    assert len(written) == 30
    assert recorded(folder) == written


def test_a_script_settles_what_it_hands_to_a_writer(folder: Path) -> None:
    from fjctl.project.parallel import GuardedWriter

    options = fjctl.Options(root=folder)
    with GuardedWriter() as writer:
        results = [fjctl.convert_file(path, options, writer=writer) for path in sorted((folder / "w").glob("*.json"))]
        writer.flush()
        for result in results:
            assert fjctl.settle(result, options).status is fjctl.Status.WRITTEN
    assert all(result.record is not None and len(result.record.files) == 2 for result in results)
    assert json.loads((folder / "w" / "f00.json").read_text())
