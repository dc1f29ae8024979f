"""RAGFlow: the laws on real files and on our own, the two copies of a document, choices, tools, broken files."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from fjctl.conversion.bridge import convert
from fjctl.formats import document, registry
from fjctl.formats.ragflow import RAGFLOW
from fjctl.model.workflow import BODY
from tests.support import EXAMPLES, REPOSITORY, corpus_files
from tests.support_canvas import broken, broken_laws, read, real_kinds, survives

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWN = sorted((REPOSITORY / "tests" / "data" / "ragflow").glob("own-*.json"))
FILES = [*corpus_files("ragflow"), *(pytest.param(path, id=path.name) for path in OWN)]
DAY_OUT = REPOSITORY / "tests" / "data" / "ragflow" / "own-day-out.json"


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_a_file_obeys_every_law(path: Path) -> None:
    found = read(path)
    assert found.format is not None
    assert found.format.name == "ragflow"
    assert broken_laws(found) == []


@pytest.mark.parametrize("path", FILES)
def test_all_of_its_meaning_is_in_the_journey(path: Path) -> None:
    account = convert(read(path), registry.find("journey")).account
    assert account is not None
    assert [loss.pointer for loss in account.lost] == []
    assert account.moved > 0


def test_every_block_has_a_real_kind() -> None:
    real, every = real_kinds([param.values[0] for param in FILES], "ragflow")  # type: ignore[misc]
    assert real == every


@pytest.mark.parametrize("path", corpus_files("ragflow")[:2])
def test_it_can_still_be_read_as_plain_react_flow(path: Path) -> None:
    found = read(path, "reactflow")
    assert found.format is not None
    assert found.format.name == "reactflow"


def written(change: Callable[[str], str], path: Path = DAY_OUT) -> Any:
    """The document after its journey's text has changed."""
    found = read(path)
    text = str(convert(found, registry.find("journey")).text)
    changed = change(text)
    assert changed != text
    done = convert(document.read("x.journey.yaml", changed.encode()), registry.find("ragflow"), found)
    assert done.text is not None, [item.line() for item in done.diagnostics]
    return json.loads(done.text)


def form(value: Any, identifier: str) -> Any:
    return next(node["data"]["form"] for node in value["dsl"]["graph"]["nodes"] if node["id"] == identifier)


def params(value: Any, identifier: str) -> Any:
    return value["dsl"]["components"][identifier]["obj"]["params"]


def test_both_copies_say_what_was_edited() -> None:
    value = written(lambda text: text.replace("Sorry, I have nothing", "I am sorry to have nothing"))
    said = ["I am sorry to have nothing to suggest."]
    assert form(value, "Message:Sorry")["content"] == said
    assert params(value, "Message:Sorry")["content"] == said


def test_a_way_that_moves_moves_in_both_copies() -> None:
    value = written(lambda text: text.replace("{to: ask_the_directory, else: true}", "{to: sorry, else: true}"))
    components = value["dsl"]["components"]
    assert components["Switch:Known"]["downstream"] == ["CodeExec:Fast", "Message:Sorry"]
    assert components["Invoke:Ask"]["upstream"] == []
    assert params(value, "Switch:Known")["end_cpn_ids"] == ["Message:Sorry"]
    assert form(value, "Switch:Known")["end_cpn_ids"] == ["Message:Sorry"]


def test_a_state_that_goes_goes_from_both_copies() -> None:
    def gone(text: str) -> str:
        start = text.index("  the_plan:\n")
        rest = text[:start] + text[text.index("  sorry:\n") :]
        return rest.replace("      - the_plan\n", "").replace("    the_plan: Message:Plan\n", "")

    value = written(gone)
    assert "Message:Plan" not in value["dsl"]["components"]
    assert "Message:Plan" not in {node["id"] for node in value["dsl"]["graph"]["nodes"]}
    assert value["dsl"]["components"]["Agent:Plan"]["downstream"] == []


def test_what_a_day_out_says() -> None:
    workflow = read(DAY_OUT).workflow
    assert workflow is not None
    blocks = workflow.by_id()
    switch = blocks["Switch:Known"]
    assert [branch.when for branch in switch.branches] == [
        "!!<@begin.place> && <@begin.conversation_turns> > 2",
        None,
    ]
    assert blocks["Iteration:Each"].fields["loop"] == {"each": "<@CodeExec:Fast.rows>"}
    assert blocks["LLM:Line"].parent == "Iteration:Each"
    assert ("Iteration:Each", BODY) in {(edge.source, edge.branch) for edge in workflow.edges}
    plan: Any = blocks["Agent:Plan"].fields
    assert plan["agent"]["model"] == "deepseek-chat@DeepSeek"
    assert set(plan["tools"]) == {"wikipedia", "helper"}


@pytest.mark.parametrize("place", [("dsl",), ("dsl", "graph"), ("only components",)])
def test_the_same_stands_in_documents_of_every_shape(place: tuple[str, ...]) -> None:
    value = json.loads(DAY_OUT.read_text(encoding="utf-8"))
    inner = {"components": value["dsl"]["components"]} if place == ("only components",) else value
    for key in place if inner is value else ():
        inner = inner[key]
    found = document.read("x.json", json.dumps(inner).encode())
    assert found.format is not None
    assert found.format.name == "ragflow"
    assert broken_laws(found) == []
    assert found.workflow is not None
    whole = read(DAY_OUT).workflow
    assert whole is not None
    assert found.workflow.by_id().keys() == whole.by_id().keys()


def test_a_title_in_several_languages_keeps_them() -> None:
    value = written(lambda text: text.replace("description: Plans a day out.", "description: Plans a whole day."))
    assert value["description"] == {"en": "Plans a whole day.", "zh": "安排一天。"}
    assert value["title"] == {"en": "A day out", "zh": "一日游"}


def test_a_secret_stays_in_its_file() -> None:
    value = json.loads(DAY_OUT.read_text(encoding="utf-8"))
    wiki = {
        "component_name": "TavilySearch",
        "name": "Tavily",
        "params": {"api_key": "tvly-0123456789abcdef0123456789"},
    }
    for where in (form(value, "Agent:Plan"), params(value, "Agent:Plan")):
        where["tools"] = [deepcopy(wiki)]
    source = document.read("x.json", json.dumps(value).encode())
    done = convert(source, registry.find("journey"))
    assert "tvly-" not in str(done.text)
    assert "FJ311" in {found.code for found in source.diagnostics}


def test_an_example_becomes_an_agent_of_ragflow() -> None:
    journey = EXAMPLES / "support" / "journeys" / "return-item.journey.yaml"
    done = convert(read(journey), registry.find("ragflow"))
    assert done.text is not None
    value: Any = json.loads(done.text)
    dsl = value.get("dsl", value)
    assert {node["id"] for node in dsl["graph"]["nodes"]} >= dsl["components"].keys()
    found = document.read("x.json", done.text.encode())
    assert broken_laws(found) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_a_broken_document_is_read_or_refused(path: Path, seed: int) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    assert [law for law in survives(broken(value, seed), "ragflow") if "refused" not in law and "Get" not in law] == []


@pytest.mark.parametrize("value", [{}, [], None, {"dsl": []}, {"dsl": {"graph": {"nodes": {}}}}, {"components": []}])
def test_what_is_no_document_gives_an_empty_workflow(value: Any) -> None:
    assert RAGFLOW.open(value) is None or not RAGFLOW.open(value).nodes  # type: ignore[union-attr]
