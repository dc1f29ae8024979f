"""Every real file is taken for what it is, whatever its name."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from fjctl.formats import document
from tests.support import corpus

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "ragflow": "ragflow",
    "reactflow-wrapped(flow)": "chainforge",
    "flowise-agentflow2": "flowise",
    "flowise-agentflow1": "flowise-chatflow",
    "flowise-chatflow": "flowise-chatflow",
    **{name: name for name in ("dify", "fastgpt", "langflow", "n8n", "sim")},
}


def _rows() -> list[tuple[Path, str]]:
    folder = corpus()
    with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(folder / row["path"], row["format"]) for row in rows if row["format"] in NAMES]


@pytest.mark.parametrize(("path", "form"), [pytest.param(*row, id=row[0].name) for row in _rows()])
def test_a_real_file_is_taken_for_what_it_is(path: Path, form: str) -> None:
    name = "x.yml" if path.suffix in {".yml", ".yaml"} else "x.json"
    found = document.read(name, path.read_bytes())
    assert found.format is not None
    assert found.format.name == NAMES[form]
