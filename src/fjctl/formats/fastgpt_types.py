"""FastGPT's nodes as data: what each is, and which of its inputs keeps each meaning.

Sources: labring/FastGPT `packages/global/core/workflow/{constants.ts,node/constant.ts,template/system/*}` and
c121914yu/FastGPT (the author's fork), from V1 (`moduleId`, `flowType`) to 4.12. The settings of a node are the values
of its inputs by key; names that begin with `$` are no inputs but what else a node says.
"""

from __future__ import annotations

from typing import Any

from fjctl.formats.canvas.table import NodeType, Table, implied, service, slots
from fjctl.model.workflow import BlockKind

VARIABLES = "VARIABLE_NODE_ID"
"""The node by which references name the variables of the conversation."""
OUTPUTS, PARAMETERS, PLUGIN, INTRO, CATCH = "$outputs", "$parameters", "$plugin", "$intro", "$catch"
"""What a node says beside its inputs: the outputs that its author named, what a model gives it when it is a tool, the
app or plugin that it calls, its description, whether it has a way out for errors."""
ERROR_KEY = "source_catch-right"
SELECTED = "selectedTools"

RIGHT, LEFT, STEP = "right", "left", "step"
"""Handles of a node, and the way by which what follows a tool hangs on it."""
_SIDES = frozenset({"", "right", "left", "top", "bottom"})

CONFIG_TYPES = frozenset({"userGuide", "pluginConfig", "globalVariable"})
"""Nodes that are no step: the settings of the app, drawn as a node."""

_QUESTION = ["", ""]
_MODEL = (
    "agent.model <- model : text",
    "agent.temperature <- temperature : tenths",
    "agent.max_tokens <- maxToken",
)
_CHAT = {
    "isResponseAnswerText": True,
    "aiChatQuoteRole": "system",
    "aiChatVision": True,
    "aiChatReasoning": True,
    "history": 6,
}
_SEARCH = {
    "similarity": 0.4,
    "limit": 1500,
    "searchMode": "embedding",
    "embeddingWeight": 0.5,
    "rerankWeight": 0.5,
    "usingReRank": False,
    "datasetSearchUsingExtensionQuery": True,
    "authTmbId": False,
}
_REQUEST = {"system_httpMethod": "GET", "system_httpTimeout": 30, "system_httpContentType": "json"}


def _agent(name: str, outputs: dict[str, str] | None = None, **more: Any) -> NodeType:
    row = NodeType(
        name,
        BlockKind.AGENT,
        slots(
            "prompt <- systemPrompt : text",
            "agent.input <- userChatInput : text",
            *_MODEL,
            "agent.output <- aiChatJsonSchema : json",
        ),
        usual=_CHAT,
        rest=("agent", "settings"),
        outputs=outputs or {"answerText": "content", "reasoningText": "reasoning"},
    )
    return row._replace(**more)


def _service(name: str, usual: dict[str, Any] | None = None, kind: BlockKind = BlockKind.INTEGRATION) -> NodeType:
    row = service(name, kind)
    more = slots(f"tool.output <- {OUTPUTS} : outputs")
    return row._replace(usual=usual or {}, writes=kind is BlockKind.KNOWLEDGE, slots=more)


def _called(name: str, *, writes: bool = False) -> NodeType:
    """A node that runs another app or plugin."""
    return NodeType(
        name,
        BlockKind.WORKFLOW,
        slots(f"journey <- {PLUGIN} : text", f"talk.description <- {INTRO} : text", "journey <- app.id : text"),
        rest=("inputs",),
        usual={"history": 6, "system_forbid_stream": False},
        outputs={"answerText": "content"},
        writes=writes,
    )


_HTTP = NodeType(
    "httpRequest468",
    BlockKind.HTTP,
    slots(
        "tool.request.method <- system_httpMethod : text",
        "tool.request.url <- system_httpReqUrl : text",
        "tool.request.query <- system_httpParams : pairs",
        "tool.request.headers <- system_httpHeader : pairs",
        "tool.request.body <- system_httpJsonBody : json",
        "tool.request.timeout <- system_httpTimeout : milliseconds",
        f"tool.output <- {OUTPUTS} : outputs",
    ),
    implied=implied(tool__kind="http"),
    usual=_REQUEST,
    rest=("tool", "arguments"),
    outputs={"httpRawResponse": "data"},
)
_CODE = NodeType(
    "code",
    BlockKind.CODE,
    slots(
        "tool.code <- code : text",
        "tool.kind <- codeType : language",
        f"tool.output <- {OUTPUTS} : outputs",
    ),
    implied=implied(tool__kind="javascript"),
    usual={"codeType": "js"},
    rest=("tool", "arguments"),
    outputs={"system_rawResponse": "result"},
)

