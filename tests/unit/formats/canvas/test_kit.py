"""The kit for builders' formats, on a toy builder: what it reads, what it writes, and what it says is lost."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.formats.canvas import paths, reader, writer
from fjctl.formats.canvas.drawing import Drawing
from fjctl.formats.canvas.forms import duration, pairs
from fjctl.formats.canvas.paths import ABSENT
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.canvas.settings import write_settings
from fjctl.formats.canvas.table import NodeType, slots
from fjctl.model.workflow import BODY, ERROR, Block, BlockKind, Edge, Workflow
from tests.unit.formats.canvas.toy import TOY

SUPPORT: dict[str, Any] = {
    "title": "Support",
    "nodes": [
        {"id": "b", "type": "begin", "name": "Begin", "set": {"inputs": {"order": {"type": "string"}}}},
        {
            "id": "a",
            "type": "agent",
            "name": "Ask",
            "set": {"prompt": "Look at {{ h.body }}", "options": {"heat": "0.5", "stream": False, "top": 3}},
        },
        {"id": "m", "type": "model", "name": "Brain", "set": {"name": "gpt", "heat": 1, "key": "k"}},
        {"id": "t", "type": "search", "name": "Look up", "set": {"depth": 2}},
        {"id": "tm", "type": "model", "name": "Small brain", "set": {"name": "mini"}},
        {"id": "p", "type": "pick", "name": "Which?", "set": {"rules": ["{{ a.text }} == 1", "true"]}},
        {"id": "h", "type": "http", "name": "Call", "set": {"url": "u", "headers": [{"key": "x", "value": "y"}]}},
        {"id": "l", "type": "each", "name": "Each", "set": {"list": "{{ h.items }}"}},
        {"id": "le", "type": "enter", "name": "", "in": "l"},
        {"id": "li", "type": "mystery", "name": "Inside", "in": "l", "set": {"q": 1}, "off": True},
        {"id": "r", "type": "remark", "name": "R", "set": {"text": "Mind the step"}},
    ],
    "wires": [
        ["b", "out", "a", "in"],
        ["m", "out", "a", "model"],
        ["t", "out", "a", "tools"],
        ["tm", "out", "t", "model"],
        ["a", "out", "p", "in"],
        ["p", "0", "h", "in"],
        ["p", "else", "l", "in"],
        ["h", "failed", "a", "in"],
        ["le", "out", "li", "in"],
    ],
}


def decoded(value: Any) -> Workflow:
    found = reader.decode(TOY, value)
    assert [item for item in found.diagnostics if item.severity == "error"] == []
    return found.workflow


def test_steps_become_blocks_and_what_feeds_them_becomes_settings() -> None:
    workflow = decoded(SUPPORT)
    assert [(block.id, block.kind.value) for block in workflow.blocks] == [
        ("b", "start"),
        ("a", "agent"),
        ("p", "condition"),
        ("h", "http"),
        ("l", "loop"),
        ("li", "opaque"),
        ("r", "note"),
    ]
    fields: Any = workflow.by_id()["a"].fields
    assert fields["prompt"] == "Look at <@h.data.body>"
    assert fields["agent"] == {
        "temperature": 0.5,
        "model": "gpt",
        "settings": {"options": {"top": 3}},
        "provider": {"type": "model", "name": "Brain", "agent": {"temperature": 1}, "extras": {"key": "k"}},
    }


def test_a_parts_words_go_to_their_place_unless_it_is_taken() -> None:
    agent: Any = decoded(SUPPORT).by_id()["a"].fields["agent"]
    assert agent["temperature"] == 0.5, "the step's own setting counts"
    tools: Any = decoded(SUPPORT).by_id()["a"].fields["tools"]
    assert tools["look_up"]["service"] == "search"
    assert tools["look_up"]["arguments"] == {"depth": 2}
    assert tools["look_up"]["settings"]["provider"]["agent"] == {"model": "mini"}, "a part of a part is kept within it"


def test_wires_become_edges_with_their_branches() -> None:
    edges = {(edge.source, edge.branch, edge.target) for edge in decoded(SUPPORT).edges}
    assert edges == {
        ("b", None, "a"),
        ("a", None, "p"),
        ("p", "0", "h"),
        ("p", "else", "l"),
        ("h", ERROR, "a"),
        ("l", BODY, "li"),
    }


def test_writing_what_was_read_gives_the_same_document() -> None:
    again: Any = writer.encode(TOY, decoded(SUPPORT), SUPPORT)
    assert again.losses == []
    by_id = {node["id"]: node for node in again.value["nodes"]}
    assert by_id == {node["id"]: node for node in SUPPORT["nodes"]}
    assert sorted(again.value["wires"]) == sorted(SUPPORT["wires"])


def test_a_text_that_is_spelled_in_another_way_stays_as_it_is() -> None:
    prior: Any = {
        "nodes": [{"id": "c", "type": "mystery", "set": {"t": "{{c.x}}", "more": ["{{c.y}}", "z"]}}],
        "wires": [],
    }
    workflow = decoded(prior)
    arguments: Any = workflow.by_id()["c"].fields["tool"]
    assert arguments["arguments"] == {"t": "<@c.x>", "more": ["<@c.y>", "z"]}
    arguments["arguments"]["more"][1] = "<@c.x>"
    again: Any = writer.encode(TOY, workflow, prior).value
    assert again["nodes"][0]["set"] == {"t": "{{c.x}}", "more": ["{{c.y}}", "{{ c.x }}"]}


def test_settings_of_the_whole_workflow_are_the_journeys_extras() -> None:
    prior: Any = {"nodes": [], "wires": [], "options": {"zone": "UTC"}}
    workflow = decoded(prior)
    assert workflow.talk == {"extras": {"zone": "UTC"}}
    again: Any = writer.encode(TOY, workflow, prior)
    assert again.value["options"] == {"zone": "UTC"}
    assert again.losses == []


def test_an_edit_of_a_parts_word_goes_back_into_the_part() -> None:
    workflow = decoded(SUPPORT)
    tools: Any = workflow.by_id()["a"].fields["tools"]
    tools["look_up"]["settings"]["provider"]["agent"]["model"] = "other"
    again: Any = writer.encode(TOY, workflow, SUPPORT).value
    changed = [node for node in again["nodes"] if node not in SUPPORT["nodes"]]
    assert changed == [{"id": "tm", "type": "model", "name": "Small brain", "set": {"name": "other"}}]


def test_a_tool_that_is_gone_takes_its_nodes_along() -> None:
    workflow = decoded(SUPPORT)
    del workflow.by_id()["a"].fields["tools"]
    again: Any = writer.encode(TOY, workflow, SUPPORT).value
    assert {"t", "tm"}.isdisjoint(node["id"] for node in again["nodes"])
    assert all({"t", "tm"}.isdisjoint((wire[0], wire[2])) for wire in again["wires"])


def test_a_new_workflow_draws_models_and_tools_as_nodes() -> None:
    fields: Any = {
        "prompt": "Hi <@x.content>",
        "agent": {"model": "gpt"},
        "tools": {"find": {"kind": "external", "service": "search"}},
    }
    blocks = [Block(id="x", kind=BlockKind.AGENT, name="X", fields=fields)]
    made: Any = writer.encode(TOY, Workflow(blocks=blocks))
    assert made.losses == []
    assert [node["type"] for node in made.value["nodes"]] == ["agent", "model", "search"]
    assert made.value["nodes"][0]["set"]["prompt"] == "Hi {{ x.text }}"
    assert {(wire[3]) for wire in made.value["wires"]} == {"model", "tools"}
    back: Any = reader.decode(TOY, made.value).workflow.by_id()["x"].fields
    assert back["agent"]["model"] == "gpt"


def test_what_the_builder_has_no_place_for_is_named() -> None:
    blocks = [
        Block(
            id="h",
            kind=BlockKind.HTTP,
            name="Call",
            fields={"tool": {"kind": "http", "request": {"url": "u", "method": "PUT"}}},
        ),
        Block(id="w", kind=BlockKind.WAIT, name="Pause", fields={"wait": "5s"}),
        Block(id="q", kind=BlockKind.HTTP, name="Q", fields={"talk": {"labels": ["x"], "messages": {"entry": "Hi"}}}),
    ]
    edges = [Edge(source="h", target="w", branch="timeout"), Edge(source="w", target="q", talk={"confirm": "Sure?"})]
    losses = writer.encode(TOY, Workflow(blocks=blocks, edges=edges, talk={"triggers": ["x"]})).losses
    assert {(loss.what, loss.own) for loss in losses} == {
        ("the journey's triggers", True),
        ("the wait 'Pause'", False),
        ("wait of Pause", False),
        ("method of Call", False),
        ("labels of Q", True),
        ("messages of Q", True),
        ("a transition on timeout", False),
        ("confirm of a transition", False),
    }


def test_a_branch_that_goes_makes_the_others_leave_by_new_ports() -> None:
    workflow = decoded(SUPPORT)
    pick = workflow.by_id()["p"]
    pick.branches = pick.branches[1:]
    workflow.edges = [edge for edge in workflow.edges if (edge.source, edge.branch) != ("p", "0")]
    workflow.edges.append(Edge(source="p", target="h", branch="1"))
    again: Any = writer.encode(TOY, workflow, SUPPORT).value
    assert next(node for node in again["nodes"] if node["id"] == "p")["set"] == {"rules": ["true"]}
    assert ["p", "0", "h", "in"] in again["wires"]


def test_no_graph_is_told() -> None:
    assert reader.decode(TOY, []).diagnostics[0].code == "FJ300"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(MAPS, MAPS)
def test_beyond_and_common_share_a_map_out(value: dict[str, Any], usual: dict[str, Any]) -> None:
    before = deepcopy(value)
    rest, shared = paths.beyond(value, usual), paths.common(value, usual)
    assert value == before
    again = paths.merge(deepcopy(shared), rest)
    assert paths.beyond(again, usual) == rest


@given(MAPS)
def test_without_takes_what_it_is_told(value: dict[str, Any]) -> None:
    for path in (("a",), ("a", "b"), ("a", "b", "c")):
        assert paths.at(paths.without(value, [path]), path) is ABSENT


@pytest.mark.parametrize("rows", [[], [{"key": ""}], [{"key": "a"}, {"key": "a"}], [1], "x", [{"value": 1}]])
def test_rows_that_are_no_map_stay_rows(rows: Any) -> None:
    assert pairs("key", "value").read(rows, Scope(Drawing())) is None


def test_pairs_keep_what_rows_say_beyond() -> None:
    form = pairs("key", "value")
    rows = [{"key": "a", "value": 1, "type": "text"}, {"key": "b", "value": 2}]
    found = form.read(rows, Scope(Drawing()))
    assert found is not None
    assert found.value == {"a": 1, "b": 2}
    assert form.write({"b": 3, "a": 1}, rows, found.beyond, Scope(Drawing())) == [
        {"key": "b", "value": 3},
        {"key": "a", "value": 1, "type": "text"},
    ]


@pytest.mark.parametrize(
    ("value", "meaning"), [(5, "5s"), ("2.5", "2.5s"), ("soon", "soon"), (True, None), (None, None)]
)
def test_durations(value: Any, meaning: str | None) -> None:
    found = duration("s").read(value, Scope(Drawing()))
    assert (found.value if found else None) == meaning


def test_durations_are_written_in_the_builders_unit() -> None:
    form = duration("s")
    assert form.write("2m", ABSENT, ABSENT, Scope(Drawing())) == 120
    assert form.write("500ms", "1", ABSENT, Scope(Drawing())) == "0.5"
    assert form.write("until noon", 1, ABSENT, Scope(Drawing())) == "until noon"


def test_what_a_slot_says_stands_for_the_whole_of_its_place() -> None:
    usual = {"outputs": {"result": {"type": "object"}}, "more": {"deep": 1}}
    row = NodeType("code", BlockKind.CODE, slots("tool.output <- outputs : map"), usual=usual)
    fields = {"tool": {"output": {"title": {"type": "string"}}}}
    written = write_settings(TOY, row, fields, None, Scope(Drawing()))
    assert written == {"outputs": {"title": {"type": "string"}}, "more": {"deep": 1}}
    assert write_settings(TOY, row, {}, None, Scope(Drawing())) == usual
