"""Requests and assignments of n8n's nodes, of every version, in one shape: `@request`, `@assign`.

Sources: the HTTP Request, HTTP Request Tool and Edit Fields nodes of n8n-nodes-base and @n8n/n8n-nodes-langchain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.paths import ABSENT, at
from fjctl.formats.n8n_values import Shape, as_map, as_rows, json_text, put_in, take
from fjctl.formats.sim_values import json_in
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.n8n_values import Manner

# HTTP requests

_PARTS = ("query", "headers", "body")
_NEW_KEYS = {
    "query": ("sendQuery", "specifyQuery", "queryParameters", "jsonQuery"),
    "headers": ("sendHeaders", "specifyHeaders", "headerParameters", "jsonHeaders"),
    "body": ("sendBody", "specifyBody", "bodyParameters", "jsonBody"),
}
_TOOL_ROWS = {"query": "parametersQuery", "headers": "parametersHeaders", "body": "parametersBody"}
_OLD_KEYS = {
    "query": ("queryParametersUi", "queryParametersJson"),
    "headers": ("headerParametersUi", "headerParametersJson"),
    "body": ("bodyParametersUi", "bodyParametersJson"),
}
_OLD_HTTP = 3


def _http_lift(settings: Map, version: float, *, tool: bool = False) -> None:
    request: Map = {}
    old = version < _OLD_HTTP and not tool
    for name, key in (("method", "requestMethod" if old else "method"), ("url", "url")):
        if isinstance(settings.get(key), str):
            request[name] = settings.pop(key)
    request.setdefault("method", "GET")
    for part in _PARTS:
        found = _old_part(settings, part) if old else _new_part(settings, part, tool=tool)
        if found is not ABSENT:
            request[part] = found
    settings["@request"] = request


def _old_part(settings: Map, part: str) -> Any:
    rows, text = _OLD_KEYS[part]
    if settings.get("jsonParameters") is True:
        return settings.pop(text) if isinstance(settings.get(text), str) else ABSENT
    found = as_map(at(settings, (rows, "parameter")))
    if found is not ABSENT:
        del settings[rows]
    return found


def _new_part(settings: Map, part: str, *, tool: bool) -> Any:
    sends, specifies, rows, text = _NEW_KEYS[part]
    rows, inner = (_TOOL_ROWS[part], "values") if tool else (rows, "parameters")
    if settings.get(sends) is not True:
        return ABSENT
    if settings.get(specifies) == "json" and isinstance(settings.get(text), str):
        del settings[sends], settings[specifies]
        return settings.pop(text)
    found = as_map(at(settings, (rows, inner)))
    if found is not ABSENT and settings.get(specifies, "keypair") == "keypair":
        for key in (sends, specifies, rows):
            settings.pop(key, None)
        return found
    return ABSENT


def _http_lower(settings: Map, manner: Manner, *, tool: bool = False) -> None:
    request = settings.pop("@request", {})
    old = manner.version < _OLD_HTTP and not tool
    method_key = "requestMethod" if old else "method"
    if request.get("method", "GET") != "GET" or method_key in manner.prior:
        settings[method_key] = request.get("method", "GET")
    put_in(settings, "url", request.get("url"))
    for part in _PARTS:
        value = request.get(part)
        if value is None:
            continue
        if old:
            _old_out(settings, part, value)
        else:
            _new_out(settings, part, value, manner, tool=tool)


def _old_out(settings: Map, part: str, value: Any) -> None:
    rows, text = _OLD_KEYS[part]
    if isinstance(value, str):
        settings["jsonParameters"] = True
        settings[text] = value
    else:
        settings[rows] = {"parameter": as_rows(value, None)}


def _new_out(settings: Map, part: str, value: Any, manner: Manner, *, tool: bool) -> None:
    sends, specifies, rows, text = _NEW_KEYS[part]
    rows, inner = (_TOOL_ROWS[part], "values") if tool else (rows, "parameters")
    settings[sends] = True
    if isinstance(value, str):
        settings[specifies] = "json"
        settings[text] = value
    elif isinstance(value, dict) and any(isinstance(item, (dict, list)) for item in value.values()):
        settings[specifies] = "json"
        settings[text] = json_text(value)
    else:
        if specifies in manner.prior and manner.prior.get(specifies) == "keypair":
            settings[specifies] = "keypair"
        before = at(manner.prior, (rows, inner))
        settings[rows] = {inner: as_rows(value, before, "fieldValue" if tool else "")}


def described_lift(settings: Map) -> None:
    """That a tool has its own description follows from its having one."""
    if settings.get("descriptionType") == "manual" and isinstance(settings.get("toolDescription"), str):
        del settings["descriptionType"]


def described_lower(settings: Map, prior: Map) -> None:
    """The way back of `described_lift`."""
    if "toolDescription" in settings and (not prior or prior.get("descriptionType") == "manual"):
        settings.setdefault("descriptionType", "manual")


def _http_tool_lift(settings: Map, version: float) -> None:
    described_lift(settings)
    _http_lift(settings, max(version, _OLD_HTTP))


def _http_tool_lower(settings: Map, manner: Manner) -> None:
    _http_lower(settings, manner)
    described_lower(settings, manner.prior)


# Fields that are set

_OF_TYPE = {bool: "boolean", int: "number", float: "number", list: "array", dict: "object", str: "string"}
_TYPED = ("string", "number", "boolean")
_ASSIGNMENTS, _FIELDS = 3.3, 3


def _set_lift(settings: Map, version: float) -> None:
    if settings.get("mode") == "raw":
        return
    home, rows = _set_rows(settings, _era(settings, version))
    assign: Map = {}
    types: Map = {}
    for row in rows:
        name = row.get("name")
        kind = row.get("type") or "string"
        if not isinstance(name, str) or not name or name in assign or not isinstance(kind, str):
            return
        if not row.keys() <= {"id", "name", "type", "value"}:
            return
        assign[name] = _parsed(row.get("value", ""), kind)
        if kind != _OF_TYPE.get(type(assign[name])):
            types[name] = kind
    if home and assign:
        del settings[home]
        settings["@assign"] = assign
        if types:
            settings["types"] = types


def _parsed(value: Any, kind: Any) -> Any:
    """A list or a map that stands as JSON in a text."""
    if kind not in ("array", "object") or not isinstance(value, str) or value.startswith("="):
        return value
    found = json_in(value)
    return found if isinstance(found, list if kind == "array" else dict) else value


def _era(parameters: Map, version: float) -> float:
    """The version whose shape assignments have: scripts do not always keep to the one that a node says."""
    for key, since in (("assignments", _ASSIGNMENTS), ("fields", _FIELDS), ("values", 1)):
        if key in parameters:
            return since
    return version


def _set_rows(settings: Map, version: float) -> tuple[str, list[Map]]:
    """Where the fields stand, and one row `{name, type, value}` for each."""
    if version >= _ASSIGNMENTS:
        rows = at(settings, ("assignments", "assignments"))
        return "assignments", [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if version >= _FIELDS:
        rows = at(settings, ("fields", "values"))
        found = []
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                kind = str(row.get("type", "stringValue"))
                found.append({"name": row.get("name"), "type": kind.removesuffix("Value"), "value": row.get(kind, "")})
        return "fields", found
    values = settings.get("values")
    found = []
    for kind, rows in values.items() if isinstance(values, dict) else ():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                found.append({"name": row.get("name"), "type": kind, "value": row.get("value", "")})
    return "values", found


def _set_lower(settings: Map, manner: Manner) -> None:
    assign, types = take(settings, "@assign"), settings.get("types")
    if not isinstance(assign, dict):
        return
    settings.pop("types", None)
    kinds = types if isinstance(types, dict) else {}
    rows = [(name, kinds.get(name) or _OF_TYPE.get(type(item), "string"), item) for name, item in assign.items()]
    version = _era(manner.prior, manner.version)
    if version >= _ASSIGNMENTS:
        known = _ids(at(manner.prior, ("assignments", "assignments")))
        written = [
            {
                "id": known.get(name) or stable_id(manner.node, name),
                "name": name,
                "value": _held(item, kind),
                "type": kind,
            }
            for name, kind, item in rows
        ]
        settings["assignments"] = {"assignments": written}
    elif version >= _FIELDS:
        settings["fields"] = {"values": [_field(name, kind, item) for name, kind, item in rows]}
    else:
        values: dict[str, list[Map]] = {kind: [] for kind in at(manner.prior, ("values",)) or ()}
        for name, kind, item in rows:
            values.setdefault(kind if kind in _TYPED else "string", []).append({"name": name, "value": item})
        settings["values"] = {kind: found for kind, found in values.items() if found}


def _held(item: Any, kind: Any) -> Any:
    return json_text(item) if isinstance(item, (dict, list)) and kind in {"array", "object"} else item


def _field(name: str, kind: str, item: Any) -> Map:
    key = f"{kind}Value"
    return {"name": name, **({} if kind == "string" else {"type": key}), key: _held(item, kind)}


def _ids(rows: Any) -> dict[str, str]:
    found = rows if isinstance(rows, list) else []
    return {
        row["name"]: row["id"]
        for row in found
        if isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("id"), str)
    }


HTTP = Shape(_http_lift, _http_lower)
HTTP_TOOL_NODE = Shape(_http_tool_lift, _http_tool_lower)
HTTP_TOOL = Shape(
    lambda settings, version: _http_lift(settings, version, tool=True),
    lambda settings, manner: _http_lower(settings, manner, tool=True),
)
ASSIGN = Shape(_set_lift, _set_lower)
