"""Flowise's node types as data: agentflow v2 by name, the components of v1 and of chatflows by name and category.

Sources: FlowiseAI/Flowise `packages/components/nodes` (3.1.3) and its marketplace files of the tags 1.4.0 to 3.1.3.
"""

from __future__ import annotations

from typing import Any

from fjctl.formats.canvas.table import NodeType, Slot, Table, implied, slots
from fjctl.model.workflow import BlockKind

NOTE = slots("text <- note : text")


def _model(prefix: str) -> tuple[Slot, ...]:
    """The settings of a model; each node type has them under names of its own."""
    config = f"{prefix}ModelConfig"
    return slots(
        f"agent.provider <- {prefix}Model : text",
        f"agent.model <- {config}.modelName : text",
        f"agent.temperature <- {config}.temperature : number",
        f"agent.max_tokens <- {config}.maxTokens : number",
    )


def _usual(prefix: str, **more: Any) -> dict[str, Any]:
    return {
        f"{prefix}EnableMemory": True,
        f"{prefix}MemoryType": "allMessages",
        f"{prefix}ReturnResponseAs": "userMessage",
        f"{prefix}ModelConfig": {
            "streaming": True,
            "allowImageUploads": False,
            "imageResolution": "low",
            "reasoningEffort": "",
            "strictToolCalling": False,
        },
        **more,
    }


def _agent(prefix: str) -> tuple[Slot, ...]:
    return (
        *slots(
            f"* <- {prefix}Messages : messages",
            f"* <- {prefix}UserMessage : user_message",
            f"talk.sets <- {prefix}UpdateState : state",
        ),
        *_model(prefix),
    )


STARTS = {"webhookTrigger": "webhook", "scheduleInput": "schedule"}
"""How the settings begin that belong to a way to start."""

V2 = Table(
    [
        NodeType(
            "startAgentflow",
            BlockKind.START,
            slots("event <- startInputType : event", "inputs <- formInputTypes : form_inputs"),
            usual={
                "startInputType": "chatInput",
                "startEphemeralMemory": False,
                "startPersistState": False,
                "webhookMethod": "POST",
                "webhookContentType": "application/json",
                "webhookInputMode": "none",
                "webhookResponseMode": "sync",
                "scheduleType": "cronExpression",
                "scheduleInputMode": "none",
                "scheduleTimezone": "UTC",
            },
            rest=("settings",),
        ),
        NodeType(
            "llmAgentflow",
            BlockKind.AGENT,
            (*_agent("llm"), *slots("agent.output <- llmStructuredOutput : schema")),
            usual=_usual("llm"),
            rest=("agent", "settings"),
        ),
        NodeType(
            "agentAgentflow",
            BlockKind.AGENT,
            (*_agent("agent"), *slots("tools <- agentTools : tools", "agent.output <- agentStructuredOutput : schema")),
            usual=_usual("agent"),
            rest=("agent", "settings"),
        ),
        NodeType(
            "conditionAgentAgentflow",
            BlockKind.ROUTER,
            (
                *slots(
                    "prompt <- conditionAgentInstructions : text",
                    "agent.input <- conditionAgentInput : text",
                ),
                *_model("conditionAgent"),
            ),
            usual=_usual("conditionAgent", conditionAgentOverrideSystemPrompt=False),
            rest=("agent", "settings"),
            choices="scenarios",
        ),
        NodeType("conditionAgentflow", BlockKind.CONDITION, choices="conditions"),
        NodeType(
            "humanInputAgentflow",
            BlockKind.HUMAN,
            slots("ask.message <- humanInputDescription : text"),
            usual={"humanInputDescriptionType": "fixed", "humanInputEnableFeedback": True},
            choices="approval",
        ),
        NodeType("directReplyAgentflow", BlockKind.REPLY, slots("* <- directReplyMessage : reply"), rest=("extras",)),
        NodeType("iterationAgentflow", BlockKind.LOOP, slots("loop.each <- iterationInput : text")),
        NodeType(
            "executeFlowAgentflow",
            BlockKind.WORKFLOW,
            slots(
                "journey <- executeFlowSelectedFlow : text",
                "inputs.input <- executeFlowInput : text",
                "talk.sets <- executeFlowUpdateState : state",
            ),
            usual={"executeFlowReturnResponseAs": "userMessage"},
        ),
        NodeType(
            "httpAgentflow",
            BlockKind.HTTP,
            slots(
                "tool.request.method <- method : text",
                "tool.request.url <- url : text",
                "tool.request.headers <- headers : pairs",
                "tool.request.query <- queryParams : pairs",
                "tool.request.body <- body",
            ),
            implied=implied(tool__kind="http"),
            usual={"bodyType": "json", "responseType": "json"},
            rest=("tool", "settings"),
            outputs={"http.data": "data", "http.status": "status"},
        ),
        NodeType(
            "customFunctionAgentflow",
            BlockKind.CODE,
            slots(
                "tool.code <- customFunctionJavascriptFunction : text",
                "tool.arguments <- customFunctionInputVariables : variables",
                "talk.sets <- customFunctionUpdateState : state",
            ),
            implied=implied(tool__kind="javascript"),
            rest=("tool", "settings"),
            outputs={"content": "result"},
        ),
        NodeType(
            "customFunctionAgentflow/assign",
            BlockKind.ASSIGN,
            slots("tool.assign <- customFunctionUpdateState : state"),
            implied=implied(tool__kind="assign"),
            usual={"customFunctionJavascriptFunction": "return ''"},
            rest=("tool", "settings"),
        ),
        NodeType(
            "customFunctionAgentflow/nothing",  # for what Flowise has nothing like
            BlockKind.OPAQUE,
            usual={"customFunctionJavascriptFunction": "return ''"},
            rest=None,
        ),
        NodeType(
            "toolAgentflow",
            BlockKind.INTEGRATION,
            slots(
                "tool.service <- toolAgentflowSelectedTool : text",
                "tool.service <- selectedTool : text",
                "tool.arguments <- toolInputArgs : arguments",
                "talk.sets <- toolUpdateState : state",
            ),
            implied=implied(tool__kind="external", tool__service="tool"),
            rest=("tool", "settings"),
        ),
        NodeType(
            "retrieverAgentflow",
            BlockKind.KNOWLEDGE,
            slots("talk.sets <- retrieverUpdateState : state"),
            implied=implied(tool__kind="external", tool__service="knowledge"),
            usual={"outputFormat": "text"},
            rest=("tool", "arguments"),
        ),
        NodeType("stickyNoteAgentflow", BlockKind.NOTE, NOTE, rest=None),
        NodeType("stickyNote", BlockKind.NOTE, NOTE, rest=None, writes=False),
    ]
)
MODEL_SETTINGS = {name: name.removesuffix("Agentflow") for name in ("llmAgentflow", "agentAgentflow")} | {
    "conditionAgentAgentflow": "conditionAgent",
    "humanInputAgentflow": "humanInput",
}
"""The types that have a model of their own, with the beginning of its settings' names."""

