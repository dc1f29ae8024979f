"""PutGet and PutPut: after an edit on one side the other side says it, and nothing changes back; or it is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from fjctl.conversion import bridge
from fjctl.model.meaning import difference, meaning
from tests.strategies import Options, journeys
from tests.support_edits import EDITS, USUAL, apply, edits, fixed
from tests.support_laws import (
    REACTFLOW,
    SIM,
    Real,
    edited,
    get,
    name_of,
    put,
    read,
    real_files,
    text_diff,
    without_links,
    written,
)
from tests.support_sim import sim_documents
from tests.support_workflow_edits import WORKFLOW_EDITS, workflow_edits

if TYPE_CHECKING:
    from fjctl.formats.document import Document

SMALL = real_files(largest=26_000)
ALL = real_files(largest=400_000)


def put_get(workflow: Document, journey: Document) -> Document | None:
    """PutGet for a journey that somebody has edited; the workflow as it became, None when the edit was refused."""
    after = put(journey, workflow)
    if after is None:
        return None
    again = put(after, journey)
    assert again is not None, "the way back is refused"
    here, there = journey.source.text, again.source.text
    if journey.syntax == "yaml":
        assert without_links(there) == without_links(here), text_diff(here, there)
    else:
        assert (
            cast("Any", again.value).items()
            >= {k: v for k, v in cast("Any", journey.value).items() if k != "origin"}.items()
        )
    return after


def same_meaning(one: Document, other: Document) -> Any:
    assert one.journey is not None
    assert other.journey is not None
    return difference(cast("Any", meaning(one.journey)), cast("Any", meaning(other.journey)))


@pytest.mark.parametrize("name", sorted(EDITS))
@pytest.mark.parametrize("real", SMALL, ids=name_of)
def test_edits_of_real_journeys(real: Real, name: str) -> None:
    edits_hold(real, name, places=2)


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(EDITS))
@pytest.mark.parametrize("real", ALL, ids=name_of)
def test_edits_of_all_real_journeys(real: Real, name: str) -> None:
    edits_hold(real, name, places=8)


def edits_hold(real: Real, name: str, places: int) -> None:
    workflow, journey = real.pair()
    for place in range(places):
        value = apply(EDITS[name], cast("Any", journey.value), fixed(place, place))
        if value is None:
            continue
        changed = edited(journey, value)
        after = put_get(workflow, changed)
        assert after is not None or name not in USUAL, f"{name} is refused"
        if after is None:
            continue
        assert put_put_holds(workflow, after, changed, journey)


def put_put_holds(workflow: Document, after: Document, changed: Document, first: Document) -> bool:
    """Writing the first journey over the changed one gives what writing it at once gives: the meaning of `workflow`."""
    back = put(first, after)
    if back is None:
        return True
    return same_meaning(get_as(back, first), get_as(workflow, first)) is None


@given(value=journeys(), data=st.data())
def test_edits_of_generated_journeys(value: dict[str, Any], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from((SIM, REACTFLOW)))
    journey = written(value)
    created = bridge.convert(journey, form)
    assert created.text is not None
    workflow = read("w.json", created.text)
    names, changed = data.draw(edits(value))
    changed_file = edited(journey, changed)
    event(
        f"{form.name}: {'refused' if put_get(workflow, changed_file) is None else 'written'} {'+'.join(sorted(names))}"
    )


@given(sim_documents(), st.data())
def test_edits_of_journeys_of_generated_sim_files(value: dict[str, Any], data: st.DataObject) -> None:
    workflow = read("w.json", json.dumps(value, ensure_ascii=False, indent=2))
    journey = get(workflow)
    names, changed = data.draw(edits(cast("Any", journey.value), 1))
    after = put_get(workflow, edited(journey, changed))
    legacy = any(block["type"] == "router" for block in workflow_blocks(value))
    assert after is not None or not set(names) & USUAL.keys() or legacy, f"{names} refused"


def workflow_blocks(value: dict[str, Any]) -> list[dict[str, Any]]:
    found: Any = value
    for part in ("data", "state"):
        found = found.get(part, found)
    return list(found["blocks"].values())


@pytest.mark.parametrize("name", sorted(WORKFLOW_EDITS))
@pytest.mark.parametrize("real", real_files(largest=30_000, kinds=("sim",)), ids=name_of)
def test_edits_of_real_workflows(real: Real, name: str) -> None:
    workflow, journey = real.pair()
    for place in range(3):
        value = apply(WORKFLOW_EDITS[name], cast("Any", workflow.value), fixed(place, place))
        if value is not None:
            holds_for_workflow(edited(workflow, value), journey)


def holds_for_workflow(changed: Document, journey: Document) -> None:
    """The other PutGet: the journey takes the workflow's edit, and written back changes no byte of the workflow."""
    after = put(changed, journey)
    assert after is not None, "refused"
    again = put(after, changed)
    assert again is not None, "the way back is refused"
    assert again.source.text == changed.source.text, text_diff(changed.source.text, again.source.text)


@given(sim_documents(), st.data())
def test_edits_of_generated_workflows(value: dict[str, Any], data: st.DataObject) -> None:
    workflow = read("w.json", json.dumps(value, ensure_ascii=False, indent=2))
    journey = get(workflow)
    names, changed = data.draw(workflow_edits(value))
    event("+".join(sorted(names)))
    holds_for_workflow(edited(workflow, changed), journey)


@given(value=journeys(Options(conversation=False)), data=st.data())
def test_put_put_on_generated_journeys(value: dict[str, Any], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from((SIM, REACTFLOW)))
    first = written(value)
    created = bridge.convert(first, form)
    assert created.text is not None
    workflow = read("w.json", created.text)
    one = edited(first, data.draw(edits(value))[1])
    two = edited(first, data.draw(edits(value))[1])
    once, direct = put(one, workflow), put(two, workflow)
    if once is None or direct is None:
        return
    twice = put(two, once)
    if twice is not None:
        assert same_meaning(get_as(twice, two), get_as(direct, two)) is None


def get_as(workflow: Document, journey: Document) -> Document:
    """The workflow's journey under the journey's own names."""
    found = put(workflow, journey)
    assert found is not None
    return found
