"""Files that hold several workflows: whole-instance exports, lists of flows. Each flow is a document of its own.

A flow is named behind the file: `export.json#Support`. Sources: Flowise `packages/ui/src/utils/exportImport.js` (each
`flowData` is JSON in a text), Langflow's download of several flows, n8n `export:workflow --all`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from fjctl.model.names import unique
from fjctl.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fjctl.source import JsonValue, Pointer


class Member(NamedTuple):
    """One flow of a file. `text`: it stands there as JSON in a text."""

    name: str
    pointer: Pointer
    text: bool = False


class Frame(NamedTuple):
    """What stands around a flow: the file's value, where in it the flow is, and the flow's text if it is one."""

    outer: JsonValue
    member: Member
    inner: Source | None = None

    def framed(self, value: JsonValue) -> JsonValue:
        """The whole value with another flow in its place; maps and lists on the way are copied."""
        return cast("JsonValue", _replaced(self.outer, self.member.pointer, value))


_FLOWISE = ("AgentFlow", "AgentFlowV2", "ChatFlow", "AssistantFlow")


def _flowise(value: dict[str, JsonValue]) -> Iterator[Member]:
    for key in _FLOWISE:
        rows = value.get(key)
        for place, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict) and isinstance(row.get("flowData"), str):
                yield Member(_name(row, place), (key, place, "flowData"), text=True)


def _langflow(value: dict[str, JsonValue]) -> Iterator[Member]:
    rows = value.get("flows")
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        data = row.get("data") if isinstance(row, dict) else None
        if isinstance(row, dict) and isinstance(data, dict) and isinstance(data.get("nodes"), list):
            yield Member(_name(row, place), ("flows", place))


def _n8n(value: list[JsonValue]) -> Iterator[Member]:
    for place, row in enumerate(value):
        if isinstance(row, dict) and isinstance(row.get("connections"), dict) and isinstance(row.get("nodes"), list):
            yield Member(_name(row, place), (place,))


_IN_MAPS: tuple[Callable[[dict[str, JsonValue]], Iterator[Member]], ...] = (_flowise, _langflow)


def _name(row: dict[str, JsonValue], place: int) -> str:
    found = row.get("name")
    return found if isinstance(found, str) and found.strip() else f"flow {place + 1}"


def may_hold_flows(value: JsonValue) -> bool:
    """A look at the root alone; most documents are told by it to be one flow."""
    return isinstance(value, list) or (isinstance(value, dict) and ("flows" in value or any(map(value.get, _FLOWISE))))


def members(value: JsonValue) -> list[Member]:
    """The flows of a file that holds flows, each under a name of its own; none for any other file."""
    found: list[Member] = []
    if isinstance(value, dict):
        found = next((rows for read in _IN_MAPS if (rows := list(read(value)))), [])
    elif isinstance(value, list):
        found = list(_n8n(value))
    names: set[str] = set()
    for place, member in enumerate(found):
        name = unique(member.name, names)
        names.add(name)
        found[place] = member._replace(name=name)
    return found


def inside(value: JsonValue, member: Member) -> Frame:
    """The frame of a flow."""
    found = _at(value, member.pointer)
    return Frame(value, member, Source(member.name, found) if member.text else None)


def content(frame: Frame) -> JsonValue:
    """What stands at the flow's place."""
    return cast("JsonValue", _at(frame.outer, frame.member.pointer))


def _at(value: Any, pointer: Pointer) -> Any:
    for part in pointer:
        value = value[part]
    return value


def _replaced(value: Any, pointer: Pointer, new: JsonValue) -> Any:
    if not pointer:
        return new
    head, rest = pointer[0], pointer[1:]
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[head] = _replaced(value[head], rest, new)
    return copied
