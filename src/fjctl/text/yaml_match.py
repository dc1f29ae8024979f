"""Which entry of the new value is which entry of the old one."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fjctl.source import JsonValue

_NAMES: Final = ("to", "id", "name")


def pair_renamed(old: dict[str, JsonValue], new: dict[str, JsonValue]) -> dict[str, str]:
    """New name -> old name of keys that were only renamed.

    A key is renamed when it stands behind the same kept key as one that vanished, and holds an equal value, or
    a map of which at least half the entries are equal.
    """
    gone = _by_neighbour(old, new)
    pairs: dict[str, str] = {}
    for neighbour, names in _by_neighbour(new, old).items():
        candidates = gone.get(neighbour, [])
        for name in names:
            match = next((one for one in candidates if _alike(old[one], new[name])), None)
            if match is not None:
                candidates.remove(match)
                pairs[name] = match
    return pairs


def _by_neighbour(ours: dict[str, JsonValue], theirs: dict[str, JsonValue]) -> dict[str | None, list[str]]:
    """Our keys that they lack, by the last shared key before."""
    groups: dict[str | None, list[str]] = {}
    shared: str | None = None
    for name in ours:
        if name in theirs:
            shared = name
        else:
            groups.setdefault(shared, []).append(name)
    return groups


def _alike(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, dict) and isinstance(other, dict) and one and other:
        equal = sum(1 for key, value in one.items() if key in other and _text(value) == _text(other[key]))
        return equal * 2 >= max(len(one), len(other))
    return _text(one) == _text(other)


def pair_items(old: list[JsonValue], new: list[JsonValue]) -> list[int | None]:
    """For each new item the index of the old item that it continues, rising; None for an item that is new."""
    names_old, names_new = _names(old), _names(new)
    named = names_old is not None and names_new is not None
    left = names_old if named and names_old else [_text(item) for item in old]
    right = names_new if named and names_new else [_text(item) for item in new]
    pairs: list[int | None] = [None] * len(new)
    for kind, first, last, start, end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs[start:end] = range(first, last)
        elif kind == "replace":
            shared = min(last - first, end - start)
            pairs[start : start + shared] = range(first, first + shared)
    return pairs


def _names(items: list[JsonValue]) -> list[str] | None:
    """What tells the items apart, when all are maps with one of the naming keys and no two share a name."""
    for key in _NAMES:
        names = [_text(item[key]) for item in items if isinstance(item, dict) and key in item]
        if items and len(set(names)) == len(items):
            return [f"{key}={name}" for name in names]
    return None


def _text(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)