_PROMPTS = (
    "systemMessagePrompt",
    "systemMessage",
    "agentInstructions",
    "supervisorPrompt",
    "workerPrompt",
    "customPrompt",
    "responsePrompt",
    "system_prompt",
    "instructions",
    "prompt",
    "reducePrompt",
)
_STEP = (
    *(Slot(("prompt",), (name,), "text") for name in _PROMPTS),
    *slots("agent.input <- humanMessagePrompt : text", "talk.sets <- updateStateMemoryUI : state_table"),
)
_MODEL_PART = (
    *slots(
        "agent.model <- modelName : text",
        "agent.model <- model : text",
        "agent.temperature <- temperature : number",
        "agent.max_tokens <- maxTokens : number",
        "agent.max_tokens <- maxOutputTokens : number",
    ),
)
PORTS = {
    "model": "model",
    "memory": "memory",
    "tool": "tools",
    "prompt": "prompt",
    "embeddings": "embeddings",
    "vector_store": "vectorStoreRetriever",
    "documents": "document",
    "splitter": "textSplitter",
    "parser": "outputParser",
    "cache": "cache",
    "moderation": "inputModeration",
    "retriever": "retriever",
    "record_manager": "recordManager",
    "synthesizer": "responseSynthesizer",
    "graph": "graph",
    "utility": "utility",
    "speech": "speechToText",
    "analytic": "analytic",
    "chain": "baseChain",
    "state": "state",
}
"""The parameter by which a new part enters the component that it feeds."""
FUNCTION = "seqCustomFunction"
_COMPONENTS = (
    NodeType("seqStart", BlockKind.START, rest=("settings",)),
    NodeType("seqEnd", BlockKind.RESPONSE),
    NodeType("seqCondition", BlockKind.CONDITION, choices="routes"),
    NodeType(
        "seqConditionAgent",
        BlockKind.ROUTER,
        slots("prompt <- systemMessagePrompt : text", "agent.input <- humanMessagePrompt : text"),
        rest=("agent", "settings"),
        choices="routes",
    ),
    NodeType(
        "ifElseFunction",
        BlockKind.CONDITION,
        slots("extras.variables <- functionInputVariables : json"),
        choices="if_else",
    ),
    NodeType(
        "seqToolNode",
        BlockKind.INTEGRATION,
        implied=implied(tool__kind="external", tool__service="tools"),
        rest=("tool", "arguments"),
    ),
    NodeType(
        FUNCTION,
        BlockKind.CODE,
        slots("tool.code <- javascriptFunction : text", "tool.arguments <- functionInputVariables : json"),
        implied=implied(tool__kind="javascript"),
        usual={"returnValueAs": "aiMessage"},
        rest=("tool", "settings"),
    ),
    NodeType(
        "customFunction",
        BlockKind.CODE,
        slots("tool.code <- javascriptFunction : text", "tool.arguments <- functionInputVariables : json"),
        implied=implied(tool__kind="javascript"),
        rest=("tool", "settings"),
    ),
    NodeType(
        f"{FUNCTION}/reply",
        BlockKind.REPLY,
        slots("say <- javascriptFunction : returned"),
        usual={"returnValueAs": "aiMessage"},
    ),
    NodeType(
        f"{FUNCTION}/nothing",  # for what Flowise has nothing like
        BlockKind.OPAQUE,
        usual={"javascriptFunction": "return ''", "returnValueAs": "aiMessage"},
        rest=None,
    ),
    NodeType(
        "seqExecuteFlow",
        BlockKind.WORKFLOW,
        slots("journey <- selectedFlow : text"),
        usual={"seqExecuteFlowInput": "userQuestion", "returnValueAs": "aiMessage", "startNewSession": False},
    ),
    NodeType("seqState", None, role="state"),
    NodeType("stickyNote", BlockKind.NOTE, NOTE, rest=None),
    NodeType(
        "promptTemplate",
        None,
        slots("prompt <- template : text", "values <- promptValues : json"),
        role="prompt",
        rest=("settings",),
    ),
    NodeType(
        "chatPromptTemplate",
        None,
        slots(
            "prompt <- systemMessagePrompt : text",
            "agent.input <- humanMessagePrompt : text",
            "values <- promptValues : json",
        ),
        role="prompt",
        rest=("settings",),
    ),
    NodeType(
        "ChatflowTool",
        None,
        slots("tool.workflow <- selectedChatflow : text", "tool.description <- description : text"),
        implied=implied(tool__kind="workflow"),
        role="tool",
        rest=("tool", "settings"),
    ),
    NodeType(
        "customTool",
        None,
        slots(
            "tool.tool <- selectedTool : text",
            "tool.description <- customToolDesc : text",
            "tool.code <- customToolFunc : text",
        ),
        implied=implied(tool__kind="external", tool__service="customTool"),
        role="tool",
        rest=("tool", "arguments"),
    ),
)
COMPONENTS = Table(row if row.kind is BlockKind.NOTE else row._replace(ports=PORTS) for row in _COMPONENTS)
STEPS = frozenset({"Chains", "Agents", "Engine", "Multi Agents", "Sequential Agents"})
"""The categories of components that are steps of a conversation; what feeds them is a part."""
ROLES = {
    "Chat Models": "model",
    "LLMs": "model",
    "Memory": "memory",
    "Tools": "tool",
    "Tools (MCP)": "tool",
    "Embeddings": "embeddings",
    "Vector Stores": "vector_store",
    "Document Loaders": "documents",
    "Text Splitters": "splitter",
    "Output Parsers": "parser",
    "Prompts": "prompt",
    "Cache": "cache",
    "Moderation": "moderation",
    "Retrievers": "retriever",
    "Record Manager": "record_manager",
    "Response Synthesizer": "synthesizer",
    "Graph": "graph",
    "Utilities": "utility",
    "Speech To Text": "speech",
    "Analytic": "analytic",
}
"""What a component of a category is to the one that it feeds."""
ALONE = {
    "Vector Stores": BlockKind.KNOWLEDGE,
    "Retrievers": BlockKind.KNOWLEDGE,
    "Document Loaders": BlockKind.KNOWLEDGE,
    "Tools": BlockKind.INTEGRATION,
    "Tools (MCP)": BlockKind.MCP,
    "Memory": BlockKind.MEMORY,
    "Utilities": BlockKind.INTEGRATION,
    "Moderation": BlockKind.GUARDRAIL,
}
"""What a component of a category is that feeds nothing."""


def step(name: str) -> NodeType:
    """The row of a chain, an agent or an engine."""
    return NodeType(name, BlockKind.AGENT, _STEP, rest=("agent", "settings"), writes=False, ports=PORTS)


def part(name: str, role: str) -> NodeType:
    """The row of a component that feeds another."""
    if role == "tool":
        return NodeType(
            name,
            None,
            slots("tool.description <- description : text", "tool.description <- toolDescription : text"),
            implied=implied(tool__kind="external", tool__service=name),
            role=role,
            rest=("tool", "arguments"),
            writes=False,
            ports=PORTS,
        )
    found = _MODEL_PART if role == "model" else ()
    return NodeType(name, None, found, role=role, rest=("settings",), writes=False, ports=PORTS)


def alone(name: str, kind: BlockKind) -> NodeType:
    """The row of a component that would feed another and does not."""
    said = implied(tool__kind="external", tool__service=name)
    return NodeType(name, kind, implied=said, rest=("tool", "arguments"), writes=False, ports=PORTS)
