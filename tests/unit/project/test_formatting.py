"""`fmt` changes how a file is written and never what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fjctl.formats import document
from fjctl.formats.noise import without_noise
from fjctl.model.order import key_order
from fjctl.project.formatting import formatted
from tests.strategies import journeys
from tests.support import corpus_files

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from fjctl.source import JsonValue


def shuffled(value: JsonValue, random: Random) -> JsonValue:
    """The value with the keys of every map in another order."""
    if isinstance(value, list):
        return [shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    random.shuffle(keys)
    return {key: shuffled(value[key], random) for key in keys}


def ordered(value: JsonValue, path: tuple[str | int, ...] = ()) -> bool:
    """Whether all maps have their keys in the model's order."""
    if isinstance(value, list):
        return all(ordered(item, (*path, place)) for place, item in enumerate(value))
    if not isinstance(value, dict):
        return True
    known = [key for key in key_order(path) if key in value]
    return [key for key in value if key in known] == known and all(
        ordered(item, (*path, key)) for key, item in value.items()
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(journeys(), st.randoms(use_true_random=False), st.sampled_from(["yaml", "json"]))
def test_journeys_get_the_order_of_the_model_and_keep_their_meaning(journey: Any, random: Random, syntax: str) -> None:
    text = document.fresh(shuffled(journey, random), syntax)
    name = f"a.journey.{syntax}"
    found = formatted(name, text.encode())
    assert found.source.ok
    assert document.read(name, found.data).value == found.source.value
    assert ordered(document.read(name, found.data).value)
    assert formatted(name, found.data).after == found.after


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.name)
def test_real_files_lose_the_noise_alone(path: Path) -> None:
    data = path.read_bytes()
    found = formatted(path.name, data)
    assert found.source.ok or found.source.members
    again = formatted(path.name, found.data)
    assert again.before == again.after
    name = found.source.format.name if found.source.format is not None else "langflow"
    if found.source.journey is None and found.source.syntax == "json":
        assert json.loads(found.after) == without_noise(json.loads(data), name)
        assert len(found.after) - len(json.dumps(json.loads(data), indent=2, ensure_ascii=False)) <= 1


def test_noise_is_what_editors_write() -> None:
    node: dict[str, JsonValue] = {"id": "a", "position": {"x": 1, "y": 2}, "data": {"selected": "mine"}}
    noisy: JsonValue = {**node, "selected": True, "dragging": False, "measured": {"width": 1}, "positionAbsolute": {}}
    edge: dict[str, JsonValue] = {"id": "e", "source": "a", "target": "a"}
    graph: JsonValue = {"nodes": [noisy, "odd"], "edges": [{**edge, "selected": False}], "viewport": {"zoom": 2}}
    kept: JsonValue = {**node}
    clean: JsonValue = {"nodes": [kept, "odd"], "edges": [edge]}
    assert without_noise({"data": graph}, "langflow") == {"data": clean}
    assert without_noise(graph, "dify") == {"nodes": [{**node, "data": {}}, "odd"], "edges": [edge]}
    assert without_noise({"viewport": 1, "nodes": 2}, "langflow") == {"viewport": 1, "nodes": 2}
    assert without_noise([{"meta": {"instanceId": "x"}, "nodes": []}], "n8n") == [{"nodes": []}]
    assert without_noise({"meta": {"instanceId": "x", "a": 1}}, "n8n") == {"meta": {"a": 1}}


def test_what_cannot_be_read_stays_as_it_is() -> None:
    for data in (b'{"nodes": [', b"\xff\xfe", b"a: *b\n"):
        found = formatted("x.json", data)
        assert found.before == found.after
        assert found.source.diagnostics


def test_an_alias_stays_behind_its_anchor() -> None:
    text = "version: 1\ntitle: &t Hello\njourney: a\ndescription: *t\nstates: {a: {chat: Hi}}\nstart: a\n"
    found = formatted("a.journey.yaml", text.encode())
    assert document.read("a.journey.yaml", found.data).value == found.source.value


def test_a_changed_meaning_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from fjctl.errors import RefusedError
    from fjctl.project import formatting

    text = '{"nodes": [{"id": "a", "position": {"x": 0, "y": 0}, "data": {"label": "A"}}], "edges": []}'
    monkeypatch.setattr(formatting, "without_noise", lambda _value, _name: {"nodes": [], "edges": []})
    with pytest.raises(RefusedError, match="would change what the file means"):
        formatted("a.json", text.encode())
