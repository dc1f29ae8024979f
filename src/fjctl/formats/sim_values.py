"""Value shapes that Sim's sub-blocks share: messages, key-value tables, input fields, builder rows, durations."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from fjctl.diagnostics import has_errors
from fjctl.formats.base import filled, is_blank
from fjctl.model.names import stable_id
from fjctl.model.transplant import same
from fjctl.source import Source

if TYPE_CHECKING:
    from fjctl.source import JsonValue, Pointer

Values = dict[str, Any]
UNITS = {"milliseconds": "ms", "seconds": "s", "minutes": "m", "hours": "h", "days": "d"}
_LONG_UNITS = {letter: name for name, letter in UNITS.items()}
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(.*?)(ms|s|m|h|d)", re.DOTALL)
_AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
DEFAULT_BATCH = 20
_ROUTE_TITLE = re.compile(r"[^:\n]{1,40}")
_DEFAULT_ROUTE = re.compile(r"(?:route\s*\d*)?", re.IGNORECASE)
_TEXT_DEPTH = 64
"""How deep JSON in a text is read as a value; deeper it stays text."""
_SYNC_LIMIT = 300
"""Seconds a Sim run may wait without pausing (docs of the wait block)."""


def state_pointer(value: JsonValue) -> Pointer | None:
    """Where the state (the map with `blocks` and `edges`) stands in a document; None when there is none."""
    for pointer in ((), ("state",), ("data",), ("data", "state")):
        found: Any = value
        for part in pointer:
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, dict) and isinstance(found.get("blocks"), dict):
            return pointer
    return None


def json_in(value: Any) -> Any:
    """A value that may be written as JSON text: the value itself; text that is no JSON stays text."""
    if not isinstance(value, str) or value[:1] not in '[{"':
        return value
    from fjctl.text.json_text import parse  # a journey that becomes a workflow may do without

    # Strictly: a key given twice, NaN or half a character would be lost or could not be written, so it stays text.
    found, problems = parse(Source("", value), max_depth=_TEXT_DEPTH)
    return value if has_errors(problems) else found


def json_text(value: Any) -> str:
    """A value as JSON text on one line."""
    return json.dumps(value, ensure_ascii=False)


def json_out(value: Any, prior: Any, *, as_text: bool) -> Any:
    """A value, as text or not as the prior one was; a prior text is edited where it differs and kept elsewhere."""
    if isinstance(value, str):
        return value
    if isinstance(prior, str):
        return _json_edited(prior, value)
    return json.dumps(value, ensure_ascii=False, indent=2) if as_text and prior is None else value


def _json_edited(prior: str, value: Any) -> str:
    before = json_in(prior)
    if isinstance(before, str):
        return json.dumps(value, ensure_ascii=False, indent=2 if "\n" in prior else None)
    if same(before, value):
        return prior
    from fjctl.text.json_rewrite import rewrite

    return rewrite(prior, before, value)


def messages_in(subs: Values) -> list[Any]:
    """The messages of an agent, of today's `messages` or the older separate prompts; only those with text."""
    found = json_in(subs.get("messages"))
    if isinstance(found, list) and found:
        usable = [
            m
            for m in found
            if isinstance(m, dict) and isinstance(m.get("content"), str) and isinstance(m.get("role"), str)
        ]
        return usable if len(usable) == len(found) else []
    parts = [("system", subs.get("systemPrompt")), ("user", subs.get("userPrompt"))]
    messages: list[Any] = [{"role": role, "content": text} for role, text in parts if isinstance(text, str) and text]
    memories = json_in(subs.get("memories"))
    if isinstance(memories, list):
        place = 1 if messages and messages[0]["role"] == "system" else 0
        messages[place:place] = [m for m in memories if isinstance(m, dict) and m.keys() >= {"role", "content"}]
    return messages


def messages_out(messages: list[Any], prior: Values) -> Values:
    """Messages in the manner of the prior block."""
    legacy = "messages" not in prior and bool({"systemPrompt", "userPrompt"} & prior.keys())
    roles = [message.get("role") if isinstance(message, dict) else None for message in messages]
    if legacy and roles in (["system"], ["user"], ["system", "user"]):
        return {f"{message['role']}Prompt": message["content"] for message in messages}
    return {"messages": json_out(messages, prior.get("messages"), as_text=False)} if messages else {}


def rows(value: Any, key: str) -> list[Values]:
    """The maps of a list that have a name under `key`."""
    found = value if isinstance(value, list) else []
    return [row for row in found if isinstance(row, dict) and isinstance(row.get(key), str) and row[key]]


def route_in(title: str, text: str) -> str:
    """A route's condition: its text, after its title where somebody gave it one."""
    if not text:
        return title
    named = _ROUTE_TITLE.fullmatch(title) and not _DEFAULT_ROUTE.fullmatch(title)
    return f"{title}: {text}" if named else text


def route_of(row: Values) -> str:
    """The condition of a route's row."""
    text = row.get("value")
    return route_in(str(row.get("title") or "").strip(), text if isinstance(text, str) else "")


def route_out(condition: str, number: int) -> tuple[str, str]:
    """The way back of `route_in`: title and text."""
    title, colon, text = condition.partition(": ")
    if (
        colon
        and text
        and _ROUTE_TITLE.fullmatch(title)
        and title == title.strip()
        and not _DEFAULT_ROUTE.fullmatch(title)
    ):
        return title, text
    return f"Route {number}", condition


def _row_ids(prior: Any, key: str, *, cells: bool = False) -> dict[str, Values]:
    found = json_in(prior)
    if not isinstance(found, list):
        return {}
    named = [row for row in found if isinstance(row, dict)]
    holders = [(row, row.get("cells") if cells else row) for row in named]
    return {str(holder.get(key)): row for row, holder in holders if isinstance(holder, dict)}


