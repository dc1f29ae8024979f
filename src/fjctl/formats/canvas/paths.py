"""Reading and writing at paths of nested maps: the small change of every builder's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Map = dict[str, Any]
Path = tuple[str, ...]


class Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()
"""What stands at a path where nothing does; null is something."""


def at(value: Any, path: Path) -> Any:
    """What stands at a path of maps; ABSENT where nothing does."""
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return ABSENT
        value = value[part]
    return value


def put(target: Map, path: Path, value: Any) -> None:
    """Sets a value at a path, making the maps on the way; what is no map there gives way."""
    for part in path[:-1]:
        inner = target.get(part)
        if not isinstance(inner, dict):
            inner = target[part] = {}
        target = inner
    target[path[-1]] = value


def merge(target: Map, more: Map) -> Map:
    """Adds the entries of `more` to `target`, map by map; maps of `more` are copied, not shared."""
    for key, item in more.items():
        if isinstance(item, dict):
            inner = target.get(key)
            target[key] = merge(inner if isinstance(inner, dict) else {}, item)
        else:
            target[key] = item
    return target


def without(value: Map, paths: Iterable[Path]) -> Map:
    """A map without what stands at some paths; maps that become empty go, too. The argument is not changed."""
    heads: dict[str, list[Path]] = {}
    for path in paths:
        heads.setdefault(path[0], []).append(path[1:])
    if not heads:
        return value
    rest: Map = {}
    for key, item in value.items():
        inner = heads.get(key)
        if inner is None:
            rest[key] = item
        elif () not in inner and isinstance(item, dict):
            kept = without(item, inner)
            if kept:
                rest[key] = kept
        elif () not in inner:
            rest[key] = item
    return rest


def beyond(value: Map, usual: Mapping[str, Any]) -> Map:
    """The entries of a map that say something and say something else than `usual` does; maps are compared within."""
    found: Map = {}
    for key, item in value.items():
        expected = usual.get(key, ABSENT)
        if isinstance(item, dict) and isinstance(expected, dict):
            inner = beyond(item, expected)
            if inner:
                found[key] = inner
        elif not is_blank(item) and (expected is ABSENT or not same(item, expected)):
            found[key] = item
    return found


def common(value: Map, usual: Mapping[str, Any]) -> Map:
    """The entries of a map that say what `usual` says, or nothing: what `beyond` leaves out."""
    found: Map = {}
    for key, item in value.items():
        expected = usual.get(key, ABSENT)
        if isinstance(item, dict) and isinstance(expected, dict):
            inner = common(item, expected)
            if inner or not item:
                found[key] = inner
        elif is_blank(item) or (expected is not ABSENT and same(item, expected)):
            found[key] = item
    return found


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A value with every text in it changed; keys stay, and parts in which nothing changes are shared."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        changed = {key: map_texts(item, change) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [map_texts(item, change) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
