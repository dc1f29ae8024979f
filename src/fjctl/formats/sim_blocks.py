"""Sim's core blocks: what each type's sub-blocks mean, read and written.

Source: simstudioai/sim, `apps/sim/blocks` and `packages/workflow-types`, release v0.8.9; the table of types and
sub-blocks is §2 of the project's notes on Sim. Sub-block *types* drift in real files and are never trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fjctl.formats import sim_values as values
from fjctl.formats.base import filled, is_blank
from fjctl.model.names import slug, to_camel, to_snake, unique
from fjctl.model.workflow import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from fjctl.model.workflow import Block

Fields = dict[str, Any]
Values = dict[str, Any]
"""Sub-block values by key, those that say something."""

KINDS: dict[str, BlockKind] = {
    "starter": BlockKind.START,
    "start_trigger": BlockKind.START,
    "agent": BlockKind.AGENT,
    "api": BlockKind.HTTP,
    "function": BlockKind.CODE,
    "condition": BlockKind.CONDITION,
    "router": BlockKind.ROUTER,
    "router_v2": BlockKind.ROUTER,
    "response": BlockKind.RESPONSE,
    "loop": BlockKind.LOOP,
    "parallel": BlockKind.PARALLEL,
    "workflow": BlockKind.WORKFLOW,
    "workflow_input": BlockKind.WORKFLOW,
    "variables": BlockKind.ASSIGN,
    "wait": BlockKind.WAIT,
    "human_in_the_loop": BlockKind.HUMAN,
    "pause_resume": BlockKind.HUMAN,
    "mcp": BlockKind.MCP,
    "knowledge": BlockKind.KNOWLEDGE,
    "memory": BlockKind.MEMORY,
    "guardrails": BlockKind.GUARDRAIL,
    "evaluator": BlockKind.EVALUATOR,
    "note": BlockKind.NOTE,
}
EVENTS: dict[str, str] = {
    "api_trigger": "api",
    "input_trigger": "input",
    "chat_trigger": "chat",
    "manual_trigger": "manual",
    "generic_webhook": "webhook",
    "schedule": "schedule",
    "rss": "rss",
    "imap": "imap",
    "circleback": "circleback",
    "sim_workspace_event": "sim_workspace_event",
}
TYPES: dict[BlockKind, str] = {
    BlockKind.START: "start_trigger",
    BlockKind.REPLY: "function",
    BlockKind.ROUTER: "router_v2",
    BlockKind.WORKFLOW: "workflow_input",
    **{
        kind: name
        for name, kind in KINDS.items()
        if name not in {"starter", "start_trigger", "router", "router_v2", "workflow", "workflow_input", "pause_resume"}
    },
}
TRIGGER_TYPES = {event: name for name, event in EVENTS.items()}
REPLY_MARK = "// fjctl: say this text\n"
"""First line of a function whose only job is a fixed reply, for which Sim has no block."""

_LANGUAGES = frozenset({"javascript", "python", "shell"})
# The sub-blocks that a kind's fields say themselves; the others are its settings.
_ENTRY = frozenset({"inputFormat"})
_AGENT = frozenset({"messages", "systemPrompt", "userPrompt", "memories", "tools", "responseFormat"})
_HTTP = frozenset({"method", "url", "params", "headers", "body"})
_CODE = frozenset({"code", "language"})
_HUMAN = frozenset({"builderData", "inputFormat", "notification"})
_WAIT = frozenset({"timeValue", "timeUnit", "timeUnitLong", "async"})
_ROUTER = frozenset({"context", "prompt", "routes"})


def settings_in(subs: Values, used: AbstractSet[str]) -> Fields:
    """The remaining sub-blocks as settings, in snake case."""
    return {to_snake(key): item for key, item in subs.items() if key not in used}


def settings_out(settings: Fields) -> Values:
    """Settings as sub-blocks."""
    return {to_camel(key): item for key, item in settings.items()}


def entry_in(subs: Values) -> Fields:
    """A start or trigger: input fields, and everything else as settings."""
    return filled({"inputs": values.inputs_in(subs.get("inputFormat")), "settings": settings_in(subs, _ENTRY)})


def entry_out(fields: Fields, prior: Values) -> Values:
    """The way back of `entry_in`."""
    inputs = fields.get("inputs")
    written = settings_out(fields.get("settings", {}))
    return {**written, **({"inputFormat": values.inputs_out(inputs, prior.get("inputFormat"))} if inputs else {})}


def agent_in(subs: Values) -> Fields:
    """An agent: its first message is the prompt; a single user message after it is the input."""
    messages = values.messages_in(subs)
    agent = settings_in(subs, _AGENT)
    if "memories" in subs and "messages" in subs:
        agent["memories"] = subs["memories"]
    fields: Fields = {"agent": agent}
    if messages:
        first, *rest = messages
        fields["prompt"] = first["content"]
        if first["role"] != "system":
            agent["role"] = first["role"]
        if len(rest) == 1 and rest[0]["role"] == "user" and rest[0].keys() == {"role", "content"}:
            agent["input"] = rest[0]["content"]
        elif rest:
            agent["messages"] = rest
    agent["output"] = values.json_in(subs.get("responseFormat"))
    fields["agent"] = filled(agent)
    fields["tools"] = tools_in(subs.get("tools"))
    return filled(fields)


def agent_out(fields: Fields, prior: Values) -> Values:
    """The way back of `agent_in`, in the era (`systemPrompt` or `messages`) of the prior block."""
    agent = dict(fields.get("agent", {}))
    messages: list[Any] = []
    prompt = fields.get("prompt")
    if prompt is not None:
        messages.append({"role": agent.pop("role", "system"), "content": prompt})
    if "input" in agent:
        messages.append({"role": "user", "content": agent.pop("input")})
    messages += agent.pop("messages", [])
    output = agent.pop("output", None)
    written = {**values.messages_out(messages, prior), **settings_out(agent)}
    if output is not None:
        written["responseFormat"] = values.json_out(output, prior.get("responseFormat"), as_text=True)
    if fields.get("tools"):
        written["tools"] = tools_out(fields["tools"])
    return written


def tools_in(found: Any) -> Fields:
    """An agent's `tools` items as tool contracts by name."""
    tools: Fields = {}
    for item in found if isinstance(found, list) else []:
        if not isinstance(item, dict):
            continue
        tool = _tool_in({key: value for key, value in item.items() if not is_blank(value)})
        title = str(item.get("title") or item.get("toolId") or item.get("type") or "tool")
        name = unique(slug(title, "tool"), tools)
        if title != name:
            tool = {"kind": tool.pop("kind"), "title": title, **tool}
        tools[name] = tool
    return tools


