"""Dify's node types as data: what each is, and where its settings keep each meaning.

A type that is several things (a tool that is a workflow, an iteration that runs side by side) has a row for each,
`type/variant`. Sources: langgenius/graphon (node entities and enums), the DSL of dify-plus 1.12.1, files of the years
2024 to 2026.
"""

from __future__ import annotations

from fjctl.formats.canvas.table import NodeType, Table, implied, service, slots
from fjctl.model.workflow import BlockKind

_COMMON = ("talk.description <- desc : text", "retry <- retry_config : retry")
_SYSTEM = {"sys.query": "input", "sys.files": "files", "sys.conversation_id": "conversationId"}
_ANSWER = {"text": "content", "usage": "usage", "files": "files", "reasoning_content": "reasoning_content"}
_NO_MODEL = {
    "model": {"completion_params": {}, "mode": "chat", "name": "", "provider": "langgenius/openai/openai"},
}
_ENTRY = ("settings.description <- desc : text",)


def _trigger(name: str, event: str, *more: str) -> NodeType:
    return NodeType(name, BlockKind.TRIGGER, slots(*more, *_ENTRY), implied=implied(event=event), rest=("settings",))


def _call(name: str, called: str, *rows: str, kind: BlockKind = BlockKind.INTEGRATION) -> NodeType:
    return service(name, kind, called)._replace(slots=slots(*rows, *_COMMON))


_LLM = NodeType(
    "llm",
    BlockKind.AGENT,
    slots(
        "* <- prompt_template : prompt",
        "* <- model : model",
        "agent.memory <- memory : memory",
        "agent.vision <- vision : vision",
        "agent.output <- structured_output : structured",
        *_COMMON,
    ),
    usual={"variables": [], **_NO_MODEL},
    rest=("agent", "settings"),
    outputs={**_ANSWER, "structured_output": ""},
)
_AGENT = NodeType(
    "agent",
    BlockKind.AGENT,
    slots(
        "prompt <- agent_parameters.instruction : argument",
        "agent.input <- agent_parameters.query : asked",
        "* <- agent_parameters.model : strategy model",
        "agent.max_iterations <- agent_parameters.maximum_iterations : argument",
        "tools <- agent_parameters.tools : tools",
        "agent.memory <- memory : memory",
        "agent.vision <- vision : vision",
        *_COMMON,
    ),
    usual={
        "agent_parameters": {"query": {"type": "constant", "value": "{{#sys.query#}}"}},
        "agent_strategy_label": "FunctionCalling",
        "agent_strategy_name": "function_calling",
        "agent_strategy_provider_name": "langgenius/agent/agent",
        "output_schema": None,
        "tool_node_version": "2",
    },
    rest=("agent", "settings"),
    outputs=_ANSWER,
)
_EXTRACTOR = NodeType(
    "parameter-extractor",
    BlockKind.AGENT,
    slots(
        "prompt <- instruction : text",
        "agent.input <- query : selector",
        "agent.output <- parameters : parameters",
        "* <- model : model",
        "agent.memory <- memory : memory",
        "agent.vision <- vision : vision",
        *_COMMON,
    ),
    usual={"reasoning_mode": "prompt", "variables": [], **_NO_MODEL},
    rest=("agent", "settings"),
    writes=False,
)
_CLASSIFIER = NodeType(
    "question-classifier",
    BlockKind.ROUTER,
    slots(
        "prompt <- instruction : text",
        "prompt <- instructions : text",
        "agent.input <- query_variable_selector : query",
        "* <- model : model",
        "agent.memory <- memory : memory",
        "agent.vision <- vision : vision",
        *_COMMON,
    ),
    usual={"query_variable_selector": ["sys", "query"], "topics": [], **_NO_MODEL},
    rest=("agent", "settings"),
    choices="classes",
)
_CODE = NodeType(
    "code",
    BlockKind.CODE,
    slots("* <- code : code", "tool.output <- outputs : outputs", *_COMMON),
    implied=implied(tool__kind="python"),
    rest=("tool", "settings"),
    outputs={"": "result"},
)
_HTTP = NodeType(
    "http-request",
    BlockKind.HTTP,
    slots(
        "tool.request.method <- method : method",
        "tool.request.url <- url : text",
        "tool.request.query <- params : table",
        "tool.request.headers <- headers : headers",
        "tool.request.auth <- authorization : auth",
        "tool.request.body <- body : body",
        "tool.request.timeout <- timeout.read : seconds",
        *_COMMON,
    ),
    implied=implied(tool__kind="http"),
    usual={
        "authorization": {"config": None, "type": "no-auth"},
        "body": {"data": [], "type": "none"},
        "headers": "",
        "params": "",
        "ssl_verify": True,
        "timeout": {"max_connect_timeout": 0, "max_read_timeout": 0, "max_write_timeout": 0},
        "variables": [],
    },
    rest=("tool", "settings"),
    outputs={"body": "data", "status_code": "status"},
)
_TOOL = NodeType(
    "tool",
    BlockKind.INTEGRATION,
    slots(
        "tool.service <- provider_id : name",
        "tool.operation <- tool_name : name",
        "tool.title <- tool_label : text",
        "tool.arguments <- tool_parameters : arguments",
        "tool.settings.configuration <- tool_configurations : configuration",
        *_COMMON,
    ),
    implied=implied(tool__kind="external"),
    usual={"provider_type": "builtin", "tool_configurations": {}, "tool_node_version": "2", "tool_parameters": {}},
    rest=("tool", "settings"),
)
_ITERATION = NodeType(
    "iteration",
    BlockKind.LOOP,
    slots("loop.each <- iterator_selector : selector", "extras.output <- output_selector : selector", *_COMMON),
    usual={
        "error_handle_mode": "terminated",
        "flatten_output": True,
        "is_parallel": False,
        "parallel_nums": 10,
    },
    outputs={"output": "results", "item": "currentItem"},
)
_LISTS = NodeType(
    "list-operator",
    BlockKind.INTEGRATION,
    slots("tool.arguments.list <- variable : selector", *_COMMON),
    implied=implied(tool__kind="external", tool__service="list-operator"),
    rest=("tool", "arguments"),
)
_DOCUMENTS = _call("document-extractor", "document-extractor", "tool.arguments.file <- variable_selector : selector")
_AGGREGATOR = NodeType(
    "variable-aggregator",
    BlockKind.INTEGRATION,
    slots("tool.arguments.first_of <- variables : selectors", *_COMMON),
    implied=implied(tool__kind="external", tool__service="aggregator"),
    rest=("tool", "settings"),
)
_KNOWLEDGE = implied(tool__kind="external", tool__service="knowledge", tool__operation="search")

