"""Choices behind any state, and chains of tools, for builders where only conditions and routers choose."""

from __future__ import annotations

import pytest

from fjctl import api
from fjctl.conversion import bridge
from fjctl.model.workflow import BlockKind
from tests.support_documents import JOURNEY, SIM

HEAD = "journey: x\nversion: 1\ntools: {t: {kind: http, request: {url: u}}, u: {kind: python, code: pass}}\nstates:\n"
END = "  b: {say: b}\n  c: {say: c}\n"
CASES = [
    ("a: {chat: x, next: [{to: b, when: y}, {to: c, else: true}]}", {"a.next": BlockKind.CONDITION}),
    ("a: {chat: x, next: [{to: b, condition: y}, {to: c, condition: z}]}", {"a.next": BlockKind.ROUTER}),
    (
        "a: {chat: x, next: [{to: b, when: y}, {to: c, condition: z}]}",
        {"a.next": BlockKind.CONDITION, "a.otherwise": BlockKind.ROUTER},
    ),
    ("a: {fork: p, next: [{to: b, when: y}, {to: c, condition: z}]}", {"a.otherwise": BlockKind.ROUTER}),
    ("a: {tool: [t, u], next: b}", {"a.tool2": BlockKind.CODE}),
    ("a: {tool: [t, u], next: [{to: b, when: y}]}", {"a.tool2": BlockKind.CODE, "a.next": BlockKind.CONDITION}),
    ("a: {fork: true, next: [{to: b, when: y}, {to: c, else: true}]}", {}),
]


@pytest.mark.parametrize(("state", "added"), CASES)
def test_added_blocks_choose_and_fold_back(state: str, added: dict[str, BlockKind]) -> None:
    journey = api.reads(HEAD + f"  {state}\n" + END, "x.journey.yaml")
    created = bridge.convert(journey, SIM)
    assert created.workflow is not None
    kinds = {block.id: block.kind for block in created.workflow.blocks}
    assert {
        key: kinds[node] for key, node in created.nodes.items() if "." in key and not key.startswith("entries.")
    } == added
    workflow = api.reads(created.text or "", "x.json")
    linked = bridge.convert(workflow, JOURNEY, journey)
    assert linked.journey is not None
    assert journey.journey is not None
    assert linked.journey["states"] == journey.journey["states"]
    assert bridge.convert(journey, SIM, workflow).unchanged