def _tool_in(item: Values) -> Fields:
    kind = item.get("type", "")
    known = {"type", "title", "isExpanded", "usageControl"}
    usage = {"usage": item["usageControl"]} if "usageControl" in item else {}
    if kind == "custom-tool" and "code" in item:
        schema = item.get("schema")
        function = schema.get("function") if isinstance(schema, dict) else None
        function = function if isinstance(function, dict) else {}
        known |= {"code", "schema"}
        tool = {
            "kind": "javascript",
            "description": function.get("description"),
            "code": item["code"],
            "parameters": function.get("parameters"),
        }
    elif kind == "mcp" and isinstance(item.get("params"), dict):
        params = dict(item["params"])
        known |= {"params", "schema"}
        tool = {"kind": "mcp", "server": params.pop("serverId", None), "tool": params.pop("toolName", None)}
        tool |= {"arguments": params, "parameters": item.get("schema")}
    else:
        known |= {"toolId", "operation", "params"}
        tool = {"kind": "external", "service": kind, "operation": item.get("operation"), "tool": item.get("toolId")}
        tool["arguments"] = filled(item["params"]) if isinstance(item.get("params"), dict) else None
    rest = {key: value for key, value in item.items() if key not in known}
    return filled({**tool, **usage, "settings": rest})


def tools_out(tools: Fields) -> list[Any]:
    """Tool contracts as an agent's `tools` items."""
    return [_tool_out(name, tool) for name, tool in tools.items()]


