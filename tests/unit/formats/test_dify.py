"""Dify: what its nodes, conditions, references, code and notes mean, in every manner in which files spell them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.conversion.bridge import convert
from fjctl.formats import dify, dify_code, dify_notes, document, registry
from fjctl.formats import dify_texts as texts
from fjctl.formats.canvas.drawing import Drawing
from fjctl.formats.canvas.reader import read as read_drawing
from fjctl.formats.canvas.scope import Scope
from fjctl.formats.canvas.soundness import opened
from fjctl.formats.dify_conditions import hear_all, say_all
from fjctl.formats.dify_own import own_part
from fjctl.formats.dify_types import TYPES
from fjctl.model.workflow import BODY, ERROR, TIMEOUT, BlockKind
from tests.support import REPOSITORY
from tests.support_canvas import broken_laws, read

DESK = REPOSITORY / "tests" / "data" / "dify" / "help-desk.yml"
Map = dict[str, Any]


def node(identifier: str, kind: str, parent: str = "", **data: Any) -> Map:
    inside = {"parentId": parent} if parent else {}
    return {
        "id": identifier,
        "data": {"type": kind, "title": identifier, **data},
        "position": {"x": 0, "y": 0},
        **inside,
    }


def edge(source: str, target: str, handle: str = "source") -> Map:
    return {"source": source, "target": target, "sourceHandle": handle, "targetHandle": "target"}


def app(nodes: list[Map], edges: list[Map] | None = None, **workflow: Any) -> Any:
    graph = {"nodes": nodes, "edges": edges or []}
    return {"app": {"name": "Test", "mode": "workflow"}, "kind": "app", "workflow": {"graph": graph, **workflow}}


def scope_of(value: Any, place: str = "") -> Scope:
    drawing = opened(dify.DIFY, value)
    assert drawing is not None
    scope = read_drawing(dify.DIFY, drawing).scope
    scope.node = drawing.by_id().get(place, scope.node)
    return scope


PLAIN = app([node("1", "start"), node("2", "llm"), node("3", "http-request"), node("4", "code")])


def decoded(value: Any) -> Any:
    found = dify.decode(value)
    assert [item for item in found.diagnostics if item.severity == "error"] == []
    return found.workflow


def fields(value: Any, identifier: str) -> Map:
    found: Map = decoded(value).by_id()[identifier].fields
    return found


# Every node


def test_every_type_has_its_kind() -> None:
    workflow = decoded(read(DESK).value)
    kinds = {block.type: block.kind for block in workflow.blocks}
    unknown = [name for name, kind in kinds.items() if kind is BlockKind.OPAQUE]
    assert unknown == ["quantum-oracle"]
    assert kinds["parameter-extractor"] is BlockKind.AGENT
    assert kinds["iteration"] is BlockKind.PARALLEL
    assert kinds["loop"] is BlockKind.LOOP
    assert {edge.branch for edge in workflow.edges} >= {ERROR, TIMEOUT, BODY, None, "true", "false", "call_back"}


def test_every_row_of_the_table_is_written_as_a_type_that_dify_has() -> None:
    assert all("/" not in name or TYPES.get(name.partition("/")[0]) for name in TYPES.rows)
    kinds = set(TYPES.first)
    assert {BlockKind.START, BlockKind.AGENT, BlockKind.CONDITION, BlockKind.ROUTER, BlockKind.HUMAN} <= kinds


# Conditions

CONDITIONS = [
    ("contains", "x", "string", '<@2.content>.includes("x")'),
    ("not contains", "x", "string", '!<@2.content>.includes("x")'),
    ("start with", "x", "string", '<@2.content>.startsWith("x")'),
    ("end with", "x", "string", '<@2.content>.endsWith("x")'),
    ("is", "x", "string", '<@2.content> === "x"'),
    ("is not", "x", "string", '<@2.content> !== "x"'),
    ("is", True, "boolean", "<@2.content> === true"),
    ("empty", "", "string", "!<@2.content>"),
    ("not empty", "", "string", "!!<@2.content>"),
    ("empty", "", "array[string]", "<@2.content>.length === 0"),
    ("not empty", "", "array[string]", "<@2.content>.length > 0"),
    ("=", "200", "number", "<@2.content> === 200"),
    ("≠", "2.5", "number", "<@2.content> !== 2.5"),
    (">", "3", "number", "<@2.content> > 3"),
    ("<", "-3", "number", "<@2.content> < -3"),
    ("≥", "3", "number", "<@2.content> >= 3"),
    ("≤", "{{#3.status_code#}}", "number", "<@2.content> <= <@3.status>"),
    ("null", "", "string", "<@2.content> === null"),
    ("not null", "", "string", "<@2.content> !== null"),
    ("in", ["a", "b"], "string", '["a", "b"].includes(<@2.content>)'),
    ("not in", ["a"], "string", '!["a"].includes(<@2.content>)'),
    ("all of", ["a", "b"], "array[string]", '["a", "b"].every((one) => <@2.content>.includes(one))'),
]


@pytest.mark.parametrize(("operator", "value", "kind", "expression"), CONDITIONS)
def test_a_condition_and_its_expression(operator: str, value: Any, kind: str, expression: str) -> None:
    scope = scope_of(PLAIN)
    row = {"comparison_operator": operator, "value": value, "varType": kind, "variable_selector": ["2", "text"]}
    assert say_all([row], "and", scope) == expression
    heard = hear_all(expression, scope)
    assert heard is not None
    assert [{key: item for key, item in found.items() if key != "id"} for found in heard[0]] == [row]


@pytest.mark.parametrize(("operator", "meant"), [("exists", "!!<@2.content>"), ("not exists", "!<@2.content>")])
def test_of_a_file_it_is_asked_whether_it_is_there(operator: str, meant: str) -> None:
    row = {"comparison_operator": operator, "value": "", "varType": "file", "variable_selector": ["2", "text"]}
    assert say_all([row], "and", scope_of(PLAIN)) == meant
    assert hear_all(meant, scope_of(PLAIN), [row]) == ([row], "and")


def test_conditions_on_the_items_of_a_list() -> None:
    scope = scope_of(PLAIN)
    text = '!<@2.files>.some((item) => item.type === "a, (b)" || item.size > 3) && <@3.status> === 200'
    heard = hear_all(text, scope)
    assert heard is not None
    rows, operator = heard
    assert operator == "and"
    assert rows[0]["comparison_operator"] == "not contains"
    assert rows[0]["sub_variable_condition"]["logical_operator"] == "or"
    assert say_all(rows, operator, scope) == text


@pytest.mark.parametrize(
    "row",
    [
        {"comparison_operator": "quite", "value": "x", "variable_selector": ["2", "text"]},
        {"comparison_operator": "is", "value": "x", "variable_selector": ["gone", "text"]},
        {"comparison_operator": ">", "value": "high", "variable_selector": ["2", "text"]},
    ],
)
def test_what_no_expression_says_comes_back_as_it_was(row: Map) -> None:
    scope = scope_of(PLAIN)
    said = say_all([row], "and", scope)
    assert said.startswith("condition({")
    assert hear_all(said, scope) == ([row], "and")


@pytest.mark.parametrize("text", ["<@2.content> === 1 && (<@3.status> > 2)", "one()", "a && b || c", "", "<@2.x> && ("])
def test_what_dify_cannot_ask_is_no_condition(text: str) -> None:
    assert hear_all(text, scope_of(PLAIN)) is None


def test_the_oldest_conditions_have_no_cases() -> None:
    row = {"comparison_operator": "=", "id": "c", "value": "1", "variable_selector": ["2", "text"]}
    value = app(
        [node("1", "start"), node("2", "llm"), node("5", "if-else", conditions=[row], logical_operator="and")],
        [edge("1", "2"), edge("2", "5"), edge("5", "2", "true")],
    )
    branches = decoded(value).by_id()["5"].branches
    assert [(branch.id, branch.when) for branch in branches] == [("true", "<@2.content> === 1"), ("false", None)]
    written = dify.encode(decoded(value), value).value
    again: Any = written
    data = next(item["data"] for item in again["workflow"]["graph"]["nodes"] if item["id"] == "5")
    assert data["conditions"] == [row]
    assert "cases" not in data


def test_a_choice_that_dify_cannot_make_never_holds_and_is_named() -> None:
    journey = {
        "journey": "j",
        "version": 1,
        "states": {
            "a": {"fork": True, "next": [{"to": "b", "when": "one(<a.x>) > 2"}, {"to": "c", "else": True}]},
            "b": {"say": "b"},
            "c": {"say": "c"},
        },
    }
    found = convert(document.read("x.journey.json", json.dumps(journey).encode()), registry.find("dify"))
    assert any("one(<a.x>) > 2" in loss.what or "choice" in loss.what for loss in found.losses)
    again: Any = found.value
    case = next(item["data"]["cases"][0] for item in again["workflow"]["graph"]["nodes"] if "cases" in item["data"])
    assert (case["conditions"], case["logical_operator"]) == ([], "or")


# References


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("{{#2.text#}} and {{#3.body#}}", "<@2.content> and <@3.data>"),
        ("{{#sys.query#}}", "<@1.input>"),
        ("{{#sys.user_id#}}", "<@1.sys.user_id>"),
        ("{{#conversation.seen#}}", "<variable.seen>"),
        ("{{#env.TOKEN#}}", "{{TOKEN}}"),
        ("{{#4.result#}} {{#4.deep.er#}}", "<@4.result.result> <@4.result.deep.er>"),
        ("{{#gone.text#}} {{#context#}} {{ x }} <b>", "{{#gone.text#}} {{#context#}} {{ x }} <b>"),
    ],
)
def test_a_text_and_its_references(theirs: str, ours: str) -> None:
    value = app(
        [
            node("1", "start"),
            node("2", "llm"),
            node("3", "http-request"),
            node("4", "code", code={"x": "def main(): 0"}),
        ],
        environment_variables=[{"name": "TOKEN", "value_type": "secret", "value": ""}],
    )
    value["workflow"]["graph"]["nodes"][3]["data"]["code"] = "def main(): return {}"
    scope = scope_of(value)
    assert texts.read_text(theirs, scope) == ours
    assert texts.write_text(ours, scope) == theirs


def test_inside_of_a_loop_its_item_is_that_of_the_loop() -> None:
    value = app(
        [
            node("1", "start"),
            node("5", "iteration"),
            node("6", "llm", "5"),
            node("7", "iteration", "5", is_parallel=True),
            node("8", "llm", "7"),
        ]
    )
    assert texts.read_text("{{#5.item#}} {{#5.index#}}", scope_of(value, "6")) == "<loop.currentItem> <loop.index>"
    assert texts.read_text("{{#5.item#}}{{#7.item#}}", scope_of(value, "8")) == "<@5.currentItem><parallel.currentItem>"
    assert texts.read_text("{{#5.output#}}", scope_of(value, "1")) == "<@5.results>"
    assert texts.write_text("<loop.currentItem><parallel.index>", scope_of(value, "8")) == "{{#5.item#}}{{#7.index#}}"


def test_a_template_has_the_references_in_their_places() -> None:
    variables = {"name": "<@2.content>", "rows": "<@4.result.rows>"}
    template = "Hi {{ name }}, {{rows[0].x}}{% for row in rows %}{{ row }}{% endfor %}"
    text, needed = texts.read_jinja(template, variables)
    assert text == "Hi <@2.content>, <@4.result.rows[0].x>{% for row in rows %}{{ row }}{% endfor %}"
    assert needed == {"rows": "<@4.result.rows>"}
    again, declared = texts.write_jinja(text, needed, variables, scope_of(PLAIN))
    assert again == template.replace("{{rows[0].x}}", "{{ rows[0].x }}")
    assert declared == variables


def test_a_new_reference_in_a_template_gets_a_variable() -> None:
    text, declared = texts.write_jinja("<@2.content> <@3.data>", {}, {"content": "<@3.data>"}, scope_of(PLAIN))
    assert text == "{{ content_2 }} {{ content }}"
    assert declared == {"content_2": "<@2.content>", "content": "<@3.data>"}


# Code


@given(
    st.lists(st.sampled_from(["x = <@2.content>", "  y(<@3.data>)", "", "return {'a': \"<b>\"}", 'z = """', "`${q}"])),
    st.sampled_from(["python", "javascript"]),
)
def test_code_without_a_main_gets_one_and_loses_it_again(lines: list[str], kind: str) -> None:
    code = "\n".join(lines)
    scope = scope_of(PLAIN)
    written, variables = dify_code.wrap(code, kind, scope)
    assert dify_code.has_main(written)
    assert dify_code.unwrap(written, variables) == code
    assert all(f"<@{name}" not in written for name in "23")


