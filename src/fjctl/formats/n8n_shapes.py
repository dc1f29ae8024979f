"""What n8n's nodes keep in another shape in every version, brought into one and back.

`lift` takes a node's parameters and gives its settings: what versions spell differently stands under names that begin
with `@` (`@request`, `@assign`, `@prompt` …), all else as it is. `lower` is the way back, in the shape of a version and
in the manner of the prior parameters. Texts stay as n8n spells them. Sources: the descriptions of n8n-nodes-base and
@n8n/n8n-nodes-langchain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.canvas.paths import ABSENT, at, put, without
from fjctl.formats.n8n_prompts import AGENT, CHAIN, MODEL, STRING_MODEL, TALK
from fjctl.formats.n8n_requests import ASSIGN, HTTP, HTTP_TOOL, HTTP_TOOL_NODE, described_lift, described_lower
from fjctl.formats.n8n_types import FALLBACK, UNREAD
from fjctl.formats.n8n_values import Manner, Shape, pointed, pointing, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.table import NodeType

# Workflows, tools


def _workflow_lift(settings: Map, _version: float) -> None:
    value = pointed(settings.get("workflowId"))
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
    workflow, arguments = take(settings, "@workflow"), take(settings, "@arguments")
    if workflow is not ABSENT:
        settings["workflowId"] = pointing(workflow, manner.prior.get("workflowId"), "id")
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
    schema = take(settings, "@schema")
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
            if language in ("javaScript", "python"):
                settings.pop("language", None)
            return


def _code_lower(settings: Map, manner: Manner, key: str = "jsCode") -> None:
    code, language = take(settings, "@code"), take(settings, "@language")
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
    code = take(settings, "@code")
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
    wait = take(settings, "@wait")
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


def _service_lift(settings: Map, _version: float) -> None:
    """What a service is asked to do, as `resource.operation`."""
    described_lift(settings)
    names = [settings.get(key) or None for key in ("resource", "operation")]
    if any(name is not None and not (isinstance(name, str) and _OPERATION.fullmatch(name)) for name in names):
        return
    if names[1] is not None:
        settings["@operation"] = ".".join(str(name) for name in names if name is not None)
        for key in ("resource", "operation"):
            settings.pop(key, None)


def _service_lower(settings: Map, manner: Manner) -> None:
    described_lower(settings, manner.prior)
    operation = take(settings, "@operation")
    if isinstance(operation, str):
        resource, _, name = operation.rpartition(".")
        if resource:
            settings["resource"] = resource
        settings["operation"] = name


def _mcp_lift(settings: Map, _version: float) -> None:
    value = pointed(settings.get("tool"))
    if isinstance(value, str):
        settings["@tool"] = value
        del settings["tool"]


def _mcp_lower(settings: Map, manner: Manner) -> None:
    tool = take(settings, "@tool")
    if tool is not ABSENT:
        settings["tool"] = pointing(tool, manner.prior.get("tool"), "id")
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
        if isinstance(options, dict) and options.get(name) in ("extra", "other"):
            settings[FALLBACK] = options[name]
            settings["options"] = without(options, [(name,)])

    return lift


def _lower_fallback(name: str) -> Callable[[Map, Manner], None]:
    def lower(settings: Map, _manner: Manner) -> None:
        value = take(settings, FALLBACK)
        if isinstance(value, str):
            put(settings, ("options", name), value)
        elif value is not ABSENT:
            settings[name] = value

    return lower


def _asked(key: str, inner: Shape | None = None) -> Shape:
    """A node that asks a model about a text: without one of its own it is the person's message."""

    def lift(settings: Map, version: float) -> None:
        if settings.get(key) == MESSAGE:
            del settings[key]
        if inner is not None:
            inner.lift(settings, version)

    def lower(settings: Map, manner: Manner) -> None:
        if key not in settings and (not manner.prior or manner.prior.get(key) == MESSAGE):
            settings[key] = MESSAGE
        if inner is not None:
            inner.lower(settings, manner)

    return Shape(lift, lower)


MESSAGE = "={{ $json.chatInput }}"


def _filter_lift(settings: Map, version: float) -> None:
    conditions = settings.get("conditions")
    rows = conditions.get("conditions") if isinstance(conditions, dict) else None
    if version >= 2 and conditions and not isinstance(rows, list):
        settings[UNREAD] = settings.pop("conditions")


def _filter_lower(settings: Map, _manner: Manner) -> None:
    unread = take(settings, UNREAD)
    if unread is not ABSENT and "conditions" not in settings:
        settings["conditions"] = unread


_SHAPES: dict[str, Shape] = {
    "httpRequest": HTTP,
    "httpRequestTool": HTTP_TOOL_NODE,
    "toolHttpRequest": HTTP_TOOL,
    "set": ASSIGN,
    "agent": AGENT,
    "chainLlm": CHAIN,
    "code": Shape(_code_lift, _code_lower),
    "function": Shape(_code_lift, _function_lower),
    "functionItem": Shape(_code_lift, _function_lower),
    "langchain.code": Shape(_chain_code_lift, _chain_code_lower),
    "toolCode": Shape(_code_tool_lift, _code_tool_lower),
    "toolWorkflow": Shape(_tool_workflow_lift, _tool_workflow_lower),
    "executeWorkflow": Shape(_workflow_lift, _workflow_lower),
    "outputParserStructured": Shape(_schema_lift, _schema_lower),
    "informationExtractor": _asked("text", Shape(_schema_lift, _schema_lower)),
    "wait": Shape(_wait_lift, _wait_lower),
    "switch": Shape(_lift_fallback("fallbackOutput"), _lower_fallback("fallbackOutput")),
    "textClassifier": _asked("inputText", Shape(_lift_fallback("fallback"), _lower_fallback("fallback"))),
    "sentimentAnalysis": _asked("inputText"),
    "guardrails": _asked("text"),
    "if": Shape(_filter_lift, _filter_lower),
    "filter": Shape(_filter_lift, _filter_lower),
    "mcpClient": Shape(_mcp_lift, _mcp_lower),
}
_STORES = Shape(lambda _settings, _version: None, lambda _settings, _manner: None)
"""A store of vectors describes itself in one way only."""
_SERVICES = Shape(_service_lift, _service_lower)


def shape_of(row: NodeType, *, part: bool) -> Shape:
    """The shape of a type's parameters. `part`: the node is connected to an agent."""
    base = row.name.partition("/")[0] if not row.name.startswith("@") else row.name
    if row.name.endswith("/text"):
        return TALK
    if row.rest == ("tool", "arguments") and not base.startswith("vectorStore"):
        return _SERVICES
    if base in _SHAPES:
        return _SHAPES[base]
    if part and base in {"lmChatOpenAi", "lmChatAnthropic"}:
        return MODEL
    if base.startswith("vectorStore"):
        return _STORES
    if part and base.startswith(("lm", "embeddings")):
        return STRING_MODEL
    return _SERVICES
