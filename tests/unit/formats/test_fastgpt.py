"""FastGPT: the laws on documents of every generation, the app's settings in both places, references, broken files.

The documents in `tests/data/fastgpt` are our own: FastGPT's templates are under another licence.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats.fastgpt import FASTGPT
from fjctl.model.workflow import ERROR, BlockKind
from tests.support import EXAMPLES, REPOSITORY
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATA = REPOSITORY / "tests" / "data" / "fastgpt"
FILES = sorted(DATA.glob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "fastgpt"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


def test_every_block_has_a_real_kind() -> None:
    real, every = real_kinds(FILES, "fastgpt")
    assert real == every


def written(name: str, change: Callable[[str], str]) -> Any:
    """A document after its journey's text has changed."""
    found = read(DATA / name)
    text = str(convert(found, registry.find("journey")).text)
    changed = change(text)
    assert changed != text
    done = convert(document.read("x.journey.yaml", changed.encode()), registry.find("fastgpt"), found)
    assert done.text is not None, [item.line() for item in done.diagnostics]
    return json.loads(done.text)


def inputs(nodes: list[Any], identifier: str, *, key: str = "nodeId") -> dict[str, Any]:
    """What a node's inputs say."""
    found = next(node for node in nodes if node[key] == identifier)
    return {row["key"]: row.get("value") for row in found["inputs"]}


def test_the_first_words_stand_in_the_settings_and_in_their_node() -> None:
    value = written("bicycle-shop.json", lambda text: text.replace("Hello, this is", "Welcome to"))
    graph = value["workflow"]
    assert graph["chatConfig"]["welcomeText"].startswith("Welcome to the bicycle shop.")
    guide = next(node for node in graph["nodes"] if node["flowNodeType"] == "userGuide")
    said = {row["key"]: row.get("value") for row in guide["inputs"]}
    assert said.get("welcomeText", graph["chatConfig"]["welcomeText"]) == graph["chatConfig"]["welcomeText"]


def test_a_class_keeps_its_handle_when_its_words_change() -> None:
    path = DATA / "bicycle-shop.json"
    before = json.loads(path.read_text(encoding="utf-8"))["workflow"]
    value = written(path.name, lambda text: text.replace("A bicycle is broken", "Something is broken"))["workflow"]
    old, new = (inputs(graph["nodes"], "rvbo634w3AYj")["agents"] for graph in (before, value))
    assert [row["key"] for row in new] == [row["key"] for row in old]
    assert "Something is broken" in [row["value"] for row in new]
    assert value["edges"] == before["edges"]


def test_a_module_of_the_first_version_stays_one() -> None:
    value = written("library-desk.json", lambda text: text.replace("from nine to six", "from ten to six"))
    modules = value["modules"] if isinstance(value, dict) else value
    assert inputs(modules, "say", key="moduleId")["text"] == "We are open from ten to six."
    assert all("flowType" in module and "nodeId" not in module for module in modules)


def test_a_way_of_the_first_version_moves() -> None:
    def moved(text: str) -> str:
        return text.replace("{to: opening_hours, condition", "{to: answer, condition")

    value = written("library-desk.json", moved)
    modules = value["modules"] if isinstance(value, dict) else value
    chooses = next(module for module in modules if module["moduleId"] == "cq")
    assert {target["moduleId"] for row in chooses["outputs"] for target in row.get("targets", [])} >= {"chat"}


def test_what_an_order_return_says() -> None:
    workflow = read(DATA / "order-return.json").workflow
    assert workflow is not None
    kinds = {block.kind for block in workflow.blocks}
    assert kinds >= {BlockKind.HUMAN, BlockKind.HTTP, BlockKind.CODE, BlockKind.CONDITION, BlockKind.LOOP}
    assert BlockKind.OPAQUE not in kinds
    assert ERROR in {edge.branch for edge in workflow.edges}
    assert any(block.parent for block in workflow.blocks)
    tool: Any = next(block.fields["tool"] for block in workflow.blocks if block.kind is BlockKind.ASSIGN)
    assert list(tool["assign"]) == ["refunds", "language"]
    assert workflow.variables["tries"] == {"type": "number", "default": 0}


@pytest.mark.parametrize("name", ["order-return.json", "day-out.json"])
def test_a_title_that_changes_changes_one_name(name: str) -> None:
    found = read(DATA / name)
    before: Any = found.value
    text = str(convert(found, registry.find("journey")).text)
    place = text.index("title: ") + len("title: ")
    title = text[place : text.index("\n", place)].strip("'\"")
    value = written(name, lambda text: text.replace(f"title: {title}", "title: Renamed", 1))
    old, new = ([node["name"] for node in each.get("workflow", each)["nodes"]] for each in (before, value))
    assert sum(one != other for one, other in zip(old, new, strict=True)) == 1
    assert "Renamed" in new


def test_an_example_becomes_an_app_of_fastgpt() -> None:
    journey = EXAMPLES / "support" / "journeys" / "return-item.journey.yaml"
    done = convert(read(journey), registry.find("fastgpt"))
    assert done.text is not None
    value = json.loads(done.text)
    graph = value.get("workflow", value)
    known = {node["nodeId"] for node in graph["nodes"]}
    assert {edge["source"] for edge in graph["edges"]} | {edge["target"] for edge in graph["edges"]} <= known
    assert broken_laws(document.read("x.json", done.text.encode())) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_broken_document_is_read_or_refused(path: Path, seed: int) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    assert [law for law in survives(broken(value, seed), "fastgpt") if "Get" not in law] == []


@pytest.mark.parametrize("value", [{}, [], None, {"nodes": []}, {"workflow": {"nodes": {}}}, [{"moduleId": 1}]])
def test_what_is_no_document_gives_an_empty_workflow(value: Any) -> None:
    drawing = FASTGPT.open(value)
    assert drawing is None or not drawing.nodes
