"""A FastGPT node's settings out of its lists of inputs and outputs, and the lists that say them.

An input's value is what the type of its field says (`renderTypeList[selectedTypeIndex]`): a text, or a reference
`[nodeId, outputId]`. In the settings a reference is a text in the spelling of texts, `{{$nodeId.outputId$}}`.
Sources: labring/FastGPT `packages/global/core/workflow/{type/io.ts,utils.ts}`, `runtime/utils.ts`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.base import is_blank
from fjctl.formats.fastgpt_config import type_in, type_out
from fjctl.formats.fastgpt_types import AS_TOOL, GIVES, INTRO, OUTPUTS, PARAMETERS, PLUGIN, RENDER, TYPES, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Container

    from fjctl.formats.canvas.drawing import Node
    from fjctl.formats.canvas.paths import Map

ONE = re.compile(r"\{\{\$([^.{}$]+)\.([^{}$]+)\$\}\}")
REFERENCE = "reference"
QUESTION, FILES = "userChatInput", "userFiles"
_NEVER = frozenset(
    {
        "system_addInputParam",
        "DYNAMIC_INPUT_KEY",
        "childrenNodeIdList",
        "nodeWidth",
        "nodeHeight",
        "loopNodeInputHeight",
        "nestedNodeOffset",
        "switch",
        "pluginStart",
        "commentSize",
    }
)
"""Inputs that hold the editor's state, or nothing."""
_REQUEST = {"system_httpMethod": "GET", "system_httpTimeout": 30}
"""What a request is where it does not say."""
_OWN_OUTPUTS = frozenset({"code", "httpRequest468", "lafModule", "tool", "loopRun"})
"""Types whose authors name outputs."""
_STATIC = frozenset(
    {"system_addOutputParam", "error", "system_error_text", "system_error", "finish", "loopCustomOutputs"}
    | {key for rows in GIVES.values() for key, _ in rows}
    | {"httpRawResponse", "system_rawResponse", "response"}
)
_DESCRIBED = frozenset({"appModule", "pluginModule", "app", "tool", "toolSet"})
_HIDDEN = frozenset(key for row in TYPES.rows.values() for key in row.usual)
"""Settings that have no field of their own: they are made in a window of the editor."""
_SCHEMA = {"arrayString": "string", "arrayNumber": "number", "arrayBoolean": "boolean", "arrayObject": "object"}


def rows_of(raw: Map, name: str) -> list[Map]:
    """The inputs or outputs of a node that have a key, each key once."""
    rows = raw.get(name)
    found: dict[str, Map] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("key"), str):
            found.setdefault(row["key"], row)
    return list(found.values())


def render_type(row: Map) -> str:
    """How the editor shows an input now."""
    types = row.get("renderTypeList")
    index = row.get("selectedTypeIndex") or 0
    if isinstance(types, list) and types and isinstance(index, int) and -len(types) <= index < len(types):
        chosen = types[index]
        return chosen.rpartition(".")[2] if isinstance(chosen, str) else ""
    return REFERENCE if row.get("type") == "target" else ""


def is_reference(value: Any, known: Container[str]) -> bool:
    """Whether a value is `[nodeId, outputId]` of a node that exists."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, str) for part in value)
        and (value[0] in known or value[0] == VARIABLES)
        and bool(value[1])
    )


def text_of(value: Any, known: Container[str]) -> Any:
    """A value with its references as texts."""
    if is_reference(value, known):
        return "{{$" + value[0] + "." + value[1] + "$}}"
    if isinstance(value, list) and value and all(is_reference(item, known) for item in value):
        return [text_of(item, known) for item in value]
    return value


def value_of(text: Any) -> Any:
    """A reference in the spelling of texts as `[nodeId, outputId]`; any other value as it is."""
    if isinstance(text, str):
        match = ONE.fullmatch(text)
        return [match[1], match[2]] if match is not None else text
    if isinstance(text, list) and text and all(isinstance(item, str) and ONE.fullmatch(item) for item in text):
        return [value_of(item) for item in text]
    return text


def settings_of(node: Node, known: Container[str], start: str | None) -> Map:
    """The settings of a node; `known` are the ids of all nodes, `start` is the one where a run begins."""
    raw = node.raw
    inputs = rows_of(raw, "inputs")
    if node.type == "pluginInput":
        return {"$inputs": {row["key"]: _given(row) for row in inputs}} if inputs else {}
    said = {row["key"]: _said(row, known) for row in inputs if row["key"] not in _NEVER}
    if node.type == "httpRequest468":
        said = {**_REQUEST, **said}
    for key, usual in _usual(start).items():
        if said.get(key) == usual:
            del said[key]
    found: Map = (
        {"$result": said} if node.type == "pluginOutput" and said else {} if node.type == "pluginOutput" else said
    )
    plugin = raw.get("pluginId")
    if isinstance(plugin, str) and plugin:
        found[PLUGIN] = plugin
    if isinstance(raw.get("intro"), str) and raw["intro"] and (node.type in _DESCRIBED or node.mark == "tool"):
        found[INTRO] = raw["intro"]
    if not is_blank(raw.get("toolConfig")):
        found["toolConfig"] = raw["toolConfig"]
    named = {row["key"]: row.get("valueType", "any") for row in rows_of(raw, "outputs") if _is_own(node.type, row)}
    if named:
        found[OUTPUTS] = named
    parameters = _parameters(inputs) if node.mark == "tool" else {}
    return {**found, **({PARAMETERS: parameters} if parameters else {})}


def _said(row: Map, known: Container[str]) -> Any:
    """An input's value; one that is shown as a reference is one, whether its node is still there or not."""
    value = row.get("value")
    pair = value if isinstance(value, list) and len(value) == len(("node", "output")) else []
    refers = bool(pair) and all(isinstance(part, str) for part in pair) and render_type(row) == REFERENCE
    return text_of(value, set(pair) if refers else known)


