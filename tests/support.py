"""What several test modules share: the repository, the corpus of real files, processes in a known environment."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLES = REPOSITORY / "examples"

_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")


def corpus() -> Path:
    """The folder of real exported workflows: FJCTL_CORPUS, or `../shared/corpus` beside the repository, or the few
    that the tests bring along (`tests/data`)."""
    named = os.environ.get("FJCTL_CORPUS")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpus"
    return folder if (folder / "SOURCES.tsv").is_file() else REPOSITORY / "tests" / "data"


def corpus_files(*formats: str) -> list[ParameterSet]:
    """One `pytest.param(path)` for each corpus file of the formats (all when none is named).

    `formats` are the names of the second column of `SOURCES.tsv`; the id is the path in the corpus.
    """
    folder = corpus()
    with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    chosen = [row["path"] for row in rows if not formats or row["format"] in formats]
    return [pytest.param(folder / path, id=path) for path in chosen]


def environment(**more: str) -> dict[str, str]:
    """A started process's environment: the little that is needed, no colour, a fixed width, and `more`.

    Variables of the checks themselves (coverage, CI, pytest) stay out, so output is the same everywhere; pass
    `**COVERED` to have a process counted in the coverage.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    scripts = str(Path(sys.executable).parent)
    kept["PATH"] = scripts + os.pathsep + kept.get("PATH", os.defpath)
    return kept | {"NO_COLOR": "1", "COLUMNS": "120", "PYTHONUTF8": "1"} | more


COVERED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_PROCESS")}


def run(
    *command: str, folder: Path, text: str = "", covered: bool = True, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with `text` as its input; ended after 60 seconds.

    `covered=False` keeps coverage out, for a test of what a process imports.
    """
    return subprocess.run(
        command,
        cwd=folder,
        input=text,
        env=environment(**(COVERED if covered else {}), **more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
