from __future__ import annotations

from typing import Any

import pytest

from fjctl.conversion import lens
from fjctl.conversion.to_journey import to_journey
from fjctl.conversion.to_workflow import to_workflow
from fjctl.diagnostics import has_errors
from fjctl.formats import reactflow, registry
from fjctl.formats.reactflow_kinds import PLANS, squeeze
from fjctl.model.workflow import BODY, ERROR, TIMEOUT, Block, BlockKind, Branch

Map = dict[str, Any]
FORMAT = registry.find("reactflow")


def flow(*nodes: Map, edges: list[Map] | None = None, **more: Any) -> Map:
    return {"nodes": list(nodes), "edges": edges or [], **more}


def node(identifier: Any, kind: str = "agent", parent: str = "", **data: Any) -> Map:
    found: Map = {"id": identifier, "type": kind, "position": {"x": 1, "y": 2}, "data": data}
    return found | ({"parentId": parent, "extent": "parent"} if parent else {})


def edge(source: Any, target: Any, handle: str = "", label: str = "") -> Map:
    found: Map = {"id": f"{source}-{handle}{label}-{target}", "source": source, "target": target}
    return found | ({"sourceHandle": handle} if handle else {}) | ({"label": label} if label else {})


def block(value: Map, identifier: str = "1") -> Block:
    return reactflow.decode(value).workflow.by_id()[identifier]


def codes(value: Any) -> list[str]:
    return [found.code for found in reactflow.decode(value).diagnostics]


def put(value: Map, change: Any) -> Any:
    """The document after an edit of its journey."""
    workflow = reactflow.decode(value).workflow
    journey: Any = to_journey(workflow)
    change(journey)
    outcome = lens.put_journey(journey, value, workflow, FORMAT)
    assert not outcome.refused, [found.message for found in outcome.diagnostics]
    return outcome.value


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (flow(node("1")), ()),
        ({"flow": flow(node("1")), "cache": {}}, ("flow",)),
        ({"dsl": {"graph": flow(node("1"))}}, ("dsl", "graph")),
        ({"a": flow(node("1")), "b": flow(node("1"), node("2"))}, ("b",)),
        ({"a": {"b": {"c": {"d": flow(node("1"))}}}}, None),
        ({"nodes": {}, "edges": []}, None),
        ([], None),
    ],
)
def test_the_graph_is_found_where_it_stands(value: Any, pointer: Any) -> None:
    assert reactflow.graph_pointer(value) == pointer


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("httpRequestNode", BlockKind.HTTP),
        ("LLM", BlockKind.AGENT),
        ("if-else", BlockKind.CONDITION),
        ("sticky_note", BlockKind.NOTE),
        ("questionClassifier", BlockKind.ROUTER),
        ("webhook", BlockKind.TRIGGER),
        ("output", BlockKind.RESPONSE),
        ("block_wait", BlockKind.WAIT),
        ("teapot", BlockKind.OPAQUE),
    ],
)
def test_a_type_name_says_what_a_node_is(name: str, kind: BlockKind) -> None:
    assert block(flow(node("1", name, label="x"))).kind is kind
    assert block(flow(node("1", "custom", label="x", nodeType=name))).kind is kind


def test_every_kind_can_be_read_under_its_own_name() -> None:
    assert {kind for kind in BlockKind if kind not in PLANS} == set()
    for kind in BlockKind:
        found = block(flow(node("1", kind.value, label="x")))
        assert found.kind is (BlockKind.START if kind is BlockKind.TRIGGER else kind)


def test_an_input_that_something_leads_into_is_no_start() -> None:
    value = flow(node("1", "input"), node("2"), edges=[edge("2", "1")])
    assert block(value).kind is BlockKind.OPAQUE
    assert block(flow(node("1", "input"))).kind is BlockKind.START


