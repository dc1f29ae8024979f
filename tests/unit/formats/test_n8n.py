"""n8n: the laws on every real file, what becomes of its nodes, connections and parts, new workflows, broken files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, n8n, registry
from fjctl.formats.n8n_types import full, row_of, short
from fjctl.model.workflow import BODY, ERROR, Block, BlockKind, Branch, Edge, Workflow
from tests.support import EXAMPLES, corpus_files
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives

if TYPE_CHECKING:
    from pathlib import Path

FILES = corpus_files("n8n")


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_a_workflow_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "n8n"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", FILES)
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


def test_blocks_have_a_real_kind() -> None:
    real, every = real_kinds([cast("Path", param.values[0]) for param in FILES], "n8n")
    assert real / every >= 0.9


def test_no_file_of_another_builder_is_taken_for_one_of_n8n() -> None:
    others = [cast("Path", param.values[0]) for param in corpus_files() if "n8n" not in str(param.id)]
    readable = [path for path in others if path.suffix == ".json" and path.stat().st_size < 200_000]
    taken = []
    for path in readable:
        try:
            value = json.loads(path.read_bytes())
        except ValueError:
            continue
        form = registry.detect(value)
        taken += [path.name] if form is not None and form.name == "n8n" else []
    assert readable
    assert taken == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("path", FILES[-3:])
def test_a_broken_workflow_is_read_or_refused(path: Path, seed: int) -> None:
    survives(broken(json.loads(path.read_bytes()), seed), "n8n")


def node(name: str, kind: str, version: float = 1, **more: Any) -> dict[str, Any]:
    parameters = more.pop("parameters", {})
    prefix = "" if "." in kind else "n8n-nodes-base."
    head = {"id": f"id-{name}".replace(" ", "-"), "name": name, "type": prefix + kind, "typeVersion": version}
    return {"parameters": parameters, **head, "position": [0, 0], **more}


def flow(nodes: list[dict[str, Any]], *wires: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """A workflow; a wire is source, target, output index, kind, input index (the last three may be left out)."""
    joined: dict[str, Any] = {}
    for wire in wires:
        source, target, slot, kind, index = cast("Any", (*wire, *(0, "main", 0)[len(wire) - 2 :]))
        slots = joined.setdefault(source, {}).setdefault(kind, [])
        slots += [[] for _ in range(slot + 1 - len(slots))]
        slots[slot].append({"node": target, "type": kind, "index": index})
    return {"name": "W", "nodes": nodes, "connections": joined, **more}


def decoded(value: Any) -> Workflow:
    found = n8n.decode(value)
    assert [item for item in found.diagnostics if item.severity == "error"] == []
    return found.workflow


def test_outputs_are_branches() -> None:
    row = {"leftValue": "={{ $json.n }}", "rightValue": 3, "operator": {"type": "number", "operation": "gt"}}
    parameters = {"conditions": {"conditions": [row], "combinator": "and"}}
    nodes = [
        node("Go", "manualTrigger"),
        node("Big?", "if", 2.2, parameters=parameters),
        node("A", "code", 2),
        node("B", "code", 2),
    ]
    found = decoded(flow(nodes, ("Go", "Big?"), ("Big?", "A"), ("Big?", "B", 1)))
    block = found.by_id()["id-Big?"]
    assert [(b.id, b.when, b.otherwise) for b in block.branches] == [
        ("true", "<@id-Go.n> > 3", False),
        ("false", None, True),
    ]
    assert {(edge.branch, edge.target) for edge in found.edges if edge.source == "id-Big?"} == {
        ("true", "id-A"),
        ("false", "id-B"),
    }


@pytest.mark.parametrize(("version", "item", "done"), [(2, 0, 1), (3, 1, 0)])
def test_a_loop_is_a_container_whichever_way_its_outputs_are_numbered(version: float, item: int, done: int) -> None:
    nodes = [
        node("Go", "manualTrigger"),
        node("Each", "splitInBatches", version),
        node("Step", "noOp"),
        node("End", "noOp"),
    ]
    value = flow(nodes, ("Go", "Each"), ("Each", "Step", item), ("Step", "Each"), ("Each", "End", done))
    found = decoded(value)
    assert found.by_id()["id-Each"].kind is BlockKind.LOOP
    assert found.by_id()["id-Step"].parent == "id-Each"
    assert {(e.source, e.branch, e.target) for e in found.edges} == {
        ("id-Go", None, "id-Each"),
        ("id-Each", BODY, "id-Step"),
        ("id-Each", None, "id-End"),
    }
    again: Any = n8n.encode(found, value).value
    assert again["connections"] == value["connections"]


def test_a_loop_that_can_be_left_half_way_is_one_that_chooses() -> None:
    nodes = [
        node("Each", "splitInBatches", 3),
        node("Step", "code", 2),
        node("Past", "code", 2),
        node("End", "code", 2),
    ]
    wires = [("Each", "Step", 1), ("Step", "Each"), ("Step", "Past"), ("Past", "End"), ("Each", "End")]
    value = flow(nodes, *wires)
    found = decoded(value)
    assert found.by_id()["id-Each"].kind is BlockKind.CONDITION
    made: Any = n8n.encode(found).value
    assert made["nodes"][0]["type"] == "n8n-nodes-base.splitInBatches"
    assert made["connections"]["Each"] == value["connections"]["Each"]


def test_the_first_version_of_the_loop_is_a_step_with_a_way_back() -> None:
    nodes = [node("Go", "manualTrigger"), node("Each", "splitInBatches"), node("Step", "code", 2)]
    found = decoded(flow(nodes, ("Go", "Each"), ("Each", "Step"), ("Step", "Each")))
    assert found.by_id()["id-Each"].kind is BlockKind.INTEGRATION
    assert ("id-Step", None, "id-Each") in {(e.source, e.branch, e.target) for e in found.edges}


def test_what_is_connected_to_an_agent_is_a_setting_of_it() -> None:
    model = "@n8n/n8n-nodes-langchain.lmChatOpenAi"
    nodes = [
        node("Chat", "@n8n/n8n-nodes-langchain.chatTrigger"),
        node("Help", "@n8n/n8n-nodes-langchain.agent", 1.7, parameters={"options": {"systemMessage": "Be kind"}}),
        node("OpenAI Chat Model", model, 1.2, parameters={"model": {"__rl": True, "mode": "list", "value": "gpt-4o"}}),
        node("Find", "postgresTool", 2.5, parameters={"operation": "select", "toolDescription": "Finds"}),
    ]
    wires = [
        ("Chat", "Help"),
        ("OpenAI Chat Model", "Help", 0, "ai_languageModel"),
        ("Find", "Help", 0, "ai_tool"),
    ]
    found = decoded(flow(nodes, *wires))
    assert [block.id for block in found.blocks] == ["id-Chat", "id-Help"]
    fields: Any = found.by_id()["id-Help"].fields
    assert fields["prompt"] == "Be kind"
    assert fields["agent"] == {"model": "gpt-4o"}
    assert fields["tools"]["find"] == {
        "kind": "external",
        "title": "Find",
        "service": "postgres",
        "operation": "select",
        "description": "Finds",
        "settings": {"version": 2.5},
    }


def test_the_error_output_is_behind_all_others() -> None:
    nodes = [
        node("Call", "httpRequest", 4.2, parameters={"url": "u"}, onError="continueErrorOutput"),
        node("Good", "code", 2),
        node("Bad", "code", 2),
    ]
    value = flow(nodes, ("Call", "Good"), ("Call", "Bad", 1))
    found = decoded(value)
    assert {(edge.branch, edge.target) for edge in found.edges} == {(None, "id-Good"), (ERROR, "id-Bad")}
    again: Any = n8n.encode(found, value).value
    assert again["connections"] == value["connections"]
    assert again["nodes"][0]["onError"] == "continueErrorOutput"


def test_a_renamed_node_changes_connections_and_texts_of_others() -> None:
    code = "return $('Get').all().map(i => i.json.a + $('Get').first().json.b)"
    nodes = [
        node("Get", "httpRequest", 4.2, parameters={"url": "u"}),
        node("Sum", "code", 2, parameters={"jsCode": code}),
        node("Say", "slack", 2.3, parameters={"text": "=It is {{ $('Get').item.json.a }}"}),
    ]
    value = flow(nodes, ("Get", "Sum"), ("Sum", "Say"))
    found = decoded(value)
    found.by_id()["id-Get"].name = "It's new"
    again: Any = n8n.encode(found, value).value
    assert again["connections"].keys() == {"It's new", "Sum"}
    assert again["nodes"][1]["parameters"]["jsCode"] == (
        "return $('It\\'s new').all().map(i => i.json.a + $('It\\'s new').first().json.b)"
    )
    assert again["nodes"][2]["parameters"]["text"] == "=It is {{ $('It\\'s new').item.json.a }}"


def test_inputs_keep_their_order() -> None:
    nodes = [node("A", "code", 2), node("B", "code", 2), node("Both", "merge", 3, parameters={"mode": "combine"})]
    value = flow(nodes, ("A", "Both", 0, "main", 1), ("B", "Both"))
    found = decoded(value)
    made: Any = n8n.encode(found).value
    ends = {source: made["connections"][source]["main"][0][0]["index"] for source in ("A", "B")}
    assert ends == {"A": 1, "B": 0}


@pytest.mark.parametrize(
    ("connections", "said"),
    [
        ({"A": {"main": [None, []]}}, []),
        ({"A": {"main": [[{"node": "Nobody", "type": "main", "index": 0}]]}}, ["FJ303"]),
        ({"id-A": {"main": [[{"node": "B", "type": "main", "index": 0}]]}}, ["FJ303"]),
        ({"A": {"main": {"0": []}}}, ["FJ303"]),
        ({"A": [[]]}, ["FJ303"]),
        ({"A": {"main": [[{"type": "main"}, 7]]}}, ["FJ303", "FJ303"]),
        ({"A": {"main": [[{"node": "A", "type": "main", "index": 0}]]}}, ["FJ305"]),
    ],
)
def test_connections_that_lead_nowhere_are_named(connections: Any, said: list[str]) -> None:
    value = {**flow([node("A", "code", 2), node("B", "code", 2)]), "connections": connections}
    found = n8n.decode(value)
    assert [item.code for item in found.diagnostics if item.severity != "info"] == said
    assert all(item.help for item in found.diagnostics)


def test_keys_that_a_script_has_quoted_are_read_and_kept() -> None:
    plain = flow([node("A", "code", 2), node("B", "code", 2)], ("A", "B"))
    value = {f'"{key}"' if key in {"nodes", "connections"} else key: item for key, item in plain.items()}
    form = registry.detect(value)
    assert form is not None
    assert form.name == "n8n"
    found = decoded(value)
    assert [(edge.source, edge.target) for edge in found.edges] == [("id-A", "id-B")]
    again: Any = n8n.encode(found, value).value
    assert again.keys() == value.keys()


def test_nodes_without_an_id_get_one_that_survives_a_new_name() -> None:
    first, second = node("A", "code", 2), node("B", "code", 2)
    del first["id"], second["id"]
    value = flow([first, second], ("A", "B"))
    found = decoded(value)
    ids = [block.id for block in found.blocks]
    assert len(set(ids)) == 2
    same: Any = n8n.encode(found, value).value
    assert all("id" not in item for item in same["nodes"])
    found.blocks[0].name = "Renamed"
    again: Any = n8n.encode(found, value).value
    assert again["nodes"][0]["id"] == ids[0]
    assert [block.id for block in decoded(again).blocks] == ids


def test_secrets_stay_in_the_workflow() -> None:
    key = "sk-" + "a1B2" * 8
    value = flow([node("Call", "httpRequest", 4.2, parameters={"url": f"=https://x?k={key}&q={{{{ $now }}}}"})])
    found = n8n.decode(value)
    assert [item.code for item in found.diagnostics] == ["FJ311"]
    assert key not in str(found.workflow)
    again: Any = n8n.encode(found.workflow, value).value
    assert again["nodes"][0]["parameters"]["url"] == value["nodes"][0]["parameters"]["url"]


def test_a_new_workflow_is_written_as_n8n_would() -> None:
    path = EXAMPLES / "support" / "journeys" / "return-item.journey.yaml"
    source = document.read(path.name, path.read_bytes())
    made = convert(source, registry.find("n8n"))
    value: Any = made.value
    assert value.keys() == {"name", "nodes", "pinData", "connections", "active", "settings", "meta", "tags"}
    assert value["settings"] == {"executionOrder": "v1"}
    names = [item["name"] for item in value["nodes"]]
    assert len(set(names)) == len(names)
    assert all(
        item.keys() >= {"parameters", "id", "name", "type", "typeVersion", "position"} for item in value["nodes"]
    )
    ends = [
        row["node"]
        for kinds in value["connections"].values()
        for rows in kinds.values()
        for slot in rows
        for row in slot
    ]
    assert set(ends) | value["connections"].keys() <= set(names)
    again = document.read("made.json", str(made.text).encode())
    assert again.ok
    assert not [item for item in again.diagnostics if item.code == "FJ308"]


def test_a_choice_of_many_is_a_switch_and_one_by_a_model_a_classifier() -> None:
    blocks = [
        Block(
            id="c",
            kind=BlockKind.CONDITION,
            name="Which?",
            branches=[
                Branch(id="1", when="<@t.x> == 1"),
                Branch(id="2", when="<@t.x> == 2"),
                Branch(id="3", otherwise=True),
            ],
        ),
        Block(
            id="r",
            kind=BlockKind.ROUTER,
            name="What?",
            branches=[Branch(id="1", condition="a: b"), Branch(id="2", otherwise=True)],
        ),
        Block(id="t", kind=BlockKind.REPLY, name="T", fields={"say": "Hi"}),
    ]
    edges = [
        Edge(source="c", target="r", branch="2"),
        Edge(source="c", target="t", branch="3"),
        Edge(source="r", target="t", branch="2"),
    ]
    made = n8n.encode(Workflow(blocks=blocks, edges=edges))
    value: Any = made.value
    assert [short(item["type"]) for item in value["nodes"]] == ["switch", "textClassifier", "chat"]
    back = decoded(value).by_id()
    assert [branch.when for branch in back["c"].branches] == ["<@t.x> == 1", "<@t.x> == 2", None]
    assert [branch.condition for branch in back["r"].branches] == ["a: b", ""]
    assert made.losses == []


def test_what_n8n_has_nothing_like_is_a_named_loss() -> None:
    tool: Any = {"kind": "external", "service": "carrier pigeon", "arguments": {"to": "you"}}
    made = n8n.encode(Workflow(blocks=[Block(id="p", kind=BlockKind.INTEGRATION, name="Fly", fields={"tool": tool})]))
    value: Any = made.value
    assert value["nodes"][0]["type"] == "n8n-nodes-base.noOp"
    assert any("Fly" in loss.what for loss in made.losses)


@pytest.mark.parametrize(
    "name",
    [
        "n8n-nodes-base.httpRequest",
        "n8n-nodes-base.openAi",
        "@n8n/n8n-nodes-langchain.openAi",
        "@n8n/n8n-nodes-langchain.code",
        "@n8n/n8n-nodes-langchain.lmChatOpenAi",
        "@n8n/n8n-nodes-langchain.lmChatOfTomorrow",
        "n8n-nodes-mcp.mcpClientTool",
        "@pinecone-database/n8n-nodes-pinecone-assistant.pineconeAssistant",
        "n8n-nodes-base.toolLike",
    ],
)
def test_a_type_keeps_its_name(name: str) -> None:
    assert full(short(name)) == name
    assert full(row_of(short(name), "").name) == name


@pytest.mark.parametrize(
    ("name", "mark", "kind", "role"),
    [
        ("lmChatOfTomorrow", "part", None, "model"),
        ("memoryOfTomorrow", "part", None, "memory"),
        ("n8n-nodes-new.thingTrigger", "", BlockKind.TRIGGER, ""),
        ("n8n-nodes-new.thing", "called", BlockKind.INTEGRATION, ""),
        ("n8n-nodes-new.thing", "", BlockKind.OPAQUE, ""),
        ("vectorStoreOfTomorrow", "", BlockKind.KNOWLEDGE, ""),
    ],
)
def test_families_of_types_are_known_by_their_names(name: str, mark: str, kind: BlockKind | None, role: str) -> None:
    row = row_of(name, mark)
    assert row.kind is kind
    assert row.role == role


ODD: tuple[Any, ...] = (None, [], {}, ["a"], {"a": [1]}, 7, "", True, "<@")


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES[-2:])
def test_any_value_may_be_of_any_type(path: Path) -> None:
    whole = json.loads(path.read_bytes())
    kinds = {(item["type"], item["typeVersion"]): item for item in whole["nodes"]}
    for item in kinds.values():
        value = {**whole, "nodes": [item]}
        for holder, key in list(places(value)):
            kept = holder[key]
            for odd in ODD:
                holder[key] = odd
                workflow = n8n.decode(value).workflow
                n8n.encode(workflow)
                n8n.encode(workflow, value)
            holder[key] = kept


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document's nodes and connections: the map or list, and the key or index."""
    found: list[tuple[Any, Any]] = []
    stack = [value["nodes"], value["connections"]]
    while stack:
        item = stack.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        found += [(item, key) for key in keys]
        stack += [item[key] for key in keys]
    return found