_ROWS = [
    NodeType(
        "start",
        BlockKind.START,
        slots("inputs <- variables : inputs", *_ENTRY),
        usual={"variables": []},
        rest=("settings",),
        outputs=_SYSTEM,
    ),
    # Where the form asks for an `input` itself, that name is taken.
    NodeType(
        "start/own",
        BlockKind.START,
        slots("inputs <- variables : inputs", *_ENTRY),
        usual={"variables": []},
        rest=("settings",),
        writes=False,
    ),
    _trigger("trigger-webhook", "webhook"),
    _trigger("trigger-schedule", "schedule"),
    _trigger("trigger-plugin", "plugin", "event <- event_name : text"),
    _LLM,
    _AGENT._replace(writes=False),
    _EXTRACTOR,
    NodeType(
        "answer",
        BlockKind.REPLY,
        slots("say <- answer : text", *_COMMON),
        usual={"answer": "", "variables": []},
    ),
    NodeType("end", BlockKind.RESPONSE, slots("result <- outputs : result", *_COMMON), usual={"outputs": []}),
    NodeType("if-else", BlockKind.CONDITION, slots(*_COMMON), choices="cases"),
    _CLASSIFIER,
    _CODE,
    _CODE._replace(name="code/body", outputs={}, writes=False),
    _HTTP,
    _TOOL,
    _TOOL._replace(
        name="tool/workflow",
        kind=BlockKind.WORKFLOW,
        slots=slots("journey <- tool_name : name", "inputs <- tool_parameters : arguments", *_COMMON),
        implied={},
        usual={**_TOOL.usual, "provider_type": "workflow"},
        rest=("extras",),
    ),
    _TOOL._replace(
        name="tool/mcp",
        kind=BlockKind.MCP,
        slots=slots(
            "tool.server <- provider_id : name",
            "tool.tool <- tool_name : name",
            "tool.title <- tool_label : text",
            "tool.arguments <- tool_parameters : arguments",
            *_COMMON,
        ),
        implied=implied(tool__kind="mcp"),
        usual={**_TOOL.usual, "provider_type": "mcp"},
    ),
    NodeType(
        "knowledge-retrieval",
        BlockKind.KNOWLEDGE,
        slots("tool.arguments.query <- query_variable_selector : selector", *_COMMON),
        implied=_KNOWLEDGE,
        usual={
            "dataset_ids": [],
            "multiple_retrieval_config": {"reranking_enable": False, "top_k": 4},
            "retrieval_mode": "multiple",
        },
        rest=("tool", "arguments"),
        outputs={"result": "results"},
    ),
    NodeType(
        "knowledge-index",
        BlockKind.KNOWLEDGE,
        slots("tool.arguments.content <- index_chunk_variable_selector : selector", *_COMMON),
        implied={**_KNOWLEDGE, ("tool", "operation"): "index"},
        rest=("tool", "arguments"),
        writes=False,
    ),
    NodeType(
        "template-transform",
        BlockKind.INTEGRATION,
        slots("* <- template : template", *_COMMON),
        implied=implied(tool__kind="external", tool__service="template"),
        rest=("tool", "settings"),
        writes=False,
    ),
    _AGGREGATOR,
    _AGGREGATOR._replace(name="variable-assigner", writes=False),
    NodeType(
        "assigner",
        BlockKind.ASSIGN,
        slots("* <- items : items", *_COMMON),
        implied=implied(tool__kind="assign"),
        usual={"version": "2"},
        rest=("tool", "settings"),
    ),
    _DOCUMENTS._replace(usual={"is_array_file": False}),
    _DOCUMENTS._replace(name="doc-extractor", usual={"is_array_file": False}, writes=False),
    _LISTS,
    _LISTS._replace(name="list-filter", writes=False),
    _ITERATION,
    _ITERATION._replace(
        name="iteration/parallel",
        kind=BlockKind.PARALLEL,
        slots=slots(
            "parallel.each <- iterator_selector : selector",
            "parallel.batch <- parallel_nums",
            "extras.output <- output_selector : selector",
            *_COMMON,
        ),
        usual={**_ITERATION.usual, "is_parallel": True},
    ),
    NodeType(
        "loop",
        BlockKind.LOOP,
        slots("* <- loop : loop", "extras.variables <- loop_variables : values", *_COMMON),
        usual={"loop_variables": []},
        outputs={"loop_round": "index"},
    ),
    NodeType("iteration-start", None, role="body"),
    NodeType("loop-start", None, role="body"),
    _call("loop-end", "break"),
    NodeType(
        "human-input",
        BlockKind.HUMAN,
        slots("* <- form : question", "talk.timeout <- timeout : text", *_COMMON),
        usual={"delivery_methods": [], "timeout": "3d"},
        choices="actions",
    ),
    # What has no like in Dify: drawn, and doing nothing.
    NodeType("template-transform/idle", BlockKind.OPAQUE, slots(*_COMMON)),
    _call("datasource", "datasource")._replace(writes=False),
    NodeType(
        "custom-note",
        BlockKind.NOTE,
        slots("text <- text : note", "color <- theme : color"),
        usual={"theme": "blue"},
        rest=None,
    ),
]

