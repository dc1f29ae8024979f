"""Differences between journeys: what came, went, changed, was renamed; nothing for the same meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hypothesis import given

from fjctl.formats import document
from fjctl.model.diff import differences
from tests.strategies import journeys

if TYPE_CHECKING:
    from fjctl.model.journey import Journey

BASE = """
journey: x
version: 1
start: ask
variables: {order: {type: string}}
tools: {look: {kind: http, request: {method: GET, url: 'https://a.example'}}}
states:
  ask: {chat: Which order?, next: look_up}
  look_up:
    tool: look
    next: [{to: bye, when: '<look_up.data.ok>'}, {to: ask, else: true}]
  bye: {say: Goodbye}
"""


def journey(text: str) -> Journey:
    found = document.read("x.journey.yaml", text.encode())
    assert found.ok, [item.line() for item in found.located()]
    return cast("Journey", found.journey)


def changed(*replacements: tuple[str, str]) -> list[tuple[Any, ...]]:
    text = BASE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return [(c.kind, c.what, c.name, c.path, c.before, c.after) for c in differences(journey(BASE), journey(text))]


@given(journeys())
def test_a_journey_does_not_differ_from_itself(value: Any) -> None:
    assert differences(value, value) == []


def test_a_short_form_is_no_difference() -> None:
    assert changed(("next: look_up}", "next: [{to: look_up}]}")) == []


def test_a_text() -> None:
    assert changed(("Which order?", "Which one?")) == [
        ("changed", "state", "ask", ("chat",), "Which order?", "Which one?")
    ]


def test_a_transition_by_target_and_by_reason() -> None:
    assert changed(("<look_up.data.ok>", "<look_up.data.fine>")) == [
        ("changed", "transition", "look_up → bye", ("when",), "<look_up.data.ok>", "<look_up.data.fine>")
    ]
    assert changed(("{to: bye, when", "{to: ask, when")) == [
        ("changed", "transition", "look_up → ask", ("to",), "bye", "ask")
    ]
    found = changed((", {to: ask, else: true}", ""))
    assert ("removed", "transition", "look_up → ask", (), {"else": True}, None) in found


def test_a_state_that_came_or_went() -> None:
    found = changed(("  bye: {say: Goodbye}", "  bye: {say: Goodbye, next: more}\n  more: {chat: More?}"))
    assert found == [
        ("added", "transition", "bye → more", (), None, {}),
        ("added", "state", "more", (), None, {"chat": "More?"}),
    ]


def test_a_state_under_another_name_is_renamed_when_it_says_the_same() -> None:
    found = changed(("to: bye", "to: farewell"), ("  bye:", "  farewell:"))
    assert found == [("renamed", "state", "farewell", (), "bye", "farewell")]


def test_nodes_tell_states_that_say_something_else_under_another_name() -> None:
    old, new = journey(BASE), journey(BASE.replace("bye", "farewell").replace("Goodbye", "See you"))
    cast("Any", old)["origin"] = {"nodes": {"bye": "n1"}}
    cast("Any", new)["origin"] = {"nodes": {"farewell": "n1"}}
    found = [(c.kind, c.name, c.path) for c in differences(old, new)]
    assert found == [("renamed", "farewell", ()), ("changed", "farewell", ("say",))]


def test_a_state_that_moved_into_a_loop() -> None:
    looped = BASE.replace(
        "  bye: {say: Goodbye}",
        "  each:\n    loop: {times: 2}\n    start: bye\n    states:\n      bye: {say: Goodbye}",
    ).replace("to: bye", "to: each")
    found = [(c.kind, c.what, c.name, c.path) for c in differences(journey(BASE), journey(looped))]
    assert ("changed", "state", "bye", ("inside",)) in found
    assert ("added", "state", "each", ()) in found


def test_tools_variables_and_the_journey_itself() -> None:
    found = changed(
        ("method: GET", "method: POST"),
        ("{order: {type: string}}", "{total: {type: number}}"),
        ("journey: x", "journey: y"),
    )
    assert found == [
        ("changed", "journey", "", ("journey",), "x", "y"),
        ("changed", "tool", "look", ("request", "method"), "GET", "POST"),
        ("removed", "variable", "order", (), {"type": "string"}, None),
        ("added", "variable", "total", (), None, {"type": "number"}),
    ]