def _usual(start: str | None) -> Map:
    """What every new node asks and reads: what the user said and sent."""
    if start is None:
        return {}
    files = "{{$" + start + "." + FILES + "$}}"
    return {QUESTION: "{{$" + start + "." + QUESTION + "$}}", "fileUrlList": [files]}


def _is_own(kind: str, row: Map) -> bool:
    return kind in _OWN_OUTPUTS and row["key"] not in _STATIC and row.get("type") != "hidden"


def _given(row: Map) -> Map:
    """An input of a plugin as a variable."""
    shape: Map = {"type": type_in(row.get("valueType"))}
    if row.get("required") is True:
        shape["required"] = True
    text = row.get("description") or (row.get("label") if row.get("label") != row["key"] else "")
    if isinstance(text, str) and text:
        shape["description"] = text
    default = row.get("defaultValue") if not is_blank(row.get("defaultValue")) else row.get("value")
    if not is_blank(default):
        shape["default"] = default
    return shape


def _parameters(inputs: list[Map]) -> Map:
    """What a model gives a tool: the inputs that are described for it."""
    properties: Map = {}
    for row in inputs:
        text = row.get("toolDescription")
        if isinstance(text, str) and text and row["key"] not in _NEVER and is_blank(row.get("value")):
            properties[row["key"]] = {**schema_of(row.get("valueType")), "description": text}
    return {"type": "object", "properties": properties} if properties else {}


def schema_of(kind: Any) -> Map:
    """The JSON Schema of a value type."""
    text = kind.rpartition(".")[2] if isinstance(kind, str) else ""
    if text in _SCHEMA:
        return {"type": "array", "items": {"type": _SCHEMA[text]}}
    found = type_in(text)
    return {} if text in {"any", ""} else {"type": found}


def value_type(schema: Any) -> str:
    """The value type that a JSON Schema says."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind == "array":
        items = schema.get("items")
        inner = items.get("type") if isinstance(items, dict) else None
        return next((name for name, item in _SCHEMA.items() if item == inner), "arrayAny")
    return kind if isinstance(kind, str) else "any"


# Writing


def inputs_of(node: Node, start: str | None) -> list[Map]:
    """The inputs that say a node's settings."""
    settings = {key: item for key, item in node.settings.items() if not key.startswith("$") and key != "toolConfig"}
    if node.type == "pluginInput":
        given = node.settings.get("$inputs")
        before = {row["key"]: row for row in rows_of(node.raw, "inputs")}
        return (
            [_plugin_input(key, shape, before.get(key)) for key, shape in given.items()]
            if isinstance(given, dict)
            else []
        )
    if node.type == "pluginOutput":
        result = node.settings.get("$result")
        settings = dict(result) if isinstance(result, dict) else {}
    usual = _usual(start)
    parameters = node.settings.get(PARAMETERS)
    told = parameters.get("properties") if isinstance(parameters, dict) else None
    told = told if isinstance(told, dict) else {}
    found: list[Map] = []
    for row in rows_of(node.raw, "inputs"):
        key = row["key"]
        if key not in settings and key in usual and text_of(row.get("value"), {start or ""}) == usual[key]:
            settings[key] = usual[key]
        found.append(_edited(row, settings.pop(key, None), told.get(key)))
    if not node.raw and QUESTION in _asked(node.type) and QUESTION not in told:
        settings.setdefault(QUESTION, usual.get(QUESTION, ""))
    found += [_new_input(key, value, told.get(key)) for key, value in settings.items()]
    known = {row["key"] for row in found}
    return [*found, *(_told_input(key, shape) for key, shape in told.items() if key not in known)]


