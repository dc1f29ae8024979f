"""Drawings that cannot stand: what of them is read, what is said, and that the file keeps the rest."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from fjctl.diagnostics import Severity
from fjctl.formats.canvas import reader, writer
from tests.unit.formats.canvas.toy import TOY

SOUND: dict[str, Any] = {
    "title": "Sound",
    "nodes": [
        {"id": "a", "type": "agent", "name": "Ask", "set": {"prompt": "Hello"}},
        {"id": "l", "type": "each", "name": "Each", "set": {"list": "x"}},
        {"id": "i", "type": "agent", "name": "Inside", "in": "l"},
    ],
    "wires": [["a", "out", "l", "in"]],
}


def broken(**more: list[Any]) -> dict[str, Any]:
    value = deepcopy(SOUND)
    for key, items in more.items():
        value[key] += items
    return value


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        (broken(nodes=[{"id": "a", "type": "http", "name": "Other"}]), "FJ302", "the first one counts"),
        (broken(wires=[["a", "out", "gone", "in"]]), "FJ303", "ends at 'gone'"),
        (broken(wires=[["gone", "out", "a", "in"]]), "FJ303", "begins at 'gone'"),
        (broken(nodes=[{"id": "x", "type": "http", "name": "X", "in": "gone"}]), "FJ304", "does not exist"),
        (broken(nodes=[{"id": "x", "type": "http", "name": "X", "in": "a"}]), "FJ304", "is no container"),
        (broken(nodes=[{"id": "x", "type": "each", "name": "X", "in": "x"}]), "FJ304", "sits in it"),
    ],
)
def test_what_cannot_stand_is_left_out_and_named(value: Any, code: str, words: str) -> None:
    found = reader.decode(TOY, value)
    said = [(item.code, item.severity) for item in found.diagnostics if words in item.message]
    assert said == [(code, Severity.WARNING)]
    assert [item for item in found.diagnostics if item.severity is Severity.ERROR] == []
    assert {block.id for block in found.workflow.blocks} <= {"a", "l", "i", "x"}
    assert len(found.workflow.blocks) == len({block.id for block in found.workflow.blocks})
    again = writer.encode(TOY, found.workflow, value)
    assert reader.decode(TOY, again.value).workflow == found.workflow


def test_a_sound_drawing_gives_no_warning() -> None:
    found = reader.decode(TOY, SOUND)
    assert found.diagnostics == []
    assert {block.id: block.parent for block in found.workflow.blocks} == {"a": None, "l": None, "i": "l"}


def test_containers_in_a_circle_are_taken_apart() -> None:
    value = broken(
        nodes=[{"id": "x", "type": "each", "name": "X", "in": "y"}, {"id": "y", "type": "each", "name": "Y", "in": "x"}]
    )
    found = reader.decode(TOY, value)
    parents = {block.id: block.parent for block in found.workflow.blocks}
    assert parents["x"] is None
    assert parents["y"] == "x"
