"""Flowise: what is written new is what its own editor would have written, and is read back as the same."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats.flowise_definitions import category, component
from fjctl.model.workflow import BlockKind
from tests.support import EXAMPLES
from tests.support_canvas import broken_laws, survives
from tests.unit.formats.test_flowise import LOOPED, as_document, edge, flow, node

if TYPE_CHECKING:
    from fjctl.conversion.bridge import Conversion

RETURN = (EXAMPLES / "support/journeys/return-item.journey.yaml").read_text(encoding="utf-8")
SMALL = """journey: small
version: 1
start: sort
states:
  sort:
    fork: What does the customer want?
    next:
      - {to: sell, condition: "To buy, or to rent"}
      - {to: ask, condition: To complain}
      - {to: bye, else: true}
  sell: {chat: Sell a lamp, tools: [price], agent: {model: claude-sonnet-4-5}, next: bye}
  ask: {chat: Ask what is broken, next: known}
  known:
    fork: true
    next: [{to: ask, when: '<variable.part> == "none"'}, {to: bye, else: true}]
  bye: {say: Goodbye}
tools:
  price: {kind: javascript, description: The price of a lamp, code: return 7}
"""


def written(text: str, name: str) -> tuple[Any, Conversion, document.Document]:
    """A journey as a new flow: its value, the conversion, and the document read again, its format found out."""
    made = convert(document.read("x.journey.yaml", text.encode()), registry.find(name))
    assert made.text is not None, [item.line() for item in made.diagnostics]
    found = document.read("x.json", made.text.encode())
    assert found.format is not None
    assert found.format.name == name
    return json.loads(made.text), made, found


def journey(text: str) -> str:
    """A journey of states alone, the first one its start."""
    start = text.split(":", maxsplit=1)[0].strip()
    return f"journey: x\nversion: 1\nstart: {start}\nstates:\n{text}"


def by_name(value: Any, name: str) -> list[Any]:
    return [item for item in value["nodes"] if item["data"]["name"] == name]


# Chatflows


@pytest.mark.parametrize("text", [RETURN, SMALL])
def test_a_new_chatflow_is_one_that_the_canvas_could_have_written(text: str) -> None:
    value, _, found = written(text, "flowise-chatflow")
    nodes = {item["id"]: item for item in value["nodes"]}
    assert len(nodes) == len(value["nodes"])
    handles: dict[str, set[str]] = {}
    for identifier, item in nodes.items():
        data = item["data"]
        assert category(data["name"]) == data["category"]
        assert data["version"] == component(data["name"])["version"]
        every = [*data["inputParams"], *data["inputAnchors"], *data["outputAnchors"]]
        handles[identifier] = {row["id"] for a in every for row in (a, *a.get("options", ())) if "id" in row}
        needed = [row for row in data["inputParams"] if not row.get("optional") and "show" not in row]
        own = {"selectedTool", "credential"}  # what only the server of a person has
        assert [row["name"] for row in needed if data["inputs"][row["name"]] == "" and row["name"] not in own] == []
    for item in value["edges"]:
        assert item["sourceHandle"] in handles[item["source"]]
        assert item["targetHandle"] in handles[item["target"]]
        told = json.dumps(nodes[item["target"]]["data"]["inputs"])
        assert f"{{{{{item['source']}.data.instance}}}}" in told
    assert [item for item in found.located() if item.code != "FJ311"] == []


def test_a_new_chatflow_says_the_same_when_it_is_read() -> None:
    value, _, found = written(SMALL, "flowise-chatflow")
    back = convert(found, registry.find("journey"), document.read("x.journey.yaml", SMALL.encode()))
    assert back.unchanged, back.text
    fresh: Any = convert(found, registry.find("journey")).journey
    assert fresh["states"]["sort"]["next"] == [
        {"to": "sell", "condition": "To buy, or to rent"},
        {"to": "ask", "condition": "To complain"},
        {"to": "bye", "else": True},
    ]
    assert fresh["states"]["known"]["next"][0]["to"] == "ask"
    assert fresh["states"]["bye"]["say"] == "Goodbye"
    assert fresh["states"]["sell"]["agent"]["model"] == "claude-sonnet-4-5"
    assert fresh["tools"]["price"]["code"] == "return 7"
    assert len(by_name(value, "seqLoop")) == 1
    assert len(by_name(value, "chatAnthropic")) == 1
    assert broken_laws(found) == []


def test_what_a_chatflow_cannot_hold_is_named() -> None:
    _, made, _ = written(RETURN, "flowise-chatflow")
    lost = {loss.what for loss in made.unwritten}
    assert {"the http 'Look up order'", "the loop 'Each item'", "the human 'Approve refund'"} <= lost
    assert "the variable refund_limit" in lost
    assert "the reference <start_557a46b6.message> in Triage" in lost
    assert all(loss.reason for loss in made.unwritten)


def test_a_chain_that_follows_a_chain_enters_its_prompt() -> None:
    part = "{type: promptTemplate, settings: {}, prompt: "
    model = "provider: {type: chatOpenAI}, settings: {component: llmChain}"
    first = f"  one: {{chat: '', agent: {{{model}, prompt: {part}'A {{x}}'}}}}, next: two}}\n"
    value, _, _ = written(journey(first + first.replace("one:", "two:").replace(", next: two", "")), "flowise-chatflow")
    handles = [item["targetHandle"] for item in value["edges"] if item["source"].startswith("agent")]
    assert len(handles) == 1
    assert "-input-promptValues-json" in handles[0]


def test_a_new_way_out_of_a_condition_in_a_file_is_given_an_output() -> None:
    value, _, found = written(SMALL, "flowise-chatflow")
    text = SMALL.replace(
        "{to: ask, condition: To complain}", "{to: ask, condition: To complain}\n      - {to: bye, condition: To chat}"
    )
    put = convert(document.read("x.journey.yaml", text.encode()), registry.find("flowise-chatflow"), found)
    assert put.text is not None, [item.line() for item in put.diagnostics]
    changed = json.loads(put.text)
    (chooser,) = by_name(changed, "seqConditionAgent")
    outputs = {option["id"] for option in chooser["data"]["outputAnchors"][0]["options"]}
    assert {item["sourceHandle"] for item in changed["edges"] if item["source"] == chooser["id"]} <= outputs
    assert len(outputs) == 1 + len(by_name(value, "seqConditionAgent")[0]["data"]["outputAnchors"][0]["options"])
    assert "To chat" in chooser["data"]["inputs"]["conditionAgentStructuredOutput"]


# Agentflows


def test_the_plain_way_out_of_a_human_input_is_to_proceed() -> None:
    value, made, found = written(journey("  a: {ask: {message: Sure?}, next: b}\n  b: {say: Done}\n"), "flowise")
    (human,) = by_name(value, "humanInputAgentflow")
    (way,) = [item for item in value["edges"] if item["source"] == human["id"]]
    assert way["sourceHandle"] == f"{human['id']}-output-0"
    assert way["data"]["edgeLabel"] == "proceed"
    assert found.workflow is not None
    assert found.workflow.by_id()[human["id"]].branches == []
    assert made.unwritten == []


def test_what_is_left_for_a_router_is_a_scenario_and_an_else_again() -> None:
    value, made, found = written(SMALL.replace("part> ==", "part> =="), "flowise")
    scenarios = by_name(value, "conditionAgentAgentflow")[0]["data"]["inputs"]["conditionAgentScenarios"]
    assert len(scenarios) == 3
    fresh: Any = convert(found, registry.find("journey")).journey
    assert fresh["states"]["sort"]["next"][-1] == {"to": "bye", "else": True}
    assert [loss.what for loss in made.unwritten if "choice" in loss.what] == []


def test_what_has_to_be_given_is_given_and_says_nothing() -> None:
    text = journey(
        "  a: {fork: Which?, next: [{to: b, condition: x}, {to: c, condition: y}]}\n"
        "  b: {journey: other}\n"
        "  c: {chat: Hello, next: d}\n"
        "  d: {end: true}\n"
    )
    value, _, found = written(text, "flowise")
    inputs = {item["data"]["name"]: item["data"]["inputs"] for item in value["nodes"]}
    assert inputs["conditionAgentAgentflow"]["conditionAgentInput"] == "{{ question }}"
    assert inputs["executeFlowAgentflow"]["executeFlowInput"] == "{{ question }}"
    assert inputs["llmAgentflow"]["llmModel"] == "chatOpenAI"
    assert inputs["llmAgentflow"]["llmModelConfig"]["modelName"] == "gpt-4o-mini"
    assert inputs["directReplyAgentflow"]["directReplyMessage"]
    assert len(by_name(value, "startAgentflow")) == 1
    fresh: Any = convert(found, registry.find("journey")).journey
    assert "agent" not in fresh["states"]["a"]
    assert "agent" not in fresh["states"]["c"]
    assert "inputs" not in fresh["states"]["b"]
    assert broken_laws(found) == []


def test_a_model_that_somebody_chose_is_no_default() -> None:
    config = {"modelName": "gpt-4o-mini", "llmModel": "chatOpenAI", "temperature": ""}
    value = flow([node("startAgentflow"), node("llmAgentflow", llmModel="chatOpenAI", llmModelConfig=config)])
    found: Any = as_document(value).workflow
    assert found.by_id()["llmAgentflow_0"].fields["agent"]["model"] == "gpt-4o-mini"


def test_a_reply_in_the_middle_shows_the_way_that_goes_on() -> None:
    value, _, _ = written(journey("  a: {say: Hello, next: b}\n  b: {say: Bye}\n"), "flowise")
    anchors = {item["id"]: [row["id"] for row in item["data"]["outputAnchors"]] for item in value["nodes"]}
    assert all(item["sourceHandle"] in anchors[item["source"]] for item in value["edges"])
    assert sorted(len(found) for found in anchors.values()) == [0, 1, 1]


def test_what_flowise_has_nothing_like_is_a_function_that_does_nothing() -> None:
    value, made, _ = written(journey("  a: {wait: 5s, next: b}\n  b: {say: Done}\n"), "flowise")
    (nothing,) = by_name(value, "customFunctionAgentflow")
    assert nothing["data"]["inputs"]["customFunctionJavascriptFunction"] == "return ''"
    assert "the wait 'A'" in {loss.what for loss in made.unwritten}


# Defects that broken files have shown


def test_an_edge_by_no_way_of_a_choice_means_nothing_and_stays() -> None:
    scenarios = [{"scenario": "AI"}, {"scenario": "Other"}]
    value = flow(
        [
            node("startAgentflow"),
            node("conditionAgentAgentflow", conditionAgentScenarios=scenarios),
            node("llmAgentflow"),
        ],
        edge("startAgentflow_0", "conditionAgentAgentflow_0"),
        edge("conditionAgentAgentflow_0", "llmAgentflow_0", "0"),
        edge("conditionAgentAgentflow_0", "llmAgentflow_0"),
    )
    found = as_document(value)
    assert [item.code for item in found.located()] == ["FJ307"]
    assert broken_laws(found) == []


def test_what_is_no_messages_keeps_its_place() -> None:
    value = flow([node("startAgentflow"), node("agentAgentflow", agentMessages=[{"a": None}])])
    assert survives(value, "flowise") == []


def test_a_scenario_given_twice_that_leads_nowhere_says_nothing_more() -> None:
    scenarios = [{"scenario": "AI"}, {"scenario": "Other"}, {"scenario": "AI"}]
    value = flow(
        [
            node("startAgentflow"),
            node("conditionAgentAgentflow", conditionAgentScenarios=scenarios),
            node("llmAgentflow"),
        ],
        edge("startAgentflow_0", "conditionAgentAgentflow_0"),
        edge("conditionAgentAgentflow_0", "llmAgentflow_0", "0"),
    )
    assert broken_laws(as_document(value)) == []


def test_a_named_jump_is_one_whatever_the_order_of_nodes() -> None:
    value = copy.deepcopy(LOOPED)
    value["nodes"][3]["data"]["label"] = "Try again"
    value["edges"] = value["edges"][1:]  # nothing tells where the way round begins
    value["nodes"] = [value["nodes"][place] for place in (0, 2, 4, 1, 3)]
    assert broken_laws(as_document(value)) == []


def chat_node(name: str, kind: str | None, **data: Any) -> dict[str, Any]:
    identifier = f"{name}_0"
    inputs = data.pop("inputs", {})
    said = {"category": kind} if kind is not None else {}
    base = {"id": identifier, "name": name, "label": name, "inputs": inputs, "inputAnchors": [], **said, **data}
    return {"id": identifier, "type": "customNode", "position": {"x": 0, "y": 0}, "data": base}


def feeds(source: str, target: str, port: str) -> dict[str, Any]:
    ends = {"source": source, "target": target, "targetHandle": f"{target}-input-{port}-X"}
    return {**ends, "sourceHandle": f"{source}-output-{source.partition('_')[0]}-X", "id": f"{source}-{target}"}


@pytest.mark.parametrize("label", [False, None, "ChatOpenAI", "My model"])
def test_a_part_without_a_name_of_its_own_stays_so(label: Any) -> None:
    model = chat_node("chatOpenAI", "Chat Models", label=label, inputs={"modelName": "gpt-4o", "topP": "0.5"})
    value = flow(
        [chat_node("conversationChain", "Chains"), model], feeds("chatOpenAI_0", "conversationChain_0", "model")
    )
    found = as_document(value)
    assert found.workflow is not None
    provider: Any = found.workflow.by_id()["conversationChain_0"].fields["agent"]
    assert provider["provider"].get("name") == ("My model" if label == "My model" else None)
    assert broken_laws(found) == []


@pytest.mark.parametrize("kind", [None, "Chains", "Something new", "Tools"])
@pytest.mark.parametrize("name", ["conversationChain", "somebodysOwn"])
def test_what_feeds_a_component_is_kept_whatever_it_is(name: str, kind: str | None) -> None:
    model = chat_node("chatOpenAI", "Chat Models", inputs={"modelName": "gpt-4o"})
    found = as_document(flow([chat_node(name, kind), model], feeds("chatOpenAI_0", f"{name}_0", "model")))
    assert broken_laws(found) == []


def test_a_component_without_its_category_is_known_by_its_name() -> None:
    found = as_document(flow([chat_node("conversationChain", None)]))
    assert found.workflow is not None
    assert [block.kind for block in found.workflow.blocks] == [BlockKind.AGENT]


def test_a_component_that_flowise_does_not_have_stays_itself() -> None:
    found = as_document(flow([chat_node("StickyNote", "Utilities", inputs={"note": "x"})]))
    assert broken_laws(found) == []


def test_a_flow_that_is_no_json_is_named() -> None:
    value = {"ChatFlow": [{"name": "Support", "flowData": '{"nodes": [,]}'}]}
    found = document.read("all.json", json.dumps(value).encode())
    (said,) = found.located()
    assert said.code == "FJ102"
    assert "'Support'" in said.message
