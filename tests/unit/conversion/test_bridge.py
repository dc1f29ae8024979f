"""From one text to another: every pair of sides."""

from __future__ import annotations

from fjctl import api
from fjctl.conversion import bridge
from fjctl.diagnostics import has_errors
from fjctl.formats import registry
from tests.support_documents import JOURNEY, block, edge, sim

FLOW = sim([block("a", "agent", "Ask", {"systemPrompt": "hi"}), block("b", "wait", "Pause")], [edge("a", "b")])
TEXT = "# mine\njourney: x\nversion: 1\nstates:\n  a: {chat: hi}\n"


def test_journey_to_journey() -> None:
    source = api.reads(TEXT, "x.journey.yaml")
    fresh = bridge.convert(source, JOURNEY, names=bridge.Names(target="y.journey.json"))
    assert api.reads(fresh.text or "", "y.journey.json").journey == source.journey
    prior = api.reads(TEXT.replace("hi", "ho").replace("mine", "yours"), "y.journey.yaml")
    assert bridge.convert(source, JOURNEY, prior).text == TEXT.replace("mine", "yours")
    assert [loss.what for loss in bridge.convert(source, JOURNEY, names=bridge.Names("y.journey.yaml")).losses] == [
        "comments"
    ]


def test_workflow_to_workflow() -> None:
    done = bridge.convert(FLOW, registry.find("reactflow"))
    assert api.reads(done.text or "", "x.json").format == registry.find("reactflow")
    assert bridge.convert(FLOW, registry.find("sim")).text == FLOW.source.text


def test_a_broken_source_gives_nothing() -> None:
    broken = api.reads("{", "x.json")
    assert not bridge.convert(broken, JOURNEY).ok
    assert has_errors(broken.diagnostics)


def test_reread() -> None:
    again = bridge.reread(FLOW, FLOW.source.text.replace('"hi"', '"ho"'))
    assert again.workflow is not None
    assert again.workflow.blocks[0].fields["prompt"] == "ho"
    assert not bridge.reread(api.reads(TEXT, "x.journey.yaml"), "a: [").ok