def table_in(value: Any) -> Any:
    """A key-value table as a map; tables that are no map (repeated keys) stay rows of `key`, `value`."""
    found = json_in(value)
    if not isinstance(found, list):
        return found
    pairs = []
    for row in found:
        cells = row.get("cells", row) if isinstance(row, dict) else {}
        if isinstance(cells, dict) and not (is_blank(cells.get("Key")) and is_blank(cells.get("Value"))):
            pairs.append((str(cells.get("Key") or ""), cells.get("Value")))
    if len({key for key, _ in pairs}) == len(pairs):
        return dict(pairs)
    return [{"key": key, "value": item} for key, item in pairs]


def table_out(value: Any, prior: Any) -> Any:
    """The way back of `table_in`, with the prior rows' ids."""
    known = _row_ids(prior, "Key", cells=True)
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [(str(row.get("key", "")), row.get("value")) for row in value if isinstance(row, dict)]
    else:
        return value
    return [
        {"id": known.get(key, {}).get("id") or stable_id("row", str(place), key), "cells": {"Key": key, "Value": item}}
        for place, (key, item) in enumerate(pairs)
    ]


def inputs_in(value: Any) -> dict[str, Any]:
    """Input fields by name. A blank default says nothing."""
    found: dict[str, Any] = {}
    for row in rows(json_in(value), "name"):
        shape = {"type": row.get("type"), "description": row.get("description"), "label": row.get("label")}
        shape |= {"required": row.get("required"), "default": row.get("value"), "options": row.get("options")}
        found.setdefault(row["name"], filled(shape))
    return found


def inputs_out(inputs: dict[str, Any], prior: Any) -> list[Values]:
    """The way back of `inputs_in`, with the prior rows' ids."""
    known = _row_ids(prior, "name")
    written = []
    for name, shape in inputs.items():
        row = {
            "id": known.get(name, {}).get("id") or stable_id("field", name),
            "name": name,
            "type": shape.get("type", "string"),
        }
        row["value"] = shape.get("default", "")
        row |= {key: shape[key] for key in ("description", "label", "required", "options") if key in shape}
        written.append({**row, "collapsed": False})
    return written


def builder_in(value: Any) -> Any:
    """Builder rows (`name`, `type`, `value`) as a map."""
    found = json_in(value)
    if not isinstance(found, list):
        return found
    return {row["name"]: _builder_value(row.get("value")) for row in rows(found, "name")}


def _builder_value(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        return builder_in(value)
    return value


def builder_out(result: dict[str, Any], prior: Any) -> list[Values]:
    """The way back of `builder_in`, with the prior rows' ids and types."""
    return named_rows(result, json_in(prior), "name", "id", nested=True)


def named_rows(result: dict[str, Any], prior: Any, name_key: str, id_key: str, *, nested: bool = False) -> list[Values]:
    """A map as rows of id, name, type and value."""
    known = {row[name_key]: row for row in rows(prior, name_key)}
    written = []
    for name, value in result.items():
        row = known.get(name, {})
        inner = nested and isinstance(value, dict) and bool(value)
        kind = row.get("type") if row.get("type") and isinstance(value, str) else type_name(value)
        written.append(
            {
                id_key: row.get(id_key) or stable_id(name_key, name),
                name_key: name,
                "type": kind,
                "value": builder_out(value, row.get("value")) if inner else value,
            }
        )
    return written


def type_name(value: Any) -> str:
    """Sim's name for a value's type."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"


def code_in(value: Any) -> str:
    """Code as text; older files hold a list of `{content}` parts."""
    if isinstance(value, list):
        return "\n".join(str(part.get("content", "")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def code_out(code: str, prior: Any) -> Any:
    """The way back of `code_in`."""
    if isinstance(prior, list):
        return prior if code_in(prior) == code else [{"content": code}]
    return code


def milliseconds_in(value: Any) -> str:
    """Milliseconds as a duration: 1500 → `1500ms`, 2000 → `2s`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{int(value) // 1000}s" if value % 1000 == 0 and value else f"{value}ms"
    return ""


def milliseconds_out(duration: str) -> int | None:
    """A duration in milliseconds; None when it is none."""
    match = _DURATION.fullmatch(duration.strip())
    number = _number(match.group(1)) if match else None
    return round(number * _SECONDS[match.group(2)] * 1000) if match and number is not None else None


def duration_out(duration: str, prior: Values) -> Values:
    """A wait block's sub-blocks for a duration."""
    match = _DURATION.fullmatch(duration.strip())
    amount, unit = match.groups() if match else (duration, "s")
    number = _number(amount)
    seconds = number * _SECONDS[unit] if number is not None else 0 if unit in {"s", "m", "ms"} else _SYNC_LIMIT + 1
    if unit == "ms" and number is not None:
        amount, unit = f"{seconds:g}", "s"
    if seconds > _SYNC_LIMIT or unit in {"h", "d"} or (prior.get("async") in (True, "true") and unit == "m"):
        if unit == "s":
            amount, unit = f"{seconds / 60:g}", "m"
        return {"timeValue": _like(amount, prior), "async": True, "timeUnitLong": _LONG_UNITS[unit]}
    return {"timeValue": _like(amount, prior), "timeUnit": _LONG_UNITS[unit]}


def _number(amount: str) -> float | None:
    """The number of a duration; None for a reference, or for what no file can hold (`inf`, `nan`)."""
    return float(amount) if _AMOUNT.fullmatch(amount.strip()) else None


def _like(amount: str, prior: Values) -> Any:
    if isinstance(prior.get("timeValue"), (int, float)):
        number = _number(amount)
        return amount if number is None else int(number) if number.is_integer() else number
    return amount
