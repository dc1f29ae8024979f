"""A difference is carried over; everything else of the richer document stays."""

from __future__ import annotations

from typing import Any

import pytest

from fjctl.model.meaning import difference
from fjctl.model.transplant import same, transplant


def keys(_: object, item: Any) -> tuple[Any, ...]:
    return (item.get("id") if isinstance(item, dict) else None,)


def rows(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


@pytest.mark.parametrize(
    ("base", "theirs", "onto", "expected"),
    [
        ({"a": 1}, {"a": 1}, {"a": 5, "x": 1}, {"a": 5, "x": 1}),
        ({"a": 1}, {"a": 2}, {"a": 1, "x": 1}, {"a": 2, "x": 1}),
        ({"a": 1, "b": 2}, {"b": 2}, {"a": 1, "x": 1, "b": 2}, {"x": 1, "b": 2}),
        ({"a": 1}, {"a": 1, "n": {"m": 1}}, {"a": 1, "x": 1}, {"a": 1, "n": {"m": 1}, "x": 1}),
        (rows("a", "b"), rows("a", "n", "b"), rows("a", "x", "b"), rows("a", "n", "x", "b")),
        (rows("a", "b"), rows("b"), rows("a", "x", "b"), rows("x", "b")),
        (rows("a", "b"), rows("b", "a"), rows("a", "b", "x"), rows("b", "x", "a")),
        ([1, 2], [1, 3], [1, 2], [1, 3]),
        ([1, 2], [1], [1, 2, 9], [1]),
        (1, True, 1, True),
    ],
)
def test_transplant(base: Any, theirs: Any, onto: Any, expected: Any) -> None:
    assert same(transplant(base, theirs, onto, keys), expected)


def test_same_and_difference() -> None:
    assert not same(1, True)
    assert not same(1, 1.0)
    assert difference({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == ("a", 1, "b")
    assert difference({"a": 1}, {"a": 1}) is None
    assert difference({"a": 1}, {}) == ("a",)
    assert difference([1], [1, 2]) == ()
