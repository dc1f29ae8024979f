"""From a place in a model to the place in its document.

A journey's document is its model. A workflow's document has its builder's form, so blocks are found by their ids, edges
by their ids or ends, and texts inside a block by what they say: one way for every format, and only when a finding
has to be shown.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.checks.build import strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fjctl.checks.rule import Spot
    from fjctl.model.workflow import Edge, Workflow
    from fjctl.source import JsonValue, Pointer

_ID_KEYS = ("id", "_id", "nodeId", "node_id", "name")
_NAME_KEYS = frozenset({"name", "label", "title", "displayName"})
_SHORTEST = 4
"""A text shorter than this is not looked for outside its block."""


class Place(NamedTuple):
    """A place in a document's value: the pointer, whether its key is meant, and a piece of the text there with the
    character offset where it begins in the text (-1: wherever it is found first)."""

    pointer: Pointer
    key: bool = False
    needle: str = ""
    at: int = -1


class Places:
    """Finds places in the value of one document (of one flow, where a file holds several)."""

    def __init__(self, value: JsonValue, workflow: Workflow | None) -> None:
        self._value = value
        self._workflow = workflow
        self._blocks: dict[str, Pointer] | None = None

    def place(self, spot: Spot) -> Place:
        """The nearest place that can be found; at worst the document."""
        if self._workflow is None:
            return Place(_existing(self._value, spot.pointer), spot.key, spot.needle, spot.at)
        if spot.edge >= 0:
            return Place(self._edge(self._workflow.edges[spot.edge]))
        if spot.block:
            return self._in_block(spot)
        if spot.value is not None:
            found = _find(self._value, (), spot.value) or _find_key(self._value, spot.value)
            return Place(found or (), needle=spot.needle, at=spot.at)
        return Place(_existing(self._value, spot.pointer), spot.key, spot.needle, spot.at)

    def block(self, block: str) -> Pointer:
        """Where a block stands; the root if it has no place of its own."""
        if self._blocks is None:
            self._blocks = _by_id(self._value, self._workflow)
        return self._blocks.get(block, ())

    def _in_block(self, spot: Spot) -> Place:
        at = self.block(spot.block)
        if spot.value is None:
            return self._name_of(at, spot)
        inside = _at(self._value, at)
        found = _find(inside, at, spot.value)
        if found is None and spot.needle:
            found = _containing(inside, at, spot.needle)
        if found is None and isinstance(spot.value, str) and len(spot.value) >= _SHORTEST:
            found = _find(self._value, (), spot.value)
        if found is None:
            return self._name_of(at, spot)
        return Place(found, needle=spot.needle, at=spot.at)

    def _name_of(self, at: Pointer, spot: Spot) -> Place:
        """A block as a whole is shown at the name that people know it by, where it has one."""
        inside = _at(self._value, at)
        block = next(
            (item for item in (self._workflow.blocks if self._workflow else []) if item.id == spot.block), None
        )
        if block is not None and block.name:
            for path, text in strings(inside, at):
                if text == block.name and path[-1] in _NAME_KEYS:
                    return Place(path)
        return Place(at, key=bool(at) and isinstance(at[-1], str))

    def _edge(self, edge: Edge) -> Pointer:
        for pointer, item in _dicts(self._value):
            if edge.id and item.get("id") == edge.id and "source" in item:
                return pointer
            if item.get("source") == edge.source and item.get("target") == edge.target and not edge.id:
                return pointer
        for pointer, item in _dicts(self._value):  # ids that the reader made for edges without one
            if item.get("source") == edge.source and item.get("target") == edge.target:
                return pointer
        return self._connection(edge)

    def _connection(self, edge: Edge) -> Pointer:
        """An edge that is written at its source: a map or list of targets under the source's id or name."""
        names = {item.id: item.name for item in (self._workflow.blocks if self._workflow else [])}
        sources = {edge.source, names.get(edge.source, "")}
        targets = {edge.target, names.get(edge.target, "")} - {""}
        for pointer, item in _dicts(self._value):
            for key in item:
                if key in sources:
                    for path, text in strings(item[key], (*pointer, key)):
                        if text in targets:
                            return path
        return self.block(edge.source)


def _dicts(value: JsonValue) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Every map in a value, the shallow ones first."""
    queue: deque[tuple[Pointer, Any]] = deque([((), value)])
    while queue:
        pointer, item = queue.popleft()
        if isinstance(item, dict):
            yield pointer, item
            queue.extend(((*pointer, key), inner) for key, inner in item.items() if isinstance(inner, (dict, list)))
        elif isinstance(item, list):
            queue.extend(((*pointer, n), inner) for n, inner in enumerate(item) if isinstance(inner, (dict, list)))


def _by_id(value: JsonValue, workflow: Workflow | None) -> dict[str, Pointer]:
    wanted = {block.id for block in workflow.blocks} if workflow else set()
    found: dict[str, Pointer] = {}
    for pointer, item in _dicts(value):
        if "source" in item and "target" in item:
            continue  # an edge may have the id of a node
        for key in _ID_KEYS:
            name = item.get(key)
            if isinstance(name, str) and name in wanted:
                found.setdefault(name, pointer)
                break
        for key, inner in item.items():
            if key in wanted and isinstance(inner, dict):
                found.setdefault(key, (*pointer, key))
        if len(found) == len(wanted):
            break
    return found


def _at(value: Any, pointer: Pointer) -> Any:
    for part in pointer:
        value = value[part]
    return value


def _existing(value: JsonValue, pointer: Pointer) -> Pointer:
    """The longest beginning of a pointer that leads somewhere."""
    at: Any = value
    for number, part in enumerate(pointer):
        try:
            at = at[part]
        except (KeyError, IndexError, TypeError):
            return pointer[:number]
    return pointer


def _find(value: JsonValue, at: Pointer, wanted: Any) -> Pointer | None:
    """The first place of a value; of a text also where a longer text holds it."""
    if not isinstance(wanted, str):
        return next((pointer for pointer, item in _everything(value, at) if _equal(item, wanted)), None)
    exact = next((path for path, text in strings(value, at) if text == wanted), None)
    return exact or (_containing(value, at, wanted) if len(wanted) >= _SHORTEST else None)


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _everything(value: JsonValue, at: Pointer) -> Iterator[tuple[Pointer, Any]]:
    yield at, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _everything(item, (*at, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _everything(item, (*at, number))


def _containing(value: JsonValue, at: Pointer, piece: str) -> Pointer | None:
    return next((path for path, text in strings(value, at) if piece in text), None)


def _find_key(value: JsonValue, name: Any) -> Pointer | None:
    return next(((*pointer, name) for pointer, item in _dicts(value) if name in item), None)
