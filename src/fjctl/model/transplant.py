"""Carrying a change from one document to another that says more: the heart of `put`.

`transplant(base, theirs, onto)`: what differs between `base` and `theirs` is done to `onto`; everything else of `onto`
stays, including whatever neither of the other two knows. Where `base` and `theirs` are equal the result *is* `onto`,
so a conversion without an edit changes nothing. (Symmetric delta lenses; Hofmann, Pierce and Wagner, 2011.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from fjctl.source import JsonValue, Pointer

Keys: TypeAlias = "Callable[[Pointer, JsonValue], Sequence[Hashable | None]]"
"""What identifies an item of the list at a pointer, the surest first; None where nothing does."""
Coerce: TypeAlias = "Callable[[Pointer, JsonValue], JsonValue]"
"""Brings the spellings that a place allows (a name, or a list of names) to one."""


def same(one: JsonValue, other: JsonValue) -> bool:
    """Equality that tells 1, 1.0 and True apart and ignores the order of keys."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def transplant(
    base: JsonValue, theirs: JsonValue, onto: JsonValue, keys: Keys, coerce: Coerce | None = None
) -> JsonValue:
    """`onto` with the changes that lead from `base` to `theirs`. The arguments are not changed; parts are shared."""
    return _Transplant(keys, coerce).value((), base, theirs, onto)


class _Transplant:
    def __init__(self, keys: Keys, coerce: Coerce | None) -> None:
        self.keys = keys
        self.coerce = coerce

    def value(self, pointer: Pointer, base: JsonValue, theirs: JsonValue, onto: JsonValue) -> JsonValue:
        if same(base, theirs):
            return onto
        if self.coerce is not None and not (type(base) is type(theirs) is type(onto)):
            base, theirs, onto = (self.coerce(pointer, item) for item in (base, theirs, onto))
        if isinstance(theirs, dict) and isinstance(onto, dict):
            return self.mapping(pointer, base if isinstance(base, dict) else {}, theirs, onto)
        if isinstance(base, list) and isinstance(theirs, list) and isinstance(onto, list):
            return self.sequence(pointer, base, theirs, onto)
        return theirs

    def mapping(
        self, pointer: Pointer, base: dict[str, Any], theirs: dict[str, Any], onto: dict[str, Any]
    ) -> JsonValue:
        result = {key: item for key, item in onto.items() if key in theirs or key not in base}
        previous: str | None = None
        for key, item in theirs.items():
            if key in result:
                before = base.get(key, {} if isinstance(item, dict) else None)
                result[key] = self.value((*pointer, key), before, item, result[key])
            elif key not in base or not same(base[key], item):
                result = _insert(result, previous, key, item)
            if key in result:
                previous = key
        return result

    def sequence(self, pointer: Pointer, base: list[Any], theirs: list[Any], onto: list[Any]) -> JsonValue:
        changed, placed = self.match(pointer, base, theirs), self.match(pointer, base, onto)
        if changed is None or placed is None:
            if len(base) == len(theirs) == len(onto):
                return [
                    self.value((*pointer, n), *items) for n, items in enumerate(zip(base, theirs, onto, strict=True))
                ]
            return theirs
        kept = set(changed.values())
        removed = {placed[n] for n in range(len(base)) if n in placed and n not in changed}
        order: list[tuple[int, Any]] = []
        origin = {there: here for here, there in changed.items()}
        for n, item in enumerate(theirs):
            here = origin.get(n)
            place = placed.get(here) if here is not None else None
            if here is not None and place is not None:
                order.append((place, self.value((*pointer, n), base[here], item, onto[place])))
            elif n not in kept or here is None or not same(base[here], item):
                there = self.already(pointer, item, onto, set(placed.values()) | {at for at, _ in order})
                order.append((-1, item) if there is None else (there, self.value((*pointer, n), {}, item, onto[there])))
        common = [n for n in sorted(changed, key=changed.__getitem__) if n in placed]
        return _lay(order, onto, removed, moved=common != sorted(common))

    def already(self, pointer: Pointer, item: Any, onto: list[Any], used: set[int]) -> int | None:
        """Where `onto` has an added item under the same surest key; None where it is new there, too."""
        key = self.keys(pointer, item)[0]
        found = (n for n, other in enumerate(onto) if n not in used and self.keys(pointer, other)[0] == key)
        return next(found, None)

    def match(self, pointer: Pointer, one: list[Any], other: list[Any]) -> dict[int, int] | None:
        """Pairs of indices that are the same item, by the surest key both sides have; None when there are no keys."""
        levels_one = [self.keys(pointer, item) for item in one]
        levels_other = [self.keys(pointer, item) for item in other]
        if any(not levels or levels[0] is None for levels in (*levels_one, *levels_other)):
            return None
        pairs: dict[int, int] = {}
        used: set[int] = set()
        for level in range(max((len(levels) for levels in (*levels_one, *levels_other)), default=0)):
            left = _unique(levels_one, level, set(pairs))
            right = _unique(levels_other, level, used)
            for key, here in left.items():
                if key in right:
                    pairs[here] = right[key]
                    used.add(right[key])
        return pairs


def _unique(levels: list[Sequence[Hashable | None]], level: int, taken: set[int]) -> dict[Hashable, int]:
    """Index by key at a level, of the items not yet taken; repeated keys are told apart by their number."""
    found: dict[Hashable, int] = {}
    count: dict[Hashable, int] = {}
    for index, keys in enumerate(levels):
        key = keys[level] if level < len(keys) else None
        if index not in taken and key is not None:
            count[key] = count.get(key, 0) + 1
            found[key, count[key]] = index
    return found


def _insert(mapping: dict[str, Any], previous: str | None, key: str, item: Any) -> dict[str, Any]:
    if previous is None:
        return {key: item, **mapping} if mapping else {key: item}
    result: dict[str, Any] = {}
    for name, value in mapping.items():
        result[name] = value
        if name == previous:
            result[key] = item
    return result


def _lay(order: list[tuple[int, Any]], onto: list[Any], removed: set[int], *, moved: bool) -> list[Any]:
    """The new list: in the order of `onto` while the change did not reorder, with new items after their predecessor."""
    mentioned = {place for place, _ in order if place >= 0}
    result: list[tuple[int, Any]] = []
    if moved:
        result = list(order)
        for place, item in enumerate(onto):
            if place not in mentioned and place not in removed:
                before = next((n + 1 for n, (p, _) in enumerate(result) if p == place - 1), len(result))
                result.insert(before, (place, item))
        return [item for _, item in result]
    values = dict(order)
    result = [(place, values.get(place, item)) for place, item in enumerate(onto) if place not in removed]
    position = {place: n for n, (place, _) in enumerate(result)}
    inserted: dict[int, list[Any]] = {}
    after = -1
    for place, item in order:
        if place >= 0:
            after = position[place]
        else:
            inserted.setdefault(after, []).append(item)
    laid = list(inserted.get(-1, []))
    for n, (_, item) in enumerate(result):
        laid.append(item)
        laid += inserted.get(n, [])
    return laid