def _tool_out(name: str, tool: Fields) -> Values:
    item: Values = {"title": tool.get("title", name), "isExpanded": False}
    kind = tool.get("kind")
    if kind in _LANGUAGES:
        function = filled({"name": name, "description": tool.get("description"), "parameters": tool.get("parameters")})
        item |= {
            "type": "custom-tool",
            "code": tool.get("code", ""),
            "schema": {"type": "function", "function": function},
        }
    elif kind == "mcp":
        params = filled({"serverId": tool.get("server"), "toolName": tool.get("tool"), **tool.get("arguments", {})})
        item |= {"type": "mcp", "params": params, "schema": tool.get("parameters")}
    else:
        item |= {"type": tool.get("service", name), "toolId": tool.get("tool"), "operation": tool.get("operation")}
        item["params"] = tool.get("arguments", {})
    item["usageControl"] = tool.get("usage")
    return filled({**item, **tool.get("settings", {})}) | {"isExpanded": False}


def http_in(subs: Values) -> Fields:
    """An API call."""
    request = {
        "method": subs.get("method"),
        "url": subs.get("url"),
        "query": values.table_in(subs["params"]) if "params" in subs else None,
        "headers": values.table_in(subs["headers"]) if "headers" in subs else None,
        "body": subs.get("body"),
        **settings_in(subs, _HTTP),
    }
    return {"tool": {"kind": "http", "request": filled(request)}}


def http_out(fields: Fields, prior: Values) -> Values:
    """The way back of `http_in`."""
    request = dict(fields["tool"].get("request", {}))
    tables = {"params": request.pop("query", None), "headers": request.pop("headers", None)}
    written = settings_out(request)
    return {**written, **{key: values.table_out(item, prior.get(key)) for key, item in tables.items() if item}}


def code_in(subs: Values) -> Fields:
    """A function; one that carries the reply mark is a fixed reply."""
    code = values.code_in(subs.get("code"))
    if code.startswith(REPLY_MARK):
        text = values.json_in(code.removeprefix(REPLY_MARK).removeprefix("return ").removesuffix(";"))
        if isinstance(text, str):
            return {"say": text}
    language = subs.get("language", "javascript")
    kind = language if isinstance(language, str) and language in _LANGUAGES else "javascript"
    settings = settings_in(subs, _CODE)
    return {"tool": {"kind": kind, "code": code, **({"settings": settings} if settings else {})}}


def code_out(fields: Fields, prior: Values) -> Values:
    """The way back of `code_in`."""
    if "say" in fields:
        return {"code": f"{REPLY_MARK}return {values.json_text(fields['say'])};", "language": "javascript"}
    tool = fields["tool"]
    code = values.code_out(tool.get("code", ""), prior.get("code"))
    return {"code": code, "language": tool["kind"], **settings_out(tool.get("settings", {}))}


def service_in(service: str) -> Callable[[Values], Fields]:
    """An integration, or any block that is a call to a service with arguments."""

    def read(subs: Values) -> Fields:
        arguments = {key: item for key, item in subs.items() if key != "operation"}
        tool = {"kind": "external", "service": service, "operation": subs.get("operation"), "arguments": arguments}
        return {"tool": filled(tool)}

    return read


def service_out(fields: Fields, _: Values) -> Values:
    """The way back of `service_in`; of other kinds of tools, everything that has a value."""
    tool = fields["tool"]
    return filled({"operation": tool.get("operation"), **tool.get("arguments", {})})


def mcp_in(subs: Values) -> Fields:
    """A call to a tool of an MCP server."""
    arguments = values.json_in(subs.get("arguments"))
    tool = {"kind": "mcp", "server": subs.get("server"), "tool": subs.get("tool")}
    if isinstance(arguments, dict):
        tool["arguments"] = arguments
    rest = settings_in(subs, {"server", "tool", "arguments"} if isinstance(arguments, dict) else {"server", "tool"})
    return {"tool": filled({**tool, "settings": rest})}


def mcp_out(fields: Fields, prior: Values) -> Values:
    """The way back of `mcp_in`."""
    tool = fields["tool"]
    written = {"server": tool.get("server"), "tool": tool.get("tool"), **settings_out(tool.get("settings", {}))}
    if tool.get("arguments"):
        written["arguments"] = values.json_out(tool["arguments"], prior.get("arguments"), as_text=True)
    return filled(written)