def test_an_unknown_type_is_carried_whole_and_said_so() -> None:
    value = flow(node("1", "teapot", label="Tea", strength=3, leaves={"green": True}, selected=True))
    assert codes(value) == ["FJ308"]
    assert block(value).fields["tool"] == {
        "kind": "external",
        "service": "teapot",
        "arguments": {"strength": 3, "leaves": {"green": True}},
        "settings": {"opaque": True},
    }


def test_meanings_are_read_by_their_usual_names_also_one_level_down() -> None:
    found = block(flow(node("1", "llm", title="Ask", config={"system_prompt": "Be nice", "modelName": "m", "topP": 1})))
    assert (found.name, found.fields) == ("Ask", {"prompt": "Be nice", "agent": {"model": "m", "topP": 1}})
    call = block(flow(node("1", "api", url="https://a.example", headers={"A": "b"}, cache=True))).fields["tool"]
    assert call == {
        "kind": "http",
        "request": {"url": "https://a.example", "headers": {"A": "b"}},
        "settings": {"cache": True},
    }


@pytest.mark.parametrize(
    ("data", "wait"),
    [
        ({"seconds": 5}, "5s"),
        ({"delay": 2, "unit": "minutes"}, "2m"),
        ({"duration": "1h"}, "1h"),
        ({"ms": 0.5}, "0.5ms"),
    ],
)
def test_a_wait_is_a_duration(data: Map, wait: str) -> None:
    value = flow(node("1", "delay", label="Hold", **data))
    assert block(value).fields["wait"] == wait

    def longer(journey: Any) -> None:
        journey["states"]["hold"]["wait"] = "7d"

    assert block(put(value, longer)).fields["wait"] == "7d"


def test_a_disabled_node_and_its_key() -> None:
    value = flow(node("1", label="A", disabled=True))
    assert not block(value).enabled

    def enable(journey: Any) -> None:
        del journey["states"]["a"]["enabled"]

    assert put(value, enable)["nodes"][0]["data"] == {"label": "A", "disabled": False}


def test_a_condition_with_handles_true_and_false() -> None:
    value = flow(
        node("1", "condition", label="Ok", expression="x > 1"),
        node("2"),
        node("3"),
        edges=[edge("1", "3", "false"), edge("1", "2", "true")],
    )
    assert block(value).branches == [Branch(id="true", when="x > 1"), Branch(id="false", otherwise=True)]

    def stricter(journey: Any) -> None:
        journey["states"]["ok"]["next"][0] = {"to": journey["states"]["ok"]["next"][0]["to"], "when": "x > 2"}

    written = put(value, stricter)
    assert written["nodes"][0]["data"] == {"label": "Ok", "expression": "x > 2"}
    assert written["nodes"][1:] == value["nodes"][1:]


def test_a_switch_with_cases() -> None:
    cases = [
        {"id": "a", "label": "One", "expression": "x == 1", "weight": 3},
        {"id": "b", "expression": "x == 2"},
        {"id": "c", "label": "Else"},
    ]
    value = flow(
        node("1", "switch", label="Pick", cases=cases),
        *(node(end) for end in "234"),
        edges=[edge("1", "2", "a"), edge("1", "3", "case-b"), edge("1", "4", "else")],
    )
    found = reactflow.decode(value).workflow
    assert [item.branch for item in found.edges] == ["a", "b", "c"]
    assert found.blocks[0].branches[0] == Branch(id="a", when="x == 1", condition="One")
    assert found.blocks[0].fields["extras"] == {"cases": {"a": {"weight": 3}}}

    def other(journey: Any) -> None:
        journey["states"]["pick"]["next"][1] = {"to": journey["states"]["pick"]["next"][1]["to"], "when": "x == 5"}

    written = put(value, other)["nodes"][0]["data"]["cases"]
    assert written == [cases[0], {"id": "b", "expression": "x == 5"}, cases[2]]


