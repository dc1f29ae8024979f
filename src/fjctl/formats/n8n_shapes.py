"""What n8n's nodes keep in another shape in every version, brought into one and back.

`lift` takes a node's parameters and gives its settings: what versions spell differently stands under names that begin
with `@` (`@request`, `@assign`, `@prompt` …), all else as it is. `lower` is the way back, in the shape of a version and
in the manner of the prior parameters. Texts stay as n8n spells them. Sources: the descriptions of n8n-nodes-base and
@n8n/n8n-nodes-langchain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from fjctl.formats.canvas.paths import ABSENT, at, put, without
from fjctl.formats.n8n_types import FALLBACK, UNREAD
from fjctl.model.names import stable_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        if value.get("__rl") is True and value.get("mode") in _MODES and value.keys() <= _LOCATOR:
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


def _pointed(value: Any) -> Any:
    """What a locator points at, or the value itself."""
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def _pointing(value: Any, prior: Any, mode: str) -> Any:
    """A value as a locator, where the prior was none as that."""
    if isinstance(prior, str):
        return value
    known = next(iter(prior)) if isinstance(prior, dict) and len(prior) == 1 else f"@{mode}"
    return {known: value}


def _take(settings: Map, key: str) -> Any:
    return settings.pop(key, ABSENT)


def _put(settings: Map, key: str, value: Any) -> None:
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
    _put(settings, "url", request.get("url"))
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
        settings[text] = _json(value)
    else:
        if specifies in manner.prior and manner.prior.get(specifies) == "keypair":
            settings[specifies] = "keypair"
        before = at(manner.prior, (rows, inner))
        settings[rows] = {inner: as_rows(value, before, "fieldValue" if tool else "")}


def _json(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2)
    if "{{" not in text:
        return text
    return "=" + re.sub(r'"=((?:[^"\\]|\\.)*)"', r'"\1"', text)


# Fields that are set

_OF_TYPE = {bool: "boolean", int: "number", float: "number", list: "array", dict: "object", str: "string"}
_TYPED = ("string", "number", "boolean")
_ASSIGNMENTS, _FIELDS = 3.3, 3


def _set_lift(settings: Map, version: float) -> None:
    if settings.get("mode") == "raw":
        return
    home, rows = _set_rows(settings, version)
    assign: Map = {}
    types: Map = {}
    for row in rows:
        name = row.get("name")
        if not isinstance(name, str) or not name or name in assign or row.keys() > {"id", "name", "type", "value"}:
            return
        assign[name] = row.get("value", "")
        if row.get("type", "string") != _OF_TYPE.get(type(assign[name])):
            types[name] = row.get("type", "string")
    if home and assign:
        del settings[home]
        settings["@assign"] = assign
        if types:
            settings["types"] = types


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
    assign, types = _take(settings, "@assign"), settings.get("types")
    if not isinstance(assign, dict):
        return
    settings.pop("types", None)
    kinds = types if isinstance(types, dict) else {}
    rows = [(name, kinds.get(name) or _OF_TYPE.get(type(item), "string"), item) for name, item in assign.items()]
    if manner.version >= _ASSIGNMENTS:
        known = _ids(at(manner.prior, ("assignments", "assignments")))
        written = [
            {"id": known.get(name) or stable_id(manner.node, name), "name": name, "value": _held(item), "type": kind}
            for name, kind, item in rows
        ]
        settings["assignments"] = {"assignments": written}
    elif manner.version >= _FIELDS:
        settings["fields"] = {"values": [_field(name, kind, item) for name, kind, item in rows]}
    else:
        values: dict[str, list[Map]] = {kind: [] for kind in at(manner.prior, ("values",)) or ()}
        for name, kind, item in rows:
            values.setdefault(kind if kind in _TYPED else "string", []).append({"name": name, "value": item})
        settings["values"] = {kind: found for kind, found in values.items() if found}


def _held(item: Any) -> Any:
    return _json(item) if isinstance(item, (dict, list)) else item


def _field(name: str, kind: str, item: Any) -> Map:
    key = f"{kind}Value"
    return {"name": name, **({} if kind == "string" else {"type": key}), key: _held(item)}


def _ids(rows: Any) -> dict[str, str]:
    found = rows if isinstance(rows, list) else []
    return {
        row["name"]: row["id"]
        for row in found
        if isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("id"), str)
    }


# Prompts

_ONE_EXPRESSION = re.compile(r"=\s*\{\{(?:(?!\}\}).)*\}\}\s*", re.DOTALL)
_PROMPT_TYPES = 1.3
_TEMPLATES = {
    "SystemMessagePromptTemplate": "system",
    "HumanMessagePromptTemplate": "user",
    "AIMessagePromptTemplate": "assistant",
}
_ROLES = {role: name for name, role in _TEMPLATES.items()}


def _defined(settings: Map, version: float) -> Any:
    """The text that the user part of a prompt is, where the node says it itself."""
    if version < _PROMPT_TYPES or settings.get("promptType") == "define":
        if isinstance(settings.get("text"), str):
            settings.pop("promptType", None)
            return settings.pop("text")
    elif settings.get("promptType") == "auto" and "text" not in settings:
        del settings["promptType"]
    return ABSENT


def _define(settings: Map, text: Any, version: float, prior: Map) -> None:
    if text is ABSENT:
        if prior.get("promptType") == "auto":
            settings.setdefault("promptType", "auto")
        return
    if version >= _PROMPT_TYPES:
        settings["promptType"] = "define"
    settings["text"] = text


def _agent_lift(settings: Map, version: float) -> None:
    text = _defined(settings, version)
    options = settings.get("options")
    system = options.get("systemMessage") if isinstance(options, dict) else None
    if isinstance(system, str):
        settings["options"] = without(options or {}, [("systemMessage",)])
        settings["@prompt"] = system
        _put(settings, "@input", text)
    elif isinstance(text, str) and not _ONE_EXPRESSION.fullmatch(text):
        settings |= {"@prompt": text, "@role": "user"}
    else:
        _put(settings, "@input", text)


def _agent_lower(settings: Map, manner: Manner) -> None:
    prompt, role, text = (_take(settings, key) for key in ("@prompt", "@role", "@input"))
    if role == "user" and text is ABSENT:
        prompt, text = ABSENT, prompt
    _define(settings, text, manner.version, manner.prior)
    if prompt is not ABSENT:
        put(settings, ("options", "systemMessage"), prompt)
    if role not in {ABSENT, "user"}:
        settings["@role"] = role


def _chain_lift(settings: Map, version: float) -> None:
    text = _defined(settings, version)
    if text is ABSENT and isinstance(settings.get("prompt"), str) and version <= _PROMPT_TYPES:
        text = settings.pop("prompt")
    rows = at(settings, ("messages", "messageValues"))
    messages = [_message(row) for row in rows] if isinstance(rows, list) else []
    if messages and all(message is not None for message in messages):
        del settings["messages"]
    else:
        messages = []
    first = messages[0] if messages else None
    if first is not None and first["role"] == "system":
        settings["@prompt"] = first["content"]
        messages = messages[1:]
        _put(settings, "@input", text)
    elif text is not ABSENT:
        settings |= {"@prompt": text, "@role": "user"}
    if messages:
        settings["@messages"] = messages


def _message(row: Any) -> Map | None:
    if not isinstance(row, dict) or not row.keys() <= {"type", "message", "messageType"}:
        return None
    role = _TEMPLATES.get(row.get("type", "SystemMessagePromptTemplate"))
    if role is None or row.get("messageType", "text") != "text":
        return None
    return {"role": role, "content": row.get("message", "")}


def _chain_lower(settings: Map, manner: Manner) -> None:
    prompt, role, text = (_take(settings, key) for key in ("@prompt", "@role", "@input"))
    messages = _take(settings, "@messages")
    rows = list(messages) if isinstance(messages, list) else []
    if role == "user" and text is ABSENT:
        prompt, text = ABSENT, prompt
    if prompt is not ABSENT:
        rows = [{"role": "system", "content": prompt}, *rows]
    if manner.version <= _PROMPT_TYPES and text is not ABSENT:
        settings["prompt"] = text
    else:
        _define(settings, text, manner.version, manner.prior)
    if rows:
        settings["messages"] = {"messageValues": [_row_of(row) for row in rows if isinstance(row, dict)]}


def _row_of(row: Mapping[str, Any]) -> Map:
    name = _ROLES.get(str(row.get("role")), "HumanMessagePromptTemplate")
    typed = {} if row.get("role") == "system" else {"type": name}
    return {**typed, "message": row.get("content", "")}


def _talk_lift(settings: Map, version: float) -> None:
    """The nodes that send messages to one provider's model."""
    _model_lift(settings, version)
    key = "responses" if "responses" in settings else "messages"
    rows = at(settings, (key, "values"))
    if not isinstance(rows, list) or not rows:
        return
    if any(not isinstance(row, dict) or row.keys() - {"role", "content", "type"} for row in rows):
        return
    if any(row.get("type", "text") != "text" for row in rows):
        return
    del settings[key]
    first, *more = ({"role": row.get("role", "user"), "content": row.get("content", "")} for row in rows)
    settings["@prompt"] = first["content"]
    if first["role"] != "system":
        settings["@role"] = first["role"]
    if more:
        settings["@messages"] = more


