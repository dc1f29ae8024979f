"""ChainForge: the laws on every real file, what is a step and what only shows results, templates, broken files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats.chainforge import CHAINFORGE
from tests.support import EXAMPLES, REPOSITORY, corpus_files
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives

if TYPE_CHECKING:
    from pathlib import Path

FILES = corpus_files("reactflow-wrapped(flow)")
SMALL = REPOSITORY / "tests" / "data" / "chainforge" / "structured-outputs.cforge"


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_a_file_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "chainforge"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", FILES)
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


def test_every_block_has_a_real_kind() -> None:
    real, every = real_kinds([param.values[0] for param in FILES], "chainforge")  # type: ignore[misc]
    assert real == every


@pytest.mark.parametrize("path", FILES[:1])
def test_it_can_still_be_read_as_plain_react_flow(path: Path) -> None:
    found = read(path, "reactflow")
    assert found.format is not None
    assert found.format.name == "reactflow"


def test_an_edit_leaves_the_answers_of_past_runs_alone() -> None:
    found = read(SMALL)
    text = str(convert(found, registry.find("journey")).text)
    changed = text.replace("Extract the event details.", "Extract what happens.")
    assert changed != text
    done = convert(document.read("x.journey.yaml", changed.encode()), registry.find("chainforge"), found)
    assert done.text is not None
    before, after = json.loads(SMALL.read_text(encoding="utf-8")), json.loads(done.text)
    assert after["cache"] == before["cache"]
    assert "Extract what happens." in json.dumps(after["flow"])
    assert done.text.count("\n") == SMALL.read_text(encoding="utf-8").count("\n")


def flow(nodes: list[Any], *edges: tuple[str, str, str]) -> Any:
    drawn = [
        {"id": f"{source}-{target}-{into}", "source": source, "sourceHandle": "output", "target": target}
        | {"targetHandle": into}
        for source, target, into in edges
    ]
    return {"flow": {"nodes": nodes, "edges": drawn, "viewport": {"x": 0, "y": 0, "zoom": 1}}, "cache": {}}


def node(identifier: str, kind: str, **data: Any) -> Any:
    return {"id": identifier, "type": kind, "position": {"x": 0, "y": 0}, "data": data}


GAMES = flow(
    [
        node("games", "textfields", fields={"f0": "chess", "f1": "go"}, title="Games"),
        node("ask", "prompt", prompt="Who made {game}?", vars=["game"], n=1, llms=[], title="Ask"),
        node("show", "vis", vars=[], title="Plot"),
    ],
    ("games", "ask", "game"),
    ("ask", "show", "input"),
)


def test_a_template_says_what_its_handle_brings() -> None:
    found = document.read("x.cforge", json.dumps(GAMES).encode())
    assert found.workflow is not None
    blocks = found.workflow.by_id()
    assert set(blocks) == {"games", "ask"}
    assert blocks["ask"].fields["prompt"] == "Who made <@games.result>?"
    assert broken_laws(found) == []


def test_an_example_becomes_a_flow_of_chainforge() -> None:
    journey = EXAMPLES / "support" / "journeys" / "return-item.journey.yaml"
    done = convert(read(journey), registry.find("chainforge"))
    assert done.text is not None
    known = {item["id"] for item in json.loads(done.text)["flow"]["nodes"]}
    edges = json.loads(done.text)["flow"]["edges"]
    assert {edge["source"] for edge in edges} | {edge["target"] for edge in edges} <= known
    assert broken_laws(document.read("x.cforge", done.text.encode())) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_a_broken_flow_is_read_or_refused(seed: int) -> None:
    found = survives(broken(GAMES, seed), "chainforge", "x.cforge")
    assert [law for law in found if not law.startswith("GetPut journey")] == []


@pytest.mark.parametrize("value", [{}, [], None, {"flow": []}, {"flow": {"nodes": {}}}, {"flow": {"nodes": [1]}}])
def test_what_is_no_flow_gives_an_empty_workflow(value: Any) -> None:
    drawing = CHAINFORGE.open(value)
    assert drawing is None or not drawing.nodes