def test_rows_without_ids_keep_going_by_their_place() -> None:
    rows = [{"value1": "a", "operation": "equal"}, {"value1": "b", "operation": "equal"}]
    value = flow(
        node("1", "switch", label="Pick", conditions=rows),
        *(node(end) for end in "23"),
        edges=[edge("1", "2", "0"), edge("1", "3", "1")],
    )

    def other(journey: Any) -> None:
        journey["states"]["pick"]["next"][0]["condition"] = "It is an a"

    written = put(value, other)["nodes"][0]["data"]["conditions"]
    assert written == [{**rows[0], "description": "It is an a"}, rows[1]]


def test_a_router_by_the_labels_of_its_edges() -> None:
    value = flow(
        node("1", "router", label="Route"),
        *(node(end, label=end) for end in "23"),
        edges=[edge("1", "2", label="Wants a refund"), edge("1", "3", label="Otherwise")],
    )
    assert block(value).branches == [
        Branch(id="Wants a refund", condition="Wants a refund"),
        Branch(id="Otherwise", otherwise=True),
    ]

    def reword(journey: Any) -> None:
        journey["states"]["route"]["next"][0]["condition"] = "Wants money"

    assert put(value, reword)["edges"] == [{**value["edges"][0], "label": "Wants money"}, value["edges"][1]]


def test_a_handle_that_no_list_has_is_kept_and_said_so() -> None:
    value = flow(
        node("1", "router", label="R", routes=[{"id": "a", "label": "A"}]), node("2"), edges=[edge("1", "2", "gone")]
    )
    assert codes(value) == ["FJ307"]
    assert block(value).branches[-1] == Branch(id="gone", condition="Gone")


def test_special_ways_out_and_notes_on_edges() -> None:
    value = flow(
        node("1"),
        node("2"),
        edges=[edge("1", "2", "error"), edge("1", "2", "timeout"), edge("1", "2", "out", label="afterwards")],
    )
    edges = reactflow.decode(value).workflow.edges
    assert [(item.branch, item.talk) for item in edges] == [(ERROR, {}), (TIMEOUT, {}), (None, {"notes": "afterwards"})]


def test_containers_have_bodies_and_groups_are_only_drawn() -> None:
    value = flow(
        node("l", "loop", label="Each", items="<a.b>"),
        {"id": "g", "type": "group", "parentNode": "l", "position": {"x": 0, "y": 0}},
        node("1", "agent", parent="g"),
        node("2"),
        edges=[edge("l", "1"), edge("l", "2")],
    )
    workflow = reactflow.decode(value).workflow
    assert [(item.id, item.parent) for item in workflow.blocks] == [("l", None), ("1", "l"), ("2", None)]
    assert [item.branch for item in workflow.edges] == [BODY, None]
    written: Any = reactflow.encode(workflow, value).value
    assert [item.get("parentId") for item in written["nodes"]] == [None, "g", None]


@pytest.mark.parametrize(
    ("value", "code", "fatal"),
    [
        ({}, "FJ300", True),
        (flow({"type": "agent"}), "FJ301", True),
        (flow(node("1"), node("1")), "FJ302", True),
        (flow(node("1"), edges=[edge("1", "9")]), "FJ303", False),
        (flow(node("1", parent="9")), "FJ304", False),
        (flow(node("1", "loop", parent="2"), node("2", "loop", parent="1")), "FJ304", True),
        (flow(node("1"), edges=[edge("1", "1")]), "FJ305", False),
        (flow(node("1", label="A"), node("2", label="A")), "FJ310", False),
    ],
)
def test_what_is_wrong_is_said(value: Map, code: str, fatal: bool) -> None:
    found = reactflow.decode(value)
    assert code in [item.code for item in found.diagnostics]
    assert has_errors(found.diagnostics) == fatal


def test_a_self_loop_is_kept() -> None:
    assert len(reactflow.decode(flow(node("1"), edges=[edge("1", "1")])).workflow.edges) == 1


def test_ids_keep_their_spelling() -> None:
    value = flow(node(1, label="A"), node(2, label="B"), edges=[edge(1, 2)])
    written: Any = reactflow.encode(reactflow.decode(value).workflow, value).value
    assert [item["id"] for item in written["nodes"]] == [1, 2]
    assert (written["edges"][0]["source"], written["edges"][0]["target"]) == (1, 2)