def _talk_lower(settings: Map, manner: Manner) -> None:
    _model_lower(settings, manner, ("modelId",))
    prompt, role, messages = (_take(settings, key) for key in ("@prompt", "@role", "@messages"))
    if prompt is ABSENT:
        return
    first = {"content": prompt, **({} if role == "user" else {"role": "system" if role is ABSENT else role})}
    rows = [first]
    for row in messages if isinstance(messages, list) else ():
        if isinstance(row, dict):
            rows.append({"content": row.get("content", ""), "role": row.get("role", "user")})
    settings["responses" if "responses" in manner.prior else "messages"] = {"values": rows}


# Models, workflows, tools

_MODEL_KEYS = ("model", "modelId", "modelName")


def _model_lift(settings: Map, _version: float) -> None:
    for key in _MODEL_KEYS:
        value = _pointed(settings.get(key))
        if isinstance(value, str) and value:
            settings["@model"] = value
            del settings[key]
            return


def _model_lower(settings: Map, manner: Manner, keys: tuple[str, ...] = _MODEL_KEYS) -> None:
    model = _take(settings, "@model")
    if model is ABSENT:
        return
    key = next((key for key in _MODEL_KEYS if key in manner.prior), keys[0])
    settings[key] = _pointing(model, manner.prior.get(key), "list" if key in manner.prior else "id")


