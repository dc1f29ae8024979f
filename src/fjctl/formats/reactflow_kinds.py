"""React Flow canvases: which words name which kind of block, and under which names its meaning is usually kept.

React Flow prescribes nothing beyond ids, positions and edges; a canvas's own `type` names and the keys of `data` are
its author's. The words here are those of the canvases in the corpus and of xyflow's examples and templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fjctl.model.workflow import BlockKind

Path = tuple[str, ...]

_WORDS: dict[BlockKind, str] = {
    BlockKind.START: "start starter begin input entry trigger entrypoint userinput chatinput manualtrigger",
    BlockKind.TRIGGER: "webhook schedule cron scheduletrigger webhooktrigger eventtrigger",
    BlockKind.AGENT: "agent llm chat ai prompt model openai gpt claude anthropic gemini assistant chatmodel aiagent "
    "llmagent chatagent generate completion textgeneration",
    BlockKind.REPLY: "reply say message answer text outputmessage sendmessage fixedreply chatoutput",
    BlockKind.RESPONSE: "response end output finish result stop exit final respond",
    BlockKind.HUMAN: "human humaninput humanintheloop humanapproval approval form ask inputform userfillup question "
    "userapproval humanreview",
    BlockKind.HTTP: "http api request fetch httprequest apicall rest invoke",
    BlockKind.INTEGRATION: "integration tool action service toolcall exesql sql database email plugin",
    BlockKind.MCP: "mcp mcptool mcpserver",
    BlockKind.KNOWLEDGE: "knowledge retrieval retriever rag knowledgebase vectorsearch knowledgeretrieval",
    BlockKind.MEMORY: "memory",
    BlockKind.GUARDRAIL: "guardrail guardrails",
    BlockKind.EVALUATOR: "evaluator eval",
    BlockKind.CODE: "code function script javascript python js codeexec",
    BlockKind.ASSIGN: "assign variables variable set setvariable setvariables assigner variableassigner",
    BlockKind.CONDITION: "condition conditional if ifelse switch branch decision",
    BlockKind.ROUTER: "router classifier categorize intent route questionclassifier",
    BlockKind.LOOP: "loop iteration foreach for while repeat iterator",
    BlockKind.PARALLEL: "parallel",
    BlockKind.WORKFLOW: "workflow subflow subworkflow executeflow executeworkflow journey",
    BlockKind.WAIT: "wait delay sleep timer",
    BlockKind.NOTE: "note sticky stickynote comment annotation",
    BlockKind.OPAQUE: "opaque",
}
KINDS: dict[str, BlockKind] = {word: kind for kind, words in _WORDS.items() for word in words.split()}
"""Kind by squeezed type name."""
GENERIC = frozenset({"", "default", "custom", "base", "basic", "generic", "standard"})
"""Types that say nothing about a node; `data` may say more."""
_SEPARATORS = re.compile(r"[\W_]+")
_AFFIX = re.compile(r"(?:node|block)$|^(?:node|block)")


def squeeze(text: object) -> str:
    """A type name as the table spells it: `HttpRequest_Node` → `httprequest`; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    plain = _SEPARATORS.sub("", text).lower()
    return _AFFIX.sub("", plain)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAME_KEYS = ("label", "title", "name")
GROUPS = ("form", "config", "params", "inputs", "settings", "parameters", "properties", "options", "data")
"""Maps inside `data` whose keys mean the same as if they stood in `data` itself."""
NOISE = _words(
    "selected dragging resizing measured position positionAbsolute width height style className color colour "
    "backgroundColor background bgColor borderColor textColor icon iconName iconUrl emoji avatar size zIndex isHovered "
    "hovered isSelected isExpanded expanded collapsed isCollapsed isEditing editing handles sourcePosition "
    "targetPosition toolbarVisible toolbarPosition forceToolbarVisible isConnectable"
)
"""Keys of `data` that are the editor's own."""
LAYOUT = _words(
    "position positionAbsolute width height measured style zIndex extent expandParent origin handles sourcePosition "
    "targetPosition initialWidth initialHeight viewport zoom dragHandle"
)
PLAIN_HANDLES = frozenset(
    {"", "source", "output", "out", "start", "right", "bottom", "default-source", "next", "done", "null"}
)
AFTER_HANDLES = frozenset({"done", "end", "after", "exit", "loop-end-source", "parallel-end-source", "completed"})
ERROR_HANDLES = frozenset({"error", "fail", "failure", "failed", "on_error", "onerror", "on-error", "exception"})
TIMEOUT_HANDLES = frozenset({"timeout", "on_timeout", "timed_out"})
TRUE_WORDS = frozenset({"true", "yes", "if", "then"})
ELSE_WORDS = frozenset({"else", "otherwise", "default", "fallback"})
FALSE_WORDS = ELSE_WORDS | {"false", "no", "end_cpn_ids"}

