"""What a journey document means, apart from how it is spelled: the form in which two journeys are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fjctl.model.journey import Journey, State, kind_of, targets, transitions
from fjctl.model.readable import sentence
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

_CHOICES = frozenset({"when", "condition", "command", "event", "else"})
_BLANKS: tuple[Any, ...] = (None, "", {}, [])


def meaning(journey: Journey) -> dict[str, Any]:
    """The journey without its origin, short forms written out, empty and derived things dropped."""
    found: dict[str, Any] = {key: item for key, item in journey.items() if key not in {"origin", "$schema"}}
    found["start"] = targets(journey.get("start"))
    found["states"] = {name: _state(state) for name, state in journey["states"].items()}
    found["notes"] = {
        name: {"text": note} if isinstance(note, str) else note for name, note in journey.get("notes", {}).items()
    }
    found["entries"] = {
        name: _entry(cast("dict[str, Any]", entry)) for name, entry in journey.get("entries", {}).items()
    }
    return _filled(found)


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "to": targets(entry.get("to"))} if "to" in entry else entry


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    return {
        key: item
        for key, item in value.items()
        if not any(item is b or (item == b and type(item) is type(b)) for b in _BLANKS)
    }


def _state(state: State) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: item for key, item in state.items() if key not in {"next", "commands", "states", "start"}
    }
    kind = kind_of(state)
    if (
        kind == "end"
        and isinstance(found["end"], str)
        and not any(key in state for key in ("result", "status", "headers"))
    ):
        found["chat"] = found.pop("end")
    if isinstance(found.get("ask"), str):
        found["ask"] = {"message": found["ask"]} if found["ask"] else {}
    if kind == "tool":
        found["tool"] = targets(found["tool"])
    if found.get("enabled") is True:
        del found["enabled"]
    found = _filled(found) | {kind: found[kind] for kind in (kind_of(cast("State", found)),) if kind}
    found["next"] = _ways(state)
    if "states" in state or "start" in state:
        found["start"] = targets(state.get("start"))
        found["states"] = {name: _state(inner) for name, inner in state.get("states", {}).items()}
    return {key: item for key, item in found.items() if key not in {"next", "start", "states"} or item}


def _ways(state: State) -> list[dict[str, Any]]:
    """One entry for each target, choices first in their order, then else, what is always taken, errors, timeouts."""
    found: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for item in transitions(state):
        plain = {key: value for key, value in item.items() if key != "to"}
        if "when" in plain and plain.get("condition") in ("", sentence(str(plain["when"]))):
            plain.pop("condition")
        to = targets(item.get("to"))
        idle: list[str] = [] if plain.keys() <= {"else"} else [""]
        if plain.keys() & _CHOICES:  # a second choice with the same reason is not a second place for the first
            told.append(dict(plain))
            again = told.count(plain) - 1
            plain |= {"again": again} if again else {}
        found += [{**plain, "to": target} for target in to or idle]
    return sorted((way for place, way in enumerate(found) if way not in found[:place]), key=_rank)


def _rank(way: dict[str, Any]) -> int:
    if "on" in way:
        return 3 if way["on"] == "error" else 4
    if "else" in way:
        return 1
    return 0 if way.keys() & _CHOICES else 2


def difference(one: JsonValue, other: JsonValue, pointer: Pointer = ()) -> Pointer | None:
    """The first place where two values differ; None when they do not."""
    if same(one, other):
        return None
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *other]:
            if key not in one or key not in other:
                return (*pointer, key)
            inner = difference(one[key], other[key], (*pointer, key))
            if inner is not None:
                return inner
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            inner = difference(left, right, (*pointer, place))
            if inner is not None:
                return inner
    return pointer