def assign_in(subs: Values) -> Fields:
    """The variables block: name → value."""
    rows = values.json_in(subs.get("variables"))
    found = {row["variableName"]: row.get("value") for row in values.rows(rows, "variableName")}
    return {"tool": {"kind": "assign", "assign": found, **filled({"settings": settings_in(subs, {"variables"})})}}


def assign_out(fields: Fields, prior: Values) -> Values:
    """The way back of `assign_in`, with the prior rows' ids and types."""
    tool = fields["tool"]
    rows = values.named_rows(
        tool.get("assign", {}), values.json_in(prior.get("variables")), "variableName", "variableId"
    )
    return {"variables": rows, **settings_out(tool.get("settings", {}))}


def response_in(subs: Values) -> Fields:
    """The response block: the run's result."""
    structured = subs.get("dataMode", "structured" if "builderData" in subs else "json") == "structured"
    result = values.builder_in(subs.get("builderData")) if structured else values.json_in(subs.get("data"))
    known = {"dataMode", "builderData", "data", "status", "headers"}
    fields = {"result": result, "status": subs.get("status"), "headers": values.table_in(subs.get("headers"))}
    return filled({**fields, "extras": settings_in(subs, known)})


def response_out(fields: Fields, prior: Values) -> Values:
    """The way back of `response_in`."""
    result = fields.get("result")
    written: Values = {}
    if isinstance(result, dict) and prior.get("dataMode") != "json":
        written = {"dataMode": "structured", "builderData": values.builder_out(result, prior.get("builderData"))}
    elif result is not None:
        written = {"dataMode": "json", "data": values.json_out(result, prior.get("data"), as_text=True)}
    headers = fields.get("headers")
    written |= {"headers": values.table_out(headers, prior.get("headers"))} if headers else {}
    return filled({**written, "status": fields.get("status"), **settings_out(fields.get("extras", {}))})


def human_in(subs: Values) -> Fields:
    """Human in the loop: what is shown, the form, who is told."""
    show = values.builder_in(subs.get("builderData"))
    message = show.pop("message", None) if isinstance(show, dict) and isinstance(show.get("message"), str) else None
    fields = {name: filled(shape) for name, shape in values.inputs_in(subs.get("inputFormat")).items()}
    ask = filled({"message": message, "show": show, "notify": subs.get("notification")})
    ask |= {"fields": fields} if fields else {}
    return {"ask": ask, **filled({"extras": settings_in(subs, _HUMAN)})}


def human_out(fields: Fields, prior: Values) -> Values:
    """The way back of `human_in`."""
    ask = fields.get("ask", {})
    show = filled({"message": ask.get("message"), **ask.get("show", {})})
    written: Values = {"notification": ask.get("notify")}
    written["builderData"] = values.builder_out(show, prior.get("builderData")) if show else None
    written["inputFormat"] = values.inputs_out(ask["fields"], prior.get("inputFormat")) if ask.get("fields") else None
    return filled({**written, **settings_out(fields.get("extras", {}))})


def child_in(subs: Values) -> Fields:
    """A call to another workflow."""
    key = "inputMapping" if "inputMapping" in subs else "input"
    inputs = values.json_in(subs.get(key))
    known = {"workflowId", "manualWorkflowId", key}
    journey = subs.get("workflowId") or subs.get("manualWorkflowId") or ""
    return {"journey": journey, **filled({"inputs": inputs, "extras": settings_in(subs, known)})}


def child_out(fields: Fields, prior: Values) -> Values:
    """The way back of `child_in`."""
    place = "manualWorkflowId" if "manualWorkflowId" in prior and "workflowId" not in prior else "workflowId"
    key = "input" if "input" in prior and "inputMapping" not in prior else "inputMapping"
    inputs = fields.get("inputs")
    written = {place: fields.get("journey"), **settings_out(fields.get("extras", {}))}
    return filled({**written, key: values.json_out(inputs, prior.get(key), as_text=True) if inputs else None})