def test_version_nine_keeps_its_one_list() -> None:
    value: Map = {
        "elements": [node("1", label="A", prompt="x"), node("2", label="B"), edge("1", "2")],
        "position": [0, 0],
        "zoom": 1,
    }
    assert len(reactflow.decode(value).workflow.edges) == 1

    def rename(journey: Any) -> None:
        journey["states"]["a"]["title"] = "Ask"

    written = put(value, rename)
    assert written["elements"][0]["data"] == {"label": "Ask", "prompt": "x"}
    assert written["elements"][1:] == value["elements"][1:]


def test_a_new_document_is_what_version_twelve_writes() -> None:
    journey: Any = {
        "journey": "x",
        "version": 1,
        "start": "a",
        "states": {
            "a": {"chat": "Ask", "next": [{"to": "l", "condition": "He agrees"}, {"to": "l", "on": "error"}]},
            "l": {"loop": {"times": 2}, "start": "b", "states": {"b": {"say": "Hi"}}},
        },
    }
    written: Any = reactflow.encode(to_workflow(journey)).value
    assert list(written) == ["nodes", "edges", "viewport", "workflow"]
    assert [item["type"] for item in written["nodes"]] == ["start", "agent", "loop", "reply"]
    loop, body = written["nodes"][2:]
    assert (body["parentId"], body["extent"]) == (loop["id"], "parent")
    handles = [(item.get("sourceHandle"), item.get("label")) for item in written["edges"]]
    assert handles[1][1] == "He agrees"
    assert [handle for handle, _ in handles[2:]] == ["error", "body"]
    assert all(item["id"].startswith("xy-edge__") for item in written["edges"])


def test_new_nodes_and_edges_follow_the_canvas() -> None:
    value = flow(
        node("1", label="A", form={"sys_prompt": "x"}),
        node("2", label="B"),
        edges=[{**edge("1", "2", "start"), "targetHandle": "end"}],
    )

    def extend(journey: Any) -> None:
        journey["states"]["b"]["next"] = "c"
        journey["states"]["c"] = {"say": "Bye"}
        journey["states"]["a"]["agent"] = {"temperature": 0.5}

    written = put(value, extend)
    assert written["nodes"][0]["data"]["form"] == {"sys_prompt": "x", "temperature": 0.5}
    assert (written["edges"][1]["sourceHandle"], written["edges"][1]["targetHandle"]) == ("start", "end")


@pytest.mark.parametrize(
    ("pointer", "value", "own"),
    [
        (("nodes", 0, "position", "x"), 1, "layout"),
        (("nodes", 0, "selected"), True, "editor"),
        (("nodes", 0, "data", "prompt"), "x", ""),
        (("flow", "nodes", 0, "data", "color"), "x", "editor"),
        (("edges", 0, "id"), "x", "identity"),
        (("edges", 0, "label"), "x", ""),
        (("edges", 0, "data", "isHovered"), True, "editor"),
        (("viewport",), {}, "layout"),
        (("cache",), {"a": {}}, "envelope"),
        (("flow",), flow(node("1")), ""),
        (("nodes",), [], ""),
    ],
)
def test_why_fields_stay_behind(pointer: Any, value: Any, own: str) -> None:
    assert reactflow.own_part(pointer, value) == own


def test_what_identifies_items_of_lists() -> None:
    assert reactflow.list_key((), edge("1", "2", "out")) == reactflow.list_key((), edge("1", "2"))
    assert reactflow.list_key((), edge("1", "2", "a")) != reactflow.list_key((), edge("1", "2"))
    assert reactflow.list_key((), {"id": "x", "name": "y"}) == "x"
    assert reactflow.list_key((), {"foo": 1}) is None


def test_type_names_are_compared_without_their_dress() -> None:
    assert squeeze("Http-Request_Node") == "httprequest"
    assert squeeze({"no": "text"}) == ""
