"""Flowise: the laws on every real file, its texts, its jumps and iterations, new flows, broken files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats import flowise_texts as texts
from fjctl.formats.flowise_agentflow import AGENTFLOW
from fjctl.formats.flowise_definitions import definition
from fjctl.model.workflow import BODY, BlockKind
from tests.support import EXAMPLES, corpus_files
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives

if TYPE_CHECKING:
    from pathlib import Path

AGENTFLOWS = corpus_files("flowise-agentflow2")
COMPONENTS = corpus_files("flowise-chatflow", "flowise-agentflow1")


@pytest.mark.slow
@pytest.mark.parametrize("path", AGENTFLOWS)
def test_an_agentflow_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "flowise"
    assert broken_laws(found) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", COMPONENTS)
def test_a_chatflow_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "flowise-chatflow"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", [*AGENTFLOWS, *COMPONENTS])
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


@pytest.mark.parametrize(
    ("files", "name", "least"), [(AGENTFLOWS, "flowise", 0.95), (COMPONENTS, "flowise-chatflow", 0.9)]
)
def test_blocks_have_a_real_kind(files: list[Any], name: str, least: float) -> None:
    real, every = real_kinds([param.values[0] for param in files], name)
    assert real / every >= least


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("path", [AGENTFLOWS[0], AGENTFLOWS[-1]])
def test_a_broken_agentflow_is_read_or_refused(path: Path, seed: int) -> None:
    value = read(path).value
    assert survives(broken(value, seed), "flowise") == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("path", [COMPONENTS[0], COMPONENTS[-1]])
def test_a_broken_chatflow_is_read_or_refused(path: Path, seed: int) -> None:
    value = read(path).value
    assert survives(broken(value, seed), "flowise-chatflow") == []


def node(name: str, number: int = 0, parent: str = "", **inputs: Any) -> dict[str, Any]:
    identifier = f"{name}_{number}"
    raw: dict[str, Any] = {"id": identifier, "type": "agentFlow", "position": {"x": 0, "y": 0}}
    raw["data"] = {"id": identifier, "label": f"{name} {number}", "name": name, "inputs": inputs}
    return raw | ({"parentNode": parent, "extent": "parent"} if parent else {})


def edge(source: str, target: str, port: str = "") -> dict[str, Any]:
    handle = f"{source}-output-{port or source.rpartition('_')[0]}"
    ends = {"source": source, "sourceHandle": handle, "target": target, "targetHandle": target}
    return {**ends, "id": f"{source}-{handle}-{target}-{target}", "type": "agentFlow", "data": {}}


def flow(nodes: list[dict[str, Any]], *edges: dict[str, Any]) -> Any:
    return {"nodes": nodes, "edges": list(edges)}


def as_document(value: Any) -> document.Document:
    found = document.read("flow.json", json.dumps(value).encode())
    assert found.ok, [item.line() for item in found.located()]
    return found


LOOPED = flow(
    [
        node("startAgentflow", startInputType="chatInput", startState=[{"key": "query", "value": "none"}]),
        node(
            "llmAgentflow", llmUserMessage="<p>Improve {{ $flow.state.query }}</p>", llmModelConfig={"modelName": "gpt"}
        ),
        node(
            "conditionAgentflow",
            conditions=[{"type": "number", "value1": "{{ llmAgentflow_0 }}", "operation": "larger", "value2": "3"}],
        ),
        node("loopAgentflow", loopBackToNode="llmAgentflow_0-llmAgentflow 0", maxLoopCount=9),
        node("directReplyAgentflow", directReplyMessage="<p>Done: {{ llmAgentflow_0 }}</p>"),
    ],
    edge("startAgentflow_0", "llmAgentflow_0"),
    edge("llmAgentflow_0", "conditionAgentflow_0"),
    edge("conditionAgentflow_0", "loopAgentflow_0", "0"),
    edge("conditionAgentflow_0", "directReplyAgentflow_0", "1"),
)


def test_a_jump_back_is_a_way_back() -> None:
    found = as_document(LOOPED)
    assert found.workflow is not None
    assert BlockKind.OPAQUE not in {block.kind for block in found.workflow.blocks}
    edges = {(edge.source, edge.branch, edge.target) for edge in found.workflow.edges}
    assert ("conditionAgentflow_0", "0", "llmAgentflow_0") in edges
    assert found.workflow.variables == {"query": {"type": "string", "default": "none"}}
    condition = found.workflow.by_id()["conditionAgentflow_0"]
    assert [branch.when for branch in condition.branches] == ["<@llmAgentflow_0.content> > 3", None]
    assert broken_laws(found) == []


def test_a_jump_that_moves_in_the_journey_moves_in_the_flow() -> None:
    found = as_document(LOOPED)
    journey: Any = convert(found, registry.find("journey"))
    text = journey.text.replace("to: llm_agentflow_0, when", "to: direct_reply_agentflow_0, when", 1)
    if text == journey.text:
        text = journey.text.replace("- to: llm_agentflow_0", "- to: direct_reply_agentflow_0", 1)
    assert text != journey.text
    edited = document.read("flow.journey.yaml", text.encode())
    written = convert(edited, registry.find("flowise"), found)
    assert written.text is not None, [item.line() for item in written.diagnostics]
    value = json.loads(written.text)
    assert [item["id"] for item in value["nodes"] if item["data"]["name"] == "loopAgentflow"] == []
    assert {item["target"] for item in value["edges"] if item["source"] == "conditionAgentflow_0"} == {
        "directReplyAgentflow_0"
    }


def test_a_way_back_of_a_journey_is_drawn_as_a_jump() -> None:
    text = """journey: x
