"""Spellings of values on React Flow canvases that are more than the value itself: rows, tool lists, durations.

Each form has a reader, `value → (meaning, what the rows say beyond it)` or None where the value is not in this form,
and a writer that spells a meaning the way the prior value was spelled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.base import is_blank
from fjctl.model.journey import Tool
from fjctl.model.names import is_numbered, slug, unique

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
TOOL_NAMES = frozenset({"http", "javascript", "python", "shell", "mcp", "workflow", "assign", "external"})
_NAME_KEYS = ("name", "key", "variable", "variableName", "id", "label", "field")
_VARIABLE: dict[str, tuple[str, ...]] = {
    "type": ("type",),
    "description": ("description",),
    "required": ("required", "optional"),
    "default": ("default", "value", "defaultValue"),
}
_FIELD = {**_VARIABLE, "label": ("label", "title"), "options": ("options", "choices")}
_LANGUAGES = {
    "js": "javascript",
    "javascript": "javascript",
    "typescript": "javascript",
    "ts": "javascript",
    "py": "python",
    "python": "python",
    "python3": "python",
    "sh": "shell",
    "bash": "shell",
    "shell": "shell",
}
_UNITS = {
    "milliseconds": "ms",
    "ms": "ms",
    "seconds": "s",
    "s": "s",
    "minutes": "m",
    "m": "m",
    "hours": "h",
    "h": "h",
    "days": "d",
    "d": "d",
}
_DURATION = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d)")


class Read(NamedTuple):
    """A meaning, and what its rows say beyond it, by row name."""

    value: Any
    beyond: Row


def name_of(row: Row) -> str:
    """What a row calls itself; empty when it does not."""
    return next((row[key] for key in _NAME_KEYS if isinstance(row.get(key), str) and row[key]), "")


def _named(value: Any) -> list[tuple[str, Row]] | None:
    if isinstance(value, dict):
        pairs = [(str(name), row) for name, row in value.items() if isinstance(row, dict)]
        return pairs if pairs and len(pairs) == len(value) else None
    if not isinstance(value, list):
        return None
    pairs = [(name_of(row), row) for row in value if isinstance(row, dict)]
    names = {name for name, _ in pairs}
    return pairs if pairs and len(pairs) == len(value) == len(names) and "" not in names else None


def _shape(row: Row, known: dict[str, tuple[str, ...]]) -> tuple[Row, set[str]]:
    shape: Row = {}
    used: set[str] = set()
    for key, names in known.items():
        for name in names:
            item = row.get(name)
            if is_blank(item) or not _fits(key, item):
                continue
            shape[key] = not item if name == "optional" else item
            used.add(name)
            break
    return shape, used


def _fits(key: str, item: Any) -> bool:
    if key == "required":
        return isinstance(item, bool)
    if key == "options":
        return isinstance(item, list)
    return key == "default" or isinstance(item, str)


def _rows_reader(known: dict[str, tuple[str, ...]]) -> Callable[[Any, str], Read | None]:
    def read(value: Any, _: str) -> Read | None:
        pairs = _named(value)
        if pairs is None:
            return None
        found: Row = {}
        beyond: Row = {}
        for name, row in pairs:
            shape, used = _shape(row, known)
            found[name] = shape
            rest = {key: item for key, item in row.items() if key not in used and not is_blank(item) and item != name}
            rest.pop("id", None)
            if rest:
                beyond[name] = rest
        return Read(found, beyond)

    return read


def _rows_writer(known: dict[str, tuple[str, ...]]) -> Callable[[Any, Any, Row], Any]:
    def write(value: Any, prior: Any, beyond: Row) -> Any:
        before = dict(_named(prior) or ())
        listed = isinstance(prior, list)
        written: Row = {}
        for name, shape in value.items():
            row = before.get(name, {})
            key = next((key for key in _NAME_KEYS if row.get(key) == name), "name") if listed else ""
            out: Row = {key: name} if listed else {}
            for meaning, item in shape.items():
                place = next((spelled for spelled in known.get(meaning, ()) if spelled in row), meaning)
                out[place] = not item if place == "optional" else item
            written[name] = out | beyond.get(name, {})
        return list(written.values()) if listed else written

    return write


def _text_in(value: Any, _: str) -> Read | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return Read(value, {}) if isinstance(value, str) else None


def _text_out(value: Any, prior: Any, _: Row) -> Any:
    return [value] if isinstance(prior, list) else value


def _assign_in(value: Any, _: str) -> Read | None:
    if isinstance(value, dict):
        return Read(value, {})
    pairs = _named(value)
    if pairs is None or any("value" not in row for _, row in pairs):
        return None
    return Read({name: row["value"] for name, row in pairs}, {})


def _assign_out(value: Any, prior: Any, _: Row) -> Any:
    if not isinstance(prior, list) or not isinstance(value, dict):
        return value
    first = next((row for row in prior if isinstance(row, dict)), {})
    key = next((key for key in _NAME_KEYS if first.get(key) == name_of(first) != ""), "name")
    return [{key: name, "value": item} for name, item in value.items()]


def _tools_in(value: Any, _: str) -> Read | None:
    if not isinstance(value, list):
        return None
    found: Row = {}
    for item in value:
        if isinstance(item, str) and item:
            found[unique(slug(item, "tool"), found)] = {"kind": "external", "service": item}
        elif isinstance(item, dict) and item:
            found[unique(slug(_tool_name(item), "tool"), found)] = _contract(item)
    return Read(found, {}) if found and len(found) == len(value) else None


def _tool_name(row: Row) -> str:
    keys = ("name", "title", "label", "component_name", "toolName", "type", "id")
    return next((row[key] for key in keys if isinstance(row.get(key), str) and row[key]), "tool")


def _contract(row: Row) -> Row:
    if row.get("kind") in _TOOL_KINDS_OF_ROWS and row.keys() <= _CONTRACT_KEYS:
        return {key: item for key, item in row.items() if key != "name"}
    service = next(
        (
            row[key]
            for key in ("service", "component_name", "type", "name")
            if isinstance(row.get(key), str) and row[key]
        ),
        "tool",
    )
    return {"kind": "external", "service": service, "arguments": row}


_TOOL_KINDS_OF_ROWS = tuple(sorted(TOOL_NAMES))
_CONTRACT_KEYS = frozenset(Tool.__annotations__) | {"name"}


def _tools_out(value: Any, prior: Any, _: Row) -> Any:
    if not isinstance(prior, list):
        return value
    return [_tool_row(name, contract) for name, contract in value.items()]


def _tool_row(name: str, contract: Row) -> Any:
    service = contract.get("service")
    if (
        contract == {"kind": "external", "service": service}
        and isinstance(service, str)
        and is_numbered(name, slug(service, "tool"))
    ):
        return service
    arguments = contract.get("arguments")
    if (
        isinstance(arguments, dict)
        and arguments
        and _contract(arguments) == contract
        and is_numbered(name, slug(_tool_name(arguments), "tool"))
    ):
        return arguments
    return {"name": name, **contract}


def _language_in(value: Any, _: str) -> Read | None:
    kind = _LANGUAGES.get(value.lower()) if isinstance(value, str) else None
    return Read(kind, {}) if kind else None


def _language_out(value: Any, prior: Any, _: Row) -> Any:
    return prior if isinstance(prior, str) and _LANGUAGES.get(prior.lower()) == value else value


def _duration_in(value: Any, unit: str) -> Read | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or value == "":
        return None
    text = str(value)
    if isinstance(value, str) and not text.replace(".", "", 1).isdecimal():
        return Read(text, {})
    return Read(f"{text}{_UNITS.get(unit.lower(), '')}", {})


def duration_out(value: Any, prior: Any, unit: str) -> Any:
    """A duration as a number in the prior one's unit where it is whole in it, else as text."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or isinstance(prior, bool) or not isinstance(prior, (int, float)):
        return value
    amount, said = match.groups()
    if said != _UNITS.get(unit.lower()):
        return value
    return float(amount) if "." in amount else int(amount)


