"""The verbs beside `convert`: what they print, what they exit with, that their JSON is as their schemas say."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from fjctl.outputs import OUTPUTS
from tests.support import EXAMPLES, REPOSITORY, run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

FLOW = "workflows/return-item.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example project in its own folder, with one conversion recorded."""
    folder = tmp_path / "support"
    shutil.copytree(EXAMPLES / "support", folder, ignore=shutil.ignore_patterns("fjctl.db*"))
    assert fjctl(folder, "convert", FLOW).returncode == 0
    return folder


def fjctl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("fjctl", *arguments, folder=folder)


LINES = {
    "check": ["check", "--format", "json"],
    "config": ["config"],
    "convert": ["convert", FLOW],
    "diff": ["diff", FLOW, "--format", "json"],
    "doctor": ["doctor"],
    "finding": ["check", "fjctl.toml", "--format", "jsonl"],
    "formats": ["formats"],
    "history": ["history"],
    "history-entry": ["history", "show", "1"],
    "init": ["init"],
    "roundtrip": ["roundtrip", FLOW, "none.json"],
    "rules": ["rule", "style"],
    "schemas": ["schema"],
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_json_is_as_its_schema_says(name: str, project: Path) -> None:
    text = (REPOSITORY / f"schemas/output-{name}.schema.json").read_text(encoding="utf-8")
    found: Any = json.loads(
        fjctl(project, *LINES[name], *([] if "--format" in LINES[name] else ["--json"]), "-v").stdout
    )
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    jsonschema.validate(found, json.loads(text))
    assert found["schema"] == f"fjctl/{name}/v1"


def test_roundtrip_shows_every_law_and_writes_nothing(project: Path) -> None:
    before = sorted(path for path in project.rglob("*"))
    done = fjctl(project, "roundtrip", FLOW)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{FLOW} (sim, 100.0% of its meaning is in the journey)\n  ✓ identity\n")
    assert "✗" not in done.stdout
    assert sorted(path for path in project.rglob("*")) == before
    assert fjctl(project, "roundtrip", "fjctl.toml").returncode == 2
    assert fjctl(project, "roundtrip", ".").stdout.splitlines()[0].startswith(FLOW)


def test_history_lists_and_shows(project: Path) -> None:
    shutil.copy(project / FLOW, project / "workflows/second.json")
    fjctl(project, "convert", "workflows/second.json")
    listed = fjctl(project, "history").stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == ["2", "1"]
    assert listed[0].split("\t")[2:6] == [
        "ok",
        "sim -> journey",
        "workflows/second.json",
        "journeys/second.journey.yaml",
    ]
    assert len(fjctl(project, "history", FLOW).stdout.splitlines()) == 1
    assert len(fjctl(project / "workflows", "history", "second.json").stdout.splitlines()) == 1
    assert len(fjctl(project, "history", "workflows").stdout.splitlines()) == 2
    assert "  lost: nothing" in fjctl(project, "history", "show", "1").stdout
    missing = fjctl(project, "history", "show", "99")
    assert (missing.returncode, "there is no conversion 99" in missing.stderr) == (2, True)
    (project / "fjctl.db").unlink()
    assert "FJ206 database-missing" in fjctl(project, "history").stderr


def test_schemas_are_listed_printed_and_written(project: Path) -> None:
    names = [line.split("\t")[0] for line in fjctl(project, "schema").stdout.splitlines()]
    assert {"journey", "config"} < set(names)
    printed = fjctl(project, "schema", "journey").stdout
    assert json.loads(printed)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert fjctl(project, "schema", "journey", "-o", "j.json").stderr == "j.json: written\n"
    assert (project / "j.json").read_text(encoding="utf-8") == printed
    assert fjctl(project, "schema", "journey", "-o", "j.json").stderr == "j.json: unchanged\n"


def test_init_makes_a_project_and_overwrites_nothing(tmp_path: Path) -> None:
    made = fjctl(tmp_path, "init", "new", "--pre-commit")
    assert (made.returncode, made.stdout.splitlines()[:2]) == (0, ["made new/", "made fjctl.toml"])
    folder = tmp_path / "new"
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert sorted(path.relative_to(folder).as_posix() for path in files) == [
        ".gitignore",
        ".pre-commit-config.yaml",
        "fjctl.toml",
        "schemas/journey.schema.json",
    ]
    again = fjctl(folder, "init", "--pre-commit")
    assert (again.returncode, again.stdout) == (0, "")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    shutil.copy(EXAMPLES / "support" / FLOW, folder / FLOW)
    assert fjctl(folder, "convert", "workflows").returncode == 0
    journey = (folder / "journeys/return-item.journey.yaml").read_text(encoding="utf-8")
    assert journey.startswith("# yaml-language-server: $schema=../schemas/journey.schema.json\n")


def test_init_adds_to_what_is_there(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log", encoding="utf-8")
    (tmp_path / ".pre-commit-config.yaml").write_text("repos:\n  - repo: local\n    hooks: []\n", encoding="utf-8")
    fjctl(tmp_path, "init")
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8").startswith("*.log\nfjctl.db\n")
    hooks = (tmp_path / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert hooks.startswith("repos:\n  - repo: local\n    hooks: []\n  - repo: local\n")
    assert "entry: fjctl convert --check" in hooks
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert fjctl(tmp_path, "init", "file").returncode == 2


def test_a_pre_commit_file_of_another_shape_is_left_alone(tmp_path: Path) -> None:
    text = "repos:\n  - repo: local\n    hooks: []\nfail_fast: true\n"
    (tmp_path / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    assert "add a hook yourself" in fjctl(tmp_path, "init").stderr
    assert (tmp_path / ".pre-commit-config.yaml").read_text(encoding="utf-8") == text


def test_config_says_where_each_setting_comes_from(project: Path) -> None:
    rows = [line.split("\t") for line in fjctl(project / "workflows", "config").stdout.splitlines()]
    found = {name: (value, origin) for name, value, origin in rows}
    assert found["root"] == (str(project.resolve()), "fjctl.toml")
    assert found["database"] == ('"fjctl.db"', "default")
    assert found["pairs"][1].startswith("fjctl.toml:")


def test_doctor_finds_what_is_wrong(project: Path) -> None:
    well = fjctl(project, "doctor")
    assert well.returncode == 0
    assert {line.split()[0] for line in well.stdout.splitlines()} == {"ok"}
    (project / "fjctl.toml").write_text("pears = 1\n", encoding="utf-8")
    (project / "fjctl.db").write_bytes(b"no database at all, whatever it is called" * 30)
    ill = fjctl(project, "doctor", "-q")
    assert ill.returncode == 1
    assert "fail  config: " in ill.stdout
    assert "did you mean 'pairs'?" in ill.stdout
    assert "fail  database: FJ202" in ill.stdout


def test_doctor_removes_leftovers_only_when_asked(project: Path) -> None:
    left = project / "workflows/.x.json.fjctl-4194304-0.tmp"  # no process has so high a number
    running = project / f".y.json.fjctl-{os.getpid()}-0.tmp"
    for path in (left, running):
        path.touch()
    told = fjctl(project, "doctor", "-q")
    assert (told.returncode, left.exists()) == (0, True)
    assert told.stdout.splitlines() == [
        f"warn  temporary files: 1 file left by fjctl processes that were killed, such as workflows/{left.name}",
        "      help: to remove them: fjctl doctor --fix",
    ]
    assert "ok    temporary files: removed 1 file\n" in fjctl(project, "doctor", "--fix").stdout
    assert (left.exists(), running.exists()) == (False, True)
    assert "ok    temporary files: none\n" in fjctl(project, "doctor", "--fix").stdout


def test_doctor_misses_no_database_where_none_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "fjctl.toml").write_text("history = false\n", encoding="utf-8")
    assert "ok    database: none; the settings say history = false\n" in fjctl(tmp_path, "doctor").stdout
