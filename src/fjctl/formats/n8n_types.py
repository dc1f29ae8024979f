"""n8n's node types as data: what each is, and where its settings keep each meaning.

A type is named without its package where that is n8n's own (`httpRequest`, `lmChatOpenAi`); of two of one name the one
of the AI package is `langchain.openAi`. Behind a slash stands what the node's parameters make of it (`wait/form`).
Settings that begin with `@` stand for something that n8n keeps elsewhere than among the parameters, or keeps in another
shape in every version (see `n8n_shapes`). Sources: n8n-nodes-base 2.41, @n8n/n8n-nodes-langchain 2.41, n8n-workflow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from fjctl.formats.canvas.table import NodeType, Table, implied, slots
from fjctl.formats.n8n_names import LABELS, NODES
from fjctl.model.workflow import BlockKind

BASE = "n8n-nodes-base."
LANGCHAIN = "@n8n/n8n-nodes-langchain."
ERROR_PORT = "error"
VERSION = "@version"
FALLBACK = "@fallback"
UNREAD = "@unread"
OPAQUE = "n8n"
"""Whose unknown type a tool is: no other builder's would be one of n8n's."""
UNKNOWN = "unknown"
"""The type of a node that says none."""

_OURS = re.compile(
    r"(?:agent|agentTool|anthropic|alibabaCloud|chat|chatTrigger|chain[A-Z]\w*|document[A-Z]\w*Loader|embeddings[A-Z]\w*"
    r"|googleGemini|guardrails|informationExtractor|lm[A-Z]\w*|manualChatTrigger|mcp(?:Client|ClientTool|Trigger)"
    r"|memory[A-Z]\w*|minimax|modelSelector|moonshot|ollama|outputParser[A-Z]\w*|reranker[A-Z]\w*|retriever[A-Z]\w*"
    r"|sentimentAnalysis|textClassifier|textSplitter[A-Z]\w*|tool[A-Z]\w*|vectorStore[A-Z]\w*)"
)
"""Names of nodes that are in n8n's AI package, so that they need no package in front."""
_SANE = re.compile(r"[@\w./-]+")
_PACKAGED = re.compile(r"@?[\w-]+(?:/[\w-]+)?\.\w+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PREFIX = "langchain."


def short(name: object) -> str:
    """A type's name as the table has it; `unknown` for what is none."""
    if not isinstance(name, str) or not _SANE.fullmatch(name):
        return UNKNOWN
    for package in (BASE, LANGCHAIN):
        rest = name.removeprefix(package)
        if rest != name and _PLAIN.fullmatch(rest):
            ours = _OURS.fullmatch(rest) is not None
            if package == BASE:
                return name if ours else rest
            return rest if ours else _PREFIX + rest
    return name


def full(name: str) -> str:
    """A type's name as documents have it; the way back of `short`, variants (`wait/form`) included."""
    base = name if name.startswith("@") else name.partition("/")[0]
    if base.startswith("@"):
        scope, _, rest = base.partition("/")
        base = f"{scope}/{rest.partition('/')[0]}"
    if base.startswith(_PREFIX):
        return LANGCHAIN + base.removeprefix(_PREFIX)
    if not _PLAIN.fullmatch(base):
        return base
    return (LANGCHAIN if _OURS.fullmatch(base) else BASE) + base


PASSING = frozenset(
    {"if", "switch", "filter", "noOp", "noOp/end", "wait", "limit", "sort", "removeDuplicates", "respondToWebhook"}
    | {"textClassifier", "sentimentAnalysis"}
)
"""Types whose output is what they were given."""

ROLES = {
    "ai_languageModel": "model",
    "ai_memory": "memory",
    "ai_tool": "tool",
    "ai_outputParser": "parser",
    "ai_embedding": "embedding",
    "ai_document": "document",
    "ai_textSplitter": "splitter",
    "ai_vectorStore": "store",
    "ai_retriever": "retriever",
    "ai_reranker": "reranker",
    "ai_agent": "agent_part",
    "ai_chain": "chain",
}
"""Kind of connection → what a node is to the one that it is connected to."""
PORTS = {role: port for port, role in ROLES.items()}
_FEEDS = {role: port for role, port in PORTS.items() if role != "model"}
"""What an AI node that has its model in itself may be connected to."""

_COMMON = (
    "retry <- @retry : map",
    "extras.onError <- @onError : text",
    "extras.continueOnFail <- @continueOnFail : yes",
    "extras.alwaysOutputData <- @alwaysOutputData : yes",
    "extras.executeOnce <- @executeOnce : yes",
)
_STEP = (*_COMMON, "talk.notes <- @notes : text", "extras.inputs <- @inputs : kept", "extras.unread <- @unread")
_HELD = (*_STEP, "extras.credentials <- @credentials : map")
_CALLS = (
    *_STEP,
    "tool.settings.credentials <- @credentials : map",
    "tool.settings.version <- @version : number",
    "tool.operation <- @operation : text",
)
_ENTERS = (
    "settings.credentials <- @credentials : map",
    "extras.onError <- @onError : text",
    "extras.notes <- @notes : text",
    "extras.continueOnFail <- @continueOnFail : yes",
    "extras.alwaysOutputData <- @alwaysOutputData : yes",
    "extras.executeOnce <- @executeOnce : yes",
    "extras.retry <- @retry : map",
)
_HELPS = (
    "credentials <- @credentials : map",
    "version <- @version : number",
    *(line for line in _COMMON if not line.startswith("retry")),
    "extras.retry <- @retry : map",
    "extras.notes <- @notes : text",
)
USUAL: dict[str, Any] = {"options": {}}

_SAID = ("prompt <- @prompt : text", "agent.role <- @role : text", "agent.input <- @input")
_MODEL = ("agent.model <- @model : text", "agent.temperature <- options.temperature : number")
_REQUEST = (
    "tool.request.method <- @request.method : text",
    "tool.request.url <- @request.url : text",
    "tool.request.query <- @request.query",
    "tool.request.headers <- @request.headers",
    "tool.request.body <- @request.body",
    "tool.request.timeout <- options.timeout",
)


def _agent(name: str, *rows: str, label: str, writes: bool = False, **outputs: str) -> NodeType:
    lines = (*_SAID, "agent.messages <- @messages : list", *rows, *_HELD)
    row = NodeType(name, BlockKind.AGENT, slots(*lines), usual=USUAL, rest=("agent", "settings"), label=label)
    said = {} if writes else implied(agent__type=name.partition("/")[0])
    return row._replace(outputs=outputs, ports=PORTS, writes=writes, implied=said)


def _entry(name: str, event: str, *rows: str, label: str, writes: bool = False, **outputs: str) -> NodeType:
    kind = BlockKind.TRIGGER if event else BlockKind.START
    said = implied(event=event) if event else {}
    row = NodeType(name, kind, slots(*rows, *_ENTERS), implied=said, usual=USUAL, rest=("settings",), label=label)
    return row._replace(outputs=outputs, writes=writes)


def _step(name: str, kind: BlockKind, *rows: str, label: str = "", writes: bool = True) -> NodeType:
    return NodeType(name, kind, slots(*rows, *_HELD), usual=USUAL, label=label, writes=writes)


def _tool(name: str, kind: BlockKind | None, does: str, *rows: str, label: str = "", role: str = "") -> NodeType:
    said = implied(tool__kind=does)
    lines = (*rows, *_CALLS)
    return NodeType(
        name,
        kind,
        slots(*lines),
        implied=said,
        usual=USUAL,
        rest=("tool", "settings"),
        label=label,
        role=role,
        ports=PORTS,
    )


def _part(name: str, role: str, *rows: str, label: str, writes: bool = True) -> NodeType:
    return NodeType(
        name, None, slots(*rows, *_HELPS), usual=USUAL, rest=("settings",), role=role, label=label, ports=PORTS
    )._replace(writes=writes)


_MAPPED: dict[str, Any] = {**USUAL, "workflowInputs": {"mappingMode": "defineBelow"}}
_DESCRIBED = ("tool.description <- toolDescription : text",)
_TEXT_NODES = ("langchain.openAi", "anthropic", "googleGemini", "ollama", "alibabaCloud", "moonshot", "minimax")
_CODE = ("tool.code <- @code : script", "tool.kind <- @language : text")

TYPES = Table(
    [
        _entry("chatTrigger", "", label="When chat message received", writes=True, chatInput="input"),
        _entry("executeWorkflowTrigger", "", "inputs <- workflowInputs.values : inputs", label="When Executed"),
        _entry(
            "executeWorkflowTrigger/any",
            "workflow",
            "inputs <- workflowInputs.values : inputs",
            label="When Executed by Another Workflow",
        ),
        _entry("manualTrigger", "manual", label="When clicking \u2018Execute workflow\u2019"),
        _entry("manualChatTrigger", "chat", label="When chat message received", input="input"),
        _entry("webhook", "webhook", label="Webhook", writes=True),
        _entry("scheduleTrigger", "schedule", label="Schedule Trigger"),
        _entry("formTrigger", "form", label="On form submission"),
        _entry("errorTrigger", "error", label="Error Trigger"),
        _entry("emailReadImap", "email", label="Email Trigger (IMAP)"),
        _entry("cron", "cron", label="Cron"),
        _entry("interval", "interval", label="Interval"),
        _agent("agent", label="AI Agent", writes=True, output="content"),
        _agent("chainLlm", label="Basic LLM Chain", text="content"),
        _agent(
            "chainSummarization",
            "prompt <- options.summarizationMethodAndPrompts.values.prompt : text",
            label="Summarization Chain",
        ),
        _agent("chainRetrievalQa", "prompt <- options.systemPromptTemplate : text", label="Q&A", response="content"),
        _agent(
            "informationExtractor",
            "prompt <- options.systemPromptTemplate : text",
            "agent.input <- text : text",
            "agent.output <- @schema : json",
            label="Information Extractor",
            output="content",
        ),
        *(_agent(f"{name}/text", *_MODEL, label="Message a model")._replace(ports=_FEEDS) for name in _TEXT_NODES),
        _agent(
            "langchain.openAi/text", *_MODEL, "agent.max_tokens <- options.maxTokens : number", label="OpenAI"
        )._replace(ports=_FEEDS, outputs={"message.content": "content"}),
        NodeType(
            "textClassifier",
            BlockKind.ROUTER,
            slots("agent.input <- inputText", "prompt <- options.systemPromptTemplate : text", *_HELD),
            usual=USUAL,
            rest=("agent", "settings"),
            choices="class",
            ports=PORTS,
            label="Text Classifier",
        ),
        NodeType(
            "sentimentAnalysis",
            BlockKind.ROUTER,
            slots("agent.input <- inputText", "prompt <- options.systemPromptTemplate : text", *_HELD),
            usual=USUAL,
            rest=("agent", "settings"),
            choices="mood",
            implied=implied(agent__type="sentimentAnalysis"),
            ports=PORTS,
            writes=False,
            label="Sentiment Analysis",
        ),
        NodeType(
            "guardrails",
            BlockKind.ROUTER,
            slots("agent.input <- text", "prompt <- systemMessage : text", *_HELD),
            usual={**USUAL, "operation": "classify"},
            rest=("agent", "settings"),
            choices="guard",
            implied=implied(agent__type="guardrails"),
            ports=PORTS,
            writes=False,
            label="Guardrails",
        ),
        _tool(
            "guardrails/sanitize", BlockKind.GUARDRAIL, "external", "tool.operation <- operation", label="Sanitize"
        )._replace(implied=implied(tool__kind="external", tool__service="guardrails"), rest=("tool", "arguments")),
        _tool("httpRequest", BlockKind.HTTP, "http", *_REQUEST, label="HTTP Request")._replace(outputs={"": "data"}),
        _tool("httpRequestTool", None, "http", *_DESCRIBED, *_REQUEST, label="HTTP Request", role="tool"),
        _tool("toolHttpRequest", None, "http", *_DESCRIBED, *_REQUEST, label="HTTP Request", role="tool"),
        _tool("code", BlockKind.CODE, "javascript", *_CODE, label="Code")._replace(
            outputs={"": "result"}, usual={**USUAL, "mode": "runOnceForAllItems"}
        ),
        *(
            _tool(name, BlockKind.CODE, "javascript", *_CODE, label=label)._replace(
                outputs={"": "result"}, implied=implied(tool__kind="javascript", tool__service=name)
            )
            for name, label in (("function", "Function"), ("functionItem", "Function"), ("langchain.code", "Code"))
        ),
        _tool("executeCommand", BlockKind.CODE, "shell", "tool.code <- command : text", label="Execute Command"),
        _tool(
            "toolCode",
            None,
            "javascript",
            *_CODE,
            "tool.tool <- name : text",
            "tool.description <- description : text",
            "tool.parameters <- @schema : schema",
            label="Code Tool",
            role="tool",
        ),
        _tool(
            "toolWorkflow",
            None,
            "workflow",
            "tool.workflow <- @workflow : text",
            "tool.tool <- name : text",
            "tool.description <- description : text",
            "tool.arguments <- @arguments : map",
            "tool.parameters <- @schema : schema",
            label="Call n8n Workflow Tool",
            role="tool",
        )._replace(usual=_MAPPED),
        _tool(
            "mcpClientTool",
            None,
            "mcp",
            "tool.server <- endpointUrl : text",
            "tool.server <- sseEndpoint : text",
            label="MCP Client",
            role="tool",
        ),
        _tool(
            "mcpClient",
            BlockKind.MCP,
            "mcp",
            "tool.server <- endpointUrl : text",
            "tool.tool <- @tool : text",
            "tool.arguments <- jsonInput : json",
            label="MCP Client",
        )._replace(outputs={"": "content"}),
        _tool("set", BlockKind.ASSIGN, "assign", "tool.assign <- @assign : map", label="Edit Fields"),
        _step("if", BlockKind.CONDITION, label="If")._replace(choices="if"),
        _step("switch", BlockKind.CONDITION, label="Switch", writes=False)._replace(choices="switch"),
        _step("filter", BlockKind.CONDITION, label="Filter", writes=False)._replace(choices="filter"),
        _step("splitInBatches", BlockKind.LOOP, label="Loop Over Items")._replace(
            implied=implied(loop__each="{{ $input.all() }}"), outputs={"": "currentItem"}
        ),
        _tool("splitInBatches/1", BlockKind.INTEGRATION, "external", label="Split In Batches")._replace(
            implied=implied(tool__kind="external", tool__service="splitInBatches/1"), rest=("tool", "arguments")
        ),
        _step("wait", BlockKind.WAIT, "wait <- @wait : text", label="Wait"),
        _step("form", BlockKind.HUMAN, "ask.message <- options.formTitle : text", label="Form", writes=False)._replace(
            slots=slots("ask.message <- options.formTitle : text", "ask.fields <- formFields.values : fields", *_HELD)
        ),
        _step("wait/form", BlockKind.HUMAN, label="Wait", writes=False)._replace(
            slots=slots("ask.message <- formTitle : text", "ask.fields <- formFields.values : fields", *_HELD),
        ),
        _step("wait/webhook", BlockKind.HUMAN, label="Wait", writes=False)._replace(
            implied=implied(ask__message="Waiting for a call to its webhook")
        ),
        _step("chat/ask", BlockKind.HUMAN, "ask.message <- message : text", label="Ask"),
        _step("chat", BlockKind.REPLY, "say <- message : text", label="Chat"),
        _step("form/completion", BlockKind.REPLY, "say <- completionMessage : text", label="Form", writes=False),
        _step("noOp/end", BlockKind.RESPONSE, label="No Operation, do nothing"),
        _step(
            "respondToWebhook/end",
            BlockKind.RESPONSE,
            "result <- responseBody",
            "status <- options.responseCode",
            "headers <- options.responseHeaders.entries : headers",
            label="Respond to Webhook",
            writes=False,
        )._replace(implied=implied(extras__answers="webhook")),
        _step(
            "stopAndError", BlockKind.RESPONSE, "result <- errorMessage", label="Stop and Error", writes=False
        )._replace(implied=implied(status="error")),
        _step(
            "executeWorkflow", BlockKind.WORKFLOW, "journey <- @workflow : text", "inputs <- @arguments : map"
        )._replace(label="Execute Workflow", usual=_MAPPED),
        _tool("noOp", BlockKind.INTEGRATION, "external", label="No Operation, do nothing")._replace(
            implied=implied(tool__kind="external", tool__service="noOp"), rest=("tool", "arguments")
        ),
        NodeType(
            "stickyNote",
            BlockKind.NOTE,
            slots("text <- content : text", "color <- color : color"),
            rest=None,
            label="Sticky Note",
        ),
        _part(
            "lmChatOpenAi",
            "model",
            *_MODEL,
            "agent.max_tokens <- options.maxTokens : number",
            label="OpenAI Chat Model",
        ),
        _part("memoryBufferWindow", "memory", label="Simple Memory"),
        _part("outputParserStructured", "parser", "agent.output <- @schema : json", label="Structured Output Parser"),
    ]
)

TYPES.first[BlockKind.OPAQUE] = TYPES.rows["noOp"]
"""What n8n has nothing like is drawn as a node that hands on what it gets."""


class Family(NamedTuple):
    """Types that are told by their names: `pattern` fits the short name. `rest` is the row of such a type but for its
    name. `part`: it describes a node that is connected to an agent; else any node."""

    pattern: str
    row: NodeType
    part: bool = False


_MODEL_PART = _part(
    "",
    "model",
    *_MODEL,
    "agent.max_tokens <- options.maxTokensToSample : number",
    "agent.max_tokens <- options.maxOutputTokens : number",
    "agent.max_tokens <- options.maxTokens : number",
    label="",
)
_KNOWS = _tool("", BlockKind.KNOWLEDGE, "external", "tool.operation <- mode : text", *_DESCRIBED)
FAMILIES = (
    Family(r"lm(?:Chat)?[A-Z]\w*", _MODEL_PART, part=True),
    Family(r"memory[A-Z]\w*", _part("", "memory", label=""), part=True),
    Family(r"outputParser[A-Z]\w*", _part("", "parser", label=""), part=True),
    Family(r"embeddings[A-Z]\w*", _part("", "embedding", "model <- @model : text", label=""), part=True),
    Family(r"document[A-Z]\w*", _part("", "document", label=""), part=True),
    Family(r"textSplitter[A-Z]\w*", _part("", "splitter", label=""), part=True),
    Family(r"retriever[A-Z]\w*", _part("", "retriever", label=""), part=True),
    Family(r"reranker[A-Z]\w*", _part("", "reranker", label=""), part=True),
    Family(r"vectorStore[A-Z]\w*", _part("", "store", label=""), part=True),
    Family(r"vectorStore[A-Z]\w*|chatHubVectorStore\w*", _KNOWS),
    Family(r"(?:.*\.)?\w*[tT]rigger", _entry("", "service", label="")),
    Family(
        r"(?:.*\.)?mcpClient(?:Tool)?", _tool("", BlockKind.MCP, "mcp", *_DESCRIBED, "tool.tool <- toolName : text")
    ),
)
"""The first that fits counts."""

_INTEGRATION = (*_DESCRIBED, *_CALLS)
_ASKS = NodeType(
    "",
    BlockKind.HUMAN,
    slots("ask.message <- message : text", "extras.operation <- @operation : text", *_HELD),
    usual=USUAL,
    writes=False,
)


@lru_cache(maxsize=4096)
def row_of(name: str, mark: str) -> NodeType:
    """The row of a type by its short name; `mark` is what its parameters and connections make of the node: `tool` or
    `part` where it is connected to an agent, `ask` where it waits for a person, `ways:3` where it has several ways out,
    `called` where it names an operation, else the variant of its type."""
    known = TYPES.get(f"{name}/{mark}") or TYPES.get(name)
    if mark.startswith("ways:"):
        said = implied(extras__type=name)
        return _integration(name)._replace(
            kind=BlockKind.ROUTER, choices="ways", rest=("extras",), implied=said, slots=slots(*_HELD)
        )
    if known is not None and (known.kind is not None or mark in {"tool", "part"}):
        return known
    for family in FAMILIES:
        if re.fullmatch(family.pattern, name) and (not family.part or mark == "part"):
            return _named(family.row, name, mark)
    if mark == "ask":
        said = implied(extras__service=name)
        return _ASKS._replace(name=f"{name}/ask", implied=said)
    if mark == "part":
        return _part(name, "part", label=label_of(name))
    ours = name.removesuffix("Tool") in NODES or name in NODES or name.startswith(_PREFIX)
    called = mark in {"tool", "called"} and _PACKAGED.fullmatch(name) is not None
    return _integration(name) if ours or called else _nothing_known(name)


def _nothing_known(name: str) -> NodeType:
    """A tool by the name of its type, kept whole."""
    row = _integration(name)
    said = {**row.implied, ("tool", "service"): name, ("tool", "settings", "opaque"): OPAQUE}
    return row._replace(kind=BlockKind.OPAQUE, implied=said)


def _named(row: NodeType, name: str, mark: str) -> NodeType:
    row = row._replace(name=name, label=label_of(name))
    if row.kind is BlockKind.TRIGGER:
        bare = name.rpartition(".")[2]
        return row._replace(implied=implied(event=bare.removesuffix("Trigger") or bare))
    if row.kind is BlockKind.KNOWLEDGE or row.rest == ("tool", "settings"):
        more = implied(tool__service=name)
        rest = ("tool", "arguments") if row.kind is BlockKind.KNOWLEDGE else row.rest
        return row._replace(implied={**row.implied, **more}, rest=rest, role="tool" if mark == "tool" else "")
    return row


def _integration(name: str) -> NodeType:
    said = implied(tool__kind="external", tool__service=service_of(name))
    return NodeType(
        name,
        BlockKind.INTEGRATION,
        slots(*_INTEGRATION),
        implied=said,
        usual=USUAL,
        rest=("tool", "arguments"),
        label=label_of(name),
        ports=PORTS,
    )


def service_of(name: str) -> str:
    """What a contract calls the service behind a type: a tool's node and the service's own are the same to it."""
    plain = _PLAIN.fullmatch(name) is not None
    return name.removesuffix("Tool") if plain and name.endswith("Tool") and name != "Tool" else name


def label_of(name: str) -> str:
    """What a new node of a type is called: `googleDriveTool` → `Google Drive`."""
    if name in LABELS:
        return LABELS[name]
    bare = name.rpartition(".")[2].partition("/")[0].removesuffix("Tool") or name
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare.removeprefix("lmChat").removeprefix("tool"))
    return words[:1].upper() + words[1:]