def duration_unit(key: str, home: Row) -> str:
    """The unit a number under `key` is in: what the map says beside it, or what its name says; seconds otherwise."""
    said = next(
        (home[name] for name in ("unit", "timeUnit", "time_unit", "durationUnit") if isinstance(home.get(name), str)),
        "",
    )
    return said if said.lower() in _UNITS else key if key in _UNITS else "s"


READERS: dict[str, Callable[[Any, str], Read | None]] = {
    "": lambda value, _: Read(value, {}),
    "variables": _rows_reader(_VARIABLE),
    "fields": _rows_reader(_FIELD),
    "text": _text_in,
    "assign": _assign_in,
    "tools": _tools_in,
    "language": _language_in,
    "duration": _duration_in,
}
WRITERS: dict[str, Callable[[Any, Any, Row], Any]] = {
    "": lambda value, _prior, _beyond: value,
    "variables": _rows_writer(_VARIABLE),
    "fields": _rows_writer(_FIELD),
    "text": _text_out,
    "assign": _assign_out,
    "tools": _tools_out,
    "language": _language_out,
}


def is_messages(value: Any) -> bool:
    """Whether a value is a list of messages with a role."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(m, dict) and isinstance(m.get("role"), str) and "content" in m for m in value)
    )


TYPES: dict[str, Callable[[Any], bool]] = {
    "": lambda _: True,
    "str": lambda value: isinstance(value, str),
    "dict": lambda value: isinstance(value, dict),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "count": lambda value: isinstance(value, (int, str)) and not isinstance(value, bool),
    "messages": is_messages,
}