def wait_in(subs: Values) -> Fields:
    """A wait: a duration as text."""
    long = subs.get("async") in (True, "true") and "timeUnitLong" in subs
    unit = values.UNITS.get(str(subs.get("timeUnitLong" if long else "timeUnit", "seconds")), "s")
    rest = settings_in(subs, _WAIT)
    return {"wait": f"{subs.get('timeValue', 10)}{unit}", **filled({"extras": rest})}


def wait_out(fields: Fields, prior: Values) -> Values:
    """The way back of `wait_in`: longer than Sim's five minutes for a running wait makes it a paused one."""
    wait = str(fields.get("wait", ""))
    kept: Values = {key: prior[key] for key in ("timeValue", "timeUnit", "timeUnitLong", "async") if key in prior}
    written: Values = kept if kept and wait_in(prior)["wait"] == wait else dict(values.duration_out(wait, prior))
    return {**written, **settings_out(fields.get("extras", {}))}


def note_in(subs: Values) -> Fields:
    """A note."""
    return filled({"text": subs.get("content"), "color": subs.get("color")})


def note_out(fields: Fields, _: Values) -> Values:
    """The way back of `note_in`."""
    return filled({"content": fields.get("text"), "color": fields.get("color")})


def router_in(subs: Values) -> Fields:
    """A router's context and model; its routes are branches."""
    prompt = subs.get("context", subs.get("prompt"))
    return filled({"prompt": prompt, "agent": settings_in(subs, _ROUTER)})


def router_out(fields: Fields, prior: Values) -> Values:
    """The way back of `router_in`."""
    place = "prompt" if "prompt" in prior and "context" not in prior else "context"
    return filled({place: fields.get("prompt"), **settings_out(fields.get("agent", {}))})


def plain_in(known: set[str]) -> Callable[[Values], Fields]:
    """A block whose meaning stands elsewhere; sub-blocks beyond the known ones are kept."""
    return lambda subs: filled({"extras": settings_in(subs, known)})


def plain_out(fields: Fields, _: Values) -> Values:
    """The way back of `plain_in`."""
    return settings_out(fields.get("extras", {}))


_CONTAINER = {
    "loopType",
    "count",
    "collection",
    "whileCondition",
    "doWhileCondition",
    "parallelType",
    "batchSize",
    "iterations",
}
READERS: dict[BlockKind, Callable[[Values], Fields]] = {
    BlockKind.START: entry_in,
    BlockKind.TRIGGER: entry_in,
    BlockKind.AGENT: agent_in,
    BlockKind.HTTP: http_in,
    BlockKind.CODE: code_in,
    BlockKind.MCP: mcp_in,
    BlockKind.ASSIGN: assign_in,
    BlockKind.RESPONSE: response_in,
    BlockKind.HUMAN: human_in,
    BlockKind.WORKFLOW: child_in,
    BlockKind.WAIT: wait_in,
    BlockKind.NOTE: note_in,
    BlockKind.ROUTER: router_in,
    BlockKind.CONDITION: plain_in({"conditions"}),
    BlockKind.LOOP: plain_in(_CONTAINER),
    BlockKind.PARALLEL: plain_in(_CONTAINER),
}
WRITERS: dict[BlockKind, Callable[[Fields, Values], Values]] = {
    BlockKind.START: entry_out,
    BlockKind.TRIGGER: entry_out,
    BlockKind.AGENT: agent_out,
    BlockKind.REPLY: code_out,
    BlockKind.HTTP: http_out,
    BlockKind.CODE: code_out,
    BlockKind.MCP: mcp_out,
    BlockKind.ASSIGN: assign_out,
    BlockKind.RESPONSE: response_out,
    BlockKind.HUMAN: human_out,
    BlockKind.WORKFLOW: child_out,
    BlockKind.WAIT: wait_out,
    BlockKind.NOTE: note_out,
    BlockKind.ROUTER: router_out,
    BlockKind.CONDITION: plain_out,
    BlockKind.LOOP: plain_out,
    BlockKind.PARALLEL: plain_out,
}


def read_fields(kind: BlockKind, block_type: str, subs: Values) -> Fields:
    """What a block of this kind does."""
    return (READERS.get(kind) or service_in(block_type))(subs)


def write_values(block: Block, prior: Values) -> Values:
    """The sub-block values of a block."""
    return WRITERS.get(block.kind, service_out)(dict(block.fields), prior)