def test_texts_of_several_lines_are_not_indented_in_code() -> None:
    code = 'x = """a\n  b\n"""\nreturn x'
    written, _ = dify_code.wrap(code, "python", scope_of(PLAIN))
    made: Map = {}
    exec(written, made)  # noqa: S102 - our own code of two lines
    assert made["main"]() == {"result": "a\n  b\n"}


def test_code_of_dify_stays_as_it_is() -> None:
    value = app([node("1", "start"), node("4", "code", code="def main(a): return {'b': a}", code_language="python3")])
    assert fields(value, "4")["tool"]["code"] == "def main(a): return {'b': a}"


# Notes


def lexical(*paragraphs: Map) -> str:
    return json.dumps({"root": {"children": list(paragraphs), "type": "root"}})


BOLD = {
    "type": "paragraph",
    "children": [{"type": "text", "text": "Mind", "format": 1}, {"type": "text", "text": " it"}],
}
LAST = {"type": "paragraph", "children": [{"type": "text", "text": "Bye", "format": 2}]}


def test_a_note_keeps_the_looks_of_what_stays() -> None:
    scope = Scope(Drawing())
    prior = lexical(BOLD, {"type": "paragraph", "children": []}, LAST)
    found = dify_notes.NOTE.read(prior, scope)
    assert found is not None
    assert found.value == "Mind it\n\nBye"
    written = json.loads(dify_notes.NOTE.write("Mind it\nNew\nBye", prior, None, scope))
    assert written["root"]["children"][0] == BOLD
    assert written["root"]["children"][-1] == LAST
    assert written["root"]["children"][1]["children"][0]["text"] == "New"
    assert dify_notes.NOTE.write("x", "plain", None, scope) == "x"


