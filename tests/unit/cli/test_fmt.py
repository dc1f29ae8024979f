"""`fjctl fmt`, as a person uses it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support import EXAMPLES, run

if TYPE_CHECKING:
    from pathlib import Path

FLOW = "workflows/return-item.json"
JOURNEY = "journeys/return-item.journey.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "support"
    shutil.copytree(EXAMPLES / "support", folder, ignore=shutil.ignore_patterns("fjctl.db*"))
    assert run("fjctl", "fmt", folder=folder).returncode == 0
    return folder


def noisy(path: Path) -> None:
    """One line, as a program writes it, and a key that an editor leaves."""
    value = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(value), encoding="utf-8")


def test_twice_is_once(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*.*")}
    done = run("fjctl", "fmt", folder=project)
    assert done.returncode == 0
    assert "0 files formatted" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*.*")} == before


def test_check_and_diff_write_nothing(project: Path) -> None:
    noisy(project / FLOW)
    before = (project / FLOW).read_bytes()
    done = run("fjctl", "fmt", "--check", folder=project)
    assert done.returncode == 1
    assert f"{FLOW}: would be formatted" in done.stderr
    done = run("fjctl", "fmt", "--diff", FLOW, folder=project)
    assert done.returncode == 1
    assert done.stdout.startswith(f"--- {FLOW}\n+++ {FLOW}\n")
    assert (project / FLOW).read_bytes() == before
    assert run("fjctl", "fmt", "workflows", folder=project).returncode == 0
    assert (project / FLOW).read_bytes() != before


def test_the_pair_stays_in_step(project: Path) -> None:
    run("fjctl", "convert", FLOW, folder=project)
    text = (project / JOURNEY).read_text(encoding="utf-8")
    head, _, rest = text.partition("\nstart:")
    (project / JOURNEY).write_text(head + "\n# our start\nstart:" + rest, encoding="utf-8")
    noisy(project / FLOW)
    assert run("fjctl", "fmt", folder=project).returncode == 0
    assert "\n# our start\nstart:" in (project / JOURNEY).read_text(encoding="utf-8")
    assert run("fjctl", "convert", FLOW, "--check", folder=project).returncode == 0


def test_stdin_goes_to_stdout(project: Path) -> None:
    text = (project / FLOW).read_text(encoding="utf-8")
    flat = json.dumps(json.loads(text))
    done = run("fjctl", "fmt", "-", "--stdin-filename", "a.json", folder=project, text=flat)
    assert (done.returncode, done.stdout) == (0, text)
    done = run("fjctl", "fmt", "-", "--stdin-filename", "a.json", folder=project, text="{")
    assert (done.returncode, done.stdout) == (2, "{")
    assert "a.json:1:2" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.json"], "none.json"),
        (["fjctl.toml"], "fjctl.toml"),
        (["-", FLOW], "stdin is formatted alone"),
        (["empty"], "no file named"),
    ],
)
def test_mistakes_are_told(project: Path, words: list[str], said: str) -> None:
    (project / "empty").mkdir()
    done = run("fjctl", "fmt", *words, folder=project)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_file_does_not_keep_the_others_from_being_formatted(project: Path) -> None:
    noisy(project / FLOW)
    (project / "workflows/bad.json").write_text("{", encoding="utf-8")
    done = run("fjctl", "fmt", folder=project)
    assert done.returncode == 2
    assert "workflows/bad.json:1:2" in done.stderr
    assert f"{FLOW}: formatted" in done.stderr
