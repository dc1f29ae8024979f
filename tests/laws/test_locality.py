"""Locality: bytes that belong to untouched blocks and states do not change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.model.journey import walk
from tests.support_edits import add_state, apply, fixed
from tests.support_laws import Real, as_map, changed_lines, edited, get, name_of, put, read, real_files, text_diff
from tests.support_sim import sim_documents
from tests.support_workflow_edits import WORKFLOW_EDITS, block_text, move, rename_block, switch_off

if TYPE_CHECKING:
    from fjctl.formats.document import Document

FILES = real_files(largest=70_000)
SIM_FILES = real_files(largest=70_000, kinds=("sim",))


def piece(document: Document, pointer: tuple[Any, ...]) -> str:
    """The text of one value."""
    if document.syntax == "yaml":
        from fjctl.text.yaml_text import locate as locate_yaml

        span = locate_yaml(document.source, pointer)
    else:
        from fjctl.text.json_spans import locate as locate_json

        span = locate_json(document.source, pointer)
    return document.source.text[span.start : span.end]


def block_pointers(document: Document) -> dict[str, tuple[Any, ...]]:
    """Where each block of a Sim file stands, by its id."""
    for pointer in ((), ("state",), ("data",), ("data", "state")):
        found: Any = document.value
        for part in pointer:
            found = found.get(part, {})
        if isinstance(found.get("blocks"), dict):
            return {key: (*pointer, "blocks", key) for key in found["blocks"]}
    raise AssertionError("no blocks")


@pytest.mark.parametrize("real", FILES, ids=name_of)
def test_another_prompt_changes_one_line_of_the_workflow(real: Real) -> None:
    """Or one line for each line of the prompt that the file keeps on lines of its own; RAGFlow holds all twice."""
    workflow, journey = real.pair()
    value = cast("Any", json.loads(json.dumps(journey.value)))
    spoken = [s for _, _, s in walk(value["states"]) if s.get("chat", "")[:20] in workflow.source.text]
    state = next((s for s in spoken if len(s.get("chat", "")) > 40), None)
    if state is None:
        pytest.skip("no model speaks here")
    state["chat"] = "Another instruction"
    after = put(edited(journey, value), workflow)
    assert after is not None
    assert workflow.format is not None
    copies = 2 if workflow.format.name == "ragflow" else 1
    assert len(changed_lines(workflow.source.text, after.source.text)) == 2 * copies


@pytest.mark.parametrize("real", SIM_FILES, ids=name_of)
def test_untouched_blocks_keep_every_byte(real: Real) -> None:
    workflow, journey = real.pair()
    value = cast("Any", json.loads(json.dumps(journey.value)))
    name, state = next((n, s) for _, n, s in walk(value["states"]) if "chat" in s or "tool" in s)
    state["enabled"] = False
    after = put(edited(journey, value), workflow)
    assert after is not None
    touched = value["origin"]["nodes"][name]
    for key, pointer in block_pointers(workflow).items():
        assert (piece(workflow, pointer) == piece(after, pointer)) is (key != touched), key
    assert len(changed_lines(workflow.source.text, after.source.text)) == 2


@pytest.mark.parametrize("real", FILES, ids=name_of)
def test_a_new_state_leaves_the_other_blocks_alone(real: Real) -> None:
    workflow, journey = real.pair()
    value = cast("Any", json.loads(json.dumps(journey.value)))
    value["states"]["brand_new_state"] = {"say": "Good bye"}
    after = put(edited(journey, value), workflow)
    assert after is not None
    gone = [line for line in changed_lines(workflow.source.text, after.source.text) if line[:1] == "-"]
    # A separator after the neighbour, and where the list was written on one line that line itself.
    assert len(gone) <= 3, text_diff(workflow.source.text, after.source.text)
    one_line = "\n" not in workflow.source.text.strip()
    assert one_line or all(len(line) < 2000 for line in gone)


@pytest.mark.parametrize("real", SIM_FILES, ids=name_of)
def test_another_title_is_one_line_of_the_journey(real: Real) -> None:
    """A rename in the builder: the state's title, and nothing of what is not about it."""
    workflow, journey = real.pair()
    value = apply(rename_block, cast("Any", workflow.value), fixed(1))
    assert value is not None
    after = put(edited(workflow, value), journey)
    assert after is not None
    assert len(changed_lines(journey.source.text, after.source.text)) <= 3


@pytest.mark.parametrize("edit", [block_text, switch_off], ids=["block_text", "switch_off"])
@pytest.mark.parametrize("real", SIM_FILES, ids=name_of)
def test_a_builders_edit_changes_the_lines_of_one_state(real: Real, edit: Any) -> None:
    workflow, journey = real.pair()
    value = apply(edit, cast("Any", workflow.value), fixed(1))
    if value is None:
        pytest.skip("no such block")
    after = put(edited(workflow, value), journey)
    assert after is not None
    before, now = cast("Any", journey.value), cast("Any", after.value)
    touched = [name for name, state in before["states"].items() if now["states"].get(name) != state]
    assert len(touched) <= 1
    for name in before["states"]:
        if name not in touched:
            assert piece(journey, ("states", name)) == piece(after, ("states", name))


@pytest.mark.parametrize("real", SIM_FILES, ids=name_of)
def test_layout_never_reaches_the_journey(real: Real) -> None:
    workflow, journey = real.pair()
    value = apply(move, cast("Any", workflow.value), fixed(1))
    assert value is not None
    after = put(edited(workflow, value), journey)
    assert after is not None
    assert after.source.text == journey.source.text


def test_every_edit_of_a_workflow_is_tried() -> None:
    assert {"move", "switch_off", "block_text"} <= WORKFLOW_EDITS.keys()


@given(sim_documents(), st.data())
def test_a_new_state_does_not_move_edges(value: dict[str, Any], data: st.DataObject) -> None:
    """However a file orders its edges: they stay so, and those of untouched blocks keep their bytes."""
    places = (value, value.get("state"), as_map(value.get("data", {})).get("state"))
    state = as_map(next(found for found in places if has_blocks(found)))
    state["edges"] = data.draw(st.permutations(state["edges"]))
    workflow = read("w.json", json.dumps(value, ensure_ascii=False, indent=2))
    journey = get(workflow)
    changed = apply(add_state, as_map(journey.value), fixed(data.draw(st.integers(0, 3))))
    if changed is None:
        return
    after = put(edited(journey, changed), workflow)
    assert after is not None
    known = [edge["id"] for edge in state["edges"]]
    now = [piece(after, pointer) for pointer in edge_pointers(after)]
    stayed = [json.loads(text)["id"] for text in now if json.loads(text)["id"] in known]
    assert stayed == [name for name in known if name in stayed]
    before = {piece(workflow, pointer) for pointer in edge_pointers(workflow)}
    assert len(before - set(now)) <= 1


def has_blocks(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("blocks"), dict)


def edge_pointers(document: Document) -> list[tuple[Any, ...]]:
    (*state, _, _), *_ = block_pointers(document).values()
    found: Any = document.value
    for part in state:
        found = found[part]
    return [(*state, "edges", place) for place in range(len(found["edges"]))]
