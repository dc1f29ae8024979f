"""Accounting and no hiding: every field of a workflow is in the journey, its own part, or named as lost."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given

from fjctl.conversion import bridge
from tests.support_laws import JOURNEY, SIM, Real, as_map, get, leaves, messages, name_of, read, real_files, without
from tests.support_sim import sim_documents

ALL_FILES = real_files(largest=100_000)
SIM_FILES = real_files(largest=30_000, kinds=("sim",))


def counted(text: str) -> tuple[Any, ...]:
    """What the accounting of a file says, apart from the sizes: moved, own parts, losses."""
    result = bridge.convert(read("w.json", text), JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    account = result.account
    assert account is not None
    return result.text, account.moved, dict(account.own), [loss.pointer for loss in account.lost]


@pytest.mark.parametrize("real", SIM_FILES, ids=name_of)
def test_every_field_taken_away_is_missed(real: Real) -> None:
    """Leaf by leaf: the journey changes, or the count of the own parts or of the losses does."""
    value = json.loads(real.path.read_text(encoding="utf-8"))
    before = counted(json.dumps(value))
    found = [pointer for pointer, item in leaves(value) if item not in (None, "", [], {})]
    for pointer in found[:: max(1, len(found) // 60)]:
        text = json.dumps(without(value, pointer))
        if read("w.json", text).ok:
            assert counted(text) != before, pointer


@given(sim_documents())
def test_every_field_of_a_generated_file_is_counted_once(value: dict[str, Any]) -> None:
    workflow = read("w.json", json.dumps(value))
    account = bridge.convert(workflow, JOURNEY, names=bridge.Names(target="x.journey.yaml")).account
    assert account is not None
    full = [item for _, item in leaves(value) if item not in (None, "", [], {})]
    assert account.moved + sum(account.own.values()) + len(account.lost) == len(full)


def losses_told(text: str) -> list[tuple[Any, ...]]:
    """The losses of a file, asked for alone."""
    result = bridge.convert(read("w.json", text), JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    return [loss.pointer for loss in result.losses]


@given(sim_documents())
def test_losses_asked_for_alone_are_those_of_the_account(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert losses_told(text) == counted(text)[3]


@pytest.mark.parametrize("real", ALL_FILES, ids=name_of)
def test_losses_of_real_files_asked_for_alone_are_those_of_the_account(real: Real) -> None:
    text = real.path.read_text(encoding="utf-8")
    assert losses_told(text) == counted(text)[3]


@given(sim_documents())
def test_of_a_generated_sim_file_only_foreign_fields_are_lost(value: dict[str, Any]) -> None:
    workflow = read("w.json", json.dumps(value))
    result = bridge.convert(workflow, JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    assert result.account is not None
    lost = [loss.pointer for loss in result.account.lost if not foreign(loss.pointer, value)]
    assert lost == []


def foreign(pointer: tuple[Any, ...], value: Any) -> bool:
    """Whether a loss is a key that Sim does not have, a second edge of one legacy route, or a reference to nothing."""
    at: Any = value
    for part in pointer:
        at = at[part]
    return "foreignKey" in pointer or "edges" in pointer or (isinstance(at, str) and "<start." in at)


@pytest.mark.parametrize("real", real_files(kinds=("sim",)), ids=name_of)
def test_everything_a_real_sim_file_means_is_in_the_journey(real: Real) -> None:
    result = bridge.convert(real.read(), JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    assert result.account is not None
    known = {("collection",)}  # a loop's count mode leaves the other modes' settings in the file
    lost = [loss for loss in result.account.lost if not known & {(part,) for part in loss.pointer}]
    assert lost == []


@pytest.mark.parametrize("real", real_files(), ids=name_of)
def test_most_of_a_real_canvas_is_in_the_journey(real: Real) -> None:
    result = bridge.convert(real.read(), JOURNEY, names=bridge.Names(target="x.journey.yaml"))
    assert result.account is not None
    # Flowise's nodes carry their whole parameter schema; of a plain or wrapped graph nearly everything is held.
    least = 0.85 if "flowise" in str(real.path) else 0.97
    assert result.account.share >= least, [loss.pointer for loss in result.account.lost][:10]


@pytest.mark.parametrize("real", real_files(largest=70_000), ids=name_of)
def test_the_original_is_not_carried_along(real: Real) -> None:
    """No text of some length stands in a journey more often than in its workflow, and the origin holds ids only."""
    workflow = real.read()
    journey = get(workflow)
    here, there = texts(journey.value), texts(workflow.value)
    for text in set(here):
        assert here.count(text) <= max(1, there.count(text)), text[:80]
    origin = as_map(journey.value)["origin"]
    assert origin.keys() <= {"workflow", "format", "nodes"}
    assert all(isinstance(node, str) and len(node) < 80 for node in origin["nodes"].values())
    assert not any(json_of_blocks(text) for text in here)


def texts(value: Any) -> list[str]:
    return [item for _, item in leaves(value) if isinstance(item, str) and len(item) > 60]


def json_of_blocks(text: str) -> bool:
    """Whether a text is a document of the builder hidden in a string."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and bool(found.keys() & {"blocks", "nodes", "edges"})


@pytest.mark.parametrize("real", real_files(largest=70_000), ids=name_of)
def test_the_journey_alone_reads_and_creates(real: Real) -> None:
    """Its workflow deleted: the text is a valid journey, and any builder takes it or says why not."""
    journey = get(real.read())
    assert journey.ok, messages(journey)
    for form in (SIM,):
        created = bridge.convert(journey, form)
        assert created.text is not None or created.diagnostics
        if created.text is not None:
            found = read("w.json", created.text)
            assert found.ok, messages(found)
            assert cast("Any", found.workflow).blocks
