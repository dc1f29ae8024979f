"""One node's settings ↔ one block's fields, by the row of its type."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.canvas.forms import SIMPLE
from fjctl.formats.canvas.paths import ABSENT, Map, Path, at, beyond, common, map_texts, merge, put, without
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.formats.canvas.dialect import Dialect
    from fjctl.formats.canvas.forms import Read
    from fjctl.formats.canvas.scope import Scope
    from fjctl.formats.canvas.table import NodeType, Slot


def read_fields(dialect: Dialect, row: NodeType, settings: Map, scope: Scope, claimed: Iterable[str] = ()) -> Map:
    """What the settings of a node say, as fields of its block. `claimed` are settings that somebody else reads."""
    fields: Map = {}
    for path, said in row.implied.items():
        put(fields, path, deepcopy(said))
    used: list[Path] = [(key,) for key in claimed]
    rest: Map = {}
    for slot in row.slots:
        if slot.place[0] in claimed:
            continue
        found = _read(dialect, slot, settings, scope)
        if found is None or (slot.meaning and _taken(fields, slot.meaning, row)):
            continue
        if slot.meaning:
            put(fields, slot.meaning, found.value)
        else:
            merge(fields, found.value)
        used.append(slot.place)
        if found.beyond is not ABSENT:
            put(rest, slot.place, found.beyond)
    more = map_texts(beyond(without(settings, used), row.usual), lambda text: dialect.read_text(text, scope))
    if row.known is not None:
        own = _own_names(row)
        odd = {key: item for key, item in more.items() if key not in own}
        more = {**{key: item for key, item in more.items() if key in own}, **({MORE: odd} if odd else {})}
    merge(rest, more)
    if rest and row.rest is not None:
        home = at(fields, row.rest)
        put(fields, row.rest, merge(home if isinstance(home, dict) else {}, rest))
    return fields


def _taken(fields: Map, meaning: Path, row: NodeType) -> bool:
    """Whether an earlier slot has said it already; what is only implied gives way."""
    return at(fields, meaning) is not ABSENT and meaning not in row.implied


def _read(dialect: Dialect, slot: Slot, settings: Map | None, scope: Scope) -> Read | None:
    """What stands in a slot's place, if anything and in its form."""
    value = at(settings, slot.place)
    if value is ABSENT or is_blank(value):
        return None
    form = dialect.forms[slot.form]
    if not form.translates:
        value = map_texts(value, lambda text: dialect.read_text(text, scope))
    return form.read(value, scope)


def write_settings(dialect: Dialect, row: NodeType, fields: Map, prior: Map | None, scope: Scope) -> Map:
    """The settings that say a block's fields, in the manner of the prior ones; None for a new node.

    What a type has no place for is not written; reading again tells.
    """
    home = at(fields, row.rest) if row.rest is not None else ABSENT
    rest: Map = home if isinstance(home, dict) else {}
    written: Map = deepcopy(dict(row.usual)) if prior is None else deepcopy(common(prior, row.usual))
    places: list[Path] = []
    slots: Map = {}
    odd = rest.get(MORE) if row.known is not None else None
    odd = odd if isinstance(odd, dict) else {}
    for slot in _chosen(dialect, row, prior, scope):
        if slot.place[0] in odd:
            continue
        value = _written(dialect, slot, fields, at(rest, slot.place), prior, scope)
        if value is not ABSENT:  # else the rest may hold there what was not in the slot's form
            places.append(slot.place)
            put(slots, slot.place, value)
    inner = [slot.meaning[len(row.rest) :] for slot in row.slots if row.rest and _within(slot.meaning, row.rest)]
    kept = without(rest, [*places, *(path for path in inner if path)])
    if row.known is not None:
        own = _own_names(row)
        kept = {key: item for key, item in kept.items() if key in own} | odd
    merge(written, spelled(dialect, kept, prior, scope))
    said = [place for place in places if at(slots, place) is not ABSENT]
    return merge(without(written, said), slots)  # what a slot says stands for the whole of its place


MORE = "more"
"""Under this name among a block's settings stand those that only the builder of the file understands, for a type whose
settings are known by name: a new version's, or a value in a form that nobody has seen."""


def _own_names(row: NodeType) -> frozenset[str]:
    said_otherwise = {slot.place[0] for slot in row.slots}
    return (row.known or frozenset()) | (row.usual.keys() - said_otherwise)


def spelled(dialect: Dialect, value: Any, before: Any, scope: Scope) -> Any:
    """A value in the builder's spelling. A text that the prior value says already, if in another way, stays as it is
    spelled there."""
    if isinstance(value, str):
        if not isinstance(before, str):
            return dialect.write_text(value, scope)
        known = dialect.read_text(before, scope) == value
        return before if known else dialect.rewrite_text(value, before, scope)
    if isinstance(value, dict):
        inner = before if isinstance(before, dict) else {}
        return {key: spelled(dialect, item, inner.get(key), scope) for key, item in value.items()}
    if isinstance(value, list):
        items = before if isinstance(before, list) else []
        return [
            spelled(dialect, item, items[place] if place < len(items) else None, scope)
            for place, item in enumerate(value)
        ]
    return value


def _within(meaning: Path, outer: Path) -> bool:
    return meaning[: len(outer)] == outer


def _chosen(dialect: Dialect, row: NodeType, prior: Map | None, scope: Scope) -> list[Slot]:
    """One slot for each meaning: the one that the prior settings use, else the first."""
    chosen: dict[object, Slot] = {}
    for slot in row.slots:
        key = slot.meaning or slot
        known = chosen.get(key)
        unused = known is None or _read(dialect, known, prior, scope) is None
        if known is None or (unused and _read(dialect, slot, prior, scope) is not None):
            chosen[key] = slot
    return list(chosen.values())


def _written(dialect: Dialect, slot: Slot, fields: Map, more: Any, prior: Map | None, scope: Scope) -> Any:
    """What is to stand in a slot's place: the prior value where that says it already."""
    meaning = at(fields, slot.meaning) if slot.meaning else fields
    if meaning is ABSENT:
        return ABSENT
    before, was = at(prior, slot.place), _read(dialect, slot, prior, scope)
    if slot.meaning and was is not None and _same(was.value, meaning) and _same(was.beyond, more):
        return before
    if more is not ABSENT and slot.form in SIMPLE:
        return ABSENT  # the rest holds there what was not in the slot's form, and there is room for one
    form = dialect.forms[slot.form]
    said = before if form.translates else map_texts(before, lambda text: dialect.read_text(text, scope))
    value = form.write(meaning, said, more, scope)
    if not slot.meaning and was is not None and _same(form.write(was.value, said, was.beyond, scope), value):
        return before
    return value if form.translates else spelled(dialect, value, before, scope)


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not ABSENT and other is not ABSENT and same(one, other))