# Older and odder manners


def test_an_iteration_of_the_first_releases_has_no_start_node() -> None:
    loop = node("5", "iteration", start_node_id="6", iterator_selector=["1", "rows"])
    value = app([node("1", "start"), loop, node("6", "llm", "5", isIterationStart=True)], [edge("1", "5")])
    workflow = decoded(value)
    assert [(found.source, found.target) for found in workflow.edges if found.branch == BODY] == [("5", "6")]
    written: Any = dify.encode(workflow, value).value
    assert {item["id"] for item in written["workflow"]["graph"]["nodes"]} == {"1", "5", "6"}
    assert len(written["workflow"]["graph"]["edges"]) == 1


def test_the_first_assigner() -> None:
    old: Map = {"assigned_variable_selector": ["conversation", "a"], "input_variable_selector": ["2", "text"]}
    value = app([node("1", "start"), node("2", "llm"), node("5", "assigner", **old, write_mode="append")])
    assert fields(value, "5")["tool"] == {
        "kind": "assign",
        "assign": {"a": "<@2.content>"},
        "settings": {"how": {"a": "append"}},
    }
    written: Any = dify.encode(decoded(value), value).value
    data = written["workflow"]["graph"]["nodes"][2]["data"]
    assert {key: data[key] for key in old} == old
    assert "items" not in data


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ([{"role": "system", "text": "Be kind"}, {"role": "user", "text": "Hi"}], ("Be kind", {"input": "Hi"})),
        ([{"role": "system", "text": ""}, {"role": "user", "text": "Hi"}], ("Hi", {"role": "user"})),
        ({"text": "Complete", "edition_type": "basic"}, ("Complete", {"role": "user"})),
        ("Just a text", ("Just a text", {"role": "user"})),
    ],
)
def test_every_form_of_a_prompt(template: Any, said: tuple[str, Map]) -> None:
    value = app([node("1", "start"), node("2", "llm", prompt_template=template)])
    found = fields(value, "2")
    assert (found["prompt"], found.get("agent", {})) == said
    written: Any = dify.encode(decoded(value), value).value
    assert written["workflow"]["graph"]["nodes"][1]["data"]["prompt_template"] == template


