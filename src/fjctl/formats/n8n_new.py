"""What n8n itself would write for something new: types, versions, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fjctl.formats.n8n_names import NODES
from fjctl.formats.n8n_types import OPAQUE, TYPES, UNKNOWN, label_of, row_of
from fjctl.model.workflow import TOOL_KINDS, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fjctl.formats.canvas.drawing import Drawing, Node
    from fjctl.formats.canvas.paths import Map
    from fjctl.formats.canvas.table import NodeType
    from fjctl.model.workflow import Block

NEWEST: dict[str, float] = {
    "agent": 2.2,
    "chainLlm": 1.7,
    "chainSummarization": 2,
    "chainRetrievalQa": 1.6,
    "informationExtractor": 1.2,
    "textClassifier": 1.1,
    "sentimentAnalysis": 1.1,
    "guardrails": 2,
    "langchain.openAi": 1.8,
    "langchain.code": 1,
    "lmChatOpenAi": 1.2,
    "lmChatAnthropic": 1.3,
    "lmChatGoogleGemini": 1,
    "memoryBufferWindow": 1.3,
    "outputParserStructured": 1.3,
    "toolWorkflow": 2.2,
    "toolCode": 1.3,
    "toolHttpRequest": 1.1,
    "httpRequest": 4.2,
    "httpRequestTool": 4.2,
    "mcpClientTool": 1.2,
    "chatTrigger": 1.1,
    "executeWorkflowTrigger": 1.1,
    "webhook": 2,
    "scheduleTrigger": 1.2,
    "formTrigger": 2.2,
    "set": 3.4,
    "code": 2,
    "if": 2.2,
    "switch": 3.2,
    "filter": 2.2,
    "splitInBatches": 3,
    "splitInBatches/1": 1,
    "wait": 1.1,
    "form": 1,
    "chat": 1.1,
    "respondToWebhook": 1.1,
    "executeWorkflow": 1.2,
    "merge": 3.2,
}
"""The newest version of each type whose shape is written here; 1 for all others."""

_EVENTS = {"manual": "manualTrigger", "webhook": "webhook", "schedule": "scheduleTrigger", "form": "formTrigger"}
_EVENTS |= {"chat": "manualChatTrigger", "error": "errorTrigger", "workflow": "executeWorkflowTrigger/any"}
_EVENTS |= {"email": "emailReadImap", "cron": "cron", "interval": "interval"}
_CODES = {"javascript": "code", "python": "code", "shell": "executeCommand", "assign": "set", "mcp": "mcpClient"}
_CODES |= {"http": "httpRequest"}
_TOOLS = {"http": "httpRequestTool", "javascript": "toolCode", "python": "toolCode", "workflow": "toolWorkflow"}
_TOOLS |= {"mcp": "mcpClientTool"}
_MODELS = (("claude", "lmChatAnthropic"), ("gemini", "lmChatGoogleGemini"), ("models/gemini", "lmChatGoogleGemini"))
_OTHER_PACKAGE = re.compile(r"@?[\w-]+(?:/[\w-]+)?\.\w+")


def type_for(block: Block) -> NodeType | None:
    """The type of a new node for a block; None where n8n has nothing like it."""
    fields: Any = block.fields
    if block.kind in TOOL_KINDS:
        tool = fields.get("tool")
        return _tool_type(tool if isinstance(tool, dict) else {})
    if block.kind is BlockKind.TRIGGER:
        return _trigger(str(fields.get("event", "")))
    if block.kind is BlockKind.START:
        return TYPES.rows["executeWorkflowTrigger" if fields.get("inputs") else "chatTrigger"]
    if block.kind is BlockKind.CONDITION:
        asked = sum(not branch.otherwise for branch in block.branches)
        return TYPES.rows["if" if asked <= 1 else "switch"]
    named = _named(fields)
    if named is not None and named.kind is block.kind:
        return named
    if block.kind is BlockKind.RESPONSE:
        if fields.get("status") == "error":
            return TYPES.rows["stopAndError"]
        answers = any(fields.get(key) for key in ("result", "status", "headers")) or _extra(fields, "answers")
        return TYPES.rows["respondToWebhook/end" if answers else "noOp/end"]
    if block.kind is BlockKind.HUMAN:
        return _asking(fields)
    if block.kind is BlockKind.REPLY:
        return TYPES.rows["form/completion" if _extra(fields, "operation") == "completion" else "chat"]
    return TYPES.of_kind(block.kind)


def _extra(fields: Map, key: str) -> Any:
    extras = fields.get("extras")
    return extras.get(key) if isinstance(extras, dict) else None


def _named(fields: Map) -> NodeType | None:
    """The row that a block names itself: an agent's or a chooser's type that is not the usual one."""
    agent = fields.get("agent")
    name = agent.get("type") if isinstance(agent, dict) else None
    if isinstance(name, str):
        return TYPES.rows.get(name) or TYPES.rows.get(f"{name}/text")
    name = _extra(fields, "type")
    return row_of(name, "ways:2") if isinstance(name, str) and name else None


def _tool_type(tool: Map) -> NodeType | None:
    kind, service = tool.get("kind"), tool.get("service")
    if service == "guardrails":
        return TYPES.rows["guardrails/sanitize"]
    if isinstance(service, str) and _opaque(tool):
        return row_of(service, "")
    if isinstance(service, str) and (_known(service) or service in TYPES.rows):
        row = row_of(service, "called")
        if row.kind in TOOL_KINDS and row.implied.get(("tool", "kind")) == kind:
            return row
    return TYPES.rows[_CODES[kind]] if isinstance(kind, str) and kind in _CODES else None


def _opaque(tool: Map) -> bool:
    """Whether a tool stands for a node of a type that nobody knows."""
    settings = tool.get("settings")
    return isinstance(settings, dict) and settings.get("opaque") == OPAQUE


def _known(service: Any) -> bool:
    return isinstance(service, str) and (service in NODES or _OTHER_PACKAGE.fullmatch(service) is not None)


def _trigger(event: str) -> NodeType:
    if event in _EVENTS:
        return TYPES.rows[_EVENTS[event]]
    name = f"{event}Trigger"
    return row_of(name, "") if name in NODES else TYPES.rows["webhook"]


def _asking(fields: Map) -> NodeType:
    service, resume, ask = _extra(fields, "service"), _extra(fields, "resume"), fields.get("ask")
    if _known(service):
        return row_of(service, "ask")
    if resume in ("form", "webhook"):
        return TYPES.rows[f"wait/{resume}"]
    return TYPES.rows["form" if isinstance(ask, dict) and ask.get("fields") else "chat/ask"]


def part_type(role: str, said: Map) -> NodeType | None:
    """The type of a new node that an agent has: the one that `said` names, else the usual one of its role."""
    if role == "tool":
        return _agent_tool(said)
    named = said.get("type")
    if named == UNKNOWN or _known(named):
        return row_of(str(named), "part")
    if role == "model":
        agent = said.get("agent")
        model = str(agent.get("model", "")) if isinstance(agent, dict) else ""
        return row_of(next((name for start, name in _MODELS if model.startswith(start)), "lmChatOpenAi"), "part")
    if role == "parser":
        return TYPES.rows["outputParserStructured"]
    return TYPES.rows["memoryBufferWindow"] if role == "memory" else None


def _agent_tool(contract: Map) -> NodeType | None:
    kind, service = contract.get("kind"), contract.get("service")
    if isinstance(service, str) and _opaque(contract):
        return row_of(service, "tool")
    for name in (service, f"{service}Tool") if isinstance(service, str) and service else ():
        row = row_of(name, "tool") if _tool_known(name) else None
        if row is not None and row.implied.get(("tool", "kind")) == kind:
            return row
    return TYPES.rows[_TOOLS[kind]] if isinstance(kind, str) and kind in _TOOLS else None


_OWN_TOOLS = re.compile(r"tool[A-Z]\w*|vectorStore[A-Z]\w*|agentTool|\w+Tool")


def _tool_known(name: str) -> bool:
    """Whether a node of this name can be connected to an agent."""
    bare = name.removesuffix("Tool")
    if _OTHER_PACKAGE.fullmatch(name):
        return name.endswith("Tool")
    return _OWN_TOOLS.fullmatch(name) is not None and (name in NODES or bare in NODES)


def unique_names(drawing: Drawing) -> dict[str, str]:
    """The name of each node in the document, by id. Names are what connections go by, so that no two may be the same;
    those of a prior document stay, those of parts and notes give way."""
    taken = set[str]()
    found: dict[str, str] = {}
    steps = {wire.source for wire in drawing.wires if wire.out.startswith("ai_")}
    order = sorted(drawing.nodes, key=lambda node: (not _stays(node), node.id in steps or node.type == "stickyNote"))
    for node in order:
        name = node.name or own_name(node.raw) or row_of(node.type, node.mark or "part").label or label_of(node.type)
        free, number = name, 0
        while free in taken and not (_stays(node) and free == own_name(node.raw)):
            number += 1
            free = f"{name}{number}"
        taken.add(free)
        found[node.id] = free
    return found


def unlike_names(nodes: Iterable[Node]) -> None:
    """Names nodes that have no name, or that of another, as the editor would."""
    taken = set[str]()
    for node in nodes:
        name, number = node.name or label_of(node.type), 0
        while (free := f"{name}{number or ''}") in taken:
            number += 1
        node.name = free
        taken.add(free)


def own_name(raw: Map) -> str:
    """The name of a node as the document has it; empty where it has none."""
    name = raw.get("name")
    return name if isinstance(name, str) else ""


def _stays(node: Any) -> bool:
    return bool(node.raw) and (node.name or own_name(node.raw)) == own_name(node.raw)