def _string_model_lower(settings: Map, manner: Manner) -> None:
    """For models whose name is a plain text."""
    model = _take(settings, "@model")
    if model is not ABSENT:
        key = next((key for key in _MODEL_KEYS if key in manner.prior), "model")
        settings[key] = _pointing(model, manner.prior.get(key, ""), "list")


def _workflow_lift(settings: Map, _version: float) -> None:
    value = _pointed(settings.get("workflowId"))
    if isinstance(value, str) and value:
        del settings["workflowId"]
        settings["@workflow"] = value
    mapped = settings.get("workflowInputs")
    values = mapped.get("value") if isinstance(mapped, dict) else None
    if isinstance(values, dict) and values:
        settings["@arguments"] = values
        settings["workflowInputs"] = without(mapped or {}, [("value",), ("schema",)])
    fixed = as_fixed(at(settings, ("fields", "values")))
    if fixed is not None and "@arguments" not in settings:
        settings["@arguments"] = fixed
        del settings["fields"]


def as_fixed(rows: Any) -> Map | None:
    """Version 1's rows `{name, stringValue}` of what a workflow tool is always given."""
    if not isinstance(rows, list) or not rows:
        return None
    found: Map = {}
    for row in rows:
        name = row.get("name") if isinstance(row, dict) and row.keys() <= {"name", "stringValue"} else None
        if not isinstance(name, str) or not name or name in found:
            return None
        found[name] = row.get("stringValue", "")
    return found


