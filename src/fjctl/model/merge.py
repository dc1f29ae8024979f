"""The three-way merge of two edited versions of a document.

A change on one side is taken; the same change on both is one change; different changes to the same thing are a
conflict, and only the smallest thing that holds both: a field, an item, a list without identities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from fjctl.model.transplant import Keys, same

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from fjctl.source import JsonValue, Pointer

    Yields: TypeAlias = "Callable[[Pointer, JsonValue], bool]"


class Conflict(NamedTuple):
    """One thing that both sides changed differently; `ABSENT` for one that is not there."""

    pointer: Pointer
    base: Any
    ours: Any
    theirs: Any


class Merged(NamedTuple):
    """A merge: the document with our side, and with theirs, where the two conflict, and what they conflict about.
    Without conflicts `ours` and `theirs` are the same document."""

    ours: JsonValue
    theirs: JsonValue
    base: JsonValue
    conflicts: list[Conflict]


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()


def merge(
    base: JsonValue, ours: JsonValue, theirs: JsonValue, keys: Keys, yields: Yields = lambda _pointer, _value: False
) -> Merged:
    """Merges two versions of `base`. `keys` says what identifies the items of a list, as in `transplant`; `yields`
    where a conflict is nobody's loss (layout): our side is taken there, and it is none."""
    merger = _Merger(keys, yields)
    one, other, common = merger.value((), base, ours, theirs)
    return Merged(one, other, common, merger.conflicts)


_Triple: TypeAlias = "tuple[Any, Any, Any]"
"""Our version, their version, and the base of a part of the result; equal where there is no conflict."""


class _Merger:
    def __init__(self, keys: Keys, yields: Yields) -> None:
        self.keys = keys
        self.yields = yields
        self.conflicts: list[Conflict] = []

    def value(self, pointer: Pointer, base: Any, ours: Any, theirs: Any) -> _Triple:
        if _equal(ours, theirs) or _equal(base, theirs):
            return ours, ours, ours
        if _equal(base, ours):
            return theirs, theirs, theirs
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self.mapping(pointer, base if isinstance(base, dict) else {}, ours, theirs)
        if isinstance(ours, list) and isinstance(theirs, list):
            merged = self.sequence(pointer, base if isinstance(base, list) else [], ours, theirs)
            if merged is not None:
                return merged
        return self.conflict(pointer, base, ours, theirs)

    def conflict(self, pointer: Pointer, base: Any, ours: Any, theirs: Any) -> _Triple:
        if self.yields(pointer, ours if ours is not ABSENT else theirs):
            return ours, ours, ours
        self.conflicts.append(Conflict(pointer, base, ours, theirs))
        return ours, theirs, base

    def mapping(self, pointer: Pointer, base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> _Triple:
        result: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = ({}, {}, {})
        for key in _union(list(ours), list(theirs)):
            triple = self.value((*pointer, key), base.get(key, ABSENT), ours.get(key, ABSENT), theirs.get(key, ABSENT))
            for version, item in zip(result, triple, strict=True):
                if item is not ABSENT:
                    version[key] = item
        return result

    def sequence(self, pointer: Pointer, base: list[Any], ours: list[Any], theirs: list[Any]) -> _Triple | None:
        """Items that can be told apart are merged one by one, in our order with theirs put in; None where they
        cannot."""
        found = [self.identified(pointer, items) for items in (base, ours, theirs)]
        old, one, other = (numbers or {} for numbers in found)
        if None in found:
            return None
        result: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        for key in _in_order(list(old), list(one), list(other)):
            triple = self.value(
                (*pointer, one.get(key, other.get(key, 0))),
                base[old[key]] if key in old else ABSENT,
                ours[one[key]] if key in one else ABSENT,
                theirs[other[key]] if key in other else ABSENT,
            )
            for version, item in zip(result, triple, strict=True):
                if item is not ABSENT:
                    version.append(item)
        return result

    def identified(self, pointer: Pointer, items: list[Any]) -> dict[Hashable, int] | None:
        found: dict[Hashable, int] = {}
        for number, item in enumerate(items):
            key = next((key for key in self.keys(pointer, item) if key is not None), None)
            if key is None or key in found:
                return None
            found[key] = number
        return found


def _equal(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return same(one, other)


def _in_order(base: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """All items in the order of the side that changed it; in ours when both did."""
    common = set(base) & set(ours) & set(theirs)
    orders = [[key for key in keys if key in common] for keys in (base, ours, theirs)]
    if orders[0] == orders[1] != orders[2]:
        return _union(theirs, ours)
    return _union(ours, theirs)


def _union(ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Our items, and those that only they have behind the one that precedes them there."""
    known, result = set(ours), list(ours)
    previous: Any = ABSENT
    for item in theirs:
        if item not in known:
            result.insert(0 if previous is ABSENT else result.index(previous) + 1, item)
            known.add(item)
        previous = item
    return result
