"""GetPut and idempotence: without an edit nothing changes, byte for byte, on either side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from fjctl.conversion import bridge
from tests.strategies import Options, journeys
from tests.support_laws import (
    JOURNEY,
    REACTFLOW,
    SIM,
    Real,
    get,
    messages,
    name_of,
    put,
    read,
    real_files,
    text_diff,
    written,
)
from tests.support_reactflow import reactflow_documents
from tests.support_sim import sim_documents

if TYPE_CHECKING:
    from fjctl.formats.document import Document


def holds(workflow: Document, journey: Document) -> None:
    """Both puts of an unedited pair give back the same bytes, and say so."""
    for source, prior in ((journey, workflow), (workflow, journey)):
        assert prior.format is not None
        result = bridge.convert(source, prior.format, prior=prior)
        assert result.text == prior.source.text, text_diff(prior.source.text, result.text or "") or messages(result)
        assert result.unchanged


@pytest.mark.parametrize("syntax", ["yaml", "json"])
@pytest.mark.parametrize("real", real_files(), ids=name_of)
def test_real_pairs(real: Real, syntax: str) -> None:
    workflow, journey = real.pair()
    holds(workflow, journey if syntax == "yaml" else get(workflow, "json"))


@given(sim_documents())
def test_generated_sim_documents(value: dict[str, Any]) -> None:
    workflow = read("w.json", json.dumps(value, ensure_ascii=False, indent=2))
    assert workflow.ok, messages(workflow)
    holds(workflow, get(workflow))


@given(reactflow_documents())
def test_generated_reactflow_documents(value: dict[str, Any]) -> None:
    workflow = read("w.json", json.dumps(value, ensure_ascii=False, indent="\t"))
    assert workflow.ok, messages(workflow)
    holds(workflow, get(workflow))


@pytest.mark.parametrize("form", [SIM, REACTFLOW], ids=lambda form: str(form.name))
@given(value=journeys())
def test_generated_journeys(form: Any, value: dict[str, Any]) -> None:
    """A journey, the workflow created from it, and each written into the other."""
    journey = written(value)
    created = bridge.convert(journey, form)
    assert created.text is not None, messages(created)
    holds(read("w.json", created.text), journey)


@given(value=journeys(Options(cycles=True)))
def test_generated_journeys_with_cycles_on_a_canvas_that_draws_them(value: dict[str, Any]) -> None:
    journey = written(value)
    created = bridge.convert(journey, REACTFLOW)
    assert created.text is not None, messages(created)
    holds(read("w.json", created.text), journey)


@given(value=journeys(Options(cycles=True)))
def test_generated_journeys_with_cycles_as_containers_or_refused(value: dict[str, Any]) -> None:
    journey = written(value)
    created = bridge.convert(journey, SIM)
    if created.text is None:
        assert [item.code for item in created.diagnostics if item.severity == "error"], messages(created)
        return
    holds(read("w.json", created.text), journey)


@pytest.mark.parametrize("real", real_files(largest=40_000), ids=name_of)
def test_convert_twice_is_convert_once(real: Real) -> None:
    """Also where the first conversion had something to write."""
    workflow, journey = real.pair()
    text = journey.source.text.replace("\nstates:", "\nlabels: [brand new]\n\nstates:", 1)
    if "\nlabels:" in journey.source.text or text == journey.source.text:
        pytest.skip("nothing to add here")
    changed = read(journey.source.name, text)
    once = put(changed, workflow)
    assert once is not None
    twice = put(changed, once)
    assert twice is not None
    assert twice.source.text == once.source.text
    assert bridge.convert(once, JOURNEY, prior=changed).unchanged