def _workflow_lower(settings: Map, manner: Manner) -> None:
    workflow, arguments = _take(settings, "@workflow"), _take(settings, "@arguments")
    if workflow is not ABSENT:
        settings["workflowId"] = _pointing(workflow, manner.prior.get("workflowId"), "id")
    if not isinstance(arguments, dict):
        return
    if isinstance(at(manner.prior, ("fields", "values")), list):
        settings["fields"] = {"values": [{"name": name, "stringValue": item} for name, item in arguments.items()]}
        return
    put(settings, ("workflowInputs", "value"), arguments)
    settings["workflowInputs"].setdefault("mappingMode", "defineBelow")


def _tool_workflow_lift(settings: Map, version: float) -> None:
    _workflow_lift(settings, version)
    _schema_lift(settings, version)


def _tool_workflow_lower(settings: Map, manner: Manner) -> None:
    _workflow_lower(settings, manner)
    _schema_lower(settings, manner)


def _schema_lift(settings: Map, _version: float) -> None:
    """A JSON Schema written by hand."""
    if settings.get("schemaType") == "manual" and isinstance(settings.get("inputSchema"), str):
        del settings["schemaType"]
        settings["@schema"] = settings.pop("inputSchema")
        settings.pop("specifyInputSchema", None)
    elif isinstance(settings.get("jsonSchema"), str):
        settings["@schema"] = settings.pop("jsonSchema")


def _schema_lower(settings: Map, manner: Manner) -> None:
    schema = _take(settings, "@schema")
    if schema is ABSENT:
        return
    if "jsonSchema" in manner.prior:
        settings["jsonSchema"] = schema
        return
    settings |= {"schemaType": "manual", "inputSchema": schema}
    if "specifyInputSchema" in manner.prior:
        settings["specifyInputSchema"] = True


def _code_tool_lower(settings: Map, manner: Manner) -> None:
    _code_lower(settings, manner)
    if "@schema" in settings:
        settings["specifyInputSchema"] = True
    _schema_lower(settings, manner)


def _code_tool_lift(settings: Map, version: float) -> None:
    _code_lift(settings, version)
    _schema_lift(settings, version)


# Code, waiting, calls of services

_LANGUAGES = {"javaScript": "javascript", "python": "python", "pythonNative": "python"}


def _code_lift(settings: Map, _version: float) -> None:
    language = settings.get("language", "javaScript")
    python = isinstance(language, str) and language.startswith("python")
    for key in ("pythonCode",) if python else ("jsCode", "functionCode"):
        if isinstance(settings.get(key), str):
            settings["@code"] = settings.pop(key)
            settings["@language"] = "python" if python else "javascript"
            if language in {"javaScript", "python"}:
                settings.pop("language", None)
            return


def _code_lower(settings: Map, manner: Manner, key: str = "jsCode") -> None:
    code, language = _take(settings, "@code"), _take(settings, "@language")
    if code is ABSENT:
        return
    if language == "python":
        settings.setdefault("language", "python")
        settings["pythonCode"] = code
        return
    if "language" in manner.prior and str(manner.prior["language"]) == "javaScript":
        settings["language"] = "javaScript"
    settings[key] = code


def _function_lower(settings: Map, manner: Manner) -> None:
    _code_lower(settings, manner, "functionCode")


_CODES = ("execute", "supplyData")


def _chain_code_lift(settings: Map, _version: float) -> None:
    for key in _CODES:
        code = at(settings, ("code", key, "code"))
        if isinstance(code, str):
            settings["@code"] = code
            settings["code"] = without(settings["code"], [("code",), (key, "code")])
            settings["@language"] = "javascript"
            if not settings["code"] or settings["code"] == {key: {}}:
                del settings["code"]
            return


def _chain_code_lower(settings: Map, manner: Manner) -> None:
    code = _take(settings, "@code")
    settings.pop("@language", None)
    if code is not ABSENT:
        supplies = isinstance(at(manner.prior, ("code", "supplyData", "code")), str)
        supplies = supplies and not isinstance(at(manner.prior, ("code", "execute", "code")), str)
        put(settings, ("code", _CODES[supplies], "code"), code)


