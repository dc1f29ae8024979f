"""The baseline: what each builder says of real files of its own, as they are, written anew, and broken.

The corpus is not part of the repository (docs/contributing.md); without it there is nothing to see here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.broken import hang, parsed
from tests.acceptance.checkers import available, complaints_about, serious, worse
from tests.acceptance.environments import BUILDERS
from tests.support import corpus, corpus_files

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.acceptance, pytest.mark.slow, pytest.mark.timeout(600)]

# What real files lack, beside credentials: what a person fills in after the import, packages of a community or of a
# model's maker, nodes and components that have been removed since, and fields that a later release of the engine
# takes more seriously than the one that wrote them.
_SHORTCOMINGS = {
    "flowise": r"\| (.* is required|unknown node csvAgent|no output pineconeLlamaIndex_0-output-.*)$",
    "langflow": r"\| (ValueError: Error creating class\. (ModuleNotFoundError|KeyError)\(|not a component of a server)",
    "dify": r"\| tool_configurations: Value error, \w+ must be one of: str, int, float, bool, dict$",
    "n8n": r"\| unrecognized node type: (n8n-nodes-mcp|@pinecone-database/n8n-nodes-pinecone-assistant)\.",
}


class Originals:
    """The corpus files of one builder and the verdicts on them, their equals and their broken copies."""

    def __init__(self, builder: str, folder: Path) -> None:
        self.builder = builder
        named = [one.values[0] for one in corpus_files() if str(one.id).startswith(f"{builder}/")]
        self.files = files = [path for path in named if isinstance(path, Path)]
        self.anew: dict[Path, Path] = {}
        self.broken: dict[Path, Path] = {}
        for number, path in enumerate(files):
            document = parsed(path)
            self.anew[path] = _write(folder / f"{number}-anew.json", document)
            if hang(builder, document):
                self.broken[path] = _write(folder / f"{number}-broken.json", document)
        self.told: Mapping[Path, list[str]] = {}
        if files:
            self.told = complaints_about(builder, [*files, *self.anew.values(), *self.broken.values()])


def _write(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=sorted(BUILDERS))
def originals(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Originals:
    builder = str(request.param)
    if not available(builder):
        pytest.skip(f"no environment of {builder}: python -m tests.acceptance.setup {builder}")
    if not (corpus() / builder).is_dir():
        pytest.skip(f"no corpus files of {builder}")
    return Originals(builder, tmp_path_factory.mktemp(builder))


def test_originals_lack_only_what_is_known(originals: Originals) -> None:
    unknown = {
        path.name: rest
        for path in originals.files
        if (
            rest := [
                one
                for one in serious(originals.builder, originals.told[path])
                if not re.search(_SHORTCOMINGS[originals.builder], one)
            ]
        )
    }
    assert unknown == {}


def test_at_least_a_third_of_the_originals_is_accepted(originals: Originals) -> None:
    if len(originals.files) < 10:
        pytest.skip("a share of so few files says nothing")
    accepted = [path for path in originals.files if not serious(originals.builder, originals.told[path])]
    assert len(accepted) * 3 >= len(originals.files)


def test_an_original_written_anew_is_no_worse(originals: Originals) -> None:
    told = originals.told
    found = {path.name: worse(told[copy], told[path]) for path, copy in originals.anew.items()}
    assert {name: rest for name, rest in found.items() if rest} == {}


def test_a_broken_original_is_worse(originals: Originals) -> None:
    told = originals.told
    assert originals.broken
    assert [path.name for path, copy in originals.broken.items() if not worse(told[copy], told[path])] == []
