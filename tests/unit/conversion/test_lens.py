"""What becomes of edits: carried over in place, refused whole, linked again."""

from __future__ import annotations

import pytest

from fjctl import api
from fjctl.conversion import bridge
from tests.support_documents import JOURNEY, SIM, block, edge, sim

FLOW = sim([block("a", "agent", "Ask", {"systemPrompt": "hi"}), block("b", "wait", "Pause")], [edge("a", "b")])
TEXT = bridge.convert(FLOW, JOURNEY).text or ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("chat: hi", "chat: <pause.x>", '"<pause.x>"'),
        ("chat: hi", "title: Question\n    chat: hi", '"name": "Question"'),
        ("next: pause", "next: []", '"edges": []'),
        ("wait: 10s", "wait: 20s", '"20"'),
    ],
)
def test_an_edit_of_the_journey_arrives_and_comes_back(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    edited = api.reads(TEXT.replace(old, new), "w.journey.yaml")
    done = bridge.convert(edited, SIM, FLOW)
    assert done.text is not None, done.diagnostics
    assert expected in done.text
    back = bridge.convert(api.reads(done.text, "w.json"), JOURNEY, edited)
    assert back.unchanged


def test_what_sim_cannot_hold_stays_in_the_journey() -> None:
    edited = api.reads(TEXT.replace("chat: hi", "chat: hi\n    canned: [ok]"), "w.journey.yaml")
    done = bridge.convert(edited, SIM, FLOW)
    assert done.unchanged
    assert [loss.own for loss in done.losses if "canned" in loss.what] == [True]
    moved = api.reads(FLOW.source.text.replace('"hi"', '"ho"'), "w.json")
    assert "canned: [ok]" in (bridge.convert(moved, JOURNEY, edited).text or "")


def test_new_ids_are_linked_again() -> None:
    again = sim([block("q", "agent", "Ask", {"systemPrompt": "hi"}), block("r", "wait", "Pause")], [edge("q", "r")])
    prior = api.reads(TEXT.replace("chat: hi", "chat: hi\n    canned: [ok]"), "w.journey.yaml")
    done = bridge.convert(again, JOURNEY, prior)
    assert {item.code for item in done.diagnostics} == {"FJ404"}
    assert "ask: q" in (done.text or "")
    assert "canned: [ok]" in (done.text or "")