TYPES = Table(
    [
        NodeType(
            "workflowStart",
            BlockKind.START,
            slots("inputs <- $inputs : map", "settings.greeting <- $greeting : text"),
            rest=("settings",),
            outputs={"userChatInput": "input", "userFiles": "files"},
        ),
        NodeType(
            "pluginInput",
            BlockKind.START,
            slots("inputs <- $inputs : map", "settings.greeting <- $greeting : text"),
            rest=("settings",),
            outputs={"userFiles": "files"},
            writes=False,
        ),
        NodeType("pluginOutput", BlockKind.RESPONSE, slots("result <- $result : map"), rest=("extras",)),
        _agent("chatNode"),
        _agent("tools", outputs={"answerText": "content"}, writes=False, ports={"tool": SELECTED}),
        _agent("agent", outputs={"answerText": "content"}, writes=False),
        NodeType("answerNode", BlockKind.REPLY, slots("say <- text : text")),
        NodeType(
            "classifyQuestion",
            BlockKind.ROUTER,
            slots("prompt <- systemPrompt : text", "agent.input <- userChatInput : text", *_MODEL),
            usual={"history": 6},
            rest=("agent", "settings"),
            choices="classes",
            outputs={"cqResult": "content"},
        ),
        NodeType("ifElseNode", BlockKind.CONDITION, choices="cases", outputs={"ifElseResult": "content"}),
        NodeType(
            "formInput",
            BlockKind.HUMAN,
            slots("ask.message <- description : text", "ask.fields <- userInputForms : fields"),
            implied={("ask",): {}},
            outputs={"formInputResult": "content"},
        ),
        NodeType(
            "userSelect",
            BlockKind.HUMAN,
            slots("ask.message <- description : text"),
            implied={("ask",): {}},
            choices="options",
            outputs={"selectResult": "content"},
            writes=False,
        ),
        _service("datasetSearchNode", _SEARCH, BlockKind.KNOWLEDGE),
        _HTTP,
        _CODE,
        NodeType(
            "variableUpdate",
            BlockKind.ASSIGN,
            slots("tool.assign <- updateList : assignments"),
            implied=implied(tool__kind="assign"),
            rest=("tool", "settings"),
        ),
        _called("appModule", writes=True),
        _called("pluginModule"),
        _called("app"),
        NodeType(
            "loop",
            BlockKind.LOOP,
            slots("loop.each <- loopInputArray"),
            outputs={"loopArray": "results"},
        ),
        NodeType("loopRun", BlockKind.LOOP, slots("loop.each <- loopRunInputArray"), writes=False),
        NodeType(
            "parallelRun",
            BlockKind.PARALLEL,
            slots("parallel.each <- loopInputArray"),
            outputs={"loopArray": "results"},
        ),
        NodeType("loopStart", None, role="body"),
        NodeType("loopRunStart", None, role="body"),
        _service("loopEnd"),
        _service("loopRunBreak"),
        NodeType("comment", BlockKind.NOTE, slots("text <- commentText : text")),
        _service("datasetConcatNode", {"limit": 3000}),
        _service("contentExtract", {"history": 6}),
        _service("cfr", {"history": 6}),
        _service("textEditor", kind=BlockKind.CODE),
        _service("readFiles"),
        _service("customFeedback"),
        _service("lafModule"),
        _service("tool"),
        _service("toolSet"),
        _service("toolParams"),
        _service("stopTool"),
    ]
)


def as_tool(row: NodeType) -> NodeType:
    """The row of a node that hangs on an agent as its tool, or follows such a one as a step of it."""
    told = slots(f"tool.description <- {INTRO} : text", f"tool.parameters <- {PARAMETERS} : map")
    kept = tuple(slot for slot in row.slots if slot.meaning[:1] == ("tool",))
    said = {path: item for path, item in row.implied.items() if path[0] == "tool"} or implied(
        tool__kind="external", tool__service=row.name
    )
    called = slots(f"tool.workflow <- {PLUGIN} : text") if row.kind is BlockKind.WORKFLOW else ()
    if called:
        said = implied(tool__kind="workflow", **({} if row.name == "appModule" else {"tool__service": row.name}))
    rest = row.rest if row.rest and row.rest[0] == "tool" else ("tool", "arguments")
    return row._replace(
        kind=None,
        slots=(*told, *called, *kept),
        implied=said,
        rest=rest,
        role="tool",
        choices="",
        ports={"step": "right"},
    )


