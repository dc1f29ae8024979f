"""The order in which a journey document lists its keys: that of the classes of `model/journey.py`."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from fjctl.model.journey import Journey


def key_order(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the map at a place may have, in order; empty where the names are the author's."""
    kinds = (Journey,)
    for part in path:
        kinds = _inside(kinds, part if isinstance(part, str) else 0)
    return next((tuple(_hints(kind)) for kind in kinds if is_typeddict(kind)), ())


@cache
def _inside(kinds: tuple[Any, ...], part: str | int) -> tuple[Any, ...]:
    """What may stand under a key or, for a number, as an item of a list."""
    found: list[Any] = []
    for kind in kinds:
        if is_typeddict(kind):
            hint = _hints(kind).get(part) if isinstance(part, str) else None
            found += _options(hint) if hint is not None else []
        elif isinstance(part, str) and get_origin(kind) is dict:
            found += _options(get_args(kind)[1])
        elif not isinstance(part, str) and get_origin(kind) is list:
            found += _options(get_args(kind)[0])
    return tuple(found)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _options(hint: Any) -> list[Any]:
    """The alternatives of a union, each without what says whether a key must be there."""
    origin = get_origin(hint)
    if origin in (Required, NotRequired):
        return _options(get_args(hint)[0])
    if origin in (Union, UnionType):
        return [option for item in get_args(hint) for option in _options(item)]
    return [hint]
