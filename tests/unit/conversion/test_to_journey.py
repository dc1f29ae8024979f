"""References, results and names on the way from a workflow to its journey and back."""

from __future__ import annotations

from fjctl import api
from fjctl.conversion import bridge
from tests.support_documents import JOURNEY, SIM, block, edge, sim, there_and_back


def test_references_follow_names_in_both_directions() -> None:
    start = block("s", "start_trigger", "Start", {"inputFormat": [{"id": "1", "name": "q", "type": "string"}]})
    said = "<start.q> <start.other> <AWS alert.data> <variable.v> <nobody.x> a < b"
    blocks = [start, block("a", "api", "AWS Alert", {"url": "u"}), block("b", "agent", "B", {"systemPrompt": said})]
    journey, again = there_and_back(sim(blocks, [edge("s", "a"), edge("a", "b")]))
    assert journey["states"]["b"]["chat"] == "<variable.q> <start.other> <aws_alert.data> <variable.v> <nobody.x> a < b"
    assert journey["variables"] == {"q": {"type": "string", "input": True}}
    written = next(item for item in again.workflow.blocks if item.id == "b") if again.workflow else None
    assert written is not None
    assert written.fields["prompt"] == said.replace("AWS alert", "awsalert")


def test_a_result_variable_is_the_answer_of_its_block() -> None:
    text = """journey: x
version: 1
tools: {t: {kind: http, request: {url: u}}}
states:
  look: {tool: t, result: order, next: say}
  say: {chat: "<order.id> <order> <look.status>"}
"""
    created = bridge.convert(api.reads(text, "x.journey.yaml"), SIM)
    assert created.workflow is not None
    prompts = [item.fields.get("prompt") for item in created.workflow.blocks]
    assert "<look.data.id> <order> <look.status>" in prompts


def test_names_are_slugs_and_unique() -> None:
    names = ["Ask order", "ask.order", "end", "3 things", "日本", ""]
    found = bridge.convert(sim([block(f"b{n}", "agent", name) for n, name in enumerate(names)]), JOURNEY).journey
    assert found is not None
    assert list(found["states"]) == ["ask_order", "ask_order_2", "end_state", "state_3_things", "日本", "b5"]
