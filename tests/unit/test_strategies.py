"""The strategies draw what they promise: valid documents, and every key and kind somewhere."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fjctl.formats.journey import decode
from fjctl.model import journey as model
from fjctl.model.workflow import BlockKind
from tests.strategies import Options, journeys
from tests.support_laws import REACTFLOW, SIM, messages, read
from tests.support_reactflow import reactflow_documents
from tests.support_sim import sim_documents

CLASSES = [
    "Journey",
    "State",
    "Transition",
    "Tool",
    "Request",
    "Agent",
    "Retry",
    "Messages",
    "Ask",
    "Field",
    "Loop",
    "Parallel",
    "Variable",
    "Guideline",
    "Entry",
    "Note",
]
MANY = settings(
    max_examples=1500,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize(
    "options",
    [Options(), Options(cycles=True), Options(conversation=False), Options(conversation=False, plain=True)],
    ids=["full", "cycles", "workflow only", "plain"],
)
def test_drawn_journeys_are_valid(options: Options) -> None:
    @settings(max_examples=60, derandomize=True, deadline=None)
    @given(journeys(options))
    def check(value: Any) -> None:
        assert decode(value)[1] == []

    check()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_key_and_kind_of_a_journey_occurs() -> None:
    seen: Counter[str] = Counter()

    @MANY
    @given(journeys(Options(cycles=True)))
    def collect(value: Any) -> None:
        _count(value, seen)

    collect()
    wanted = {f"{name}.{key}" for name in CLASSES for key in getattr(model, name).__annotations__}
    # The origin is what a conversion adds; a drawn journey is one that nothing was converted to yet.
    assert wanted - seen.keys() == {"Journey.origin"}


def _count(value: Any, seen: Counter[str]) -> None:
    _keys("Journey", value, seen)
    for name, items in (("Variable", "variables"), ("Tool", "tools"), ("Entry", "entries")):
        for item in value.get(items, {}).values():
            _keys(name, item, seen)
            _keys("Request", item.get("request", {}), seen)
    for item in value.get("guidelines", []):
        _keys("Guideline", item, seen)
    for note in value.get("notes", {}).values():
        _keys("Note", note, seen)
    for _, _, state in model.walk(value["states"]):
        _keys("State", state, seen)
        for name, key in (("Agent", "agent"), ("Retry", "retry"), ("Messages", "messages"), ("Ask", "ask")):
            _keys(name, state.get(key), seen)
        _keys("Loop", state.get("loop"), seen)
        _keys("Parallel", state.get("parallel"), seen)
        ask: Any = state.get("ask")
        for field in ask.get("fields", {}).values() if isinstance(ask, dict) else ():
            _keys("Field", field, seen)
        for way in state["next"] if isinstance(state.get("next"), list) else ():
            _keys("Transition", way, seen)


def _keys(name: str, value: Any, seen: Counter[str]) -> None:
    if isinstance(value, dict):
        seen.update(f"{name}.{key}" for key in value)


@pytest.mark.slow
def test_drawn_sim_documents_are_read_and_have_every_kind() -> None:
    kinds: set[BlockKind] = set()
    envelopes: set[str] = set()

    @MANY
    @given(sim_documents())
    def collect(value: Any) -> None:
        found = read("w.json", json.dumps(value))
        assert found.format is SIM, messages(found)
        assert found.workflow is not None, messages(found)
        kinds.update(block.kind for block in found.workflow.blocks)
        envelopes.add(" ".join(sorted(value)))

    collect()
    assert set(BlockKind) - kinds <= {BlockKind.REPLY, BlockKind.OPAQUE}
    assert len(envelopes) >= 5


@pytest.mark.slow
def test_drawn_reactflow_documents_are_read() -> None:
    kinds: set[BlockKind] = set()

    @MANY
    @given(reactflow_documents())
    def collect(value: Any) -> None:
        found = read("w.json", json.dumps(value))
        assert found.format is REACTFLOW, messages(found)
        assert found.workflow is not None, messages(found)
        kinds.update(block.kind for block in found.workflow.blocks)

    collect()
    assert len(kinds) >= 10
