"""`fjctl convert`, as a person or a script uses it."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.support import EXAMPLES, REPOSITORY, run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

FLOW = "workflows/return-item.json"
JOURNEY = "journeys/return-item.journey.yaml"
CHAT = """journey: chat
version: 1
start: hello
guidelines: [{condition: The customer is upset, action: Offer a colleague}]
states:
  hello: {chat: Say hello, next: bye}
  bye: {end: true}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The example project in its own folder."""
    shutil.copytree(EXAMPLES / "support", tmp_path / "support", ignore=shutil.ignore_patterns("fjctl.db*"))
    return tmp_path / "support"


def fjctl(folder: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return run("fjctl", *arguments, folder=folder, text=text)


def rows(project: Path) -> list[dict[str, object]]:
    done = fjctl(project, "history", "--json")
    return list(json.loads(done.stdout)["conversions"]) if done.returncode == 0 else []


def test_a_new_journey_is_written_and_a_second_run_leaves_it(project: Path) -> None:
    (project / JOURNEY).unlink()
    first = fjctl(project, "convert", FLOW)
    assert (first.returncode, first.stdout, first.stderr) == (0, f"{FLOW} -> {JOURNEY}: written\n", "")
    state = (project / JOURNEY).stat()
    second = fjctl(project, "convert", FLOW)
    assert (second.returncode, second.stdout) == (0, f"{FLOW} -> {JOURNEY}: unchanged\n")
    assert (project / JOURNEY).stat().st_mtime_ns == state.st_mtime_ns
    assert [row["status"] for row in rows(project)] == ["unchanged", "ok"]


def test_from_another_folder_places_are_as_seen_from_there(project: Path) -> None:
    (project / JOURNEY).unlink()
    done = fjctl(project / "workflows", "convert", "return-item.json")
    assert done.stdout == f"return-item.json -> ../{JOURNEY}: written\n"
    assert (project / "fjctl.db").exists()


def test_an_edit_of_the_journey_comes_back(project: Path) -> None:
    fjctl(project, "convert", FLOW)
    path = project / JOURNEY
    before = (project / FLOW).read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    prompt = json.loads(fjctl(project, "convert", JOURNEY, "--to", "journey", "-o", "x.journey.json", "--json").stdout)
    assert prompt["files"][0]["status"] == "written"
    states = json.loads((project / "x.journey.json").read_text(encoding="utf-8"))["states"]
    said = next(state["say"] for state in states.values() if "say" in state)
    path.write_text(text.replace(said, said + " Really."), encoding="utf-8")
    done = fjctl(project, "convert", JOURNEY)
    assert done.stdout == f"{JOURNEY} -> {FLOW}: written\n"
    after = (project / FLOW).read_text(encoding="utf-8")
    assert after.replace(" Really.", "") == before != after


def test_edits_that_only_the_target_has_are_not_overwritten(project: Path) -> None:
    fjctl(project, "convert", FLOW)
    path = project / JOURNEY
    edited = path.read_text(encoding="utf-8").replace("title: ", "title: My ", 1)
    path.write_text(edited, encoding="utf-8")
    done = fjctl(project, "convert", FLOW)
    assert done.returncode == 1
    assert "FJ005 refused: the target has edits" in done.stderr
    assert path.read_text(encoding="utf-8") == edited
    assert fjctl(project, "convert", FLOW, "--force").returncode == 0


@pytest.mark.parametrize(("option", "code"), [("--check", 1), ("--diff", 1), ("--dry-run", 0)])
def test_asking_writes_nothing(option: str, code: int, project: Path) -> None:
    (project / JOURNEY).unlink()
    done = fjctl(project, "convert", FLOW, option)
    assert done.returncode == code
    assert not (project / JOURNEY).exists()
    assert not (project / "fjctl.db").exists()
    if option == "--diff":
        assert done.stdout.startswith(f"--- {os.devnull}\n+++ {JOURNEY}\n@@ -0,0 +1,")
    else:
        assert done.stdout == f"{FLOW} -> {JOURNEY}: would be written\n"
    fjctl(project, "convert", FLOW)
    assert fjctl(project, "convert", FLOW, option).returncode == 0


def test_a_bad_file_does_not_stop_the_others(project: Path) -> None:
    (project / "workflows/bad.json").write_text('{"blocks": ', encoding="utf-8")
    (project / JOURNEY).unlink()
    done = fjctl(project, "convert", "workflows/bad.json", "workflows/none.json", FLOW)
    assert done.returncode == 2
    assert done.stdout == f"{FLOW} -> {JOURNEY}: written\n1 written, 2 failed\n"
    assert done.stderr.startswith("workflows/none.json: FJ003 unreadable-input: no such file\n")
    assert "workflows/bad.json:1:" in done.stderr


def test_a_folder_stands_for_its_workflows_and_passes_over_other_files(project: Path) -> None:
    (project / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    done = fjctl(project, "convert", ".", "-v")
    assert (done.returncode, done.stderr) == (0, "package.json: skipped, in no format fjctl knows\n")
    assert done.stdout.splitlines()[-1] == "1 unchanged, 1 skipped"
    assert "FJ309" in fjctl(project, "convert", "package.json").stderr
    for name in ("empty", "other"):
        (project / name).mkdir()
    (project / "other/package.json").write_text("{}", encoding="utf-8")
    for name in ("empty", "other", "*.none"):
        assert fjctl(project, "convert", name).returncode == 2


def test_several_sources_go_into_a_folder(project: Path) -> None:
    shutil.copy(project / FLOW, project / "workflows/second.json")
    done = fjctl(project, "convert", "workflows", "-o", "out")
    assert done.stdout.splitlines()[-1] == "2 written"
    assert sorted(path.name for path in (project / "out").iterdir()) == [
        "return-item.journey.yaml",
        "second.journey.yaml",
    ]
    assert "cannot go into one file" in fjctl(project, "convert", "workflows", "-o", "fjctl.toml").stderr
    (project / "more").mkdir()
    shutil.copy(project / FLOW, project / "more/second.json")
    twice = fjctl(project, "convert", "workflows/second.json", "more/second.json", "-o", "out")
    assert (twice.returncode, "several sources are called second.json" in twice.stderr) == (2, True)


def test_asking_about_an_output_folder_does_not_make_it(project: Path) -> None:
    shutil.copy(project / FLOW, project / "workflows/second.json")
    assert fjctl(project, "convert", "workflows", "-o", "out", "--check").returncode == 1
    assert not (project / "out").exists()


def test_streams(project: Path) -> None:
    text = (project / FLOW).read_text(encoding="utf-8")
    piped = fjctl(project, "convert", "-", text=text)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert piped.stdout.startswith("journey: ")
    assert fjctl(project, "convert", FLOW, "-o", "-").stdout.splitlines()[1:3] == piped.stdout.splitlines()[1:3]
    assert fjctl(project, "convert", "-", "--to", "sim", text=piped.stdout).stdout.startswith("{")
    bad = fjctl(project, "convert", "-", "--stdin-filename", "x.json", text="{")
    assert (bad.returncode, bad.stdout, bad.stderr.startswith("x.json:1:")) == (2, "", True)
    assert not (project / "fjctl.db").exists()


def test_json_is_as_its_schema_says_whatever_the_terminal(project: Path) -> None:
    (project / "workflows/bad.json").write_text("{", encoding="utf-8")
    schema = json.loads((REPOSITORY / "schemas/output-convert.schema.json").read_text(encoding="utf-8"))
    outputs = [
        fjctl(project, "convert", "workflows", "x.json", "--json", *more).stdout for more in ((), ("-v",), ("-q",))
    ]
    assert outputs[0] == outputs[1] == outputs[2]
    found = json.loads(outputs[0])
    jsonschema.validate(found, schema)
    assert found["summary"] == {"failed": 2, "unchanged": 1}


def test_the_report_accounts_for_every_field(project: Path) -> None:
    done = fjctl(project, "convert", FLOW, "--report")
    assert " fields (100.0% of those with a meaning)\n  stays in the workflow: " in done.stdout
    assert "  lost: nothing" in done.stdout


def test_what_is_lost_has_a_place_and_strict_refuses_it(project: Path) -> None:
    text = (project / FLOW).read_text(encoding="utf-8")
    lossy = project / "lossy.json"
    lossy.write_text(text.replace('"enabled": true', '"mystery": 1,\n      "enabled": true', 1), encoding="utf-8")
    strict = fjctl(project, "convert", lossy.name, "--strict")
    assert strict.returncode == 1
    assert "lossy.json: FJ005 refused: 1 field would be lost" in strict.stderr
    assert not (project / "lossy.journey.yaml").exists()
    done = fjctl(project, "convert", lossy.name, "--report")
    assert done.stdout.startswith("lossy.json -> lossy.journey.yaml: written, 1 field lost\n")
    line = lossy.read_text(encoding="utf-8").split("mystery")[0].count("\n") + 1
    assert f"\n    lossy.json:{line}:" in done.stdout
    assert "mystery: the journey has no place for it" in done.stdout


def test_what_stays_in_the_journey_by_design_is_no_loss(project: Path) -> None:
    (project / "chat.journey.yaml").write_text(CHAT, encoding="utf-8")
    done = fjctl(project, "convert", "chat.journey.yaml", "--to", "sim", "-o", "chat.json", "--report", "--strict")
    assert done.returncode == 0
    assert "  stays in the journey:\n    chat.journey.yaml:4:13: guidelines: " in done.stdout


def test_a_memory_that_cannot_be_used_is_one_warning(project: Path) -> None:
    (project / JOURNEY).unlink()
    (project / "fjctl.db").write_text("not a database, but longer than a header" * 9, encoding="utf-8")
    done = fjctl(project, "convert", FLOW)
    assert (done.returncode, done.stdout) == (0, f"{FLOW} -> {JOURNEY}: written\n")
    assert len(done.stderr.splitlines()) == 1
    assert "FJ202 not-a-fjctl-database" in done.stderr
    again = fjctl(project, "convert", FLOW, "--no-history")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_project_may_do_without_history(project: Path) -> None:
    config = project / "fjctl.toml"
    config.write_text("history = false\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
    (project / JOURNEY).unlink()
    done = fjctl(project, "convert", FLOW)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{FLOW} -> {JOURNEY}: written\n", "")
    assert list(project.glob("fjctl.db*")) == []
    (project / "fjctl.db").write_text("not a database", encoding="utf-8")
    assert fjctl(project, "convert", FLOW).stderr == ""


def test_many_files_are_all_recorded(project: Path) -> None:
    for number in range(205):
        shutil.copy(project / FLOW, project / f"workflows/copy-{number}.json")
    done = fjctl(project, "convert", "workflows", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    shown = json.loads(fjctl(project, "history", "--json", "--limit", "1000").stdout)
    assert len(shown["conversions"]) == 206