_OF_A_TRIGGER = frozenset(
    {"method", "content_type", "headers", "params", "body", "async_mode", "status_code", "response_body", "webhook_url"}
    | {"mode", "frequency", "visual_config", "cron_expression", "timezone", "event_name", "event_parameters"}
    | {"provider_id", "provider_type", "provider_name", "event_label", "event_configurations", "config", "variables"}
    | {"subscription_id", "webhook_debug_url"}
)
_OF_A_TOOL = frozenset({"provider_name", "tool_label", "credential_id", "opaque"})
_KNOWN = {
    "trigger-webhook": _OF_A_TRIGGER,
    "trigger-schedule": _OF_A_TRIGGER,
    "trigger-plugin": _OF_A_TRIGGER,
    "llm": frozenset({"context", "prompt_config", "reasoning_format", "variables"}),
    "agent": frozenset({"agent_parameters", "vision"}),
    "code": frozenset({"dependencies"}),
    "http-request": frozenset({"timeout"}),
    "tool": _OF_A_TOOL,
    "tool/workflow": _OF_A_TOOL | {"provider_id"},
    "tool/mcp": _OF_A_TOOL,
    "knowledge-retrieval": frozenset(
        {"single_retrieval_config", "metadata_filtering_mode", "metadata_filtering_conditions", "metadata_model_config"}
        | {"query_attachment_selector"}
    ),
    "knowledge-index": frozenset({"chunk_structure", "indexing_technique", "retrieval_model", "embedding_model"}),
    "variable-aggregator": frozenset({"advanced_settings"}),
    "list-operator": frozenset({"extract_by", "filter_by", "limit", "order_by"}),
    "list-filter": frozenset({"extract_by", "filter_by", "limit", "order_by"}),
}
"""Settings that a new node of a type may have beside the usual ones (see `NodeType.known`)."""
_FREE = frozenset({"datasource", "loop-end"})
_HANDLED = frozenset({"error_strategy", "default_value"})

