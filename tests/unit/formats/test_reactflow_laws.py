from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.conversion import lens
from fjctl.conversion.adopt import adopt_branches, adopt_edges
from fjctl.conversion.naming import hints_of
from fjctl.conversion.to_journey import to_journey
from fjctl.conversion.to_workflow import to_workflow
from fjctl.formats import reactflow, registry
from fjctl.formats.reactflow_kinds import KINDS
from fjctl.model.transplant import same
from tests.strategies import journeys
from tests.support import REPOSITORY, corpus, corpus_files

if TYPE_CHECKING:
    from pathlib import Path

    from fjctl.model.journey import Journey
    from fjctl.model.workflow import Workflow

FILES = corpus_files("reactflow-wrapped(flow)", "ragflow")


def meaning(workflow: Workflow) -> Any:
    """Everything of a workflow but its layout, its type names and its edge ids."""
    blocks = [
        (b.id, b.kind, b.name, b.parent, b.enabled, b.fields, [(x.id, x.reason(), x.condition) for x in b.branches])
        for b in workflow.blocks
    ]
    edges = [(edge.source, edge.branch, edge.target, edge.talk) for edge in workflow.edges]
    return blocks, edges, workflow.name, workflow.description, workflow.variables, workflow.talk


@given(journeys())
def test_whatever_a_journey_holds_comes_back(journey: Journey) -> None:
    workflow = to_workflow(journey)
    written = reactflow.encode(workflow)
    assert not written.losses
    decoded = reactflow.decode(json.loads(json.dumps(written.value)))
    assert not [found for found in decoded.diagnostics if found.code not in {"FJ305", "FJ308", "FJ310"}]
    assert meaning(decoded.workflow) == meaning(workflow)


@given(journeys())
def test_a_document_fjctl_wrote_is_a_prior_like_any_other(journey: Journey) -> None:
    workflow = to_workflow(journey)
    value = reactflow.encode(workflow).value
    assert meaning(reactflow.decode(reactflow.encode(workflow, value).value).workflow) == meaning(workflow)


@given(journeys(), journeys())
def test_any_prior_can_take_any_workflow(journey: Journey, other: Journey) -> None:
    workflow = to_workflow(journey)
    value = reactflow.encode(to_workflow(other)).value
    again = reactflow.decode(reactflow.encode(workflow, value).value).workflow
    hints = hints_of(to_journey(workflow))
    assert to_journey(again, hints)["states"] == to_journey(workflow, hints)["states"]


@pytest.mark.parametrize("path", FILES)
def test_a_real_file_means_the_same_when_written_anew_and_when_written_in_its_own_manner(path: Path) -> None:
    value = json.loads(path.read_bytes())
    untouched = copy.deepcopy(value)
    journey = to_journey(reactflow.decode(value).workflow)
    workflow = to_workflow(journey)
    for prior in (None, value):
        again = reactflow.decode(reactflow.encode(workflow, prior).value).workflow
        assert to_journey(again, hints_of(journey)) == journey
    assert same(value, untouched)


@pytest.mark.parametrize("path", FILES)
def test_meanings_go_back_to_where_a_real_file_keeps_them(path: Path) -> None:
    """All that is written in the file's own manner stands in the file already, but for names and readings it lacks."""
    value = json.loads(path.read_bytes())
    read = reactflow.decode(value).workflow
    written: Any = reactflow.encode(adopt_edges(adopt_branches(to_workflow(to_journey(read)), read), read), value).value
    graph, own = (_at(document, reactflow.graph_pointer(value)) for document in (written, value))
    before = {node["id"]: node for node in own["nodes"]}
    added = [
        (node["id"], key)
        for node in graph["nodes"]
        for key, item in node["data"].items()
        if key not in before[node["id"]]["data"] and key not in {"label", "prompt", "result", "ask"}
    ]
    assert added == []


@pytest.mark.parametrize("path", FILES)
def test_an_edit_of_one_state_touches_one_node_of_a_real_file(path: Path) -> None:
    value = json.loads(path.read_bytes())
    workflow = reactflow.decode(value).workflow
    journey: Any = to_journey(workflow)
    name = next(iter(journey["states"]))
    journey["states"][name]["title"] = "Something new"
    outcome = lens.put_journey(journey, value, workflow, registry.find("reactflow"))
    assert not outcome.refused
    pointer = reactflow.graph_pointer(value)
    before, after = _at(value, pointer), _at(outcome.value, pointer)
    assert same(before["edges"], after["edges"])
    changed = [one["id"] for one, other in zip(before["nodes"], after["nodes"], strict=True) if not same(one, other)]
    assert changed == [journey["origin"]["nodes"][name]]


def _at(value: Any, pointer: Any) -> Any:
    for part in pointer:
        value = value[part]
    return value


def test_there_are_real_files_with_and_without_the_corpus() -> None:
    assert len(FILES) >= (3 if corpus() == REPOSITORY / "tests" / "data" else 14)


_TEXT = (
    "id type data label name form config prompt condition cases choices tool agent inputs "
    "fields tools language code seconds unit parentId position x source say target sourceHandle "
    "notes agentNode router if loop a b true no error http start wait human assign note group "
    "fjctl talk extras retry settings items "
)
_WORDS = st.sampled_from(_TEXT.split())
_ODD: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.just(0.5), _WORDS, st.just("")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=5)),
    max_leaves=12,
)
_KIND = st.sampled_from([*KINDS, "input", "group", "odd", ""])
_NODE = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b", "c", 4])},
    optional={"type": st.one_of(_KIND, _ODD), "data": _ODD, "parentId": _ODD, "position": _ODD, "style": _ODD},
)
_EDGE = st.fixed_dictionaries(
    {"source": st.sampled_from(["a", "b", "c", 4]), "target": st.sampled_from(["a", "b", "c", 4])},
    optional={"sourceHandle": _ODD, "label": _ODD, "data": _ODD, "id": _ODD},
)
DOCUMENTS = st.fixed_dictionaries(
    {"nodes": st.lists(st.one_of(_NODE, _ODD), max_size=5), "edges": st.lists(st.one_of(_EDGE, _ODD), max_size=5)},
    optional={"workflow": _ODD, "name": _ODD, "description": _ODD, "viewport": _ODD},
)


@given(DOCUMENTS)
def test_no_document_makes_the_reader_or_the_writer_fail(value: Any) -> None:
    untouched = copy.deepcopy(value)
    found = reactflow.decode(value)
    again = reactflow.decode(reactflow.encode(found.workflow, value).value)
    assert same(value, untouched)
    assert [block.id for block in again.workflow.blocks] == [block.id for block in found.workflow.blocks]


@given(_ODD)
def test_no_value_at_all_makes_the_reader_fail(value: Any) -> None:
    assert reactflow.graph_pointer(value) is None or isinstance(reactflow.decode(value).workflow.blocks, list)