_UNITS = {"seconds": "s", "minutes": "m", "hours": "h", "days": "d"}
_UNIT_NAMES = {short: unit for unit, short in _UNITS.items()}
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)")


def _wait_lift(settings: Map, version: float) -> None:
    if settings.get("resume", "timeInterval") == "specificTime" and isinstance(settings.get("dateTime"), str):
        settings["@wait"] = settings.pop("dateTime")
        return
    if settings.get("resume", "timeInterval") != "timeInterval":
        return
    amount = settings.get("amount", 1 if version < 1.1 else 5)
    unit = settings.get("unit", "hours" if version < 1.1 else "seconds")
    if isinstance(unit, str) and unit in _UNITS and type(amount) in {int, float} and amount >= 0:
        for key in ("amount", "unit", "resume"):
            settings.pop(key, None)
        settings["@wait"] = f"{amount}{_UNITS[unit]}"
    elif isinstance(amount, str):
        settings["@wait"] = settings.pop("amount")


def _wait_lower(settings: Map, manner: Manner) -> None:
    wait = _take(settings, "@wait")
    if wait is ABSENT:
        return
    if settings.get("resume") == "specificTime":
        settings["dateTime"] = wait
        return
    match = _AMOUNT.fullmatch(wait) if isinstance(wait, str) else None
    if match is None:
        if "unit" in settings or (isinstance(manner.prior.get("amount"), str)):
            settings["amount"] = wait
        else:
            settings |= {"resume": "specificTime", "dateTime": wait}
        return
    number = float(match[1]) / (1000 if match[2] == "ms" else 1)
    settings["amount"] = int(number) if number.is_integer() else number
    unit = _UNIT_NAMES.get(match[2], "seconds")
    if unit != ("hours" if manner.version < 1.1 else "seconds") or "unit" in manner.prior:
        settings["unit"] = unit
    if manner.prior.get("resume") == "timeInterval":
        settings["resume"] = "timeInterval"


_OPERATION = re.compile(r"[A-Za-z]\w*")


def _described_lift(settings: Map) -> None:
    """That a tool has its own description follows from its having one."""
    if settings.get("descriptionType") == "manual" and isinstance(settings.get("toolDescription"), str):
        del settings["descriptionType"]


def _described_lower(settings: Map, prior: Map) -> None:
    if "toolDescription" in settings and (not prior or prior.get("descriptionType") == "manual"):
        settings.setdefault("descriptionType", "manual")


def _service_lift(settings: Map, _version: float) -> None:
    """What a service is asked to do, as `resource.operation`."""
    _described_lift(settings)
    names = [settings.get(key) for key in ("resource", "operation")]
    if any(name is not None and not (isinstance(name, str) and _OPERATION.fullmatch(name)) for name in names):
        return
    if names[1] is not None:
        settings["@operation"] = ".".join(str(name) for name in names if name is not None)
        for key in ("resource", "operation"):
            settings.pop(key, None)


def _service_lower(settings: Map, manner: Manner) -> None:
    _described_lower(settings, manner.prior)
    operation = _take(settings, "@operation")
    if isinstance(operation, str):
        resource, _, name = operation.rpartition(".")
        if resource:
            settings["resource"] = resource
        settings["operation"] = name


def _mcp_lift(settings: Map, _version: float) -> None:
    value = _pointed(settings.get("tool"))
    if isinstance(value, str):
        settings["@tool"] = value
        del settings["tool"]


def _mcp_lower(settings: Map, manner: Manner) -> None:
    tool = _take(settings, "@tool")
    if tool is not ABSENT:
        settings["tool"] = _pointing(tool, manner.prior.get("tool"), "id")
    if "jsonInput" in settings and not manner.prior:
        settings["inputMode"] = "json"


# Where goes what fits no branch; conditions that are none


def _lift_fallback(name: str) -> Callable[[Map, float], None]:
    def lift(settings: Map, version: float) -> None:
        if name == "fallbackOutput" and version < 3:
            value = settings.get(name)
            if type(value) is int and value >= 0:
                settings[FALLBACK] = settings.pop(name)
            return
        options = settings.get("options")
        if isinstance(options, dict) and options.get(name) in {"extra", "other"}:
            settings[FALLBACK] = options[name]
            settings["options"] = without(options, [(name,)])

    return lift


