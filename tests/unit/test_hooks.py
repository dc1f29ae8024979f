"""The hooks for pre-commit, run by the real pre-commit on a real repository, and the workflow for GitHub."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support import EXAMPLES, REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

HOOKS: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def call(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    bin_folder = os.path.dirname(sys.executable)  # noqa: PTH120 - a text for PATH
    environment = {
        **os.environ,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(folder.parent / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "a@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=90)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with the example project, whose pre-commit runs our hooks with the fjctl that is installed here (as
    `language: system`; with `language: python` pre-commit would fetch the package first)."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    text = yaml.safe_dump([{**hook, "language": "system"} for hook in HOOKS])
    (hooks / ".pre-commit-hooks.yaml").write_text(text)
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLES / "support", folder, ignore=shutil.ignore_patterns("fjctl.db*"))
    for place in (hooks, folder):
        assert call(place, "git", "init", "-q", "-b", "main").returncode == 0
        call(place, "git", "add", ".")
        assert call(place, "git", "commit", "-qm", "first").returncode == 0
    revision = call(hooks, "git", "rev-parse", "HEAD").stdout.strip()
    ids = [{"id": hook["id"]} for hook in HOOKS]
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": ids}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (folder / "package.json").write_text('{"name": "something else"}\n')
    call(folder, "git", "add", ".")
    return folder


@pytest.mark.slow
def test_hooks_pass_on_the_example_and_stop_a_bad_commit(project: Path) -> None:
    done = call(project, sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == len(HOOKS)
    journey = project / "journeys/return-item.journey.yaml"
    journey.write_text(journey.read_text().replace("to: look_up_order, condition", "to: look_up_ordr, condition"))
    call(project, "git", "add", ".")
    done = call(project, sys.executable, "-m", "pre_commit", "run")
    assert done.returncode == 1
    assert "FJ142" in done.stdout
    assert "there is no state 'look_up_ordr'" in done.stdout


@pytest.mark.slow
def test_the_formatting_hook_changes_files_and_fails_as_such_hooks_do(project: Path) -> None:
    flow = project / "workflows/return-item.json"
    before = flow.read_text()
    flow.write_text(json.dumps(json.loads(before)))
    call(project, "git", "add", ".")
    done = call(project, sys.executable, "-m", "pre_commit", "run", "fjctl-fmt")
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert flow.read_text() == before


def test_every_hook_says_what_it_is() -> None:
    assert [hook["id"] for hook in HOOKS] == ["fjctl-check", "fjctl-fmt", "fjctl-convert"]
    for hook in HOOKS:
        assert hook["language"] == "python"
        assert hook["entry"].split()[0] == "fjctl"
        assert hook["description"].endswith(".")


def test_the_commands_of_the_github_workflow_run(tmp_path: Path) -> None:
    workflow = yaml.safe_load((EXAMPLES / "github" / "fjctl.yml").read_text(encoding="utf-8"))
    folder = tmp_path / "support"
    shutil.copytree(EXAMPLES / "support", folder, ignore=shutil.ignore_patterns("fjctl.db*"))
    commands = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    mine = [command for command in commands if command.startswith("fjctl ")]
    assert len(mine) == len(commands) - 1
    for command in mine:
        done = call(folder, *command.split())
        assert done.returncode == 0, command + done.stdout + done.stderr
    assert (folder / "fjctl.sarif").is_file()
