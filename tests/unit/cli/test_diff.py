"""`fjctl diff` on files, flows, revisions and pairs."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import EXAMPLES, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "support"
    shutil.copytree(EXAMPLES / "support", folder)
    return folder


FLOW, JOURNEY = "workflows/return-item.json", "journeys/return-item.journey.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_layout_is_no_difference_unless_asked_for(project: Path) -> None:
    other = project / "moved.json"
    value = json.loads((project / FLOW).read_bytes())
    blocks = value["state"]["blocks"]
    first = next(iter(blocks.values()))
    first["position"]["x"] += 500
    other.write_text(json.dumps(value), encoding="utf-8")
    done = run("fjctl", "diff", FLOW, "moved.json", folder=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "the same meaning\n")
    asked = run("fjctl", "diff", FLOW, "moved.json", "--layout", folder=project)
    assert asked.stdout == f"· {first['name']} moved\n"


def test_a_workflow_and_its_pair_are_the_same(project: Path) -> None:
    done = run("fjctl", "diff", FLOW, "--check", folder=project)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    back = run("fjctl", "diff", JOURNEY, "--check", folder=project)
    assert (back.returncode, back.stdout) == (0, ""), back.stderr


def test_an_edit_of_one_side_is_told_in_its_place(project: Path) -> None:
    edit(project / JOURNEY, "https://shop.example/refunds", "https://shop.example/payments")
    done = run("fjctl", "diff", FLOW, JOURNEY, "--check", folder=project)
    assert done.returncode == 1
    assert done.stdout == (
        "~ tool create_refund\n    request.url: https://shop.example/refunds → https://shop.example/payments\n"
    )
    asked = run("fjctl", "diff", FLOW, JOURNEY, "--format", "json", folder=project)
    found = json.loads(asked.stdout)
    assert found["schema"] == "fjctl/diff/v1"
    assert [(c["kind"], c["what"], c["name"], c["path"]) for c in found["changes"]] == [
        ("changed", "tool", "create_refund", "request.url")
    ]


def test_a_revision_is_compared_with_the_file(project: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words],
            cwd=project,
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    edit(project / JOURNEY, "Offer a human colleague", "Offer help")
    done = run("fjctl", "diff", f"HEAD:{JOURNEY}", folder=project)
    assert done.returncode == 0, done.stderr
    assert "guidelines" in done.stdout
    missing = run("fjctl", "diff", "HEAD:no.json", folder=project)
    assert missing.returncode == 2
    assert "git has no such version" in missing.stderr
    option = run("fjctl", "diff", "--", "-x:no.json", folder=project)
    assert option.returncode == 2
    assert "Traceback" not in option.stderr


def test_mermaid_colours_what_changed(project: Path) -> None:
    other = project / "other.journey.yaml"
    shutil.copy(project / JOURNEY, other)
    edit(other, "\n  apologise:\n", "\n  wait:\n    say: x\n  apologise:\n")
    done = run("fjctl", "diff", JOURNEY, "other.journey.yaml", "--format", "mermaid", folder=project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("flowchart TD\n")
    assert '["wait"]:::added' in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no.json"], "no such file"),
        ([JOURNEY, FLOW, "--format", "xml"], "forms: text, json, mermaid"),
        (["fjctl.toml", FLOW], "help:"),
    ],
)
def test_mistakes_are_told(project: Path, words: list[str], said: str) -> None:
    done = run("fjctl", "diff", *words, folder=project)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_pair_there_is_nothing_to_compare_with(project: Path) -> None:
    (project / JOURNEY).unlink()
    done = run("fjctl", "diff", FLOW, folder=project)
    assert done.returncode == 2
    assert "name a second file" in done.stderr
