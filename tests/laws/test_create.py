"""Create: a workflow made from a journey gives back the journey's meaning; what a format cannot hold it names."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fjctl.conversion import bridge, lens
from fjctl.conversion.naming import Hints
from fjctl.formats.journey import decode
from fjctl.model.journey import KINDS, targets, transitions, walk
from fjctl.model.meaning import difference, meaning
from tests.strategies import Options, journeys
from tests.support_laws import (
    JOURNEY,
    REACTFLOW,
    SIM,
    Real,
    leaves,
    messages,
    name_of,
    put,
    read,
    real_files,
    without,
    written,
)


def differs(one: Any, other: Any) -> Any:
    return difference(cast("Any", meaning(one)), cast("Any", meaning(other)))


@given(value=journeys(Options(cycles=True)))
def test_reactflow_holds_everything(value: Any) -> None:
    image, _, losses = lens.image(value, REACTFLOW)
    assert differs(value, image) is None
    assert [loss for loss in losses if not loss.own] == []


@given(value=journeys(Options(conversation=False)))
def test_sim_holds_what_a_workflow_says(value: Any) -> None:
    image, _, losses = lens.image(value, SIM)
    assert differs(value, image) is None
    assert [loss for loss in losses if not loss.own] == []


@given(value=journeys(Options(conversation=False, cycles=True)))
def test_sim_holds_cycles_as_containers_or_refuses_them(value: Any) -> None:
    image, prepared, _ = lens.image(value, SIM)
    assert prepared.refused or differs(value, image) is None


@given(value=journeys())
def test_what_comes_back_from_sim_is_stable(value: Any) -> None:
    image, prepared, _ = lens.image(value, SIM)
    again, _, _ = lens.image(lens.with_nodes(image, prepared.nodes), SIM)
    assert differs(image, again) is None


@pytest.mark.parametrize("form", [SIM, REACTFLOW], ids=lambda form: str(form.name))
@given(value=journeys(Options(conversation=False, plain=True)))
def test_the_workflow_alone_gives_the_journey(form: Any, value: Any) -> None:
    """Without the journey's names at hand: the same kinds of states, led through in the same way."""
    created = lens.create(value, form)
    workflow = form.load().decode(created.value).workflow
    alone = lens.read_back(workflow, Hints(), form, "x")
    here = sorted((len(path), next(k for k in KINDS if k in state)) for path, _, state in walk(value["states"]))
    there = sorted((len(path), next(k for k in KINDS if k in state)) for path, _, state in walk(alone["states"]))
    assert here == there
    assert json.dumps(value["states"]).count('"to"') <= len(workflow.edges) * 2


@pytest.mark.parametrize("real", real_files(largest=70_000), ids=name_of)
def test_a_real_journey_creates_a_workflow_that_means_the_same(real: Real) -> None:
    """The journey text alone: its workflow deleted, a new one made from it, and the journey unchanged by that."""
    workflow, journey = real.pair()
    assert workflow.format is not None
    created = bridge.convert(journey, workflow.format)
    assert created.text is not None
    assert put(read(workflow.source.name, created.text), journey) is not None
    assert bridge.convert(read(workflow.source.name, created.text), JOURNEY, prior=journey).unchanged


@pytest.mark.parametrize("cycles", [False, True], ids=["acyclic", "cyclic"])
@pytest.mark.parametrize("form", [SIM, REACTFLOW], ids=lambda form: str(form.name))
@settings(phases=(Phase.explicit, Phase.generate))
@given(data=st.data())
def test_every_field_of_a_journey_is_written_or_named_as_staying_behind(
    form: Any, cycles: bool, data: st.DataObject
) -> None:
    """Takes one field away: the workflow is another one then, or the field had been named."""
    value = data.draw(journeys(Options(cycles=cycles)))
    found = [p for p, item in leaves(value) if item not in (None, "", [], {}) and p[0] not in {"journey", "version"}]
    pointer = data.draw(st.sampled_from(found))
    less = without(value, pointer)
    if not valid(less) or differs(value, less) is None:
        return
    one, other = bridge.convert(written(value), form), bridge.convert(written(less), form)
    if one.text is None:
        assert cycles, messages(one)
        assert form is SIM, messages(one)
        return
    excused = is_named(pointer, value, one) or is_default(pointer) or is_said_twice(pointer, value)
    assert one.text != other.text or excused, pointer


def is_named(pointer: tuple[Any, ...], value: Any, result: bridge.Conversion) -> bool:
    """Whether the field or the one it is part of is among the losses."""
    names = {name for _, name, _ in walk(value["states"])} | {"states", "entries", "variables", "next"}
    fields = {key for key in pointer if isinstance(key, str)} - names
    way = next((pointer[: n + 2] for n, key in enumerate(pointer) if key == "next" and n + 1 < len(pointer)), ())
    for part in way:
        value = value[part]
    fields |= {str(value["on"])} if way and isinstance(value, dict) and "on" in value else set()
    said = {word for loss in result.losses for word in re.findall(r"\w+", loss.what)}
    return bool(fields & said) or any(fields & set(loss.pointer[-2:]) for loss in result.losses)


def is_default(pointer: tuple[Any, ...]) -> bool:
    """What is so when nobody says it: the first state as start, text as type, the reading of an expression."""
    return pointer[0] == "start" or pointer[-1] in {"type", "condition"}


def is_said_twice(pointer: tuple[Any, ...], value: Any) -> bool:
    """A target to which both a choice and the way that is always taken lead: wherever it is drawn, it is drawn once."""
    if "next" not in pointer or "to" not in pointer[-2:]:
        return False
    at = pointer.index("next")
    for part in pointer[:at]:
        value = value[part]
    ways = transitions(value)
    lost = ways[pointer[at + 1]]
    shared = [way for way in ways if way is not lost and set(targets(way.get("to"))) & set(targets(lost.get("to")))]
    return any(is_always(way) != is_always(lost) for way in shared)


def is_always(way: Any) -> bool:
    return not way.keys() & {"when", "condition", "command", "event", "else", "on"}


def valid(value: Any) -> bool:
    return decode(value)[0] is not None


def test_sim_names_what_it_drops_of_a_tool() -> None:
    tool = {"kind": "http", "usage": "force", "request": {"method": "GET", "url": "https://shop.example"}}
    states = {"ask": {"chat": "Ask", "tools": ["look_up"]}}
    value = {"journey": "j", "version": 1, "tools": {"look_up": tool}, "states": states}
    result = bridge.convert(written(value), SIM)
    assert [loss.pointer[-1] for loss in result.losses] != []


@given(value=journeys())
def test_every_loss_is_real(value: Any) -> None:
    """A journey without what a builder cannot hold has no losses: whatever is named has not come back."""
    image, _, losses = lens.image(value, SIM)
    if differs(value, image) is None:
        assert [loss for loss in losses if not loss.own] == []
