"""What has to change to make one JSON value of another: a tree that holds only the changed paths, no text.

Comparison is type-exact: 1, 1.0 and true differ, and so do 0.0 and -0.0. Order of keys is not a difference.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import copysign
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from fjctl.source import JsonValue

_SHORT = 300
"""The longest run matched by longest common subsequence, which takes quadratic time."""


@dataclass(slots=True)
class Replace:
    """The value becomes another one."""

    value: JsonValue


@dataclass(slots=True)
class Fresh:
    """A member that is new: its value, and its key when it goes into an object."""

    value: JsonValue
    key: str | None = None


@dataclass(slots=True)
class Kept:
    """A member that stays, by its old key or index, and what changes inside it."""

    part: str | int
    change: Change | None = None


@dataclass(slots=True)
class Inside:
    """Members change in place, those named here; none comes, goes or moves."""

    changes: dict[str | int, Kept]


@dataclass(slots=True)
class Arrange:
    """Members come, go or move: the whole new sequence."""

    members: list[Kept | Fresh]


Change: TypeAlias = Replace | Inside | Arrange


class _Pair(NamedTuple):
    """Two values that differ, and who waits for the change between them."""

    holder: Kept
    old: JsonValue
    new: JsonValue


def diff(old: JsonValue, new: JsonValue) -> Change | None:
    """The change from `old` to `new`; None when they are the same. Nesting costs no stack."""
    top = Kept("")
    todo: list[_Pair] = []
    _keep(top, old, new, todo)
    while todo:
        holder, before, after = todo.pop()
        if isinstance(before, dict) and isinstance(after, dict):
            holder.change = _diff_objects(before, after, todo)
        elif isinstance(before, list) and isinstance(after, list):
            holder.change = _diff_lists(before, after, todo)
        else:
            holder.change = Replace(after)
    return top.change


def _keep(holder: Kept, old: JsonValue, new: JsonValue, todo: list[_Pair]) -> Kept:
    """The holder; when the values differ, their change is put on the list of things to find out."""
    if not same(old, new):
        todo.append(_Pair(holder, old, new))
    return holder


def same(old: JsonValue, new: JsonValue) -> bool:
    """Type-exact equality, order of keys aside."""
    stack: list[tuple[JsonValue, JsonValue]] = [(old, new)]
    while stack:
        left, right = stack.pop()
        if left is right:
            continue
        if isinstance(left, dict):
            if not isinstance(right, dict) or left.keys() != right.keys():
                return False
            stack += [(value, right[key]) for key, value in left.items()]
        elif isinstance(left, list):
            if not isinstance(right, list) or len(left) != len(right):
                return False
            stack += zip(left, right, strict=True)
        elif left != right or not (isinstance(left, str) or _same_kind(left, right)):
            return False
    return True


def _same_kind(old: JsonValue, new: JsonValue) -> bool:
    """Whether two equal scalars are also spelled alike: not 1 and 1.0, 1 and true, or 0.0 and -0.0."""
    if isinstance(old, float) and isinstance(new, float):
        return copysign(1, old) == copysign(1, new)
    return isinstance(old, float) is isinstance(new, float) and isinstance(old, bool) is isinstance(new, bool)


def _diff_objects(old: dict[str, JsonValue], new: dict[str, JsonValue], todo: list[_Pair]) -> Change:
    if old.keys() == new.keys():
        pairs = ((key, value, new[key]) for key, value in old.items())
        return Inside({key: _changed(key, value, after, todo) for key, value, after in pairs if not same(value, after)})
    # New keys go after the nearest key before them that was there already; existing keys keep their order.
    leading: list[Fresh] = []
    after: dict[str, list[Fresh]] = {}
    group = leading
    for key, value in new.items():
        if key in old:
            group = after.setdefault(key, [])
        else:
            group.append(Fresh(value, key))
    members: list[Kept | Fresh] = [*leading]
    for key, value in old.items():
        if key in new:
            members.append(_keep(Kept(key), value, new[key], todo))
            members += after[key]
    return Arrange(members)


def _changed(part: str | int, old: JsonValue, new: JsonValue, todo: list[_Pair]) -> Kept:
    """A member known to differ."""
    holder = Kept(part)
    todo.append(_Pair(holder, old, new))
    return holder


def _diff_lists(old: list[JsonValue], new: list[JsonValue], todo: list[_Pair]) -> Change:
    old_ids = _identities(old)
    new_ids = _identities(new) if old_ids else None
    pairs = _match_by_id(old_ids, new_ids) if old_ids and new_ids else _match_by_content(old, new)
    if pairs == list(range(len(old))):
        differing = [index for index in range(len(old)) if not same(old[index], new[index])]
        return Inside({index: _changed(index, old[index], new[index], todo) for index in differing})
    return Arrange(
        [
            Fresh(value) if before is None else _keep(Kept(before), old[before], value, todo)
            for before, value in zip(pairs, new, strict=True)
        ]
    )


def _identities(items: list[JsonValue]) -> dict[tuple[type, JsonValue], int] | None:
    """Index by `id` of a list of objects that all have a unique text or whole number as `id`; else None."""
    found: dict[tuple[type, JsonValue], int] = {}
    for index, item in enumerate(items):
        mark = item.get("id") if isinstance(item, dict) else None
        if not isinstance(mark, (str, int)) or isinstance(mark, bool):
            return None
        key = (str if isinstance(mark, str) else int, mark)
        if key in found:
            return None
        found[key] = index
    return found or None


def _match_by_id(
    old_ids: dict[tuple[type, JsonValue], int], new_ids: dict[tuple[type, JsonValue], int]
) -> list[int | None]:
    return [old_ids.get(mark) for mark in new_ids]


def _match_by_content(old: list[JsonValue], new: list[JsonValue]) -> list[int | None]:
    """For each new item the index of the old one it stays or changes from, None for an item that is new.

    Items that are the same at both ends stay; what lies between is matched by content.
    """
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and same(old[head], new[head]):
        head += 1
    tail = 0
    while tail < shortest - head and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    middle = _match_middle(old[head : len(old) - tail], new[head : len(new) - tail])
    shifted = [None if index is None else index + head for index in middle]
    return [*range(head), *shifted, *range(len(old) - tail, len(old))]


def _match_middle(old: list[JsonValue], new: list[JsonValue]) -> list[int | None]:
    if not old or not new or max(len(old), len(new)) > _SHORT:
        return _match_run(range(len(old)), len(new))
    from difflib import SequenceMatcher  # here, because most lists never come to this and imports cost

    left, right = [_canonical(item) for item in old], [_canonical(item) for item in new]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    found: list[int | None] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        found += range(i1, i2) if tag == "equal" else _match_run(range(i1, i2), j2 - j1)
    return found


def _match_run(old: range, count: int) -> list[int | None]:
    """A run without common items: in place when the lengths agree, else the new items replace the old."""
    return [*old] if len(old) == count else [None] * count


def _canonical(value: JsonValue) -> str:
    """Equal for equal values only: the order of keys does not matter, the kind of number does."""
    return json.dumps(value, sort_keys=True)
