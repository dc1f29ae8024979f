"""Graphs of Parlant journeys: read, written, and edited in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion import bridge
from fjctl.formats import document, registry
from fjctl.formats.parlant import graph
from fjctl.model.meaning import difference, meaning
from tests.support_laws import JOURNEY, messages, read, text_diff
from tests.support_parlant import FOLDER, GRAPH, SCRIPT, SCRIPTS, edited, graphs, journey_of, parametrized, put, script

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.formats.document import Document
    from tests.support_parlant import Wanted

TEA = FOLDER.parent / "graphs" / "tea.json"


def load(path: Path) -> Document:
    found = document.read(path.name, path.read_bytes())
    assert messages(found) == []
    assert found.format is GRAPH
    return found


@pytest.mark.parametrize("path", graphs())
def test_there_and_back_unchanged(path: Path) -> None:
    source = load(path)
    journey = journey_of(source)
    back = put(journey, source)
    assert back.text == source.source.text, text_diff(source.source.text, back.text or "")
    again = put(source, journey)
    assert again.text == journey.source.text, text_diff(journey.source.text, again.text or "")


@pytest.mark.parametrize("form", ["sim", "reactflow"])
@pytest.mark.parametrize("path", graphs())
def test_by_way_of_a_workflow(path: Path, form: str) -> None:
    source = load(path)
    journey = journey_of(source)
    made = bridge.convert(source, registry.find(form))
    assert made.text is not None, messages(made)
    workflow = read("w.json", made.text)
    assert bridge.convert(workflow, JOURNEY, journey).text == journey.source.text
    assert bridge.convert(workflow, GRAPH, source).text == source.source.text


@pytest.mark.parametrize("path", graphs())
def test_by_way_of_a_script(path: Path) -> None:
    source = load(path)
    journey = journey_of(source)
    made = bridge.convert(source, SCRIPT)
    assert made.text is not None
    written = read("x.py", made.text)
    assert messages(written) == []
    back = bridge.convert(written, JOURNEY, journey)
    assert difference(meaning(_of(back.journey)), meaning(_of(journey.journey))) is None


@pytest.mark.parametrize("wanted", parametrized())
def test_a_new_graph_holds_a_journeys_states(wanted: Wanted) -> None:
    source = script(wanted)
    made = bridge.convert(source, GRAPH)
    assert made.text is not None
    again = read("g.json", made.text)
    assert messages(again) == []
    before, after = (meaning(_of(item.journey))["states"] for item in (source, again))
    assert {name: state.get("next") for name, state in before.items()} == {
        name: state.get("next") for name, state in after.items()
    }


def _of(journey: Any) -> Any:
    assert journey is not None
    return journey


def test_an_edit_changes_its_node_only() -> None:
    source = load(TEA)

    def asked(value: dict[str, Any]) -> None:
        value["states"]["explain_how_brew"]["chat"] = "Explain it slowly"
        value["states"]["fork"]["next"][0]["condition"] = "There is some"

    changed = edited(journey_of(source), asked)
    assert changed is not None
    made = str(put(changed, source).text)
    wanted = source.source.text.replace("Explain how to brew it", "Explain it slowly")
    assert made == wanted.replace("It is in stock", "There is some")


def test_a_new_state_is_a_new_node() -> None:
    source = load(TEA)

    def added(value: dict[str, Any]) -> None:
        value["states"]["wait_for_it"] = {"chat": "Say to wait three minutes", "next": "done"}
        value["states"]["explain_how_brew"]["next"] = "wait_for_it"

    changed = edited(journey_of(source), added)
    assert changed is not None
    value = json.loads(str(put(changed, source).text))
    assert [node["id"] for node in value["nodes"]] == ["r0", "n1", "n2", "n3", "n4", "wait_for_it", "end"]
    ends = [(edge["source"], edge["target"]) for edge in value["edges"]]
    assert ("n4", "wait_for_it") in ends
    assert ("wait_for_it", "end") in ends
    assert value["nodes"][3]["metadata"] == {"mine": 1}


def test_what_a_graph_cannot_hold_is_named() -> None:
    found = script(SCRIPTS[0])
    made = graph.made(_of(found.journey))
    assert {loss.what for loss in made.losses} >= {"labels", "priority", "extras"}


def node(**more: Any) -> dict[str, Any]:
    return {"id": "a", "action": "x", **more}


BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no id": ({"nodes": [{"action": "x", "kind": "chat"}]}, "FJ301", "/nodes/0"),
    "an id twice": ({"nodes": [node(), node()]}, "FJ302", "/nodes/1/id"),
    "an edge to nowhere": ({"nodes": [node()], "edges": [{"source": "a", "target": "b"}]}, "FJ303", "/edges/0"),
    "an edge that is none": ({"nodes": [node()], "edges": [7]}, "FJ303", "/edges/0"),
    "a follow-up to nowhere": ({"nodes": [node(follow_up_ids=["b"])]}, "FJ303", "/nodes/0/follow_up_ids/0"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_graph_says_where(name: str) -> None:
    value, code, pointer = BROKEN[name]
    found = document.read("g.json", json.dumps({"root": "a", "edges": [], **value}).encode(), format_name=GRAPH.name)
    assert [item.code for item in found.diagnostics] == [code]
    assert "/" + "/".join(map(str, found.diagnostics[0].pointer)) == pointer
    assert not found.ok


def test_a_finding_has_its_place_in_the_graph() -> None:
    from fjctl.formats import document as documents

    source = load(TEA)
    text = source.source.text
    for pointer, written in (
        (("title",), '"Choose a tea"'),
        (("triggers", 0), '"The customer asks for tea"'),
        (("states", "explain_how_brew", "chat"), '"Explain how to brew it"'),
        (("states", "stock", "tool"), '["built-in:stock"]'),
        (("states", "fork", "next", 1, "condition"), '"It is sold out"'),
        (("states", "explain_how_brew", "labels", 0), '"brew"'),
    ):
        at = documents.spans_of(source.source, "json", [(source.in_file(pointer), False)])[0]
        assert text[at.start : at.end] == written


def test_a_repair_is_made_in_the_graph() -> None:
    from fjctl.project.checking import placed, repaired

    source = load(TEA)
    lost = json.loads(source.source.text)
    lost["nodes"].insert(
        5, {"id": "n9", "kind": "chat", "action": "Nobody comes here", "tools": [], "description": None}
    )
    found = read("g.json", json.dumps(lost, indent=1))
    assert found.ok
    changed: Any = {**found.journey} if found.journey else {}
    changed["states"] = {name: state for name, state in changed["states"].items() if name != "nobody_comes_here"}
    assert json.loads(found.saying(changed)) == json.loads(source.source.text)
    assert placed(found, []) == []
    assert repaired(found, []) == found.source.text