def test_knowledge_reaches_a_prompt_as_its_context() -> None:
    context = {"enabled": True, "variable_selector": ["5", "result"]}
    prompt = [{"role": "system", "text": "Use {{#context#}}"}]
    nodes = [node("1", "start"), node("5", "knowledge-retrieval", query_variable_selector=["sys", "query"])]
    value = app([*nodes, node("2", "llm", prompt_template=prompt, context=context)])
    assert fields(value, "2")["prompt"] == "Use <@5.results>"
    written: Any = dify.encode(decoded(value)).value
    data = next(item["data"] for item in written["workflow"]["graph"]["nodes"] if item["data"]["type"] == "llm")
    assert data["prompt_template"][0]["text"] == "Use {{#context#}}"
    assert data["context"] == context


@pytest.mark.parametrize("kind", ["BlockEnum.LLM", "NodeType.llm"])
def test_an_enum_that_nobody_evaluated_is_read(kind: str) -> None:
    value = app([node("1", "start"), node("2", kind, prompt_template=[{"role": "system", "text": "Hi"}])])
    assert decoded(value).by_id()["2"].kind is BlockKind.AGENT
    written: Any = dify.encode(decoded(value), value).value
    assert written["workflow"]["graph"]["nodes"][1]["data"]["type"] == kind


def test_what_a_script_leaves_out_is_no_hindrance() -> None:
    nodes = [{"id": 1, "type": "start", "data": {"title": "S"}}, {"id": "2", "type": "llm"}, {"data": {"type": "end"}}]
    edges: list[Any] = [{"source": 1, "target": "2", "source_handle": "source"}, {"source": "2"}, None, edge("2", "2")]
    found = dify.decode(app(nodes, edges))  # type: ignore[arg-type]
    assert [block.kind for block in found.workflow.blocks] == [BlockKind.START, BlockKind.AGENT]
    assert [(item.source, item.target) for item in found.workflow.edges] == [("1", "2")]
    assert {item.code for item in found.diagnostics} == {"FJ301", "FJ305"}