def _asked(kind: str) -> tuple[str, ...]:
    asks = {"chatNode", "tools", "classifyQuestion", "datasetSearchNode", "appModule", "agent", "contentExtract"}
    return (QUESTION,) if kind in asks else ()


def _edited(row: Map, value: Any, told: Any) -> Map:
    """An input as it stands, with a value that may be new. What is none of ours is left to the prior document."""
    found: Map = {"key": row["key"]}
    if isinstance(told, dict) and isinstance(told.get("description"), str):
        found["toolDescription"] = told["description"]
    if "selectedTypeIndex" in row:
        found["selectedTypeIndex"] = row["selectedTypeIndex"]
    if value is None:
        return found
    before = row.get("value")
    plain = value_of(value)
    if render_type(row) == REFERENCE or isinstance(before, list):
        found["value"] = plain
        types = row.get("renderTypeList")
        other = (
            next((i for i, t in enumerate(types) if not str(t).endswith(REFERENCE)), None)
            if isinstance(types, list)
            else None
        )
        if isinstance(plain, str) and isinstance(before, list) and render_type(row) == REFERENCE and other is not None:
            found["selectedTypeIndex"] = other
    else:
        found["value"] = value
    return found


def _new_input(key: str, value: Any, told: Any) -> Map:
    """An input as the editor makes it."""
    known = RENDER.get(key) or ((["hidden"], _kind_of(value)) if key in _HIDDEN else None)
    types, kind = known or ([REFERENCE], "any")
    plain = value_of(value)
    refers = isinstance(plain, list) and plain is not value
    if known is None:
        types, kind = ([REFERENCE] if refers else ["input", REFERENCE]), "any" if refers else _kind_of(value)
    found: Map = {"key": key, "renderTypeList": types, "valueType": kind, "label": key if known is None else ""}
    if known is None:
        found["canEdit"] = True
    if refers and REFERENCE in types:
        found |= {"value": plain, "selectedTypeIndex": types.index(REFERENCE)}
    else:
        found["value"] = value
        if types[0] == REFERENCE and len(types) > 1:
            found["selectedTypeIndex"] = 1
    if isinstance(told, dict) and isinstance(told.get("description"), str):
        found["toolDescription"] = told["description"]
    return found


def _told_input(key: str, shape: Any) -> Map:
    """An input that a model fills in."""
    types = RENDER[key][0] if key in RENDER else ["input", REFERENCE]
    text = shape.get("description", "") if isinstance(shape, dict) else ""
    more = {} if key in RENDER else {"canEdit": True}
    return {
        "key": key,
        "renderTypeList": types,
        "valueType": value_type(shape),
        "label": key,
        "toolDescription": text,
        **more,
    }


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "any"


def _plugin_input(key: str, shape: Any, prior: Map | None) -> Map:
    said: Map = shape if isinstance(shape, dict) else {}
    before = prior or {}
    found: Map = {"key": key, "valueType": type_out(said.get("type"), before.get("valueType"))}
    if prior is None:
        found |= {"label": key, "renderTypeList": ["input"], "canEdit": True}
    if prior is None or "required" in before or said.get("required"):
        found["required"] = said.get("required") is True
    text = said.get("description", "")
    if prior is not None and _given(before).get("description", "") == text:
        found |= {name: before[name] for name in ("label", "description") if name in before}
    else:
        found["description"] = text
    if "default" in said:
        found["defaultValue" if not is_blank(before.get("defaultValue")) or prior is None else "value"] = said[
            "default"
        ]
    return found


def outputs_of(node: Node, asked: list[str]) -> list[Map]:
    """A node's outputs: those that its author named and, of a new one, those that its type has and texts ask for."""
    before = {row["key"]: row for row in rows_of(node.raw, "outputs")}
    named = node.settings.get(OUTPUTS)
    found: list[Map] = []
    for key, kind in (named if isinstance(named, dict) else {}).items():
        row = before.get(key, {})
        found.append(
            {
                "id": row.get("id", key),
                "key": key,
                "valueType": kind,
                **({} if row else {"label": key, "type": "dynamic"}),
            }
        )
    if node.raw:
        return found
    if node.type == "pluginInput":
        given = node.settings.get("$inputs")
        rows = given if isinstance(given, dict) else {}
        return [{"id": key, "key": key, "label": key, "type": "static", "valueType": "any"} for key in rows]
    fixed = [
        {"id": key, "key": key, "label": key, "type": "static", "valueType": kind}
        for key, kind in GIVES.get(node.type, ())
    ]
    known = {row["key"] for row in [*fixed, *found]}
    more = [key for key in dict.fromkeys(asked) if key not in known]
    return [
        *fixed,
        *found,
        *({"id": key, "key": key, "label": key, "type": "hidden", "valueType": "any"} for key in more),
    ]


def is_tool_type(kind: str) -> bool:
    """Whether a node of this type can hang on an agent."""
    return kind in AS_TOOL
