"""Errors of shape name their place and the nearest name."""

from __future__ import annotations

from typing import Any

import pytest

from fjctl.model.journey import OPEN, Journey
from fjctl.model.shape import Shape
from fjctl.source import format_path

GOOD: dict[str, Any] = {"journey": "x", "version": 1, "states": {"a": {"chat": "x"}}}
SHAPE = Shape(Journey, OPEN)


@pytest.mark.parametrize(
    ("more", "code", "path", "hint"),
    [
        ({"stat": 1}, "FJ131", "stat", "start"),
        ({"zzzz": 1}, "FJ131", "zzzz", "extras"),
        ({"states": {"a": {"chatt": "x"}}}, "FJ131", "states.a.chatt", "chat"),
        ({"guidelines": [{}]}, "FJ132", "guidelines[0]", "add condition:"),
        ({"title": True}, "FJ133", "title", '"true"'),
        ({"version": True}, "FJ133", "version", "use 1"),
        ({"mode": "fluidd"}, "FJ133", "mode", "fluid"),
        ({"states": {"a": {"next": [{"on": "eror"}]}}}, "FJ133", "states.a.next[0].on", "error"),
        ({"states": {"a": {"next": 5}}}, "FJ133", "states.a.next", "text or a list"),
        ({"labels": ["a", None]}, "FJ133", "labels[1]", "text"),
        ({"states": []}, "FJ133", "states", "a map"),
        ({"tools": {"t": []}}, "FJ133", "tools.t", "a map"),
    ],
)
def test_shape(more: dict[str, Any], code: str, path: str, hint: str) -> None:
    found = SHAPE.check({**GOOD, **more})
    assert [(item.code, format_path(item.pointer)) for item in found] == [(code, path)]
    assert hint in found[0].help


def test_what_is_open_takes_more() -> None:
    assert SHAPE.check({**GOOD, "states": {"a": {"chat": "x", "agent": {"own": 1}}}, "extras": {"any": [1]}}) == []