LIST_KEYS = ("conditions", "cases", "branches", "routes", "categories", "classes", "rules", "items", "paths")
"""Where a node that chooses keeps its choices."""
EXPRESSION_KEYS = ("condition", "expression", "expr", "if", "when", "predicate")


@dataclass(slots=True, frozen=True)
class Alias:
    """One meaning (a path in a block's fields) and the names it goes by; `type` is what its values are (empty: any
    JSON) and `form` names how it is spelled where it is more than the value itself (see `reactflow_forms`)."""

    meaning: Path
    names: tuple[str, ...]
    type: str = ""
    form: str = ""


@dataclass(slots=True, frozen=True)
class Plan:
    """How a kind's `data` is read: its own fields, its aliases, and where everything else goes (None: nowhere)."""

    aliases: tuple[Alias, ...] = ()
    rest: Path | None = ("extras",)
    fields: frozenset[str] = frozenset()
    groups: tuple[str, ...] = GROUPS
    typed: frozenset[str] = field(default=frozenset())
    """Keys that `rest` may not take from elsewhere, since they mean something there."""


def _alias(meaning: str, names: str, type: str = "", form: str = "") -> Alias:  # noqa: A002 - as the field is called
    return Alias(tuple(meaning.split(".")), tuple(names.split()), type, form)


_AGENT_TYPED = frozenset({"model", "role", "input", "messages", "output", "temperature", "max_tokens"})
_DESCRIPTION = (_alias("talk.description", "description", "str"), _alias("talk.notes", "notes comment", "str"))
_MODEL = (
    _alias("agent.model", "model modelName model_name llm_id llm modelId", "str"),
    _alias("agent.temperature", "temperature temp"),
    _alias("agent.max_tokens", "maxTokens max_tokens maxOutputTokens"),
)
_PROMPTS = (
    "prompt systemPrompt system_prompt sys_prompt systemMessage system_message instructions instruction system content "
    "text message template"
)
_INPUT = _alias("agent.input", "userPrompt user_prompt userMessage user_message input query", "str")
_INPUTS = _alias("inputs", "inputs variables inputFormat fields parameters", form="variables")
_TALKATIVE = frozenset({"retry", "extras", "talk"})


def _without(*names: str) -> tuple[str, ...]:
    return tuple(group for group in GROUPS if group not in names)


def _service(rest: str = "tool.arguments") -> Plan:
    aliases = (_alias("tool.operation", "operation", "str"), *_DESCRIPTION)
    return Plan(aliases, tuple(rest.split(".")), _TALKATIVE | {"tool", "more_tools"})


