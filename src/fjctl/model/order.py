"""The order in which a journey document lists its keys: that of the classes of `model/journey.py`."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from fjctl.model.journey import Journey

if TYPE_CHECKING:
    from fjctl.source import JsonValue


def in_order(journey: Journey) -> Journey:
    """The journey with the keys of every map in order, those that no class names behind them; what is in order already
    comes back as it is."""
    return _Plan.of((Journey,)).apply(journey)  # type: ignore[return-value, arg-type]


class _Plan:
    """How the maps at one kind of place are put in order; made once for each kind of place."""

    _known: ClassVar[dict[tuple[Any, ...], _Plan]] = {}

    def __init__(self, kinds: tuple[Any, ...]) -> None:
        self.kinds = kinds
        self.ranks: dict[str, int] = {}
        self.fields: dict[str, _Plan] = {}
        self.values: _Plan | None = None
        self.items: _Plan | None = None

    @classmethod
    def of(cls, kinds: tuple[Any, ...]) -> _Plan:
        """The plan for the alternatives that a place takes."""
        known = cls._known.get(kinds)
        if known is None:
            known = cls._known[kinds] = cls(kinds)
            known._fill()
        return known

    def _fill(self) -> None:
        for kind in self.kinds:
            if is_typeddict(kind):
                self.ranks = {key: place for place, key in enumerate(_hints(kind))}
                below = {key: _inside((kind,), key) for key in self.ranks}
                self.fields = {key: _Plan.of(kinds) for key, kinds in below.items() if _has_order(kinds)}
            elif get_origin(kind) in (dict, list):
                inner = tuple(_options(get_args(kind)[-1]))
                if _has_order(inner):
                    setattr(self, "values" if get_origin(kind) is dict else "items", _Plan.of(inner))

    def apply(self, value: JsonValue) -> JsonValue:
        """The value in order."""
        if isinstance(value, dict):
            if self.ranks:
                return self._fields(value)
            plan = self.values
            return value if plan is None or not value else {key: plan.apply(item) for key, item in value.items()}
        if isinstance(value, list) and self.items is not None:
            plan = self.items
            return [plan.apply(item) if isinstance(item, dict) else item for item in value]
        return value

    def _fields(self, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        ranks = self.ranks
        order = [ranks.get(key, 999) for key in value]
        found = value
        if order != sorted(order):
            found = {key: value[key] for key in sorted(value, key=lambda key: ranks.get(key, 999))}
        for key, plan in self.fields.items():
            if key in value:
                inner = value[key]
                new = plan.apply(inner)
                if new is not inner:
                    found = {**value} if found is value else found
                    found[key] = new
        return found


def _has_order(kinds: tuple[Any, ...]) -> bool:
    """Whether a map with an order of its own can stand at or below such a place."""
    return any(
        is_typeddict(kind) or (get_origin(kind) in (dict, list) and _has_order(tuple(_options(get_args(kind)[-1]))))
        for kind in kinds
    )


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
