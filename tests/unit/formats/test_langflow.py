"""Langflow: the laws on every real file, prompts and links each way, loops, choices, new flows, what is no flow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats.langflow import LANGFLOW, decode
from fjctl.formats.langflow_graph import QUOTE
from fjctl.model.workflow import BODY, BlockKind
from tests.support import EXAMPLES, corpus_files
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives
from tests.unit.formats.langflow_flows import flow, link, node

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.formats.document import Document
    from fjctl.model.workflow import Block, Workflow

FILES = corpus_files("langflow")


def _workflow(value: Any) -> Workflow:
    return decode(value).workflow


def _block(value: Any, name: str) -> Block:
    return _workflow(value).by_id()[name]


def _document(value: Any) -> Document:
    found = document.read("flow.json", json.dumps(value).encode())
    assert found.ok, [item.line() for item in found.located()]
    assert found.format is not None
    assert found.format.name == "langflow"
    return found


def _journey(value: Any) -> Document:
    made = convert(_document(value), registry.find("journey"))
    assert made.text is not None
    return document.read("flow.journey.yaml", made.text.encode())


def _put(value: Any, old: str, new: str) -> Any:
    """The flow after a text of its journey was edited."""
    journey = _journey(value)
    assert old in journey.source.text
    edited = document.read("flow.journey.yaml", journey.source.text.replace(old, new).encode())
    put = convert(edited, registry.find("langflow"), _document(value))
    assert put.text is not None, [item.line() for item in put.diagnostics]
    return json.loads(put.text)


def _ends(value: Any) -> set[tuple[str, str, str, str]]:
    """The links of a flow: source, output, target, field."""
    found = set()
    for edge in value["data"]["edges"]:
        first, last = edge["data"]["sourceHandle"], edge["data"]["targetHandle"]
        found.add((edge["source"], first["name"], edge["target"], last.get("fieldName") or last["name"]))
    return found


def _template(value: Any, name: str) -> Any:
    return next(item for item in value["data"]["nodes"] if item["id"] == name)["data"]["node"]["template"]


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_a_file_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "langflow"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", FILES)
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


def test_blocks_have_a_real_kind() -> None:
    paths: list[Any] = [param.values[0] for param in FILES]
    real, every = real_kinds(paths, "langflow")
    assert real / every >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("path", [FILES[0], FILES[-1]])
def test_a_broken_file_is_read_or_refused(path: Path, seed: int) -> None:
    value = json.loads(path.read_bytes())
    for item in value["data"]["nodes"]:  # most of a node is source code: breaking that says little
        item["data"]["node"]["template"].pop("code", None)
    assert survives(broken(value, seed), "langflow") == []


PROMPTED = flow(
    [
        node("ChatInput", "ChatInput-a", {"input_value": "Hello"}),
        node(
            "Prompt",
            "Prompt-p",
            {"template": "Answer {question} in {{style}} {tone}.", "question": "", "tone": "kindly"},
        ),
        node("LanguageModelComponent", "LanguageModelComponent-m", {"system_message": "", "input_value": ""}),
        node("ChatOutput", "ChatOutput-o", {"input_value": ""}),
    ],
    [
        link("ChatInput-a.message", "Prompt-p.question"),
        link("Prompt-p.prompt", "LanguageModelComponent-m.system_message"),
        link("ChatInput-a.message", "LanguageModelComponent-m.input_value"),
        link("LanguageModelComponent-m.text_output", "ChatOutput-o.input_value"),
    ],
)


def test_a_prompt_is_the_text_of_what_it_feeds() -> None:
    workflow = _workflow(PROMPTED)
    assert [block.id for block in workflow.blocks] == ["ChatInput-a", "LanguageModelComponent-m", "ChatOutput-o"]
    model = workflow.by_id()["LanguageModelComponent-m"]
    assert model.fields["prompt"] == "Answer <@ChatInput-a.input> in {style} <@ChatInput-a.tone>."
    assert model.fields["agent"] == {"input": "<@ChatInput-a.input>"}
    assert workflow.by_id()["ChatInput-a"].fields["inputs"] == {
        "input": {"type": "string", "default": "Hello"},
        "tone": {"type": "string", "default": "kindly"},
    }


def test_what_a_longer_way_says_already_is_no_edge() -> None:
    edges = {(edge.source, edge.target) for edge in _workflow(PROMPTED).edges}
    assert edges == {("ChatInput-a", "LanguageModelComponent-m"), ("LanguageModelComponent-m", "ChatOutput-o")}


def test_an_edited_prompt_changes_its_template_and_nothing_else() -> None:
    put = _put(PROMPTED, "Answer <variable.input>", "Reply to <variable.input>")
    assert _template(put, "Prompt-p")["template"]["value"] == "Reply to {question} in {{style}} {tone}."
    assert _ends(put) == _ends(PROMPTED)
    _template(put, "Prompt-p")["template"]["value"] = _template(PROMPTED, "Prompt-p")["template"]["value"]
    assert put == PROMPTED


def test_a_reference_that_goes_takes_its_variable_and_its_link_along() -> None:
    put = _put(PROMPTED, "Answer <variable.input> in", "Answer in")
    assert "question" not in _template(put, "Prompt-p")
    assert ("ChatInput-a", "message", "Prompt-p", "question") not in _ends(put)


CHAINED = flow(
    [
        node("ChatInput", "ChatInput-a", {"input_value": ""}),
        node("Agent", "Agent-one", {"system_prompt": "Plan it.", "input_value": ""}),
        node("Agent", "Agent-two", {"system_prompt": "Write it.", "input_value": ""}),
        node("ChatOutput", "ChatOutput-o", {"input_value": ""}),
    ],
    [
        link("ChatInput-a.message", "Agent-one.input_value"),
        link("Agent-one.response", "Agent-two.input_value"),
        link("Agent-two.response", "ChatOutput-o.input_value"),
    ],
)


def test_a_new_reference_gets_a_prompt_with_a_variable_and_a_link() -> None:
    put = _put(CHAINED, "Write it.", "Write what <variable.input> asks for.")
    made = next(item for item in put["data"]["nodes"] if item["data"]["type"] == "Prompt Template")
    template = made["data"]["node"]["template"]
    assert template["template"]["value"] == "Write what {input} asks for."
    assert made["data"]["node"]["custom_fields"] == {"template": ["input"]}
    assert {
        ("ChatInput-a", "message", made["id"], "input"),
        (made["id"], "prompt", "Agent-two", "system_prompt"),
    } <= _ends(put)


def test_a_link_that_the_journey_takes_elsewhere_follows() -> None:
    put = _put(
        CHAINED,
        "input: <agent_one.content>" if "agent_one" in _journey(CHAINED).source.text else "input: <agent.content>",
        "input: <variable.input>",
    )
    assert ("ChatInput-a", "message", "Agent-two", "input_value") in _ends(put)
    assert ("Agent-one", "response", "Agent-two", "input_value") not in _ends(put)
    assert ("Agent-one", "response", "Agent-two", "run_after") in _ends(put)


def _without_outputs(edge: Any) -> Any:
    first = edge["data"]["sourceHandle"]
    old = {"baseClasses": first["output_types"], "dataType": first["dataType"], "id": first["id"]}
    spelled = json.dumps(old).replace('"', QUOTE)
    return {**edge, "sourceHandle": spelled, "data": {**edge["data"], "sourceHandle": old}}


def _pipes(edge: Any) -> Any:
    first, last = edge["data"]["sourceHandle"], edge["data"]["targetHandle"]
    source = "|".join([first["dataType"], first["id"], *first["output_types"]])
    target = "|".join([";".join(last["inputTypes"]), last["fieldName"], last["id"]])
    kept = {key: item for key, item in edge.items() if key != "data"}
    return {**kept, "sourceHandle": source, "targetHandle": target}


def _strings_alone(edge: Any) -> Any:
    return {key: item for key, item in edge.items() if key != "data"}


GENERATIONS = {"no outputs": _without_outputs, "strings alone": _strings_alone, "pipes": _pipes}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_of_handles_says_the_same(generation: str) -> None:
    edges = [GENERATIONS[generation](edge) for edge in CHAINED["data"]["edges"]]
    value = {**CHAINED, "data": {**CHAINED["data"], "edges": edges}}
    found, expected = _workflow(value), _workflow(CHAINED)
    assert [(e.source, e.target) for e in found.edges] == [(e.source, e.target) for e in expected.edges]
    assert found.by_id()["Agent-two"].fields == expected.by_id()["Agent-two"].fields
    assert broken_laws(_document(value)) == []


def test_parts_are_settings_of_the_agent_they_feed() -> None:
    action = {"name": "fetch_content", "description": "Fetches pages.", "status": True, "tags": ["fetch_content"]}
    value = flow(
        [
            node("Agent", "Agent-a", {"system_prompt": "Help.", "tools": ""}),
            node("URLComponent", "URLComponent-u", {"max_depth": 2, "tools_metadata": [action]}),
            node("OpenAIModel", "OpenAIModel-m", {"model_name": "gpt-4o", "temperature": 0.3}),
        ],
        [
            link("URLComponent-u.component_as_tool", "Agent-a.tools", types=["Tool"]),
            link("OpenAIModel-m.model_output", "Agent-a.llm", types=["LanguageModel"]),
        ],
    )
    agent = _block(value, "Agent-a")
    assert agent.fields["tools"] == {
        "fetch_content": {
            "kind": "external",
            "service": "URLComponent",
            "title": "URLComponent",
            "description": "Fetches pages.",
            "arguments": {"max_depth": 2},
        }
    }
    assert agent.fields["agent"] == {
        "model": "gpt-4o",
        "temperature": 0.3,
        "provider": {"type": "OpenAIModel", "name": "OpenAIModel"},
    }
    assert broken_laws(_document(value)) == []


LOOPED = flow(
    [
        node("File", "File-f", {"path": ["a.csv"]}),
        node("LoopComponent", "LoopComponent-l", {"data": ""}),
        node("ParserComponent", "ParserComponent-p", {"pattern": "{title}", "input_data": ""}),
        node("ChatOutput", "ChatOutput-o", {"input_value": ""}),
    ],
    [
        link("File-f.dataframe", "LoopComponent-l.data"),
        link("LoopComponent-l.item", "ParserComponent-p.input_data"),
        link("ParserComponent-p.parsed_text", "LoopComponent-l.item", back=True),
        link("LoopComponent-l.done", "ChatOutput-o.input_value"),
    ],
)


def test_a_loop_is_a_container_and_flat_again() -> None:
    workflow = _workflow(LOOPED)
    loop, parser = (workflow.by_id()[name] for name in ("LoopComponent-l", "ParserComponent-p"))
    assert (loop.kind, loop.fields["loop"]) == (BlockKind.LOOP, {"each": "<@File-f.dataframe>"})
    assert parser.parent == "LoopComponent-l"
    assert parser.fields["tool"]["arguments"]["input_data"] == "<@LoopComponent-l.currentItem>"  # type: ignore[call-overload,index]
    assert {(e.source, e.branch, e.target) for e in workflow.edges} >= {
        ("LoopComponent-l", BODY, "ParserComponent-p"),
        ("LoopComponent-l", None, "ChatOutput-o"),
    }
    assert broken_laws(_document(LOOPED)) == []
    made = convert(_journey(LOOPED), registry.find("langflow"))
    assert made.text is not None
    ends = _ends(json.loads(made.text))
    assert {end[1::2] for end in ends if "Loop" in end[0] or "Loop" in end[2]} >= {
        ("item", "input_data"),
        ("done", "input_value"),
    }
    assert any(field == "item" for _, _, target, field in ends if "Loop" in target)


def _router(operator: str, match: str) -> Any:
    return flow(
        [
            node("ChatInput", "ChatInput-a", {"input_value": ""}),
            node(
                "ConditionalRouter",
                "ConditionalRouter-r",
                {"input_text": "", "operator": operator, "match_text": match},
            ),
            node("Agent", "Agent-y", {"system_prompt": "Yes.", "input_value": ""}),
            node("Agent", "Agent-n", {"system_prompt": "No.", "input_value": ""}),
        ],
        [
            link("ChatInput-a.message", "ConditionalRouter-r.input_text"),
            link("ConditionalRouter-r.true_result", "Agent-y.input_value"),
            link("ConditionalRouter-r.false_result", "Agent-n.input_value"),
        ],
    )


@pytest.mark.parametrize(
    ("operator", "match", "when"),
    [
        ("equals", "yes", '<@ChatInput-a.input> == "yes"'),
        ("contains", "order", '<@ChatInput-a.input>.includes("order")'),
        ("starts with", "/", '<@ChatInput-a.input>.startsWith("/")'),
        ("greater than", "3", "<@ChatInput-a.input> > 3"),
        ("regex", "^a+$", '<@ChatInput-a.input>.match("^a+$")'),
        ("regex", "a+", '<@ChatInput-a.input>.match("^(?:a+)")'),
    ],
)
def test_an_if_else_is_an_expression_and_back(operator: str, match: str, when: str) -> None:
    value = _router(operator, match)
    router = _block(value, "ConditionalRouter-r")
    assert [branch.when for branch in router.branches] == [when, None]
    assert broken_laws(_document(value)) == []
    made = convert(_journey(value), registry.find("langflow"))
    assert made.text is not None
    fields = next(n for n in json.loads(made.text)["data"]["nodes"] if n["data"]["type"] == "ConditionalRouter")
    template = fields["data"]["node"]["template"]
    assert (template["operator"]["value"], template["match_text"]["value"]) == (operator, match)


def test_what_a_choice_hands_on_is_what_it_was_given() -> None:
    value = _router("equals", "yes")
    assert _block(value, "Agent-y").fields["agent"] == {"input": "<@ChatInput-a.input>"}
    put = _put(value, "chat: Yes.", "chat: Gladly.")
    assert _ends(put) == _ends(value)
    assert _template(put, "Agent-y")["system_prompt"]["value"] == "Gladly."


def test_an_edited_condition_is_the_components_again() -> None:
    put = _put(_router("equals", "yes"), '<variable.input> == "yes"', '<variable.input>.includes("y")')
    template = _template(put, "ConditionalRouter-r")
    assert (template["operator"]["value"], template["match_text"]["value"]) == ("contains", "y")


def test_a_router_has_a_sentence_for_each_way() -> None:
    routes = [
        {"route_category": "Refund", "route_description": "Wants money back", "output_value": ""},
        {"route_category": "Other", "route_description": "", "output_value": ""},
    ]
    value = flow(
        [
            node("ChatInput", "ChatInput-a", {"input_value": ""}),
            node("SmartRouter", "SmartRouter-r", {"input_text": "", "routes": routes, "enable_else_output": True}),
            node("Agent", "Agent-a", {"system_prompt": "Refund.", "input_value": ""}),
        ],
        [
            link("ChatInput-a.message", "SmartRouter-r.input_text"),
            link("SmartRouter-r.category_1_result", "Agent-a.input_value"),
        ],
    )
    router = _block(value, "SmartRouter-r")
    assert router.kind is BlockKind.ROUTER
    assert [branch.condition for branch in router.branches] == ["Refund: Wants money back", "Other", ""]
    assert router.branches[-1].otherwise
    assert broken_laws(_document(value)) == []


def test_global_variables_are_names_and_secrets_stay() -> None:
    value = flow(
        [
            node("OpenAIModel", "OpenAIModel-m", {"api_key": "OPENAI_API_KEY", "model_name": "gpt-4o"}, ["api_key"]),
            node("TavilySearchComponent", "TavilySearchComponent-t", {"api_key": "tvly-0123456789abcdefghijklmn"}),
        ],
        [],
    )
    found = _document(value)
    assert _block(value, "OpenAIModel-m").fields["agent"]["settings"] == {"api_key": "{{OPENAI_API_KEY}}"}  # type: ignore[call-overload,index]
    journey = _journey(value).source.text
    assert "tvly" not in journey
    assert [(item.code, "tvly-0123" in item.message) for item in found.diagnostics if item.code == "FJ311"] == [
        ("FJ311", False)
    ]


def test_a_new_flow_is_whole() -> None:
    journey = document.read("a.journey.yaml", (EXAMPLES / "support/journeys/return-item.journey.yaml").read_bytes())
    made = convert(journey, registry.find("langflow"))
    assert made.text is not None
    value = json.loads(made.text)
    assert {"id", "name", "description", "data", "is_component", "last_tested_version"} <= value.keys()
    known = {item["id"]: item["data"]["node"] for item in value["data"]["nodes"] if item["type"] == "genericNode"}
    for identifier, component in known.items():
        assert component["template"]["_type"] == "Component", identifier
        assert "class " in component["template"]["code"]["value"]
        assert all(output["types"] for output in component["outputs"])
    for edge in value["data"]["edges"]:
        first, last = edge["data"]["sourceHandle"], edge["data"]["targetHandle"]
        outputs = {output["name"]: output["types"] for output in known[edge["source"]]["outputs"]}
        assert first["output_types"] == outputs[first["name"]]
        assert set(first["output_types"]) & set(last.get("inputTypes", last.get("output_types", [])))
        assert json.loads(edge["sourceHandle"].replace(QUOTE, '"')) == first
    assert document.read("again.json", made.text.encode()).ok


@pytest.mark.parametrize(
    "value",
    [
        {"data": {"nodes": []}, "is_component": False},
        {
            "data": {"nodes": [None, {}, {"id": "a"}, {"id": "a", "data": None}], "edges": [None, {"source": "a"}]},
            "is_component": False,
        },
    ],
)
def test_next_to_nothing_is_read(value: Any) -> None:
    assert decode(value).workflow is not None


def test_one_component_alone_is_explained() -> None:
    value = {**CHAINED, "is_component": True, "data": {"nodes": CHAINED["data"]["nodes"][1:2], "edges": []}}
    found = document.read("component.json", json.dumps(value).encode())
    assert not found.ok
    assert [item.code for item in found.diagnostics] == ["FJ300"]
    assert "component" in found.diagnostics[0].message
    assert "export the flow" in found.diagnostics[0].help


def test_a_group_is_a_step_that_keeps_what_is_in_it() -> None:
    inner = {"data": {"nodes": CHAINED["data"]["nodes"], "edges": CHAINED["data"]["edges"]}}
    group = node("Group", "Group-g", {"system_prompt_Agent-one": "Plan it."})
    group["data"]["node"] |= {"flow": inner, "display_name": "Plan and write"}
    value = flow(
        [group, node("ChatOutput", "ChatOutput-z", {"input_value": ""})],
        [link("Group-g.response", "ChatOutput-z.input_value")],
    )
    block = _block(value, "Group-g")
    assert block.kind is not BlockKind.OPAQUE
    assert "Write it." in json.dumps(block.fields)
    assert broken_laws(_document(value)) == []


def test_its_dialect_is_called_langflow() -> None:
    assert LANGFLOW.title == "Langflow"


def test_a_new_state_is_a_component_with_its_links() -> None:
    journey = _journey(CHAINED)
    text = journey.source.text.replace("next: chat_output", "next: polish").replace(
        "  chat_output:\n",
        "  polish: {chat: Polish it., agent: {input: <agent_2.content>}, next: chat_output}\n  chat_output:\n",
        1,
    )
    put = convert(document.read("flow.journey.yaml", text.encode()), registry.find("langflow"), _document(CHAINED))
    assert put.text is not None, [item.line() for item in put.diagnostics]
    value = json.loads(put.text)
    made = next(item["id"] for item in value["data"]["nodes"] if item["data"]["type"] == "LanguageModelComponent")
    assert _template(value, made)["system_message"]["value"] == "Polish it."
    assert {
        ("Agent-two", "response", made, "input_value"),
        (made, "text_output", "ChatOutput-o", "run_after"),
    } <= _ends(value)
    kept = {edge["id"] for edge in CHAINED["data"]["edges"]}
    assert kept <= {edge["id"] for edge in value["data"]["edges"]}


def test_several_flows_in_a_file_are_told_apart() -> None:
    value = {"flows": [CHAINED, {**PROMPTED, "name": "Another"}]}
    found = document.read("flows.json", json.dumps(value).encode())
    assert found.members == ["A flow", "Another"]
    chosen = document.read("flows.json", json.dumps(value).encode(), member="Another")
    assert chosen.format is not None
    assert (chosen.format.name, chosen.ok) == ("langflow", True)
