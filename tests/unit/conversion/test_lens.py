"""What becomes of edits: carried over in place, refused whole, linked again."""

from __future__ import annotations

import json

import pytest

from fjctl import api
from fjctl.conversion import bridge
from tests.support_documents import JOURNEY, SIM, block, edge, sim
from tests.support_laws import get, put

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


@pytest.mark.parametrize("handles", [("condition-1", "condition-2"), ("condition-1",), ("condition-2",)])
@pytest.mark.parametrize("text", ["x > 2", ""])
def test_rows_that_say_the_same_are_so_many_choices(text: str, handles: tuple[str, ...]) -> None:
    """An editor begins with empty rows, and each has a way out of its own."""
    rows = [{"id": row, "title": "if", "value": text} for row in "12"]
    blocks = [block("c", "condition", "Which", {"conditions": json.dumps(rows)})]
    blocks += [block(end, "agent", end, {"systemPrompt": f"hi {end}"}) for end in "yz"]
    flow = sim(blocks, [edge("c", end, handle) for end, handle in zip("yz", handles, strict=False)])
    journey = get(flow)
    assert bridge.convert(flow, JOURNEY, journey).unchanged
    assert bridge.convert(journey, SIM, flow).unchanged
    edited = api.reads(journey.source.text.replace("hi y", "ho"), "w.journey.yaml")
    after = put(edited, flow)
    assert after is not None
    assert bridge.convert(after, JOURNEY, edited).unchanged


def test_what_transitions_say_decides_nothing_about_a_loop_that_sim_draws() -> None:
    """Sim's edges hold no texts, so the loop is the same without them; and each of them is named."""
    text = """journey: x
version: 1
states:
  ask:
    chat: hi
    next:
      - {to: done, on: error, priority: 1}
      - {to: done, else: true, delay: 2s}
      - {to: ask, condition: Again, notes: round}
  done: {chat: bye}
"""
    journey = api.reads(text, "x.journey.yaml")
    made = bridge.convert(journey, SIM)
    assert sorted(loss.what.partition(" ")[0] for loss in made.losses) == ["delay", "notes", "priority"]
    workflow = api.reads(made.text or "", "w.json")
    assert bridge.convert(journey, SIM, workflow).unchanged
    assert bridge.convert(workflow, JOURNEY, journey).unchanged