version: 1
start: ask
states:
  ask: {chat: Ask for the number, next: known}
  known:
    fork: true
    next: [{to: ask, when: "<ask.content> == 0"}, {to: bye, else: true}]
  bye: {say: Goodbye}
"""
    journey = document.read("x.journey.yaml", text.encode())
    made = convert(journey, registry.find("flowise"))
    assert made.text is not None
    assert made.unwritten == []
    value = json.loads(made.text)
    loops = [item for item in value["nodes"] if item["data"]["name"] == "loopAgentflow"]
    assert len(loops) == 1
    target = loops[0]["data"]["inputs"]["loopBackToNode"].partition("-")[0]
    assert target in {item["id"] for item in value["nodes"]}
    again = document.read("x.json", made.text.encode())
    back = convert(again, registry.find("journey"), journey)
    assert back.unchanged, back.text


def test_an_iteration_is_a_loop_that_begins_where_nothing_leads_to() -> None:
    value = flow(
        [
            node("startAgentflow"),
            node("iterationAgentflow", iterationInput="{{ $form.items }}"),
            node("llmAgentflow", 1, "iterationAgentflow_0", llmUserMessage="{{ $iteration.name }}"),
            node("llmAgentflow", 2, "iterationAgentflow_0", llmUserMessage="Shorten {{ llmAgentflow_1 }}"),
        ],
        edge("startAgentflow_0", "iterationAgentflow_0"),
        edge("llmAgentflow_1", "llmAgentflow_2"),
    )
    found = as_document(value)
    assert found.workflow is not None
    loop = found.workflow.by_id()["iterationAgentflow_0"]
    assert loop.kind is BlockKind.LOOP
    assert loop.fields["loop"] == {"each": "<@startAgentflow_0.items>"}
    assert [(e.source, e.target) for e in found.workflow.edges if e.branch == BODY] == [
        ("iterationAgentflow_0", "llmAgentflow_1")
    ]
    assert found.workflow.by_id()["llmAgentflow_1"].fields["prompt"] == "<loop.currentItem.name>"
    assert broken_laws(found) == []


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<ul><li><p>one</p></li><li>two</li></ul>", "- one\n- two"),
        ("<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3"),
        ('<p><span class="variable" data-id="question">{{ question }}</span> now</p>', "{{ question }} now"),
        ("<p></p>", ""),
    ],
)
def test_html_is_read_as_text(html: str, plain: str) -> None:
    assert texts.plain(html) == plain


@pytest.mark.parametrize(
    "plain", ["One\nTwo", "a < b & c", "{{ question }} and {{ $flow.state.x }}", "", "- one\n- two"]
)
def test_text_written_as_html_reads_the_same(plain: str) -> None:
    assert texts.plain(texts.html(plain)) == plain


def test_an_edited_text_stays_html_where_it_was_html() -> None:
    found = as_document(LOOPED)
    journey: Any = convert(found, registry.find("journey"))
    edited = document.read("flow.journey.yaml", journey.text.replace("Done:", "Finished:").encode())
    written = convert(edited, registry.find("flowise"), found)
    assert written.text is not None
    reply = next(item for item in json.loads(written.text)["nodes"] if item["id"] == "directReplyAgentflow_0")
    message = reply["data"]["inputs"]["directReplyMessage"]
    assert message.startswith("<p>Finished: <span")
    assert message.endswith("{{ llmAgentflow_0 }}</span></p>")


def test_a_new_flow_is_one_that_the_canvas_could_have_written() -> None:
    """Every node has its component's definition, every handle is one that its node has, every id is used once."""
    journey = document.read("r.journey.yaml", (EXAMPLES / "support/journeys/return-item.journey.yaml").read_bytes())
    made = convert(journey, registry.find("flowise"))
    assert made.text is not None
    value = json.loads(made.text)
    nodes = {item["id"]: item for item in value["nodes"]}
    assert len(nodes) == len(value["nodes"])
    for item in nodes.values():
        data = item["data"]
        assert {"inputParams", "inputAnchors", "outputAnchors", "version", "category"} <= data.keys(), data["name"]
        assert data["id"] == item["id"]
        assert "-" not in item["id"]
    for item in value["edges"]:
        anchors = [anchor["id"] for anchor in nodes[item["source"]]["data"]["outputAnchors"]]
        assert item["sourceHandle"] in anchors, item["sourceHandle"]
        assert item["target"] == item["targetHandle"]
        assert item["target"] in nodes
    assert [loss.what for loss in made.unwritten if not loss.reason] == []


def test_definitions_are_there_for_every_type_that_is_written() -> None:
    kinds = {row.name.partition("/")[0] for row in AGENTFLOW.table.rows.values() if row.writes}
    assert [kind for kind in kinds if not definition(kind, "x")] == []


@pytest.mark.parametrize("icon", [{}, {"color": "", "iconSrc": ""}])
def test_a_custom_tool_is_explained(icon: dict[str, str]) -> None:
    tool = {"name": "t", "description": "d", **icon, "schema": "[]", "func": "return 1"}
    found = document.read("t.json", json.dumps(tool).encode())
    assert not found.ok
    assert "custom tool of Flowise" in found.located()[0].message
    assert found.located()[0].help


def test_a_key_in_plain_text_goes_nowhere() -> None:
    value = flow([node("startAgentflow"), node("llmAgentflow", llmModelConfig={"openAIApiKey": "sk-" + "a" * 40})])
    found = as_document(value)
    assert [item.code for item in found.located()] == ["FJ311"]
    text = convert(found, registry.find("journey")).text
    assert text is not None
    assert "sk-aaa" not in text