AS_TOOL = {name: as_tool(row) for name, row in TYPES.rows.items()}
"""The same types as tools of an agent."""

ENUM_NAMES = {
    "systemConfig": "userGuide",
    "runApp": "app",
    "queryExtension": "cfr",
    "toolCall": "tools",
    "nestedStart": "loopStart",
    "nestedEnd": "loopEnd",
    "questionInput": "workflowStart",
    "runPlugin": "pluginModule",
}
"""Enum names, and V1's types, of what is called otherwise."""

RENDER: dict[str, tuple[list[str], str]] = {
    "model": (["settingLLMModel", "reference"], "string"),
    "temperature": (["hidden"], "number"),
    "maxToken": (["hidden"], "number"),
    "systemPrompt": (["textarea", "reference"], "string"),
    "history": (["numberInput", "reference"], "chatHistory"),
    "userChatInput": (["reference", "textarea"], "string"),
    "quoteQA": (["settingDatasetQuotePrompt"], "datasetQuote"),
    "fileUrlList": (["reference"], "arrayString"),
    "text": (["textarea", "reference"], "any"),
    "description": (["textarea"], "string"),
    "agents": (["custom"], "any"),
    "ifElseList": (["hidden"], "any"),
    "updateList": (["hidden"], "any"),
    "userSelectOptions": (["custom"], "any"),
    "userInputForms": (["custom"], "any"),
    "code": (["custom"], "string"),
    "codeType": (["hidden"], "string"),
    "system_httpMethod": (["custom"], "string"),
    "system_httpReqUrl": (["hidden"], "string"),
    "system_httpParams": (["hidden"], "any"),
    "system_httpHeader": (["custom"], "any"),
    "system_httpJsonBody": (["hidden"], "any"),
    "system_httpFormBody": (["hidden"], "any"),
    "system_httpContentType": (["hidden"], "string"),
    "system_httpTimeout": (["custom"], "number"),
    "datasets": (["selectDataset", "reference"], "selectDataset"),
    "similarity": (["selectDatasetParamsModal"], "number"),
    "loopInputArray": (["reference"], "arrayAny"),
    "childrenNodeIdList": (["hidden"], "arrayString"),
    "nodeWidth": (["hidden"], "number"),
    "nodeHeight": (["hidden"], "number"),
    "loopStartInput": (["hidden"], "any"),
    "loopStartIndex": (["hidden"], "number"),
    "loopEndInput": (["reference"], "any"),
    "commentText": (["hidden"], "string"),
}
"""How the editor shows an input, and the type of its value; any other is a parameter that its author added."""

GIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "workflowStart": (("userChatInput", "string"), ("userFiles", "arrayString")),
    "chatNode": (("history", "chatHistory"), ("answerText", "string")),
    "tools": (("answerText", "string"),),
    "datasetSearchNode": (("quoteQA", "datasetQuote"),),
    "classifyQuestion": (("cqResult", "string"),),
    "ifElseNode": (("ifElseResult", "string"),),
    "httpRequest468": (("error", "object"), ("httpRawResponse", "any")),
    "code": (("system_rawResponse", "object"), ("error", "object")),
    "userSelect": (("selectResult", "string"),),
    "formInput": (("formInputResult", "object"),),
    "loop": (("loopArray", "arrayAny"),),
    "parallelRun": (("loopArray", "arrayAny"),),
    "loopStart": (("loopStartIndex", "number"), ("loopStartInput", "any")),
    "appModule": (("history", "chatHistory"), ("answerText", "string")),
}
"""The outputs that a new node of a type has."""


def kind_of(value: Any) -> str:
    """The type of a node; old documents have the text of an enum that nobody evaluated."""
    text = value.rpartition("Enum.")[2] if isinstance(value, str) else ""
    return ENUM_NAMES.get(text, text)


def port_of(handle: Any, source: str) -> str:
    """The way out of a node that a handle names."""
    if handle == SELECTED:
        return SELECTED
    text = handle if isinstance(handle, str) else ""
    prefix = f"{source}-source-"
    key = text.removeprefix(prefix) if text.startswith(prefix) else text.partition("-source-")[2]
    return RIGHT if key in _SIDES else key
