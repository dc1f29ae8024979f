"""The three-way merge, against what must hold whatever is merged."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fjctl.formats.journey import list_keys
from fjctl.model.merge import ABSENT, merge

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

ITEMS = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)
VALUES = st.recursive(
    st.integers(0, 2) | st.sampled_from(["x", "y"]),
    lambda inner: (
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | ITEMS.flatmap(
            lambda ids: st.tuples(*(st.fixed_dictionaries({"id": st.just(i), "v": inner}) for i in ids)).map(list)
        )
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_one_side_alone_is_taken(base: Any, changed: Any) -> None:
    for ours, theirs in ((base, changed), (changed, base), (changed, changed)):
        merged = merge(base, deepcopy(ours), deepcopy(theirs), list_keys)
        assert merged.conflicts == []
        assert merged.ours == merged.theirs == changed


@given(VALUES, VALUES, VALUES)
def test_without_conflict_the_two_versions_are_one(base: Any, ours: Any, theirs: Any) -> None:
    merged = merge(base, ours, theirs, list_keys)
    assert (merged.ours == merged.theirs) or merged.conflicts
    other = merge(base, theirs, ours, list_keys)
    assert bool(other.conflicts) == bool(merged.conflicts)


CASES: list[tuple[str, Any, Any, Any, Any]] = [
    ("different keys", {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}),
    ("added on both sides", {}, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}),
    ("removed and kept", {"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 2}, {"b": 2}),
    (
        "items by id",
        [{"id": 1, "v": 0}, {"id": 2, "v": 0}],
        [{"id": 1, "v": 1}, {"id": 2, "v": 0}],
        [{"id": 1, "v": 0}, {"id": 3, "v": 0}, {"id": 2, "v": 2}],
        [{"id": 1, "v": 1}, {"id": 3, "v": 0}, {"id": 2, "v": 2}],
    ),
    (
        "order of the side that changed it",
        [{"id": 1}, {"id": 2}],
        [{"id": 1}, {"id": 2}, {"id": 3}],
        [{"id": 2}, {"id": 1}],
        [{"id": 2}, {"id": 3}, {"id": 1}],
    ),
]


@pytest.mark.parametrize(("base", "ours", "theirs", "result"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_merges(base: Any, ours: Any, theirs: Any, result: Any) -> None:
    merged = merge(base, ours, theirs, list_keys)
    assert merged.conflicts == []
    assert merged.ours == result


CONFLICTS: list[tuple[str, Any, Any, Any, Pointer]] = [
    ("one field", {"a": 1}, {"a": 2}, {"a": 3}, ("a",)),
    ("changed and removed", {"a": {"b": 1}}, {"a": {"b": 2}}, {}, ("a",)),
    ("added differently", {}, {"a": 1}, {"a": 2}, ("a",)),
    ("inside an item", [{"id": 1, "v": 0}], [{"id": 1, "v": 1}], [{"id": 1, "v": 2}], (0, "v")),
    ("lists without identities", {"a": [1]}, {"a": [1, 2]}, {"a": [0, 1]}, ("a",)),
]


@pytest.mark.parametrize(("base", "ours", "theirs", "at"), [c[1:] for c in CONFLICTS], ids=[c[0] for c in CONFLICTS])
def test_conflicts_are_as_small_as_can_be(base: Any, ours: Any, theirs: Any, at: Pointer) -> None:
    merged = merge(base, ours, theirs, list_keys)
    assert [item.pointer for item in merged.conflicts] == [at]
    assert merged.ours != merged.theirs


def test_layout_is_no_conflict() -> None:
    def yields(pointer: Pointer, value: JsonValue) -> bool:
        del value
        return pointer[-1] == "x"

    merged = merge({"x": 0, "v": 0}, {"x": 1, "v": 0}, {"x": 2, "v": 1}, list_keys, yields)
    assert merged.conflicts == []
    assert merged.ours == {"x": 1, "v": 1}


def test_absent_says_so() -> None:
    assert repr(ABSENT) == "ABSENT"