def test_ways_back_and_ways_that_are_not_there_are_named() -> None:
    cases = [{"case_id": "true", "conditions": [], "logical_operator": "and"}]
    nodes = [node("1", "start"), node("2", "llm"), node("5", "if-else", cases=cases)]
    edges = [edge("1", "2"), edge("2", "5"), edge("5", "2", "true"), edge("5", "2", "nowhere")]
    found = dify.decode(app(nodes, edges))
    assert sorted(item.code for item in found.diagnostics) == ["FJ307", "FJ313"]
    assert [(item.source, item.target) for item in found.workflow.edges] == [("1", "2"), ("2", "5")]


@pytest.mark.parametrize(("version", "codes"), [("0.6.0", []), ("0.7.0", ["FJ306"]), ("new", ["FJ306"]), (None, [])])
def test_versions(version: str | None, codes: list[str]) -> None:
    value = {**PLAIN, "version": version} if version is not None else PLAIN
    assert [item.code for item in dify.decode(value).diagnostics] == codes


@pytest.mark.parametrize("mode", ["chat", "agent-chat", "completion"])
def test_an_app_without_a_graph_is_explained(mode: str) -> None:
    text = f"app:\n  mode: {mode}\n  name: Simple\nkind: app\nmodel_config:\n  pre_prompt: Hi\nversion: 0.1.5\n"
    found = document.read("app.yml", text.encode())
    assert found.format is not None
    assert found.format.name == "dify"
    assert not found.ok
    (said,) = found.located()
    assert (said.code, mode in said.message, "workflow" in said.help) == ("FJ300", True, True)


# Secrets

KEY = "app-" + "a1B2" * 6


def test_secrets_stay_in_the_file_and_nowhere_else() -> None:
    auth = {"type": "api-key", "config": {"type": "bearer", "api_key": KEY}}
    call = node("3", "http-request", headers=f"X-Api-Key:{KEY}\nAccept:json", authorization=auth, url="u", method="get")
    value = app([node("1", "start"), call], [edge("1", "3")])
    text = document.fresh(value, "yaml", side="workflow")
    found = document.read("x.yml", text.encode())
    assert [item.code for item in found.diagnostics] == ["FJ311", "FJ311"]
    assert all(KEY not in item.line() for item in found.located())
    journey = convert(found, registry.find("journey"))
    assert KEY not in str(journey.text)
    assert broken_laws(found) == []
    edited = document.read("x.journey.yaml", str(journey.text).replace("Accept: json", "Accept: text").encode())
    written = str(convert(edited, registry.find("dify"), found).text)
    assert written.count(KEY) == 2
    assert "Accept:text" in written
    assert KEY not in str(convert(edited, registry.find("dify")).text)


# What is whose


@pytest.mark.parametrize(
    ("pointer", "value", "part"),
    [
        (("kind",), "app", "envelope"),
        (("app", "icon"), "x", "envelope"),
        (("dependencies",), [1], "derived"),
        (("workflow", "graph", "viewport"), {"x": 1}, "editor"),
        (("workflow", "graph", "nodes", 0, "position"), {"x": 1}, "layout"),
        (("workflow", "graph", "nodes", 0, "selected"), True, "editor"),
        (("workflow", "graph", "nodes", 0, "id"), "1", "identity"),
        (("workflow", "graph", "nodes", 0, "data", "isInIteration"), True, "derived"),
        (("workflow", "graph", "nodes", 0, "data", "paramSchemas"), [1], "payload?"),
        (("workflow", "graph", "nodes", 0, "data", "api_key"), "abcdefgh1", "secret"),
        (("workflow", "graph", "nodes", 0, "data", "vision"), {"enabled": False}, "editor"),
        (("workflow", "graph", "nodes", 0, "data", "title"), "T", ""),
        (("workflow", "graph", "nodes", 0, "data", "prompt_template"), [1], ""),
        (("workflow", "graph", "edges", 0, "zIndex"), 1, "layout"),
        (("workflow", "graph", "edges", 0, "target"), "1", ""),
        (("workflow", "conversation_variables", 0, "selector"), ["a"], "derived"),
        (("app", "name"), "N", ""),
    ],
)
def test_what_a_field_is(pointer: tuple[Any, ...], value: Any, part: str) -> None:
    assert own_part(pointer, value) == part
