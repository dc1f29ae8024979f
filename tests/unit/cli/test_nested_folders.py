"""A project whose workflows stand in folders of folders."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.support import EXAMPLES, run

if TYPE_CHECKING:
    from pathlib import Path

FLOW = EXAMPLES / "support/workflows/return-item.json"


def project(folder: Path) -> Path:
    assert run("fjctl", "init", folder=folder).returncode == 0
    (folder / "workflows/shop/returns").mkdir(parents=True)
    shutil.copy(FLOW, folder / "workflows/shop/returns/item.json")
    return folder


def test_the_journeys_folders_are_made(tmp_path: Path) -> None:
    folder = project(tmp_path)
    looked = run("fjctl", "convert", "workflows", "--check", folder=folder)
    assert looked.returncode == 1
    assert not (folder / "journeys/shop").exists()
    done = run("fjctl", "convert", "workflows", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "journeys/shop/returns/item.journey.yaml").is_file()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "journeys/shop").write_text("a file", encoding="utf-8")
    done = run("fjctl", "convert", "workflows", folder=folder)
    assert done.returncode == 2
    assert "FJ007" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_format_is_said_once(tmp_path: Path) -> None:
    folder = project(tmp_path)
    shutil.copy(FLOW, folder / "workflows/second.json")
    done = run("fjctl", "convert", "workflows", "--to", "jurney", folder=folder)
    assert done.returncode == 2
    assert done.stderr.count("unknown format") == 1
    assert "did you mean 'journey'?" in done.stderr
