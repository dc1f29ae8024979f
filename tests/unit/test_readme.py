"""What README.md shows beside its commands: the snippet of a journey, the settings, the Python, the speed."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import fjctl
from tests.support import EXAMPLES, REPOSITORY, run

if TYPE_CHECKING:
    from pathlib import Path

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_snippet_is_part_of_the_example() -> None:
    journey = (EXAMPLES / "support/journeys/return-item.journey.yaml").read_text(encoding="utf-8")
    snippets = blocks("yaml")
    assert len(snippets) == 1
    assert snippets[0] in journey


def test_the_python_runs(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    scripts = blocks("python")
    assert len(scripts) == 1
    done = run("python", "-c", scripts[0], folder=tmp_path / "examples")
    assert done.returncode == 0, done.stderr
    assert "journey: return-item" in done.stdout


def test_the_settings_are_settings(tmp_path: Path) -> None:
    settings = blocks("toml")
    assert len(settings) == 1
    assert tomllib.loads(settings[0])["pairs"]
    (tmp_path / "fjctl.toml").write_text(settings[0], encoding="utf-8")
    done = run("fjctl", "config", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "workflows/**/*.json" in done.stdout


def test_convert_is_the_function_also_after_its_modules_were_imported() -> None:
    from fjctl.conversion import bridge

    document = fjctl.read(EXAMPLES / "support/workflows/return-item.json")
    assert fjctl.convert(document, "journey").text == bridge.convert(document, fjctl.FORMATS[0]).text
