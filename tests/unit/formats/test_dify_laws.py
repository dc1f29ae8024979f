"""Dify: the laws on every real file, all of its meaning, new files from everybody's journeys, broken files."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats.document import fresh
from tests.support import EXAMPLES, REPOSITORY, corpus_files
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.formats.document import Document

OURS = [pytest.param(path, id=path.name) for path in sorted((REPOSITORY / "tests" / "data" / "dify").glob("*.yml"))]
FILES = corpus_files("dify") + [param for param in OURS if param.id == "help-desk.yml"]
SOURCES = [
    *sorted((EXAMPLES / "support" / "journeys").glob("*.journey.yaml")),
    *sorted((REPOSITORY / "tests" / "data").glob("sim/*.json")),
    *sorted((REPOSITORY / "tests" / "data").glob("flowise/*.json")),
]


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_a_file_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "dify"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", FILES)
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


def test_nodes_have_a_real_kind() -> None:
    real, every = real_kinds([param.values[0] for param in corpus_files("dify")], "dify")  # type: ignore[misc]
    assert real / every >= 0.95


def made(source: Document) -> Document:
    """The Dify file that is made of a document, read again."""
    written = convert(source, registry.find("dify"))
    assert written.text is not None, [item.line() for item in written.diagnostics]
    return document.read("made.yml", written.text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_new_file_is_what_dify_would_have_written(path: Path) -> None:
    found = made(read(path))
    assert found.ok
    assert [item.line() for item in found.located() if item.severity == "error"] == []
    value: Any = yaml.safe_load(found.source.text)
    assert value == found.value
    assert value["kind"] == "app"
    assert isinstance(value["version"], str)
    graph = value["workflow"]["graph"]
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert len(nodes) == len(graph["nodes"])
    assert sum(
        node["data"]["type"] == "start" or node["data"]["type"].startswith("trigger-") for node in nodes.values()
    )
    for node in nodes.values():
        assert set(node["id"]) <= set("0123456789start")
        assert node["position"].keys() == {"x", "y"}
        assert node.get("parentId") is None or nodes[node["parentId"]]["data"]["type"] in {"iteration", "loop"}
        if node["data"]["type"] in {"iteration", "loop"}:
            assert nodes[node["data"]["start_node_id"]]["parentId"] == node["id"]
    for edge in graph["edges"]:
        assert edge["id"] == "-".join([edge["source"], edge["sourceHandle"], edge["target"], edge["targetHandle"]])
        assert nodes[edge["source"]].get("parentId") == nodes[edge["target"]].get("parentId")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_new_file_looks_like_an_export(path: Path) -> None:
    found = made(read(path))

    def in_order(value: Any) -> bool:
        if isinstance(value, dict):
            return list(value) == sorted(value) and all(map(in_order, value.values()))
        return not isinstance(value, list) or all(map(in_order, value))

    assert in_order(found.value)
    assert "\n    nodes:\n    - data:\n" in found.source.text


@pytest.mark.parametrize("path", OURS)
def test_an_edited_file_keeps_its_manner(path: Path) -> None:
    found = read(path)
    journey = convert(found, registry.find("journey"))
    value: Any = deepcopy(document.read("x.journey.yaml", str(journey.text).encode()).value)
    state = next(state for state in value["states"].values() if "title" in state or "chat" in state or "tool" in state)
    state["title"] = "Quite another title"
    edited = document.read("x.journey.yaml", fresh(value, "yaml").encode())
    text = str(convert(edited, registry.find("dify"), found).text)
    before, after = found.source.text.splitlines(), text.splitlines()
    assert [line for line in after if line not in before] == [f"{' ' * 8}title: Quite another title"]
    assert len(after) == len(before)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("path", OURS)
def test_a_broken_file_is_read_or_refused(path: Path, seed: int) -> None:
    value = broken(read(path).value, seed, times=1 + seed % 6)
    assert survives(value, "dify", "broken.yml") == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_broken_new_file_is_read_or_refused(seed: int) -> None:
    value = broken(made(read(SOURCES[0])).value, seed, times=3)
    assert survives(value, "dify", "broken.yml") == []
