"""`fjctl git`, with the real git: drivers are installed, and git shows and merges with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fjctl.errors import UsageError
from fjctl.project import git as driver
from fjctl.project.config import load_settings
from tests.support import run

JOURNEY = """\
# What we say
journey: greet
version: 1
states:
  hello: {say: Hello, next: ask}

  ask:
    chat: Ask for the number   # on the receipt
    next: bye

  bye:
    end: Say goodbye
"""
FLOW = Path(__file__).parents[3] / "examples/support/workflows/return-item.json"


def git(folder: Path, *arguments: str, code: int = 0) -> str:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": str(folder / "global.config"),
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "a@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "fjctl.toml").write_text('[[pairs]]\nworkflow = "flows/*.json"\njourney = "journeys/*.journey.yaml"\n')
    (tmp_path / "flows").mkdir()
    shutil.copy(FLOW, tmp_path / "flows/return.json")
    (tmp_path / "greet.journey.yaml").write_text(JOURNEY)
    assert run("fjctl", "git", "install", folder=tmp_path).returncode == 0
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


def on_branch(folder: Path, name: str, path: str, *edits: tuple[str, str]) -> None:
    git(folder, "checkout", "-q", "-b", name, "main")
    for old, new in edits:
        edit(folder / path, old, new)
    git(folder, "commit", "-qam", name)


def test_install_is_idempotent_and_can_be_taken_back(repository: Path) -> None:
    attributes = repository / ".gitattributes"
    assert attributes.read_text().splitlines() == [
        "*.journey.yaml diff=fjctl merge=fjctl",
        "*.journey.json diff=fjctl merge=fjctl",
        "flows/*.json diff=fjctl merge=fjctl",
    ]
    again = run("fjctl", "git", "install", folder=repository)
    assert (again.returncode, again.stdout) == (0, "")
    assert "nothing to do" in again.stderr
    attributes.write_text("*.png binary\n" + attributes.read_text())
    gone = run("fjctl", "git", "uninstall", folder=repository)
    assert gone.returncode == 0
    assert attributes.read_text() == "*.png binary\n"
    assert "fjctl" not in (repository / ".git/config").read_text()
    assert "nothing to do" in run("fjctl", "git", "uninstall", folder=repository).stderr


def test_git_diff_tells_the_meaning(repository: Path) -> None:
    flow = repository / "flows/return.json"
    value = json.loads(flow.read_text())
    moved = _first_block(value)
    moved["position"]["x"] += 400
    flow.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    shown = git(repository, "diff", "flows")
    assert "moved" in shown
    assert "position" not in shown
    flow.write_text(flow.read_text().replace('"gpt-4o-mini"', '"gpt-5"'))
    shown = git(repository, "diff", "flows")
    assert "gpt-5" in shown
    assert "model" in shown


def _first_block(value: Any) -> Any:
    if isinstance(value, dict):
        if "position" in value and "type" in value:
            return value
        return next((found for item in value.values() if (found := _first_block(item))), None)
    return next((found for item in value if (found := _first_block(item))), None) if isinstance(value, list) else None


def test_git_show_uses_the_textconv(repository: Path) -> None:
    flow = repository / "flows/return.json"
    flow.write_text(flow.read_text().replace('"gpt-4o-mini"', '"gpt-5"'))
    git(repository, "commit", "-qam", "another model")
    shown = git(repository, "show")
    assert "+    agent: {model: gpt-5}" in shown
    assert "subBlocks" not in shown


def test_new_removed_and_broken_files_are_shown_by_lines(repository: Path) -> None:
    (repository / "new.journey.yaml").write_text(JOURNEY)
    (repository / "greet.journey.yaml").write_text("journey: [")
    git(repository, "add", ".")
    shown = git(repository, "diff", "--cached")
    assert "+journey: greet" in shown
    assert "+journey: [" in shown


def test_git_merges_both_edits_and_their_comments(repository: Path) -> None:
    path = "greet.journey.yaml"
    on_branch(repository, "ours", path, ("say: Hello", "say: Good morning"))
    on_branch(repository, "theirs", path, ("    next: bye\n", "    next: bye\n    # they know\n    labels: [number]\n"))
    git(repository, "checkout", "-q", "ours")
    git(repository, "merge", "-q", "theirs")
    expected = JOURNEY.replace("say: Hello", "say: Good morning")
    expected = expected.replace("    next: bye\n", "    next: bye\n    # they know\n    labels: [number]\n")
    assert (repository / path).read_text() == expected


def test_git_merges_what_lines_cannot(repository: Path) -> None:
    path = "greet.journey.yaml"
    on_branch(repository, "ours", path, ("{say: Hello, next: ask}", "{say: Good morning, next: ask}"))
    on_branch(repository, "theirs", path, ("{say: Hello, next: ask}", "{say: Hello, labels: [first], next: ask}"))
    git(repository, "checkout", "-q", "ours")
    git(repository, "merge", "-q", "theirs")
    assert "  hello: {say: Good morning, labels: [first], next: ask}\n" in (repository / path).read_text()


def test_a_block_moved_on_both_sides_is_no_conflict(repository: Path) -> None:
    flow = repository / "flows/return.json"
    for name, step, model in (("ours", 100, "gpt-4o-mini"), ("theirs", 200, "gpt-5")):
        git(repository, "checkout", "-q", "-b", name, "main")
        value = json.loads(flow.read_text())
        _first_block(value)["position"]["x"] += step
        flow.write_text(json.dumps(value, indent=2, ensure_ascii=False).replace("gpt-4o-mini", model) + "\n")
        git(repository, "commit", "-qam", name)
    git(repository, "checkout", "-q", "ours")
    mine = _first_block(json.loads(flow.read_text()))["position"]
    git(repository, "merge", "-q", "theirs")
    assert "gpt-5" in flow.read_text()
    assert _first_block(json.loads(flow.read_text()))["position"] == mine


def test_a_conflict_has_markers_around_it_alone(repository: Path) -> None:
    path = "greet.journey.yaml"
    on_branch(repository, "ours", path, ("Say goodbye", "Say farewell"), ("say: Hello", "say: Hi"))
    on_branch(repository, "theirs", path, ("Say goodbye", "Say see you"), ("# on the receipt", "# on the invoice"))
    git(repository, "checkout", "-q", "ours")
    said = git(repository, "merge", "theirs", code=1)
    assert "both sides changed states.bye.end" in said
    text = (repository / path).read_text()
    assert text.count("<<<<<<<") == 1
    assert "<<<<<<< ours (greet.journey.yaml)\n    end: Say farewell\n" in text
    assert "=======\n    end: Say see you\n>>>>>>> theirs\n" in text
    assert "say: Hi" in text


def test_files_that_cannot_be_read_are_merged_by_lines(repository: Path) -> None:
    path = "greet.journey.yaml"
    (repository / path).write_text("journey: [\na\nb\nc\nd\ne\n")
    git(repository, "commit", "-qam", "broken")
    on_branch(repository, "ours", path, ("\na\n", "\nA\n"))
    on_branch(repository, "theirs", path, ("\ne\n", "\nE\n"))
    git(repository, "checkout", "-q", "ours")
    git(repository, "merge", "-q", "theirs")
    assert (repository / path).read_text() == "journey: [\nA\nb\nc\nd\nE\n"


def test_textconv_of_several_flows_names_each(tmp_path: Path) -> None:
    flow = {"nodes": [{"id": "a", "type": "start", "position": {"x": 0, "y": 0}, "data": {}}], "edges": []}
    data = json.dumps({"flows": [{"name": "one", "data": flow}, {"name": "two", "data": flow}]}).encode()
    text = driver.readable("all.json", data)
    assert isinstance(text, str)
    assert driver.readable("notes.json", b"{ broken") == "{ broken"
    del tmp_path


def test_mistakes_have_one_line(tmp_path: Path) -> None:
    for arguments, said in (
        (("git", "instal"), "there is no action 'instal'"),
        (("git", "install", "x"), "takes no files"),
        (("git", "merge", "x"), "takes 4 arguments"),
        (("git", "install"), "this is no git repository"),
    ):
        done = run("fjctl", *arguments, folder=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) <= 2


def test_git_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Exception, match="git is not installed"):
        driver.top_of(tmp_path)
    monkeypatch.undo()
    with pytest.raises(UsageError):
        driver.install(load_settings(tmp_path), everywhere=False)
