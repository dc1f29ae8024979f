"""What has changed between two versions of a journey, by identity, then name, then content.

A workflow is compared as the journey that it means, so that two builders' files, two revisions, or a workflow and its
journey are compared alike. Layout is no part of a journey and never differs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from fjctl.model.journey import walk
from fjctl.model.meaning import meaning
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.model.journey import Journey

Path = tuple[str | int, ...]
_SECTIONS = ("tools", "variables", "entries", "notes")
"""The parts of a journey that are maps of named things."""


class Change(NamedTuple):
    """One difference. `what` is `state`, `transition`, `tool`, `variable`, `entry`, `note` or `journey`; `name` what it
    is called in the new version (in the old one for what is removed); `path` the field, for a change of one; `before`
    and `after` the values, None for what is not there."""

    kind: Literal["added", "removed", "changed", "renamed"]
    what: str
    name: str
    path: Path = ()
    before: Any = None
    after: Any = None


def differences(old: Journey, new: Journey) -> list[Change]:
    """The changes that lead from one journey to another, in the order of the document."""
    before, after = meaning(old), meaning(new)
    return [
        *_top(before, after),
        *(change for section in _SECTIONS for change in _named(section, before, after)),
        *_States(old, new, before, after).changes(),
    ]


def _top(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    skipped = {*_SECTIONS, "states", "version"}
    for key in dict.fromkeys([*before, *after]):
        if key not in skipped and not same(before.get(key), after.get(key)):
            yield Change("changed", "journey", "", (key,), before.get(key), after.get(key))


def _named(section: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    old, new = before.get(section, {}), after.get(section, {})
    what = "entry" if section == "entries" else section.removesuffix("s")
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield Change("removed", what, name, (), old[name])
        elif name not in old:
            yield Change("added", what, name, (), None, new[name])
        else:
            yield from fields(what, name, old[name], new[name])


def fields(what: str, name: str, before: Any, after: Any, path: Path = ()) -> Iterator[Change]:
    """The fields in which two values differ, as deep as both are maps."""
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from fields(what, name, before.get(key), after.get(key), (*path, key))
    else:
        yield Change("changed", what, name, path, before, after)


class _States:
    """States matched by the node they belong to, then by name."""

    def __init__(self, old: Journey, new: Journey, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.old, self.new = _flat(before), _flat(after)
        self.places = {name: path for path, name, _ in walk(new["states"])}
        self.were = {name: path for path, name, _ in walk(old["states"])}
        self.names = self._matched(old, new)

    def _matched(self, old: Journey, new: Journey) -> dict[str, str]:
        """New name by old name."""
        nodes = {node: key for key, node in new.get("origin", {}).get("nodes", {}).items() if key in self.new}
        found: dict[str, str] = {}
        for key, node in old.get("origin", {}).get("nodes", {}).items():
            if key in self.old and node in nodes:
                found[key] = nodes[node]
        taken = set(found.values())
        for name in self.old:
            if name not in found and name in self.new and name not in taken:
                found[name] = name
        left = [name for name in self.new if name not in set(found.values())]
        for name, state in self.old.items():
            if name not in found:  # the very same content under another name has been renamed
                twin = next((other for other in left if _content(self.new[other]) == _content(state)), None)
                if twin is not None:
                    found[name] = twin
                    left.remove(twin)
        return found

    def changes(self) -> Iterator[Change]:
        back = {new: old for old, new in self.names.items()}
        for name, state in self.new.items():
            known = back.get(name)
            if known is None:
                yield Change("added", "state", name, (), None, state)
                continue
            if known != name:
                yield Change("renamed", "state", name, (), known, name)
            if [self.names.get(part, part) for part in self.were[known]] != list(self.places[name]):
                yield Change("changed", "state", name, ("inside",), _last(self.were[known]), _last(self.places[name]))
            before = {key: item for key, item in self.old[known].items() if key != "next"}
            after = {key: item for key, item in state.items() if key != "next"}
            yield from fields("state", name, before, after)
            yield from self._ways(known, name)
        for name, state in self.old.items():
            if name not in self.names:
                yield Change("removed", "state", name, (), state)

    def _ways(self, known: str, name: str) -> Iterator[Change]:
        old = [{**way, "to": self.names.get(way["to"], way["to"])} for way in self.old[known].get("next", [])]
        new = list(self.new[name].get("next", []))
        gone = [way for way in old if way not in new]
        come = [way for way in new if way not in old]
        if not gone and not come and old != new:
            yield Change("changed", "state", name, ("order",), [way["to"] for way in old], [way["to"] for way in new])
        for way in list(gone):
            twin = next((other for other in come if _same_way(way, other)), None)
            if twin is not None:
                gone.remove(way)
                come.remove(twin)
                yield from fields("transition", f"{name} → {twin['to']}", way, twin)
        for way in gone:
            yield Change("removed", "transition", f"{name} → {way['to']}", (), _reason(way))
        for way in come:
            yield Change("added", "transition", f"{name} → {way['to']}", (), None, _reason(way))


def _flat(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every state by name, without the states inside it."""
    flat: dict[str, dict[str, Any]] = {}
    stack = list(reversed(found.get("states", {}).items()))
    while stack:
        name, state = stack.pop()
        flat[name] = {key: item for key, item in state.items() if key != "states"}
        stack += reversed(state.get("states", {}).items())
    return flat


def _content(state: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in state.items() if key not in {"next", "title", "start"}}


def _same_way(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a way out was changed rather than replaced: to the same state, or for the same reason."""
    return one["to"] == other["to"] or (_reason(one) == _reason(other) != {})


def _reason(way: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in way.items() if key != "to"}


def _last(path: tuple[str, ...]) -> str:
    return path[-1] if path else ""
