"""Where each field of a workflow went: into the journey, or staying behind, by design or for want of a place.

Measured, not declared: a field is in the journey if writing the journey back as a workflow gives it again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fjctl.diagnostics import Loss
from fjctl.formats.base import is_blank
from fjctl.model.references import normalize, rename_all
from fjctl.model.transplant import same

if TYPE_CHECKING:
    from fjctl.formats.base import WorkflowFormat
    from fjctl.source import JsonValue, Pointer


@dataclass(slots=True, eq=False)
class Account:
    """Fields with a value, counted: `moved` are in the journey, `own` stay behind (by kind), `lost` are losses."""

    moved: int = 0
    own: dict[str, int] = field(default_factory=dict)
    lost: list[Loss] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of the fields with a meaning, the share that is in the journey (1.0 when there are none)."""
        meaningful = self.moved + len(self.lost)
        return self.moved / meaningful if meaningful else 1.0


BROKEN = "broken"
"""The own part that cannot be read for what it is: an edge to a node that does not exist, a node without an id."""


def account(
    value: JsonValue, written: JsonValue, module: WorkflowFormat, broken: frozenset[Pointer] = frozenset()
) -> Account:
    """Accounts for every field of a document, given the document that the journey alone would give. `broken` are the
    places of what was reported as unreadable."""
    found = Account()
    _Walk(module, found, broken).walk((), value, written)
    return found


def losses(
    value: JsonValue, written: JsonValue, module: WorkflowFormat, broken: frozenset[Pointer] = frozenset()
) -> list[Loss]:
    """What `account` gives as `lost`, in half the time: a text or switch that came back is not lost, wherever it is."""
    found = Account()
    _Walk(module, found, broken, counts=False).walk((), value, written)
    return found.lost


_ABSENT = object()


class _Walk:
    def __init__(
        self, module: WorkflowFormat, found: Account, broken: frozenset[Pointer], *, counts: bool = True
    ) -> None:
        self.module = module
        self.found = found
        self.broken = broken
        self.counts = counts

    def walk(self, pointer: Pointer, value: Any, written: Any) -> None:
        if is_blank(value):
            return
        own = self.module.own_part(pointer, value) if pointer else ""
        if pointer and self.broken and pointer in self.broken:
            own = BROKEN
        if own.endswith("?"):
            own = "" if written is not _ABSENT and _equal(value, written) else own[:-1]
        if own:
            if self.counts:
                self.found.own[own] = self.found.own.get(own, 0) + _count(value)
        elif isinstance(value, dict):
            self._map(pointer, value, written if isinstance(written, dict) else {})
        elif isinstance(value, list):
            self._list(pointer, value, written if isinstance(written, list) else [])
        elif written is not _ABSENT and _equal(value, written):
            self.found.moved += 1
        else:
            reason = "the journey has no place for it" if written is _ABSENT else "the journey holds another value"
            self.found.lost.append(Loss(str(pointer[-1]), pointer, reason))

    def _map(self, pointer: Pointer, value: dict[str, Any], written: dict[str, Any]) -> None:
        for key, item in value.items():
            if not item and is_blank(item):
                continue
            other = written.get(key, _ABSENT)
            if self.counts or not (item == other if type(item) is str else item is other and type(item) is bool):
                self.walk((*pointer, key), item, other)

    def _list(self, pointer: Pointer, value: list[Any], written: list[Any]) -> None:
        by_key: dict[object, Any] = {}
        for item in written:
            if isinstance(item, dict):
                by_key.setdefault(self.module.list_key(pointer, item), item)
        for place, item in enumerate(value):
            key = self.module.list_key(pointer, item) if isinstance(item, dict) else None
            other = by_key.get(key, _ABSENT) if key is not None else written[place] if place < len(written) else _ABSENT
            self.walk((*pointer, place), item, other)


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    if isinstance(value, list):
        return sum(map(_count, value))
    return 0 if is_blank(value) else 1


def _equal(value: Any, written: Any) -> bool:
    if same(value, written):
        return True
    if not isinstance(value, str) or not isinstance(written, str):
        return False
    if value[:1] in {"[", "{"}:
        try:
            return same(_plain(json.loads(value)), _plain(json.loads(written)))
        except (ValueError, RecursionError):
            pass
    return same(_plain(value), _plain(written))


def _plain(value: Any) -> Any:
    """References in one spelling, since `<My Agent.content>` and `<myagent.content>` are the same."""
    return rename_all(value, lambda name, path: f"{normalize(name)}.{path}" if path else normalize(name))
