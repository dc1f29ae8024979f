"""Values that n8n keeps in a form of its own: locators, mapped columns, rows of name and value.

Source: n8n-workflow `interfaces.ts` (`INodeParameterResourceLocator`, `ResourceMapperValue`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.canvas.paths import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.canvas.paths import Map


class Manner(NamedTuple):
    """What a shape goes by: the node's version, its id, and its prior parameters (empty for a new node)."""

    version: float
    node: str
    prior: Map


class Shape(NamedTuple):
    """`lift` changes parameters into settings, `lower` settings into parameters; both in place, on a shallow copy."""

    lift: Callable[[Map, float], None]
    lower: Callable[[Map, Manner], None]


# Values that point at something: {__rl, mode, value}

_MODES = frozenset({"list", "id", "url", "name", "gid", "phoneNumber", "username", "channel", "thread", "path", "key"})
_LOCATOR = frozenset({"__rl", "mode", "value", "cachedResultName", "cachedResultUrl"})


def plain_locators(value: Any) -> Any:
    """Resource locators as `{"@list": value}`, and mapped columns, both without what they remember for the editor; in
    maps and lists."""
    if isinstance(value, dict):
        if isinstance(value.get("schema"), list) and "mappingMode" in value:
            value = {key: item for key, item in value.items() if key != "schema" and item is not False}
        if (
            value.get("__rl") is True
            and isinstance(value.get("mode"), str)
            and value["mode"] in _MODES
            and value.keys() <= _LOCATOR
        ):
            return {f"@{value['mode']}": value.get("value")}
        changed = {key: plain_locators(item) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [plain_locators(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def full_locators(value: Any) -> Any:
    """The way back of `plain_locators`."""
    if isinstance(value, dict):
        if len(value) == 1 and (key := next(iter(value)))[:1] == "@" and key[1:] in _MODES:
            return {"__rl": True, "value": value[key], "mode": key[1:]}
        return {key: full_locators(item) for key, item in value.items()}
    return [full_locators(item) for item in value] if isinstance(value, list) else value


def pointed(value: Any) -> Any:
    """What a locator points at, or the value itself."""
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def pointing(value: Any, prior: Any, mode: str) -> Any:
    """A value as a locator, where the prior was none as that."""
    if isinstance(prior, str):
        return value
    known = next(iter(prior)) if isinstance(prior, dict) and len(prior) == 1 else f"@{mode}"
    return {known: value}


def take(settings: Map, key: str) -> Any:
    """Takes a setting out; ABSENT where there is none."""
    return settings.pop(key, ABSENT)


def put_in(settings: Map, key: str, value: Any) -> None:
    """Sets what says something."""
    if value is not ABSENT and value is not None:
        settings[key] = value


# Rows of name and value


def as_map(rows: Any) -> Any:
    """Rows `{name, value}` as a map; the rows themselves where they say more or a name twice."""
    if not isinstance(rows, list) or not rows:
        return ABSENT
    found: Map = {}
    for row in rows:
        provided = isinstance(row, dict) and row.get("valueProvider", "fieldValue") == "fieldValue"
        name = row.get("name") if provided and row.keys() <= {"name", "value", "valueProvider"} else None
        if not isinstance(name, str) or not name or name in found or "value" not in row:
            return rows
        found[name] = row["value"]
    return found


def as_rows(value: Any, prior: Any, provider: str = "") -> Any:
    """The way back of `as_map`."""
    if not isinstance(value, dict):
        return value
    rows = prior if isinstance(prior, list) else []
    provided = bool(provider) or any(isinstance(row, dict) and "valueProvider" in row for row in rows)
    more = {"valueProvider": "fieldValue"} if provided else {}
    return [{"name": name, **more, "value": item} for name, item in value.items()]


def json_text(value: Any) -> str:
    """A value as JSON in a parameter; with `=` in front where there are expressions in it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if "{{" not in text:
        return text
    return "=" + re.sub(r'"=((?:[^"\\]|\\.)*)"', r'"\1"', text)