def _lower_fallback(name: str) -> Callable[[Map, Manner], None]:
    def lower(settings: Map, _manner: Manner) -> None:
        value = _take(settings, FALLBACK)
        if isinstance(value, str):
            put(settings, ("options", name), value)
        elif value is not ABSENT:
            settings[name] = value

    return lower


def _filter_lift(settings: Map, version: float) -> None:
    conditions = settings.get("conditions")
    rows = conditions.get("conditions") if isinstance(conditions, dict) else None
    if version >= 2 and conditions and not isinstance(rows, list):
        settings[UNREAD] = settings.pop("conditions")


def _filter_lower(settings: Map, _manner: Manner) -> None:
    unread = _take(settings, UNREAD)
    if unread is not ABSENT and "conditions" not in settings:
        settings["conditions"] = unread


def _http_tool_lift(settings: Map, version: float) -> None:
    _described_lift(settings)
    _http_lift(settings, max(version, _OLD_HTTP))


def _http_tool_lower(settings: Map, manner: Manner) -> None:
    _http_lower(settings, manner)
    _described_lower(settings, manner.prior)


def _knowledge_lower(settings: Map, manner: Manner) -> None:
    """A store of vectors describes itself in one way only."""
    del settings, manner


_SHAPES: dict[str, Shape] = {
    "httpRequest": Shape(_http_lift, _http_lower),
    "httpRequestTool": Shape(_http_tool_lift, _http_tool_lower),
    "toolHttpRequest": Shape(
        lambda settings, version: _http_lift(settings, version, tool=True),
        lambda settings, manner: _http_lower(settings, manner, tool=True),
    ),
    "set": Shape(_set_lift, _set_lower),
    "agent": Shape(_agent_lift, _agent_lower),
    "chainLlm": Shape(_chain_lift, _chain_lower),
    "code": Shape(_code_lift, _code_lower),
    "function": Shape(_code_lift, _function_lower),
    "functionItem": Shape(_code_lift, _function_lower),
    "langchain.code": Shape(_chain_code_lift, _chain_code_lower),
    "toolCode": Shape(_code_tool_lift, _code_tool_lower),
    "toolWorkflow": Shape(_tool_workflow_lift, _tool_workflow_lower),
    "executeWorkflow": Shape(_workflow_lift, _workflow_lower),
    "outputParserStructured": Shape(_schema_lift, _schema_lower),
    "informationExtractor": Shape(_schema_lift, _schema_lower),
    "wait": Shape(_wait_lift, _wait_lower),
    "switch": Shape(_lift_fallback("fallbackOutput"), _lower_fallback("fallbackOutput")),
    "textClassifier": Shape(_lift_fallback("fallback"), _lower_fallback("fallback")),
    "if": Shape(_filter_lift, _filter_lower),
    "filter": Shape(_filter_lift, _filter_lower),
    "mcpClient": Shape(_mcp_lift, _mcp_lower),
}
_TALKING = Shape(_talk_lift, _talk_lower)
_MODELS = Shape(_model_lift, _model_lower)
_STRING_MODELS = Shape(_model_lift, _string_model_lower)
_STORES = Shape(lambda _settings, _version: None, _knowledge_lower)
_SERVICES = Shape(_service_lift, _service_lower)


def shape_of(name: str, *, part: bool) -> Shape:
    """The shape of a type, by its short name with its variant. `part`: it is connected to an agent."""
    base = name.partition("/")[0] if not name.startswith("@") else name
    if name.endswith("/text"):
        return _TALKING
    if base in _SHAPES:
        return _SHAPES[base]
    if part and base in {"lmChatOpenAi", "lmChatAnthropic"}:
        return _MODELS
    if base.startswith("vectorStore"):
        return _STORES
    if part and base.startswith(("lm", "embeddings")):
        return _STRING_MODELS
    return _SERVICES