TYPES = Table(
    row if row.name in _FREE or row.role else row._replace(known=_KNOWN.get(row.name, frozenset()) | _HANDLED)
    for row in _ROWS
)

_NO_VISION: dict[str, object] = {"vision": {"enabled": False}}
BESIDES: dict[str, dict[str, object]] = {
    "code": {"outputs": {"result": {"children": None, "type": "object"}}},
    "llm": _NO_VISION,
    "question-classifier": _NO_VISION,
    "parameter-extractor": _NO_VISION,
    "list-operator": {
        "extract_by": {"enabled": False, "serial": "1"},
        "filter_by": {"conditions": [], "enabled": False},
        "limit": {"enabled": False, "size": 10},
        "order_by": {"enabled": False, "key": "", "value": "asc"},
    },
}
"""What a new node has besides what is said: what is switched off, and the usual output of code. Nothing of it is
read, also not a part of it (as of the `usual` settings)."""

STRUCTURE = frozenset(
    {"title", "type", "selected", "width", "height", "start_node_id", "startNodeType", "isIterationStart"}
    | {"isInIteration", "iteration_id", "isInLoop", "loop_id", "parentId"}
)
"""Keys of a node's data that say nothing by themselves: they follow from the graph, or are the editor's."""

PAYLOAD = frozenset(
    {"paramSchemas", "params", "schemas", "tool_description", "plugin_unique_identifier", "plugin_id"}
    | {"provider_icon", "is_team_authorization", "output_schema", "meta", "provider_icon_dark", "credential_type"}
)
"""Keys of a node's data that are copied from a tool's definition, in the types that have one."""

WITH_PAYLOAD = frozenset({"tool", "agent", "datasource", "trigger-plugin"})

DERIVED = {
    "list-operator": frozenset({"var_type", "item_var_type"}),
    "list-filter": frozenset({"var_type", "item_var_type"}),
    "iteration": frozenset({"output_type"}),
    "variable-aggregator": frozenset({"output_type"}),
    "variable-assigner": frozenset({"output_type"}),
}
"""Settings, by type, that follow from what the node refers to."""

UNUSED = {"single": "multiple_retrieval_config", "multiple": "single_retrieval_config"}
"""What a mode of retrieval makes no use of."""

START_TITLES = frozenset({"Start", "START", "开始", "開始", "시작", "Начало", "Inicio", "Início", "Début", "Inizio"})
"""What Dify calls the start in some of its languages; it says nothing."""

EDITOR = frozenset({"author", "showAuthor"})

FEATURES = {
    "file_upload": {
        "allowed_file_extensions": [".JPG", ".JPEG", ".PNG", ".GIF", ".WEBP", ".SVG"],
        "allowed_file_types": ["image"],
        "allowed_file_upload_methods": ["local_file", "remote_url"],
        "enabled": False,
        "fileUploadConfig": {
            "audio_file_size_limit": 50,
            "batch_count_limit": 5,
            "file_size_limit": 15,
            "image_file_size_limit": 10,
            "video_file_size_limit": 100,
            "workflow_file_upload_limit": 10,
        },
        "image": {"enabled": False, "number_limits": 3, "transfer_methods": ["local_file", "remote_url"]},
        "number_limits": 3,
    },
    "opening_statement": "",
    "retriever_resource": {"enabled": True},
    "sensitive_word_avoidance": {"enabled": False},
    "speech_to_text": {"enabled": False},
    "suggested_questions": [],
    "suggested_questions_after_answer": {"enabled": False},
    "text_to_speech": {"enabled": False, "language": "", "voice": ""},
}
"""The features of a new app, as Dify writes them."""