_ENTRY = Plan(
    (_alias("event", "event triggerType trigger_type", "str"), _INPUTS),
    ("settings",),
    frozenset({"event", "settings", "inputs", "extras"}),
    _without("inputs", "parameters"),
)
_TOOL = _TALKATIVE | {"tool", "more_tools"}
PLANS: dict[BlockKind, Plan] = {
    BlockKind.START: _ENTRY,
    BlockKind.TRIGGER: _ENTRY,
    BlockKind.AGENT: Plan(
        (
            _alias("prompt", _PROMPTS, "str"),
            *_MODEL,
            _INPUT,
            _alias("agent.messages", "messages prompts", "messages"),
            _alias("agent.output", "responseFormat response_format outputSchema output_schema", "dict"),
            _alias("tools", "tools", form="tools"),
            *_DESCRIPTION,
        ),
        ("agent",),
        _TALKATIVE | {"prompt", "agent", "tools"},
        typed=_AGENT_TYPED,
    ),
    BlockKind.ROUTER: Plan(
        (_alias("prompt", _PROMPTS, "str"), *_MODEL, _INPUT, *_DESCRIPTION),
        ("agent",),
        _TALKATIVE | {"prompt", "agent"},
        typed=_AGENT_TYPED,
    ),
    BlockKind.REPLY: Plan(
        (_alias("say", "say reply message text content answer response output value", form="text"), *_DESCRIPTION),
        fields=_TALKATIVE | {"say"},
    ),
    BlockKind.RESPONSE: Plan(
        (
            _alias("result", "result output value data response content text message answer"),
            _alias("status", "status statusCode status_code"),
            _alias("headers", "headers"),
            *_DESCRIPTION,
        ),
        fields=_TALKATIVE | {"result", "status", "headers", "closing"},
        groups=_without("data"),
    ),
    BlockKind.HUMAN: Plan(
        (
            _alias("ask.message", "message prompt question ask text content tips instructions", "str"),
            _alias("ask.fields", "fields inputs inputFormat questions", form="fields"),
            *_DESCRIPTION,
        ),
        fields=_TALKATIVE | {"ask"},
        groups=_without("inputs"),
    ),
    BlockKind.HTTP: Plan(
        (
            _alias("tool.request.method", "method httpMethod http_method verb", "str"),
            _alias("tool.request.url", "url uri endpoint apiUrl api_url", "str"),
            _alias("tool.request.query", "query queryParams query_params params"),
            _alias("tool.request.headers", "headers"),
            _alias("tool.request.body", "body payload requestBody request_body data"),
            _alias("tool.request.timeout", "timeout"),
            *_DESCRIPTION,
        ),
        ("tool", "settings"),
        _TOOL,
        _without("params", "data"),
    ),
    BlockKind.CODE: Plan(
        (
            _alias("tool.code", "code script source functionBody function_body function", "str"),
            _alias("tool.kind", "language lang", form="language"),
            *_DESCRIPTION,
        ),
        ("tool", "settings"),
        _TOOL,
    ),
    BlockKind.MCP: Plan(
        (
            _alias("tool.server", "server serverId server_id serverUrl server_url mcpServer", "str"),
            _alias("tool.tool", "tool toolName tool_name", "str"),
            _alias("tool.arguments", "arguments args params parameters inputs toolInput", "dict"),
            *_DESCRIPTION,
        ),
        ("tool", "settings"),
        _TOOL,
        _without("params", "parameters", "inputs"),
    ),
    BlockKind.INTEGRATION: Plan(
        (
            _alias("tool.service", "service provider integration tool toolName tool_name", "str"),
            _alias("tool.operation", "operation action", "str"),
            *_DESCRIPTION,
        ),
        ("tool", "arguments"),
        _TOOL,
    ),
    BlockKind.KNOWLEDGE: _service(),
    BlockKind.MEMORY: _service(),
    BlockKind.GUARDRAIL: _service(),
    BlockKind.EVALUATOR: _service(),
    BlockKind.ASSIGN: Plan(
        (_alias("tool.assign", "assign assignments variables values vars set", form="assign"), *_DESCRIPTION),
        ("tool", "settings"),
        _TOOL,
    ),
    BlockKind.CONDITION: Plan(_DESCRIPTION, fields=_TALKATIVE),
    BlockKind.LOOP: Plan(
        (
            _alias("loop.times", "times count iterations maxIterations max_iterations maximum_loop_count", "count"),
            _alias("loop.each", "each items collection list array items_ref iterable forEachItems"),
            _alias("loop.while", "while whileCondition while_condition condition", "str"),
            _alias("loop.do_while", "doWhile do_while doWhileCondition", "str"),
            *_DESCRIPTION,
        ),
        fields=_TALKATIVE | {"loop"},
    ),
    BlockKind.PARALLEL: Plan(
        (
            _alias("parallel.count", "count times", "count"),
            _alias("parallel.each", "each items collection list array distribution"),
            _alias("parallel.batch", "batch batchSize batch_size concurrency", "int"),
            *_DESCRIPTION,
        ),
        fields=_TALKATIVE | {"parallel"},
    ),
    BlockKind.WORKFLOW: Plan(
        (
            _alias(
                "journey", "journey workflowId workflow_id workflow flowId flow_id flow subflow workflowName", "str"
            ),
            _alias("inputs", "inputs inputMapping input_mapping input params parameters"),
            *_DESCRIPTION,
        ),
        fields=_TALKATIVE | {"journey", "inputs"},
        groups=_without("inputs", "params", "parameters"),
    ),
    BlockKind.WAIT: Plan(
        (_alias("wait", "wait duration delay seconds milliseconds ms minutes time", form="duration"), *_DESCRIPTION),
        fields=_TALKATIVE | {"wait"},
    ),
    BlockKind.NOTE: Plan(
        (
            _alias("text", "text content note message comment markdown body", "str"),
            _alias("color", "color colour backgroundColor bgColor", "str"),
        ),
        None,
        frozenset({"text", "color"}),
    ),
    BlockKind.OPAQUE: Plan((), ("tool", "arguments"), _TOOL, ()),
}
SERVICES = {
    BlockKind.KNOWLEDGE: "knowledge",
    BlockKind.MEMORY: "memory",
    BlockKind.GUARDRAIL: "guardrails",
    BlockKind.EVALUATOR: "evaluator",
}
"""The service that a tool of this kind calls, as the conversions know it."""
IMPLIED_TOOL = {BlockKind.HTTP: "http", BlockKind.CODE: "javascript", BlockKind.MCP: "mcp", BlockKind.ASSIGN: "assign"}


def implied(kind: BlockKind, type_name: str) -> dict[Path, Any]:
    """What a node of this kind means without saying it."""
    if kind in IMPLIED_TOOL:
        plain = squeeze(type_name) == "python"
        return {("tool", "kind"): "python" if kind is BlockKind.CODE and plain else IMPLIED_TOOL[kind]}
    if kind in SERVICES:
        return {("tool", "kind"): "external", ("tool", "service"): SERVICES[kind]}
    if kind is BlockKind.INTEGRATION:
        return {("tool", "kind"): "external", ("tool", "service"): type_name or "tool"}
    if kind is BlockKind.OPAQUE:
        service = type_name or "default"
        return {("tool", "kind"): "external", ("tool", "service"): service, ("tool", "settings", "opaque"): True}
    if kind is BlockKind.TRIGGER:
        return {("event",): squeeze(type_name)}
    return {}
