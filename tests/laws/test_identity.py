"""Identity: writing back what was read is the same text, byte for byte, whatever its spelling."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.conversion import bridge
from fjctl.formats import document
from tests.strategies import journeys
from tests.support_laws import GRAPHS, JOURNEY, Real, name_of, read, real_files, written
from tests.support_sim import sim_documents
from tests.support_texts import JSON_STYLES, YAML_STYLES, odd_numbers

ALL = (*GRAPHS, "dify", "n8n", "format")
STYLES = sorted(JSON_STYLES)


@pytest.mark.parametrize("real", real_files(largest=10_000_000), ids=name_of)
def test_a_real_file_is_written_as_it_was_read(real: Real) -> None:
    data = real.path.read_bytes()
    found = document.read(real.path.name, data)
    assert found.encoded(found.rewritten(found.value)) == data


@pytest.mark.parametrize("real", real_files(largest=70_000, kinds=("sim",)), ids=name_of)
@pytest.mark.parametrize("style", STYLES)
def test_a_real_file_in_any_spelling_comes_back_through_its_journey(real: Real, style: str) -> None:
    """Not only read and written: converted there and back, in every layout of the same document."""
    text = JSON_STYLES[style](json.loads(real.path.read_text(encoding="utf-8")))
    data = text.encode("utf-8")
    workflow = document.read(real.path.name, data)
    assert workflow.encoded(workflow.rewritten(workflow.value)) == data
    journey = bridge.convert(workflow, JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    assert journey.text is not None
    assert workflow.format is not None
    back = bridge.convert(read("x.journey.yaml", journey.text), workflow.format, prior=workflow)
    assert back.text is not None
    assert workflow.encoded(back.text) == data


@given(sim_documents(), st.sampled_from(STYLES))
def test_generated_json_in_every_style(value: dict[str, object], style: str) -> None:
    text = JSON_STYLES[style](value)
    found = document.read("w.json", text.encode("utf-8"))
    assert found.rewritten(found.value) == found.source.text
    assert found.encoded(found.source.text) == text.encode("utf-8")


@given(journeys(), st.sampled_from(sorted(YAML_STYLES)))
def test_generated_yaml_with_what_people_do_to_it(value: dict[str, object], style: str) -> None:
    text = YAML_STYLES[style](written(value).source.text)
    found = document.read("x.journey.yaml", text.encode("utf-8"))
    assert found.ok, found.diagnostics
    assert found.value == value
    assert found.rewritten(found.value) == found.source.text


@given(odd_numbers())
def test_odd_numbers_keep_their_spelling(text: str) -> None:
    found = document.read("w.json", text.encode("utf-8"))
    assert found.rewritten(found.value) == text
